#ifndef CONTEND_KV_STORE_ABI_H
#define CONTEND_KV_STORE_ABI_H

/* What a shared library must export to be judged as a key/value store (bench/judge kv_store libmap.so), whatever it is written
 * in. Keys and values are bytes, NUL and none included. Every function but create and destroy is called by any number of threads
 * at once on the same store. None may unwind: an error is an answer. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NULL: there is no memory. `expected_entries` is a hint. */
void* contend_kv_store_create(size_t expected_entries);
void contend_kv_store_destroy(void* store);

/* The length of the value, of which at most `capacity` bytes have been copied to `value`; -1: absent; -2: no memory. */
int64_t contend_kv_store_get(void* store, const char* key, size_t key_bytes, char* value, size_t capacity);
/* 0: stored; -2: no memory, and nothing has changed. */
int contend_kv_store_set(void* store, const char* key, size_t key_bytes, const char* value, size_t value_bytes);
/* 1: removed; 0: there was none; -2: no memory, and nothing has changed. */
int contend_kv_store_erase(void* store, const char* key, size_t key_bytes);

/* These may be left out. */
/* 1: stored; 0: there is a value already; -2: no memory. */
int contend_kv_store_put_if_absent(void* store, const char* key, size_t key_bytes, const char* value,
                                   size_t value_bytes);
/* How many keys there are. */
size_t contend_kv_store_size(void* store);

#ifdef __cplusplus
}
#endif

#endif
