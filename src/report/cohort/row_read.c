/* row_read.c - ID.json to its row: the members that a row shows, of a document whose schema and digest are known. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "../json/head.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/row.h"

enum { MOST_ROWS = 200000 }; /* of an array: more than any panel has */
static const double ANY = 1e300;

static char *copy(json_reader *r, const json_t *o, const char *key) {
    return ps_strdup(node_text(r, o, key, 0));
}

static double share(json_reader *r, const json_t *o, const char *key) {
    return node_real(r, o, key, 0, 1);
}

/* ---- label ----------------------------------------------------------------------------------------------------- */

static void take_message(json_reader *r, const json_t *root, ps_row *row) {
    const json_t *reasons = node_array(r, root, "reasons", MOST_ROWS);
    for (size_t i = 0; i < json_array_size(reasons) && !ps_is_definite(row->label); i++) {
        const char *reason = json_string_value(json_array_get(reasons, i));
        char *longer = ps_format("%s%s%s", row->message ? row->message : "", i ? "; " : "", reason ? reason : "");
        free(row->message);
        row->message = longer;
    }
}

/* From schema 2 on: rates, and who contradicts. */
static void take_answers(json_reader *r, const json_t *root, ps_row *row) {
    const json_t *models = node_array(r, root, "models", MOST_ROWS);
    for (size_t i = 0; i < json_array_size(models) && !r->failed; i++) {
        size_t outside = node_enter(r, "models", (long)i);
        const json_t *m = node_row(r, models, i);
        ps_row_add_answer(row, node_text(r, m, "name", 0),
                          (ps_label_state)node_enum(r, m, "label", ps_label_names, PS_N_LABELS),
                          node_has(m, "contradicts") && node_flag(r, m, "contradicts", 0));
        node_leave(r, outside);
    }
    if (!node_has(root, "population"))
        return;
    const json_t *rates = node_object(r, root, "rates"), *population = node_object(r, root, "population");
    row->borderline = node_flag(r, root, "borderline", 0);
    row->rates.of[PS_LABEL_PLASMACYTOMA] = share(r, rates, "plasmacytoma_like");
    row->rates.of[PS_LABEL_INTRAMEDULLARY] = share(r, rates, "intramedullary");
    row->rates.of[PS_LABEL_INDETERMINATE] = share(r, rates, "indeterminate");
    const char *name = node_text(r, population, "name", 1);
    row->population = name ? ps_strdup(name) : NULL;
}

static void take_label(json_reader *r, const json_t *root, ps_row *row) {
    static const char *const leanings[] = {"none", "plasmacytoma-like", "intramedullary"};
    static const ps_label_state leaning_of[] = {PS_LABEL_NOT_ASSESSABLE, PS_LABEL_PLASMACYTOMA,
                                                PS_LABEL_INTRAMEDULLARY};
    row->label = (ps_label_state)node_enum(r, root, "label", ps_label_names, PS_N_LABELS);
    row->leaning = leaning_of[node_enum(r, root, "leaning", leanings, 3)];
    const json_t *p = node_object(r, root, "probability");
    row->probability = share(r, p, "plasmacytoma_like");
    row->low = share(r, p, "low");
    row->high = share(r, p, "high");
    take_message(r, root, row);
    row->specimen = (ps_specimen)node_enum(r, root, "specimen", ps_specimen_names, PS_N_SPECIMENS);
    row->purity = node_has(root, "purity") ? share(r, root, "purity") : NAN;
    take_answers(r, root, row);
    if (!node_has(root, "model"))
        return;
    const json_t *model = node_object(r, root, "model");
    row->model = copy(r, model, "name");
    row->question = copy(r, model, "question");
    row->basis = (ps_basis)node_enum(r, model, "basis", ps_basis_names, PS_N_BASES);
}

/* ---- RAS ------------------------------------------------------------------------------------------------------- */

/* What earlier versions did not write stays unknown. */
static char *copy_if_there(json_reader *r, const json_t *o, const char *key) {
    return node_has(o, key) ? copy(r, o, key) : NULL;
}

