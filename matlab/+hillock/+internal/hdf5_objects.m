% Lists the groups and data sets of a file of hillock's, with their attributes: needs no package, reads headers only.
%
%   objects = hdf5_objects(file)
%
% objects [n x 1] struct array, in the order of the file's tree:
%   path        '/report/exc/V'
%   is_group    true for groups
%   shape       row of extents in the file's order, [time neuron]; [] for groups and scalars
%   attributes  struct: numbers keep their class, texts are char rows; what is neither (references, lists) is left out
%   text        the characters of a data set that is one text, otherwise ''
%
% Octave has no such function, and ncinfo of octave-netcdf stops at texts and at SONATA's enumeration. hillock writes the
% earliest HDF5 format (HDF5 File Format Specification, The HDF Group, version 3.0: superblock 0, object headers 1, symbol
% tables), which this reads; another format is an error that says so.
function objects = hdf5_objects(file)
  id = fopen(file, 'r', 'l');
  if id < 0
    error('hillock:file', '%s cannot be opened for reading', file);
  end
  closer = onCleanup(@() fclose(id));
  signature = read_bytes(id, 0, 8);
  if ~isequal(signature, uint8([137 72 68 70 13 10 26 10]))
    error('hillock:file', '%s is no HDF5 file', file);
  end
  head = read_bytes(id, 8, 8);
  if head(1) > 1 || head(6) ~= 8 || head(7) ~= 8
    error('hillock:format', ['%s is in a newer HDF5 format (superblock %d) than hillock writes (0): ' ...
          'read it with h5read or ncread'], file, head(1));
  end
  root = 24 + 4 * double(head(1)) + 4 * 8;  % the entry of the root group follows four addresses
  objects = listed(id, '/', address(read_bytes(id, root + 8, 8)), struct('path', {}, 'is_group', {}, 'shape', {}, ...
                   'attributes', {}, 'text', {}));
end

% Appends the object at `place`, and all below it.
function objects = listed(id, path, place, objects)
  object = struct('path', path, 'is_group', false, 'shape', [], 'attributes', struct(), 'text', '');
  type = []; data = [0 0]; table = [];
  for message = messages_of(id, place)
    body = message{1}.body;
    switch message{1}.type
      case 1
        object.shape = extents(body);
      case 3
        type = body;
      case 8
        data = contiguous(body);
      case 12
        object.attributes = with_attribute(object.attributes, body);
      case 17
        table = body;
    end
  end
  object.is_group = ~isempty(table);
  if ~isempty(type) && class_of(type) == 3 && isempty(object.shape) && data(2) > 0
    object.text = text_of(read_bytes(id, data(1), data(2)));
  end
  objects(end + 1, 1) = object;
  if object.is_group
    for member = members_of(id, address(table(1:8)), address(table(9:16)))
      objects = listed(id, [regexprep(path, '/$', ''), '/', member{1}.name], member{1}.place, objects);
    end
  end
end

% The messages of an object header, {struct(type, body), ...}; it may go on in other blocks of the file.
function messages = messages_of(id, place)
  head = read_bytes(id, place, 16);
  if head(1) ~= 1
    error('hillock:format', '%s has an object header of version %d; hillock writes version 1: read it with h5read or ncread', ...
          fopen(id), head(1));
  end
  blocks = [place + 16, number(head(9:12), 'uint32')];
  messages = {};
  while ~isempty(blocks)
    block = read_bytes(id, blocks(1, 1), blocks(1, 2));
    blocks(1, :) = [];
    at = 0;
    while at + 8 <= numel(block)
      type = number(block(at + (1:2)), 'uint16');
      length = number(block(at + (3:4)), 'uint16');
      body = block(at + 8 + (1:length));
      if type == 16
        blocks(end + 1, :) = [address(body(1:8)), address(body(9:16))];
      else
        messages{end + 1} = struct('type', type, 'body', body);
      end
      at = at + 8 + length;
    end
  end
end

