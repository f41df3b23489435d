/* unit_random.h - small seeded generators for tests (SplitMix64; Poisson by sums of exponentials or the normal). */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include <math.h>
#include <stdint.h>

static inline uint64_t unit_next(uint64_t *seed) {
    uint64_t z = (*seed += 0x9e3779b97f4a7c15ULL);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

static inline uint64_t unit_below(uint64_t *seed, uint64_t n) {
    return unit_next(seed) % n;
}

static inline double unit_uniform(uint64_t *seed) { /* in (0, 1) */
    return ((double)(unit_next(seed) >> 11) + 0.5) / 9007199254740992.0;
}

static inline double unit_normal(uint64_t *seed) { /* Box and Muller */
    double r = sqrt(-2 * log(unit_uniform(seed)));
    return r * cos(6.283185307179586 * unit_uniform(seed));
}

/* Knuth's product in pieces of mean 30: exact at every mean. */
static inline uint64_t unit_poisson(uint64_t *seed, double mean) {
    uint64_t n = 0;
    while (mean > 0) {
        double piece = mean > 30 ? 30 : mean, limit = exp(-piece), product = unit_uniform(seed);
        while (product > limit) {
            n++;
            product *= unit_uniform(seed);
        }
        mean -= piece;
    }
    return n;
}

#endif