static void place_variant(json_reader *r, const json_t *v, ps_row_variant *to) {
    to->chrom = copy_if_there(r, v, "chrom");
    to->ref = copy_if_there(r, v, "ref");
    to->alt = copy_if_there(r, v, "alt");
    to->protein = copy_if_there(r, v, "protein");
    to->transcript = copy_if_there(r, v, "transcript");
    to->pos1 = node_has(v, "pos") ? (int32_t)node_integer(r, v, "pos", 1, INT32_MAX) : 0;
    to->depth = node_has(v, "depth") ? node_count(r, v, "depth") : -1;
    to->alt_depth = node_has(v, "alt_depth") ? node_count(r, v, "alt_depth") : -1;
    if (node_has(v, "ref_f1r2") && node_has(v, "ref_f2r1"))
        to->ref_depth = node_count(r, v, "ref_f1r2") + node_count(r, v, "ref_f2r1");
}

static void take_build(json_reader *r, const json_t *root, ps_row *row) {
    const json_t *inputs = node_array(r, root, "inputs", MOST_ROWS);
    for (size_t i = 0; i < json_array_size(inputs) && !row->build; i++)
        row->build = copy_if_there(r, json_array_get(inputs, i), "build");
}

static void take_variants(json_reader *r, const json_t *ras, const char *key, int context, ps_row *row) {
    const json_t *array = node_array(r, ras, key, MOST_ROWS);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, key, (long)i);
        const json_t *v = node_row(r, array, i);
        ps_tier tier = (ps_tier)node_enum(r, v, "tier", ps_tier_names, PS_N_TIERS);
        int passed = !strcmp(node_text(r, v, "filter", 0), ps_filters[PS_FILTER_PASS].name);
        int minor = json_is_true(json_object_get(v, "minor")); /* earlier versions told none apart */
        int activates = (tier == PS_TIER_HOTSPOT || tier == PS_TIER_LIKELY) && !minor;
        if (passed && tier != PS_TIER_SYNONYMOUS)
            place_variant(r, v,
                          ps_row_add_variant(row, node_text(r, v, "gene", 0), node_text(r, v, "hgvs_c", 0),
                                             node_text(r, v, "hgvs_p", 0), share(r, v, "vaf"),
                                             activates && !context));
        node_leave(r, outside);
    }
}

/* The required codon with the highest lod95; one that nobody saw counts as highest. */
static void take_worst_codon(json_reader *r, const json_t *ras, ps_row *row) {
    const json_t *codons = node_array(r, ras, "codons", MOST_ROWS), *worst = NULL;
    double highest = -1;
    for (size_t i = 0; i < json_array_size(codons); i++) {
        const json_t *codon = json_array_get(codons, i), *lod95 = json_object_get(codon, "lod95");
        double here = json_is_number(lod95) ? json_number_value(lod95) : INFINITY;
        if (json_is_true(json_object_get(codon, "required")) && here > highest) {
            worst = codon;
            highest = here;
        }
    }
    if (!worst)
        return;
    row->lod95 = share(r, worst, "lod95");
    row->lod95_codon =
        ps_format("%s:%d", node_text(r, worst, "gene", 0), (int)node_integer(r, worst, "codon", 1, 1000000));
}

static void take_ras(json_reader *r, const json_t *root, ps_row *row) {
    const json_t *ras = node_object(r, root, "ras");
    size_t outside = node_enter(r, "ras", -1);
    row->ras = (ps_ras_state)node_enum(r, ras, "state", ps_ras_state_names, PS_N_RAS_STATES);
    take_variants(r, ras, "variants", 0, row);
    take_variants(r, ras, "context_variants", 1, row);
    take_worst_codon(r, ras, row);
    node_leave(r, outside);
}

/* ---- CCND1 ----------------------------------------------------------------------------------------------------- */

