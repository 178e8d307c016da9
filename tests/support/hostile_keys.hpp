#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace contend {

// So many different keys of 16 bytes, chosen by somebody who means harm: std::hash of libstdc++, which is MurmurHash2 with a
// seed that everybody knows, gives one number for all of them.
std::vector<std::string> hostile_keys(std::size_t count);

// Numbers that all fall into one bucket: multiples of the size that a table of the standard library takes when so many are
// reserved, whose std::hash of a number is the number itself; and numbers of which mix_bits has the same low 32 bits.
std::vector<std::uint64_t> hostile_multiples(std::size_t count);
std::vector<std::uint64_t> hostile_mixtures(std::size_t count);

// Does the same with keys of both kinds, and adds a test failure if the hostile ones took more than ten times the processor
// time of the usual ones: the best of three times each, with a fresh instance made by the caller each time.
void expect_hostile_keys_cost_what_others_do(std::size_t count,
                                             const std::function<void(const std::vector<std::string>&)>& work);
void expect_hostile_numbers_cost_what_others_do(std::size_t count,
                                                const std::function<void(const std::vector<std::uint64_t>&)>& work);

}  // namespace contend
