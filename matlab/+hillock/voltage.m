% Reads membrane potentials: time in ms and V in mV, one column per neuron.
%
%   [time, V, neuron] = hillock.voltage(file)
%   [time, V, neuron] = hillock.voltage(file, population, 'neurons', [...], 'time', [from to])
%
% file        a path, or what hillock.open returned
% population  its name; may be left out or [] when the file has one only
% options     those of hillock.variable
% time        [frames x 1], ms
% V           [frames x neurons], mV
% neuron      [1 x neurons], counted from 0 in the population
%
% Example:
%   [time, V] = hillock.voltage('results/quickstart.h5');
%   plot(time, V)
function [time, V, neuron] = voltage(file, population, varargin)
  if nargin < 2
    population = [];
  end
  [time, V, neuron] = hillock.variable(file, population, 'V', varargin{:});
end
