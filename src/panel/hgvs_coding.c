/* "c." names: HGVS nomenclature (den Dunnen et al., Hum Mutat 2016;37:564), coding DNA reference. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "hgvs.h"

char ps_change_base(const ps_change *c, int32_t o) {
    char base = ps_panel_base(c->panel, c->gene->contig, c->minus ? -1 - o : o);
    return c->minus ? ps_complement(base) : base;
}

static void orient(const ps_change *c, const ps_span *span, int32_t *beg, int32_t *end) {
    *beg = c->minus ? -span->end0 : span->beg0;
    *end = c->minus ? -span->beg0 : span->end0;
}

void ps_change_part(const ps_change *c, int i, int32_t *beg, int32_t *end) {
    orient(c, &c->transcript->cds[i], beg, end);
}

int32_t ps_change_offset(const ps_change *c, int32_t o) {
    int32_t before = 0;
    for (int i = 0; i < c->transcript->n_cds; i++) {
        int32_t beg, end;
        ps_change_part(c, i, &beg, &end);
        if (o >= beg && o < end)
            return before + (o - beg);
        before += end - beg;
    }
    return -1;
}

int ps_change_in_cds(const ps_change *c, int32_t *beg, int32_t *end) {
    int32_t before = 0;
    for (int i = 0; i < c->transcript->n_cds; i++) {
        int32_t part_beg, part_end;
        ps_change_part(c, i, &part_beg, &part_end);
        /* An insertion counts only between two bases of the part: at its edge it may lie outside. */
        int inside =
            c->beg == c->end ? c->beg > part_beg && c->beg < part_end : c->beg >= part_beg && c->end <= part_end;
        if (inside) {
            *beg = before + (c->beg - part_beg);
            *end = before + (c->end - part_beg);
            return 1;
        }
        before += part_end - part_beg;
    }
    return 0;
}

void ps_field_add(ps_field *field, const char *format, ...) {
    size_t room = field->size - field->used;
    char piece[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof piece || (size_t)n + 2 > room) /* always keep room for a '?' */
        n = snprintf(piece, sizeof piece, "?");
    if ((size_t)n + 1 > room)
        return;
    memcpy(field->out + field->used, piece, (size_t)n + 1);
    field->used += (size_t)n;
}

/* UTR bases between a coding end and the end of the exon it lies in (exons are the gene's, over all transcripts). */
static int32_t utr_bases(const ps_change *c, int32_t coding, int five_prime) {
    for (int i = 0; i < c->gene->n_exons; i++) {
        int32_t beg, end;
        orient(c, &c->gene->exons[i], &beg, &end);
        if (coding >= beg && coding < end)
            return five_prime ? coding - beg : end - 1 - coding;
    }
    return 0;
}

/* "35", "111+1", "112-2", "-5", "*3", "-11-4", "*4+2". */
static void place_name(const ps_change *c, int32_t o, char *out, size_t size) {
    int last = c->transcript->n_cds - 1;
    int32_t before = 0, beg, end;
    ps_change_part(c, 0, &beg, &end);
    if (o < beg) {
        int32_t distance = beg - o, utr = utr_bases(c, beg, 1);
        if (distance <= utr)
            snprintf(out, size, "-%d", (int)distance);
        else if (utr)
            snprintf(out, size, "-%d-%d", (int)utr, (int)(distance - utr));
        else
            snprintf(out, size, "1-%d", (int)distance);
        return;
    }
    for (int i = 0; i <= last; i++) {
        int32_t next_beg = 0, next_end = 0;
        ps_change_part(c, i, &beg, &end);
        if (o < end) {
            snprintf(out, size, "%d", (int)(before + (o - beg) + 1));
            return;
        }
        before += end - beg;
        if (i < last)
            ps_change_part(c, i + 1, &next_beg, &next_end);
        if (i < last && o < next_beg) {
            int32_t left = o - end + 1, right = next_beg - o;
            if (left <= right)
                snprintf(out, size, "%d+%d", (int)before, (int)left);
            else
                snprintf(out, size, "%d-%d", (int)before + 1, (int)right);
            return;
        }
    }
    int32_t distance = o - end + 1, utr = utr_bases(c, end - 1, 0);
    if (distance <= utr)
        snprintf(out, size, "*%d", (int)distance);
    else if (utr)
        snprintf(out, size, "*%d+%d", (int)utr, (int)(distance - utr));
    else
        snprintf(out, size, "%d+%d", (int)before, (int)distance);
}

static void add_range(const ps_change *c, ps_field *f, int32_t beg, int32_t end) {
    char first[40], last[40];
    place_name(c, beg, first, sizeof first);
    place_name(c, end - 1, last, sizeof last);
    ps_field_add(f, "%s", first);
    if (end - beg > 1)
        ps_field_add(f, "_%s", last);
}

static int repeats_before(const ps_change *c) {
    for (int32_t i = 0; i < c->n_alt; i++) {
        char base = ps_change_base(c, c->beg - c->n_alt + i);
        if (base == 'N' || base != c->alt[i])
            return 0;
    }
    return 1;
}

void ps_hgvs_coding(const ps_change *c, char *out, size_t size) {
    ps_field f = {out, size, 0};
    int32_t n_gone = c->end - c->beg;
    out[0] = '\0';
    ps_field_add(&f, "c.");
    if (!n_gone && !c->n_alt) {
        ps_field_add(&f, "=");
    } else if (!n_gone && repeats_before(c)) {
        add_range(c, &f, c->beg - c->n_alt, c->beg);
        ps_field_add(&f, "dup");
    } else if (!n_gone) {
        add_range(c, &f, c->beg - 1, c->beg + 1);
        ps_field_add(&f, "ins");
        ps_field_add(&f, "%s", c->alt);
    } else if (n_gone == 1 && c->n_alt == 1) {
        add_range(c, &f, c->beg, c->end);
        ps_field_add(&f, "%c>%c", ps_change_base(c, c->beg), c->alt[0]);
    } else {
        add_range(c, &f, c->beg, c->end);
        ps_field_add(&f, c->n_alt ? "delins" : "del");
        ps_field_add(&f, "%s", c->alt);
    }
}
