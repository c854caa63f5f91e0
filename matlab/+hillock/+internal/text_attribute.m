% An attribute of an object that is a text; '' when it has none.
%
%   text = text_attribute(object, name)      object: an entry of hdf5_objects
function text = text_attribute(object, name)
  text = '';
  if isfield(object.attributes, name) && ischar(object.attributes.(name))
    text = object.attributes.(name);
  end
end
