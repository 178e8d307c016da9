#include "stress/hunt/command/command_line.hpp"

int main(int argc, char** argv) {
  return contend::hunt::hunt_main(argc, argv);
}
