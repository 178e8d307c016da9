#include "impls/base/registry.hpp"
#include "impls/crawler/frontier/queue_crawler.hpp"
#include "impls/crawler/frontier/striped_visited.hpp"
#include "impls/crawler/frontier/work_queue.hpp"

namespace contend::crawler {
namespace {

// Claims by stripe, work through one queue with a lock of its own, the end by a counter of pages that are queued or
// being visited.
constexpr Contract contract =
    Contract{
        .technique = "striped",
        .summary = "a visited set in 64 stripes, one queue, and a counter of what is outstanding",
        .shared_state =
            "stripes of the visited set, the queue, the counter; a record belongs to the worker that took it",
        .protected_by = "a mutex for each stripe, one for the queue, never two at once; the counter is atomic",
        .claim_point = "the insertion into the stripe, under its lock",
        .ordering =
            "what a worker wrote before it queued a page is seen by who takes it: the queue's mutex orders them",
        .progress = "blocking, for the length of one insertion",
        .complexity = "O(1) expected for each link; one lock for each link and one for each page",
        .memory = "a record, a hash node and the URL for each page, a word for each link; 64 stripes",
        .source = "lock striping, as in memcached's item locks",
    }
        .within(work_queue);

using StripedCrawler = QueueCrawler<StripedVisited, WorkQueue>;
const bool registered = register_implementation<Crawler, StripedCrawler>("striped", contract);

}  // namespace
}  // namespace contend::crawler
