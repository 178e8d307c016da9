#include "impls/ledger/log/write_ahead_log.hpp"
#include "stress/broken/ledger/forwarding_ledger.hpp"

namespace contend::ledger {
namespace {

// Leaves the sync of one group to the next: a caller that is answered in between has been promised too much.
class LazyStorage final : public LogStorage {
 public:
  explicit LazyStorage(std::shared_ptr<LogStorage> inner) : inner_(std::move(inner)) {}
  std::string read_all() override { return inner_->read_all(); }
  void append(std::string_view bytes) override {
    inner_->sync();
    inner_->append(bytes);
  }
  void sync() override {}
  void truncate(std::size_t bytes) override { inner_->truncate(bytes); }

 private:
  std::shared_ptr<LogStorage> inner_;
};

const bool registered = register_broken<Ledger>({.name = "ack_before_sync",
                                                 .number = 37,
                                                 .bug = "answers before the record of its command is on disk",
                                                 .rule = "what was answered survives a crash",
                                                 .caught_by = "crash",
                                                 .guarantees = {.durable = true},
                                                 .make = [](const Ledger::Options& options) {
                                                   Ledger::Options lazy = options;
                                                   lazy.log = std::make_shared<LazyStorage>(
                                                       options.log != nullptr ? options.log : open_log_file(""));
                                                   return Registry<Ledger>::instance().find("durable_log")->make(lazy);
                                                 }});

}  // namespace
}  // namespace contend::ledger
