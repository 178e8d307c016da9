#pragma once

#include <memory>
#include <vector>

#include "impls/crawler/http/fetcher.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

class HttpConnections;

// Fetches by HTTP/1.1 over TCP, with connections that are kept for the next fetch of their host and port. No TLS: https
// is answered with connect_failed. Asks for no encoding of the body. Needs the machine's clock: its timeouts are real.
//
// A kept connection that turns out to be closed is replaced once within the same attempt. Guarantee: both forms from
// any thread. Memory: the connections, at most as many to each host as were in flight at a time.
class HttpFetcher final : public Fetcher {
 public:
  HttpFetcher();
  ~HttpFetcher() override;

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override;
  std::unique_ptr<FetchLoop> make_loop(CrawlTime& time) override;

 private:
  Mutex mutex_{{"idle connections", 0}};
  std::vector<std::unique_ptr<HttpConnections>> idle_ GUARDED_BY(mutex_);  // of blocking fetches
};

}  // namespace contend::crawler
