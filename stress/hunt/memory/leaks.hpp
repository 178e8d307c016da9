#pragma once

namespace contend::hunt {

// At the end of a program that has destroyed its statics: memory of this execution that no global and no other reachable
// memory points into is a find. Pointers are looked for in words, so a number that looks like one hides a leak.
void report_leaks();

}  // namespace contend::hunt
