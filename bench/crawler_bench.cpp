// Workloads of the crawler.

#include "bench/engine/workload.hpp"
#include "impls/crawler/crawler.hpp"
