/* simulate_ras.c - sequenced RAS and RAF exons with a known truth, many samples a minute.
 *
 *   simulate_ras PANEL_FOLDER TARGETS.bed < JOBS      writes one coordinate-sorted, indexed BAM per line of JOBS
 *   simulate_ras PANEL_FOLDER TARGETS.bed --fasta F   writes the reference of the short contigs (see `peer`)
 *
 * TARGETS.bed: contig, beg0, end0, gene. A job is a line of tab-separated key=value:
 *   out=BAM  peer=BAM     peer: the same reads on short contigs named by gene, for tools that read whole contigs
 *   sm=NAME  seed=N  depth=FRAGMENTS  rl=READ LENGTH  insert=MEAN  sd=SD
 *   qual=mix|v4|flat:30   37/25/11 or 40/24/9 with worse tails, or one value; errors are as frequent as qualities say
 *   deam=RATE             C>T and G>A per base of a fragment, before sequencing: both mates show it
 *   oxo=RATE              G>T per base of an F1R2 fragment, C>A of an F2R1 one
 *   oriented=1            deamination C>T only on F1R2, G>A only on F2R1
 *   site_shape=K          damage of each place times a gamma(K, 1/K) number that is the same in every sample; 0: even
 *   dup=SHARE  clip=SHARE  family=K  amplicon=1  lowmapq=SHARE
 *   v=contig:pos1:ref:alt:vaf[:group[:from]]   a fragment carries it when from <= u < from + vaf, u being the
 *                         fragment's number for that group: same group is in cis, another `from` in trans
 * Bases are the panel's (windows.fa) where it knows them and a fixed pseudo-random sequence elsewhere. Reads are
 * placed as a gap-penalising aligner places them (match 1, mismatch -4, gap -6 -1 a base, read end reached +5): an
 * indel near a read's end becomes mismatches or a soft clip.
 */
#include <htslib/sam.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_GENES = 16, MAX_TARGETS = 128, MAX_VARIANTS = 64, MAX_FRAGMENT = 2000, FLANK = 2500, JOIN = 400 };

typedef struct gene {
    char name[32], contig[32];
    int tid;
    int64_t beg0, end0;
    char *base;
    float *site; /* damage factor of each place */
} gene;

typedef struct target {
    int gene;
    int64_t beg0, end0;
} target;

typedef struct world {
    gene genes[MAX_GENES];
    int n_genes;
    target targets[MAX_TARGETS];
    int n_targets;
    sam_hdr_t *header; /* without read group */
} world;

typedef struct variant {
    int gene, group;
    int64_t pos0;
    char ref[64], alt[64];
    double vaf, from;
} variant;

typedef struct job {
    char out[1024], peer[1024], sm[128], qual[32];
    uint64_t seed;
    double depth, insert, sd, deam, oxo, site_shape, dup, clip, lowmapq;
    int rl, oriented, family, amplicon;
    variant variants[MAX_VARIANTS];
    int n_variants;
} job;

typedef struct placed {
    bam1_t *b;
    uint64_t serial;
} placed;

typedef struct sample {
    const world *w;
    const job *j;
    uint64_t rng[4], serial;
    placed *reads;
    size_t n, capacity;
    uint64_t error_at[64]; /* draws below this are errors */
    double site_shape_done;
} sample;

typedef struct haplotype { /* a fragment's bases and the reference place of each, -1 if inserted */
    int n;
    char base[MAX_FRAGMENT];
    int64_t at[MAX_FRAGMENT];
} haplotype;

static void die(const char *what, const char *value) {
    fprintf(stderr, "simulate_ras: %s: %s\n", what, value);
    exit(1);
}

