#pragma once

namespace contend {

// The program behind stress/run. Exit codes: see --help.
int stress_main(int argc, char** argv);

}  // namespace contend
