/* read.c - ID.json to a result: what is around the calls. */
#include "read.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "counts.h"
#include "digest.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/result_read.h"

static const char schema[] = "plasmastrat/sample/2", schema_family[] = "plasmastrat/sample/";

/* ---- models and verdicts ----------------------------------------------------------------------------------------
 */

static void read_weights(json_reader *r, const json_t *object, ps_model *model) {
    const json_t *array = node_has(object, "weights") ? node_array(r, object, "weights", 100) : NULL;
    for (size_t i = 0; i < json_array_size(array); i++) {
        size_t outside = node_enter(r, "weights", (long)i);
        const json_t *row = node_row(r, array, i);
        ps_weight *w = &model->weight[node_enum(r, row, "marker", ps_marker_names, PS_N_MARKERS)];
        int state = node_enum(r, row, "state", ps_marker_state_names, PS_N_MARKER_STATES);
        double *to[PS_N_MARKER_STATES] = {&w->negative, &w->negative, &w->intermediate, &w->positive};
        double *sd[PS_N_MARKER_STATES] = {&w->negative_sd, &w->negative_sd, &w->intermediate_sd, &w->positive_sd};
        *to[state] = node_real(r, row, "log_likelihood_ratio", -20, 20);
        *sd[state] = node_real(r, row, "sd", 0, 20);
        model->two_levels &= state != PS_MARKER_INTERMEDIATE;
        node_leave(r, outside);
    }
}

static void read_joint(json_reader *r, const json_t *object, ps_model *model) {
    const json_t *joint = node_has(object, "joint") ? node_object(r, object, "joint") : NULL;
    if (!joint)
        return;
    size_t outside = node_enter(r, "joint", -1);
    model->joint.dirichlet = node_real(r, joint, "dirichlet", 1e-6, 1e6);
    const json_t *cells = node_array(r, joint, "cells", 2 * PS_N_LEVELS);
    model->two_levels = json_array_size(cells) < 2 * PS_N_LEVELS;
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *cell = node_row(r, cells, i);
        int c = node_enum(r, cell, "ccnd1", ps_marker_state_names, PS_N_MARKER_STATES) - PS_MARKER_NEGATIVE;
        c = c < 0 ? 0 : c;
        int m = node_enum(r, cell, "ras", ps_marker_state_names, PS_N_MARKER_STATES) == PS_MARKER_POSITIVE;
        for (int k = 0; k < PS_N_CLASSES; k++)
            model->joint.count[k][c][m] = node_real(r, cell, ps_class_names[k], 0, 1e9);
    }
    node_leave(r, outside);
}

void json_model(json_reader *r, const json_t *object, ps_model *model) {
    static const char *const specimens[PS_N_SPECIMENS] = {"any", "lesion", "marrow"};
    *model = (ps_model){.two_levels = 1};
    model->name = ps_strdup(node_text(r, object, "name", 0));
    model->question = ps_strdup(node_text(r, object, "question", 0));
    model->basis = (ps_basis)node_enum(r, object, "basis", ps_basis_names, PS_N_BASES);
    model->specimen = (ps_specimen)node_enum(r, object, "specimen", specimens, PS_N_SPECIMENS);
    model->prior_odds = node_real(r, object, "prior_odds", 1e-9, 1e9);
    model->plasmacytoma_at = node_real(r, object, "plasmacytoma_at", 0, 1);
    model->intramedullary_at = node_real(r, object, "intramedullary_at", 0, 1);
    const json_t *required = node_has(object, "required") ? node_array(r, object, "required", PS_N_MARKERS) : NULL;
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        int marker = name ? node_find(name, ps_marker_names, PS_N_MARKERS) : -1;
        if (marker < 0)
            node_fail(r, "required", "element %zu: expected ccnd1 or ras", i);
        else
            model->required[marker] = 1;
    }
    if (!(0 < model->intramedullary_at && model->intramedullary_at < model->plasmacytoma_at &&
          model->plasmacytoma_at < 1))
        node_fail(r, "plasmacytoma_at", "%g with intramedullary_at %g, expected 0 < intramedullary_at < it < 1",
                  model->plasmacytoma_at, model->intramedullary_at);
    read_weights(r, object, model);
    read_joint(r, object, model);
}