/* ---- random numbers (xoshiro256**, splitmix64) ---- */
static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}
static uint64_t rotate(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}
static uint64_t draw(sample *s) {
    uint64_t *r = s->rng, result = rotate(r[1] * 5, 7) * 9, t = r[1] << 17;
    r[2] ^= r[0], r[3] ^= r[1], r[1] ^= r[2], r[0] ^= r[3], r[2] ^= t, r[3] = rotate(r[3], 45);
    return result;
}
static double to_unit(uint64_t x) {
    return (double)(x >> 11) * 0x1p-53;
}
static double uniform(sample *s) {
    return to_unit(draw(s));
}
static double normal(sample *s) {
    double u = uniform(s), v = uniform(s);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
}
static int64_t poisson(sample *s, double mean) {
    if (mean > 200) {
        double x = floor(mean + sqrt(mean) * normal(s) + 0.5);
        return x < 0 ? 0 : (int64_t)x;
    }
    double limit = exp(-mean), p = uniform(s);
    int64_t k = 0;
    for (; p > limit; k++)
        p *= uniform(s);
    return k;
}
/* gamma(shape, 1/shape) of a place, by summing logs or Marsaglia-Tsang; its own generator so that places are fixed */
static double place_gamma(uint64_t key, double shape) {
    sample s = {0};
    for (int i = 0; i < 4; i++)
        s.rng[i] = mix(key * 4 + (uint64_t)i + 77);
    double boost = 1, k = shape;
    if (k < 1) {
        boost = pow(uniform(&s), 1 / k);
        k += 1;
    }
    double d = k - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(&s), v = pow(1 + c * x, 3);
        if (v > 0 && log(1 - uniform(&s)) < 0.5 * x * x + d - d * v + d * log(v))
            return boost * d * v / shape;
    }
}

/* ---- the panel ---- */
static void load_contigs(world *w, const char *folder) {
    char path[1024], line[4096];
    snprintf(path, sizeof path, "%s/contigs.tsv", folder);
    FILE *f = fopen(path, "r");
    if (!f)
        die("cannot open", path);
    size_t size = 1 << 16, n = 0;
    char *text = malloc(size);
    n += (size_t)sprintf(text, "@HD\tVN:1.6\tSO:coordinate\n");
    int first = 1;
    while (fgets(line, sizeof line, f)) {
        char name[64], rest[4][64];
        if (line[0] == '#' || sscanf(line, "%63s %63s %63s %63s %63s", name, rest[0], rest[1], rest[2], rest[3]) != 5)
            continue;
        if (first) {
            first = 0; /* the header line */
            continue;
        }
        n += (size_t)snprintf(text + n, size - n, "@SQ\tSN:%s\tLN:%s\n", name, rest[3]);
        if (n > size - 256)
            text = realloc(text, size *= 2);
    }
    fclose(f);
    w->header = sam_hdr_parse(n, text);
    w->header->text = text;
    w->header->l_text = n;
}

static int gene_named(world *w, const char *name) {
    for (int g = 0; g < w->n_genes; g++)
        if (!strcmp(w->genes[g].name, name))
            return g;
    return -1;
}

static int target_order(const void *a, const void *b) {
    const target *x = a, *y = b;
    return x->gene != y->gene ? x->gene - y->gene : x->beg0 < y->beg0 ? -1 : x->beg0 > y->beg0;
}

