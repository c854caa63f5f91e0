% Measures action potentials: eFEL's features, with eFEL's names and units.
%
%   [features, units] = hillock.features(file)
%   [features, units] = hillock.features(file, population, 'neurons', [...], 'time', [from to], 'stim_start', t, ...)
%   [features, units] = hillock.features(time, V, 'stim_start', t, ...)
%
% file        a path, or what hillock.open returned
% population  its name; may be left out or [] when the file has one only
% time, V     [frames x 1] ms, [frames x neurons] mV: measures these instead of a file, as neurons 0, 1, ...
% 'neurons'   only these, counted from 0 in the population
% 'time'      [from to] in ms, both ends included: measures only this part
% 'run'       of a sweep's file: the run, counted from 0
% 'stim_start', 'stim_end'   the stimulus, ms; the whole trace when left out
% eFEL's settings, with its defaults: 'Threshold' -20 mV, 'DerivativeThreshold' 10 mV/ms, 'DownDerivativeThreshold'
%   -12 mV/ms, 'DerivativeWindow' 3 samples, 'strict_stiminterval' false, 'rise_start_perc' 0, 'rise_end_perc' 1,
%   'voltage_base_start_perc' 0.9, 'voltage_base_end_perc' 1
% features    struct array, [neurons x 1]: neuron, and one column per feature with a value for each action potential,
%             such as peak_time, AP_amplitude, AP_duration_half_width; empty where there is none. Indices count from 1.
% units       struct: 'ms', 'mV', 'V/s' (the same as mV/ms), '1/(ms)', 'constant' for indices
%
% Everything is measured on the samples of the trace; eFEL gives the same with its interp_step set to their interval.
% Models that are reset at their threshold, such as lif, have no action potentials to measure, and a warning says so; their
% spikes are in hillock.spikes.
%
% Example:
%   features = hillock.features('results/quickstart.h5', 'cell', 'stim_start', 50);
%   fprintf('%.1f mV high, %.2f ms wide\n', features.AP_amplitude, features.AP_duration_half_width)
function [features, units] = features(file, population, varargin)
  caller = 'hillock.features';
  settings = hillock.internal.ap_settings();
  if isnumeric(file)
    time = double(file(:));
    V = [];
    if nargin > 1 && isnumeric(population)
      V = double(population);
    end
    if isvector(V)
      V = V(:);
    end
    if size(V, 1) ~= numel(time)
      error('hillock:option', '%s: V must be numbers with one row for each of the %d times', caller, numel(time));
    end
    neuron = 0:size(V, 2) - 1;
    settings = hillock.internal.options_of(caller, settings, varargin);
  else
    if nargin < 2
      population = [];
    end
    [settings.neurons, settings.time, settings.run] = deal([]);
    settings = hillock.internal.options_of(caller, settings, varargin);
    [time, V, neuron] = hillock.voltage(file, population, 'neurons', settings.neurons, 'time', settings.time, ...
                                        'run', settings.run);
  end
  [features, units] = hillock.internal.measured(caller, time, V, neuron, settings);
  if ~any(V(:) > settings.Threshold)
    warning('hillock:features', ['%s: V never passes Threshold = %g mV (it reaches %.2f mV): no action potentials to measure; ' ...
            'spikes of models that are reset at their threshold are in hillock.spikes'], caller, settings.Threshold, max(V(:)));
  end
end
