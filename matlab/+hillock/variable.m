% Reads any recorded variable over time, one column per neuron.
%
%   [time, values, neuron, units] = hillock.variable(file, population, name)
%   [...] = hillock.variable(file, population, name, 'neurons', [...], 'time', [from to], 'mean', true, 'run', run)
%
% file        a path, or what hillock.open returned
% population  its name; [] when the file has one only
% name        'V', 'g_ampa', 'w', ...
% 'neurons'   only these, in this order, counted from 0 in the population
% 'time'      [from to] in ms, both ends included (to a millionth of the recording interval)
% 'mean'      true: one value of the population, its mean, sum or rate, whichever of the variable was recorded
% 'run'       of a sweep's file: the run, counted from 0
% time        [frames x 1], ms
% values      [frames x neurons], double
% neuron      [1 x neurons], counted from 0 in the population; [] for a mean
% units       'mV'
%
% With octave-netcdf (pkg load netcdf) and in MATLAB only what is asked for is read.
%
% Example:
%   [time, I, ~, units] = hillock.variable('results/weighted_sum.h5', 'cell', 'I_strong', 'time', [215 230]);
function [time, values, neuron, units] = variable(file, population, name, varargin)
  caller = 'hillock.variable';
  options = hillock.internal.options_of(caller, struct('neurons', [], 'time', [], 'mean', false, 'run', []), varargin);
  range = hillock.internal.time_range(caller, options.time);
  source = hillock.internal.source_of(file);
  if nargin < 2
    population = [];
  end
  population = hillock.internal.population_of(source, population);
  if nargin < 3
    name = '';
  end
  found = recorded(source, population, char(name), options);
  [first, count] = frames_of(source, found, range);
  time = hillock.internal.read_data(source, [found.group, '/time'], first, count);
  units = found.units;
  if found.is_mean
    neuron = [];
    values = hillock.internal.read_data(source, found.path, first, count);
    return
  end
  neuron = double(hillock.internal.read_data(source, [found.group, '/neuron']))';
  columns = columns_of(source, found, neuron, options.neurons);
  neuron = neuron(columns);
  values = zeros(count, numel(columns));
  starts = [1, find(diff(columns) ~= 1) + 1];  % neighbours in the file are read at once
  ends = [starts(2:end) - 1, numel(columns)];
  for k = 1:numel(starts)
    part = starts(k):ends(k);
    place = [first, columns(part(1))];
    extent = [count, numel(part)];
    if numel(found.shape) == 3
      place = [run_row(source, found, options.run), place];
      extent = [1, extent];
    end
    values(:, part) = reshape(hillock.internal.read_data(source, found.path, place, extent), extent(end - 1:end));
  end
end

% The entry of variables_of that is meant.
function found = recorded(source, population, name, options)
  list = hillock.internal.variables_of(source, population, options.run);
  if isempty(list)
    list = hillock.internal.variables_of(source, population);
  end
  names = unique({list.name});
  if isempty(names)
    error('hillock:variable', '%s: no variable of ''%s'' was recorded', source.file, population);
  end
  if isempty(name)
    error('hillock:variable', '%s: name a variable, as in hillock.variable(file, population, name); of ''%s'' there are: %s', ...
          source.file, population, strjoin(names, ', '));
  end
  found = list(strcmp({list.name}, name));
  if isempty(found)
    error('hillock:variable', '%s: there is no variable ''%s'' of ''%s''; there are: %s', source.file, name, population, ...
          strjoin(names, ', '));
  end
  found = found([found.is_mean] == logical(options.mean));
  if isempty(found) && options.mean
    error('hillock:variable', '%s: no mean of ''%s'' of ''%s'' was recorded, only single neurons', source.file, name, population);
  elseif isempty(found)
    error('hillock:variable', '%s: only the mean of ''%s'' of ''%s'' was recorded: ask for it with ''mean'', true', ...
          source.file, name, population);
  end
end

% The first frame and the number of frames in a range of times. Of a file that is being written, or was left by a killed
% run, mapping/time says which frames are whole.
function [first, count] = frames_of(source, found, range)
  mapping = [found.group, '/mapping/time'];
  if any(strcmp({source.objects.path}, mapping))
    grid = hillock.internal.read_data(source, mapping);  % first time, open end, interval; ms
    frames = min(found.shape(1), ceil(grid(2) / grid(3) - 0.25));
    first = max(1, 1 + ceil((range(1) - grid(1)) / grid(3) - 1e-6));
    last = min(frames, 1 + floor((range(2) - grid(1)) / grid(3) + 1e-6));
  else
    time = hillock.internal.read_data(source, [found.group, '/time']);
    margin = 1e-6 * min([diff(time); 1]);
    first = 1 + sum(time < range(1) - margin);
    last = sum(time <= range(2) + margin);
  end
  count = max(0, last - first + 1);
end

% Where in the file the neurons stand that are asked for.
function columns = columns_of(source, found, neuron, wanted)
  columns = 1:numel(neuron);
  if ~isempty(wanted)
    wanted = double(wanted(:)');
    [there, columns] = ismember(wanted, neuron);
    if ~all(there)
      error('hillock:neurons', '%s: neuron %s of %s was not recorded; recorded are: %s', source.file, ...
            mat2str(wanted(find(~there, 1))), found.path, hillock.internal.ranges_text(neuron));
    end
  end
end

% The row of a sweep's traces that belongs to the run.
function row = run_row(source, found, run)
  runs = double(hillock.internal.read_data(source, [found.group, '/run']));
  if isempty(run)
    error('hillock:run', '%s holds traces of %d runs: choose one with ''run'', from %d to %d', source.file, numel(runs), ...
          runs(1), runs(end));
  end
  row = find(runs == double(run));
  if isempty(row)
    error('hillock:run', '%s: there is no run %s; there are: %s', source.file, mat2str(double(run)), ...
          hillock.internal.ranges_text(runs'));
  end
end
