#include "impls/crawler/http/http_fetcher.hpp"

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <chrono>
#include <list>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>

#include "impls/base/hashing.hpp"

namespace contend::crawler {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using SteadyTime = std::chrono::steady_clock::time_point;
using Done = std::function<void(FetchResponse)>;

SteadyTime after(DurationNs duration_ns) {
  // An hour stands for what does not fit.
  constexpr DurationNs hour_ns = 3'600'000'000'000;
  return std::chrono::steady_clock::now() + std::chrono::nanoseconds(std::min(duration_ns, hour_ns));
}

struct Connection {
  explicit Connection(asio::io_context& context) : stream(context) {}
  beast::tcp_stream stream;
  beast::flat_buffer buffer;
};

}  // namespace

// Fetches of one thread: an io_context, what is in flight on it, and the connections that are kept.
class HttpConnections {
 public:
  void start(const FetchRequest& request, Done done) {
    fetches_.emplace_back(*this, request, std::move(done));
    Fetch& fetch = fetches_.back();
    fetch.self = std::prev(fetches_.end());
    fetch.begin();
  }

  // Runs what is ready; where nothing is, waits for it.
  void run_until(SteadyTime deadline) {
    context_.restart();
    if (context_.poll() == 0) context_.run_one_until(deadline);
  }
  void wake() {
    asio::post(context_, [] {});
  }
  void stop_all() {
    for (Fetch& fetch : fetches_) fetch.stop();
  }

 private:
  struct Fetch {
    Fetch(HttpConnections& owner, const FetchRequest& request, Done when_done)
        : all(owner),
          url(*request.url),
          timeouts(request.timeouts),
          body_limit(request.body_limit),
          done(std::move(when_done)),
          resolver(owner.context_) {
      const std::string_view target = url.target();
      ask = {http::verb::get, beast::string_view(target.data(), target.size()), 11};
      const std::string host = std::string(url.origin().substr(url.origin().find("//") + 2));
      ask.set(http::field::host, host);
      ask.set(http::field::user_agent, beast::string_view(request.user_agent.data(), request.user_agent.size()));
      ask.set(http::field::accept, "text/html, application/xhtml+xml, */*;q=0.1");
      ask.set(http::field::accept_encoding, "identity");
      key = host;
    }

    HttpConnections& all;
    const Url url;
    const FetchTimeouts timeouts;
    const std::size_t body_limit;
    Done done;
    tcp::resolver resolver;
    std::list<Fetch>::iterator self;
    std::string key;  // host and port
    SteadyTime total;
    std::unique_ptr<Connection> connection;
    bool reused = false;
    bool stopped = false;
    FetchError timeout = FetchError::connect_timeout;  // what running out of time now means
    http::request<http::empty_body> ask;
    std::optional<http::response_parser<http::string_body>> parser;

    // Waits at most so long for the next step, and never beyond the total.
    void limit(DurationNs duration_ns, FetchError meaning) {
      const SteadyTime end = after(duration_ns);
      timeout = end < total ? meaning : FetchError::total_timeout;
      connection->stream.expires_at(std::min(end, total));
    }

    void begin() {
      total = after(timeouts.total_ns);
      if (url.secure()) {
        asio::post(all.context_, [this] { fail(FetchError::connect_failed); });
        return;
      }
      auto& kept = all.kept_[key];
      if (!kept.empty()) {
        connection = std::move(kept.back());
        kept.pop_back();
        reused = true;
        send();
      } else {
        connect();
      }
    }

    void connect() {
      reused = false;
      connection = std::make_unique<Connection>(all.context_);
      limit(timeouts.connect_ns, FetchError::connect_timeout);
      std::string host(url.host());
      if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
      beast::error_code no_address;
      const auto address = asio::ip::make_address(host, no_address);
      if (!no_address) {
        connection->stream.async_connect(tcp::endpoint(address, url.port()),
                                         [this](const beast::error_code& error) { connected(error); });
        return;
      }
      resolver.async_resolve(
          host, std::to_string(url.port()),
          [this](const beast::error_code& error, const tcp::resolver::results_type& found) {
            if (error || stopped) return fail(FetchError::connect_failed);
            connection->stream.async_connect(
                found, [this](const beast::error_code& refused, const tcp::endpoint&) { connected(refused); });
          });
    }

    void connected(const beast::error_code& error) {
      if (error) return fail(error == beast::error::timeout ? timeout : FetchError::connect_failed);
      beast::error_code ignored;  // only a matter of speed
      connection->stream.socket().set_option(tcp::no_delay(true), ignored);
      send();
    }

