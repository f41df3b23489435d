/* lod.c - `plasmastrat lod`: what a file could have shown at every hotspot codon, and in-silico dilution. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "progress.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/dilute.h"
#include "plasmastrat/dilution.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"
#include "plasmastrat/table.h"

enum { MAX_FRACTIONS = 100, MAX_REPEATS = 100000 };

static const char help[] =
    "plasmastrat lod - what a file could have shown\n\n"
    "usage: plasmastrat lod [--dna BAM] [--rna BAM] [-o FILE]\n"
    "       plasmastrat lod --dna WILDTYPE.bam --mutated MUTATED.bam [--fractions X,X,...] [--repeats N] [-o "
    "FILE]\n\n"
    "The first form prints a row per hotspot codon of KRAS and NRAS, then of HRAS and BRAF as context: depth in\n"
    "fragments and lod95, the smallest VAF that would have been called there with 95 % power; the codon is wild "
    "type\n"
    "when that is at or under `limit` and nothing was called. The numbers are those of the JSON of\n"
    "`plasmastrat sample`. `pos` is the codon's first base on the plus strand, 1-based.\n\n"
    "The second form is an in-silico dilution: in the file, a share of the fragments is replaced by fragments of "
    "the\n"
    "mutated one, the caller runs on each mixture, and for every variant that passes in the mutated file the table\n"
    "says in how many mixtures it passed, with a 95 % interval (Jeffreys). It is done on what was counted, codon by\n"
    "codon:\n"
    "  - the number of replaced fragments is binomial; fragments are drawn without replacement and keep their\n"
    "    haplotype, qualities, orientation and flags; every codon keeps the depth of the file that is mixed into;\n"
    "  - molecules are drawn where copies are recognised, and fragments elsewhere; they count as independent of "
    "each\n"
    "    other, and codons as well;\n"
    "  - the errors of both files are kept as they are, none are added: both should come from the same kind of\n"
    "    library;\n"
    "  - expected_vaf includes what the file itself shows of the change; where the mutated file is shallower than a\n"
    "    mixture needs, all of it is used and a ##capped line says so.\n"
    "The same --seed gives the same table, for any -@. A dilution into RNA takes --rna in place of --dna, for both\n"
    "files. Instead of an alignment each may be the ID.evidence.gz of `sample`, or the ID.json beside it.\n\n";

/* ---- the command line ------------------------------------------------------------------------------------------ */

typedef struct plan {
    double fraction[MAX_FRACTIONS];
    size_t n_fractions;
    int64_t repeats, seed;
    ps_input_role role; /* of a dilution: both files */
    char *gene;         /* of --variant; NULL: every variant */
    const char *change;
} plan;

static int read_fractions(const char *text, plan *p, ps_error *err) {
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        char *word = ps_strndup(at, length);
        double x = NAN;
        int bad = ps_parse_double(word, 0, 1, &x) < 0 || !(x >= 0 && x <= 1);
        if (bad)
            ps_fail(err, PS_ERR_USAGE, NULL, 0, "--fractions: '%s', expected numbers from 0 to 1 between commas",
                    word);
        free(word);
        if (bad)
            return -1;
        if (p->n_fractions == MAX_FRACTIONS)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--fractions: more than %d", MAX_FRACTIONS);
        for (size_t i = 0; i < p->n_fractions; i++)
            if (p->fraction[i] == x)
                return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--fractions: %g is there twice", x);
        p->fraction[p->n_fractions++] = x == 0 ? 0 : x; /* no negative zero */
        at += length;
        if (!*at)
            return 0;
    }
}

static int read_variant(const char *text, plan *p, ps_error *err) {
    const char *colon = strchr(text, ':');
    if (!colon || colon == text || !colon[1])
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--variant: '%s', expected GENE:CHANGE such as KRAS:G12D", text);
    p->gene = ps_strndup(text, (size_t)(colon - text));
    p->change = colon + 1;
    return 0;
}

