// Draws a run in the browser: traces through a pyramid of minima and maxima, raster, rates, features, provenance.
"use strict";
(() => {
  const run = JSON.parse(document.getElementById("run").textContent);
  const main = document.getElementById("main");
  const charts = [];  // {plot, sample(min, max, pixels)}
  const whole = [0, run.duration_ms];
  let view = whole.slice();

  // Numbers ------------------------------------------------------------------------------------------------------

  // base64 of little-endian numbers, which all machines with a browser use.
  function numbers(text, Kind) {
    const raw = atob(text), bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; ++i) bytes[i] = raw.charCodeAt(i);
    return new Kind(bytes.buffer);
  }

  function pretty(value) {
    if (value === null || !Number.isFinite(value)) return "";
    return Number(value.toPrecision(6)).toString();
  }

  // A trace as levels: level 0 as given (`per` samples a bin), each further level a quarter as long.
  function pyramid(trace) {
    const low = numbers(trace.min, Float32Array), high = trace.max ? numbers(trace.max, Float32Array) : low;
    const levels = [{ per: trace.per, low, high }];
    for (let last = levels[0]; last.low.length > 2048; last = levels[levels.length - 1]) {
      const n = Math.ceil(last.low.length / 4), lower = new Float32Array(n), higher = new Float32Array(n);
      for (let i = 0; i < n; ++i) {
        const end = Math.min(last.low.length, 4 * i + 4);
        let a = last.low[4 * i], b = last.high[4 * i];
        for (let k = 4 * i + 1; k < end; ++k) {
          if (last.low[k] < a) a = last.low[k];
          if (last.high[k] > b) b = last.high[k];
        }
        lower[i] = a;
        higher[i] = b;
      }
      levels.push({ per: 4 * last.per, low: lower, high: higher });
    }
    return levels;
  }

  // The coarsest level that still has two bins for each pixel of [min, max], ms.
  function level_for(levels, interval, min, max, pixels) {
    let chosen = 0;
    while (chosen + 1 < levels.length && (max - min) / (levels[chosen + 1].per * interval) >= 2 * pixels) ++chosen;
    return chosen;
  }

  // Columns of uPlot: times, then the values of each trace; a bin gives its minimum and its maximum.
  function columns(report, pyramids, min, max, pixels) {
    const chosen = level_for(pyramids[0], report.interval_ms, min, max, pixels);
    const per = pyramids[0][chosen].per, width = per * report.interval_ms;
    const length = pyramids[0][chosen].low.length;
    const first = Math.max(0, Math.floor((min - report.start_ms) / width) - 1);
    const last = Math.min(length, Math.ceil((max - report.start_ms) / width) + 2);
    const flat = per === 1 && pyramids[0][chosen].low === pyramids[0][chosen].high;
    const result = [[]];
    for (let i = first; i < last; ++i) {
      const t = report.start_ms + i * width;
      result[0].push(t);
      if (!flat) result[0].push(t + width / 2);
    }
    for (const levels of pyramids) {
      const { low, high } = levels[chosen], values = [];
      for (let i = first; i < last; ++i) {
        values.push(low[i]);
        if (!flat) values.push(high[i]);
      }
      result.push(values);
    }
    return result;
  }

  // Charts -------------------------------------------------------------------------------------------------------

  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = k => () => style("--c" + (k % 6));

  function axis(label, size) {
    return {
      label, size, labelSize: 20, stroke: () => style("--ink"), grid: { stroke: () => style("--line"), width: 1 },
      ticks: { stroke: () => style("--line"), width: 1 }, font: "12px system-ui, sans-serif", labelFont: "13px system-ui, sans-serif",
    };
  }

  function element(kind, properties = {}, ...children) {
    const made = Object.assign(document.createElement(kind), properties);
    made.append(...children);
    return made;
  }

  function add_chart(where, label, height, options, data, sample) {
    const box = element("div", { className: "chart", tabIndex: 0 });
    box.setAttribute("role", "figure");
    box.setAttribute("aria-label", label);
    where.append(box);
    const plot = new uPlot({
      width: box.clientWidth, height,
      scales: { x: { time: false, range: (_, min, max) => [min, max] }, ...options.scales },
      pxAlign: 0, axes: [axis("time (ms)", 28), { ...axis(options.unit, 52), ...options.y_axis }],
      series: [{ label: "time (ms)", value: (_, v) => v === null ? "" : pretty(v) }, ...options.series],
      cursor: { drag: { x: true, y: false, setScale: false }, sync: { key: "run", filters: { pub: kind => kind === "mousemove" || kind === "mouseleave" } } },
      legend: { show: options.legend !== false },
      hooks: { setSelect: [picked], draw: options.draw ? [options.draw] : [] },
    }, data, box);
    const chart = { plot, sample, box };
    charts.push(chart);
    listen(chart);
    return chart;
  }

  function picked(plot) {
    if (plot.select.width < 3) return;
    const min = plot.posToVal(plot.select.left, "x"), max = plot.posToVal(plot.select.left + plot.select.width, "x");
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    show(min, max);
  }

  // The same stretch of time in all charts.
  function show(min, max) {
    const shortest = run.dt_ms * 8, length = Math.min(Math.max(max - min, shortest), whole[1] - whole[0]);
    const start = Math.min(Math.max(min, whole[0]), whole[1] - length);
    view = [start, start + length];
    for (const chart of charts) {
      chart.plot.batch(() => {
        if (chart.sample) chart.plot.setData(chart.sample(view[0], view[1], chart.plot.bbox.width / devicePixelRatio), false);
        chart.plot.setScale("x", { min: view[0], max: view[1] });
      });
    }
    document.getElementById("range").textContent = `${pretty(view[0])} to ${pretty(view[1])} ms`;
  }

  function zoom(factor, at = (view[0] + view[1]) / 2) {
    show(at - (at - view[0]) * factor, at + (view[1] - at) * factor);
  }
  function pan(part) {
    const by = part * (view[1] - view[0]);
    show(view[0] + by, view[1] + by);
  }

  function listen(chart) {
    const over = chart.plot.over;
    over.addEventListener("wheel", event => {
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, chart.plot.posToVal(event.offsetX, "x"));
    }, { passive: false });
    over.addEventListener("mousedown", event => {
      if (!event.shiftKey) return;
      event.stopImmediatePropagation();
      const from = event.clientX, start = view.slice();
      const move = moved => {
        const by = (from - moved.clientX) / over.clientWidth * (start[1] - start[0]);
        show(start[0] + by, start[1] + by);
      };
      const up = () => { removeEventListener("mousemove", move); removeEventListener("mouseup", up); };
      addEventListener("mousemove", move);
      addEventListener("mouseup", up);
    }, { capture: true });
    over.addEventListener("dblclick", () => show(...whole));
  }

  // What is shown ------------------------------------------------------------------------------------------------

  function show_head() {
    document.getElementById("title").textContent = run.title;
    document.getElementById("summary").textContent = run.summary;
    if (run.warning) main.append(element("p", { className: "warning", textContent: run.warning }));
  }

  function show_report(report) {
    const label = report.long_name || report.variable;
    main.append(element("h3", { textContent: `${report.variable}: ${label} (${report.unit})` }));
    if (report.note) main.append(element("p", { className: "note", textContent: report.note }));
    const pyramids = report.traces.map(pyramid);
    const sample = (min, max, pixels) => columns(report, pyramids, min, max, pixels);
    add_chart(main, `${report.population}: ${label} over time`, 260, {
      unit: `${report.variable} (${report.unit})`,
      series: report.traces.map((trace, k) => ({
        label: trace.label, stroke: colour(k), width: 1.25, points: { show: false }, value: (_, v) => v === null || v === undefined ? "" : pretty(v),
      })),
    }, sample(...whole, 1000), sample);
  }

  function show_raster(population) {
    const times = numbers(population.spikes.times, Float64Array), ids = numbers(population.spikes.ids, Uint32Array);
    const height = Math.min(320, 130 + 2 * population.size);
    const draw = plot => {
      const { ctx, bbox } = plot, [min, max] = view;
      const tall = Math.max(2, Math.min(14 * devicePixelRatio, 0.8 * bbox.height / population.size));
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      ctx.fillStyle = style("--c0");
      for (let i = 0; i < times.length; ++i) {
        if (times[i] < min || times[i] > max) continue;
        ctx.fillRect(Math.round(plot.valToPos(times[i], "x", true)), plot.valToPos(ids[i], "y", true) - tall / 2, devicePixelRatio * 1.25, tall);
      }
      ctx.restore();
    };
    add_chart(main, `${population.name}: spikes of each neuron`, height, {
      unit: "neuron", draw, legend: false, y_axis: { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1e4, 1e5, 1e6, 1e7] }, scales: { y: { range: [-0.5, population.size - 0.5] } },
      series: [{ label: "neuron", points: { show: false }, value: () => "" }],
    }, [whole, [null, null]], null);
  }

  function show_rate(population) {
    const { edges, values } = population.spikes.rate;
    const times = Array.from(numbers(edges, Float64Array)), shown = Array.from(numbers(values, Float64Array));
    shown.push(shown[shown.length - 1]);  // a step ends where the next would begin
    add_chart(main, `${population.name}: rate over time`, 170, {
      unit: "rate (Hz)", scales: { y: { range: (_, __, max) => [0, max > 0 ? 1.05 * max : 1] } },
      series: [{ label: "mean rate (Hz)", stroke: colour(0), width: 1.25, points: { show: false },
        paths: uPlot.paths.stepped({ align: 1 }), value: (_, v) => v === null || v === undefined ? "" : pretty(v) }],
    }, [times, shown], null);
  }

  function show_features(population) {
    const { columns: heads, rows } = population.features;
    const table = element("table", { className: "numbers" });
    const cell = (kind, text, more = {}) => element(kind, { textContent: text, ...more });
    table.append(element("thead", {}, element("tr", {}, cell("th", "feature", { scope: "col" }), cell("th", "unit", { scope: "col" }),
      ...rows.map(row => cell("th", `neuron ${row.neuron}`, { scope: "col" })))));
    const body = element("tbody");
    heads.forEach((head, k) => body.append(element("tr", {}, cell("th", head.name, { scope: "row", title: head.doc }), cell("td", head.unit),
      ...rows.map(row => cell("td", pretty(row.values[k]))))));
    table.append(body);
    main.append(element("h3", { textContent: "Features" }), element("p", { className: "note", textContent: population.features.note }),
      element("div", { className: "scroll", tabIndex: 0 }, table));
  }

  function show_population(population) {
    main.append(element("h2", { textContent: population.name + (population.size > 0 ? `: ${population.size} ${population.size === 1 ? "neuron" : "neurons"}` : "") }));
    for (const report of population.reports) show_report(report);
    if (population.spikes) {
      main.append(element("h3", { textContent: population.spikes.title }));
      if (population.spikes.note) main.append(element("p", { className: "note", textContent: population.spikes.note }));
      if (population.spikes.count > 0) {
        show_raster(population);
        show_rate(population);
      }
    }
    if (population.features) show_features(population);
  }

  function show_provenance() {
    main.append(element("h2", { textContent: "Where it comes from" }));
    const list = element("dl");
    for (const [name, value] of run.facts) list.append(element("dt", { textContent: name }), element("dd", { textContent: value }));
    main.append(list);
    for (const [name, text] of run.texts)
      main.append(element("details", { open: name === "config" }, element("summary", { textContent: name }), element("pre", { textContent: text, tabIndex: 0 })));
  }

  // Keys, buttons, theme -----------------------------------------------------------------------------------------

  const actions = {
    whole: () => show(...whole), in: () => zoom(0.5), out: () => zoom(2), left: () => pan(-0.25), right: () => pan(0.25), theme: change_theme,
  };
  const keys = { "0": "whole", "Home": "whole", "+": "in", "=": "in", "-": "out", "ArrowLeft": "left", "ArrowRight": "right", "d": "theme" };

  function set_theme(name) {
    document.documentElement.dataset.theme = name;
    for (const chart of charts) {
      chart.plot.redraw(false, true);
      chart.box.querySelectorAll(".u-series .u-marker").forEach((marker, k) => { if (k > 0) marker.style.borderColor = colour(k - 1)(); });
    }
  }
  function change_theme() {
    set_theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  }

  function start() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    set_theme(dark.matches ? "dark" : "light");
    dark.addEventListener("change", event => set_theme(event.matches ? "dark" : "light"));
    show_head();
    for (const population of run.populations) show_population(population);
    show_provenance();
    for (const [id, action] of Object.entries(actions)) document.getElementById(id).addEventListener("click", action);
    addEventListener("keydown", event => {
      const name = keys[event.key];
      if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("pre, .scroll") && event.key.startsWith("Arrow")) return;
      event.preventDefault();
      actions[name]();
    });
    new ResizeObserver(() => {
      for (const chart of charts) chart.plot.setSize({ width: chart.box.clientWidth, height: chart.plot.height });
      show(...view);
    }).observe(main);
    show(...whole);
    document.documentElement.dataset.ready = "true";
  }
  start();
})();
