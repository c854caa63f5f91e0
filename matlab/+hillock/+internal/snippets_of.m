% Lists what was recorded of a population around its spikes.
%
%   list = snippets_of(source, population)
%
% list [n x 1] struct array: name 'V', group '/around_spikes/exc', path '/around_spikes/exc/V', shape, units 'mV'
%
% Variables with the same neurons, window and interval share /around_spikes/exc; others are in /around_spikes/exc.NAME.
function list = snippets_of(source, population)
  pattern = ['^(/around_spikes/', population, '(?:\.[^/]*)?)/([^/]+)$'];
  list = struct('name', {}, 'group', {}, 'path', {}, 'shape', {}, 'units', {});
  for object = source.objects'
    found = regexp(object.path, pattern, 'tokens', 'once');
    if ~isempty(found) && ~any(strcmp(found{2}, {'timestamps', 'node_ids', 'sampled_at', 'offset'}))
      list(end + 1, 1) = struct('name', found{2}, 'group', found{1}, 'path', object.path, 'shape', object.shape, ...
                                'units', hillock.internal.text_attribute(object, 'units'));
    end
  end
end
