"""Bad configs, models and data files, one by one: what the program says of each, whole, and what it leaves behind (nothing).

Why this is one file: it is the table of all faults, and each row shows the text that a user sees. A row runs the program on the text with
the fault. It must end with the code of its kind, within a second, say exactly this, and leave no file, but the partial file of
a run that failed on its way (code 4). `hillock check` must say the same of what is wrong before a run. The number is that of
the fault:

 1-12, 14, 16-23, 25-28, 30-34  texts and values                 the table below
13, 15  units and locales       test_units.cpp, test_same_bits.py::test_a_german_locale_changes_no_byte
24, 29  limits that are valid   the functions below the table; 31, rates above 1/dt: test_inputs_poisson.cpp
43      more than the disk      test_faults_files.py::test_a_file_that_cannot_fit_is_refused_with_numbers_before_the_run,
                                ::test_more_neurons_than_memory_holds_are_refused
46-53   equations, injection    test_faults_models.py; test_faults_files.py::test_commands_in_names_and_texts_are_never_run
54, 58  no executable memory    test_faults_disks.py::test_without_executable_memory_steps_are_interpreted_with_the_same_bits,
                                test_command_line.py::test_the_file_says_which_back_end_ran
55, 56  older processors        test_same_bits.py::test_each_parameter_of_a_shipped_model_may_be_one_value_or_one_per_neuron,
                                ::test_the_instruction_set_changes_no_bit, tests/program/test_random_tapes.cpp
60      no home                 test_faults_files.py::test_nothing_but_the_output_folder_need_be_writable
61, 62  where the output goes   test_faults_files.py::test_the_folder_of_an_explicit_output_must_exist, ::test_a_file_is_no_folder,
                                ::test_a_folder_without_permission_is_refused_before_the_run,
                                ::test_an_existing_output_needs_force_and_stays_until_the_new_one_is_complete
63      paths and names         test_faults_models.py; test_faults_files.py::test_odd_names_are_only_names
64      two writers             test_faults_files.py::test_a_second_writer_stops_with_the_pid_of_the_first
65-67   disks, kills            test_faults_disks.py; test_command_line.py::test_closed_streams_do_no_harm; memory: test_faults_memory.py
68      signals                 test_faults_disks.py; test_command_line.py::test_a_second_signal_ends_at_once
69      damaged files           test_faults_files.py::test_damaged_files_end_in_an_answer_or_an_error_never_in_a_crash,
                                ::test_files_that_are_not_ours_are_named, ::test_a_damaged_file_as_input_is_named
71      states without a value  test_faults_models.py; test_faults_files.py::test_a_state_that_is_not_finite_keeps_the_trace_up_to_there
"""

import dataclasses
from pathlib import Path

import h5py
import numpy as np
import pytest
from faults import BOMB, LIF, OWN, Case, call, check_check, check_run, driven, edited, ids, lif, model, param, slope

pytestmark = pytest.mark.faults

