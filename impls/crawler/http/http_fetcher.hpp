#pragma once

#include <memory>
#include <vector>

#include "impls/crawler/http/fetcher.hpp"
#include "impls/crawler/http/name_lookups.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

class HttpConnections;

// Fetches by HTTP/1.1 over TCP, with connections that are kept for the next fetch of their host and port. No TLS: https
// is answered with connect_failed. Asks for no encoding of the body. Needs the machine's clock: its timeouts are real.
//
// The timeouts hold whatever the server does and wherever: looking up its name, connecting, sending without end. What
// an answer may hold beside its body is bounded too (response_reader.hpp). A kept connection that turns out to be closed
// is replaced once within the same attempt.
//
// Guarantee: both forms from any thread. Memory: 64 KiB for each thread that fetches, the bodies in flight, and at most
// 128 kept connections of a loop, 4 of a thread that fetches by itself. Threads: those of the lookups of names, which
// may outlive a fetch and the fetcher while the machine is asked for a name (name_lookups.hpp), and no others.
class HttpFetcher final : public Fetcher {
 public:
  explicit HttpFetcher(std::shared_ptr<NameLookups> names = NameLookups::of_the_machine());
  ~HttpFetcher() override;

  FetchResponse fetch(const FetchRequest& request, CrawlTime& time) override;
  std::unique_ptr<FetchLoop> make_loop(CrawlTime& time) override;

 private:
  const std::shared_ptr<NameLookups> names_;
  Mutex mutex_{{"idle connections", 0}};
  std::vector<std::unique_ptr<HttpConnections>> idle_ GUARDED_BY(mutex_);  // of blocking fetches
};

}  // namespace contend::crawler
