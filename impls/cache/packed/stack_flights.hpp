#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "impls/sync/mutex.hpp"

namespace contend::cache {

// Where loaders and those who joined them meet. One for many loads: it is only gone to where somebody has joined.
struct Landing {
  Mutex mutex{{"landing of loads", 0}};
  ConditionVariable changed;
};

// A load of one key that others may join. It lies on the stack of its loader, who leaves last: so a load costs no memory, and
// one that nobody joins no lock but that of the list of loads, which its loader holds anyhow.
class StackFlight {
 public:
  StackFlight(std::string_view key, Landing& landing) : key_(key), landing_(landing) {}
  StackFlight(const StackFlight&) = delete;
  StackFlight& operator=(const StackFlight&) = delete;

  // For who has joined: waits for the end of the load. The value, or throws what the load threw. Nothing of this flight may be
  // touched any more.
  std::string wait() {
    const MutexLock lock(landing_.mutex);
    while (!ended_) landing_.changed.wait(landing_.mutex);
    std::string taken;
    std::exception_ptr error = error_;
    try {
      if (error == nullptr) taken = *value_;
    } catch (...) {
      error = std::current_exception();
    }
    if (--aboard_ == 0) landing_.changed.notify_all();
    if (error != nullptr) std::rethrow_exception(error);
    return taken;
  }
  // For the loader, once nobody can join any more: gives it to the `joined`, and waits until each has taken it.
  void land(const std::string& value, const std::exception_ptr& error, unsigned joined) {
    const MutexLock lock(landing_.mutex);
    value_ = &value;
    error_ = error;
    aboard_ = joined;
    ended_ = true;
    landing_.changed.notify_all();
    while (aboard_ != 0) landing_.changed.wait(landing_.mutex);
  }

 private:
  friend class StackFlights;

  const std::string_view key_;
  const std::thread::id loader_ = std::this_thread::get_id();
  Landing& landing_;
  // Of the lock of the list.
  StackFlight* next_ = nullptr;
  unsigned joined_ = 0;

  bool ended_ GUARDED_BY(landing_.mutex) = false;
  const std::string* value_ GUARDED_BY(landing_.mutex) = nullptr;
  std::exception_ptr error_ GUARDED_BY(landing_.mutex);
  unsigned aboard_ GUARDED_BY(landing_.mutex) = 0;
};

// The loads in flight of one shard, at most one a key. Everything under the lock of the shard. O(loads in flight).
class StackFlights {
 public:
  // Null where nobody loads the key. Throws std::logic_error where the caller does.
  StackFlight* join(std::string_view key) {
    StackFlight* const flight = *place_of(key);
    if (flight == nullptr) return nullptr;
    if (flight->loader_ == std::this_thread::get_id()) {
      throw std::logic_error("a loader waits for its own load: " + std::string(key));
    }
    ++flight->joined_;
    return flight;
  }
  // Nobody else may be loading the key.
  void begin(StackFlight& flight) noexcept {
    flight.next_ = first_;
    first_ = &flight;
  }
  // Nobody joins it any more. Whether it had not been overtaken.
  bool end(const StackFlight& flight, unsigned& joined) noexcept {
    joined = flight.joined_;
    StackFlight** const place = place_of(flight.key_);
    if (*place != &flight) return false;
    *place = flight.next_;
    return true;
  }
  // A load of the key that is in flight will not be kept, and nobody joins it any more.
  void overtake(std::string_view key) noexcept {
    if (first_ == nullptr) return;
    StackFlight** const place = place_of(key);
    if (*place != nullptr) *place = (*place)->next_;
  }

 private:
  // Where the link to it stands, or would stand.
  StackFlight** place_of(std::string_view key) noexcept {
    StackFlight** place = &first_;
    while (*place != nullptr && (*place)->key_ != key) place = &(*place)->next_;
    return place;
  }

  StackFlight* first_ = nullptr;
};

}  // namespace contend::cache
