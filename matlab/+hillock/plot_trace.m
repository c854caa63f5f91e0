% Draws membrane potentials over time, with threshold, peak and afterhyperpolarisation of each action potential marked.
%
%   handles = hillock.plot_trace(file)
%   handles = hillock.plot_trace(file, population, 'neurons', [...], 'time', [from to], 'stim_start', t, ...)
%
% file        a path, or what hillock.open returned
% population  its name; may be left out or [] when the file has one only
% 'neurons'   these, counted from 0 in the population; the first that was recorded when left out
% 'time'      [from to] in ms
% 'axes'      draws there instead of in the current axes
% 'run', 'stim_start', 'stim_end', 'Threshold', ...   as in hillock.features, which finds the marks
% handles     struct: axes, trace [neurons x 1], threshold, peak, ahp, spikes; a mark of which there is none is []
%
% Traces without action potentials, such as those of lif, get a mark above for each spike that was recorded.
%
% Example:
%   hillock.plot_trace('results/quickstart.h5', 'cell', 'time', [45 75]);
function handles = plot_trace(file, population, varargin)
  caller = 'hillock.plot_trace';
  if nargin < 2
    population = [];
  end
  options = hillock.internal.ap_settings();
  [options.neurons, options.time, options.run, options.axes] = deal([]);
  options = hillock.internal.options_of(caller, options, varargin);
  if isempty(options.neurons)
    [~, ~, recorded] = hillock.voltage(file, population, 'time', [-1 -1], 'run', options.run);
    options.neurons = recorded(1);
  end
  [time, V, neuron] = hillock.voltage(file, population, 'neurons', options.neurons, 'time', options.time, 'run', options.run);
  features = hillock.internal.measured(caller, time, V, neuron, options);
  [handles.axes, held] = hillock.internal.held_axes(options.axes);
  rgb = hillock.internal.colours();
  handles.trace = [];
  for k = 1:numel(neuron)
    handles.trace(k, 1) = plot(handles.axes, time, V(:, k), 'Color', rgb(1 + mod(5 + k, 7), :), 'LineWidth', 1);
  end
  ahp = {features.min_AHP_indices};
  handles.threshold = marks(handles.axes, vertcat(features.AP_begin_time), vertcat(features.AP_begin_voltage), 'o', rgb(4, :));
  handles.peak = marks(handles.axes, vertcat(features.peak_time), vertcat(features.peak_voltage), 'v', rgb(2, :));
  handles.ahp = marks(handles.axes, time(vertcat(ahp{:})), vertcat(features.min_AHP_values), '^', rgb(3, :));
  handles.spikes = [];
  if isempty(handles.peak)
    times = spike_times(file, population, neuron, time, options.run);
    handles.spikes = marks(handles.axes, times, repmat(top_of(V), numel(times), 1), 'v', rgb(2, :));
  end
  xlim(handles.axes, time([1 end])');
  xlabel(handles.axes, 'time (ms)');
  ylabel(handles.axes, 'V (mV)');
  explained(handles, neuron);
  hold(handles.axes, held);
end

% One line object of markers; [] when there is nothing to mark.
function line = marks(axes, x, y, marker, colour)
  line = [];
  if ~isempty(x)
    line = plot(axes, x, y, 'LineStyle', 'none', 'Marker', marker, 'MarkerSize', 4, 'Color', colour, 'MarkerFaceColor', colour);
  end
end

% Spikes of the neurons in the time drawn; none when they were not recorded.
function times = spike_times(file, population, neuron, time, run)
  times = [];
  source = hillock.internal.source_of(file);
  population = hillock.internal.population_of(source, population);
  if ~isempty(hillock.internal.spike_count(source, population))
    times = hillock.spikes(file, population, 'neurons', neuron, 'time', time([1 end]), 'run', run);
  end
end

% A twentieth above the highest value.
function y = top_of(V)
  y = max(V(:)) + max(0.05 * (max(V(:)) - min(V(:))), 0.1);
end

function explained(handles, neuron)
  lines = handles.trace(:)';
  names = arrayfun(@(id) sprintf('neuron %d', id), neuron, 'UniformOutput', false);
  for kind = {'threshold', 'peak', 'ahp', 'spikes'; 'threshold', 'peak', 'AHP', 'spike'}
    if ~isempty(handles.(kind{1}))
      lines(end + 1) = handles.(kind{1});
      names{end + 1} = kind{2};
    end
  end
  legend(handles.axes, lines, names, 'Location', 'northoutside', 'Orientation', 'horizontal');
  legend(handles.axes, 'boxoff');
end
