% Opens a file of hillock's for the other functions: checks it, lists what it holds.
%
%   source = source_of(file)
%
% file    a path, or what hillock.open returned
% source  struct: file (char row), objects (see hdf5_objects), attributes (struct, those of the file itself),
%         loaded (containers.Map, kept by read_data)
function source = source_of(file)
  if isstruct(file) && isfield(file, 'file')
    file = file.file;
  end
  file = char(file);
  if ~isfile(file)
    error('hillock:file', '%s', missing_text(file));
  end
  objects = hillock.internal.retried(file, @() hillock.internal.hdf5_objects(file));
  attributes = objects(1).attributes;
  if ~isfield(attributes, 'hillock_kind')
    error('hillock:file', '%s is no file of hillock''s: it has no attribute ''hillock_kind''', file);
  end
  source = struct('file', file, 'objects', objects, 'attributes', attributes, 'loaded', containers.Map());
end

function text = missing_text(file)
  text = sprintf('there is no file %s', file);
  if isfile([file, '.partial'])
    text = sprintf('%s; there is %s.partial, of a run that goes on or was stopped', text, file);
  end
end
