#include "bench/command/command_line.hpp"

int main(int argc, char** argv) {
  return contend::bench_main(argc, argv);
}
