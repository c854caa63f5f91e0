% Options of the features with their defaults: eFEL's settings under eFEL's names.
%
%   settings = ap_settings()
function settings = ap_settings()
  settings = struct('stim_start', [], 'stim_end', [], 'Threshold', -20, 'DerivativeThreshold', 10, ...
                    'DownDerivativeThreshold', -12, 'DerivativeWindow', 3, 'strict_stiminterval', false, ...
                    'rise_start_perc', 0, 'rise_end_perc', 1, 'voltage_base_start_perc', 0.9, 'voltage_base_end_perc', 1);
end