static void load_targets(world *w, const char *path) {
    char line[1024], contig[32], name[32];
    long long beg0, end0;
    FILE *f = fopen(path, "r");
    if (!f)
        die("cannot open", path);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "%31s %lld %lld %31s", contig, &beg0, &end0, name) != 4)
            continue;
        int g = gene_named(w, name);
        if (g < 0) {
            if (w->n_genes == MAX_GENES)
                die("too many genes", path);
            gene *fresh = &w->genes[g = w->n_genes++];
            snprintf(fresh->name, sizeof fresh->name, "%s", name);
            snprintf(fresh->contig, sizeof fresh->contig, "%s", contig);
            fresh->beg0 = beg0, fresh->end0 = end0;
        }
        if (w->n_targets == MAX_TARGETS)
            die("too many targets", path);
        w->targets[w->n_targets++] = (target){g, beg0, end0};
        w->genes[g].beg0 = beg0 < w->genes[g].beg0 ? beg0 : w->genes[g].beg0;
        w->genes[g].end0 = end0 > w->genes[g].end0 ? end0 : w->genes[g].end0;
    }
    fclose(f);
    qsort(w->targets, (size_t)w->n_targets, sizeof *w->targets, target_order);
    int n = 0; /* one fragment must not come from two targets: close ones become one */
    for (int i = 0; i < w->n_targets; i++) {
        target t = w->targets[i];
        if (n && w->targets[n - 1].gene == t.gene && t.beg0 - w->targets[n - 1].end0 < JOIN)
            w->targets[n - 1].end0 = t.end0 > w->targets[n - 1].end0 ? t.end0 : w->targets[n - 1].end0;
        else
            w->targets[n++] = t;
    }
    w->n_targets = n;
    for (int g = 0; g < w->n_genes; g++) {
        gene *x = &w->genes[g];
        x->tid = sam_hdr_name2tid(w->header, x->contig);
        if (x->tid < 0)
            die("contig is not in the panel", x->contig);
        x->beg0 -= FLANK, x->end0 += FLANK;
        x->base = malloc((size_t)(x->end0 - x->beg0) + 1);
        x->site = malloc((size_t)(x->end0 - x->beg0) * sizeof *x->site);
        for (int64_t p = x->beg0; p < x->end0; p++)
            x->base[p - x->beg0] = "ACGT"[mix((uint64_t)x->tid << 40 ^ (uint64_t)p) >> 62];
        x->base[x->end0 - x->beg0] = '\0';
    }
}

static void load_bases(world *w, const char *folder) {
    char path[1024], line[4096], contig[64];
    long long beg1 = 0, end1;
    snprintf(path, sizeof path, "%s/windows.fa", folder);
    FILE *f = fopen(path, "r");
    if (!f)
        die("cannot open", path);
    int64_t p = 0;
    contig[0] = '\0';
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '>') {
            if (sscanf(line + 1, "%63[^:]:%lld-%lld", contig, &beg1, &end1) != 3)
                die("bad line of windows.fa", line);
            p = beg1 - 1;
            continue;
        }
        for (char *c = line; *c; c++, p++)
            for (int g = 0; g < w->n_genes; g++) {
                gene *x = &w->genes[g];
                if (*c != 'N' && !strcmp(x->contig, contig) && p >= x->beg0 && p < x->end0)
                    x->base[p - x->beg0] = *c;
            }
    }
    fclose(f);
}

/* ---- a job ---- */
static void parse_variant(world *w, job *j, char *text) {
    if (j->n_variants == MAX_VARIANTS)
        die("too many variants", j->out);
    variant *v = &j->variants[j->n_variants];
    *v = (variant){.gene = -1, .group = 1000 + j->n_variants};
    char contig[32];
    long long pos1;
    int n = sscanf(text, "%31[^:]:%lld:%63[ACGT]:%63[ACGT]:%lf:%d:%lf", contig, &pos1, v->ref, v->alt, &v->vaf,
                   &v->group, &v->from);
    if (n < 5)
        die("bad variant", text);
    v->pos0 = pos1 - 1;
    for (int g = 0; g < w->n_genes; g++)
        if (!strcmp(w->genes[g].contig, contig) && v->pos0 >= w->genes[g].beg0 && v->pos0 < w->genes[g].end0)
            v->gene = g;
    if (v->gene < 0)
        die("variant is in no gene", text);
    const gene *x = &w->genes[v->gene];
    if (strncmp(x->base + (v->pos0 - x->beg0), v->ref, strlen(v->ref)))
        die("variant does not fit the reference", text);
    j->n_variants++;
}

static int variant_order(const void *a, const void *b) {
    const variant *x = a, *y = b;
    return x->pos0 < y->pos0 ? -1 : x->pos0 > y->pos0;
}

