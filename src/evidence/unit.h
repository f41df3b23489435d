/* unit.h - one collector at one part of the panel (see collect.h). Private to src/evidence. */
#ifndef PLASMASTRAT_UNIT_H
#define PLASMASTRAT_UNIT_H

#include <htslib/sam.h>

#include "plasmastrat/evidence.h"
#include "plasmastrat/map.h"
#include "plasmastrat/reads.h"

typedef struct ps_record { /* what every collector asks of a record, worked out once */
    const bam1_t *bam;
    const ps_reads *reads;
    int contig;
    int32_t pos0, end0; /* of the alignment, deletions and introns included */
    uint64_t name;      /* hash of the read name; 0 for units that go by place */
} ps_record;

/* What the mates of one fragment share. Names may restart in each read group; names of mates may differ in a number
 * at their end, where converters left it. */
typedef struct ps_fragment {
    uint64_t id;
    uint64_t sibling; /* id of the mate where its name may be another ("x.1" and "x.2"); 0: it has the same */
} ps_fragment;

typedef struct ps_unit ps_unit;

typedef struct ps_unit_kind {
    ps_collector collector;
    unsigned left_out; /* bit per ps_left_out: causes that this collector leaves out */
    int starts_inside; /* 1: only records that start inside a span belong to the unit */
    int by_place;      /* 1: flags, mapping quality, place, CIGAR and read group are all that is looked at; and the
                                     name of a paired read whose flags do not say which of the two it is */
    void (*begin)(ps_unit *unit); /* may be NULL */
    void (*add)(ps_unit *unit, const ps_record *record);
    void (*finish)(ps_unit *unit); /* counts what is pending, frees the state; called also after an error */
} ps_unit_kind;

struct ps_unit {
    const ps_unit_kind *kind;
    const ps_panel *panel;
    size_t made;    /* before how many others of its source */
    int id;         /* locus, gene, first bin, window piece, or first SNP */
    ps_span *spans; /* owned; ascending, disjoint, on one contig */
    size_t n_spans;
    int sorted;            /* records come in coordinate order */
    int cut_at_introns;    /* as in ps_reads_info */
    void *state;           /* the collector's own */
    size_t memory;         /* bytes for fragments that wait for their mate; what is more goes to a temporary file */
    int unread;            /* errno: that file could not be read back, so the counts are short */
    ps_read_evidence part; /* this unit's evidence; gene, bin, cells and snp point into the whole's */
    uint64_t last;         /* number of the last record given (streaming: a record comes once) */
};

extern const ps_unit_kind ps_codon_unit, ps_gene_unit, ps_bin_unit, ps_junction_unit, ps_junction_igh_unit,
    ps_snp_unit;

/* Is a fragment among those that so many halvings leave? */
int ps_junction_kept(uint64_t fragment, int thinned);
/* Leaves the rows that evidence->thinned keeps. Rows that were thinned less, in another unit, become what they would
 * be had they been thinned as much. */
void ps_junctions_thin(ps_junction_evidence *junctions);

/* Does the alignment skip an intron? */
int ps_is_spliced(const bam1_t *bam);
/* Applies the rules of `kind` and hands the record on. */
void ps_unit_add(ps_unit *unit, const ps_record *record);

/* Fragments that wait for their mate. `mate_pos0` tells when waiting is over in a sorted file. An amplicon may have
 * millions at one place: a row is 16 bytes, so `what` is a number (never 0) of which the collector knows the meaning.
 */
typedef struct ps_waiting {
    uint64_t name;
    int32_t mate_pos0;
    uint32_t what;
} ps_waiting;
typedef struct ps_waitlist {
    uint32_t *slot;  /* by name: index + 1 in row, 0: empty; open addressing */
    size_t n_slots;  /* 0 or a power of two */
    ps_waiting *row; /* shrinks when most have gone: a gene's exons are deep one after another */
    size_t n, capacity, sweep_at;
} ps_waitlist;

ps_fragment ps_fragment_of(const ps_record *record);
/* 1 or 2; 0 of a read without a mate. By its flags, else by the end of its name, else (`known` 0) the forward read of
 * a pair counts as the first. */
int ps_read_number(const bam1_t *bam, int *known);
/* Could the mate still come, and could it matter?  Unpaired, mate unmapped or mate on another contig: no. */
int ps_mate_expected(const bam1_t *bam);
/* Where the mate starts on this contig; -1 when the file has lost it. */
int32_t ps_mate_pos0(const bam1_t *bam);
/* The file says that there is a mate, but not where (RNEXT "*"). */
int ps_mate_is_lost(const bam1_t *bam);
/* Of a sorted file: a mate that came before this read was left out or lies elsewhere. */
int ps_mate_is_past(const bam1_t *bam);
int ps_waitlist_has(const ps_waitlist *list, uint64_t name);
uint32_t ps_waitlist_take(ps_waitlist *list, uint64_t name); /* removes and returns, or 0 */
void ps_waitlist_put(ps_waitlist *list, uint64_t name, int32_t mate_pos0, uint32_t what);
/* Sorted input only: gives up on everything whose mate would lie before `pos0`. Amortised: sweeps when the list has
 * doubled since the last sweep. */
typedef void ps_give_up(void *context, uint64_t name, uint32_t what);
void ps_waitlist_sweep(ps_waitlist *list, int32_t pos0, ps_give_up *give_up, void *context);
void ps_waitlist_drain(ps_waitlist *list, ps_give_up *give_up, void *context);

#endif
