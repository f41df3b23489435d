/* json.c - validation.json: schema plasmastrat/validation/1 (validation.schema.json). */
#include "../json/print.h"
#include "../json/value.h"
#include "private.h"

static json_t *sample_id(const document *d, size_t row) {
    return row == PS_NO_ROW ? json_null() : text(d->v->row[row].sample_id);
}

static json_t *samples(document *d) {
    json_t *array = json_array();
    for (size_t r = 0; r < d->v->n; r++) {
        const ps_validation_row *row = &d->v->row[r];
        json_t *o = json_object();
        put(d, o, "sample_id", text(row->sample_id));
        put(d, o, "line", json_integer(row->line));
        put(d, o, "status", text(row->failure ? "failed" : "ok"));
        put(d, o, "message", text(row->failure));
        put(d, o, "source", text(row->source));
        put(d, o, "build", text(row->build));
        put(d, o, "evidence_digest", row->digest[0] ? text(row->digest) : json_null());
        put(d, o, "evidence_version", text(row->written_by));
        put(d, o, "cell_line", text(row->cell_line));
        put(d, o, "run", text(row->run));
        put(d, o, "replicate_of", sample_id(d, row->replicate_of));
        put(d, o, "dilution_of", sample_id(d, row->dilution_of));
        put(d, o, "fraction", real(row->fraction));
        push(d, array, o);
    }
    return array;
}

static json_t *comparisons(document *d) {
    json_t *array = json_array();
    for (size_t i = 0; i < d->v->n_comparisons; i++) {
        const ps_comparison *c = &d->v->comparison[i];
        json_t *o = json_object();
        put(d, o, "sample_id", sample_id(d, c->row));
        put(d, o, "marker", text(ps_compared_names[c->what]));
        put(d, o, "kind", c->what == PS_COMPARED_VARIANT ? text(ps_change_names[c->kind]) : json_null());
        put(d, o, "expected", text(c->expected));
        put(d, o, "found", text(c->found));
        put(d, o, "positive", json_boolean(c->positive));
        put(d, o, "outcome", text(ps_outcome_names[c->outcome]));
        put(d, o, "expected_value", real(c->expected_value));
        put(d, o, "found_value", real(c->value));
        put(d, o, "low", real(c->low));
        put(d, o, "high", real(c->high));
        put(d, o, "lod95", real(c->lod95));
        put(d, o, "depth", count(c->depth));
        put(d, o, "why", text(c->why));
        push(d, array, o);
    }
    return array;
}

static json_t *measures(document *d) {
    json_t *array = json_array();
    for (size_t i = 0; i < d->v->n_measures; i++) {
        const ps_measure *m = &d->v->measure[i];
        json_t *o = json_object();
        put(d, o, "name", text(m->name));
        put(d, o, "value", real(m->value));
        put(d, o, "low", real(m->low));
        put(d, o, "high", real(m->high));
        put(d, o, "n", json_integer((json_int_t)m->n));
        put(d, o, "unit", text(m->unit));
        push(d, array, o);
    }
    return array;
}

static json_t *replicates(document *d) {
    json_t *array = json_array();
    for (size_t g = 0; g < d->v->n_groups; g++) {
        const ps_replicates *group = &d->v->group[g];
        json_t *o = json_object(), *members = json_array(), *flips = json_object(), *vafs = json_array();
        for (size_t i = 0; i < group->n; i++)
            push(d, members, sample_id(d, group->row[i]));
        for (int what = 0; what < PS_N_COMPARED; what++)
            put(d, flips, ps_compared_names[what], json_integer(group->flips[what]));
        for (size_t i = 0; i < d->v->n_group_vafs; i++) {
            const ps_replicate_vaf *vaf = &d->v->group_vaf[i];
            if (vaf->group != g)
                continue;
            json_t *one = json_object();
            put(d, one, "variant", text(vaf->name));
            put(d, one, "n", json_integer((json_int_t)vaf->n));
            put(d, one, "mean", real(vaf->mean));
            put(d, one, "sd", real(vaf->sd));
            put(d, one, "cv", real(vaf->cv));
            push(d, vafs, one);
        }
        put(d, o, "samples", members);
        put(d, o, "same_run", json_boolean(group->same_run));
        put(d, o, "run", text(group->part));
        put(d, o, "flips", flips);
        put(d, o, "vafs", vafs);
        push(d, array, o);
    }
    return array;
}

