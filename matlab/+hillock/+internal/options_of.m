% Takes name-value pairs over defaults; an unknown name is an error that lists the known ones, and so is a text where the
% default is none.
%
%   options = options_of(caller, defaults, pairs)
%
% caller    name for messages, 'hillock.voltage'
% defaults  struct of all options
% pairs     cell row, {'time', [0 100], ...}
function options = options_of(caller, defaults, pairs)
  options = defaults;
  for k = 1:2:numel(pairs)
    name = pairs{k};
    if ~(ischar(name) || (isa(name, 'string') && isscalar(name)))
      error('hillock:option', '%s: an option begins with its name, found a value of class %s; options are: %s', caller, ...
            class(name), strjoin(fieldnames(defaults)', ', '));
    end
    name = char(name);
    if ~isfield(defaults, name)
      error('hillock:option', '%s has no option ''%s''; options are: %s', caller, name, strjoin(fieldnames(defaults)', ', '));
    end
    if k == numel(pairs)
      error('hillock:option', '%s: the option ''%s'' has no value', caller, name);
    end
    value = pairs{k + 1};
    if ~ischar(defaults.(name)) && (ischar(value) || isa(value, 'string'))
      error('hillock:option', '%s: the option ''%s'' takes numbers without a unit, found the text ''%s''', caller, name, ...
            char(value));
    end
    options.(name) = value;
  end
end
