#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/rate_limiter/limiter_mix.hpp"
#include "bench/rate_limiter/popularity.hpp"
#include "bench/workload/callers.hpp"
#include "bench/workload/ring.hpp"

namespace contend::rate_limiter {

struct Request {
  std::uint32_t client = 0;
  Kind kind = Kind::acquire;
};

// Of every 64th client, what it asked for and was given.
struct Account {
  std::uint64_t asked = 0;
  std::uint64_t allowed = 0;
  std::uint64_t refused = 0;  // by its own quota
};

// The keys of the dimensions that many clients share: each has sixteen times as few as the one before, the last is one's.
inline const std::string& group_of(std::size_t client, std::size_t dimension, std::size_t dimensions) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < 256; ++i) all.push_back("group/" + std::to_string(i));
    return all;
  }();
  const std::size_t groups = std::size_t{1} << (4 * std::min<std::size_t>(dimensions - 1 - dimension, 2));
  return names[client % groups];
}

class LimiterCaller : public RingCaller<Request> {
 public:
  LimiterCaller(RateLimiter& limiter, const Mix& mix, std::uint64_t capacity, std::uint64_t seed)
      : RingCaller(draw(mix, seed)),
        limiter_(limiter),
        mix_(mix),
        capacity_(capacity),
        population_(population(mix.keys, mix.zipf)),
        accounts_(population_.size() / 64 + 1) {}

  void call(Cursor& cursor) {
    const Request& request = cursor.next();
    const TimeNs now_ns = mix_.time == TimeSource::machine ? std::chrono::steady_clock::now().time_since_epoch().count()
                                                           : cursor.now_ns();
    if (first_ns_ == 0) first_ns_ = now_ns;
    latest_ns_ = now_ns;
    switch (request.kind) {
      case Kind::acquire:
        return note(request.client, decide(request.client, mix_.cost, now_ns), cursor);
      case Kind::probe: {
        const Decision decision = decide(request.client, 0, now_ns);
        expect(decision.status == Status::allowed, "what costs nothing was refused");
        if (cursor.sampled()) expect(decision.remaining <= capacity_, "more remains than there is");
        return;
      }
      case Kind::cleanup:
        limiter_.cleanup(64, now_ns);
        return;
      case Kind::tracked:
        limiter_.tracked();
        return;
    }
  }

  const Account& account(std::size_t client) const { return accounts_[client / 64]; }
  std::uint64_t asked() const { return asked_; }
  std::uint64_t allowed() const { return allowed_; }
  TimeNs first_ns() const { return first_ns_; }
  TimeNs latest_ns() const { return latest_ns_; }

 private:
  static Ring<Request> draw(const Mix& mix, std::uint64_t seed) {
    const Population& clients = population(mix.keys, mix.zipf);
    return draw_ring(ring_size(clients.size()), seed, [&](std::mt19937_64& random) {
      return Request{static_cast<std::uint32_t>(clients.draw(random)), mix.shares.draw(random)};
    });
  }

  Decision decide(std::uint32_t client, std::int64_t cost, TimeNs now_ns) {
    std::array<Charge, most_dimensions> charges{Charge{0, population_.name(client), cost}};
    for (std::uint32_t i = 1; i < mix_.dimensions; ++i) charges[i] = {i, group_of(client, i, mix_.dimensions), cost};
    return limiter_.acquire_all(std::span(charges).first(mix_.dimensions), now_ns);
  }

  void note(std::uint32_t client, const Decision& decision, const Cursor& cursor) {
    const bool allowed = decision.status == Status::allowed;
    ++asked_;
    allowed_ += allowed ? 1 : 0;
    if (client % 64 == 0) {
      Account& account = accounts_[client / 64];
      ++account.asked;
      account.allowed += allowed ? 1 : 0;
      account.refused += !allowed && decision.dimension == 0 ? 1 : 0;
    }
    if (!cursor.sampled()) return;
    expect(allowed || decision.status == Status::limited, "a request was called invalid");
    expect(!allowed || decision.remaining < capacity_, "a unit was taken, and yet all of them remain");
  }

