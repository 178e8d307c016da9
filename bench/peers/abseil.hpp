#pragma once

// To be included before all others: releases of 2022 define names that are macros of ours.
#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>
#undef GUARDED_BY
#undef NO_THREAD_SAFETY_ANALYSIS