    void send() {
      limit(timeouts.first_byte_ns, FetchError::first_byte_timeout);
      http::async_write(connection->stream, ask, [this](const beast::error_code& error, std::size_t) {
        if (error) return failed_early(error);
        parser.emplace();
        parser->body_limit(boost::none);
        http::async_read_header(connection->stream, connection->buffer, *parser,
                                [this](const beast::error_code& failed, std::size_t) { head_came(failed); });
      });
    }

    // Before the answer began: a kept connection may have been closed by the server meanwhile.
    void failed_early(const beast::error_code& error) {
      if (reused && !stopped && error != beast::error::timeout) return connect();
      fail(error == beast::error::timeout ? timeout : FetchError::broken);
    }

    void head_came(const beast::error_code& error) {
      if (error) return failed_early(error);
      limit(timeouts.total_ns, FetchError::total_timeout);
      read_body();
    }

    // Piece by piece: a body that is announced as too long is read to the limit as well.
    void read_body() {
      auto& parsed = *parser;  // NOLINT(bugprone-unchecked-optional-access): send() made it
      const bool too_long = parsed.get().body().size() > body_limit;
      if (too_long || parsed.is_done()) return finish(too_long);
      http::async_read_some(connection->stream, connection->buffer, parsed,
                            [this](const beast::error_code& error, std::size_t) {
                              if (!error) return read_body();
                              fail(error == beast::error::timeout ? timeout : FetchError::broken);
                            });
    }

    void finish(bool truncated) {
      auto& parsed = *parser;  // NOLINT(bugprone-unchecked-optional-access): send() made it
      auto& message = parsed.get();
      FetchResponse response;
      const auto text = [&](http::field field) { return std::string(message[field]); };
      response.status = static_cast<int>(message.result_int());
      response.content_type = text(http::field::content_type);
      response.location = text(http::field::location);
      response.retry_after = text(http::field::retry_after);
      response.date = text(http::field::date);
      const std::string encoding = text(http::field::content_encoding);
      response.encoded = !encoding.empty() && encoding != "identity";
      response.truncated = truncated;
      response.body = std::move(message.body());
      if (response.body.size() > body_limit) response.body.resize(body_limit);
      if (!truncated && parsed.keep_alive() && !stopped) {
        connection->stream.expires_never();
        all.kept_[key].push_back(std::move(connection));
      }
      answer(std::move(response));
    }

    void stop() {
      stopped = true;
      resolver.cancel();
      if (connection) connection->stream.close();
    }

    void fail(FetchError error) {
      FetchResponse response;
      response.error = stopped ? FetchError::stopped : error;
      answer(std::move(response));
    }

    // The last step: the fetch is gone before its caller may begin another one.
    void answer(FetchResponse response) {
      const Done last = std::move(done);
      all.fetches_.erase(self);
      last(std::move(response));
    }
  };

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::unordered_map<std::string, std::vector<std::unique_ptr<Connection>>, BytesHash, std::equal_to<>> kept_;
  std::list<Fetch> fetches_;
};

namespace {

SteadyTime wall(CrawlTime& time, TimeNs deadline_ns) {
  const TimeNs until_ns = std::min(deadline_ns, time.end_ns());
  return after(until_ns == never ? forever : std::max<TimeNs>(0, until_ns - time.now()));
}

class HttpLoop final : public FetchLoop {
 public:
  explicit HttpLoop(CrawlTime& time) : time_(time), on_stop_(time.stop_token(), [this] { connections_.wake(); }) {}

  void start(const FetchRequest& request, Done done) override { connections_.start(request, std::move(done)); }
  void run_until(TimeNs deadline_ns) override { connections_.run_until(wall(time_, deadline_ns)); }
  void wake() override { connections_.wake(); }
  void stop_all() override { connections_.stop_all(); }

 private:
  CrawlTime& time_;
  HttpConnections connections_;
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace

HttpFetcher::HttpFetcher() = default;
HttpFetcher::~HttpFetcher() = default;

FetchResponse HttpFetcher::fetch(const FetchRequest& request, CrawlTime& time) {
  std::unique_ptr<HttpConnections> connections;
  {
    const MutexLock lock(mutex_);
    if (!idle_.empty()) {
      connections = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connections) connections = std::make_unique<HttpConnections>();
  std::optional<FetchResponse> come;
  {
    const std::stop_callback on_stop(time.stop_token(), [&] { connections->wake(); });
    connections->start(request, [&](FetchResponse response) { come = std::move(response); });
    while (!come) {
      if (time.stopped()) connections->stop_all();
      connections->run_until(wall(time, time.stopped() ? 0 : never));
    }
  }
  const MutexLock lock(mutex_);
  idle_.push_back(std::move(connections));
  return std::move(*come);
}

std::unique_ptr<FetchLoop> HttpFetcher::make_loop(CrawlTime& time) {
  return std::make_unique<HttpLoop>(time);
}

}  // namespace contend::crawler
