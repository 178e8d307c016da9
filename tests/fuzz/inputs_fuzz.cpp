// Files that people bring to the benchmarks: each is read, or refused with a sentence that names file and line.

#include <algorithm>
#include <sstream>

#include "bench/inputs/cache/request_trace.hpp"
#include "bench/inputs/kv_store/operation_trace.hpp"
#include "bench/inputs/ledger/transfer_file.hpp"
#include "bench/inputs/rate_limiter/access_log.hpp"
#include "bench/inputs/scheduler/graph_text.hpp"
#include "tests/fuzz/target.hpp"

namespace contend {
namespace {

template <class Read>
void read_or_refuse(std::string_view bytes, Read read) {
  std::istringstream text{std::string(bytes)};
  try {
    read(text);
  } catch (const std::runtime_error& refused) {
    require(std::string_view(refused.what()).starts_with("file"), "a refusal that names no file");
  }
}

void run_trace(std::string_view bytes) {
  FuzzBytes draws(bytes);
  const auto format = static_cast<cache::TraceFormat>(draws.byte() % 4);
  read_or_refuse(draws.rest(), [&](std::istream& text) {
    const cache::RequestTrace trace = cache::parse_trace(text, format, "file");
    require(!trace.requests.empty(), "a trace without requests");
    for (const auto& request : trace.requests) require(request.key < trace.keys.size(), "a key that is not there");
    trace.footprint();
  });
}

void run_operations(std::string_view bytes) {
  read_or_refuse(bytes, [](std::istream& text) {
    const kv_store::OperationTrace trace = kv_store::parse_operations(text, "file");
    require(!trace.requests.empty(), "a trace without requests");
    for (const auto& request : trace.requests) require(request.key < trace.keys.size(), "a key that is not there");
  });
}

void run_transfers(std::string_view bytes) {
  read_or_refuse(bytes, [](std::istream& text) {
    const ledger::TransferFile file = ledger::parse_transfers(text, "file");
    require(!file.transfers.empty(), "a file without transfers");
    for (const auto& [payer, payee, amount] : file.transfers) {
      require(payer != payee && std::max(payer, payee) < file.accounts.size(), "an account that is not there");
      require(amount > 0 && amount <= ledger::most_file_amount, "an amount out of bounds");
    }
  });
}

void run_access_log(std::string_view bytes) {
  read_or_refuse(bytes, [](std::istream& text) {
    const rate_limiter::Arrivals arrivals = rate_limiter::parse_access_log(text, "file");
    require(!arrivals.requests.empty() && arrivals.requests[0].at_ns == 0, "a log without a first line");
    for (const auto& request : arrivals.requests) {
      require(request.client < arrivals.clients.size(), "a client that is not there");
    }
  });
}

void run_graph(std::string_view bytes) {
  read_or_refuse(bytes, [](std::istream& text) {
    const scheduler::NamedGraph graph = scheduler::read_graph(text, "file");
    require(graph.names.size() == graph.dependencies.size(), "nodes without a name");
    for (const auto& before : graph.dependencies) {
      for (const std::uint32_t node : before) require(node < graph.names.size(), "a node that is not there");
    }
  });
}

const bool registered =
    register_fuzz_target("operation_trace", run_operations) && register_fuzz_target("request_trace", run_trace) &&
    register_fuzz_target("access_log", run_access_log) && register_fuzz_target("graph_text", run_graph) &&
    register_fuzz_target("transfer_file", run_transfers);

}  // namespace
}  // namespace contend
