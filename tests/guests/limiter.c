/* A rate limiter in C behind the C ABI: token buckets in doubles, in lists under one lock. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "impls/rate_limiter/rate_limiter_abi.h"

enum { lists = 1 << 14 };

struct bucket {
  struct bucket* next;
  double tokens;
  int64_t updated_ns;
  size_t key_bytes;
  char key[];
};
struct limiter {
  double capacity, tokens_per_ns;
  pthread_mutex_t mutex;
  struct bucket* heads[lists];
};

void* contend_rate_limiter_create(uint64_t capacity, uint64_t refill, int64_t period_ns) {
  struct limiter* limiter = calloc(1, sizeof *limiter);
  if (!limiter) return NULL;
  limiter->capacity = (double)capacity;
  limiter->tokens_per_ns = (double)refill / (double)period_ns;
  pthread_mutex_init(&limiter->mutex, NULL);
  return limiter;
}

void contend_rate_limiter_destroy(void* some) {
  struct limiter* limiter = some;
  for (size_t i = 0; i < lists; ++i) {
    for (struct bucket* bucket = limiter->heads[i]; bucket;) {
      struct bucket* next = bucket->next;
      free(bucket);
      bucket = next;
    }
  }
  pthread_mutex_destroy(&limiter->mutex);
  free(limiter);
}

/* The bucket of a key, made full where there is none; NULL: no memory. */
static struct bucket* find(struct limiter* limiter, const char* key, size_t key_bytes, int64_t now_ns) {
  uint64_t hash = 14695981039346656037u; /* FNV-1a */
  for (size_t i = 0; i < key_bytes; ++i) hash = (hash ^ (unsigned char)key[i]) * 1099511628211u;
  struct bucket** place = &limiter->heads[hash % lists];
  while (*place && ((*place)->key_bytes != key_bytes || memcmp((*place)->key, key, key_bytes) != 0)) place = &(*place)->next;
  if (*place) return *place;
  struct bucket* fresh = malloc(sizeof *fresh + key_bytes);
  if (!fresh) return NULL;
  fresh->next = NULL;
  fresh->tokens = limiter->capacity;
  fresh->updated_ns = now_ns;
  fresh->key_bytes = key_bytes;
  memcpy(fresh->key, key, key_bytes);
  return *place = fresh;
}

int contend_rate_limiter_acquire(void* some, const char* key, size_t key_bytes, int64_t units, int64_t now_ns) {
  struct limiter* limiter = some;
  int answer = -2;
  pthread_mutex_lock(&limiter->mutex);
  struct bucket* bucket = find(limiter, key, key_bytes, now_ns);
  if (bucket) {
    if (now_ns > bucket->updated_ns) {
      bucket->tokens += (double)(now_ns - bucket->updated_ns) * limiter->tokens_per_ns;
      if (bucket->tokens > limiter->capacity) bucket->tokens = limiter->capacity;
      bucket->updated_ns = now_ns;
    }
    answer = bucket->tokens >= (double)units;
    if (answer) bucket->tokens -= (double)units;
  }
  pthread_mutex_unlock(&limiter->mutex);
  return answer;
}

int64_t contend_rate_limiter_tolerance_ns(void) { return 1000; }
