#include "stress/driver/command_line.hpp"

int main(int argc, char** argv) {
  return contend::stress_main(argc, argv);
}
