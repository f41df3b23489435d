/* How much depth is asked for, against binomial tails; and that a what-if is the model's own answer. */
#include "plasmastrat/explain.h"
#include "plasmastrat/report.h"

#include "unit_case.h"

static void depth_that_would_show(void **state) {
    (void)state;
    assert_int_equal(ps_depth_for(0.05, 0, NAN, 3), 124); /* P(X >= 3 | 124, 0.05) = 0.9502, at 123 0.9491 */
    assert_int_equal(ps_depth_for(0.01, 0, NAN, 3), 628);
    assert_int_equal(ps_depth_for(0.05, 38, 0.157, 3), 124); /* three of 38 at 95 % */
    int64_t before = 0;
    for (double lod = 0.06; lod < 0.6;
         lod += 0.02) { /* a higher lod95 at one depth: more fragments are needed to call */
        int64_t n = ps_depth_for(0.05, 100, lod, 3);
        assert_true(n >= before && n > 100);
        assert_true(ps_binomial_upper(3, (uint64_t)n, 0.05) >= 0.95);
        before = n;
    }
    assert_true(ps_depth_for(0.05, 0, 1, 3) == 124 && ps_depth_for(0.5, 0, NAN, 1) == 5);
}

static ps_result result_of(ps_ras_state ras, double odds) {
    ps_result r = {.sample_id = ps_strdup("S"), .panel = &panel, .purity = NAN, .prior_odds = NAN};
    ps_case c = {.panel = &panel, .purity = NAN};
    ps_call(&c, &r.calls);
    r.calls.ras.state = ras;
    r.calls.ras.log_odds = odds;
    r.calls.ccnd1.state = PS_CCND1_DYSREGULATED;
    r.calls.ccnd1.log_level[PS_LEVEL_VERY_HIGH] = 12;
    ps_stratify(&panel, &panel.models[ps_panel_model(&panel, "rationale")], &r.calls, r.specimen, r.prior_odds,
                &r.label);
    return r;
}

static int says(const ps_explanation *e, ps_topic topic, const char *text) {
    for (size_t i = 0; i < e->n; i++)
        if (e->sentence[i].topic == topic && strstr(e->sentence[i].text, text))
            return 1;
    return 0;
}

static void judge(ps_result *r, const char *model) {
    ps_label_free(&r->label);
    ps_stratify(&panel, &panel.models[ps_panel_model(&panel, model)], &r->calls, r->specimen, r->prior_odds,
                &r->label);
}

static void assert_said(const ps_result *r, ps_topic topic, const char *text) {
    ps_explanation e;
    ps_explain(r, &e);
    for (size_t i = 0; !says(&e, topic, text) && i < e.n; i++)
        if (e.sentence[i].topic == topic)
            print_error("%s\n", e.sentence[i].text);
    assert_true(says(&e, topic, text));
    ps_explanation_free(&e);
}