CASES = [
    # 1-9: the text of a config
    Case("all errors of a file at once", lif("dt: 0.1 ms", "dt: 0.1", "size: 2", "size: -1", "model: lif", "model: liff", "target: cell", "target: sell", "[V,", "[U,"), """
config.yaml:3:7: error: dt needs time (ms), got a number without unit
   3 |   dt: 0.1
     |       ^~~ write for example '0.1 ms'
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got -1
   6 |     size: -1
     |           ^~
config.yaml:7:12: error: there is no neuron model 'liff'
   7 |     model: liff
     |            ^~~~ did you mean 'lif'? `hillock models` lists them; a model of your own is named by its path
config.yaml:9:29: error: target: there is no population 'sell'
   9 |   drive: {type: dc, target: sell, amplitude: 0.5 nA}
     |                             ^~~~ did you mean 'cell'?"""),
    Case("1 tab", lif("  dt", "\tdt"), """
config.yaml:3:1: error: a tab is used for indentation
   3 | 	dt: 0.1 ms
     | ^ indent with spaces"""),
    Case("1 open bracket", lif("spikes]", "spikes"), """
config.yaml:11:9: error: this '[' is not closed, or a comma is missing in it
  11 |   cell: [V, spikes
     |         ^ close it with ']'"""),
    Case("1 open quote", lif("0.1 ms", '"0.1 ms'), """
config.yaml:3:7: error: this quote is not closed
   3 |   dt: "0.1 ms
     |       ^ write the same quote behind the text"""),
    Case("1 indentation", lif("  dt", " dt"), """
config.yaml:3:2: error: this is not valid YAML: end of map not found
   3 |  dt: 0.1 ms
     |  ^ indent all entries of a map or list alike"""),
    Case("2 empty", "", """
config.yaml: error: this is not a hillock config: it is empty"""),
    Case("2 only a comment", "# nothing\n", """
config.yaml: error: this is not a hillock config: it is empty"""),
    Case("2 binary", b"\x7fELF\x02\0\1", r"""
config.yaml:1:1: error: this is not a hillock config: byte 127 is a control character
   1 | \x7FELF\x02\x00\x01
     | ^~~~ save it as plain text in UTF-8"""),
    Case("2 HDF5", b"\x89HDF\r\n\x1a\n" + bytes(500), r"""
config.yaml:1:1: error: this is not a hillock config: byte 137 is not UTF-8
   1 | \x89HDF
     | ^~~~ save it as plain text in UTF-8"""),
    Case("2 longer than 16 MB", b"# x\n" * 4_400_000, """
error: config.yaml is longer than 16 MB, the most that a config or model may have
  keep data in a file of its own and name it with 'file:'"""),
    Case("2 a file without end", Path("/dev/zero"), """
error: config.yaml is longer than 16 MB, the most that a config or model may have
  keep data in a file of its own and name it with 'file:'"""),
    Case("2 NUL", lif("lif", "l\0if"), r"""
config.yaml:7:13: error: this is not a hillock config: byte 0 is a control character
   7 |     model: l\x00if
     |             ^~~~ save it as plain text in UTF-8"""),
    Case("2 UTF-16", LIF.encode("utf-16"), """
config.yaml: error: this is not a hillock config: the text is UTF-16, not UTF-8
  save it as UTF-8"""),
    Case("2 UTF-16 without mark", LIF.encode("utf-16-le"), """
config.yaml: error: this is not a hillock config: the text is UTF-16, not UTF-8
  save it as UTF-8"""),
    Case("2 Latin-1", lif("size: 2", "size: 2  # caf\u00e9").encode("latin-1"), r"""
config.yaml:6:19: error: this is not a hillock config: byte 233 is not UTF-8
   6 |     size: 2  # caf\xE9
     |                   ^~~~ save it as plain text in UTF-8"""),
    Case("2 a folder", Path("."), """
error: config.yaml: cannot be read; is it a file?""", code=5),
    Case("2 no file", Path("none"), """
error: config.yaml: cannot be opened; does the file exist, and may it be read?""", code=5),
    Case("3 key", lif("size", "szie"), """
config.yaml:6:5: error: 'szie' is not a key of population 'cell'
   6 |     szie: 2
     |     ^~~~ did you mean 'size'? valid keys: like, size, model, params, init, receptors, positions, method"""),
    Case("3 parameter", param("V_thr: -50 mV"), """
config.yaml:6:14: error: 'V_thr' is not a parameter of 'lif'
   6 |     params: {V_thr: -50 mV}
     |              ^~~~~ did you mean 'V_th'? it has: C_m, tau_m, E_L, V_th, V_reset, t_ref"""),
    Case("3 section", LIF + "popultions: {}\n", """
config.yaml:12:1: error: 'popultions' is not a key of a config
  12 | popultions: {}
     | ^~~~~~~~~~ did you mean 'populations'? valid keys: vars, simulation, populations, inputs, connections, gap_junctions, record, analysis, at, stop_when, sweep, search"""),
    Case("4 key twice", lif("dt: 0.1 ms", "dt: 0.1 ms\n  dt: 0.2 ms"), """
config.yaml:4:3: error: 'dt' is given twice
   4 |   dt: 0.2 ms
     |   ^~ it stands at 3:3 already: remove one of the two"""),
    Case("4 section twice", LIF + "record: {cell: [V]}\n", """
config.yaml:12:1: error: 'record' is given twice
  12 | record: {cell: [V]}
     | ^~~~~~ it stands at 10:1 already: remove one of the two"""),
    Case("5 second document", LIF + "---\nx: 1\n", """
config.yaml:12:1: error: a second document begins here
  12 | ---
     | ^~~ keep one document per file: remove '---' and what follows, or put it into a file of its own"""),
    Case("6 merge", lif("size: 2", "<<: {size: 2}"), """
config.yaml:6:5: error: '<<' (merge) is not supported
   6 |     <<: {size: 2}
     |     ^~ to base one population, input or connection on another write 'like: NAME'"""),
    Case("7 aliases of aliases", BOMB, """
config.yaml:5:34: error: the aliases of this file stand for more than 100000 values
   5 | a4: &a4 [*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3]
     |                                  ^ write fewer aliases of aliases"""),
    Case("8 alias of itself in a list", "a: &x [*x]\n", """
config.yaml:1:8: error: this alias contains itself
   1 | a: &x [*x]
     |        ^ write the value out"""),
    Case("8 alias of itself in a map", "simulation: &x {dt: *x}\n", """
config.yaml:1:21: error: this alias contains itself
   1 | simulation: &x {dt: *x}
     |                     ^ write the value out"""),
    Case("9 brackets", "[" * 100_000, """
config.yaml:1:1: error: a bracket that begins here is not closed, or has a list or map as a key
   1 | [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
     | ^ close each '[' with ']' and each '{' with '}'"""),
    Case("9 braces", "{a: " * 100_000, """
config.yaml:1:1: error: a bracket that begins here is not closed, or has a list or map as a key
   1 | {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: ...
     | ^ close each '[' with ']' and each '{' with '}'"""),
    Case("9 lists", "- " * 100_000 + "x", """
config.yaml:1:129: error: lists and maps are nested more than 64 deep
   1 | ...- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - ...
     |                                                                ^ a config needs a few levels only: is a bracket closed too late?"""),
    # 10-21: words and numbers
    Case("10 unit", param("tau_m: 10 mV"), """
config.yaml:6:21: error: tau_m needs time (ms), got voltage (mV)
   6 |     params: {tau_m: 10 mV}
     |                     ^~~~~ write for example '10 ms'"""),
    Case("11 no unit", param("tau_m: 10"), """
config.yaml:6:21: error: tau_m needs time (ms), got a number without unit
   6 |     params: {tau_m: 10}
     |                     ^~ write for example '10 ms'"""),
    Case("11 zero without unit", param("E_L: 0"), """
config.yaml:6:19: error: E_L needs voltage (mV), got a number without unit
   6 |     params: {E_L: 0}
     |                   ^ write for example '0 mV'"""),
    Case("12 unknown unit", lif("10 ms", "10 msec"), """
config.yaml:2:13: error: duration: 'msec' is not a unit; did you mean 'ms'?
   2 |   duration: 10 msec
     |             ^~~~~~~"""),
    Case("14 decimal comma", lif("0.1 ms", "0,1 ms"), """
config.yaml:3:7: error: dt: '0,1' has a decimal comma; write '0.1'
   3 |   dt: 0,1 ms
     |       ^~~~~~"""),
    Case("16 time 010 ms", lif("10 ms", "010 ms"), """
config.yaml:2:13: error: duration: '010' has a leading zero, which could mean octal; write '10'
   2 |   duration: 010 ms
     |             ^~~~~~"""),
    Case("16 time 0x10 ms", lif("10 ms", "0x10 ms"), """
config.yaml:2:13: error: duration: '0x10' is a hexadecimal number; write it in decimal digits
   2 |   duration: 0x10 ms
     |             ^~~~~~~"""),
    Case("16 time 1_000 ms", lif("10 ms", "1_000 ms"), """
config.yaml:2:13: error: duration: '1_000' contains '_'; write '1000'
   2 |   duration: 1_000 ms
     |             ^~~~~~~~"""),
    Case("16 time yes", lif("10 ms", "yes"), """
config.yaml:2:13: error: duration: 'yes' is not a number
   2 |   duration: yes
     |             ^~~ write for example '10 ms'"""),
    Case("16 time 1e999 ms", lif("10 ms", "1e999 ms"), """
config.yaml:2:13: error: duration: '1e999' is too large; the largest number is 1.7976931348623157e308
   2 |   duration: 1e999 ms
     |             ^~~~~~~~"""),
    Case("16 time 1e-999 ms", lif("10 ms", "1e-999 ms"), """
config.yaml:2:13: error: duration: '1e-999' is too small; write 0, or a number above 1e-307
   2 |   duration: 1e-999 ms
     |             ^~~~~~~~~"""),
    Case("16 size 010", lif("size: 2", "size: 010"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got '010'
   6 |     size: 010
     |           ^~~"""),
    Case("16 size 0x10", lif("size: 2", "size: 0x10"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got '0x10'
   6 |     size: 0x10
     |           ^~~~"""),
    Case("16 size 1_000", lif("size: 2", "size: 1_000"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got '1_000'
   6 |     size: 1_000
     |           ^~~~~"""),
    Case("16 size yes", lif("size: 2", "size: yes"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got 'yes'
   6 |     size: yes
     |           ^~~"""),
    Case("16 size 1e999", lif("size: 2", "size: 1e999"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got 1e999
   6 |     size: 1e999
     |           ^~~~~"""),
    Case("17 .nan", param("E_L: .nan"), """
config.yaml:6:19: error: E_L must be finite, got '.nan'
   6 |     params: {E_L: .nan}
     |                   ^~~~ write for example '10 mV'"""),
    Case("17 .inf", param("E_L: .inf"), """
config.yaml:6:19: error: E_L must be finite, got '.inf'
   6 |     params: {E_L: .inf}
     |                   ^~~~ write for example '10 mV'"""),
    Case("17 -.inf", param("E_L: -.inf"), """
config.yaml:6:19: error: E_L must be finite, got '-.inf'
   6 |     params: {E_L: -.inf}
     |                   ^~~~~ write for example '10 mV'"""),
    Case("17 nan mV", param("E_L: nan mV"), """
config.yaml:6:19: error: E_L: 'nan' is not a finite number
   6 |     params: {E_L: nan mV}
     |                   ^~~~~~ write for example '10 mV'"""),
    Case("17 inf mV", param("E_L: inf mV"), """
config.yaml:6:19: error: E_L: 'inf' is not a finite number
   6 |     params: {E_L: inf mV}
     |                   ^~~~~~ write for example '10 mV'"""),
    Case("18 size 99999999999999999999", lif("size: 2", "size: 99999999999999999999"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got 99999999999999999999
   6 |     size: 99999999999999999999
     |           ^~~~~~~~~~~~~~~~~~~~"""),
    Case("18 size 18446744073709551616", lif("size: 2", "size: 18446744073709551616"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got 18446744073709551616
   6 |     size: 18446744073709551616
     |           ^~~~~~~~~~~~~~~~~~~~"""),
    Case("18 size 2.5", lif("size: 2", "size: 2.5"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got '2.5'
   6 |     size: 2.5
     |           ^~~"""),
    Case("18 size -1", lif("size: 2", "size: -1"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got -1
   6 |     size: -1
     |           ^~"""),
    Case("18 size 2 ms", lif("size: 2", "size: 2 ms"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got '2 ms'
   6 |     size: 2 ms
     |           ^~~~"""),
    Case("18 seed -1", lif("dt: 0.1 ms", "dt: 0.1 ms\n  seed: -1"), """
config.yaml:4:9: error: seed must be a whole number from 0 to 18446744073709551615, got '-1'
   4 |   seed: -1
     |         ^~"""),
    Case("18 seed 18446744073709551616", lif("dt: 0.1 ms", "dt: 0.1 ms\n  seed: 18446744073709551616"), """
config.yaml:4:9: error: seed must be a whole number from 0 to 18446744073709551615, got '18446744073709551616'
   4 |   seed: 18446744073709551616
     |         ^~~~~~~~~~~~~~~~~~~~"""),
    Case("18 seed 1.5", lif("dt: 0.1 ms", "dt: 0.1 ms\n  seed: 1.5"), """
config.yaml:4:9: error: seed must be a whole number from 0 to 18446744073709551615, got '1.5'
   4 |   seed: 1.5
     |         ^~~"""),
    Case("19 list for a word", lif("model: lif", "model: [lif]"), """
config.yaml:7:12: error: 'model' must be the name or path of a neuron model, got a list
   7 |     model: [lif]
     |            ^"""),
    Case("19 list for a number", lif("size: 2", "size: [2]"), """
config.yaml:6:11: error: size must be a whole number from 0 to 1000000000000, got a list
   6 |     size: [2]
     |           ^"""),
    Case("19 list for a time", lif("dt: 0.1 ms", "dt: [0.1 ms]"), """
config.yaml:3:7: error: dt must be one value, time (ms), got a list
   3 |   dt: [0.1 ms]
     |       ^ write for example '10 ms'"""),
    Case("19 word for a map", lif("size: 2", "params: tau_m"), """
config.yaml:6:13: error: 'params' must be a map, got 'tau_m'
   6 |     params: tau_m
     |             ^~~~~ write 'key: value' lines below it, or {key: value}"""),
    Case("19 list for a section", "simulation: [1]\npopulations: {cell: {model: lif}}\nrecord: {cell: [V]}\n", """
config.yaml:1:13: error: 'simulation' must be a map, got a list
   1 | simulation: [1]
     |             ^ write 'key: value' lines below it, or {key: value}"""),
    Case("19 map for a time", driven("type: spikes, receptor: exc, times: {a: 1 ms}, weight: 1 nS"), """
config.yaml:10:61: error: times must be one value, time (ms), got a map
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: {a: 1 ms}, weight: 1 nS}
     |                                                             ^ write for example '10 ms'"""),
    Case("20 name not UTF-8", lif("  cell:\n", "  c\u00e9ll:\n").encode("latin-1"), r"""
config.yaml:5:4: error: this is not a hillock config: byte 233 is not UTF-8
   5 |   c\xE9ll:
     |    ^~~~ save it as plain text in UTF-8"""),
    Case("20 name not ASCII", "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {c\u00e9ll: {model: lif}}\nrecord: {}\n", """
config.yaml:2:15: error: 'céll' cannot be the name of a population
   2 | populations: {céll: {model: lif}}
     |               ^~~~ a name has up to 100 letters, digits and '_', and does not begin with a digit"""),
    Case("20 name of 10 kB", lif("  cell:\n", "  ? " + "c" * 10_240 + "\n  :\n"), """
config.yaml:5:5: error: this key has more than 200 characters
   5 |   ? cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc...
     |     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ a key is one word"""),
    Case("20 model of 10 kB", lif("lif", "l" * 10_240), """
config.yaml:7:12: error: there is no neuron model 'llllllllllllllllllllllllllllllllllllllllllllllllllllllllllll...'
   7 |     model: lllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll...
     |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ `hillock models` lists them; a model of your own is named by its path"""),
    Case("20 number of 10 kB", lif("0.1 ms", "1" * 10_240 + " ms"), """
config.yaml:3:7: error: dt: '111111111111111111111111111111111111111111111111111111111111...' is too large; the largest number is 1.7976931348623157e308
   3 |   dt: 111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111...
     |       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"""),
    Case("21 include", "include: /etc/shadow\n" + LIF, """
config.yaml:1:1: error: 'include' is not a key of a config
   1 | include: /etc/shadow
     | ^~~~~~~ valid keys: vars, simulation, populations, inputs, connections, gap_junctions, record, analysis, at, stop_when, sweep, search"""),
    Case("21 include tag", lif("size: 2", "size: !include /etc/shadow"), """
config.yaml:6:11: error: YAML tags (!...) have no meaning here
   6 |     size: !include /etc/shadow
     |           ^ write the value without its tag
config.yaml:6:20: error: size must be a whole number from 0 to 1000000000000, got '/etc/shadow'
   6 |     size: !include /etc/shadow
     |                    ^~~~~~~~~~~"""),
    # 22-34: values
    Case("22 dt 0 ms", lif("0.1 ms", "0 ms"), """
config.yaml:3:7: error: dt must be positive, got 0 ms
   3 |   dt: 0 ms
     |       ^~~~ write for example 'dt: 0.1 ms'"""),
    Case("22 dt -0.1 ms", lif("0.1 ms", "-0.1 ms"), """
config.yaml:3:7: error: dt must be positive, got -0.1 ms
   3 |   dt: -0.1 ms
     |       ^~~~~~~ write for example 'dt: 0.1 ms'"""),
    Case("22 dt .nan", lif("0.1 ms", ".nan"), """
config.yaml:3:7: error: dt must be finite, got '.nan'
   3 |   dt: .nan
     |       ^~~~ write for example '10 ms'"""),
    Case("22 dt 20 ms", lif("0.1 ms", "20 ms"), """
config.yaml:3:7: error: dt (20 ms) is longer than the duration (10 ms)
   3 |   dt: 20 ms
     |       ^~~~~ make dt smaller, or simulate longer"""),
    Case("22 no dt", lif("  dt: 0.1 ms\n", ""), """
config.yaml:2:3: error: simulation has no 'dt'
   2 |   duration: 10 ms
     |   ^ write for example 'dt: 0.1 ms'"""),
    Case("23 duration off the grid", lif("10 ms", "10.05 ms"), """
config.yaml:2:13: error: duration (10.05 ms) is not a multiple of dt (0.1 ms)
   2 |   duration: 10.05 ms
     |             ^~~~~~~~ the nearest are 10 ms and 10.1 ms"""),
    Case("23 duration off the grid by rounding", lif("10 ms", "1 s", "0.1 ms", "0.3 ms"), """
config.yaml:2:13: error: duration (1000 ms) is not a multiple of dt (0.3 ms)
   2 |   duration: 1 s
     |             ^~~ the nearest are 999.9 ms and 1000.2 ms"""),
    Case("25 too many steps", lif("10 ms", "1e15 s"), """
config.yaml:2:13: error: duration/dt is 1e+19 steps; the most is 9007199254740992 (2^53)
   2 |   duration: 1e15 s
     |             ^~~~~~ make dt longer, or simulate less"""),
    Case("26 tau_m: 0 ms", param("tau_m: 0 ms"), """
config.yaml:6:21: error: population 'cell': tau_m > 0 ms does not hold: tau_m is 0 ms
   6 |     params: {tau_m: 0 ms}
     |                     ^~~~ lif requires tau_m > 0 ms"""),
    Case("26 tau_m: -1 ms", param("tau_m: -1 ms"), """
config.yaml:6:21: error: population 'cell': tau_m > 0 ms does not hold: tau_m is -1 ms
   6 |     params: {tau_m: -1 ms}
     |                     ^~~~~ lif requires tau_m > 0 ms"""),
    Case("26 C_m: 0 pF", param("C_m: 0 pF"), """
config.yaml:6:19: error: population 'cell': C_m > 0 pF does not hold: C_m is 0 pF
   6 |     params: {C_m: 0 pF}
     |                   ^~~~ lif requires C_m > 0 pF"""),
    Case("26 one neuron of many", lif("size: 2", "size: 2\n    params: {tau_m: [10 ms, 0 ms]}"), """
config.yaml:7:21: error: population 'cell', neuron 1: tau_m > 0 ms does not hold: tau_m is 0 ms
   7 |     params: {tau_m: [10 ms, 0 ms]}
     |                     ^ lif requires tau_m > 0 ms"""),
    Case("26 drawn", param("tau_m: {normal: [-100 ms, 1 ms]}"), """
config.yaml:6:21: error: population 'cell': tau_m > 0 ms does not hold: tau_m is -101.38795455963272 ms
   6 |     params: {tau_m: {normal: [-100 ms, 1 ms]}}
     |                     ^ lif requires tau_m > 0 ms"""),
    Case("27 threshold below reset", param("V_th: -80 mV"), """
config.yaml:6:20: error: population 'cell': V_reset < V_th does not hold: V_reset is -70 mV, V_th is -80 mV
   6 |     params: {V_th: -80 mV}
     |                    ^~~~~~ lif requires V_reset < V_th"""),
    Case("27 threshold at reset", param("V_reset: -55 mV"), """
config.yaml:6:23: error: population 'cell': V_reset < V_th does not hold: V_reset is -55 mV, V_th is -55 mV
   6 |     params: {V_reset: -55 mV}
     |                       ^~~~~~ lif requires V_reset < V_th"""),
    Case("27 peak below threshold and reset", lif("model: lif", "model: adex\n    params: {V_peak: -80 mV}"), """
config.yaml:8:22: error: population 'cell': V_th < V_peak does not hold: V_th is -50.4 mV, V_peak is -80 mV
   8 |     params: {V_peak: -80 mV}
     |                      ^~~~~~ adex requires V_th < V_peak
config.yaml:8:22: error: population 'cell': V_reset < V_peak does not hold: V_reset is -70.6 mV, V_peak is -80 mV
   8 |     params: {V_peak: -80 mV}
     |                      ^~~~~~ adex requires V_reset < V_peak"""),
    Case("28 t_ref below 0", param("t_ref: -1 ms"), """
config.yaml:6:21: error: population 'cell': t_ref >= 0 ms does not hold: t_ref is -1 ms
   6 |     params: {t_ref: -1 ms}
     |                     ^~~~~ lif requires t_ref >= 0 ms"""),
    Case("28 t_ref off the grid", param("t_ref: 2.05 ms"), """
config.yaml:6:21: error: population 'cell': the hold t_ref = 2.05 ms is not a multiple of dt = 0.1 ms
   6 |     params: {t_ref: 2.05 ms}
     |                     ^~~~~~~ take 2 ms or 2.1 ms, or write spike_times: interpolated"""),
    Case("28 t_ref of more than 2^53 steps", param("t_ref: 1e300 ms"), """
config.yaml:6:21: error: population 'cell': t_ref/dt is 1e+301 steps; the most is 9007199254740992 (2^53)
   6 |     params: {t_ref: 1e300 ms}
     |                     ^~~~~~~~ take a shorter time"""),
    Case("30 conductance below 0", lif("model: lif", "model: adex\n    params: {g_L: -30 nS}"), """
config.yaml:8:19: error: population 'cell': g_L >= 0 nS does not hold: g_L is -30 nS
   8 |     params: {g_L: -30 nS}
     |                   ^~~~~~ adex requires g_L >= 0 nS"""),
    Case("30 weight below 0", driven("type: spikes, receptor: exc, times: [1 ms], weight: -1 nS"), """
config.yaml:10:77: error: weight must be at least 0 nS for receptor 'exc' (exp_conductance), got -1 nS
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: [1 ms], weight: -1 nS}
     |                                                                             ^~~~~ inhibition has a positive weight and a reversal potential below rest"""),
    Case("30 one weight of many below 0", driven("type: spikes, receptor: exc, times: [1 ms], weight: [1 nS, -1 nS]"), """
config.yaml:10:77: error: weight must be at least 0 nS for receptor 'exc' (exp_conductance), got -1 nS
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: [1 ms], weight: [1 nS, -1 nS]}
     |                                                                             ^ inhibition has a positive weight and a reversal potential below rest"""),
    Case("30 drawn weight below 0", driven("type: spikes, receptor: exc, times: [1 ms], weight: {normal: [1 nS, 5 nS]}"), """
config.yaml:10:77: error: input 'drive', neuron 0: the weight -0.9192822420279034 nS is below the minimum 0 nS of receptor 'exc' (exp_conductance)
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: [1 ms], weight: {normal: [1 nS, 5 nS]}}
     |                                                                             ^ truncate the law with min: ..., or correct the values"""),
    Case("30 weight from a file below 0", driven("type: spikes, receptor: exc, times: [1 ms], weight: {file: w.csv, column: w, unit: nS}"), """
config.yaml:10:77: error: input 'drive', neuron 1: the weight -2 nS is below the minimum 0 nS of receptor 'exc' (exp_conductance)
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: [1 ms], weight: {file: w.csv, column: w, unit: nS}}
     |                                                                             ^ truncate the law with min: ..., or correct the values""", files={"w.csv": "w\n1\n-2\n"}),
    Case("31 rate -5 Hz", driven("type: poisson, receptor: exc, rate: -5 Hz, weight: 1 nS"), """
config.yaml:10:61: error: rate must not be negative, got -5 Hz
  10 |   drive: {target: cell, type: poisson, receptor: exc, rate: -5 Hz, weight: 1 nS}
     |                                                             ^~~~~"""),
    Case("31 rate .nan", driven("type: poisson, receptor: exc, rate: .nan, weight: 1 nS"), """
config.yaml:10:61: error: rate must be finite, got '.nan'
  10 |   drive: {target: cell, type: poisson, receptor: exc, rate: .nan, weight: 1 nS}
     |                                                             ^~~~ write for example '10 Hz'"""),
    Case("31 rate [5 Hz, -5 Hz]", driven("type: poisson, receptor: exc, rate: [5 Hz, -5 Hz], weight: 1 nS"), """
config.yaml:10:61: error: rate must not be negative, got -0.005/ms
  10 |   drive: {target: cell, type: poisson, receptor: exc, rate: [5 Hz, -5 Hz], weight: 1 nS}
     |                                                             ^"""),
    Case("31 rate {normal: [5 Hz, 10 Hz]}", driven("type: poisson, receptor: exc, rate: {normal: [5 Hz, 10 Hz]}, weight: 1 nS"), """
config.yaml:10:61: error: input 'drive', neuron 0: rate is -0.002782648430964813/ms; it must not be negative
  10 |   drive: {target: cell, type: poisson, receptor: exc, rate: {normal: [5 Hz, 10 Hz]}, weight: 1 nS}
     |                                                             ^ truncate the law with min: ..., or correct the values"""),
    Case("31 rate from a file", driven("type: poisson, receptor: exc, rate: {file: r.csv, column: r, unit: Hz}, weight: 1 nS"), """
config.yaml:10:61: error: input 'drive', neuron 1: rate is -0.002/ms; it must not be negative
  10 |   drive: {target: cell, type: poisson, receptor: exc, rate: {file: r.csv, column: r, unit: Hz}, weight: 1 nS}
     |                                                             ^ truncate the law with min: ..., or correct the values""", files={"r.csv": "r\n1\n-2\n"}),
    Case("31 escape rate below 0", OWN, """
error: population 'cell', neuron 0: the rate of a spike is -1/ms at t = 0.1 ms, and must not be negative
  own.yaml:14:3: rate: -k/1 ms
  what was recorded up to 0 ms is in results/config.h5.partial""", files=model("when: V >= -50 mV", "rate: -k/1 ms"), code=4),
    Case("32 probability 1.5", OWN, """
error: population 'cell', neuron 0: the probability of a spike is 1.5 at t = 1 ms, and must lie between 0 and 1
  own.yaml:14:3: probability: 1.5*k
  what was recorded up to 0.9 ms is in results/config.h5.partial""", files=model("when: V >= -50 mV", "probability: 1.5*k\n  every: 1 ms"), code=4),
    Case("31 escape rate not a number", OWN, """
error: population 'cell', neuron 0: the rate of a spike is not a number at t = 0.1 ms, and must not be negative
  own.yaml:14:3: rate: k*0/ms/(k - 1)
  what was recorded up to 0 ms is in results/config.h5.partial""", files=model("when: V >= -50 mV", "rate: k*0/ms/(k - 1)"), code=4),
    Case("32 interval off the grid", OWN, """
config.yaml:3:3: error: population 'cell': the interval 1.05 ms is not a multiple of dt = 0.1 ms
   3 |   cell: {model: own.yaml}
     |   ^~~~ take 1 ms or 1.1 ms""", files=model("when: V >= -50 mV", "probability: 0.5\n  every: 1.05 ms")),
    Case("32 interval 0", OWN, """
config.yaml:3:3: error: population 'cell': the interval 0 ms must be positive
   3 |   cell: {model: own.yaml}
     |   ^~~~ give the time between two decisions""", files=model("when: V >= -50 mV", "probability: 0.5\n  every: 0 ms")),
    Case("32 interval below 0 by a parameter", OWN, """
config.yaml:3:3: error: population 'cell': the interval -k*1 ms = -1 ms must be positive
   3 |   cell: {model: own.yaml}
     |   ^~~~ give the time between two decisions""", files=model("when: V >= -50 mV", "probability: 0.5\n  every: -k*1 ms")),
    Case("32 probability below 0", OWN, """
error: population 'cell', neuron 0: the probability of a spike is -0.5 at t = 1 ms, and must lie between 0 and 1
  own.yaml:14:3: probability: -0.5*k
  what was recorded up to 0.9 ms is in results/config.h5.partial""", files=model("when: V >= -50 mV", "probability: -0.5*k\n  every: 1 ms"), code=4),
    Case("33 V .nan", lif("size: 2", "size: 2\n    init: {V: .nan}"), """
config.yaml:7:15: error: V must be finite, got '.nan'
   7 |     init: {V: .nan}
     |               ^~~~ write for example '10 mV'"""),
    Case("33 V 1e999 mV", lif("size: 2", "size: 2\n    init: {V: 1e999 mV}"), """
config.yaml:7:15: error: V: '1e999' is too large; the largest number is 1.7976931348623157e308
   7 |     init: {V: 1e999 mV}
     |               ^~~~~~~~"""),
    Case("33 V [-70 mV, .nan]", lif("size: 2", "size: 2\n    init: {V: [-70 mV, .nan]}"), """
config.yaml:7:24: error: V must be finite, got '.nan'
   7 |     init: {V: [-70 mV, .nan]}
     |                        ^~~~ write for example '10 mV'"""),
    Case("33 drawn gates", lif("model: lif", "model: hodgkin_huxley\n    init: {m: {normal: [2, 0.01]}}", "dt: 0.1 ms", "dt: 0.01 ms"), """
config.yaml:8:15: error: population 'cell', neuron 0, initial values: m <= 1 does not hold: m is 1.9997954242685452
   8 |     init: {m: {normal: [2, 0.01]}}
     |               ^ hodgkin_huxley requires m <= 1"""),
    Case("33 one number in a file", lif("size: 2", "size: 2\n    init: {V: {file: v.csv, column: V, unit: mV}}"), """
config.yaml:7:15: error: 'V' has 1 number for 2 neurons
   7 |     init: {V: {file: v.csv, column: V, unit: mV}}
     |               ^ give one for each neuron; a value for all needs no file""", files={"v.csv": "V\n-65\n"}),
    Case("33 state that is not there", lif("size: 2", "init: {W: 0 mV}"), """
config.yaml:6:12: error: 'W' is not a state of 'lif'
   6 |     init: {W: 0 mV}
     |            ^ its states: V"""),
    Case("33 no finite start", OWN, """
config.yaml:3:3: error: population 'cell', neuron 0: the initial value of V is not finite
   3 |   cell: {model: own.yaml}
     |   ^~~~ V starts at 1 mV*log(k - 2)""", files=model("init: -70 mV", "init: 1 mV*log(k - 2)")),
    Case("33 no equilibrium", OWN.replace("own.yaml", "own.yaml, init: rest"), """
config.yaml:3:3: error: init: rest: population 'cell', neuron 0: no equilibrium was found
   3 |   cell: {model: own.yaml, init: rest}
     |   ^~~~ the neuron may fire by itself; give the initial states, or start nearer to rest""", files=slope("(20 mV + (V/1 mV)^2*1 mV)/tau + k*I/C_m")),
    Case("34 current no rows", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
error: i.csv has no rows of numbers""", files={"i.csv": 'I\n'}, code=5),
    Case("34 current nan", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
error: i.csv: row 3, column 1: 'nan' is not a finite number""", files={"i.csv": 'I\n1\nnan\n3\n'}, code=5),
    Case("34 current too large", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
error: i.csv: row 3, column 1: '1e999' is too large; the largest number is 1.7976931348623157e308""", files={"i.csv": 'I\n1\n1e999\n3\n'}, code=5),
    Case("34 current word", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
error: i.csv: row 3, column 1: 'abc' is not a number""", files={"i.csv": 'I\n1\nabc\n3\n'}, code=5),
    Case("34 current decimal comma", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
error: i.csv: row 2, column 1: '1,5' has a decimal comma; write 1.5""", files={"i.csv": 'I;x\n1,5;2\n'}, code=5),
    Case("34 current column", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
error: i.csv: there is no column 'I'; the columns are 'J'""", files={"i.csv": 'J\n1\n'}, code=5),
    Case("34 current ragged rows", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
error: i.csv: row 3 has 1 cell, expected 2 as in the rows above""", files={"i.csv": 't,I\n1,2\n3\n'}, code=5),
    Case("34 current binary", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
error: i.csv is not text: it contains zero bytes""", files={"i.csv": b'\x00\x00\x00\x00\x00\x00\x00\x00'}, code=5),
    Case("34 current unit", driven("type: file, path: i.csv, column: I, unit: mV, interval: 1 ms"), """
config.yaml:9:67: error: unit needs current (pA) for input 'I' of 'lif', got voltage (mV)
   9 |   drive: {target: cell, type: file, path: i.csv, column: I, unit: mV, interval: 1 ms}
     |                                                                   ^~""", files={"i.csv": 'I\n1\n'}),
    Case("34 current interval 0", driven("type: file, path: i.csv, column: I, unit: pA, interval: 0 ms"), """
config.yaml:9:81: error: interval must be positive, got 0 ms
   9 |   drive: {target: cell, type: file, path: i.csv, column: I, unit: pA, interval: 0 ms}
     |                                                                                 ^~~~""", files={"i.csv": 'I\n1\n'}),
    Case("34 current interval off the grid", driven("type: file, path: i.csv, column: I, unit: pA, interval: 0.15 ms"), """
config.yaml:9:81: error: interval (0.15 ms) is not a multiple of dt (0.1 ms)
   9 |   drive: {target: cell, type: file, path: i.csv, column: I, unit: pA, interval: 0.15 ms}
     |                                                                                 ^~~~~~~ the nearest are 0.1 ms and 0.2 ms""", files={"i.csv": 'I\n1\n'}),
    Case("34 current no file", driven("type: file, path: i.csv, column: I, unit: pA, interval: 1 ms"), """
config.yaml:9:43: error: 'i.csv' does not exist
   9 |   drive: {target: cell, type: file, path: i.csv, column: I, unit: pA, interval: 1 ms}
     |                                           ^~~~~ paths are relative to the config's folder"""),
    Case("34 spike file time below 0", driven("type: spike_file, receptor: exc, path: s.csv, node_ids: node_ids, weight: 1 nS"), """
error: input 'drive', s.csv: entry 2: the time -2 ms is not a time of the run
  times begin at 0 ms""", files={"s.csv": 'timestamps,node_ids\n1,0\n-2,1\n'}),
    Case("34 spike file time nan", driven("type: spike_file, receptor: exc, path: s.csv, node_ids: node_ids, weight: 1 nS"), """
error: s.csv: row 3, column 1: 'nan' is not a finite number""", files={"s.csv": 'timestamps,node_ids\n1,0\nnan,1\n'}, code=5),
    Case("34 spike file node id 0.5", driven("type: spike_file, receptor: exc, path: s.csv, node_ids: node_ids, weight: 1 nS"), """
error: input 'drive', s.csv: entry 2: there is no neuron 0.5
  the population has neurons 0 to 1""", files={"s.csv": 'timestamps,node_ids\n1,0\n2,0.5\n'}),
    Case("34 spikes below 0", driven("type: spikes, receptor: exc, times: [1 ms, 2 ms, -3 ms], weight: 1 nS"), """
config.yaml:10:61: error: times must not be negative, got -3 ms
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: [1 ms, 2 ms, -3 ms], weight: 1 nS}
     |                                                             ^"""),
    Case("34 spikes unsorted", driven("type: spikes, receptor: exc, times: [5 ms, 2 ms], weight: 1 nS"), """
config.yaml:10:61: error: times must ascend, but entry 2 (2 ms) comes after 5 ms
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: [5 ms, 2 ms], weight: 1 nS}
     |                                                             ^ sort them"""),
    Case("34 spikes off the grid", driven("type: spikes, receptor: exc, times: [1.05 ms], weight: 1 nS"), """
config.yaml:10:61: error: times (1.05 ms) is not a multiple of dt (0.1 ms)
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: [1.05 ms], weight: 1 nS}
     |                                                             ^ the nearest are 1 ms and 1.1 ms"""),
    Case("34 spikes without unit", driven("type: spikes, receptor: exc, times: [1], weight: 1 nS"), """
config.yaml:10:62: error: times needs time (ms), got a number without unit
  10 |   drive: {target: cell, type: spikes, receptor: exc, times: [1], weight: 1 nS}
     |                                                              ^ write for example '1 ms'"""),
    Case("34 steps unsorted", driven("type: steps, times: [2 ms, 1 ms], amplitudes: [1 nA, 2 nA]"), """
config.yaml:9:45: error: times must ascend, but entry 2 (1 ms) comes after 2 ms
   9 |   drive: {target: cell, type: steps, times: [2 ms, 1 ms], amplitudes: [1 nA, 2 nA]}
     |                                             ^ sort them"""),
    Case("34 steps twice at a time", driven("type: steps, times: [2 ms, 2 ms], amplitudes: [1 nA, 2 nA]"), """
config.yaml:9:45: error: times must ascend, but entry 2 (2 ms) comes after 2 ms
   9 |   drive: {target: cell, type: steps, times: [2 ms, 2 ms], amplitudes: [1 nA, 2 nA]}
     |                                             ^ sort them"""),
    Case("34 steps with a value missing", driven("type: steps, times: [1 ms, 2 ms], amplitudes: [1 nA]"), """
config.yaml:9:71: error: amplitudes has 1 value, but times has 2
   9 |   drive: {target: cell, type: steps, times: [1 ms, 2 ms], amplitudes: [1 nA]}
     |                                                                       ^ give one for each"""),
    Case("45 unknown variable", lif("[V, spikes]", "[V, spike, w]"), """
config.yaml:11:13: error: population 'cell' has no variable 'spike'
  11 |   cell: [V, spike, w]
     |             ^~~~~ did you mean 'spikes'? it has: spikes, rate, V, I
config.yaml:11:20: error: population 'cell' has no variable 'w'
  11 |   cell: [V, spike, w]
     |                    ^ it has: spikes, rate, V, I"""),
    Case("45 unknown variable as a key", edited(driven("type: spikes, receptor: exc, times: [1 ms], weight: 1 nS"), ("[V, spikes]", "{g_inh: {every: 1 ms}}")), """
config.yaml:12:10: error: population 'cell' has no variable 'g_inh'
  12 |   cell: {g_inh: {every: 1 ms}}
     |          ^~~~~ it has: spikes, rate, V, I, I_syn, g_exc, I_exc"""),
    Case("34 start below 0", driven("type: dc, amplitude: 1 nA, start: -5 ms"), """
config.yaml:9:59: error: start must not be negative, got -5 ms
   9 |   drive: {target: cell, type: dc, amplitude: 1 nA, start: -5 ms}
     |                                                           ^~~~~"""),
    Case("34 stop before start", driven("type: dc, amplitude: 1 nA, start: 5 ms, stop: 2 ms"), """
config.yaml:9:71: error: stop (2 ms) is before start (5 ms)
   9 |   drive: {target: cell, type: dc, amplitude: 1 nA, start: 5 ms, stop: 2 ms}
     |                                                                       ^~~~"""),
]


@pytest.mark.parametrize("case", ids(CASES))
def test_what_is_wrong_is_said_in_full(hillock, tmp_path, case):
    check_run(hillock, tmp_path, case)


@pytest.mark.parametrize("case", ids([case for case in CASES if case.code == 2]))
def test_check_says_the_same(hillock, tmp_path, case):
    check_check(hillock, tmp_path, case)


# What is at the limit and valid -------------------------------------------------------------------------------------------


def traces(run_hillock, config: str, *arguments: str) -> np.ndarray:
    with h5py.File(run_hillock(config, *arguments).output) as file:
        return file["report/cell/V"][:]


def test_2_a_byte_order_mark_and_line_ends_of_windows_change_nothing(hillock, tmp_path):
    plain = Case("plain", LIF, "", arguments=("--out", "run.h5"))
    windows = dataclasses.replace(plain, config=b"\xef\xbb\xbf" + LIF.replace("\n", "\r\n").encode())
    found = []
    for case in (plain, windows):
        (tmp_path / case.id).mkdir(exist_ok=True)
        folder = tmp_path / str(len(found))
        assert call(hillock, case, folder).stderr == ""
        with h5py.File(folder / "run.h5") as file:
            found.append(file["report/cell/V"][:])
    assert found[0].shape == (100, 2) and np.array_equal(*found)


@pytest.mark.parametrize("size, expected", [("1e3", 1000), ("2.0", 2), ("+2", 2), ("= 1 + 2", 3)])
def test_18_a_size_may_be_written_in_other_ways(run_hillock, size, expected):
    assert traces(run_hillock, lif("size: 2", f"size: {size}")).shape == (100, expected)


@pytest.mark.parametrize("seed", ["0", "18446744073709551615"])
def test_18_a_seed_has_64_bits(run_hillock, seed):
    run = run_hillock(lif("dt: 0.1 ms", f"dt: 0.1 ms\n  seed: {seed}"))
    with h5py.File(run.output) as file:
        assert int(file.attrs["seed"]) == int(seed)


def test_24_a_duration_of_0_is_a_file_with_the_start_alone(run_hillock):
    assert np.array_equal(traces(run_hillock, lif("duration: 10 ms", "duration: 0 ms")), [[-70, -70]])


@pytest.mark.parametrize("receptor", ["exp_current", "alpha_current"])
def test_29_a_receptor_as_slow_as_the_membrane_is_no_singularity(run_hillock, receptor):
    def run(tau):
        drive = driven("type: spikes, receptor: exc, times: [1 ms], weight: 100 pA")
        config = edited(drive, ("{model: exp_conductance}", f"{{model: {receptor}, tau: {tau}}}", "[V, spikes]", "{V: true, dtype: float64}"))
        return traces(run_hillock, config)
    equal, near = run("10 ms"), run("10.0000001 ms")
    assert np.all(np.isfinite(equal)) and equal.max() > -69.5
    assert np.abs(equal - near).max() < 1e-7
