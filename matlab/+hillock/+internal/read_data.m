% Reads a data set, or a part of one, the same way in MATLAB, in Octave with octave-netcdf, and in plain Octave.
%
%   values = read_data(source, path)
%   values = read_data(source, path, first, count)
%
% source        from source_of
% path          '/report/exc/V'
% first, count  rows of indices (from 1) and extents in the file's order, [time neuron]; all when left out
% values        in the file's order, [time x neuron], a column for one dimension, a number for none; floating point is
%               double, integers keep their class
%
% ncread reads only the part that is asked for. Octave without its package netcdf has load, which reads all of /report or
% of /spikes: that is done once for each source.
function values = read_data(source, path, first, count)
  shape = shape_of(source, path);
  if isempty(shape)
    values = single_value(source, path);
    return
  end
  if nargin < 4
    first = ones(size(shape));
    count = shape;
  end
  if any(count == 0)
    values = zeros([count, 1]);
  elseif exist('ncread', 'file')
    values = hillock.internal.retried(source.file, @() ncread(source.file, path, fliplr(first), fliplr(count)));
  else
    values = loaded_part(source, path, shape, first, count);
  end
  if isfloat(values)
    values = double(values);
  end
  if isscalar(count)
    values = values(:);
  else
    values = permute(reshape(values, fliplr(count)), numel(count):-1:1);
  end
end

function value = single_value(source, path)
  if exist('ncread', 'file')
    value = double(hillock.internal.retried(source.file, @() ncread(source.file, path)));
  else
    value = double(hillock.internal.retried(source.file, @() loaded(source, path)));
  end
end

function shape = shape_of(source, path)
  k = find(strcmp({source.objects.path}, path));
  if isempty(k) || source.objects(k).is_group
    error('hillock:file', '%s has no data set %s', source.file, path);
  end
  shape = source.objects(k).shape;
end

% The part with its dimensions reversed, as ncread has them.
function values = loaded_part(source, path, shape, first, count)
  values = hillock.internal.retried(source.file, @() loaded(source, path));
  others = fliplr(shape(2:end));
  values = reshape(values, [others, numel(values) / prod(others), 1]);  % a partial file may have grown since it was listed
  part = cell(1, numel(shape));
  for k = 1:numel(shape)
    part{numel(shape) + 1 - k} = first(k) - 1 + (1:count(k));
  end
  values = values(part{:});
end

% All of the data set. load leaves out what it cannot read, with a warning: that is an error here.
function values = loaded(source, path)
  names = strsplit(path(2:end), '/');
  if ~isKey(source.loaded, names{1})
    source.loaded(names{1}) = load('-hdf5', source.file, names{1});
  end
  values = source.loaded(names{1});
  for k = 1:numel(names)
    field = member(source, names, k);
    if ~isfield(values, field)
      remove(source.loaded, names{1});
      error('hillock:file', '%s: load could not read %s', source.file, path);
    end
    values = values.(field);
  end
end

% The field that load makes of the name: what cannot stand in a name of Octave's becomes '_'.
function field = member(source, names, k)
  as_field = @(text) regexprep(regexprep(text, '\W', '_'), '^(\d)', '_$1');
  field = as_field(names{k});
  above = sprintf('/%s', names{1:k - 1});
  siblings = regexp({source.objects.path}, ['^', regexptranslate('escape', above), '/([^/]+)$'], 'tokens', 'once');
  siblings = cellfun(@(found) as_field(found{1}), siblings(~cellfun(@isempty, siblings)), 'UniformOutput', false);
  if sum(strcmp(siblings, field)) > 1
    error('hillock:names', ['%s: load cannot tell %s/%s from another name that also becomes ''%s''; install the package ' ...
          'octave-netcdf and type pkg load netcdf'], source.file, above, names{k}, field);
  end
end
