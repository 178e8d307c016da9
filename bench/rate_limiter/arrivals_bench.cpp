// A user's access log as a workload of the rate limiter: its clients, at the times when they came.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/inputs/rate_limiter/access_log.hpp"
#include "bench/workload/callers.hpp"
#include "bench/workload/ring.hpp"
#include "bench/workload/workload.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {
namespace {

constexpr DurationNs second_ns = 1'000'000'000;
constexpr Quota quota{Algorithm::token_bucket, 10, 10, 60 * second_ns};

// An access log, and how much later than itself it begins again.
struct Log {
  Arrivals arrivals;
  DurationNs length_ns = second_ns;
};

std::shared_ptr<const Log> read_log(const std::filesystem::path& file) {
  Log log{.arrivals = read_access_log(file)};
  for (const Arrivals::Request& request : log.arrivals.requests) {
    log.length_ns = std::max(log.length_ns, request.at_ns + second_ns);
  }
  return std::make_shared<const Log>(std::move(log));
}

// The requests, which keep the log that they are a part of.
std::shared_ptr<const std::vector<Arrivals::Request>> requests_of(const std::shared_ptr<const Log>& log) {
  return {log, &log->arrivals.requests};
}

// The callers take the requests in turns. At the end the log begins again, as much later as it is long.
class ArrivalsCaller : public RingCaller<Arrivals::Request> {
 public:
  ArrivalsCaller(RateLimiter& limiter, std::shared_ptr<const Log> log, std::size_t first, std::size_t stride)
      : RingCaller(Ring<Arrivals::Request>(requests_of(log), first, stride)), limiter_(limiter), log_(std::move(log)) {}

  void call(Cursor& cursor) {
    const auto& [client, at_ns] = cursor.next();
    const TimeNs begin_ns = static_cast<TimeNs>(cursor.laps()) * log_->length_ns;
    ++asked_;
    const Decision decision = limiter_.acquire(log_->arrivals.clients[client], 1, begin_ns + at_ns);
    if (decision.status == Status::allowed) ++allowed_;
  }

  std::uint64_t asked() const { return asked_; }
  std::uint64_t allowed() const { return allowed_; }
  // How often the log has begun.
  std::uint64_t rounds() const { return ring().cursor().laps() + 1; }

 private:
  RateLimiter& limiter_;
  const std::shared_ptr<const Log> log_;
  std::uint64_t asked_ = 0;
  std::uint64_t allowed_ = 0;
};

class ArrivalsSubject final : public CallerSubject<RateLimiter, ArrivalsCaller> {
 public:
  ArrivalsSubject(std::unique_ptr<RateLimiter> limiter, std::shared_ptr<const Log> log, int threads)
      : CallerSubject(std::move(limiter)), log_(std::move(log)), threads_(static_cast<std::size_t>(threads)) {}

  void prefill() override {
    for (const std::string& client : log_->arrivals.clients) system().acquire(client, 1, 0);
  }
  // All clients together got no more than their buckets held and regained.
  std::string validate_state() override {
    if (system().tracked() == 0) return "no bucket is kept";
    if (system().tracked() > entries()) return "there are more buckets than clients";
    const std::uint64_t allowed = sum(&ArrivalsCaller::allowed) + entries();  // by prefill
    std::uint64_t rounds = 1;
    for (const ArrivalsCaller* caller : callers()) rounds = std::max(rounds, caller->rounds());
    const double periods = static_cast<double>(rounds) * static_cast<double>(log_->length_ns) / quota.period_ns;
    const double most = static_cast<double>(entries() * quota.capacity) * (1 + periods);
    return static_cast<double>(allowed) > most ? "the clients were given more than their quotas" : "";
  }
  std::size_t entries() const override { return log_->arrivals.clients.size(); }
  double served_share() const override { return share(sum(&ArrivalsCaller::allowed), sum(&ArrivalsCaller::asked)); }

 private:
  ArrivalsCaller make_caller(int number, std::uint64_t) override {
    return ArrivalsCaller(system(), log_, static_cast<std::size_t>(number), threads_);
  }

  const std::shared_ptr<const Log> log_;
  const std::size_t threads_;
};

Workload<RateLimiter> workload_of(const std::filesystem::path& file) {
  const std::shared_ptr<const Log> log = read_log(file);
  const std::size_t clients = log->arrivals.clients.size();
  return {.name = "arrivals",
          .summary = fmt::format("{}: {} requests of {} clients when they came, token buckets of 10 a minute",
                                 file.filename().string(), log->arrivals.requests.size(), clients),
          .prepare = [log, clients](const Maker<RateLimiter>& make, int threads) {
            return std::make_unique<ArrivalsSubject>(make({.quotas = {quota}, .expected_keys = clients}), log, threads);
          }};
}

const bool input_registered = register_input<RateLimiter>(
    "--arrivals", "rate_limiter", "an access log in the common or combined format, replayed at the times that it tells",
    workload_of);

}  // namespace
}  // namespace contend::rate_limiter
