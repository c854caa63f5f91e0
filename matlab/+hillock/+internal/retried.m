% Tries again when reading a partial file fails: a run that is writing it may be in the middle of a flush.
%
%   result = retried(file, action)         action: function handle without arguments
function result = retried(file, action)
  attempts = 1 + 9 * ~isempty(regexp(file, '\.partial$', 'once'));
  for attempt = 1:attempts
    try
      result = action();
      return
    catch failure
      pause(0.05 * (attempt < attempts));
    end
  end
  rethrow(failure);
end
