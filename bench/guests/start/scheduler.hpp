#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

// A scheduler that passes: it hands every call to the reference. Take the calls over one by one, and judge it again after each
// step. What each must do is told in impls/scheduler/scheduler.hpp. Where yours promises less than the strictest `Guarantees`, say so
// in a static member `guarantees`.
class StartingFile : public Scheduler {
 public:
  explicit StartingFile(const Options& options)
      : inner_(Registry<Scheduler>::instance().find("reference")->make(options)) {}

  AddStatus add(TaskSpec spec) override { return inner_->add(std::move(spec)); }
  RunResult run() override { return inner_->run(); }
  std::vector<std::vector<std::string>> cyclic_groups() const override { return inner_->cyclic_groups(); }
  CancelStatus cancel(std::string_view name) override { return inner_->cancel(name); }
  void shutdown(ShutdownMode mode) override { inner_->shutdown(mode); }
  Report report() const override { return inner_->report(); }
  std::optional<TaskReport> task(std::string_view name) const override { return inner_->task(name); }

 private:
  std::unique_ptr<Scheduler> inner_;
};

}  // namespace contend::scheduler
