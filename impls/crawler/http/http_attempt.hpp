#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "impls/crawler/http/http_connections.hpp"
#include "impls/crawler/http/name_lookups.hpp"
#include "impls/crawler/http/response_reader.hpp"

namespace contend::crawler {

// One attempt, step by step: addresses, connection, request, answer. Each step waits for one thing; what is called when
// that has come holds the attempt, and looks at whether it is over meanwhile.
class HttpConnections::Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(HttpConnections& all, const FetchRequest& request, Done done);

  void begin();
  // Answered by the next run_until.
  void refuse(FetchError error, std::string_view why) noexcept;

  Limit limit() const { return {limit_, this}; }
  void move_limit(SteadyTime limit) noexcept { limit_ = limit; }
  // The limit has come.
  void expire();

  bool has_addresses() const { return ticket_ != nullptr && ticket_->answer() != nullptr; }
  void use_addresses();
  // No lookup wakes the loop for it any more.
  void forget_names();

 private:
  struct Verdict {
    FetchError error = FetchError::total_timeout;
    std::string_view why = "the fetch took longer than it may in all";
  };
  using Step = void (Attempt::*)();

  void limit_step(DurationNs duration_ns, const Verdict& verdict);
  void connect();
  void connect_to_next(const boost::system::error_code& last);
  void connected();
  void send_request();
  void send();
  void receive();
  void go_on(bool was_in_head, bool all_used);
  void wait_for(boost::asio::ip::tcp::socket::wait_type what, Step step);
  void broke(std::string_view why);
  void fail(FetchError error, std::string_view why);
  void answer(FetchResponse response);

  HttpConnections& all_;
  const FetchTimeouts timeouts_;
  const SteadyTime total_;
  SteadyTime limit_;   // of the step that it is at; set by the owner alone, who is sorted by it
  Verdict when_over_;  // what it means that the limit has come
  const std::string host_;
  const std::uint16_t port_;
  const std::string host_and_port_;
  const std::string request_;
  const Done done_;
  std::unique_ptr<NameLookups::Ticket> ticket_;
  SteadyTime connected_by_;
  std::vector<boost::asio::ip::address> addresses_;  // that have not been tried, while there is no connection
  int connects_ = 0;                                 // addresses that were tried
  boost::asio::ip::tcp::socket socket_;
  bool reused_ = false;
  bool over_ = false;
  std::string_view unsent_;
  ResponseReader reader_;
};

}  // namespace contend::crawler
