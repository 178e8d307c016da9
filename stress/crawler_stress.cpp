// Attacks on crawlers.

#include "impls/crawler/crawler.hpp"
#include "stress/support/attack.hpp"

namespace contend {
namespace {

const bool system_registered = register_stress_system<Crawler>("crawler");

}  // namespace
}  // namespace contend
