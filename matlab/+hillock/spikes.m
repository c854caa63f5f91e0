% Reads spikes: their times in ms and the neurons that fired, in order of time.
%
%   [times, node_ids] = hillock.spikes(file)
%   [times, node_ids] = hillock.spikes(file, population, 'time', [from to], 'neurons', [...])
%   [times, node_ids, runs] = hillock.spikes(sweep_file, population, 'run', run)
%
% file        a path, or what hillock.open returned
% population  its name; may be left out or [] when the file has one only
% 'time'      [from to] in ms, both ends included (to 1e-6 ms)
% 'neurons'   only these, counted from 0 in the population
% 'run'       of a sweep's file: only this run, counted from 0
% times       [n x 1], ms
% node_ids    [n x 1], counted from 0
% runs        [n x 1], of a sweep's file: the run of each spike, in order of run, then time; otherwise []
%
% Example:
%   times = hillock.spikes('results/quickstart.h5', 'cell');
function [times, node_ids, runs] = spikes(file, population, varargin)
  options = hillock.internal.options_of('hillock.spikes', struct('time', [], 'neurons', [], 'run', []), varargin);
  range = hillock.internal.time_range('hillock.spikes', options.time);
  source = hillock.internal.source_of(file);
  if nargin < 2
    population = [];
  end
  population = hillock.internal.population_of(source, population);
  count = hillock.internal.spike_count(source, population);
  if isempty(count)
    error('hillock:spikes', '%s: spikes of ''%s'' were not recorded', source.file, population);
  end
  column = @(name) double(hillock.internal.read_data(source, ['/spikes/', population, '/', name], 1, count));
  times = column('timestamps');
  node_ids = column('node_ids');
  chosen = times >= range(1) - 1e-6 & times <= range(2) + 1e-6;
  if ~isempty(options.neurons)
    chosen = chosen & ismember(node_ids, double(options.neurons));
  end
  runs = [];
  if any(strcmp({source.objects.path}, ['/spikes/', population, '/run']))
    runs = column('run');
    if ~isempty(options.run)
      chosen = chosen & runs == double(options.run);
    end
    runs = runs(chosen);
  elseif ~isempty(options.run)
    error('hillock:run', '%s is the file of one run: ''run'' is for the files of sweeps', source.file);
  end
  times = times(chosen);
  node_ids = node_ids(chosen);
end
