% Reads the file of a sweep: the table of its runs, and the same values on the grid of the swept parameters.
%
%   sweep = hillock.sweep(file)
%
% file   a path, or what hillock.open returned; a file of kind 'sweep' has in its root one data set [run] for each swept
%        parameter (attributes units, path), for each value that sums a run up, and run, seed and status (0 done, 1 failed,
%        -1 not run); the attribute sweep_parameters names the parameters, the last varying fastest
% sweep  struct:
%   file        the path
%   parameters  {1 x p} names of the swept parameters
%   paths       sweep.paths.amplitude: what it sets, 'inputs.step.amplitude'
%   units       sweep.units.amplitude: 'nA'; '' for what has none
%   table       struct of columns [runs x 1]: run, seed, status, the parameters, the values; NaN where a run gave none
%   axes        sweep.axes.amplitude: [n x 1], the values that a parameter takes, in order of the sweep
%   grid        sweep.grid.rate: [n1 x n2 x ... x repeats] on sweep.axes.(parameters{1}), sweep.axes.(parameters{2}), ...;
%               no fields when the runs do not fill a grid
%
% Spikes of the runs: hillock.spikes(file, population, 'run', k); traces that were kept: hillock.voltage(..., 'run', k).
%
% Example:
%   sweep = hillock.sweep('results/fi_sweep.h5');
%   plot(sweep.axes.amplitude, sweep.grid.rate)
function sweep = sweep(file)
  source = hillock.internal.source_of(file);
  if ~strcmp(source.attributes.hillock_kind, 'sweep')
    error('hillock:sweep', '%s is the file of a %s: hillock.sweep reads the files of sweeps', source.file, ...
          source.attributes.hillock_kind);
  end
  if ~isfield(source.attributes, 'sweep_parameters')
    error('hillock:sweep', '%s: the attribute ''sweep_parameters'' is missing', source.file);
  end
  parameters = strsplit(strtrim(source.attributes.sweep_parameters));
  sweep = struct('file', source.file, 'parameters', {parameters}, 'paths', struct(), 'units', struct(), 'table', struct(), ...
                 'axes', struct(), 'grid', struct());
  for object = source.objects'
    name = object.path(2:end);
    if ~object.is_group && ~any(name == '/') && isscalar(object.shape)
      sweep.table.(name) = hillock.internal.read_data(source, object.path);
      sweep.units.(name) = hillock.internal.text_attribute(object, 'units');
      if any(strcmp(parameters, name))
        sweep.paths.(name) = hillock.internal.text_attribute(object, 'path');
      end
    end
  end
  missing = parameters(~isfield(sweep.table, parameters));
  if ~isempty(missing)
    error('hillock:sweep', '%s: there is no column ''%s'', a parameter of the sweep; there are: %s', source.file, missing{1}, ...
          strjoin(fieldnames(sweep.table)', ', '));
  end
  [sweep.axes, cells, extents] = grid_of(sweep.table, parameters);
  if ~isempty(cells)
    for name = setdiff(fieldnames(sweep.table)', 'seed')  % a seed may have more digits than a double
      sweep.grid.(name{1}) = NaN(extents);
      sweep.grid.(name{1})(cells) = double(sweep.table.(name{1}));
    end
  end
end

% The values of each parameter, and for each run the index of its cell in a grid of these extents; the runs that repeat a
% cell lie along the last dimension. No cells when some are empty.
function [axes, cells, extents] = grid_of(table, parameters)
  axes = struct();
  cells = 1;
  extents = zeros(1, 0);
  for name = parameters
    [values, place] = levels(double(table.(name{1})));
    axes.(name{1}) = values;
    cells = cells + (place - 1) * prod(extents);
    extents(end + 1) = numel(values);
  end
  size_of_grid = prod(extents);
  repeat = zeros(size(cells));
  count = zeros(size_of_grid, 1);
  for k = 1:numel(cells)
    repeat(k) = count(cells(k));
    count(cells(k)) = count(cells(k)) + 1;
  end
  cells = cells + repeat * size_of_grid;
  if max(count) > 1 || isscalar(extents)
    extents(end + 1) = max([count; 1]);
  end
  if any(count == 0)
    cells = [];
  end
end

% The different values in order of appearance, and which of them each entry is.
function [values, place] = levels(column)
  values = zeros(0, 1);
  place = zeros(size(column));
  for k = 1:numel(column)
    found = find(values == column(k), 1);
    if isempty(found)
      values(end + 1, 1) = column(k);
      found = numel(values);
    end
    place(k) = found;
  end
end