static json_t *limits(document *d) {
    json_t *array = json_array();
    for (size_t i = 0; i < d->v->n_limits; i++) {
        const ps_limit *l = &d->v->limit[i];
        const ps_probit *p = &l->probit;
        if (p->state == PS_PROBIT_NOTHING)
            continue;
        char name[300];
        json_t *o = json_object();
        validation_limit_name(d->v, l, name, sizeof name);
        put(d, o, "source", text(ps_limit_source_names[l->source]));
        put(d, o, "of", text(name));
        put(d, o, "sample_id", sample_id(d, l->row));
        put(d, o, "state", text(ps_probit_names[p->state]));
        put(d, o, "levels", json_integer((json_int_t)p->levels));
        put(d, o, "n", json_integer((json_int_t)p->n));
        put(d, o, "intercept", real(p->intercept));
        put(d, o, "slope", real(p->slope));
        put(d, o, "lod95", real(p->lod95));
        put(d, o, "low", real(p->low));
        put(d, o, "high", real(p->high));
        push(d, array, o);
    }
    return array;
}

static json_t *calibration(document *d) {
    json_t *array = json_array();
    for (int bin = 0; bin < PS_CALIBRATION_BINS; bin++) {
        const ps_calibration *c = &d->v->calibration[bin];
        json_t *o = json_object();
        put(d, o, "from", real(ps_calibration_edges[bin]));
        put(d, o, "to", real(ps_calibration_edges[bin + 1]));
        put(d, o, "found", json_integer((json_int_t)c->found));
        put(d, o, "false_wild_type", json_integer((json_int_t)c->wild_type));
        put(d, o, "n", json_integer((json_int_t)c->n));
        push(d, array, o);
    }
    return array;
}

static json_t *protocol(document *d) {
    static const char *const at[PS_N_AT] = {"value", "low", "high"};
    const ps_protocol *p = &d->v->protocol;
    if (!p->path)
        return json_null();
    json_t *o = json_object(), *array = json_array();
    for (size_t i = 0; i < p->n; i++) {
        const ps_criterion *c = &p->criterion[i];
        json_t *one = json_object();
        put(d, one, "measure", text(c->measure));
        put(d, one, "at", text(at[c->at]));
        put(d, one, "relation", text(c->relation));
        put(d, one, "limit", real(c->limit));
        put(d, one, "min_n", json_integer((json_int_t)c->min_n));
        put(d, one, "note", text(c->note));
        put(d, one, "passed", json_boolean(c->passed));
        push(d, array, one);
    }
    put(d, o, "path", text(p->path));
    put(d, o, "checksum", text(p->checksum));
    put(d, o, "passed", json_boolean(p->failed == 0));
    put(d, o, "criteria", array);
    return o;
}

static json_t *provenance(document *d) {
    json_t *o = json_object(), *panels = json_array();
    for (int p = 0; p < d->v->n_panels; p++) {
        json_t *one = json_object();
        put(d, one, "name", text(d->v->panels[p].name));
        put(d, one, "build", text(d->v->panels[p].build));
        put(d, one, "checksum", text(d->v->panels[p].checksum));
        push(d, panels, one);
    }
    put(d, o, "program", text("plasmastrat"));
    put(d, o, "version", text(PS_VERSION));
    put(d, o, "htslib", text(ps_htslib_version()));
    put(d, o, "sheet", text(d->v->sheet_path));
    put(d, o, "sheet_checksum", text(d->v->sheet_checksum));
    put(d, o, "seed", json_integer(d->v->seed));
    put(d, o, "repeats", json_integer(d->v->repeats));
    put(d, o, "panels", panels);
    return o;
}

int ps_write_validation_json(const ps_validation *v, FILE *out, ps_error *err) {
    static const struct {
        const char *key;
        json_t *(*make)(document *);
    } members[] = {{"protocol", protocol},       {"measures", measures},       {"replicates", replicates},
                   {"limits", limits},           {"calibration", calibration}, {"samples", samples},
                   {"comparisons", comparisons}, {"provenance", provenance}};
    document d = {.v = v};
    json_t *root = json_object();
    put(&d, root, "schema", text(PS_VALIDATION_SCHEMA));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        put(&d, root, members[i].key, members[i].make(&d));
    d.failed |= json_print(root, out) < 0;
    fputc('\n', out);
    json_decref(root);
    if (d.failed)
        return ps_fail(err, PS_ERR_MEMORY, NULL, 0, "the validation's JSON cannot be made: out of memory");
    return ps_finish(out, "the validation's JSON", err);
}
