#include "impls/crawler/http/http_connections.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <system_error>

#include "impls/crawler/http/http_attempt.hpp"

namespace contend::crawler {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = std::size_t{64} << 10;
// Of a run_until, before it looks at the clock: there may always be something ready, as long as one peer has more.
constexpr int most_steps = 64;

}  // namespace

SteadyTime steady_after(DurationNs duration_ns) {
  const SteadyTime now = Clock::now();
  const std::chrono::nanoseconds duration(duration_ns);
  return duration < SteadyTime::max() - now ? now + duration : SteadyTime::max();
}

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
  const auto fetch = std::make_shared<Attempt>(*this, request, std::move(done));
  fetches_.emplace(fetch->limit(), fetch);
  if (request.url->secure()) return fetch->refuse(FetchError::connect_failed, "https is not spoken");
  fetch->begin();
}

void HttpConnections::stop_all() noexcept {
  std::map<Limit, std::shared_ptr<Attempt>> all;
  all.swap(fetches_);
  while (!all.empty()) {
    auto node = all.extract(all.begin());
    Attempt& fetch = *node.mapped();
    fetches_.insert(std::move(node));
    fetch.refuse(FetchError::stopped, "the crawl was stopped");
  }
}

void HttpConnections::set_limit(Attempt& fetch, SteadyTime limit) noexcept {
  auto node = fetches_.extract(fetch.limit());
  fetch.move_limit(limit);
  node.key() = fetch.limit();
  fetches_.insert(std::move(node));
}

void HttpConnections::run_until(SteadyTime deadline) {
  const SteadyTime until = fetches_.empty() ? deadline : std::min(deadline, fetches_.begin()->first.first);
  context_.restart();
  end_overdue(SteadyTime::min());  // before a step gives a fetch that was stopped another limit
  if (Clock::now() < until) context_.run_one_until(until);
  for (int step = 0; step < most_steps && context_.poll_one() > 0; ++step) {
  }
  if (resolving_ > 0) use_addresses();
  end_overdue(Clock::now());
}

void HttpConnections::use_addresses() {
  std::vector<std::shared_ptr<Attempt>> ready;
  for (const auto& [limit, fetch] : fetches_) {
    if (fetch->has_addresses()) ready.push_back(fetch);
  }
  for (const auto& fetch : ready) {
    if (fetch->has_addresses()) fetch->use_addresses();
  }
}

// Those of now: what an answer begins waits for the next time.
void HttpConnections::end_overdue(SteadyTime now) {
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
