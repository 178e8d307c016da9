#include "bench/inputs/crawler/site_server.hpp"

#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <list>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "impls/base/hashing.hpp"

namespace contend::crawler {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

std::string_view content_type_of(std::string_view extension) {
  if (extension == ".html" || extension == ".htm") return "text/html";
  if (extension == ".txt") return "text/plain";
  if (extension == ".css") return "text/css";
  if (extension == ".gif") return "image/gif";
  if (extension == ".png") return "image/png";
  if (extension == ".svg") return "image/svg+xml";
  return "application/octet-stream";
}

std::string decoded(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size()) {
      out += static_cast<char>(std::stoi(std::string(path.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += path[i];
    }
  }
  return out;
}

}  // namespace

class SiteServer::Implementation {
 public:
  Implementation(const std::filesystem::path& folder, const ServerFaults& faults, std::map<std::string, SitePage> pages)
      : folder_(folder), faults_(faults), pages_(std::move(pages)) {
    accept();
    thread_ = std::jthread([this] { context_.run(); });
  }
  ~Implementation() { context_.stop(); }  // the thread ends first, then its connections

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::uint64_t requests() const { return requests_; }

 private:
  struct Session {
    explicit Session(tcp::socket socket) : stream(std::move(socket)), timer(stream.get_executor()) {}
    beast::tcp_stream stream;
    asio::steady_timer timer;
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::response<http::span_body<const char>> response;
    std::optional<http::response_serializer<http::span_body<const char>>> serializer;
    std::list<Session>::iterator self;
  };

  // What one request is answered with; `body` lives as long as the server.
  struct Answer {
    const SitePage* page = nullptr;  // null: the connection is closed
    DurationNs latency_ns = 0;
  };

  void accept() {
    acceptor_.async_accept([this](const beast::error_code& error, tcp::socket socket) {
      if (error) return;
      beast::error_code ignored;  // only a matter of speed
      socket.set_option(tcp::no_delay(true), ignored);
      sessions_.emplace_back(std::move(socket));
      sessions_.back().self = std::prev(sessions_.end());
      read(sessions_.back());
      accept();
    });
  }

  void read(Session& session) {
    session.request = {};
    http::async_read(
        session.stream, session.buffer, session.request, [this, &session](const beast::error_code& error, std::size_t) {
          if (error) return close(session);
          ++requests_;
          const Answer answer = answer_to(std::string(session.request.target()));
          if (answer.page == nullptr) return close(session);
          later(session, answer.latency_ns, [this, &session, page = answer.page] { send(session, *page); });
        });
  }

  void send(Session& session, const SitePage& page) {
    auto& response = session.response;
    response = {static_cast<http::status>(page.status), 11};
    const auto set = [&](http::field field, const std::string& value) {
      if (!value.empty()) response.set(field, value);
    };
    set(http::field::content_type, page.content_type);
    set(http::field::location, page.location);
    set(http::field::retry_after, page.retry_after);
    set(http::field::date, page.date);
    if (page.encoded) response.set(http::field::content_encoding, "gzip");
    response.keep_alive(session.request.keep_alive());
    response.body() = {page.body.data(), page.body.size()};
    response.content_length(page.body.size());
    session.serializer.emplace(response);
    http::async_write_header(session.stream, *session.serializer,
                             [this, &session, &page](const beast::error_code& error, std::size_t) {
                               if (error) return close(session);
                               later(session, page.body_ns, [this, &session] { send_body(session); });
                             });
  }

  void send_body(Session& session) {
    http::async_write(session.stream, *session.serializer,
                      [this, &session](const beast::error_code& error, std::size_t) {
                        if (error || !session.response.keep_alive()) return close(session);
                        read(session);
                      });
  }

  template <class Then>
  void later(Session& session, DurationNs wait_ns, Then then) {
    if (wait_ns == 0) return then();
    session.timer.expires_after(std::chrono::nanoseconds(wait_ns));
    session.timer.async_wait([then](const beast::error_code& error) {
      if (!error) then();
    });
  }

  void close(Session& session) { sessions_.erase(session.self); }

