#pragma once

#include <cstdint>

// What stress/round/history.hpp asks in place of the processor's clock, in a build for the hunt.
extern "C" std::uint64_t contend_call_begins();
extern "C" std::uint64_t contend_call_ends();
