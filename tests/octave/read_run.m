% Reads the file of a run as a user would, with load and with ncread; prints what it found as name=value, one a line.
% usage: octave-cli read_run.m FILE
1;  % a script, though it begins with a function
function say(name, value)
  if (ischar(value)) value = ['"' value '"']; else value = mat2str(value, 17); end
  printf("%s=%s\n", name, value);
end

file = argv(){end};
run = load("-hdf5", file);
exc = run.report.exc;
say("load.fields", strjoin(sort(fieldnames(run))', ","));
say("load.V.size", size(exc.V));
say("load.V.first", exc.V(:, 1)');
say("load.time", exc.time([1, 2, end]));
say("load.neuron", double(exc.neuron));
say("load.mean.size", size(run.report.exc_mean.I));
say("load.spikes.count", numel(run.spikes.exc.timestamps));
say("load.spikes.class", class(run.spikes.exc.node_ids));
say("load.silent.count", numel(run.spikes.silent.timestamps));
say("load.config", strtok(run.meta.config, "\n"));

pkg load netcdf
V = ncread(file, "/report/exc/V");
say("ncread.V.size", size(V));
say("ncread.V.class", class(V));
say("ncread.V.sum", sum(double(V(:))));
say("ncread.part", double(ncread(file, "/report/exc/V", [2 1], [1 5])));
say("ncread.spikes.count", numel(ncread(file, "/spikes/exc/timestamps")));
say("ncread.units", ncreadatt(file, "/report/exc/V", "units"));
say("ncread.status", ncreadatt(file, "/", "status"));
