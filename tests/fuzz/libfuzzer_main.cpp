// The program contend_fuzz: libFuzzer's own, with --target=NAME before its options, or --list.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "tests/fuzz/target.hpp"

namespace {

const contend::FuzzTarget* chosen = nullptr;

}  // namespace

// libFuzzer asks for these two by name.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  constexpr std::string_view option = "--target=";
  for (int i = 1; i < *count; ++i) {
    const std::string_view argument = (*arguments)[i];
    if (argument == "--list") {
      for (const auto& target : contend::fuzz_targets()) std::printf("%s\n", target.name.data());
      std::exit(0);
    }
    if (!argument.starts_with(option)) continue;
    for (const auto& target : contend::fuzz_targets()) {
      if (target.name == argument.substr(option.size())) chosen = &target;
    }
  }
  if (chosen != nullptr) return 0;
  std::fprintf(stderr, "Say --target=NAME with one of the names that --list prints.\n");
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    chosen->run({reinterpret_cast<const char*>(data), size});
  } catch (const std::exception& thrown) {
    std::fprintf(stderr, "%s: %s\n", chosen->name.data(), thrown.what());
    std::abort();
  }
  return 0;
}
