#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "bench/inputs/crawler/memory_site.hpp"
#include "impls/base/time.hpp"

namespace contend::crawler {

// Faults that the server draws from its seed, the target and how often that was asked for: the same in every run.
// Parts of all requests, from 0 to 1; robots.txt is never redirected.
struct ServerFaults {
  std::uint64_t seed = 1;
  DurationNs latency_ns = 0;   // before each answer
  DurationNs jitter_ns = 0;    // and up to so much more
  double error_part = 0;       // 503
  double broken_part = 0;      // the connection is closed without an answer
  double redirect_part = 0;    // of targets, each time: 302 to the same with `?moved`
  double off_origin_part = 0;  // of targets, each time: 302 to the same on 127.0.0.9
  std::uint32_t per_second =
      0;  // more requests than this in a second are answered with 429, Retry-After: 1; 0: no limit
};

// Serves sites by HTTP/1.1 on 127.0.0.1, at a port that the kernel picks: the files of a folder (`/` is index.html),
// and before them single pages, by target or by path. A page's first_byte_ns and body_ns are waited for, by the
// machine's clock. 404 for what is not there, nothing outside the folder.
//
// One thread, which the destructor ends together with all connections. For measuring: files are read once and kept.
class SiteServer {
 public:
  explicit SiteServer(const std::filesystem::path& folder, const ServerFaults& faults = {},
                      std::map<std::string, SitePage> pages = {});
  ~SiteServer();
  SiteServer(const SiteServer&) = delete;
  SiteServer& operator=(const SiteServer&) = delete;

  std::uint16_t port() const;
  std::string origin() const;  // http://127.0.0.1:port
  std::uint64_t requests() const;

 private:
  class Implementation;
  const std::unique_ptr<Implementation> implementation_;
};

}  // namespace contend::crawler
