% Finds where each action potential begins, peaks, ends and undershoots: the places that all features are measured between.
%
%   places = ap_places(t, v, settings)
%
% t [n x 1] ms, v [n x 1] mV, settings as ap_settings
% places: struct of
%   slope          [n x 1] dV/dt at each sample, mV/ms
%   first_sample   the first sample of the stimulus
%   peak, onset, offset, ahp   [action potentials x 1] indices into t, from 1; NaN where an action potential has no onset, no
%                  end, or a minimum that runs into the end; onset and end are looked for after first_sample only
%
% Definitions: eFEL's (Blue Brain Project, https://efel.readthedocs.io), on the samples as they are (interp_step = dt).
function places = ap_places(t, v, settings)
  slope = central_difference(t, v);
  first_sample = find(t >= settings.stim_start, 1);
  peak = peaks(v, settings.Threshold);
  next_peak = [peak(2:end); numel(t)];
  stop = numel(t) + 1;
  if settings.strict_stiminterval
    inside = t(peak) >= settings.stim_start & t(peak) <= settings.stim_end;
    peak = peak(inside);
    next_peak = next_peak(inside);
    stop = min([find(t >= settings.stim_end, 1), stop]);
  end
  [onset, offset, ahp] = deal(NaN(size(peak)));
  limit = [peak(2:end); stop];
  earliest = max(first_sample - 2, 1);
  for k = 1:numel(peak)
    lowest = peak(k) - 1 + first_minimum(v(peak(k):limit(k) - 1));
    if lowest ~= stop - 1
      ahp(k) = lowest;
    end
    if peak(k) > first_sample
      onset(k) = find_onset(slope, earliest, peak(k), settings);
      offset(k) = find_offset(slope, peak(k), next_peak(k), settings.DownDerivativeThreshold);
    end
    earliest = max(earliest, lowest);
  end
  places = struct('slope', slope, 'first_sample', first_sample, 'peak', peak, 'onset', onset, 'offset', offset, 'ahp', ahp);
end

% dV/dt; one-sided at the ends.
function slope = central_difference(t, v)
  slope = [v(2) - v(1); (v(3:end) - v(1:end - 2)) / 2; v(end) - v(end - 1)] ./ ...
          [t(2) - t(1); (t(3:end) - t(1:end - 2)) / 2; t(end) - t(end - 1)];
end

% The highest sample between each upward crossing of the threshold and the next downward one. Both are strict: a sample
% exactly on the threshold hides the crossing. An action potential that the trace cuts off is none.
function peak = peaks(v, threshold)
  up = 1 + find(v(2:end) > threshold & v(1:end - 1) < threshold);
  down = 1 + find(v(2:end) < threshold & v(1:end - 1) > threshold);
  peak = zeros(0, 1);
  last = 0;
  for k = 1:numel(up)
    next = down(find(down > up(k), 1));
    if up(k) > last && ~isempty(next)
      [~, highest] = max(v(up(k):next));
      peak(end + 1, 1) = up(k) - 1 + highest;
      last = next;
    end
  end
end

% The first minimum that two samples follow which do not lie below it, else the lowest sample.
function k = first_minimum(v)
  lower = [true; v(2:end) < cummin(v(1:end - 1))];
  k = find(~lower(2:end - 1) & ~lower(3:end), 1);
  if isempty(k)
    k = find(lower, 1, 'last');
  end
end

% Back from the peak to the last sample of at most DerivativeThreshold that is followed by DerivativeWindow samples above
% it; the search ends at `earliest`, the minimum before or two samples before the stimulus.
function onset = find_onset(slope, earliest, peak, settings)
  window = settings.DerivativeWindow;
  onset = NaN;
  top = peak;
  while isnan(onset)
    gentle = find(slope(earliest:top - 1) <= settings.DerivativeThreshold, 1, 'last');
    if isempty(gentle)
      break
    end
    begin = min(earliest + gentle, numel(slope) - window + 1);
    if all(slope(begin - 1 + (1:window)) >= settings.DerivativeThreshold)
      onset = begin;
    end
    top = begin - 1;
  end
end

% After the steepest fall that follows the peak: where it has become less steep than the threshold.
function offset = find_offset(slope, peak, limit, threshold)
  [~, steepest] = min(slope(peak + 1:limit - 1));
  steepest = peak + steepest;
  offset = [steepest - 1 + find(slope(steepest:limit - 1) >= threshold, 1), NaN];
  offset = offset(1);
end
