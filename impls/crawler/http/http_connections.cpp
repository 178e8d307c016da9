#include "impls/crawler/http/http_connections.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>

#include "impls/crawler/http/response_reader.hpp"

namespace contend::crawler {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = std::size_t{64} << 10;
// Of a run_until, before it looks at the clock: there may always be something ready, as long as one peer has more.
constexpr int most_steps = 64;

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

SteadyTime steady_after(DurationNs duration_ns) {
  const SteadyTime now = Clock::now();
  const std::chrono::nanoseconds duration(duration_ns);
  return duration < SteadyTime::max() - now ? now + duration : SteadyTime::max();
}

// One attempt, step by step: addresses, connection, request, answer. Each step waits for one thing; what is called when
// that has come holds the fetch, and looks at whether it is over meanwhile.
class HttpConnections::Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(HttpConnections& all, const FetchRequest& request, Done done)
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

  Limit limit() const { return {limit_, this}; }
  void move_limit(SteadyTime limit) noexcept { limit_ = limit; }

  // Answered by the next run_until.
  void refuse(FetchError error, std::string_view why) noexcept {
    when_over_ = {error, why};
    addresses_.clear();
    all_.set_limit(*this, SteadyTime::min());
  }

  void begin() {
    if (all_.take_kept(host_and_port_, socket_)) {
      reused_ = true;
      send_request();
    } else {
      connect();
    }
  }

  // The limit has come: of an address, if there are others.
  void expire() {
    if (!addresses_.empty()) return connect_to_next(asio::error::timed_out);
    fail(when_over_.error, when_over_.why);
  }

  bool has_addresses() const { return ticket_ != nullptr && ticket_->answer() != nullptr; }
  void use_addresses() {
    const NameLookups::Answer answer = *ticket_->answer();
    forget_names();
    if (answer.error == EAI_MEMORY) throw std::bad_alloc();
    if (answer.error != 0) return fail(FetchError::connect_failed, "the host's name was not found");
    addresses_ = answer.addresses;
    connect_to_next(asio::error::host_not_found);
  }
  // The loop is at its end: no lookup may wake it any more.
  void forget_names() {
    if (ticket_ != nullptr) --all_.resolving_;
    ticket_.reset();
  }

 private:
  struct Verdict {
    FetchError error = FetchError::total_timeout;
    std::string_view why = "the fetch took longer than it may in all";
  };

  void limit_step(DurationNs duration_ns, const Verdict& verdict) {
    const SteadyTime end = steady_after(duration_ns);
    when_over_ = end < total_ ? verdict : Verdict{};
    all_.set_limit(*this, std::min(end, total_));
  }

  void connect() {
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
  void connect_to_next(const error_code& last) {
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

  void connected() {
    addresses_.clear();
    error_code error;
    socket_.set_option(tcp::no_delay(true), error);  // only a matter of speed
    socket_.non_blocking(true, error);
    if (error) return fail(FetchError::connect_failed, why_not_connected(error));
    send_request();
  }

  void send_request() {
    limit_step(timeouts_.first_byte_ns,
               {FetchError::first_byte_timeout, "the head of the answer did not come in time"});
    unsent_ = request_;
    send();
  }

  void send() {
    error_code error;
    const std::size_t sent = socket_.write_some(asio::buffer(unsent_), error);
    if (error == asio::error::would_block) return wait_for(tcp::socket::wait_write, &Fetch::send);
    if (error) return broke("the connection broke before the request was sent");
    unsent_.remove_prefix(sent);
    if (!unsent_.empty()) return wait_for(tcp::socket::wait_write, &Fetch::send);
    wait_for(tcp::socket::wait_read, &Fetch::receive);
  }

  void receive() {
    error_code error;
    std::vector<char>& bytes = all_.received_;
    const std::size_t count = socket_.read_some(asio::buffer(bytes), error);
    if (error == asio::error::would_block) return wait_for(tcp::socket::wait_read, &Fetch::receive);
    const bool in_head = reader_.state() == ResponseReader::State::head;
    std::size_t used = 0;
    if (error == asio::error::eof) {
      if (!reader_.begun() && reused_) return connect();
      reader_.end();
    } else if (error) {
      return broke("the connection broke before the answer was complete");
    } else {
      used = reader_.read({bytes.data(), count});
    }
    switch (reader_.state()) {
      case ResponseReader::State::body:
        if (in_head) limit_step(timeouts_.total_ns, {});
        [[fallthrough]];
      case ResponseReader::State::head:
        return wait_for(tcp::socket::wait_read, &Fetch::receive);
      case ResponseReader::State::complete:
        // Bytes behind the answer belong to nobody, and the next answer is not to be looked for among them.
        if (reader_.reusable() && used == count) all_.keep(host_and_port_, std::move(socket_));
        [[fallthrough]];
      case ResponseReader::State::broken:
        return answer(reader_.take());
    }
  }

  void wait_for(tcp::socket::wait_type what, void (Fetch::*step)()) {
    socket_.async_wait(what, [self = shared_from_this(), step](const error_code& error) {
      if (self->over_) return;
      if (error) return self->broke("the connection broke");
      (self.get()->*step)();
    });
  }

  // A kept connection may have been closed by the server before the request came there: that is tried once more.
  void broke(std::string_view why) {
    if (reused_ && !reader_.begun()) return connect();
    fail(FetchError::broken, why);
  }

  void fail(FetchError error, std::string_view why) {
    FetchResponse response;
    response.error = error;
    response.why = why;
    answer(std::move(response));
  }

  // The last step: the fetch is no more in flight before its caller may begin another one.
  void answer(FetchResponse response) {
    const auto self = shared_from_this();
    over_ = true;
    forget_names();
    error_code ignored;
    socket_.close(ignored);
    all_.fetches_.erase(limit());
    done_(std::move(response));
  }

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
  std::vector<asio::ip::address> addresses_;  // that have not been tried, while there is no connection
  int connects_ = 0;                          // addresses that were tried
  tcp::socket socket_;
  bool reused_ = false;
  bool over_ = false;
  std::string_view unsent_;
  ResponseReader reader_;
};

HttpConnections::HttpConnections(std::shared_ptr<NameLookups> names, std::size_t most_kept)
    : names_(std::move(names)), most_kept_(most_kept), wakes_(context_), received_(read_bytes) {
  const int event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (event < 0) throw std::system_error(errno, std::generic_category(), "no event to wake a loop");
  wakes_.assign(event);
  listen_to_wakes();
}

HttpConnections::~HttpConnections() {
  for (const auto& [limit, fetch] : fetches_) fetch->forget_names();
}

void HttpConnections::listen_to_wakes() {
  wakes_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const error_code& error) {
    if (error) return;
    std::uint64_t wakes = 0;
    [[maybe_unused]] const ssize_t ignored = ::read(wakes_.native_handle(), &wakes, sizeof wakes);  // empty is as well
    listen_to_wakes();
  });
}

