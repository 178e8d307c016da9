#pragma once

#ifndef CONTEND_HUNTED
#include <thread>
#endif

namespace contend {

// Where a broken design must be interrupted to fail. Real threads need the help, or they would pass nearly always; the hunt is
// given none.
inline void open_window() {
#ifndef CONTEND_HUNTED
  std::this_thread::yield();
#endif
}

}  // namespace contend