static void parse_job(world *w, job *j, char *line) {
    *j = (job){.depth = 500, .insert = 180, .sd = 40, .deam = 2e-5, .oxo = 1e-5, .rl = 120, .family = 1, .seed = 1};
    strcpy(j->qual, "mix");
    strcpy(j->sm, "sample");
    struct {
        const char *key;
        double *number;
        int *whole;
    } const keys[] = {{"depth", &j->depth, NULL},
                      {"insert", &j->insert, NULL},
                      {"sd", &j->sd, NULL},
                      {"deam", &j->deam, NULL},
                      {"oxo", &j->oxo, NULL},
                      {"site_shape", &j->site_shape, NULL},
                      {"dup", &j->dup, NULL},
                      {"clip", &j->clip, NULL},
                      {"lowmapq", &j->lowmapq, NULL},
                      {"rl", NULL, &j->rl},
                      {"oriented", NULL, &j->oriented},
                      {"family", NULL, &j->family},
                      {"amplicon", NULL, &j->amplicon}};
    for (char *save = NULL, *field = strtok_r(line, "\t\n", &save); field; field = strtok_r(NULL, "\t\n", &save)) {
        char *value = strchr(field, '=');
        if (!value)
            die("not key=value", field);
        *value++ = '\0';
        int known = 1;
        if (!strcmp(field, "out"))
            snprintf(j->out, sizeof j->out, "%s", value);
        else if (!strcmp(field, "peer"))
            snprintf(j->peer, sizeof j->peer, "%s", value);
        else if (!strcmp(field, "sm"))
            snprintf(j->sm, sizeof j->sm, "%s", value);
        else if (!strcmp(field, "qual"))
            snprintf(j->qual, sizeof j->qual, "%s", value);
        else if (!strcmp(field, "seed"))
            j->seed = strtoull(value, NULL, 10);
        else if (!strcmp(field, "v"))
            parse_variant(w, j, value);
        else
            known = 0;
        for (size_t k = 0; k < sizeof keys / sizeof *keys && !known; k++)
            if (!strcmp(field, keys[k].key)) {
                known = 1;
                if (keys[k].number)
                    *keys[k].number = atof(value);
                else
                    *keys[k].whole = atoi(value);
            }
        if (!known)
            die("unknown key", field);
    }
    if (!j->out[0] || j->rl < 20 || j->rl > 400)
        die("job without out= or with a bad rl=", j->out);
    qsort(j->variants, (size_t)j->n_variants, sizeof *j->variants, variant_order);
}

/* ---- a fragment ---- */
static void build_haplotype(const sample *s, int g, int64_t beg, int64_t end, uint64_t molecule, haplotype *h) {
    const gene *x = &s->w->genes[g];
    h->n = 0;
    int64_t p = beg;
    for (int i = 0; i <= s->j->n_variants; i++) {
        const variant *v = i < s->j->n_variants ? &s->j->variants[i] : NULL;
        int64_t stop = end;
        size_t n_ref = 0, n_alt = 0;
        if (v) {
            if (v->gene != g || v->pos0 < p || v->pos0 + (int64_t)strlen(v->ref) > end)
                continue;
            double u = to_unit(mix(mix(s->j->seed ^ (uint64_t)v->group << 48) ^ molecule));
            if (u < v->from || u >= v->from + v->vaf)
                continue;
            stop = v->pos0, n_ref = strlen(v->ref), n_alt = strlen(v->alt);
        }
        for (; p < stop; p++)
            h->base[h->n] = x->base[p - x->beg0], h->at[h->n++] = p;
        for (size_t k = 0; k < n_alt; k++)
            h->base[h->n] = v->alt[k], h->at[h->n++] = k < n_ref ? v->pos0 + (int64_t)k : -1;
        p += (int64_t)n_ref;
    }
}

