% Names of the populations that a file holds something of.
%
%   names = populations_of(source)          names {1 x n}, sorted
function names = populations_of(source)
  found = regexp({source.objects.path}, '^(?:/runs/\d+)?/(?:report|spikes|around_spikes|analysis)/([^/.]+)', 'tokens', 'once');
  found = found(~cellfun(@isempty, found));
  names = unique(cellfun(@(match) match{1}, found, 'UniformOutput', false));
  names = names(:)';
end
