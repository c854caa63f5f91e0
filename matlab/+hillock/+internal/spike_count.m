% How many spikes of a population are in the file and to be trusted; [] when its spikes were not recorded.
%
%   count = spike_count(source, population)
%
% A run that goes on says in the attribute `recorded` of the group how many it has flushed.
function count = spike_count(source, population)
  count = [];
  paths = {source.objects.path};
  group = find(strcmp(paths, ['/spikes/', population]));
  if isempty(group)
    return
  end
  times = source.objects(strcmp(paths, ['/spikes/', population, '/timestamps']));
  ids = source.objects(strcmp(paths, ['/spikes/', population, '/node_ids']));
  count = min(times.shape, ids.shape);
  if isfield(source.objects(group).attributes, 'recorded')
    count = min(count, source.objects(group).attributes.recorded(2));
  end
end