/* Both mates show it: it happened before sequencing. */
static void damage(sample *s, int g, int f2r1, haplotype *h) {
    const job *j = s->j;
    const gene *x = &s->w->genes[g];
    int64_t last = h->at[0];
    for (int i = 0; i < h->n; i++) {
        last = h->at[i] >= 0 ? h->at[i] : last;
        char c = h->base[i];
        if (c != 'C' && c != 'G')
            continue;
        double factor = j->site_shape > 0 ? x->site[last - x->beg0] : 1, u = uniform(s);
        double deam = j->deam * factor, oxo = j->oxo * factor;
        if (j->oriented)
            deam = (c == 'C') == !f2r1 ? 2 * deam : 0;
        if (u < deam)
            h->base[i] = c == 'C' ? 'T' : 'A';
        else if (u < deam + oxo && (c == 'G') == !f2r1)
            h->base[i] = c == 'G' ? 'T' : 'A';
    }
}

static int draw_quality(sample *s, int flat, int v4, int cycle, int tail) {
    static const int values[2][3] = {{37, 25, 11}, {40, 24, 9}};
    if (flat)
        return flat;
    unsigned u = (unsigned)(draw(s) >> 48);
    unsigned middle = cycle >= tail ? 20000 : 3000, low = cycle >= tail ? 13000 : 900;
    return values[v4][u < low ? 2 : u < low + middle ? 1 : 0];
}

/* ---- placing a read ---- */
static char ref_at(const gene *x, int64_t p) {
    return p >= x->beg0 && p < x->end0 ? x->base[p - x->beg0] : 'N';
}

/* One end of a read as an aligner leaves it; step 1 looks at the right end, -1 at the left. at: -1 inserted, -2
 * clipped.
 */
static void settle_end(const gene *x, const char *base, int64_t *at, int n, int step) {
    int end = step > 0 ? n - 1 : 0, last = -1, beyond = 0, inserted = 0;
    int i = end;
    for (; i >= 0 && i < n && beyond < 60; i -= step, beyond++) {
        if (at[i] < 0)
            break;
        int next = i - step;
        if (next >= 0 && next < n && at[next] >= 0 && at[i] - at[next] != step)
            break;
    }
    if (i >= 0 && i < n && beyond < 60) {
        int deleted = 0;
        if (at[i] < 0) {
            for (; i >= 0 && i < n && at[i] < 0; i -= step)
                inserted++;
            last = i;
        } else {
            last = i - step;
            deleted = (int)llabs(at[i] - at[last]) - 1;
            beyond++;
        }
        if (last >= 0 && last < n) {
            int gap = beyond ? beyond - 6 - inserted - deleted + 5 : -1000, straight = 0, best = 0, keep = 0;
            int tail = beyond + inserted;
            for (int k = 1; k <= tail; k++) {
                straight += base[last + step * k] == ref_at(x, at[last] + step * k) ? 1 : -4;
                if (straight > best)
                    best = straight, keep = k;
            }
            if (straight + 5 >= best)
                best = straight + 5, keep = tail;
            if (best >= gap)
                for (int k = 1; k <= tail; k++)
                    at[last + step * k] = k <= keep ? at[last] + step * k : -2;
        } else {
            for (int k = end; k >= 0 && k < n && at[k] < 0; k -= step)
                at[k] = -2;
        }
    }
    int score = 5, worst = 0, cut = 0, k = 0; /* mismatches close to the end: cheaper clipped than aligned */
    for (i = end; i >= 0 && i < n && at[i] == -2; i -= step)
        ;
    if (i != end)
        return;
    for (; i >= 0 && i < n && k < 20 && at[i] >= 0; i -= step) {
        score += base[i] == ref_at(x, at[i]) ? 1 : -4;
        k++;
        if (score < worst)
            worst = score, cut = k;
    }
    for (k = 0, i = end; k < cut; k++, i -= step)
        at[i] = -2;
}

