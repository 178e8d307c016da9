#pragma once

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// The server's side of one connection, for a test that says byte for byte what the client gets.
class Peer {
 public:
  Peer(int socket, const std::atomic<bool>& stopping) : socket_(socket), stopping_(stopping) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void close() {
    const MutexLock lock(mutex_);
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  // From another thread: whatever is waited for here ends.
  void cut() {
    const MutexLock lock(mutex_);
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  }

  // The target of the next GET; nullopt: the client has gone.
  std::optional<std::string> next_request() {
    for (;;) {
      if (const std::size_t end = received_.find("\r\n\r\n"); end != std::string::npos) {
        const std::size_t begin = received_.find(' ') + 1;
        std::string target = received_.substr(begin, received_.find(' ', begin) - begin);
        received_.erase(0, end + 4);
        return target;
      }
      if (!receive()) return std::nullopt;
    }
  }
  // False: the client has gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // The same bytes again and again while the client takes them.
  void send_for_ever(const std::string& bytes) {
    std::string many;
    while (many.size() < 16'384) many += bytes;
    while (send(many)) {
    }
  }
  // One byte after the other, with a little time between them.
  bool trickle(std::string_view bytes) {
    for (const char byte : bytes) {
      if (!send({&byte, 1}) || !pause(std::chrono::milliseconds(5))) return false;
    }
    return true;
  }
  void trickle_for_ever(std::string_view bytes) {
    while (trickle(bytes)) {
    }
  }
  // A delay of the network. False: the test is at its end.
  bool pause(std::chrono::milliseconds time) const {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!stopping_ && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return !stopping_;
  }
  void wait_for_the_end() {
    while (receive()) received_.clear();
  }
  void close_for_sending() { ::shutdown(socket_, SHUT_WR); }
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

 private:
  bool receive() {
    char bytes[4096];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  Mutex mutex_{{"a peer's socket", 0}};
  int socket_;  // written under mutex_, by the peer's own thread
  const std::atomic<bool>& stopping_;
  std::string received_;
};

// A server on the loopback, at a port that the kernel picks, with a thread for each connection that does what `behave`
// says. The destructor cuts what is still open.
class RawServer {
 public:
  explicit RawServer(std::function<void(Peer&)> behave) : behave_(std::move(behave)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 512) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no port on the loopback");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~RawServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (Connection& connection : connections_) connection.peer.cut();
    for (Connection& connection : connections_) connection.thread.join();
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string origin() const { return fmt::format("http://127.0.0.1:{}", port_); }
  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return accepted_; }

 private:
  struct Connection {
    Connection(int socket, const std::atomic<bool>& stopping) : peer(socket, stopping) {}
    Peer peer;
    std::thread thread;
  };

  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      ++accepted_;
      Connection& connection = connections_.emplace_back(socket, stopping_);
      connection.thread = std::thread([this, &peer = connection.peer] {
        behave_(peer);
        peer.close();
      });
    }
  }

  const std::function<void(Peer&)> behave_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> accepted_{0};
  std::list<Connection> connections_;  // of the acceptor, and after its end of the destructor
  std::thread acceptor_;
};

}  // namespace contend::crawler
