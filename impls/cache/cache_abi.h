#ifndef CONTEND_CACHE_ABI_H
#define CONTEND_CACHE_ABI_H

/* What a shared library must export to be judged as a cache (bench/judge cache libcache.so), whatever it is written in. Keys and
 * values are bytes, NUL and none included. Every function but create and destroy is called by any number of threads at once on
 * the same cache. None may unwind: an error is an answer. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NULL: there is no memory. The cache never answers more than `capacity` different keys, at least 1. */
void* contend_cache_create(size_t capacity);
void contend_cache_destroy(void* cache);

/* The length of the value, of which at most `capacity` bytes have been copied to `value`; -1: a miss; -2: no memory. */
int64_t contend_cache_get(void* cache, const char* key, size_t key_bytes, char* value, size_t capacity);
/* 0: stored; -2: no memory, and nothing has changed. */
int contend_cache_put(void* cache, const char* key, size_t key_bytes, const char* value, size_t value_bytes);

/* This may be left out. 1: removed; 0: there was none; -2: no memory, and nothing has changed. */
int contend_cache_erase(void* cache, const char* key, size_t key_bytes);

#ifdef __cplusplus
}
#endif

#endif
