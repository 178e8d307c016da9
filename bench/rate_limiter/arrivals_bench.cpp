// A user's access log as a workload of the rate limiter: its clients, at the times at which they came.

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/engine/workload.hpp"
#include "bench/inputs/rate_limiter/access_log.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {
namespace {

constexpr DurationNs second_ns = 1'000'000'000;
constexpr Quota quota{Algorithm::token_bucket, 10, 10, 60 * second_ns};

// The callers take the requests in turns. At the end the log begins again, as much later as it is long.
class ArrivalsWorker final : public Worker {
 public:
  ArrivalsWorker(RateLimiter& limiter, std::shared_ptr<const Arrivals> arrivals, std::size_t first, std::size_t stride)
      : limiter_(limiter), arrivals_(std::move(arrivals)), place_(first), stride_(stride) {
    TimeNs latest_ns = 0;
    for (const Arrivals::Request& request : arrivals_->requests) latest_ns = std::max(latest_ns, request.at_ns);
    length_ns_ = latest_ns + second_ns;
  }

  void run(std::size_t calls) override {
    for (; calls > 0; --calls) {
      while (place_ >= arrivals_->requests.size()) {
        place_ -= arrivals_->requests.size();
        begin_ns_ += length_ns_;
      }
      const auto& [client, at_ns] = arrivals_->requests[place_];
      place_ += stride_;
      ++asked_;
      const Decision decision = limiter_.acquire(arrivals_->clients[client], 1, begin_ns_ + at_ns);
      if (decision.status == Status::allowed) ++allowed_;
    }
  }

  std::uint64_t asked() const { return asked_; }
  std::uint64_t allowed() const { return allowed_; }
  // How often the log has begun.
  std::uint64_t rounds() const { return static_cast<std::uint64_t>(begin_ns_ / length_ns_) + 1; }
  DurationNs length_ns() const { return length_ns_; }

 private:
  RateLimiter& limiter_;
  const std::shared_ptr<const Arrivals> arrivals_;
  std::size_t place_ = 0;
  const std::size_t stride_;
  DurationNs length_ns_ = 0;
  TimeNs begin_ns_ = 0;
  std::uint64_t asked_ = 0;
  std::uint64_t allowed_ = 0;
};

class ArrivalsSubject final : public TrialSubject {
 public:
  ArrivalsSubject(std::unique_ptr<RateLimiter> limiter, std::shared_ptr<const Arrivals> arrivals, int threads)
      : limiter_(std::move(limiter)), arrivals_(std::move(arrivals)), threads_(static_cast<std::size_t>(threads)) {}

  void prefill() override {
    for (const std::string& client : arrivals_->clients) limiter_->acquire(client, 1, 0);
  }
  std::unique_ptr<Worker> make_worker(int caller, std::uint64_t) override {
    auto worker = std::make_unique<ArrivalsWorker>(*limiter_, arrivals_, static_cast<std::size_t>(caller), threads_);
    workers_.push_back(worker.get());
    return worker;
  }
  // All clients together have not got more than all their buckets held and regained.
  std::string validate() override {
    if (limiter_->tracked() == 0) return "";  // the control keeps nothing
    if (limiter_->tracked() > arrivals_->clients.size()) return "there are more buckets than clients";
    std::uint64_t allowed = arrivals_->clients.size();  // by prefill
    std::uint64_t rounds = 1;
    DurationNs length_ns = 0;
    for (const ArrivalsWorker* worker : workers_) {
      allowed += worker->allowed();
      rounds = std::max(rounds, worker->rounds());
      length_ns = worker->length_ns();
    }
    const double periods = static_cast<double>(rounds) * static_cast<double>(length_ns) / quota.period_ns;
    const double most = static_cast<double>(arrivals_->clients.size() * quota.capacity) * (1 + periods);
    return static_cast<double>(allowed) > most ? "the clients were given more than their quotas" : "";
  }
  std::size_t entries() const override { return arrivals_->clients.size(); }
  double served_share() const override {
    std::uint64_t asked = 0;
    std::uint64_t allowed = 0;
    for (const ArrivalsWorker* worker : workers_) {
      asked += worker->asked();
      allowed += worker->allowed();
    }
    return asked == 0 ? 0 : static_cast<double>(allowed) / static_cast<double>(asked);
  }

 private:
  std::unique_ptr<RateLimiter> limiter_;
  std::vector<const ArrivalsWorker*> workers_;  // of this trial; they live until it has been validated
  const std::shared_ptr<const Arrivals> arrivals_;
  const std::size_t threads_;
};

Workload<RateLimiter> workload_of(const std::filesystem::path& file) {
  auto arrivals = std::make_shared<const Arrivals>(read_access_log(file));
  const std::string summary =
      fmt::format("{}: {} requests of {} clients when they came, token buckets of 10 a minute",
                  file.filename().string(), arrivals->requests.size(), arrivals->clients.size());
  return {"arrivals", summary, false, [arrivals](const Maker<RateLimiter>& make, int threads) {
            return std::make_unique<ArrivalsSubject>(
                make({.quotas = {quota}, .expected_keys = arrivals->clients.size()}), arrivals, threads);
          }};
}

const bool input_registered = register_input<RateLimiter>(
    "--arrivals", "rate_limiter", "an access log in the common or combined format, replayed at the times that it tells",
    workload_of);

}  // namespace
}  // namespace contend::rate_limiter