static int make_cigar(const int64_t *at, int n, uint32_t *cigar) {
    int ops = 0;
    int64_t last = -1;
    for (int i = 0; i < n; i++) {
        int op = at[i] == -2 ? BAM_CSOFT_CLIP : at[i] == -1 ? BAM_CINS : BAM_CMATCH;
        if (op == BAM_CMATCH) {
            if (last >= 0 && at[i] > last + 1)
                cigar[ops++] = bam_cigar_gen(at[i] - last - 1, BAM_CDEL);
            last = at[i];
        }
        if (ops && (int)bam_cigar_op(cigar[ops - 1]) == op)
            cigar[ops - 1] += 1 << BAM_CIGAR_SHIFT;
        else
            cigar[ops++] = bam_cigar_gen(1, op);
    }
    return ops;
}

typedef struct mate {
    int n, ops, reverse;
    char base[512], quality[512];
    int64_t at[512], beg, end;
    uint32_t cigar[600];
} mate;

static int sequence(sample *s, const gene *x, const haplotype *h, int right, mate *m) {
    const job *j = s->j;
    int flat = strncmp(j->qual, "flat:", 5) ? 0 : atoi(j->qual + 5), v4 = !strcmp(j->qual, "v4");
    int n = h->n < j->rl ? h->n : j->rl, from = right ? h->n - n : 0, adapter = 0;
    int tail = (draw(s) >> 62) ? j->rl : (int)(j->rl * (0.6 + 0.4 * uniform(s)));
    if (j->clip > 0 && uniform(s) < j->clip) {
        adapter = 3 + (int)(uniform(s) * 18);
        adapter = adapter > n - 40 ? 0 : adapter;
    }
    m->n = n, m->reverse = right;
    for (int i = 0; i < n; i++) {
        int cycle = right ? n - 1 - i : i;
        int q = draw_quality(s, flat, v4, cycle, tail);
        char c = h->base[from + i];
        int64_t at = h->at[from + i];
        if (cycle >= n - adapter) {
            c = "ACGT"[draw(s) >> 62];
            at = -2;
        } else if (draw(s) < s->error_at[q]) {
            const char *others = c == 'A' ? "CGT" : c == 'C' ? "AGT" : c == 'G' ? "ACT" : "ACG";
            c = others[draw(s) % 3];
        }
        m->base[i] = c, m->quality[i] = (char)q, m->at[i] = at;
    }
    if (!(adapter && right))
        settle_end(x, m->base, m->at, n, -1);
    if (!(adapter && !right))
        settle_end(x, m->base, m->at, n, 1);
    m->beg = m->end = -1;
    for (int i = 0; i < n; i++)
        if (m->at[i] >= 0) {
            m->beg = m->beg < 0 ? m->at[i] : m->beg;
            m->end = m->at[i] + 1;
        }
    m->ops = make_cigar(m->at, n, m->cigar);
    return m->beg >= 0;
}

static void emit(sample *s, const gene *x, const mate *m, const mate *other, int first, int duplicate, int mapq,
                 const char *name, uint64_t molecule) {
    uint16_t flag = (uint16_t)(BAM_FPAIRED | BAM_FPROPER_PAIR | (m->reverse ? BAM_FREVERSE : BAM_FMREVERSE) |
                               (first ? BAM_FREAD1 : BAM_FREAD2) | (duplicate ? BAM_FDUP : 0));
    int64_t left = m->beg < other->beg ? m->beg : other->beg, right = m->end > other->end ? m->end : other->end;
    bam1_t *b = bam_init1();
    if (bam_set1(b, strlen(name), name, flag, x->tid, m->beg, (uint8_t)mapq, (size_t)m->ops, m->cigar, x->tid,
                 other->beg, m->reverse ? left - right : right - left, (size_t)m->n, m->base, m->quality, 64) < 0)
        die("bam_set1", name);
    bam_aux_append(b, "RG", 'Z', 3, (const uint8_t *)"rg");
    if (s->j->family > 1) {
        char text[32];
        int n = snprintf(text, sizeof text, "%llu", (unsigned long long)molecule);
        bam_aux_append(b, "MI", 'Z', n + 1, (const uint8_t *)text);
    }
    if (s->n == s->capacity)
        s->reads = realloc(s->reads, (s->capacity = s->capacity ? 2 * s->capacity : 4096) * sizeof *s->reads);
    s->reads[s->n++] = (placed){b, s->serial++};
}

