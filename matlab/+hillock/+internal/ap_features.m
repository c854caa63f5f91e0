% Measures the action potentials of one trace: eFEL's features under eFEL's names, computed on the samples as they are.
%
%   [features, units] = ap_features(t, v, settings)
%
% t [n x 1] ms, v [n x 1] mV, settings as ap_settings
% features  struct of columns, empty where there is none; indices count from 1
% units     struct of texts, eFEL's
%
% A feature has a value for each action potential that has what it needs. eFEL pairs the k-th onset with the k-th peak
% instead, and so gives other values, or none, when an action potential has no onset or fires before the stimulus.
function [features, units] = ap_features(t, v, settings)
  places = hillock.internal.ap_places(t, v, settings);
  features = struct();
  units = struct();
  for part = {points(t, v, places, settings), times(t, v, places, settings), slopes(t, v, places), ...
              undershoots(t, v, places, settings)}
    for k = 1:size(part{1}, 1)
      features.(part{1}{k, 1}) = part{1}{k, 3}(:);
      units.(part{1}{k, 1}) = part{1}{k, 2};
    end
  end
end

% Where the action potentials are. Rows of {name, unit, values}, as in the functions below.
function rows = points(t, v, at, settings)
  [begin, peak] = those_with(at.onset, at.peak);
  stimulated = t(peak) >= settings.stim_start & t(peak) <= settings.stim_end;
  onset = those_with(at.onset);
  rows = {
    'peak_indices', 'constant', at.peak
    'min_AHP_indices', 'constant', those_with(at.ahp)
    'AP_begin_indices', 'constant', onset
    'AP_end_indices', 'constant', those_with(at.offset)
    'peak_time', 'ms', t(at.peak)
    'peak_voltage', 'mV', v(at.peak)
    'AP_begin_time', 'ms', t(onset)
    'AP_begin_voltage', 'mV', v(onset)
    'AP_amplitude', 'mV', v(peak(stimulated)) - v(begin(stimulated))
    'time_to_first_spike', 'ms', t(at.peak(1:min(1, end))) - settings.stim_start
    'all_ISI_values', 'ms', diff(t(at.peak))
  };
end

% How long they take.
function rows = times(t, v, at, settings)
  [rise, fall] = half_flanks(v, at);
  [begin, stop] = those_with(at.onset, at.offset);
  [peak, after] = those_with(at.peak, at.offset);
  rows = {
    'AP_rise_indices', 'constant', rise
    'AP_fall_indices', 'constant', fall
    'AP_duration_half_width', 'ms', t(fall) - t(rise)
    'AP_duration', 'ms', t(stop) - t(begin)
    'AP_rise_time', 'ms', rise_times(t, v, at, settings)
    'AP_fall_time', 'ms', t(after) - t(peak)
    'AP_begin_width', 'ms', begin_widths(t, v, at)
    'AP_width', 'ms', threshold_widths(t, v, at, settings)
    'spike_half_width', 'ms', half_widths(t, v, at)
  };
end

% How steep they are.
function rows = slopes(t, v, at)
  [begin, summit] = those_with(at.onset, at.peak);
  [peak, stop] = those_with(at.peak, at.offset);
  [top, bottom] = those_with(at.peak, at.ahp);
  inside = begin > 2 & begin < numel(t) - 1;
  phase = NaN(size(begin));
  b = begin(inside);
  phase(inside) = (at.slope(b + 2) - at.slope(b - 2)) ./ (v(b + 2) - v(b - 2));
  rows = {
    'AP_rise_rate', 'V/s', (v(summit) - v(begin)) ./ (t(summit) - t(begin))
    'AP_fall_rate', 'V/s', (v(stop) - v(peak)) ./ (t(stop) - t(peak))
    'AP_peak_upstroke', 'V/s', arrayfun(@(from, to) max(at.slope(from:to - 1)), begin, summit)
    'AP_peak_downstroke', 'V/s', arrayfun(@(from, to) min(at.slope(from:to - 1)), top, bottom)
    'AP_phaseslope', '1/(ms)', phase
  };
end

