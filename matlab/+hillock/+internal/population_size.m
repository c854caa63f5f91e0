% The number of neurons of a population, from the parameters in the file; [] when they are not there, as in a sweep's file.
%
%   count = population_size(source, population)
function count = population_size(source, population)
  text = source.objects(strcmp({source.objects.path}, '/meta/parameters'));
  count = [];
  if ~isempty(text)
    found = regexp(text.text, ['^  ', population, ':\n    size: (\d+)$'], 'tokens', 'once', 'lineanchors');
    count = str2double(found);
  end
end
