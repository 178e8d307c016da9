#pragma once

namespace contend::hunt {

// The program that explores schedules; answers with its exit code.
int hunt_main(int argc, char** argv);

}  // namespace contend::hunt