% The potential before and after them.
function rows = undershoots(t, v, at, settings)
  before = t >= settings.stim_start * settings.voltage_base_start_perc & ...
           t - settings.stim_start * settings.voltage_base_end_perc < 1e-10;
  base = zeros(0, 1);
  if sum(before) > 1
    base = mean(v(before));
  end
  [peak, ahp] = those_with(at.peak, at.ahp);
  [begin, fast] = those_with(at.onset(1:end - 1, 1), at.ahp(1:end - 1, 1));
  depth = v(ahp);
  rows = {
    'min_AHP_values', 'mV', depth
    'AHP_depth_abs', 'mV', depth
    'voltage_base', 'mV', base
    'AHP_depth', 'mV', depth(1:numel(depth) * ~isempty(base)) - base
    'AHP_depth_from_peak', 'mV', v(peak) - depth
    'AHP_time_from_peak', 'ms', t(ahp) - t(peak)
    'fast_AHP', 'mV', v(begin) - v(fast)
  };
end

% Of several columns the rows without NaN.
function varargout = those_with(varargin)
  there = ~any(isnan([varargin{:}]), 2);
  varargout = cellfun(@(column) column(there), varargin, 'UniformOutput', false);
end

% The samples on both flanks that are nearest to half the amplitude.
function [rise, fall] = half_flanks(v, at)
  [begin, peak, stop] = those_with(at.onset, at.peak, at.offset);
  [rise, fall] = deal(zeros(size(begin)));
  for k = 1:numel(begin)
    half = (v(peak(k)) + v(begin(k))) / 2;
    [~, up] = min(abs(v(begin(k):peak(k) - 1) - half));
    [~, down] = min(abs(v(peak(k):stop(k) - 1) - half));
    rise(k) = begin(k) - 1 + up;
    fall(k) = peak(k) - 1 + down;
  end
end

% From rise_start_perc to rise_end_perc of the amplitude.
function taken = rise_times(t, v, at, settings)
  [begin, peak] = those_with(at.onset, at.peak);
  taken = zeros(size(begin));
  for k = 1:numel(begin)
    flank = v(begin(k):peak(k));
    amplitude = flank(end) - flank(1);
    low = find(flank >= flank(1) + settings.rise_start_perc * amplitude - 1e-13, 1);
    high = find(flank <= flank(1) + settings.rise_end_perc * amplitude + 1e-13, 1, 'last');
    taken(k) = t(begin(k) - 1 + high) - t(begin(k) - 1 + low);
  end
end

% From the onset until the potential is back there, at the latest until the minimum.
function width = begin_widths(t, v, at)
  [begin, ahp] = those_with(at.onset, at.ahp);
  width = zeros(size(begin));
  for k = 1:numel(begin)
    width(k) = t(first_where(v, begin(k) + 1, ahp(k), @(V) V <= v(begin(k)))) - t(begin(k));
  end
end

% The time above a fixed potential.
function width = threshold_widths(t, v, at, settings)
  [ahp, start] = those_with(at.ahp, starts_of(at, settings.strict_stiminterval));
  width = zeros(size(ahp));
  for k = 1:numel(ahp)
    up = first_where(v, start(k), ahp(k), @(V) V >= settings.Threshold);
    width(k) = t(first_where(v, up, ahp(k), @(V) V <= settings.Threshold)) - t(up);
  end
end

% The time above the middle between peak and minimum; its crossings are interpolated.
function width = half_widths(t, v, at)
  [peak, ahp, start] = those_with(at.peak, at.ahp, starts_of(at, true));
  width = zeros(size(peak));
  for k = 1:numel(peak)
    half = (v(peak(k)) + v(ahp(k))) / 2;
    crossing = @(i) t(i) - (t(i) - t(i - 1)) * (half - v(i)) / (v(i - 1) - v(i));
    up = max(2, first_where(v, start(k), peak(k), @(V) V >= half));
    down = first_where(v, peak(k), ahp(k), @(V) V <= half);
    width(k) = crossing(down) - crossing(up);
  end
end

% Where to look for each action potential: from the minimum before on; for the first from the stimulus or the trace on.
function start = starts_of(at, from_stimulus)
  start = [1; at.ahp];
  start = start(1:numel(at.peak));
  if from_stimulus && ~isempty(start) && at.peak(1) > at.first_sample
    start(1) = at.first_sample;
  end
end

% The first index in from:to-1 where the test holds, otherwise `to`.
function k = first_where(v, from, to, holds)
  k = min([from - 1 + find(holds(v(from:to - 1)), 1), to]);
end