static void take_expression(json_reader *r, const json_t *o, ps_row *row) {
    row->expression =
        (ps_expression_state)node_enum(r, o, "state", ps_expression_state_names, PS_N_EXPRESSION_STATES);
    if (!node_has(o, "fragments"))
        return;
    row->log2_ratio = node_real(r, o, "log2_ratio", -ANY, ANY);
    row->per_cell = node_has(o, "log2_per_plasma_cell") ? node_real(r, o, "log2_per_plasma_cell", -ANY, ANY) : NAN;
    row->over_at = node_real(r, o, "over_at", -ANY, ANY);
    row->not_at = node_real(r, o, "not_at", -ANY, ANY);
}

static void take_copies(json_reader *r, const json_t *o, ps_row *row) {
    row->copy_number = (ps_cn_state)node_enum(r, o, "state", ps_cn_state_names, PS_N_CN_STATES);
    row->scope = (ps_scope)node_enum(r, o, "scope", ps_scope_names, PS_N_SCOPES);
    row->copies = node_real(r, o, "copies", 0, ANY);
    row->copies_low = node_real(r, o, "copies_low", 0, ANY);
    row->copies_high = node_real(r, o, "copies_high", 0, ANY);
    int hyperdiploid = node_flag(r, o, "hyperdiploid", 1);
    row->hyperdiploid = hyperdiploid < 0 ? PS_ANSWER_UNKNOWN : hyperdiploid ? PS_ANSWER_YES : PS_ANSWER_NO;
}

static void take_junction(json_reader *r, const json_t *o, ps_row *row) {
    row->junction = (ps_junction_state)node_enum(r, o, "state", ps_junction_state_names, PS_N_JUNCTION_STATES);
    row->split = node_count(r, o, "split_fragments");
    row->discordant = node_count(r, o, "discordant_fragments");
}

static void take_ccnd1(json_reader *r, const json_t *o, ps_row *row) {
    row->ccnd1 = (ps_ccnd1_state)node_enum(r, o, "state", ps_ccnd1_state_names, PS_N_CCND1_STATES);
    row->cause = (ps_cause)node_enum(r, o, "cause", ps_cause_names, PS_N_CAUSES);
}

/* ---- persons and checks ---------------------------------------------------------------------------------------- */

static void take_person(json_reader *r, const json_t *o, ps_row *row) {
    const json_t *contamination = node_object(r, o, "contamination");
    row->person[row->n_persons++] =
        (ps_row_person){.role = (ps_input_role)node_enum(r, o, "input", ps_input_names, PS_N_READ_INPUTS),
                        .sites = (int)node_integer(r, o, "sites", 0, MOST_ROWS),
                        .counts = copy(r, o, "counts"),
                        .genotypes = copy(r, o, "genotypes")};
    double fraction = share(r, contamination, "fraction");
    if (!isnan(fraction) && !(fraction <= row->contamination))
        row->contamination = fraction;
}

static void take_identity(json_reader *r, const json_t *o, ps_row *row) {
    row->identity = (ps_identity_state)node_enum(r, o, "state", ps_identity_state_names, PS_N_IDENTITY_STATES);
    const json_t *inputs = node_array(r, o, "inputs", PS_N_READ_INPUTS);
    if (!json_array_size(inputs))
        return;
    row->snp_set = copy(r, o, "snp_set");
    row->person = ps_alloc(json_array_size(inputs), sizeof *row->person);
    for (size_t i = 0; i < json_array_size(inputs); i++)
        take_person(r, node_row(r, inputs, i), row);
}

/* Where its RNA and DNA were sequenced; earlier files do not say. */
static void take_lanes(json_reader *r, const json_t *root, ps_row *row) {
    const json_t *libraries = node_has(root, "library") ? node_array(r, root, "library", PS_N_READ_INPUTS) : NULL;
    for (size_t i = 0; i < json_array_size(libraries) && !r->failed; i++) {
        size_t outside = node_enter(r, "library", (long)i);
        const json_t *o = node_row(r, libraries, i), *lanes = node_array(r, o, "lanes", PS_LANES);
        ps_lanes own = {.n = 0};
        for (size_t k = 0; k < json_array_size(lanes); k++) {
            const char *hex = json_string_value(json_array_get(lanes, k));
            own.lane[own.n++] = hex ? strtoull(hex, NULL, 16) : 0;
        }
        if (node_enum(r, o, "input", ps_input_names, PS_N_READ_INPUTS) <= PS_INPUT_DNA)
            ps_lanes_add(&row->lanes, &own);
        node_leave(r, outside);
    }
}