% The members of a group, {struct(name, place), ...} by name; soft links have no place of their own and are left out.
function members = members_of(id, tree, heap)
  names = read_bytes(id, address(read_bytes(id, heap + 24, 8)), address(read_bytes(id, heap + 8, 8)));
  members = {};
  for leaf = leaves_of(id, tree)
    head = read_bytes(id, leaf, 8);
    count = number(head(7:8), 'uint16');
    entries = reshape(read_bytes(id, leaf + 8, 40 * count), 40, count);
    for k = 1:count
      if number(entries(17:20, k), 'uint32') ~= 2
        name = names(address(entries(1:8, k)) + 1:end);
        members{end + 1} = struct('name', text_of(name), 'place', address(entries(9:16, k)));
      end
    end
  end
end

% Addresses of the leaves of a group's B-tree.
function leaves = leaves_of(id, node)
  head = read_bytes(id, node, 24);
  count = number(head(7:8), 'uint16');
  keys = read_bytes(id, node + 24, 16 * count + 8);
  leaves = [];
  for k = 1:count
    child = address(keys(16 * (k - 1) + (9:16)));
    if head(6) == 0
      leaves(end + 1) = child;
    else
      leaves = [leaves, leaves_of(id, child)];
    end
  end
end

% Adds the attribute that a message holds, when it is a number, numbers or a text.
function attributes = with_attribute(attributes, body)
  sizes = [number(body(3:4), 'uint16'), number(body(5:6), 'uint16'), number(body(7:8), 'uint16')];  % name, type, space
  at = 8 + (body(1) == 3);
  step = sizes;
  if body(1) == 1
    step = 8 * ceil(sizes / 8);
  end
  name = text_of(body(at + (1:sizes(1))));
  type = body(at + step(1) + (1:sizes(2)));
  count = prod(extents(body(at + step(1) + step(2) + (1:sizes(3)))));
  value = body(at + sum(step) + 1:end);
  width = number(type(5:8), 'uint32');
  switch class_of(type)
    case 0
      kinds = {'uint', 'int'};
      attributes.(matlab.lang.makeValidName(name)) = ...
        typecast(value(1:width * count), sprintf('%s%d', kinds{1 + bitget(type(2), 4)}, 8 * width));
    case 1
      kinds = {'single', 'double'};
      attributes.(matlab.lang.makeValidName(name)) = typecast(value(1:width * count), kinds{width / 4});
    case 3
      attributes.(matlab.lang.makeValidName(name)) = text_of(value(1:width));
  end
end

% Extents of a dataspace message, in the file's order; [] for a scalar.
function shape = extents(body)
  first = 4 + 4 * (body(1) == 1);
  shape = [];
  for k = 1:double(body(2))
    shape(k) = address(body(first + 8 * (k - 1) + (1:8)));
  end
end

% [address, size] of data stored in one piece; [0 0] when they are in chunks or not there.
function place = contiguous(body)
  place = [0 0];
  if body(1) == 3 && body(2) == 1 && ~all(body(3:10) == 255)
    place = [address(body(3:10)), address(body(11:18))];
  end
end

function kind = class_of(type)
  kind = bitand(type(1), uint8(15));
end

function text = text_of(bytes)
  text = char(bytes(1:find([bytes, uint8(0)] == 0, 1) - 1));
  if any(text > 127)
    text = native2unicode(uint8(text), 'UTF-8');
  end
end

function value = address(bytes)
  value = number(bytes, 'uint64');
end

function value = number(bytes, kind)
  value = double(typecast(uint8(bytes(:)'), kind));
end

% `count` bytes from `place` on, a row; fewer in the file is an error.
function bytes = read_bytes(id, place, count)
  bytes = [];
  if fseek(id, place, 'bof') == 0
    bytes = fread(id, [1 count], 'uint8=>uint8');
  end
  if numel(bytes) ~= count
    error('hillock:file', '%s ends too early: there are no %g bytes from byte %g on', fopen(id), count, place);
  end
end
