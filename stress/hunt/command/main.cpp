#include "stress/hunt/command/command_line.hpp"
#include "stress/hunt/memory/heap.hpp"

int main(int argc, char** argv) {
  // What is allocated from here on is the driver's: where the program's memory lies must not depend on the command line.
  contend::hunt::program_is_loaded();
  return contend::hunt::hunt_main(argc, argv);
}