static void take_checks(json_reader *r, const json_t *root, ps_row *row) {
    const json_t *array = node_array(r, root, "qc", MOST_ROWS);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "qc", (long)i);
        const json_t *o = node_row(r, array, i);
        ps_qc_state state = (ps_qc_state)node_enum(r, o, "state", ps_qc_state_names, PS_N_QC_STATES);
        ps_row_add_check(row, node_text(r, o, "check", 0), node_text(r, o, "input", 0), state,
                         node_text(r, o, "message", 0));
        node_leave(r, outside);
    }
}

/* ---- the document ---------------------------------------------------------------------------------------------- */

static const struct {
    const char *key;
    int may_lack; /* written before there was one */
    void (*take)(json_reader *r, const json_t *o, ps_row *row);
} parts[] = {
    {"ccnd1", 0, take_ccnd1},        {"ccnd1_expression", 0, take_expression}, {"ccnd1_copy_number", 0, take_copies},
    {"igh_ccnd1", 0, take_junction}, {"identity", 1, take_identity},
};

static void take_done(json_reader *r, const json_t *root, ps_row *row) {
    row->page = ps_format("%s.html", row->sample_id);
    take_build(r, root, row);
    take_label(r, root, row);
    take_ras(r, root, row);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].may_lack && !node_has(root, parts[i].key))
            continue;
        const json_t *o = node_object(r, root, parts[i].key);
        size_t outside = node_enter(r, parts[i].key, -1);
        parts[i].take(r, o, row);
        node_leave(r, outside);
    }
    take_lanes(r, root, row);
    take_checks(r, root, row);
}

static void take_document(json_reader *r, const json_t *root, int is_known, ps_row *row) {
    static const char *const states[] = {"ok", "failed"};
    if ((is_known ? json_check_schema(r, root) : json_check_head(r, root)) < 0)
        return;
    row->sample_id = copy(r, root, "sample_id");
    if (!*row->sample_id)
        node_fail(r, "sample_id", "is empty");
    if (node_enum(r, root, "status", states, 2) == 0)
        take_done(r, root, row);
    else
        row->failure = copy(r, root, "message");
}

static int parse(const char *path, const char *bytes, size_t n_bytes, int is_known, ps_row *row, ps_error *err) {
    json_error_t wrong;
    ps_row_init(row);
    json_t *root = json_loadb(bytes, n_bytes, JSON_REJECT_DUPLICATES, &wrong);
    if (!root)
        return ps_fail(err, PS_ERR_RUN, path, wrong.line > 0 ? wrong.line : 0, "byte %d: is no JSON: %s",
                       wrong.position, wrong.text);
    json_reader r = {.path = path, .err = err};
    if (json_is_object(root))
        take_document(&r, root, is_known, row);
    else
        node_fail(&r, NULL, "is no JSON object, expected a sample's");
    json_decref(root);
    if (!r.failed)
        return 0;
    ps_row_free(row);
    ps_row_init(row);
    return -1;
}

int ps_row_parse(const char *path, const char *bytes, size_t n_bytes, ps_row *row, ps_error *err) {
    return parse(path, bytes, n_bytes, 0, row, err);
}

static int read_file(const char *path, int is_known, ps_row *row, ps_error *err) {
    char *bytes = NULL;
    size_t n = 0;
    ps_row_init(row);
    if (ps_file_read(path, PS_ROW_BYTES, PS_ERR_RUN, &bytes, &n, err) < 0)
        return -1;
    int status = parse(path, bytes, n, is_known, row, err);
    free(bytes);
    return status;
}

int ps_row_read(const char *path, ps_row *row, ps_error *err) {
    return read_file(path, 0, row, err);
}

int ps_row_read_known(const char *path, ps_row *row, ps_error *err) {
    return read_file(path, 1, row, err);
}
