// A checker must come between the two stores of each of 2 setters.
// Source: the shape of reorder_3 in SCTBench; Thomson, Donaldson and Betts, "Concurrency Testing Using Schedule
// Bounding: an Empirical Study", PPoPP 2014.
// finds: assertion

#include "reorder.hpp"

int main() {
  return reorder<3>();
}
