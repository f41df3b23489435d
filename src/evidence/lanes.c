/* lanes.c - which lanes of which sequencing runs the reads come from, by their names (lanes.h). */
#include "plasmastrat/lanes.h"

#include <string.h>

#include "plasmastrat/map.h"

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Illumina: instrument:run:flowcell:lane:tile:x:y. Names of fewer fields have no run or no lane. */
static size_t illumina_lane(const char *name) {
    enum { FIELDS = 7, LANE = 4 };
    size_t end = 0, start = 0;
    int fields = 1;
    for (const char *at = name; *at && fields < FIELDS; at++) {
        if (*at != ':')
            continue;
        if (fields == LANE - 1)
            start = (size_t)(at - name) + 1;
        if (fields == LANE)
            end = (size_t)(at - name);
        fields++;
    }
    if (fields < FIELDS || end <= start)
        return 0;
    for (size_t i = start; i < end; i++)
        if (!is_digit(name[i]))
            return 0;
    return end;
}

/* MGI: flowcell, L and the lane, C and the column, R and the row: V300012345L1C001R0010000001. */
static size_t mgi_lane(const char *name) {
    size_t digits = 1;
    if (*name < 'A' || *name > 'Z')
        return 0;
    while (is_digit(name[digits]))
        digits++;
    if (digits < 6 || name[digits] != 'L' || !is_digit(name[digits + 1]) || name[digits + 2] != 'C' ||
        !is_digit(name[digits + 3]))
        return 0;
    return digits + 2;
}

size_t ps_lane_length(const char *name) {
    size_t n = illumina_lane(name);
    return n ? n : mgi_lane(name);
}

static void insert(ps_lanes *lanes, uint64_t lane) {
    size_t at = 0;
    while (at < lanes->n && lanes->lane[at] < lane)
        at++;
    if (at == PS_LANES || (at < lanes->n && lanes->lane[at] == lane))
        return;
    size_t last = lanes->n < PS_LANES ? lanes->n++ : PS_LANES - 1;
    memmove(&lanes->lane[at + 1], &lanes->lane[at], (last - at) * sizeof *lanes->lane);
    lanes->lane[at] = lane;
}

void ps_lanes_note(ps_lanes *lanes, const char *name) {
    size_t n = lanes->n_last;
    if (n && !strncmp(name, lanes->last, n) && (name[n] == ':' || name[n] == 'C'))
        return; /* most reads are of the lane of the read before */
    n = ps_lane_length(name);
    if (!n)
        return;
    insert(lanes, ps_hash(name, n));
    lanes->n_last = n < sizeof lanes->last ? n : 0;
    memcpy(lanes->last, name, lanes->n_last);
}

void ps_lanes_add(ps_lanes *whole, const ps_lanes *part) {
    for (size_t i = 0; i < part->n; i++)
        insert(whole, part->lane[i]);
}

int ps_lanes_shared(const ps_lanes *a, const ps_lanes *b) {
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        if (a->lane[i] == b->lane[j])
            return 1;
        *(a->lane[i] < b->lane[j] ? &i : &j) += 1;
    }
    return 0;
}
