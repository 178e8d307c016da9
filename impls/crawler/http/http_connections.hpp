#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "impls/crawler/http/fetcher.hpp"
#include "impls/crawler/http/name_lookups.hpp"

namespace contend::crawler {

using SteadyTime = std::chrono::steady_clock::time_point;

// So much later than now, by the machine's clock; the end of time for what does not fit.
SteadyTime steady_after(DurationNs duration_ns);

// Fetches of one thread over HTTP/1.1: what is in flight, and the connections that are kept for the next fetch of their
// host and port, the last `most_kept`. All methods but `wake` belong to the thread.
//
// A connection is kept if its answer says so and has an end of its own, and taken again if nothing came on it meanwhile.
// An answer that a server sends there after the next request has gone out cannot be told from that request's answer.
class HttpConnections {
 public:
  using Done = std::function<void(FetchResponse)>;

  HttpConnections(std::shared_ptr<NameLookups> names, std::size_t most_kept);
  ~HttpConnections();
  HttpConnections(const HttpConnections&) = delete;
  HttpConnections& operator=(const HttpConnections&) = delete;

  void start(const FetchRequest& request, Done done);
  // Does some of what can be done without waiting; where nothing can, waits for it, or for a wake, until `deadline`.
  // Returns soon even if there is always more to do, and ends every fetch whose time is over.
  void run_until(SteadyTime deadline);
  void wake() noexcept;
  // The next run_until answers everything that is in flight now.
  void stop_all() noexcept;

 private:
  class Attempt;
  using Limit = std::pair<SteadyTime, const Attempt*>;  // when it is over, and whose it is
  struct Kept {
    std::string host_and_port;
    boost::asio::ip::tcp::socket socket;
  };

  void listen_to_wakes();
  void set_limit(Attempt& attempt, SteadyTime limit) noexcept;
  void use_addresses();
  void end_overdue(SteadyTime now);
  void keep(const std::string& host_and_port, boost::asio::ip::tcp::socket socket);
  bool take_kept(const std::string& host_and_port, boost::asio::ip::tcp::socket& into);

  const std::shared_ptr<NameLookups> names_;
  const std::size_t most_kept_;
  boost::asio::io_context context_{1};
  boost::asio::posix::stream_descriptor wakes_;
  std::vector<char> received_;  // by one read
  std::vector<Kept> kept_;      // the oldest first
  std::map<Limit, std::shared_ptr<Attempt>> fetches_;
  std::size_t resolving_ = 0;  // of the fetches
};

}  // namespace contend::crawler