static void make_fragment(sample *s, int g, int64_t beg, int64_t end, uint64_t molecule) {
    const job *j = s->j;
    const gene *x = &s->w->genes[g];
    static haplotype h; /* 18 kB, and one thread */
    mate left, right;
    char name[64];
    build_haplotype(s, g, beg, end, molecule, &h);
    int f2r1 = (int)(draw(s) >> 63), mapq = j->lowmapq > 0 && uniform(s) < j->lowmapq ? (int)(uniform(s) * 20) : 60;
    damage(s, g, f2r1, &h);
    int copies = j->family, marked = j->dup > 0 && uniform(s) < j->dup;
    for (int k = 0; k < copies + marked; k++) {
        if (!sequence(s, x, &h, 0, &left) || !sequence(s, x, &h, 1, &right))
            continue;
        snprintf(name, sizeof name, k ? "f%llu.%d" : "f%llu", (unsigned long long)molecule, k);
        emit(s, x, &left, &right, !f2r1, k >= copies, mapq, name, molecule);
        emit(s, x, &right, &left, f2r1, k >= copies, mapq, name, molecule);
    }
}

static void make_target(sample *s, const target *t, uint64_t *molecule) {
    const job *j = s->j;
    if (j->amplicon) { /* fixed ends; neighbours overlap by a third, so each covers its middle alone */
        int64_t length = (int64_t)j->insert, step = length * 2 / 3;
        for (int64_t beg = t->beg0 - length / 6; beg < t->end0; beg += step)
            for (int64_t n = poisson(s, j->depth * 2 / 3); n > 0; n--)
                make_fragment(s, t->gene, beg, beg + length, ++*molecule);
        return;
    }
    int64_t longest = (int64_t)(j->insert + 4 * j->sd);
    longest = longest > MAX_FRAGMENT / 2 ? MAX_FRAGMENT / 2 : longest;
    double starts = (double)(t->end0 - t->beg0 + longest);
    for (int64_t n = poisson(s, j->depth * starts / j->insert); n > 0; n--) {
        int64_t beg = t->beg0 - longest + (int64_t)(uniform(s) * starts), length;
        do
            length = (int64_t)(j->insert + j->sd * normal(s) + 0.5);
        while (length < 60 || length > longest);
        if (beg + length > t->beg0)
            make_fragment(s, t->gene, beg, beg + length, ++*molecule);
    }
}

static int read_order(const void *a, const void *b) {
    const placed *x = a, *y = b;
    if (x->b->core.tid != y->b->core.tid)
        return x->b->core.tid - y->b->core.tid;
    if (x->b->core.pos != y->b->core.pos)
        return x->b->core.pos < y->b->core.pos ? -1 : 1;
    return x->serial < y->serial ? -1 : 1;
}

static void write_bam(const char *path, const sam_hdr_t *plain, const char *sm, sample *s) {
    char index[1100];
    sam_hdr_t *header = sam_hdr_dup(plain);
    sam_hdr_add_line(header, "RG", "ID", "rg", "SM", sm, "PL", "ILLUMINA", "LB", sm, NULL);
    samFile *f = sam_open(path, "wb1");
    snprintf(index, sizeof index, "%s.bai", path);
    if (!f || sam_hdr_write(f, header) < 0 || sam_idx_init(f, header, 0, index) < 0)
        die("cannot write", path);
    for (size_t i = 0; i < s->n; i++)
        if (sam_write1(f, header, s->reads[i].b) < 0)
            die("cannot write", path);
    if (sam_idx_save(f) < 0 || sam_close(f) < 0)
        die("cannot write", path);
    sam_hdr_destroy(header);
}

