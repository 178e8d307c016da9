// Every target over its corpus, and over bytes that are drawn near it: what a fuzzer has found stays found, and every
// build runs all targets a little.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/target.hpp"
#include "tests/support/real_input.hpp"

namespace contend {
namespace {

std::vector<std::string> corpus_of(std::string_view name) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(source_folder() / "tests/fuzz/corpus" / name)) {
    files.push_back(file.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> inputs;
  for (const auto& file : files) {
    std::ifstream bytes(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(bytes), std::istreambuf_iterator<char>());
  }
  return inputs;
}

// Cuts, repeats, splices, and changes single bytes.
std::string changed(const std::vector<std::string>& inputs, std::mt19937_64& random) {
  const auto draw = [&](std::size_t below) { return below == 0 ? 0 : random() % below; };
  std::string bytes = inputs[draw(inputs.size())];
  for (std::size_t changes = 1 + draw(4); changes > 0; --changes) {
    const std::size_t at = draw(bytes.size() + 1);
    switch (draw(5)) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, bytes.substr(draw(bytes.size() + 1), draw(64)));
        break;
      case 2: {
        const std::string& other = inputs[draw(inputs.size())];
        bytes = bytes.substr(0, at) + other.substr(draw(other.size() + 1));
        break;
      }
      case 3:
        bytes.insert(at, 1, static_cast<char>(draw(256)));
        break;
      default:
        if (at < bytes.size()) bytes[at] = static_cast<char>(draw(256));
    }
  }
  return bytes.substr(0, 1 << 16);
}

class FuzzTest : public testing::TestWithParam<FuzzTarget> {};
INSTANTIATE_TEST_SUITE_P(Targets, FuzzTest, testing::ValuesIn(fuzz_targets()),
                         [](const auto& target) { return std::string(target.param.name); });

TEST_P(FuzzTest, WhatIsKnownBreaksNoRule) {
  const std::vector<std::string> inputs = corpus_of(GetParam().name);
  ASSERT_FALSE(inputs.empty());
  GetParam().run("");
  for (const std::string& input : inputs) {
    EXPECT_NO_THROW(GetParam().run(input)) << testing::PrintToString(input);
  }
}

TEST_P(FuzzTest, NorDoesWhatIsNearIt) {
  const std::vector<std::string> inputs = corpus_of(GetParam().name);
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::string input = changed(inputs, random);
    ASSERT_NO_THROW(GetParam().run(input)) << testing::PrintToString(input);
  }
}

}  // namespace
}  // namespace contend