static void read_markers(json_reader *r, const json_t *object, ps_verdict *v) {
    const json_t *array = node_array(r, object, "markers", PS_N_MARKERS);
    unsigned seen = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        size_t outside = node_enter(r, "markers", (long)i);
        const json_t *row = node_row(r, array, i);
        int marker = node_enum(r, row, "name", ps_marker_names, PS_N_MARKERS);
        ps_marker_verdict *m = &v->marker[marker];
        seen |= 1u << marker;
        m->state = (ps_marker_state)node_enum(r, row, "state", ps_marker_state_names, PS_N_MARKER_STATES);
        m->llr = node_real(r, row, "log_likelihood_ratio", -1e6, 1e6);
        m->low = node_real(r, row, "low", -1e6, 1e6);
        m->high = node_real(r, row, "high", -1e6, 1e6);
        m->sd = (m->high - m->low) / (2 * 1.96);
        node_leave(r, outside);
    }
    if (seen != (1u << PS_N_MARKERS) - 1)
        node_fail(r, "markers", "expected one each of ccnd1 and ras");
}

static void read_verdict(json_reader *r, const json_t *object, ps_result *result, ps_verdict *v) {
    static const char *const leanings[] = {"none", "plasmacytoma-like", "intramedullary"};
    static const ps_label_state leaning_of[] = {PS_LABEL_NOT_ASSESSABLE, PS_LABEL_PLASMACYTOMA,
                                                PS_LABEL_INTRAMEDULLARY};
    v->label = (ps_label_state)node_enum(r, object, "label", ps_label_names, PS_N_LABELS);
    v->leaning = leaning_of[node_enum(r, object, "leaning", leanings, 3)];
    json_reasons(r, object, result, &v->reasons);
    read_markers(r, object, v);
}

static int is_mixed(const ps_verdict *v) {
    return v->reasons.n == 1 && v->reasons.at[0].code == PS_REASON_MIXED_PERSONS;
}

/* The panel's model, as the file tells it. */
static void check_told(json_reader *r, const json_t *row, const ps_model *model) {
    ps_model told;
    if (!node_has(row, "weights")) /* as in the first versions */
        return;
    json_model(r, row, &told);
    if (!r->failed && !ps_model_equal(&told, model))
        node_fail(r, "name", "'%s' has another basis, threshold or weight in the panel that the file names",
                  told.name);
    ps_model_free(&told);
}

static void read_label(json_reader *r, const json_t *root, ps_result *result) {
    ps_label *label = &result->label;
    const json_t *p = node_object(r, root, "probability"), *model = node_object(r, root, "model");
    const json_t *array = node_array(r, root, "models", JSON_MOST_MODELS);
    label->specimen = result->specimen;
    read_verdict(r, root, result, &label->chosen);
    size_t outside = node_enter(r, "probability", -1);
    label->chosen.probability = node_real(r, p, "plasmacytoma_like", 0, 1);
    label->chosen.low = node_real(r, p, "low", 0, 1);
    label->chosen.high = node_real(r, p, "high", 0, 1);
    node_leave(r, outside);
    outside = node_enter(r, "model", -1);
    result->own_model = ps_alloc(1, sizeof *result->own_model);
    json_model(r, model, result->own_model);
    label->chosen.model = result->own_model;
    node_leave(r, outside);
    label->verdict = ps_alloc(json_array_size(array), sizeof *label->verdict);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        outside = node_enter(r, "models", (long)i);
        const json_t *row = node_row(r, array, i);
        ps_verdict *v = &label->verdict[label->n_verdicts++];
        int at = ps_panel_model(result->panel, node_text(r, row, "name", 0));
        if (at < 0)
            node_fail(r, "name", "'%.80s' is no model of panel %s", node_text(r, row, "name", 0),
                      result->panel->name);
        v->model = at < 0 ? result->own_model : &result->panel->models[at];
        if (at >= 0 && !result->own_panel)
            check_told(r, row, v->model);
        read_verdict(r, row, result, v);
        v->probability = node_real(r, row, "probability", 0, 1);
        v->low = node_real(r, row, "low", 0, 1);
        v->high = node_real(r, row, "high", 0, 1);
        node_leave(r, outside);
    }
    /* the one label that is written under another name */
    const ps_model *chosen = label->chosen.model;
    if (label->chosen.label == PS_LABEL_NOT_ASSESSABLE && !is_mixed(&label->chosen) &&
        chosen->specimen != PS_SPECIMEN_UNKNOWN && chosen->specimen != result->specimen)
        label->chosen.label = PS_LABEL_NOT_APPLICABLE;
}