/* The same reads with each gene as its own contig. */
static void write_peer(const char *path, const world *w, const char *sm, sample *s) {
    sam_hdr_t *header = sam_hdr_init();
    sam_hdr_add_line(header, "HD", "VN", "1.6", "SO", "coordinate", NULL);
    for (int g = 0; g < w->n_genes; g++) {
        char length[32];
        snprintf(length, sizeof length, "%lld", (long long)(w->genes[g].end0 - w->genes[g].beg0));
        sam_hdr_add_line(header, "SQ", "SN", w->genes[g].name, "LN", length, NULL);
    }
    for (size_t i = 0; i < s->n; i++) {
        bam1_core_t *c = &s->reads[i].b->core;
        for (int g = 0; g < w->n_genes; g++)
            if (w->genes[g].tid == c->tid && c->pos >= w->genes[g].beg0 && c->pos < w->genes[g].end0) {
                c->tid = c->mtid = g;
                c->pos -= w->genes[g].beg0, c->mpos -= w->genes[g].beg0;
                c->bin = (uint16_t)hts_reg2bin(c->pos, bam_endpos(s->reads[i].b), 14, 5);
                break;
            }
    }
    qsort(s->reads, s->n, sizeof *s->reads, read_order);
    write_bam(path, header, sm, s);
    sam_hdr_destroy(header);
}

static void run_job(world *w, const job *j) {
    sample s = {.w = w, .j = j};
    for (int i = 0; i < 4; i++)
        s.rng[i] = mix(j->seed * 4 + (uint64_t)i);
    for (int q = 0; q < 64; q++) {
        double p = pow(10, -q / 10.0);
        s.error_at[q] = p >= 1 ? UINT64_MAX : (uint64_t)(p * 0x1p64);
    }
    for (int g = 0; g < w->n_genes && j->site_shape > 0; g++) {
        gene *x = &w->genes[g];
        for (int64_t p = x->beg0; p < x->end0; p++)
            x->site[p - x->beg0] = (float)place_gamma((uint64_t)x->tid << 40 ^ (uint64_t)p, j->site_shape);
    }
    uint64_t molecule = 0;
    for (int t = 0; t < w->n_targets; t++)
        make_target(&s, &w->targets[t], &molecule);
    qsort(s.reads, s.n, sizeof *s.reads, read_order);
    write_bam(j->out, w->header, j->sm, &s);
    if (j->peer[0])
        write_peer(j->peer, w, j->sm, &s);
    for (size_t i = 0; i < s.n; i++)
        bam_destroy1(s.reads[i].b);
    free(s.reads);
}

int main(int argc, char **argv) {
    static world w;
    static job j;
    if (argc != 3 && !(argc == 5 && !strcmp(argv[3], "--fasta")))
        die("usage", "simulate_ras PANEL_FOLDER TARGETS.bed [--fasta FILE] < JOBS");
    load_contigs(&w, argv[1]);
    load_targets(&w, argv[2]);
    load_bases(&w, argv[1]);
    if (argc == 5) {
        FILE *f = fopen(argv[4], "w");
        if (!f)
            die("cannot write", argv[4]);
        for (int g = 0; g < w.n_genes; g++) /* the second word is where the short contig begins */
            fprintf(f, ">%s %s:%lld\n%s\n", w.genes[g].name, w.genes[g].contig, (long long)w.genes[g].beg0,
                    w.genes[g].base);
        if (fclose(f))
            die("cannot write", argv[4]);
    } else {
        char *line = NULL;
        size_t size = 0;
        while (getline(&line, &size, stdin) > 0) {
            parse_job(&w, &j, line);
            run_job(&w, &j);
        }
        free(line);
    }
    for (int g = 0; g < w.n_genes; g++) {
        free(w.genes[g].base);
        free(w.genes[g].site);
    }
    sam_hdr_destroy(w.header);
    return 0;
}
