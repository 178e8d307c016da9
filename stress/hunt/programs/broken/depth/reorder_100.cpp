// A checker must come between the two stores of each of 99 setters.
// Source: the shape of reorder_100 in SCTBench; Thomson, Donaldson and Betts, "Concurrency Testing Using Schedule
// Bounding: an Empirical Study", PPoPP 2014.
// finds: assertion

#include "reorder.hpp"

int main() {
  return reorder<100>();
}
