#pragma once

namespace contend {

// The program behind bench/run. Exit codes: see --help.
int bench_main(int argc, char** argv);

}  // namespace contend
