// The command line: parses the arguments, runs one command, turns errors into messages and exit codes.
#pragma once

namespace hillock::cli {

// Exit codes: 0 done, 2 config, model or command line, 4 numerics, 5 input/output, 6 resources, 70 a defect
// of ours, 128 + signal.
int main(int argc, char** argv);

}  // namespace hillock::cli
