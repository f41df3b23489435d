/* map.h - 64-bit keys to 64-bit values, open addressing. Key 0 is stored as 1. Not for threads. */
#ifndef PLASMASTRAT_MAP_H
#define PLASMASTRAT_MAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct ps_map {
    uint64_t *key, *value; /* key 0: empty */
    size_t capacity, used; /* capacity is 0 or a power of two */
} ps_map;

/* Value of a key, made with value 0 if it is new. The pointer holds until the next ps_map call. */
uint64_t *ps_map_at(ps_map *map, uint64_t key);
uint64_t *ps_map_find(const ps_map *map, uint64_t key); /* or NULL */
void ps_map_free(ps_map *map);

/* FNV-1a, 64 bits (Fowler, Noll, Vo), begun with PS_FNV_START: for checksums of texts that come in pieces. */
#define PS_FNV_START UINT64_C(0xcbf29ce484222325)
uint64_t ps_fnv1a(uint64_t hash, const void *bytes, size_t n);
/* 64-bit hash of bytes (FNV-1a with the finaliser of MurmurHash3: FNV alone leaves the low bits poor). */
uint64_t ps_hash(const void *bytes, size_t n);
/* The same eight bytes at a time, for long texts; the same on every machine, and another value than ps_hash. */
uint64_t ps_hash_long(const void *bytes, size_t n);

#endif