static void what_if(void **state) {
    (void)state;
    ps_result r = result_of(PS_RAS_MUTATED, 12);
    ps_explanation e;
    ps_verdict v;
    char text[100];
    ps_explain(&r, &e);
    for (size_t i = 1; i < e.n; i++)
        assert_true(e.sentence[i - 1].topic <= e.sentence[i].topic);
    ps_calls calls = {.ccnd1 = {.state = PS_CCND1_DYSREGULATED, .log_level = {0, 0, 12}},
                      .ras = {.state = PS_RAS_WILD_TYPE, .log_odds = log(0.05)}}; /* what ps_call_ras gives one */
    ps_judge(r.label.chosen.model, &panel.population, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    snprintf(text, sizeof text, "if RAS were wild type, the label would be indeterminate (probability %.2g)",
             v.probability);
    assert_true(says(&e, PS_TOPIC_CHANGE, text));
    assert_true(says(&e, PS_TOPIC_CHANGE,
                     "stays the same for prior odds (--prior) of 0.28 or more")); /* 3 / e^2.4 = 0.2722 */
    assert_true(says(&e, PS_TOPIC_MISSING, "CCND1 copy number: give DNA alignments"));
    assert_true(says(&e, PS_TOPIC_MODELS, "emd-lesion (published), if this were a lesion, answers indeterminate"));
    ps_explanation_free(&e);
    ps_explanation_free(&e);
    ps_result_free(&r);
    r = result_of(PS_RAS_MUTATED, 12);
    r.calls.identity.state = PS_IDENTITY_DIFFERENT;
    ps_label_free(&r.label);
    ps_stratify(&panel, &panel.models[ps_panel_model(&panel, "rationale")], &r.calls, r.specimen, r.prior_odds,
                &r.label);
    ps_explain(&r, &e);
    assert_true(says(&e, PS_TOPIC_LABEL, "different persons, so no label"));
    assert_true(says(&e, PS_TOPIC_CHANGE, "swapped") && !says(&e, PS_TOPIC_CHANGE, "marker"));
    ps_explanation_free(&e);
    ps_result_free(&r);
    r = result_of(PS_RAS_NOT_ASSESSABLE, 0);
    ps_explain(&r, &e);
    assert_true(says(&e, PS_TOPIC_LABEL, "no definite label without ras"));
    assert_true(says(&e, PS_TOPIC_CHANGE, "if RAS were mutated, the label would be plasmacytoma-like"));
    ps_explanation_free(&e);
    ps_result_free(&r);
    r = result_of(PS_RAS_MUTATED, -2); /* a doubtful call: certainty of the same is a change too */
    ps_explain(&r, &e);
    assert_true(says(&e, PS_TOPIC_CHANGE, "if RAS were mutated beyond doubt, the label would be plasmacytoma-like"));
    ps_explanation_free(&e);
    ps_result_free(&r);
}

/* What a state would give is what a real sample of it gets: CCND1 by RNA +-6, by a junction 6, RAS 12 or ln 0.05. */
static void clearest_calls(void **state) {
    (void)state;
    static const struct {
        double ccnd1, ras;
        int mutated, over;
        const char *text;
    } rows[] = {
        {-6, 12, 1, 1, "if CCND1 were not dysregulated, the label would be indeterminate (probability %.2g)"},
        {6, log(0.05), 0, 0, "if CCND1 were dysregulated, the label would be indeterminate (probability %.2g)"},
        {-6, log(0.05), 0, 1, "if CCND1 were not dysregulated, the label would be intramedullary (probability %.2g)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_result r = result_of(rows[i].mutated ? PS_RAS_MUTATED : PS_RAS_WILD_TYPE, rows[i].ras);
        r.calls.ccnd1.state = rows[i].over ? PS_CCND1_DYSREGULATED : PS_CCND1_NOT_DYSREGULATED;
        int now = rows[i].over ? PS_LEVEL_VERY_HIGH : PS_LEVEL_LOW;
        memset(r.calls.ccnd1.log_level, 0, sizeof r.calls.ccnd1.log_level);
        r.calls.ccnd1.log_level[now] = 6;
        judge(&r, "rationale");
        ps_calls then = {.ccnd1 = {.state = rows[i].over ? PS_CCND1_NOT_DYSREGULATED : PS_CCND1_DYSREGULATED,
                                   .log_level = {rows[i].over ? 6 : 0, 0, rows[i].over ? 0 : 6}},
                         .ras = {.state = r.calls.ras.state, .log_odds = rows[i].ras}};
        ps_verdict v;
        ps_judge(r.label.chosen.model, &panel.population, &then, PS_SPECIMEN_UNKNOWN, NAN, &v);
        char text[160];
        snprintf(text, sizeof text, rows[i].text, v.probability);
        assert_said(&r, PS_TOPIC_CHANGE, text);
        ps_result_free(&r);
    }
}

/* The odds that are stated are tried: with them the label is the stated one, with a hundredth less or more it need
 * not be. */
static void prior_odds(void **state) {
    (void)state;
    ps_result r = result_of(PS_RAS_MUTATED, 12);
    r.calls.ccnd1 = (ps_ccnd1_call){.state = PS_CCND1_NOT_DYSREGULATED, .log_level = {12, 0, 0}};
    judge(&r, "rationale"); /* ln LR 1.2 - 0.8: plasmacytoma-like from 3 / e^0.4 = 2.01 up, else from e^-0.4 / 3 =
                               0.223 down */
    assert_said(&r, PS_TOPIC_CHANGE,
                "Prior odds (--prior) of 2.1 or more make it plasmacytoma-like, of 0.22 or less make it "
                "intramedullary; they are 1.");
    r.prior_odds = 2.02;
    judge(&r, "rationale");
    assert_int_equal(r.label.chosen.label, PS_LABEL_PLASMACYTOMA);
    assert_said(&r, PS_TOPIC_CHANGE,
                "same for prior odds (--prior) of 2.02 or more; they are 2.02"); /* 2.1 would deny itself */
    r.prior_odds = 0.223;
    judge(&r, "rationale");
    assert_said(&r, PS_TOPIC_CHANGE, "same for prior odds (--prior) of 0.223 or less; they are 0.223");
    r.prior_odds = 2.01;
    judge(&r, "rationale");
    assert_int_equal(r.label.chosen.label, PS_LABEL_INDETERMINATE);
    assert_said(&r, PS_TOPIC_LABEL,
                "the probability of plasmacytoma-like is 0.7499 ("); /* three digits: the threshold */
    ps_model extreme = *r.label.chosen.model;                        /* out of reach of any odds that --prior takes */
    extreme.weight[PS_MARKER_RAS] = (ps_weight){-20, 1, -20, 1, -20, 1};
    extreme.weight[PS_MARKER_CCND1] = (ps_weight){-20, 1, -20, 1, -20, 1};
    extreme.intramedullary_at = 1e-9;
    r.prior_odds = 1e6;
    ps_label_free(&r.label);
    ps_stratify(&panel, &extreme, &r.calls, r.specimen, r.prior_odds, &r.label);
    assert_said(&r, PS_TOPIC_CHANGE, "same for prior odds (--prior) of 1e+06 or less");
    ps_result_free(&r);
}

/* A model that leaves a sample open, and two others that contradict each other. */
static void models_among_each_other(void **state) {
    (void)state;
    ps_result r = result_of(PS_RAS_MUTATED, 12);
    r.specimen = PS_SPECIMEN_LESION;
    judge(&r, "emd-lesion");
    assert_int_equal(r.label.chosen.label, PS_LABEL_INDETERMINATE);
    assert_said(&r, PS_TOPIC_MODELS,
                "The other models disagree among each other (rationale: plasmacytoma-like, "
                "primary-solitary: intramedullary)");
    assert_said(&r, PS_TOPIC_MODELS,
                "primary-solitary takes RAS mutated as a sign of intramedullary (ln LR -1), rationale of");
    judge(&r, "rationale");
    assert_said(&r, PS_TOPIC_MODELS, "The models disagree because");
    assert_said(&r, PS_TOPIC_LABEL, "8 of 100 ordinary marrow myelomas get this label; not validated on patients");
    assert_said(&r, PS_TOPIC_LABEL, "Contradicted: primary-solitary (published) says intramedullary.");
    r.specimen = PS_SPECIMEN_UNKNOWN; /* whatever the specimen */
    judge(&r, "rationale");
    assert_said(&r, PS_TOPIC_LABEL, "primary-solitary (published) says intramedullary, if this were a lesion.");
    r.calls.ccnd1.state = PS_CCND1_NOT_ASSESSABLE;
    judge(&r, "rationale");
    assert_said(&r, PS_TOPIC_MODELS, "No other model gives the opposite label");
    ps_result_free(&r);
}

/* Even coverage of the 11q13 window by fragments of 250 bases, of which 30 must lie on either side of a junction. */
static ps_result covered(double fold, double purity) {
    ps_result r = {.sample_id = ps_strdup("S"), .panel = &panel, .purity = purity, .prior_odds = NAN};
    ps_read_evidence *dna = &r.evidence.reads[PS_INPUT_DNA];
    *dna = case_evidence(PS_INPUT_DNA);
    double bases = 0;
    for (size_t i = 0; i < dna->junctions.n_cells; i++) {
        dna->junctions.cell_bases[i] = (uint64_t)(fold * PS_WINDOW_CELL);
        bases += (double)dna->junctions.cell_bases[i];
    }
    dna->junctions.window_fragments = (uint64_t)(bases / 250);
    ps_case c = case_of(NULL, dna, NULL);
    c.purity = purity;
    ps_call(&c, &r.calls);
    judge(&r, "rationale");
    return r;
}

/* Three of Poisson(m) in 95 %: m = 6.2958. Of half the fragments 1 - 60/250 can show it: 6.2958 / 0.38 = 16.6. */
static void coverage_that_would_show(void **state) {
    (void)state;
    static const struct {
        double now, purity, enough;
        const char *text;
    } rows[] = {
        {10, NAN, 17,
         "About 17 fragments over every base of the window would show a junction that every tumour cell has; it has "
         "10."},
        {10, 0.5, 34,
         "About 34 fragments over every base of the window would show a junction that every tumour cell has; it has "
         "10."},
        {0, NAN, 16,
         "About 16 fragments over every base of the window would show a junction that every tumour cell has; it has "
         "0."}, /* of 300 bases */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_result r = covered(rows[i].now, rows[i].purity);
        assert_said(&r, PS_TOPIC_MISSING, rows[i].text);
        ps_result_free(&r);
        if (!(rows[i].now > 0))
            continue;
        for (int less = 0; less < 2; less++) { /* the caller agrees */
            r = covered(rows[i].enough - less, rows[i].purity);
            assert_int_equal(r.calls.junction.state, less ? PS_JUNCTION_NOT_ASSESSABLE : PS_JUNCTION_NOT_DETECTED);
            ps_result_free(&r);
        }
    }
    ps_result r = covered(10, NAN);
    r.calls.junction.shown = 0;
    assert_said(&r, PS_TOPIC_MISSING, "10 fragments over each base of the 11q13 window, but they are too short");
    r.calls.copynumber.reasons.n = 0;
    ps_reason_add(&r.calls.copynumber.reasons, PS_REASON_LOW_COVERAGE, "%s", "");
    r.calls.copynumber.fragments_per_bin = 0.345; /* 1.449 times */
    assert_said(&r, PS_TOPIC_MISSING, "0.345 fragments per bin and needs 0.5: about 1.5 times the reads");
    r.calls.copynumber.fragments_per_bin = 0.005;
    assert_said(&r, PS_TOPIC_MISSING, "0.005 fragments per bin and needs 0.5: about 100 times the reads");
    r.calls.copynumber.reasons.n = 0;
    ps_reason_add(&r.calls.copynumber.reasons, PS_REASON_NOISY, "%s", "");
    r.calls.copynumber.fragments_per_bin = 0.96; /* even bins: a robust spread of one whole count */
    assert_said(&r, PS_TOPIC_MISSING, "0.96 fragments per bin, too few to measure the noise; about 2.1 times");
    r.calls.copynumber.fragments_per_bin = 33;
    assert_said(&r, PS_TOPIC_MISSING, "a new library helps more than more reads");
    r.calls.copynumber.reasons.n = 0;
    ps_reason_add(&r.calls.copynumber.reasons, PS_REASON_LOW_COVERAGE, "%s", "");
    r.calls.copynumber.fragments_per_bin = NAN;
    assert_said(&r, PS_TOPIC_MISSING, "CCND1 copy number: this DNA covers almost nothing outside its targets");
    ps_result_free(&r);
}

/* At least one step; what is not assessed for the label comes, what is assessed does not. */
static void next_steps(void **state) {
    (void)state;
    ps_explanation e;
    ps_result r = result_of(PS_RAS_MUTATED, 12);
    ps_next_steps(&r, &e);
    assert_true(says(&e, PS_TOPIC_MISSING, "State the specimen (--specimen lesion or marrow)"));
    ps_explanation_free(&e);
    r.specimen = PS_SPECIMEN_LESION;
    ps_next_steps(&r, &e);
    assert_true(says(&e, PS_TOPIC_MISSING, "Nothing: both markers were assessed"));
    ps_explanation_free(&e);
    ps_result_qc(&r, "records", "dna", PS_QC_FAIL, 0, NAN, "%s", "");
    ps_next_steps(&r, &e);
    assert_int_equal(e.n, 1);
    assert_true(says(&e, PS_TOPIC_MISSING, "Look at the failed checks: records (dna)."));
    ps_explanation_free(&e);
    ps_result_free(&r);
    r = covered(10, NAN);
    ps_next_steps(&r, &e);
    assert_true(says(&e, PS_TOPIC_MISSING,
                     "Sequence KRAS and NRAS deeper: 12 hotspot codons have too few fragments. About 124 at each"));
    for (int i = 0, kept = 0; i < panel.n_codons; i++) /* up to four are named */
        if (panel.codons[i].required && kept++ != 2)
            r.calls.ras.codon[i].lod95 = 0.01;
    ps_explanation_free(&e);
    ps_next_steps(&r, &e);
    assert_true(says(&e, PS_TOPIC_MISSING, "Sequence KRAS codon 59 deeper: about 124 fragments"));
    assert_true(says(&e, PS_TOPIC_MISSING, "CCND1 expression: give RNA alignments (--rna)."));
    ps_explanation_free(&e);
    r.calls.identity.state = PS_IDENTITY_DIFFERENT;
    ps_next_steps(&r, &e);
    assert_int_equal(e.n, 1);
    assert_true(says(&e, PS_TOPIC_MISSING, "Find the swapped file"));
    ps_explanation_free(&e);
    ps_result_free(&r);
}

/* What the markers' own lines do not show: soft evidence for a junction; other cells that may have lent the CCND1. */
static void soft_evidence_is_said(void **state) {
    (void)state;
    ps_result r = result_of(PS_RAS_MUTATED, 12);
    ps_reason_add(&r.calls.ccnd1.reasons, PS_REASON_Q_GAIN, "odds of %g", 5.53);
    ps_reason_add(&r.calls.expression.reasons, PS_REASON_OTHER_CELLS, "%s", "");
    assert_said(&r, PS_TOPIC_MARKERS, "Weak evidence for this: 11q is gained without 11p, as beside t(11;14)");
    assert_said(&r, PS_TOPIC_MARKERS, "(odds of 5.53).");
    assert_said(&r, PS_TOPIC_MISSING, "enrich plasma cells (CD138): the CCND1 may be that of other cells.");
    char *text = NULL;
    size_t size = 0;
    ps_text_look look = {.columns = 200};
    ps_error err = {0};
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(ps_write_text(&r, &look, out, &err), 0);
    fclose(out);
    assert_non_null(strstr(text, "q-gain: 11q is gained without 11p"));
    free(text);
    ps_result_free(&r);
}

/* So many fragments of CCND1 at this log2 ratio, in plasma cells that are nine tenths of the RNA at least. */
static ps_expression_call counted(uint64_t fragments, double log2_ratio) {
    double kb = panel.genes[panel.ccnd1].length / 1000.0;
    ps_expression_call x = {.fragments = (int64_t)fragments,
                            .log2_ratio = log2_ratio,
                            .per_cell = log2_ratio,
                            .other_log2 = -12,
                            .plasma_share = {.value = 1, .low = 0.9, .high = 1, .sd = 0.1, .markers = 10},
                            .reference_median = ((double)fragments + 0.5) / kb / exp2(log2_ratio),
                            .unspliced_share = NAN};
    ps_mixture_of(&panel, NULL, &x.mixture);
    x.state = ps_expression_as_if(&panel, &x, fragments, 1);
    if (x.state == PS_EXPRESSION_NOT_ASSESSABLE)
        ps_reason_add(&x.reasons, PS_REASON_DEPTH_BELOW_THRESHOLD, "%s", "");
    return x;
}

/* No fragment where 4 would be at 2^0: 4 x 0.9 x 2.8 are the first ten. Between two levels no depth decides. */
static void reads_that_would_decide(void **state) {
    (void)state;
    static const struct {
        uint64_t fragments;
        double log2_ratio;
        const char *text;
    } rows[] = {
        {0, -3, "at this ratio (2^-3.00) about 2.8 times the reads (0 fragments) would show it not-overexpressed"},
        {1, -0.6, "fragments) would show it intermediate"},
        {3, -2.7, "at this ratio (2^-2.70) more reads alone do not help"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_result r = result_of(PS_RAS_MUTATED, 12);
        r.calls.expression = counted(rows[i].fragments, rows[i].log2_ratio);
        assert_int_equal(r.calls.expression.state, PS_EXPRESSION_NOT_ASSESSABLE);
        assert_said(&r, PS_TOPIC_MISSING, rows[i].text);
        ps_result_free(&r);
    }
}

/* The count that the sentence names is the first with which the caller says otherwise. */
static void check_turn(ps_expression_state now, uint64_t fragments, double log2_ratio, ps_ccnd1_state ccnd1,
                       int step) {
    ps_result r = result_of(PS_RAS_MUTATED, 12);
    ps_explanation e;
    int64_t turns = -1;
    char instead[60];
    r.calls.expression = counted(fragments, log2_ratio);
    assert_int_equal(r.calls.expression.state, now);
    r.calls.ccnd1.state = ccnd1;
    judge(&r, "rationale");
    ps_explain(&r, &e);
    snprintf(instead, sizeof instead, " fragments of CCND1 instead of %d (", (int)fragments);
    for (size_t i = 0; i < e.n; i++)
        if (!strncmp(e.sentence[i].text, "If the RNA had ", 15) && strstr(e.sentence[i].text, instead) &&
            strstr(e.sentence[i].text, "CCND1 not-assessable."))
            turns = strtoll(e.sentence[i].text + 15, NULL, 10);
    ps_explanation_free(&e);
    assert_true(turns > 0);
    assert_int_equal(ps_expression_as_if(&panel, &r.calls.expression, (uint64_t)turns, 1),
                     PS_EXPRESSION_NOT_ASSESSABLE);
    assert_int_equal(ps_expression_as_if(&panel, &r.calls.expression, (uint64_t)(turns + step), 1), now);
    r.calls.junction.state = PS_JUNCTION_DETECTED; /* it decides, whatever the expression is */
    r.calls.ccnd1.state = PS_CCND1_DYSREGULATED;
    ps_explain(&r, &e);
    assert_false(says(&e, PS_TOPIC_CHANGE, "fragments of CCND1 instead of"));
    ps_explanation_free(&e);
    ps_result_free(&r);
}

static void what_expression_hangs_on(void **state) {
    (void)state;
    check_turn(PS_EXPRESSION_OVER, 60, 5, PS_CCND1_DYSREGULATED, 1);
    check_turn(PS_EXPRESSION_NOT_OVER, 3, -5, PS_CCND1_NOT_DYSREGULATED, -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_that_would_show),
        cmocka_unit_test(what_if),
        cmocka_unit_test(clearest_calls),
        cmocka_unit_test(prior_odds),
        cmocka_unit_test(models_among_each_other),
        cmocka_unit_test(coverage_that_would_show),
        cmocka_unit_test(next_steps),
        cmocka_unit_test(soft_evidence_is_said),
        cmocka_unit_test(reads_that_would_decide),
        cmocka_unit_test(what_expression_hangs_on),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
