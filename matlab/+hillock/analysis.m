% Reads what a run measured while it went on: the features and spike statistics that the config's `analysis` asks for.
%
%   [values, units] = hillock.analysis(file)
%   [values, units] = hillock.analysis(file, population)
%
% file        a path, or what hillock.open returned
% population  its name; may be left out or [] when the file has one only
% values      struct: neuron [n x 1], counted from 0 in the population; then by name, values.AP_amplitude [n x 1], NaN where a
%             neuron has none; values.correlation, a number of the whole population; values.spectrum [k x 1] over
%             values.frequency, values.ISI_histogram over values.interval, values.autocorrelogram over values.lag
% units       struct: 'mV', 'Hz', '1' for numbers
%
% Features of action potentials are means over those of a neuron.
%
% Example:
%   [values, units] = hillock.analysis('results/f_i_membranes.h5', 'axon');
%   plot(values.neuron, values.mean_frequency), ylabel(units.mean_frequency)
function [values, units] = analysis(file, population)
  source = hillock.internal.source_of(file);
  if nargin < 2
    population = [];
  end
  population = hillock.internal.population_of(source, population);
  group = ['/analysis/', population, '/'];
  members = source.objects(strncmp({source.objects.path}, group, numel(group)));
  if isempty(members)
    error('hillock:analysis', '%s: nothing was measured of ''%s'' during the run; its config has no ''analysis'' of it', ...
          source.file, population);
  end
  values.neuron = double(hillock.internal.read_data(source, [group, 'neuron']));
  units = struct();
  for object = members'
    name = object.path(numel(group) + 1:end);
    if ~strcmp(name, 'neuron')
      values.(name) = hillock.internal.read_data(source, object.path);
      units.(name) = hillock.internal.text_attribute(object, 'units');
    end
  end
end
