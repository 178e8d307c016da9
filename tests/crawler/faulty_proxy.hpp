#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/sync/mutex.hpp"
#include "tests/crawler/raw_server.hpp"

namespace contend::crawler {

// A connection of the proxy to the server behind it, which announces the length of every body.
class Upstream {
 public:
  explicit Upstream(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    there_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  explicit Upstream(const std::filesystem::path& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    there_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Upstream() { ::close(socket_); }
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  bool there() const { return there_; }
  // The whole answer; empty if there is none.
  std::string get(const std::string& target) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    char bytes[16'384];
    while (answer.size() < whole_size(answer)) {
      const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0) return {};
      answer.append(bytes, static_cast<std::size_t>(count));
    }
    return answer;
  }

 private:
  static std::size_t whole_size(const std::string& answer) {
    const std::size_t head_end = answer.find("\r\n\r\n");
    if (head_end == std::string::npos) return std::string::npos;
    constexpr std::string_view field = "Content-Length: ";
    const std::size_t begin = answer.find(field) + field.size();
    std::size_t length = 0;
    std::from_chars(answer.data() + begin, answer.data() + head_end, length);
    return head_end + 4 + length;
  }

  const int socket_;
  bool there_ = false;
};

// Stands before a server and does to its answers what networks and what stands in them do: delays, cuts, resets, answers
// in small pieces, answers twice, answers whose end never comes, no answer. Drawn from the seed, the target and how often
// that was asked for. `make` makes a std::unique_ptr<Upstream>.
template <class MakeUpstream>
class FaultyProxy {
 public:
  FaultyProxy(std::uint64_t seed, MakeUpstream make)
      : seed_(seed), make_(std::move(make)), server_([this](Peer& peer) { serve(peer); }) {}

  std::string origin() const { return server_.origin(); }

 private:
  void serve(Peer& peer) {
    const auto upstream = make_();
    while (const auto target = peer.next_request()) {
      const std::string answer = upstream->get(*target);
      if (answer.empty() || !pass_on(peer, answer, draw(*target))) break;
    }
    peer.close();
  }

  std::uint64_t draw(const std::string& target) {
    const MutexLock lock(mutex_);
    return mix_bits(hash_bytes(target, seed_) + ++asked_[target]);
  }

  // False: the connection is at its end.
  static bool pass_on(Peer& peer, const std::string& answer, std::uint64_t bits) {
    const std::string some = answer.substr(0, (bits >> 8) % answer.size());
    switch (bits % 16) {
      case 0:
        return peer.pause(std::chrono::milliseconds(20)) && peer.send(answer);
      case 1:
        peer.send(some);
        return false;
      case 2:
        peer.send(some);
        peer.reset();
        return false;
      case 3:
        return peer.send(answer + answer);
      case 4:
        return peer.send(answer + some);
      case 5:
        if (peer.send(some)) peer.wait_for_the_end();
        return false;
      case 6:
        return false;
      case 7:
        for (std::size_t i = 0; i < answer.size(); i += 1 + answer.size() / 10) {
          if (!peer.send(answer.substr(i, 1 + answer.size() / 10)) || !peer.pause(std::chrono::milliseconds(1)))
            return false;
        }
        return true;
      default:
        return peer.send(answer);
    }
  }

  const std::uint64_t seed_;
  const MakeUpstream make_;
  Mutex mutex_{{"what was asked of a proxy", 0}};
  std::map<std::string, std::uint64_t> asked_ GUARDED_BY(mutex_);
  RawServer server_;
};

}  // namespace contend::crawler
