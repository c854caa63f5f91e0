// The hillock program.
#include "cli/command_line.hpp"

int main(int argc, char** argv) { return hillock::cli::main(argc, argv); }
