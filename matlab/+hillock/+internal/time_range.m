% Checks an option 'time': [] is all of it; otherwise two times in ms, the earlier first.
%
%   range = time_range(caller, time)        range [1 x 2], ms, both ends included
function range = time_range(caller, time)
  if isempty(time)
    range = [-Inf, Inf];
  elseif isnumeric(time) && numel(time) == 2 && time(1) <= time(2)
    range = double(time(:)');
  else
    error('hillock:option', '%s: ''time'' takes [from to] in ms, found %s', caller, mat2str(double(time)));
  end
end