void HttpConnections::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t ignored = ::write(wakes_.native_handle(), &one, sizeof one);  // full is awake
}

void HttpConnections::start(const FetchRequest& request, Done done) {
  const auto fetch = std::make_shared<Fetch>(*this, request, std::move(done));
  fetches_.emplace(fetch->limit(), fetch);
  if (request.url->secure()) return fetch->refuse(FetchError::connect_failed, "https is not spoken");
  fetch->begin();
}

void HttpConnections::stop_all() noexcept {
  std::map<Limit, std::shared_ptr<Fetch>> all;
  all.swap(fetches_);
  while (!all.empty()) {
    auto node = all.extract(all.begin());
    Fetch& fetch = *node.mapped();
    fetches_.insert(std::move(node));
    fetch.refuse(FetchError::stopped, "the crawl was stopped");
  }
}

void HttpConnections::set_limit(Fetch& fetch, SteadyTime limit) noexcept {
  auto node = fetches_.extract(fetch.limit());
  fetch.move_limit(limit);
  node.key() = fetch.limit();
  fetches_.insert(std::move(node));
}

void HttpConnections::run_until(SteadyTime deadline) {
  const SteadyTime until = fetches_.empty() ? deadline : std::min(deadline, fetches_.begin()->first.first);
  context_.restart();
  if (Clock::now() < until) context_.run_one_until(until);
  for (int step = 0; step < most_steps && context_.poll_one() > 0; ++step) {
  }
  if (resolving_ > 0) use_addresses();
  end_overdue();
}

void HttpConnections::use_addresses() {
  std::vector<std::shared_ptr<Fetch>> ready;
  for (const auto& [limit, fetch] : fetches_) {
    if (fetch->has_addresses()) ready.push_back(fetch);
  }
  for (const auto& fetch : ready) {
    if (fetch->has_addresses()) fetch->use_addresses();
  }
}

// Those of now: what an answer begins waits for the next time.
void HttpConnections::end_overdue() {
  const SteadyTime now = Clock::now();
  for (std::size_t left = fetches_.size(); left > 0 && !fetches_.empty(); --left) {
    const auto first = fetches_.begin();
    if (first->first.first > now) return;
    first->second->expire();
  }
}

void HttpConnections::keep(const std::string& host_and_port, tcp::socket socket) {
  if (kept_.size() >= most_kept_) kept_.erase(kept_.begin());
  kept_.push_back({host_and_port, std::move(socket)});
}

// The last one that was kept and on which nothing has come: neither its end nor bytes that nobody asked for.
bool HttpConnections::take_kept(const std::string& host_and_port, tcp::socket& into) {
  for (std::size_t i = kept_.size(); i-- > 0;) {
    if (kept_[i].host_and_port != host_and_port) continue;
    into = std::move(kept_[i].socket);
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(i));
    char byte = 0;
    error_code error;
    into.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    if (error == asio::error::would_block) return true;
  }
  return false;
}

}  // namespace contend::crawler
