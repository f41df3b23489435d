#include "plasmastrat/map.h"

#include <stdlib.h>

#include "plasmastrat/alloc.h"

static uint64_t mix(uint64_t h) {
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    return h ^ (h >> 33);
}

uint64_t ps_fnv1a(uint64_t hash, const void *bytes, size_t n) {
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t ps_hash(const void *bytes, size_t n) {
    return mix(ps_fnv1a(PS_FNV_START, bytes, n));
}

/* Slot that holds the key, or the empty slot where it belongs. */
static size_t slot_of(const ps_map *map, uint64_t key) {
    size_t mask = map->capacity - 1, slot = (size_t)mix(key) & mask;
    while (map->key[slot] && map->key[slot] != key)
        slot = (slot + 1) & mask;
    return slot;
}

static void grow(ps_map *map) {
    ps_map old = *map;
    map->capacity = old.capacity ? 2 * old.capacity : 64;
    map->key = ps_alloc(map->capacity, sizeof *map->key);
    map->value = ps_alloc(map->capacity, sizeof *map->value);
    for (size_t i = 0; i < old.capacity; i++) {
        if (!old.key[i])
            continue;
        size_t slot = slot_of(map, old.key[i]);
        map->key[slot] = old.key[i];
        map->value[slot] = old.value[i];
    }
    free(old.key);
    free(old.value);
}

uint64_t *ps_map_at(ps_map *map, uint64_t key) {
    key += key == 0;
    if (4 * (map->used + 1) > 3 * map->capacity)
        grow(map);
    size_t slot = slot_of(map, key);
    if (!map->key[slot]) {
        map->key[slot] = key;
        map->value[slot] = 0;
        map->used++;
    }
    return &map->value[slot];
}

uint64_t *ps_map_find(const ps_map *map, uint64_t key) {
    key += key == 0;
    if (!map->used)
        return NULL;
    size_t slot = slot_of(map, key);
    return map->key[slot] ? &map->value[slot] : NULL;
}

void ps_map_free(ps_map *map) {
    free(map->key);
    free(map->value);
    *map = (ps_map){0};
}

static uint64_t little_endian(const unsigned char *p) {
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* FNV-1a over words; the rotation carries high bits down, which multiplying alone never does. */
uint64_t ps_hash_long(const void *bytes, size_t n) {
    const unsigned char *p = bytes;
    uint64_t h = PS_FNV_START ^ n;
    for (; n >= 8; n -= 8, p += 8) {
        h = (h ^ little_endian(p)) * UINT64_C(0x9e3779b97f4a7c15);
        h = h << 31 | h >> 33;
    }
    uint64_t tail[2] = {h, ps_hash(p, n)};
    unsigned char last[16];
    for (int i = 0; i < 16; i++)
        last[i] = (unsigned char)(tail[i / 8] >> (8 * (i % 8)));
    return ps_hash(last, sizeof last);
}
