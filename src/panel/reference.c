/* The reference that the panel knows: windows around coding exons. */
#include <string.h>

#include "plasmastrat/panel.h"

char ps_panel_base(const ps_panel *panel, int contig, int32_t pos0) {
    for (int l = 0; l < panel->n_loci; l++) {
        const ps_locus *locus = &panel->loci[l];
        if (locus->contig != contig)
            continue;
        for (int w = 0; w < locus->n_windows; w++)
            if (pos0 >= locus->windows[w].beg0 && pos0 < locus->windows[w].end0)
                return locus->window_base[w][pos0 - locus->windows[w].beg0];
    }
    return 'N';
}

static char known(const ps_panel *panel, int contig, int32_t pos0) {
    char base = ps_panel_base(panel, contig, pos0);
    return base == 'N' ? '\0' : base; /* so that an unknown base equals nothing, not even an N in a call */
}

void ps_left_align(const ps_panel *panel, int contig, int32_t *beg0, int32_t *end0, char *alt) {
    size_t n = strlen(alt);
    while (n && *end0 > *beg0 && known(panel, contig, *end0 - 1) == alt[n - 1]) {
        alt[--n] = '\0';
        --*end0;
    }
    size_t head = 0;
    while (head<n && * end0> * beg0 && known(panel, contig, *beg0) == alt[head]) {
        head++;
        ++*beg0;
    }
    memmove(alt, alt + head, n - head + 1);
    n -= head;
    /* Only a pure insertion or deletion can move: the base it moves over must come back on its other side. */
    while (n && *beg0 == *end0 && known(panel, contig, *beg0 - 1) == alt[n - 1]) {
        char last = alt[n - 1];
        memmove(alt + 1, alt, n - 1);
        alt[0] = last;
        --*beg0;
        --*end0;
    }
    while (!n && *end0 > *beg0 && known(panel, contig, *beg0 - 1) &&
           known(panel, contig, *beg0 - 1) == known(panel, contig, *end0 - 1)) {
        --*beg0;
        --*end0;
    }
}
