% Says what a file of hillock's holds: populations, variables with their units, seed, provenance, the config as run.
%
%   run = hillock.open(file)
%
% file  a path to the file of a run, complete or partial, or of a sweep
% run   struct:
%   file         the path; every function of hillock takes `run` in place of it
%   kind         'run' or 'sweep'
%   status       'complete', 'running', 'interrupted', 'failed' or 'recovered'
%   complete     true after a clean end
%   reason, stopped_at_ms  why and where a run stopped before its duration
%   recorded_until_ms  the file is to be trusted up to here, ms
%   seed         uint64
%   populations  {1 x n} names
%   variables    run.variables.exc: {1 x n} names of what was recorded of single neurons
%   means        run.means.exc: {1 x n} names of what was recorded as a mean over the population
%   units        run.units.exc.V: 'mV'
%   around_spikes  run.around_spikes.exc: {1 x n} names of what was recorded around spikes only
%   spikes       run.spikes.exc: the number of spikes; only populations whose spikes were recorded are there
%   provenance   struct of version, processor, threads, times and memory that the run took
%   config, parameters, models   YAML texts: the config as run, all parameters with their defaults, the model files
%
% Example:
%   run = hillock.open('results/quickstart.h5');
%   disp(run.units.cell.V)
function run = open(file)
  source = hillock.internal.source_of(file);
  run = struct('file', source.file, 'kind', source.attributes.hillock_kind, 'status', '', 'complete', false);
  for name = {'status', 'reason', 'stopped_at_ms', 'recorded_until_ms', 'seed'}
    if isfield(source.attributes, name{1})
      run.(name{1}) = source.attributes.(name{1});
    end
  end
  run.complete = isfield(source.attributes, 'complete') && source.attributes.complete == 1;
  run.populations = hillock.internal.populations_of(source);
  [run.variables, run.means, run.around_spikes, run.units, run.spikes] = deal(struct());
  for population = run.populations
    field = matlab.lang.makeValidName(population{1});
    list = hillock.internal.variables_of(source, population{1});
    means = [list.is_mean] == 1;
    run.variables.(field) = {list(~means).name};
    run.means.(field) = {list(means).name};
    run.units.(field) = struct();
    windows = hillock.internal.snippets_of(source, population{1});
    run.around_spikes.(field) = {windows.name};
    for variable = windows'
      run.units.(field).(matlab.lang.makeValidName(variable.name)) = variable.units;
    end
    for variable = list'
      run.units.(field).(matlab.lang.makeValidName(variable.name)) = variable.units;
    end
    count = hillock.internal.spike_count(source, population{1});
    if ~isempty(count)
      run.spikes.(field) = count;
    end
  end
  run.provenance = struct();
  for object = source.objects'
    if strcmp(object.path, '/meta')
      run.provenance = object.attributes;
    end
  end
  for name = {'config', 'parameters', 'models'}
    run.(name{1}) = strjoin({source.objects(strcmp({source.objects.path}, ['/meta/', name{1}])).text}, '');
  end
end
