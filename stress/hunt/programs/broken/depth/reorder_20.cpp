// A checker must come between the two stores of each of 19 setters.
// Source: the shape of reorder_20 in SCTBench; Thomson, Donaldson and Betts, "Concurrency Testing Using Schedule
// Bounding: an Empirical Study", PPoPP 2014.
// finds: assertion

#include "reorder.hpp"

int main() {
  return reorder<20>();
}
