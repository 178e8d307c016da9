#pragma once

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// Addresses of host names. The machine's own means, getaddrinfo, blocks for as long as it likes and cannot be ended: it is
// called by threads that nobody waits for, so that who asks can stop waiting at any time.
//
// Threads are started when there is something to ask, at most `most_threads`, and end when nothing is. A name that is
// asked for several times at once is asked for by one thread. So a name server that does not answer holds one thread for
// each name, until getaddrinfo gives up; with all threads held, further names wait in a queue. What waits and is given
// up leaves it. The object lives as long as one of its threads.
//
// Guarantee: every method from any thread. O(names under way) a call. Nothing is remembered.
class NameLookups : public std::enable_shared_from_this<NameLookups> {
 public:
  struct Answer {
    int error = 0;  // of getaddrinfo, EAI_MEMORY and the like; 0: there are addresses
    std::vector<boost::asio::ip::address> addresses;
  };
  using Ask = std::function<Answer(const std::string& host)>;

  static constexpr int usual_threads = 16;

  NameLookups(Ask ask, int most_threads) : ask_(std::move(ask)), most_threads_(most_threads) {}
  NameLookups(const NameLookups&) = delete;
  NameLookups& operator=(const NameLookups&) = delete;

  // Asks getaddrinfo. One for the process, so that its threads are bounded whatever is made and thrown away.
  static std::shared_ptr<NameLookups> of_the_machine();

 private:
  struct Name;

 public:
  // A question under way; its end gives it up.
  class Ticket {
   public:
    Ticket(std::shared_ptr<NameLookups> lookups, std::shared_ptr<Name> name, std::function<void()> wake);
    ~Ticket();
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

    // nullptr: not yet. Lives as long as the ticket.
    const Answer* answer() const;

   private:
    friend class NameLookups;
    const std::shared_ptr<NameLookups> lookups_;
    const std::shared_ptr<Name> name_;
    const std::function<void()> wake_;
  };

  // `wake` is called by another thread when the answer is there, and never after the ticket's end; it must neither throw
  // nor call anything here. Where no thread can be started the answer is there at once.
  std::unique_ptr<Ticket> ask(const std::string& host, std::function<void()> wake);

 private:
  struct Name {
    explicit Name(const std::string& asked) : host(asked) {}
    const std::string host;
    bool begun = false;  // guarded by the mutex of the lookups, as all below
    std::optional<Answer> answer;
    std::vector<Ticket*> waiting;
  };

  void work();
  void start_thread_for(Name& name) REQUIRES(mutex_);
  void forget(const Name& name) REQUIRES(mutex_);
  void give_up(Ticket& ticket);

  const Ask ask_;
  const int most_threads_;
  mutable Mutex mutex_{{"name lookups", 0}};
  int threads_ GUARDED_BY(mutex_) = 0;
  std::vector<std::shared_ptr<Name>> under_way_ GUARDED_BY(mutex_);  // in the order of asking
};

}  // namespace contend::crawler
