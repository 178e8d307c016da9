// A reader must come between the two critical sections of each of 4 writers.
// Source: the shape of twostage_5 in SCTBench; Thomson, Donaldson and Betts, "Concurrency Testing Using Schedule
// Bounding: an Empirical Study", PPoPP 2014.
// finds: assertion

#include "twostage.hpp"

int main() {
  return twostage<5>();
}
