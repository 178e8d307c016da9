#include "impls/crawler/http/http_attempt.hpp"

#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <chrono>
#include <new>
#include <utility>

namespace contend::crawler {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

std::string request_text(const Url& url, std::string_view host_and_port, std::string_view user_agent) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: text/html, application/xhtml+xml, */*;q=0.1\r\n"
      "Accept-Encoding: identity\r\n\r\n",
      url.target(), host_and_port, user_agent);
}

std::string_view why_not_connected(const error_code& error) {
  if (error == asio::error::connection_refused) return "the connection was refused";
  if (error == asio::error::host_unreachable || error == asio::error::network_unreachable) {
    return "the host cannot be reached";
  }
  if (error == asio::error::no_descriptors) return "there are no file descriptors left";
  return "no connection came about";
}

}  // namespace

HttpConnections::Attempt::Attempt(HttpConnections& all, const FetchRequest& request, Done done)
    : all_(all),
      timeouts_(request.timeouts),
      total_(steady_after(request.timeouts.total_ns)),
      limit_(total_),
      host_(request.url->host()),
      port_(request.url->port()),
      host_and_port_(request.url->origin().substr(request.url->origin().find("//") + 2)),
      request_(request_text(*request.url, host_and_port_, request.user_agent)),
      done_(std::move(done)),
      socket_(all.context_),
      reader_(request.body_limit) {}

void HttpConnections::Attempt::refuse(FetchError error, std::string_view why) noexcept {
  when_over_ = {error, why};
  addresses_.clear();
  all_.set_limit(*this, SteadyTime::min());
}

void HttpConnections::Attempt::begin() {
  if (all_.take_kept(host_and_port_, socket_)) {
    reused_ = true;
    send_request();
  } else {
    connect();
  }
}

// The limit has come: of an address, if there are others.
void HttpConnections::Attempt::expire() {
  if (!addresses_.empty()) return connect_to_next(asio::error::timed_out);
  fail(when_over_.error, when_over_.why);
}

void HttpConnections::Attempt::use_addresses() {
  const NameLookups::Answer answer = *ticket_->answer();
  forget_names();
  if (answer.error == EAI_MEMORY) throw std::bad_alloc();
  if (answer.error != 0) return fail(FetchError::connect_failed, "the host's name was not found");
  addresses_ = answer.addresses;
  connect_to_next(asio::error::host_not_found);
}

void HttpConnections::Attempt::forget_names() {
  if (ticket_ != nullptr) --all_.resolving_;
  ticket_.reset();
}

void HttpConnections::Attempt::limit_step(DurationNs duration_ns, const Verdict& verdict) {
  const SteadyTime end = steady_after(duration_ns);
  when_over_ = end < total_ ? verdict : Verdict{};
  all_.set_limit(*this, std::min(end, total_));
}

void HttpConnections::Attempt::connect() {
  reused_ = false;
  limit_step(timeouts_.connect_ns, {FetchError::connect_timeout, "no connection came about in time"});
  connected_by_ = limit_;
  error_code no_address;
  const bool in_brackets = host_.starts_with('[');
  const auto address = asio::ip::make_address(in_brackets ? host_.substr(1, host_.size() - 2) : host_, no_address);
  if (!no_address) {
    addresses_ = {address};
    return connect_to_next(asio::error::host_not_found);
  }
  ticket_ = all_.names_->ask(host_, [&all = all_] { all.wake(); });
  ++all_.resolving_;
  if (ticket_->answer() != nullptr) all_.wake();
}

// One address after the other; where none is left, the last one's error is the fetch's. They share the time, so that
// one that does not answer leaves the others theirs.
void HttpConnections::Attempt::connect_to_next(const error_code& last) {
  if (addresses_.empty()) return fail(FetchError::connect_failed, why_not_connected(last));
  const SteadyTime now = Clock::now();
  all_.set_limit(*this, now + (connected_by_ - now) / static_cast<std::ptrdiff_t>(addresses_.size()));
  const tcp::endpoint endpoint(addresses_.front(), port_);
  addresses_.erase(addresses_.begin());
  socket_ = tcp::socket(all_.context_);
  socket_.async_connect(endpoint, [self = shared_from_this(), number = ++connects_](const error_code& error) {
    if (self->over_ || number != self->connects_) return;
    if (error) return self->connect_to_next(error);
    self->connected();
  });
}

void HttpConnections::Attempt::connected() {
  addresses_.clear();
  error_code error;
  socket_.set_option(tcp::no_delay(true), error);  // only a matter of speed
  socket_.non_blocking(true, error);
  if (error) return fail(FetchError::connect_failed, why_not_connected(error));
  send_request();
}

void HttpConnections::Attempt::send_request() {
  limit_step(timeouts_.first_byte_ns, {FetchError::first_byte_timeout, "the head of the answer did not come in time"});
  unsent_ = request_;
  send();
}

void HttpConnections::Attempt::send() {
  error_code error;
  const std::size_t sent = socket_.write_some(asio::buffer(unsent_), error);
  if (error == asio::error::would_block) return wait_for(tcp::socket::wait_write, &Attempt::send);
  if (error) return broke("the connection broke before the request was sent");
  unsent_.remove_prefix(sent);
  if (!unsent_.empty()) return wait_for(tcp::socket::wait_write, &Attempt::send);
  wait_for(tcp::socket::wait_read, &Attempt::receive);
}

void HttpConnections::Attempt::receive() {
  error_code error;
  std::vector<char>& bytes = all_.received_;
  const std::size_t count = socket_.read_some(asio::buffer(bytes), error);
  if (error == asio::error::would_block) return wait_for(tcp::socket::wait_read, &Attempt::receive);
  const bool was_in_head = reader_.state() == ResponseReader::State::head;
  std::size_t used = 0;
  if (error == asio::error::eof) {
    if (!reader_.begun() && reused_) return connect();
    reader_.end();
  } else if (error) {
    return broke("the connection broke before the answer was complete");
  } else {
    used = reader_.read({bytes.data(), count});
  }
  go_on(was_in_head, used == count);
}

void HttpConnections::Attempt::go_on(bool was_in_head, bool all_used) {
  switch (reader_.state()) {
    case ResponseReader::State::body:
      if (was_in_head) limit_step(timeouts_.total_ns, {});
      [[fallthrough]];
    case ResponseReader::State::head:
      return wait_for(tcp::socket::wait_read, &Attempt::receive);
    case ResponseReader::State::complete:
      // Bytes behind the answer belong to nobody, and the next answer is not to be looked for among them.
      if (reader_.reusable() && all_used) all_.keep(host_and_port_, std::move(socket_));
      [[fallthrough]];
    case ResponseReader::State::broken:
      return answer(reader_.take());
  }
}

void HttpConnections::Attempt::wait_for(tcp::socket::wait_type what, Step step) {
  socket_.async_wait(what, [self = shared_from_this(), step](const error_code& error) {
    if (self->over_) return;
    if (error) return self->broke("the connection broke");
    (self.get()->*step)();
  });
}

// A kept connection may have been closed by the server before the request came there: that is tried once more.
void HttpConnections::Attempt::broke(std::string_view why) {
  if (reused_ && !reader_.begun()) return connect();
  fail(FetchError::broken, why);
}

void HttpConnections::Attempt::fail(FetchError error, std::string_view why) {
  FetchResponse response;
  response.error = error;
  response.why = why;
  answer(std::move(response));
}

// The last step: the fetch is no more in flight before its caller may begin another one.
void HttpConnections::Attempt::answer(FetchResponse response) {
  const auto self = shared_from_this();
  over_ = true;
  forget_names();
  error_code ignored;
  socket_.close(ignored);
  all_.fetches_.erase(limit());
  done_(std::move(response));
}

}  // namespace contend::crawler
