#pragma once

namespace contend {

// Runs read(exception) on an exception that other threads may have caught too, as the same object. The count of who
// still holds it lies in libstdc++.so, which ThreadSanitizer does not see: it takes the end of the last catch for a race
// with the reads in the others. Reads made here are suppressed by this function's name (sanitizers.cpp).
template <class Exception, class Read>
[[gnu::noinline]] auto read_shared_exception(const Exception& exception, Read read) {
  return read(exception);
}

}  // namespace contend
