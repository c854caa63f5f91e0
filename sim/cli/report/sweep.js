// Draws a sweep in the browser: a measure over one parameter, or as colours over two; the table, failures, provenance.
"use strict";
(() => {
  const sweep = JSON.parse(document.getElementById("sweep").textContent);
  const main = document.getElementById("main"), value = document.getElementById("value");
  const failed = 1, done = 0;
  const status = numbers(sweep.status, Int8Array);
  for (const one of [...sweep.parameters, ...sweep.measures]) if (one.numbers) one.values = Array.from(numbers(one.numbers, Float64Array));
  for (const one of sweep.parameters) {
    one.values = one.values || one.words;
    one.different = [...new Set(one.values)].filter(v => typeof v === "string" || Number.isFinite(v));
    if (!one.words) one.different.sort((a, b) => a - b);
  }
  const axes = sweep.parameters.filter(one => !one.words && one.different.length > 1);
  const figure = element("div", { id: "figure" });
  let plot = null, redraw = () => {};

  // base64 of little-endian numbers, which all machines with a browser use.
  function numbers(text, Kind) {
    const raw = atob(text), bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; ++i) bytes[i] = raw.charCodeAt(i);
    return new Kind(bytes.buffer);
  }
  function pretty(number) {
    return number === null || number === undefined || !Number.isFinite(number) ? "" : Number(number.toPrecision(6)).toString();
  }
  const shown = one => typeof one === "string" ? one : pretty(one);
  const label = one => one.unit && one.unit !== "1" ? `${one.name} (${one.unit})` : one.name;
  const with_unit = (one, number) => one.unit && one.unit !== "1" ? `${shown(number)} ${one.unit}` : shown(number);
  function element(kind, properties = {}, ...children) {
    const made = Object.assign(document.createElement(kind), properties);
    made.append(...children);
    return made;
  }
  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = k => style("--c" + (k % 6));

  // A geometric range has a logarithmic axis.
  function geometric(one) {
    const v = one.different, ratio = v[1] / v[0];
    return v.length > 2 && v[0] > 0 && ratio > 1.001 && v.every((x, k) => k === 0 || Math.abs(x / v[k - 1] / ratio - 1) < 1e-6);
  }
  function axis(text, size) {
    return {
      label: text, size, labelSize: 20, stroke: () => style("--ink"), grid: { stroke: () => style("--line"), width: 1 },
      ticks: { stroke: () => style("--line"), width: 1 }, font: "12px system-ui, sans-serif", labelFont: "13px system-ui, sans-serif",
    };
  }
  function ends(one) {
    const v = one.different, log = geometric(one), count = x => log ? Math.log(x) : x, back = x => log ? Math.exp(x) : x;
    const edges = [];
    for (let k = 1; k < v.length; ++k) edges.push((count(v[k - 1]) + count(v[k])) / 2);
    edges.unshift(2 * count(v[0]) - edges[0]);
    edges.push(2 * count(v[v.length - 1]) - edges[edges.length - 1]);
    return edges.map(back);
  }
  const mean = values => values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
  const finite = (measure, points) => points.filter(p => status[p] === done && Number.isFinite(measure.values[p])).map(p => measure.values[p]);

  // Points in which all parameters but `chosen` are the same: label -> points.
  function groups_of(chosen) {
    const others = sweep.parameters.filter(one => one.different.length > 1 && !chosen.includes(one));
    const groups = new Map();
    for (let p = 0; p < status.length; ++p) {
      const name = others.map(one => `${one.name} = ${with_unit(one, one.values[p])}`).join(", ");
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(p);
    }
    const alone = points => points.every(p => chosen[0].values[p] === chosen[0].values[points[0]]);
    if (groups.size > 1 && [...groups.values()].every(alone)) return { drawn: true, groups: new Map([["", [...status.keys()]]]) };
    return { drawn: false, groups };
  }

  // Curves -------------------------------------------------------------------------------------------------------

  function show_curves(measure, x) {
    const { drawn, groups } = groups_of([x]), shown_groups = [...groups].slice(0, 12);
    const data = [x.different], series = [{ label: label(x), value: (_, v) => pretty(v) }], bands = [];
    shown_groups.forEach(([name, points], k) => {
      const at = new Map(x.different.map(v => [v, []]));
      for (const p of points) if (at.has(x.values[p])) at.get(x.values[p]).push(p);
      const found = x.different.map(v => finite(measure, at.get(v)));
      data.push(found.map(mean));
      series.push({ label: name || measure.name, stroke: () => colour(k), width: drawn ? 0 : 1.5, spanGaps: true,
        points: { show: data[0].length <= 60 || drawn, size: 5 }, value: (_, v) => pretty(v) });
      if (!found.some(one => one.length > 1)) return;
      for (const [end, take] of [["highest", v => Math.max(...v)], ["lowest", v => Math.min(...v)]]) {
        data.push(found.map(one => one.length ? take(one) : null));
        series.push({ label: `${end}${name ? ", " + name : ""}`, width: 0, points: { show: false }, stroke: () => colour(k), value: (_, v) => pretty(v) });
      }
      bands.push({ series: [series.length - 2, series.length - 1], fill: () => colour(k) + "30" });
    });
    const failures = x.different.filter(v => x.values.some((one, p) => one === v && status[p] === failed));
    const draw = made => crosses(made, failures.map(v => [made.valToPos(v, "x", true), made.bbox.top + made.bbox.height - 6 * devicePixelRatio]));
    const log = geometric(x);
    return new uPlot({
      width: figure.clientWidth, height: 380, scales: { x: { time: false, distr: log ? 3 : 1, range: log ? (_, a, b) => [a, b] : undefined } },
      axes: [axis(label(x), 30), axis(label(measure), 60)], series, bands, hooks: { draw: [draw] }, cursor: { drag: { x: true, y: true } },
    }, data, figure);
  }

  function crosses(made, places) {
    const { ctx } = made, arm = 3 * devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = style("--ink");
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.beginPath();
    for (const [x, y] of places) {
      ctx.moveTo(x - arm, y - arm); ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x - arm, y + arm); ctx.lineTo(x + arm, y - arm);
    }
    ctx.stroke();
    ctx.restore();
  }

  // Maps ---------------------------------------------------------------------------------------------------------

  function mapped(part) {
    const all = sweep.colours, at = Math.min(Math.max(part, 0), 1) * (all.length - 1), below = Math.min(Math.floor(at), all.length - 2);
    const mix = which => {
      const [a, b] = [below, below + 1].map(k => parseInt(all[k].slice(1 + 2 * which, 3 + 2 * which), 16));
      return Math.round(a + (at - below) * (b - a));
    };
    return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
  }

  function show_map(measure, x, y) {
    const { groups } = groups_of([x, y]), places = new Map();
    for (const p of status.keys()) {
      const key = x.different.indexOf(x.values[p]) + x.different.length * y.different.indexOf(y.values[p]);
      if (!places.has(key)) places.set(key, []);
      places.get(key).push(p);
    }
    const tiles = [...places].map(([key, points]) => ({ column: key % x.different.length, row: Math.floor(key / x.different.length),
      number: mean(finite(measure, points)), failures: points.filter(p => status[p] === failed).length, missing: points.filter(p => status[p] < 0).length }));
    const numbers_there = tiles.map(tile => tile.number).filter(one => one !== null);
    const low = Math.min(...numbers_there), high = Math.max(...numbers_there), span = high > low ? high - low : 1;
    const wide = ends(x), tall = ends(y), scattered = x.different.length * y.different.length > 2 * status.length;
    const draw = made => {
      const { ctx, bbox } = made, at_x = wide.map(v => made.valToPos(v, "x", true)), at_y = tall.map(v => made.valToPos(v, "y", true));
      ctx.save();
      for (const tile of tiles) {
        ctx.fillStyle = tile.number === null ? style("--line") : mapped((tile.number - low) / span);
        if (scattered) {
          ctx.beginPath();
          ctx.arc(made.valToPos(x.different[tile.column], "x", true), made.valToPos(y.different[tile.row], "y", true), 4 * devicePixelRatio, 0, 7);
          ctx.fill();
        } else {
          const left = Math.round(at_x[tile.column]), top = Math.round(at_y[tile.row + 1]);
          ctx.fillRect(left, top, Math.round(at_x[tile.column + 1]) - left, Math.round(at_y[tile.row]) - top);
        }
      }
      ctx.restore();
      crosses(made, tiles.filter(tile => tile.failures > 0).map(tile => [made.valToPos(x.different[tile.column], "x", true), made.valToPos(y.different[tile.row], "y", true)]));
    };
    const scale = (one, edges) => ({ time: false, distr: geometric(one) ? 3 : 1, range: () => [edges[0], edges[edges.length - 1]] });
    const made = new uPlot({
      width: figure.clientWidth, height: 460, legend: { show: false }, scales: { x: scale(x, wide), y: scale(y, tall) },
      axes: [axis(label(x), 30), axis(label(y), 60)], series: [{}, { points: { show: false } }], cursor: { drag: { x: false, y: false } }, hooks: { draw: [draw] },
    }, [[wide[0], wide[wide.length - 1]], [tall[0], tall[tall.length - 1]]], figure);
    const text_of = tile => {
      const facts = [`${x.name} = ${with_unit(x, x.different[tile.column])}`, `${y.name} = ${with_unit(y, y.different[tile.row])}`,
        tile.number === null ? "no value" : `${measure.name} = ${with_unit(measure, tile.number)}`];
      if (tile.failures) facts.push(`${tile.failures} failed`);
      if (tile.missing) facts.push(`${tile.missing} not run`);
      return facts.join(", ");
    };
    made.over.addEventListener("mousemove", event => {
      const at_x = made.posToVal(event.offsetX, "x"), at_y = made.posToVal(event.offsetY, "y");
      const tile = tiles.find(one => wide[one.column] <= at_x && at_x < wide[one.column + 1] && tall[one.row] <= at_y && at_y < tall[one.row + 1]);
      value.textContent = tile ? text_of(tile) : "no point here";
    });
    const bar = element("div", { className: "bar" }, element("span", { textContent: pretty(low) }), element("div", { className: "colours" }),
      element("span", { textContent: `${pretty(high)}${measure.unit === "1" ? "" : " " + measure.unit}` }));
    bar.setAttribute("role", "img");
    bar.setAttribute("aria-label", `${label(measure)}: colours from ${pretty(low)} to ${pretty(high)}`);
    bar.children[1].style.background = `linear-gradient(to right, ${sweep.colours.join(", ")})`;
    figure.append(bar);
    if (groups.size > 1 || sweep.repeats > 1) figure.append(element("p", { className: "note", textContent: "Each tile is the mean of all points there." }));
    return made;
  }

  // The page -----------------------------------------------------------------------------------------------------

  function select(id, options, chosen) {
    const box = document.getElementById(id);
    for (const [text, key] of options) box.append(element("option", { textContent: text, value: key }));
    box.value = chosen;
    box.addEventListener("change", () => redraw());
    return box;
  }

  function show_figure() {
    const chosen = { measure: sweep.measures.find(one => one.name === "rate") || sweep.measures[0], x: axes[0], y: axes.length === 2 ? axes[1] : null };
    const by_name = (all, name) => all.find(one => one.name === name) || null;
    const boxes = {
      measure: select("measure", sweep.measures.map(one => [label(one), one.name]), chosen.measure.name),
      x: select("x", axes.map(one => [label(one), one.name]), chosen.x.name),
      y: select("y", [["nothing else", ""], ...axes.map(one => [label(one), one.name])], chosen.y ? chosen.y.name : ""),
    };
    redraw = () => {
      if (plot) plot.destroy();
      figure.replaceChildren();
      const measure = by_name(sweep.measures, boxes.measure.value), x = by_name(axes, boxes.x.value), y = by_name(axes, boxes.y.value);
      figure.setAttribute("role", "figure");
      figure.setAttribute("aria-label", `${measure.name} over ${x.name}${y && y !== x ? " and " + y.name : ""}`);
      plot = y && y !== x ? show_map(measure, x, y) : show_curves(measure, x);
      figure.append(element("p", { className: "note", textContent: measure.long_name }));
    };
    main.append(figure);
    redraw();
    new ResizeObserver(() => { if (plot && plot.width !== figure.clientWidth) plot.setSize({ width: figure.clientWidth, height: plot.height }); }).observe(figure);
  }

  function table(heads, rows) {
    const cells = (kind, texts) => texts.map((text, k) => element(k === 0 ? "th" : kind, { textContent: text }));
    return element("div", { className: "scroll", tabIndex: 0 }, element("table", { className: "numbers" },
      element("thead", {}, element("tr", {}, ...cells("th", heads))), element("tbody", {}, ...rows.map(row => element("tr", {}, ...cells("td", row))))));
  }

  function show_tables() {
    main.append(element("h2", { textContent: "Parameters" }), table(["parameter", "unit", "values", "from", "to", "path"], sweep.parameters.map(one =>
      [one.name, one.unit === "1" ? "" : one.unit, String(one.different.length), shown(one.different[0]), shown(one.different[one.different.length - 1]), one.path])));
    const most = 200, columns = [...sweep.parameters, ...sweep.measures];
    main.append(element("h2", { textContent: "Points" }));
    if (status.length > most) main.append(element("p", { className: "note", textContent: `The first ${most} of ${status.length}.` }));
    const words = new Map([[0, "done"], [1, "failed"], [-1, "not run"]]);
    main.append(table(["point", "status", ...columns.map(label)], [...status.slice(0, most)].map((one, p) =>
      [String(p), words.get(one), ...columns.map(column => shown(column.values[p]))])));
    if (sweep.failures.length > 0)
      main.append(element("h2", { textContent: "Failures" }), table(["points", "how many", "why"], sweep.failures));
  }

  function show_provenance() {
    main.append(element("h2", { textContent: "Where it comes from" }));
    const list = element("dl");
    for (const [name, text] of sweep.facts) list.append(element("dt", { textContent: name }), element("dd", { textContent: text }));
    main.append(list);
    for (const [name, text] of sweep.texts)
      main.append(element("details", { open: name === "config" }, element("summary", { textContent: name }), element("pre", { textContent: text, tabIndex: 0 })));
  }

  function set_theme(name) {
    document.documentElement.dataset.theme = name;
    redraw();
  }
  const change_theme = () => set_theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");

  function start() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    set_theme(dark.matches ? "dark" : "light");
    dark.addEventListener("change", event => set_theme(event.matches ? "dark" : "light"));
    document.getElementById("title").textContent = sweep.title;
    document.getElementById("summary").textContent = sweep.summary;
    if (sweep.warning) main.append(element("p", { className: "warning", textContent: sweep.warning }));
    if (axes.length > 0 && sweep.measures.length > 0) show_figure();
    else value.textContent = "No parameter takes different numbers: there is nothing to draw over.";
    show_tables();
    show_provenance();
    document.getElementById("theme").addEventListener("click", change_theme);
    addEventListener("keydown", event => {
      if (event.key !== "d" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select")) return;
      change_theme();
    });
    document.documentElement.dataset.ready = "true";
  }
  start();
})();