static int check_inputs(const cli_settings *s, ps_error *err) {
    const char *dna = s->job.path[PS_INPUT_DNA], *rna = s->job.path[PS_INPUT_RNA];
    if (!dna && !rna)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "lod: no input: give --dna, --rna or both");
    if (s->mutated && dna && rna)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "lod: --mutated is mixed into one file: give --dna or --rna, not both");
    int streams = s->mutated && !strcmp(s->mutated, "-");
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        for (size_t i = 0; ps_job_file(&s->job, (ps_input_role)role, i); i++)
            streams += !strcmp(ps_job_file(&s->job, (ps_input_role)role, i), "-");
    if (streams > 1)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "lod: only one input can come from standard input (-)");
    const struct {
        const char *name, *value;
    } needs[] = {{"fractions", s->fractions}, {"repeats", s->repeats}, {"seed", s->seed}, {"variant", s->variant}};
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (needs[i].value && !s->mutated)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "lod: --%s needs --mutated", needs[i].name);
    return 0;
}

static int make_plan(const cli_settings *s, plan *p, ps_error *err) {
    *p = (plan){.repeats = 200, .seed = 1, .role = s->job.path[PS_INPUT_DNA] ? PS_INPUT_DNA : PS_INPUT_RNA};
    if (check_inputs(s, err) < 0 || read_fractions(s->fractions ? s->fractions : "0.01,0.02,0.05", p, err) < 0)
        return -1;
    if (s->repeats && ps_parse_int(s->repeats, 1, MAX_REPEATS, &p->repeats) < 0)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--repeats: '%s', expected a whole number from 1 to %d",
                       s->repeats, MAX_REPEATS);
    if (s->seed && ps_parse_int(s->seed, 0, INT64_MAX, &p->seed) < 0)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--seed: '%s', expected a whole number from 0 to %lld", s->seed,
                       (long long)INT64_MAX);
    return s->variant ? read_variant(s->variant, p, err) : 0;
}

