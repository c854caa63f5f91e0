% Draws each spike as a dot: time to the right, neurons upwards, one colour per population.
%
%   handles = hillock.raster(file)
%   handles = hillock.raster(file, populations, 'time', [from to], 'neurons', [...], 'run', run)
%
% file         a path, or what hillock.open returned
% populations  a name or {names}, from below upwards; all whose spikes were recorded when left out or []
% 'time'       [from to] in ms
% 'neurons'    only these, counted from 0 in each population
% 'axes'       draws there instead of in the current axes
% 'run'        of a sweep's file: the run, counted from 0
% handles      struct: axes, dots [populations x 1] (lines of markers), offset [populations x 1]: what is added to node_ids
%
% Example:
%   hillock.raster('results/sigmoid_decision.h5', [], 'time', [0 50]);
function handles = raster(file, populations, varargin)
  caller = 'hillock.raster';
  options = struct('time', [], 'neurons', [], 'axes', [], 'run', []);
  options = hillock.internal.options_of(caller, options, varargin);
  range = hillock.internal.time_range(caller, options.time);
  source = hillock.internal.source_of(file);
  if nargin < 2
    populations = [];
  end
  populations = chosen(source, populations);
  [handles.axes, held] = hillock.internal.held_axes(options.axes);
  rgb = hillock.internal.colours();
  handles.offset = zeros(numel(populations), 1);
  total = 0;
  for k = 1:numel(populations)
    [times, node_ids] = hillock.spikes(file, populations{k}, 'time', options.time, 'neurons', options.neurons, ...
                                       'run', options.run);
    if isempty(times)
      [times, node_ids] = deal(NaN);  % keeps its place and its colour
    end
    handles.offset(k) = total;
    handles.dots(k, 1) = plot(handles.axes, times, node_ids + total, 'LineStyle', 'none', 'Marker', '.', ...
                              'MarkerSize', 4, 'Color', rgb(1 + mod(k - 1, 7), :));
    total = total + size_of(source, populations{k});
  end
  xlim(handles.axes, shown(source, range));
  ylim(handles.axes, [-0.5, total - 0.5]);
  xlabel(handles.axes, 'time (ms)');
  labelled(handles, populations, total);
  hold(handles.axes, held);
end

% The populations meant, as {names}.
function populations = chosen(source, populations)
  if isempty(populations)
    populations = hillock.internal.populations_of(source);
    populations = populations(cellfun(@(name) ~isempty(hillock.internal.spike_count(source, name)), populations));
    if isempty(populations)
      error('hillock:spikes', '%s: no spikes were recorded', source.file);
    end
  elseif ~iscell(populations)
    populations = cellstr(populations);
  end
end

% The number of neurons; where the file does not say, as many as the spikes show.
function count = size_of(source, population)
  count = hillock.internal.population_size(source, population);
  if isempty(count)
    [~, node_ids] = hillock.spikes(source, population);
    count = 1 + max([node_ids; 0]);
  end
end

% The range asked for, as far as the run went.
function limits = shown(source, range)
  limits = [max(range(1), 0), range(2)];
  if isinf(limits(2)) && isfield(source.attributes, 'recorded_until_ms')
    limits(2) = source.attributes.recorded_until_ms;
  end
end

% Names what stands upwards; a thin line between populations.
function labelled(handles, populations, total)
  if isscalar(populations)
    ylabel(handles.axes, sprintf('neuron of %s', populations{1}));
  else
    edges = [handles.offset; total];
    set(handles.axes, 'YTick', (edges(1:end - 1) + edges(2:end) - 1) / 2, 'YTickLabel', populations);
    for edge = handles.offset(2:end)' - 0.5
      plot(handles.axes, xlim(handles.axes), [edge, edge], 'Color', [0.8 0.8 0.8], 'LineWidth', 0.5);
    end
    ylabel(handles.axes, 'population');
  end
end
