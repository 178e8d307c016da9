/* A cache in C behind the C ABI: the oldest entry goes, in lists under one lock. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "impls/cache/cache_abi.h"

enum { lists = 1 << 14 };

struct entry {
  struct entry* next;  /* of the same list */
  struct entry* newer; /* of all */
  size_t key_bytes, value_bytes;
  char* value;
  char key[];
};
struct cache {
  pthread_mutex_t mutex;
  size_t capacity, entries;
  struct entry *oldest, *newest;
  struct entry* heads[lists];
};

static struct entry** place_of(struct cache* cache, const char* key, size_t key_bytes) {
  uint64_t hash = 14695981039346656037u; /* FNV-1a */
  for (size_t i = 0; i < key_bytes; ++i) hash = (hash ^ (unsigned char)key[i]) * 1099511628211u;
  struct entry** place = &cache->heads[hash % lists];
  while (*place && ((*place)->key_bytes != key_bytes || memcmp((*place)->key, key, key_bytes) != 0)) place = &(*place)->next;
  return place;
}

static void drop_oldest(struct cache* cache) {
  struct entry* entry = cache->oldest;
  *place_of(cache, entry->key, entry->key_bytes) = entry->next;
  cache->oldest = entry->newer;
  if (!cache->oldest) cache->newest = NULL;
  --cache->entries;
  free(entry->value);
  free(entry);
}

void* contend_cache_create(size_t capacity) {
  struct cache* cache = calloc(1, sizeof *cache);
  if (!cache) return NULL;
  cache->capacity = capacity;
  pthread_mutex_init(&cache->mutex, NULL);
  return cache;
}

void contend_cache_destroy(void* some) {
  struct cache* cache = some;
  while (cache->oldest) drop_oldest(cache);
  pthread_mutex_destroy(&cache->mutex);
  free(cache);
}

int64_t contend_cache_get(void* some, const char* key, size_t key_bytes, char* value, size_t capacity) {
  struct cache* cache = some;
  int64_t bytes = -1;
  pthread_mutex_lock(&cache->mutex);
  struct entry* entry = *place_of(cache, key, key_bytes);
  if (entry) {
    bytes = (int64_t)entry->value_bytes;
    memcpy(value, entry->value, entry->value_bytes < capacity ? entry->value_bytes : capacity);
  }
  pthread_mutex_unlock(&cache->mutex);
  return bytes;
}

int contend_cache_put(void* some, const char* key, size_t key_bytes, const char* value, size_t value_bytes) {
  struct cache* cache = some;
  char* copy = malloc(value_bytes + 1);
  struct entry* fresh = malloc(sizeof *fresh + key_bytes);
  if (!copy || !fresh) {
    free(copy);
    free(fresh);
    return -2;
  }
  memcpy(copy, value, value_bytes);
  pthread_mutex_lock(&cache->mutex);
  struct entry* entry = *place_of(cache, key, key_bytes);
  char* old = NULL;
  if (entry) {
    old = entry->value;
  } else {
    if (cache->entries == cache->capacity) drop_oldest(cache);
    entry = fresh;
    fresh = NULL;
    memcpy(entry->key, key, key_bytes);
    entry->key_bytes = key_bytes;
    entry->next = entry->newer = NULL;
    *place_of(cache, key, key_bytes) = entry;
    if (cache->newest) cache->newest->newer = entry;
    else cache->oldest = entry;
    cache->newest = entry;
    ++cache->entries;
  }
  entry->value = copy;
  entry->value_bytes = value_bytes;
  pthread_mutex_unlock(&cache->mutex);
  free(old);
  free(fresh);
  return 0;
}
