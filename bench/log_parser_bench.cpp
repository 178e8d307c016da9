// Attacks on log parsers.

#include "impls/log_parser/log_parser.hpp"

namespace contend {
namespace {


}  // namespace
}  // namespace contend