/* ---- where it came from -----------------------------------------------------------------------------------------
 */

static void read_qc(json_reader *r, const json_t *root, ps_result *result) {
    const json_t *array = node_array(r, root, "qc", JSON_MOST_ROWS);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "qc", (long)i);
        const json_t *o = node_row(r, array, i);
        ps_result_qc(result, ps_result_keep(result, node_text(r, o, "check", 0)),
                     ps_result_keep(result, node_text(r, o, "input", 0)),
                     (ps_qc_state)node_enum(r, o, "state", ps_qc_state_names, PS_N_QC_STATES),
                     node_real(r, o, "value", -1e300, 1e300), node_real(r, o, "limit", -1e300, 1e300), " ");
        ps_qc *q = &result->qc[result->n_qc - 1]; /* cut at a whole character, if at all */
        ps_append(q->message, sizeof q->message, 0, node_text(r, o, "message", 0));
        node_leave(r, outside);
    }
}

static void read_inputs(json_reader *r, const json_t *root, ps_result *result) {
    const json_t *array = node_array(r, root, "inputs", PS_N_INPUTS);
    result->evidence.input = ps_alloc(json_array_size(array), sizeof *result->evidence.input);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "inputs", (long)i);
        const json_t *o = node_row(r, array, i);
        ps_input_info *in = &result->evidence.input[result->evidence.n_inputs++];
        in->role = (ps_input_role)node_enum(r, o, "role", ps_input_names, PS_N_INPUTS);
        in->path = ps_strdup(node_text(r, o, "path", 1));
        in->format = ps_result_keep(result, node_text(r, o, "format", 1));
        in->build = ps_result_keep(result, node_text(r, o, "build", 1));
        const char *name = node_text(r, o, "sample_name", 1);
        in->sample_name = ps_strdup(name ? name : "");
        in->records = (uint64_t)node_integer(r, o, "records", 0, INT64_C(1) << 53);
        if (in->role == PS_INPUT_VCF)
            result->evidence.has_vcf = 1;
        else if (in->role < PS_N_READ_INPUTS)
            result->evidence.reads[in->role].records = in->records;
        if (node_has(o, "notice"))
            ps_append(result->evidence.vcf.notice, sizeof result->evidence.vcf.notice, 0,
                      node_text(r, o, "notice", 0));
        node_leave(r, outside);
    }
}

static void read_reads(json_reader *r, const json_t *root, ps_result *result) {
    const json_t *array = node_array(r, root, "reads", PS_N_READ_INPUTS * PS_N_COLLECTORS);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "reads", (long)i);
        const json_t *o = node_row(r, array, i);
        int input = node_enum(r, o, "input", ps_input_names, PS_N_READ_INPUTS);
        int collector = node_enum(r, o, "for", ps_collector_names, PS_N_COLLECTORS);
        const json_t *left = node_object(r, o, "left_out");
        ps_read_evidence *e = &result->evidence.reads[input];
        e->given = 1;
        e->role = (ps_input_role)input;
        e->seen[collector] = (uint64_t)node_integer(r, o, "seen", 0, INT64_C(1) << 53);
        for (int k = 0; k < PS_N_LEFT; k++)
            e->left_out[collector][k] = (uint64_t)node_integer(r, left, ps_left_out_names[k], 0, INT64_C(1) << 53);
        node_leave(r, outside);
    }
}

