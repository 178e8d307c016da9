// A user's trace of operations as a workload of the store.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "bench/inputs/kv_store/operation_trace.hpp"
#include "bench/kv_store/store_subject.hpp"
#include "bench/workload/workload.hpp"

namespace contend::kv_store {
namespace {

Kind kind_of(TraceOperation operation) {
  switch (operation) {
    case TraceOperation::set:
      return Kind::set;
    case TraceOperation::put_if_absent:
      return Kind::put_if_absent;
    case TraceOperation::compare_and_set:
      return Kind::compare_and_set;
    case TraceOperation::erase:
      return Kind::erase;
    case TraceOperation::scan:
      return Kind::scan;
    default:
      return Kind::get;
  }
}

// A trace in a caller's terms.
struct Replay {
  explicit Replay(const OperationTrace& trace) : keys(trace.keys) {
    for (const auto& [key, value_bytes, operation] : trace.requests) {
      const Kind kind = kind_of(operation);
      operations.push_back({.key = keys[key], .key_number = key, .value_bytes = value_bytes, .kind = kind});
      ++mix.shares[kind];
      mix.value = std::max<std::size_t>({mix.value, value_bytes, 1});
    }
    mix.keys = keys.size();
    mix.scan_entries = 20;
  }

  KeySpace keys;
  std::vector<Operation> operations;
  Mix mix;  // what holds of the trace as a whole; its values are as long as the longest
};

// All keys are there at the start. The callers take the operations in turns, and begin again at the end.
Workload<Store> workload_of(const std::filesystem::path& file) {
  const auto replay = std::make_shared<const Replay>(read_operations(file));
  Workload<Store> workload;
  workload.name = "trace";
  workload.summary = fmt::format("{}: {} operations on {} keys", file.filename().string(), replay->operations.size(),
                                 replay->keys.size());
  workload.prepare = [replay](const Maker<Store>& make, int threads) {
    const Source source{replay->keys, [replay, threads](int caller, std::uint64_t) {
                          return Ring<Operation>({replay, &replay->operations}, static_cast<std::size_t>(caller),
                                                 static_cast<std::size_t>(threads));
                        }};
    return std::make_unique<StoreSubject>(make({}), replay->mix, make.guarantees.offered, source);
  };
  workload.suits = [replay](const Guarantees& guarantees) { return replay->mix.asks_only(guarantees.offered); };
  return workload;
}

const bool input_registered = register_input<Store>(
    "--trace", "kv_store", "operations to replay, a line each: key,operation,size; the size may be left out",
    workload_of);

}  // namespace
}  // namespace contend::kv_store
