% Writes ascending whole numbers as hillock's configs do: '0, 2, 4..99'.
%
%   text = ranges_text(numbers)             numbers: row
function text = ranges_text(numbers)
  starts = [1, find(diff(numbers) ~= 1) + 1];
  ends = [starts(2:end) - 1, numel(numbers)];
  parts = cell(1, numel(starts));
  for k = 1:numel(starts)
    parts{k} = sprintf('%d', numbers(starts(k)));
    if ends(k) > starts(k)
      parts{k} = sprintf('%s..%d', parts{k}, numbers(ends(k)));
    end
  end
  text = strjoin(parts, ', ');
end