/* Files written before this key was there name their contigs as their variants do; most are UCSC's. */
static void read_style(json_reader *r, const json_t *provenance, ps_result *result) {
    if (node_has(provenance, "contig_names"))
        result->evidence.style = node_enum(r, provenance, "contig_names", ps_style_names, PS_N_STYLES);
}

/* ---- the document -----------------------------------------------------------------------------------------------
 */

static void choose_panel(json_reader *r, const json_t *root, const ps_panel *panels, int n_panels,
                         ps_result *result) {
    const json_t *provenance = node_object(r, root, "provenance");
    const char *checksum =
        node_has(provenance, "panel_checksum") ? node_text(r, provenance, "panel_checksum", 0) : "";
    for (int i = 0; i < n_panels; i++)
        if (!strcmp(panels[i].checksum, checksum))
            result->panel = &panels[i];
    if (!result->panel && !r->failed)
        result->panel = result->own_panel = json_panel(r, root);
}

static void read_given_normals(json_reader *r, const json_t *provenance, ps_copynumber_call *c) {
    if (!node_has(provenance, "copynumber_reference"))
        return;
    const json_t *o = node_object(r, provenance, "copynumber_reference");
    size_t outside = node_enter(r, "copynumber_reference", -1);
    ps_append(c->normals_name, sizeof c->normals_name, 0, node_text(r, o, "name", 0));
    ps_append(c->normals_checksum, sizeof c->normals_checksum, 0, node_text(r, o, "checksum", 0));
    node_leave(r, outside);
}

static void read_done(json_reader *r, const json_t *root, const ps_panel *panels, int n_panels, ps_result *result) {
    choose_panel(r, root, panels, n_panels, result);
    if (r->failed)
        return;
    const json_t *provenance = node_object(r, root, "provenance");
    result->specimen = (ps_specimen)node_enum(r, root, "specimen", ps_specimen_names, PS_N_SPECIMENS);
    result->purity = node_has(root, "purity") ? node_real(r, root, "purity", 0, 1) : NAN;
    result->prior_odds = node_has(root, "prior_odds") ? node_real(r, root, "prior_odds", 1e-9, 1e9) : NAN;
    size_t outside = node_enter(r, "provenance", -1);
    read_style(r, provenance, result);
    if (node_has(provenance, "expression_reference")) {
        result->expression_reference = ps_strdup(node_text(r, provenance, "expression_reference", 0));
        snprintf(result->expression_reference_checksum, sizeof result->expression_reference_checksum, "%s",
                 node_text(r, provenance, "expression_reference_checksum", 0));
    }
    result->written_by = ps_result_keep(result, node_text(r, provenance, "version", 0));
    node_leave(r, outside);
    read_label(r, root, result);
    json_calls(r, root, result);
    json_identity(r, root, result);
    if (!r->failed && !result->own_panel && json_has_weights(result->own_model)) { /* every model's verdict follows */
        ps_label_free(&result->label);
        ps_stratify(result->panel, result->own_model, &result->calls, result->specimen, result->prior_odds,
                    &result->label);
    }
    outside = node_enter(r, "provenance", -1);
    read_given_normals(r, provenance, &result->calls.copynumber);
    node_leave(r, outside);
    read_qc(r, root, result);
    read_inputs(r, root, result);
    read_reads(r, root, result);
    if (node_has(root, "counts") && ps_result_has_panel(result) && !r->failed)
        json_read_counts(r, root, result);
    if (!r->failed)
        json_check(r, result);
    if (!r->failed && !strcmp(result->written_by, PS_VERSION))
        json_check_again(r, result);
}