  RateLimiter& limiter_;
  const Mix mix_;
  const std::uint64_t capacity_;
  const Population& population_;
  std::vector<Account> accounts_;
  std::uint64_t asked_ = 0;
  std::uint64_t allowed_ = 0;
  TimeNs first_ns_ = 0;
  TimeNs latest_ns_ = 0;
};

class LimiterSubject final : public CallerSubject<RateLimiter, LimiterCaller> {
 public:
  LimiterSubject(std::unique_ptr<RateLimiter> limiter, const Mix& mix, int callers, OfferedParts<Part> offered)
      : CallerSubject(std::move(limiter)),
        mix_(mix),
        offered_(offered),
        population_(population(mix.keys, mix.zipf)),
        capacity_(quotas_of(mix, callers).front().capacity) {}

  // Where a part is to be refused, it is from the start: nothing is left in any bucket.
  void prefill() override {
    const auto units = static_cast<std::int64_t>(mix_.refused > 0 ? capacity_ : 1);
    for (std::size_t i = 0; i < population_.size(); ++i) system().acquire(population_.name(i), units, 0);
  }
  // Of every 64th client: not given more than its quota allows until the latest time that any caller passed, and given all
  // where it asked for less than half of that. The callers' own times may be far apart, as far as all of the trial: then who
  // is behind may find a bucket dropped that was not full at its time, or one from which others have taken since.
  std::string validate_state() override {
    TimeNs first_ns = never;
    TimeNs latest_ns = 0;
    for (const LimiterCaller* caller : callers()) {
      first_ns = std::min(first_ns, caller->first_ns());
      latest_ns = std::max(latest_ns, caller->latest_ns());
    }
    const double windows = mix_.algorithm == Algorithm::token_bucket ? 1 : 2;
    const double periods = static_cast<double>(latest_ns - first_ns) / static_cast<double>(mix_.period);
    const auto capacity = static_cast<double>(capacity_);
    const bool one_time = mix_.time == TimeSource::machine;
    const bool nothing_extra = one_time || !mix_.shares.has(Kind::cleanup);
    const bool nothing_early = mix_.refused == 0 && (one_time || 2 * periods < 1);
    for (std::size_t client = 0; client < entries(); client += 64) {
      Account all{.asked = 1, .allowed = 1};  // by prefill
      for (const LimiterCaller* caller : callers()) {
        all.asked += caller->account(client).asked;
        all.allowed += caller->account(client).allowed;
        all.refused += caller->account(client).refused;
      }
      const std::uint64_t given = (all.allowed - 1) * static_cast<std::uint64_t>(mix_.cost) + 1;
      if (nothing_extra && static_cast<double>(given) > 1.3 * capacity * (windows + periods)) {
        return population_.name(client) + " was given more than its quota";
      }
      const bool asked_little = 2 * all.asked * static_cast<std::uint64_t>(mix_.cost) < capacity_;
      if (nothing_early && asked_little && all.refused > 0) {
        return population_.name(client) + " was refused what its quota holds";
      }
    }
    return validate_one_more(latest_ns);
  }
  std::size_t entries() const override { return population_.size(); }
  // Where much is refused, what a design is fast at is told beside its speed.
  double served_share() const override {
    return mix_.refused > 0 ? share(sum(&LimiterCaller::allowed), sum(&LimiterCaller::asked)) : 0;
  }

 private:
  // Where all buckets may be full, and dropped by cleanup, nothing else tells a limiter that counts nothing.
  std::string validate_one_more(TimeNs latest_ns) {
    if (system().acquire("probe", static_cast<std::int64_t>(capacity_), latest_ns).status != Status::allowed) {
      return "a new client was refused what its quota holds";
    }
    if (system().acquire("probe", 1, latest_ns).status != Status::limited) return "a client got more than its quota";
    if (!offered_.has(Part::cleanup)) return "";
    const std::size_t tracked = system().tracked();
    if (tracked == 0) return "no bucket is kept";
    return tracked > entries() + 16 * 16 + 16 + 2 ? "there are more buckets than keys" : "";
  }
  LimiterCaller make_caller(int, std::uint64_t seed) override { return LimiterCaller(system(), mix_, capacity_, seed); }

  const Mix mix_;
  const OfferedParts<Part> offered_;
  const Population& population_;
  const std::uint64_t capacity_;
};

}  // namespace contend::rate_limiter
