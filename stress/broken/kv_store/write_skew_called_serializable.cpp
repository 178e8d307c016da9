#include "stress/broken/kv_store/forwarding_store.hpp"

namespace contend::kv_store {
namespace {

// Snapshot isolation, which validates only what a transaction writes, sold as serializable.
class WriteSkew final : public ForwardingStore {
 public:
  WriteSkew() { inner_ = Registry<Store>::instance().find("multiversion")->make({}); }
};

const bool registered =
    register_broken<Store, WriteSkew>({.name = "write_skew_called_serializable",
                                       .number = 6,
                                       .bug = "validates the write set only and claims serializable",
                                       .rule = "serializability",
                                       .caught_by = "isolation"});

}  // namespace
}  // namespace contend::kv_store