  Answer answer_to(const std::string& target) {
    const std::uint64_t of_target = hash_bytes(target, faults_.seed);
    const std::uint64_t of_request = mix_bits(of_target + ++asked_[target]);
    const auto hits = [](std::uint64_t bits, int which, double part) {
      return static_cast<double>(mix_bits(bits + static_cast<std::uint64_t>(which)) >> 11) * 0x1p-53 < part;
    };
    const bool may_move = !target.ends_with("?moved") && target != "/robots.txt";
    Answer answer{nullptr, faults_.latency_ns};
    if (faults_.jitter_ns > 0) {
      answer.latency_ns += static_cast<DurationNs>(of_request % static_cast<std::uint64_t>(faults_.jitter_ns));
    }
    if (over_the_limit()) {
      answer.page = &too_many_;
    } else if (hits(of_request, 1, faults_.broken_part)) {
      answer.page = nullptr;
    } else if (hits(of_request, 2, faults_.error_part)) {
      answer.page = &unavailable_;
    } else if (may_move && hits(of_target, 3, faults_.redirect_part)) {
      answer.page = &redirect_to(target + "?moved");
    } else if (may_move && hits(of_target, 4, faults_.off_origin_part)) {
      answer.page = &redirect_to("http://127.0.0.9:" + std::to_string(port()) + target);
    } else {
      answer.page = &page_of(target);
      answer.latency_ns += answer.page->first_byte_ns;
    }
    return answer;
  }

  bool over_the_limit() {
    if (faults_.per_second == 0) return false;
    const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now());
    if (second != second_) in_second_ = 0;
    second_ = second;
    return ++in_second_ > faults_.per_second;
  }

  const SitePage& redirect_to(const std::string& location) {
    SitePage& page = made_[location];
    page.status = 302;
    page.location = location;
    return page;
  }

  const SitePage& page_of(const std::string& target) {
    if (const auto it = pages_.find(target); it != pages_.end()) return it->second;
    const std::string path = target.substr(0, target.find('?'));
    if (const auto it = pages_.find(path); it != pages_.end()) return it->second;
    if (const auto it = files_.find(path); it != files_.end()) return it->second;
    SitePage page;
    page.status = 404;
    page.body = "<!doctype html><title>not found</title>";
    const std::string name = decoded(path.ends_with('/') ? path + "index.html" : path);
    const std::filesystem::path file = folder_ / name.substr(1);
    std::error_code no_file;
    if (!folder_.empty() && name.find("..") == std::string::npos && std::filesystem::is_regular_file(file, no_file)) {
      std::ifstream in(file, std::ios::binary);
      page.status = 200;
      page.body.assign(std::istreambuf_iterator<char>(in), {});
      page.content_type = content_type_of(file.extension().string());
    }
    return files_.emplace(path, std::move(page)).first->second;
  }

  static SitePage with_status(int status, const std::string& retry_after) {
    SitePage page;
    page.status = status;
    page.retry_after = retry_after;
    return page;
  }

  const std::filesystem::path folder_;
  const ServerFaults faults_;
  const std::map<std::string, SitePage> pages_;
  const SitePage too_many_ = with_status(429, "1");
  const SitePage unavailable_ = with_status(503, "0");
  std::atomic<std::uint64_t> requests_{0};
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  // All below belongs to the thread.
  std::unordered_map<std::string, SitePage> files_;
  std::unordered_map<std::string, SitePage> made_;
  std::unordered_map<std::string, std::uint64_t> asked_;
  std::chrono::steady_clock::time_point second_;
  std::uint32_t in_second_ = 0;
  std::list<Session> sessions_;
  std::jthread thread_;  // last: starts when all else stands, and ends first
};

SiteServer::SiteServer(const std::filesystem::path& folder, const ServerFaults& faults,
                       std::map<std::string, SitePage> pages)
    : implementation_(std::make_unique<Implementation>(folder, faults, std::move(pages))) {}
SiteServer::~SiteServer() = default;

std::uint16_t SiteServer::port() const {
  return implementation_->port();
}
std::string SiteServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(port());
}
std::uint64_t SiteServer::requests() const {
  return implementation_->requests();
}

}  // namespace contend::crawler
