#ifndef CONTEND_RATE_LIMITER_ABI_H
#define CONTEND_RATE_LIMITER_ABI_H

/* What a shared library must export to be judged as a rate limiter (bench/judge rate_limiter liblimiter.so), whatever it is written
 * in. Keys are bytes, NUL and none included. Every function but create and destroy is called by any number of threads at once on
 * the same limiter. None may unwind: an error is an answer. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A token bucket for each key: it holds `capacity` units, at first all of them, and regains `refill` units in `period_ns`,
 * continuously; 0: none ever. NULL: there is no memory. */
void* contend_rate_limiter_create(uint64_t capacity, uint64_t refill, int64_t period_ns);
void contend_rate_limiter_destroy(void* limiter);

/* 1: allowed, and `units` have been taken; 0: not now, and nothing has changed; -2: no memory, and nothing has changed. `units` is
 * at least 1 and at most the capacity. Callers' clocks differ: a `now_ns` that is earlier than that of the last call gives nobody
 * more than the quota. */
int contend_rate_limiter_acquire(void* limiter, const char* key, size_t key_bytes, int64_t units, int64_t now_ns);

/* This may be left out: by how much a decision may come too early or too late. Without it, not at all. */
int64_t contend_rate_limiter_tolerance_ns(void);

#ifdef __cplusplus
}
#endif

#endif
