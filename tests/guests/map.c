/* A map in C behind the C ABI: lists under one lock, in buckets that never grow. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "impls/kv_store/kv_store_abi.h"

enum { buckets = 1 << 16 };

struct node {
  struct node* next;
  size_t key_bytes, value_bytes;
  char* value;
  char key[];
};
struct map {
  pthread_mutex_t mutex;
  struct node* heads[buckets];
};

static struct node** place_of(struct map* map, const char* key, size_t key_bytes) {
  uint64_t hash = 14695981039346656037u; /* FNV-1a */
  for (size_t i = 0; i < key_bytes; ++i) hash = (hash ^ (unsigned char)key[i]) * 1099511628211u;
  struct node** place = &map->heads[hash % buckets];
  while (*place && ((*place)->key_bytes != key_bytes || memcmp((*place)->key, key, key_bytes) != 0)) place = &(*place)->next;
  return place;
}

void* contend_kv_store_create(size_t expected_entries) {
  (void)expected_entries;
  struct map* map = calloc(1, sizeof *map);
  if (map) pthread_mutex_init(&map->mutex, NULL);
  return map;
}

void contend_kv_store_destroy(void* store) {
  struct map* map = store;
  for (size_t i = 0; i < buckets; ++i) {
    for (struct node* node = map->heads[i]; node;) {
      struct node* next = node->next;
      free(node->value);
      free(node);
      node = next;
    }
  }
  pthread_mutex_destroy(&map->mutex);
  free(map);
}

int64_t contend_kv_store_get(void* store, const char* key, size_t key_bytes, char* value, size_t capacity) {
  struct map* map = store;
  int64_t bytes = -1;
  pthread_mutex_lock(&map->mutex);
  struct node* node = *place_of(map, key, key_bytes);
  if (node) {
    bytes = (int64_t)node->value_bytes;
    memcpy(value, node->value, node->value_bytes < capacity ? node->value_bytes : capacity);
  }
  pthread_mutex_unlock(&map->mutex);
  return bytes;
}

int contend_kv_store_set(void* store, const char* key, size_t key_bytes, const char* value, size_t value_bytes) {
  struct map* map = store;
  char* copy = malloc(value_bytes + 1);
  struct node* fresh = malloc(sizeof *fresh + key_bytes);
  if (!copy || !fresh) {
    free(copy);
    free(fresh);
    return -2;
  }
  memcpy(copy, value, value_bytes);
  pthread_mutex_lock(&map->mutex);
  struct node** place = place_of(map, key, key_bytes);
  char* old = NULL;
  if (*place) {
    old = (*place)->value;
  } else {
    memcpy(fresh->key, key, key_bytes);
    fresh->key_bytes = key_bytes;
    fresh->next = NULL;
    *place = fresh;
    fresh = NULL;
  }
  (*place)->value = copy;
  (*place)->value_bytes = value_bytes;
  pthread_mutex_unlock(&map->mutex);
  free(old);
  free(fresh);
  return 0;
}

int contend_kv_store_erase(void* store, const char* key, size_t key_bytes) {
  struct map* map = store;
  pthread_mutex_lock(&map->mutex);
  struct node** place = place_of(map, key, key_bytes);
  struct node* node = *place;
  if (node) *place = node->next;
  pthread_mutex_unlock(&map->mutex);
  if (!node) return 0;
  free(node->value);
  free(node);
  return 1;
}
