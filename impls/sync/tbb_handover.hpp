#pragma once

#include <utility>

#include "impls/sync/tsan_order.hpp"

namespace contend {

// The body of a TBB task. TBB moves it into the task as the last step before it publishes the task, and runs it there.
template <class Body>
class Handover {
 public:
  explicit Handover(Body body) : body_(std::move(body)) {}
  Handover(Handover&& other) noexcept : body_(std::move(other.body_)) { handed_to_library(this); }
  void operator()() const {
    taken_through_library(const_cast<Handover*>(this));
    body_();
  }

 private:
  Body body_;
};

}  // namespace contend