static void say(void *context, const char *sample_id, const char *message) {
    (void)sample_id;
    if (!((const cli_settings *)context)->quiet)
        progress_message("warning: %s", message);
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

static void put_real(FILE *out, double x, const char *after) {
    if (isnan(x))
        fprintf(out, ".%s", after);
    else
        fprintf(out, "%.6g%s", ps_round6(x), after);
}

static void put_version(FILE *out, const char *what, const ps_panel *panel) {
    fprintf(out, "##plasmastrat %s %s; panel %s version %s checksum %s; build %s\n", PS_VERSION, what, panel->name,
            panel->version, panel->checksum, panel->build);
}

static int by_context(const ps_panel *panel, int gene) {
    for (int id = 0; id < panel->n_codons; id++)
        if (panel->codons[id].gene == gene && panel->codons[id].required)
            return 0;
    return 1;
}

static void put_codon(const ps_result *r, int id, FILE *out) {
    const ps_panel *panel = r->panel;
    const ps_codon *codon = &panel->codons[id];
    const ps_ras_codon *seen = &r->calls.ras.codon[id];
    const ps_contig *contig = &panel->contigs[panel->loci[codon->locus].contig];
    const char *name =
        contig->name[r->evidence.style] ? contig->name[r->evidence.style] : contig->name[PS_STYLE_UCSC];
    int32_t first0 = codon->pos0[0] < codon->pos0[2] ? codon->pos0[0] : codon->pos0[2];
    fprintf(out, "%s\t%d\t%s\t%d\t", panel->genes[codon->gene].name, codon->number, name, (int)first0 + 1);
    if (seen->depth < 0)
        fputs(".\t", out);
    else
        fprintf(out, "%lld\t", (long long)seen->depth);
    put_real(out, seen->lod95, "\t");
    fprintf(out, "%s\t", ps_ras_state_names[seen->state]);
    put_real(out, panel->limits.ras_lod95_limit, "\t");
    fprintf(out, "%s\n", seen->depth < 0 ? "." : ps_input_names[seen->source]);
}

static void put_limits(const ps_result *r, FILE *out) {
    const ps_panel *panel = r->panel;
    put_version(out, "lod", panel);
    fputs("gene\tcodon\tchrom\tpos\tdepth\tlod95\tstate\tlimit\tsource\n", out);
    for (int context = 0; context < 2; context++)
        for (int gene = 0; gene < panel->n_genes; gene++)
            for (int id = 0; by_context(panel, gene) == context && id < panel->n_codons; id++)
                if (panel->codons[id].gene == gene && (panel->codons[id].hotspot || panel->codons[id].required))
                    put_codon(r, id, out);
}

/* ---- dilution -------------------------------------------------------------------------------------------------- */

typedef struct target { /* one variant of the mutated file */
    const ps_ras_variant *variant;
    int64_t depth, alt; /* in the file that is mixed into */
} target;

typedef struct dilution {
    const plan *plan;
    const ps_panel *panel;
    ps_dilution mixture;
    ps_ras_call both; /* variants of the mutated file, counted in both */
    target *target;
    size_t n_targets;
    uint8_t *found; /* [fraction][repeat][target] */
} dilution;

static const char *gene_of(const ps_panel *panel, const ps_ras_variant *v) {
    return panel->genes[v->effect.gene].name;
}

static const ps_ras_variant *find_variant(const ps_ras_call *call, const ps_ras_variant *v) {
    for (size_t i = 0; i < call->n_variants; i++) {
        const ps_ras_variant *w = &call->variant[i];
        if (w->contig == v->contig && w->pos1 == v->pos1 && !strcmp(w->ref, v->ref) && !strcmp(w->alt, v->alt))
            return w;
    }
    return NULL;
}

static int passes(const ps_ras_variant *v) {
    return v && v->best.filter == PS_FILTER_PASS;
}

static int is_wanted(const plan *p, const ps_panel *panel, const ps_ras_variant *v) {
    return !p->gene || (!strcmp(p->gene, gene_of(panel, v)) &&
                        (!strcmp(p->change, v->effect.protein) || !strcmp(p->change, v->effect.hgvs_c) ||
                         !strcmp(p->change, v->effect.hgvs_p)));
}

/* Names of the mutated file's passing variants, as many as fit. */
static void list_variants(const ps_result *r, char *text, size_t size) {
    text[0] = '\0';
    for (size_t i = 0; i < r->calls.ras.n_variants; i++) {
        const ps_ras_variant *v = &r->calls.ras.variant[i];
        size_t used = strlen(text);
        if (passes(v) && used + 100 < size)
            snprintf(text + used, size - used, "%s%s:%s", used ? ", " : "", gene_of(r->panel, v), ps_ras_change(v));
    }
    if (!text[0])
        snprintf(text, size, "none");
}

/* What a mixture can show: variants that pass in the mutated file and are not in the other file already. */
static int choose_targets(dilution *d, const ps_result *wild, const ps_result *mutated, const cli_settings *s,
                          ps_error *err) {
    const ps_ras_call *own = &mutated->calls.ras;
    const char *path = s->job.path[d->plan->role];
    int wanted = 0, activating = 0;
    d->target = ps_alloc(own->n_variants, sizeof *d->target);
    for (size_t i = 0; i < own->n_variants; i++) {
        const ps_ras_variant *v = &own->variant[i], *counted = find_variant(&d->both, v);
        if (!passes(v) || !counted || !is_wanted(d->plan, d->panel, v))
            continue;
        wanted++;
        if (passes(find_variant(&wild->calls.ras, v)) || counted->best.filter == PS_FILTER_GERMLINE) {
            char *text = ps_format("%s: shows %s:%s itself, so it is not measured", path, gene_of(d->panel, v),
                                   ps_ras_change(v));
            say((void *)s, NULL, text);
            free(text);
            continue;
        }
        activating += ps_makes_mutated(v);
        d->target[d->n_targets++] =
            (target){counted, counted->source_depth[PS_INPUT_NORMAL], counted->source_alt[PS_INPUT_NORMAL]};
    }
    char names[400];
    list_variants(mutated, names, sizeof names);
    if (d->plan->gene && !wanted)
        return ps_fail(err, PS_ERR_RUN, s->mutated, 0, "%s does not pass in it; passing variants: %s", s->variant,
                       names);
    if (wanted && !d->n_targets)
        return ps_fail(err, PS_ERR_RUN, path, 0, "shows every variant of %s itself (%s): nothing to dilute",
                       s->mutated, names);
    if (!activating && !d->plan->gene)
        return ps_fail(err, PS_ERR_RUN, s->mutated, 0,
                       "has no activating variant that passes and is not in %s; passing variants: %s", path, names);
    return 0;
}

static int draw_item(void *context, size_t item, int worker, ps_error *err) {
    dilution *d = context;
    uint64_t repeats = (uint64_t)d->plan->repeats;
    double fraction = d->plan->fraction[item / repeats];
    ps_ras_call call;
    (void)worker;
    (void)err;
    ps_call_diluted(&d->mixture, fraction, ps_dilution_seed((uint64_t)d->plan->seed, fraction, item % repeats),
                    &call);
    for (size_t t = 0; t < d->n_targets; t++)
        d->found[item * d->n_targets + t] = (uint8_t)passes(find_variant(&call, d->target[t].variant));
    ps_ras_call_free(&call);
    return 0;
}

static void put_caps(const dilution *d, const cli_settings *s, FILE *out) {
    for (size_t i = 0; i < d->n_targets; i++) {
        const target *t = &d->target[i];
        int warned = 0;
        for (size_t f = 0; f < d->plan->n_fractions; f++) {
            double needed = d->plan->fraction[f] * (double)t->depth;
            if (needed <= (double)t->variant->best.depth)
                continue;
            char *text =
                ps_format("%s %s: the mutated file has %lld fragment%s there, a share of %g of %lld needs %.0f",
                          gene_of(d->panel, t->variant), ps_ras_change(t->variant), (long long)t->variant->best.depth,
                          ps_s(t->variant->best.depth), d->plan->fraction[f], (long long)t->depth, needed);
            fprintf(out, "##capped %s\n", text);
            if (!warned++)
                say((void *)s, NULL, text);
            free(text);
        }
    }
}

static void put_row(const dilution *d, size_t f, size_t i, FILE *out) {
    const target *t = &d->target[i];
    size_t repeats = (size_t)d->plan->repeats;
    uint64_t found = 0;
    double low, high;
    for (size_t r = 0; r < repeats; r++)
        found += d->found[(f * repeats + r) * d->n_targets + i];
    ps_proportion_interval(found, repeats, &low, &high);
    fprintf(out, "%s\t%s\t", gene_of(d->panel, t->variant), ps_ras_change(t->variant));
    put_real(out, t->variant->best.vaf, "\t");
    put_real(out, d->plan->fraction[f], "\t");
    put_real(out, ps_dilution_vaf(t->variant, d->plan->fraction[f]), "\t");
    fprintf(out, "%zu\t%llu\t", repeats, (unsigned long long)found);
    put_real(out, (double)found / (double)repeats, "\t");
    put_real(out, low, "\t");
    put_real(out, high, "\t");
    fprintf(out, "%lld\t%s\n", (long long)t->depth, t->variant->effect.hgvs_c);
}

static void put_dilution(const dilution *d, const cli_settings *s, FILE *out) {
    put_version(out, "lod dilution", d->panel);
    fprintf(out, "##seed %lld; fragments and codons drawn independently; errors of both files kept\n",
            (long long)d->plan->seed);
    put_caps(d, s, out);
    fputs(
        "gene\tvariant\tmutant_vaf\tfraction\texpected_vaf\trepeats\tfound\tfound_share\tlow\thigh\tdepth\thgvs_c\n",
        out);
    for (size_t i = 0; i < d->n_targets; i++)
        for (size_t f = 0; f < d->plan->n_fractions; f++)
            put_row(d, f, i, out);
}

static int dilute(const plan *p, const ps_result *wild, const ps_result *mutated, const cli_settings *s,
                  const cli_knowledge *knowledge, FILE *out, ps_error *err) {
    ps_case of[2] = {cli_case_of(wild, knowledge), cli_case_of(mutated, knowledge)};
    ps_molecule_view file[2] = {ps_molecule_view_of(&of[0], p->role), ps_molecule_view_of(&of[1], p->role)};
    dilution d = {.plan = p,
                  .panel = wild->panel,
                  .mixture = {wild->panel, of[0].errors, p->role, &file[0].reads, &file[1].reads}};
    ps_call_both(&d.mixture, &d.both);
    int status = choose_targets(&d, wild, mutated, s, err);
    if (status == 0) {
        size_t items = p->n_fractions * (size_t)p->repeats;
        d.found = ps_alloc(items * d.n_targets, sizeof *d.found);
        status = ps_parallel(s->job.n_threads, items, draw_item, &d, err);
    }
    if (status == 0)
        put_dilution(&d, s, out);
    free(d.found);
    free(d.target);
    ps_ras_call_free(&d.both);
    for (int i = 0; i < 2; i++)
        ps_molecule_view_free(&file[i]);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static int run_any(const ps_job *job, const cli_settings *s, const cli_knowledge *knowledge, ps_result *result,
                   ps_error *err) {
    cli_unused unused = CLI_UNUSED;
    if (cli_gather_any(job, knowledge, say, (void *)s, result, err) < 0)
        return -1;
    cli_note_version("evidence", &result->evidence, s->quiet);
    const ps_stated errors = {.error_reference = result->evidence.stated.error_reference}; /* no other counts here */
    cli_unused_note(&unused, 0, job->path[PS_INPUT_DNA], &errors, knowledge);
    cli_unused_say(&unused, s->quiet);
    return cli_answer(cli_chosen_model(job, knowledge, result->panel), knowledge, result, err);
}

static int run_mutated(const plan *p, const cli_settings *s, const cli_knowledge *knowledge, const ps_result *wild,
                       ps_result *mutated, ps_error *err) {
    ps_job job = s->job;
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        job.path[role] = NULL;
        job.more[role] = NULL;
    }
    job.path[p->role] = s->mutated;
    if (run_any(&job, s, knowledge, mutated, err) < 0)
        return -1;
    if (mutated->panel != wild->panel)
        return ps_fail(err, PS_ERR_RUN, s->mutated, 0, "is on %s, but %s is on %s: a mixture needs one build",
                       mutated->panel->build, s->job.path[p->role], wild->panel->build);
    return 0;
}

static int refuse_own_input(const cli_settings *s, ps_error *err) {
    ps_job jobs[2] = {s->job, {.path = {[PS_INPUT_DNA] = s->mutated}}};
    return cli_refuse_own_input(jobs, 2, NULL, s->output, err);
}

static int run_lod(const plan *p, const cli_settings *s, const cli_knowledge *knowledge, FILE *out, ps_error *err) {
    ps_result result = {0}, mutated = {0};
    int status = run_any(&s->job, s, knowledge, &result, err);
    if (status == 0 && s->mutated) {
        status = run_mutated(p, s, knowledge, &result, &mutated, err);
        if (status == 0)
            status = dilute(p, &result, &mutated, s, knowledge, out, err);
    } else if (status == 0) {
        put_limits(&result, out);
    }
    ps_result_free(&mutated);
    ps_result_free(&result);
    return status;
}

int ps_cmd_lod(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    cli_knowledge knowledge = {0};
    ps_outfile file = {0};
    plan p = {0};
    int status = -1;
    if (cli_parse(CLI_LOD, argc, argv, 0, &s, err) < 0)
        goto out;
    if (s.help) {
        fputs(help, stdout);
        cli_print_options(CLI_LOD, stdout);
        status = cli_flush_stdout(err);
        goto out;
    }
    s.job.sample_id = "lod";
    int to_file = s.output && strcmp(s.output, "-") != 0;
    if (make_plan(&s, &p, err) < 0 || cli_load_knowledge(&s.job, &knowledge, err) < 0 ||
        refuse_own_input(&s, err) < 0 || (to_file && ps_outfile_open(s.output, s.force, &file, err) < 0) ||
        run_lod(&p, &s, &knowledge, to_file ? file.stream : stdout, err) < 0 ||
        (to_file && ps_outfile_commit(&file, err) < 0) || cli_flush_stdout(err) < 0)
        goto out;
    status = 0;
out:
    ps_outfile_discard(&file);
    cli_free_knowledge(&knowledge);
    cli_free_settings(&s);
    free(p.gene);
    return status;
}
