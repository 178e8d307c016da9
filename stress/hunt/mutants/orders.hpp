#pragma once

#include <vector>

#include "stress/hunt/mutants/mutations.hpp"

namespace contend::mutants {

// Every atomic operation with an order weaker than it has, step by step down to relaxed; every fence left out.
std::vector<Mutation> weaker_orders(const SourceText& text);

}  // namespace contend::mutants