/* A newer schema may have another digest too. */
static int check_schema(json_reader *r, const json_t *root) {
    const char *found = node_text(r, root, "schema", 0);
    size_t n = strlen(schema_family);
    if (!strcmp(found, schema))
        return 0;
    long number = strncmp(found, schema_family, n) ? 0 : strtol(found + n, NULL, 10);
    if (number == 1)
        node_fail(r, "schema",
                  "'%s' knew two levels of CCND1: run `sample` again (`report` still reads it); expected %s", found,
                  schema);
    else if (number > 2)
        node_fail(r, "schema", "'%.60s' was written by a newer program; this one reads %s", found, schema);
    else
        node_fail(r, "schema", "'%.60s', expected %s", found, schema);
    return -1;
}

/* Results of before there was a digest have none. */
static int check_digest(json_reader *r, const json_t *root) {
    const json_t *digest = json_object_get(root, "digest");
    r->vouched = json_is_string(digest) && json_digest_fits(root, json_string_value(digest));
    if (!digest || r->vouched)
        return 0;
    node_fail(r, "digest", "does not fit what the file says: it was edited or damaged, run `sample` again");
    return -1;
}

static void read_document(json_reader *r, const json_t *root, const ps_panel *panels, int n_panels,
                          ps_result *result) {
    if (check_schema(r, root) < 0 || check_digest(r, root) < 0)
        return;
    result->sample_id = ps_strdup(node_text(r, root, "sample_id", 0));
    if (!*result->sample_id)
        node_fail(r, "sample_id", "is empty");
    static const char *const states[] = {"ok", "failed"};
    if (node_enum(r, root, "status", states, 2) == 0)
        read_done(r, root, panels, n_panels, result);
    else
        result->failure = ps_strdup(node_text(r, root, "message", 0));
}

int ps_result_parse(const char *path, const char *bytes, size_t n_bytes, const ps_panel *panels, int n_panels,
                    ps_result *result, ps_error *err) {
    json_error_t wrong;
    *result = (ps_result){0};
    if (n_bytes > PS_RESULT_MOST_BYTES)
        return ps_fail(err, PS_ERR_RUN, path, 0, "has %zu bytes, expected at most %d: this is no result of a sample",
                       n_bytes, PS_RESULT_MOST_BYTES);
    json_t *root = json_loadb(bytes, n_bytes, JSON_REJECT_DUPLICATES, &wrong);
    if (!root)
        return ps_fail(err, PS_ERR_RUN, path, wrong.line > 0 ? wrong.line : 0, "byte %d: is no JSON: %s",
                       wrong.position, wrong.text);
    json_reader r = {.path = path, .err = err};
    if (json_is_object(root))
        read_document(&r, root, panels, n_panels, result);
    else
        node_fail(&r, NULL, "is no JSON object, expected one with the schema %s", schema);
    json_decref(root);
    if (!r.failed)
        return 0;
    ps_result_free(result);
    return -1;
}

int ps_result_read(const char *path, const ps_panel *panels, int n_panels, ps_result *result, ps_error *err) {
    FILE *in = fopen(path, "rb");
    char *bytes = NULL;
    size_t n = 0, capacity = 0, got = 0;
    *result = (ps_result){0};
    if (!in)
        return ps_fail(err, PS_ERR_RUN, path, 0, "cannot be opened: %s", strerror(errno));
    do {
        capacity = capacity ? 2 * capacity : 1 << 18;
        bytes = ps_resize(bytes, capacity, 1);
        got = fread(bytes + n, 1, capacity - n, in);
        n += got;
    } while (n == capacity && n <= PS_RESULT_MOST_BYTES);
    int bad = ferror(in), status = -1;
    if (bad)
        ps_fail(err, PS_ERR_RUN, path, 0, "cannot be read: %s", strerror(errno));
    else
        status = ps_result_parse(path, bytes, n, panels, n_panels, result, err);
    fclose(in);
    free(bytes);
    return status;
}

int ps_result_has_panel(const ps_result *result) {
    return result->panel && !result->own_panel;
}
