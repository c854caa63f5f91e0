% Lists what was recorded of a population over time.
%
%   list = variables_of(source, population)
%   list = variables_of(source, population, run)
%
% list [n x 1] struct array: name 'V', group '/report/exc', path '/report/exc/V', shape, is_mean, units 'mV', long_name
%
% A population's variables with the same neurons and interval share /report/exc; others are in /report/exc.NAME, means over
% the population in /report/exc.mean and /report/exc.mean.NAME. In a sweep's file `run` (from 0) is one whose traces have a
% place of their own, below /runs.
function list = variables_of(source, population, run)
  above = '';
  if nargin > 2 && ~isempty(run)
    above = sprintf('/runs/0*%d', run);
  end
  pattern = ['^(', above, '/report/', population, '(?:\.[^/]*)?)/([^/]+)$'];
  list = struct('name', {}, 'group', {}, 'path', {}, 'shape', {}, 'is_mean', {}, 'units', {}, 'long_name', {});
  for object = source.objects'
    found = regexp(object.path, pattern, 'tokens', 'once');
    if ~isempty(found) && ~object.is_group && ~any(strcmp(found{2}, {'time', 'neuron', 'data', 'run'}))
      list(end + 1, 1) = struct('name', found{2}, 'group', found{1}, 'path', object.path, 'shape', object.shape, ...
                                'is_mean', isscalar(object.shape), ...
                                'units', hillock.internal.text_attribute(object, 'units'), ...
                                'long_name', hillock.internal.text_attribute(object, 'long_name'));
    end
  end
end
