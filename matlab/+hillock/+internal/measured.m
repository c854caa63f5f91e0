% Measures the action potentials of several neurons.
%
%   [features, units] = measured(caller, time, V, neuron, settings)
%
% caller    name for messages
% time, V   [n x 1] ms, [n x neurons] mV
% neuron    [1 x neurons], goes into the field `neuron`
% settings  as ap_settings; a stimulus that is [] is the whole trace
% features, units   as hillock.features
function [features, units] = measured(caller, time, V, neuron, settings)
  if numel(time) < 5
    error('hillock:trace', '%s: the trace has %d samples; at least 5 are needed', caller, numel(time));
  end
  if isempty(settings.stim_start)
    settings.stim_start = time(1);
  end
  if isempty(settings.stim_end)
    settings.stim_end = time(end);
  end
  if settings.stim_start > time(end) || settings.stim_end < settings.stim_start
    error('hillock:trace', '%s: the stimulus from %g to %g ms does not lie in the trace, %g to %g ms', caller, ...
          settings.stim_start, settings.stim_end, time(1), time(end));
  end
  for k = 1:numel(neuron)
    [found, units] = hillock.internal.ap_features(time, V(:, k), settings);
    features(k, 1) = cell2struct([{neuron(k)}; struct2cell(found)], [{'neuron'}; fieldnames(found)]);
  end
end
