% Reads what was recorded around spikes only, as the config asks with `around_spikes`: one row for each spike.
%
%   [values, offset, times, node_ids, units] = hillock.around_spikes(file, population, name)
%   [...] = hillock.around_spikes(file, population, name, 'neurons', [...], 'time', [from to])
%
% file        a path, or what hillock.open returned
% population  its name; [] when the file has one only
% name        'V', 'w', ...
% 'neurons'   only spikes of these, counted from 0 in the population
% 'time'      only spikes in [from to], ms, both ends included (to 1e-6 ms)
% values      [spikes x samples], double: each row around one spike, of the neuron that fired
% offset      [1 x samples], ms: when the samples were taken, from the grid point at or after the spike
% times       [spikes x 1], ms, of the spikes, in order
% node_ids    [spikes x 1], counted from 0
% units       'mV'
%
% Spikes whose window reaches over the start or the end of the run are not there.
%
% Example:
%   [V, offset, ~, ~, units] = hillock.around_spikes('results/f_i_membranes.h5', 'axon', 'V', 'neurons', 24);
%   plot(offset, V), ylabel(units)
function [values, offset, times, node_ids, units] = around_spikes(file, population, name, varargin)
  caller = 'hillock.around_spikes';
  options = hillock.internal.options_of(caller, struct('neurons', [], 'time', []), varargin);
  range = hillock.internal.time_range(caller, options.time);
  source = hillock.internal.source_of(file);
  if nargin < 2
    population = [];
  end
  population = hillock.internal.population_of(source, population);
  if nargin < 3
    name = '';
  end
  found = recorded(source, population, char(name));
  count = trusted_count(source, found);
  column = @(name) double(hillock.internal.read_data(source, [found.group, '/', name], 1, count));
  times = column('timestamps');
  node_ids = column('node_ids');
  offset = double(hillock.internal.read_data(source, [found.group, '/offset']))';
  units = found.units;
  values = hillock.internal.read_data(source, found.path, [1, 1], [count, found.shape(2)]);
  chosen = times >= range(1) - 1e-6 & times <= range(2) + 1e-6;
  if ~isempty(options.neurons)
    chosen = chosen & ismember(node_ids, double(options.neurons));
  end
  values = values(chosen, :);
  times = times(chosen);
  node_ids = node_ids(chosen);
end

% The entry of snippets_of that is meant.
function found = recorded(source, population, name)
  list = hillock.internal.snippets_of(source, population);
  if isempty(list)
    error('hillock:around_spikes', '%s: nothing was recorded around spikes of ''%s''', source.file, population);
  end
  if isempty(name)
    error('hillock:around_spikes', ...
          '%s: name a variable, as in hillock.around_spikes(file, population, name); around spikes of ''%s'' there are: %s', ...
          source.file, population, strjoin(unique({list.name}), ', '));
  end
  found = list(strcmp({list.name}, name));
  if isempty(found)
    error('hillock:around_spikes', '%s: there is no variable ''%s'' around spikes of ''%s''; there are: %s', source.file, name, ...
          population, strjoin(unique({list.name}), ', '));
  end
end

% A run that goes on says in the attribute `recorded` of the group how many spikes it has flushed.
function count = trusted_count(source, found)
  inside = source.objects(strncmp({source.objects.path}, [found.group, '/'], numel(found.group) + 1));
  inside = inside(~strcmp({inside.path}, [found.group, '/offset']));
  count = min(arrayfun(@(object) object.shape(1), inside));
  group = source.objects(strcmp({source.objects.path}, found.group));
  count = min(count, group.attributes.recorded(2));
end
