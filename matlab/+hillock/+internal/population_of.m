% Checks the name of a population; [] stands for the only one of the file.
%
%   name = population_of(source, name)
function name = population_of(source, name)
  names = hillock.internal.populations_of(source);
  if isempty(names)
    error('hillock:population', '%s: nothing was recorded', source.file);
  elseif isempty(name)
    if numel(names) > 1
      error('hillock:population', '%s: name one of its populations: %s', source.file, strjoin(names, ', '));
    end
    name = names{1};
  elseif ~any(strcmp(names, name))
    error('hillock:population', '%s: there is no population ''%s''; there are: %s', source.file, char(name), strjoin(names, ', '));
  end
  name = char(name);
end
