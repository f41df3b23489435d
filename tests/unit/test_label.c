/* Guards against: test_label.c - weights of EVIDENCE.md against closed-form posteriors.
 *
 * A certain call (ln odds +-40) gives exactly the table's weights; a soft one LLR = ln((aL + 1 - a) / (bL + 1 - b))
 * with b = (1 - e^w-) / (e^w+ - e^w-) and a = b e^w+.
 */
#include "plasmastrat/label.h"

#include "unit_case.h"
#include "unit_random.h"

enum { POS = 1, NEG = -1, NONE = 0, MID = 2 };

/* As if CCND1 had two levels: closed forms are for these. */
static const ps_population even = {.share = {{0, 0.5, 0, 0.5}, {0, 0.5, 0, 0.5}}};

static ps_calls calls_of(int ccnd1, int ras, double odds) {
    ps_calls calls = {0};
    calls.ccnd1.state = ccnd1 == POS   ? PS_CCND1_DYSREGULATED
                        : ccnd1 == MID ? PS_CCND1_INTERMEDIATE
                        : ccnd1 == NEG ? PS_CCND1_NOT_DYSREGULATED
                                       : PS_CCND1_NOT_ASSESSABLE;
    calls.ccnd1.log_level[PS_LEVEL_VERY_HIGH] = ccnd1 == MID ? 0 : ccnd1 * odds;
    calls.ccnd1.log_level[PS_LEVEL_INTERMEDIATE] = ccnd1 == MID ? odds : -odds;
    calls.ras.state = ras == POS ? PS_RAS_MUTATED : ras == NEG ? PS_RAS_WILD_TYPE : PS_RAS_NOT_ASSESSABLE;
    calls.ras.log_odds = ras * odds;
    return calls;
}

static const ps_model *model_named(const char *name) {
    int i = ps_panel_model(&panel, name);
    assert_true(i >= 0);
    return &panel.models[i];
}

static ps_verdict judge(const char *model, int ccnd1, int ras, double odds, ps_specimen specimen, double prior) {
    ps_calls calls = calls_of(ccnd1, ras, odds);
    ps_verdict v;
    ps_judge(model_named(model), &even, &calls, specimen, prior, &v);
    return v;
}

static double posterior(double sum) {
    return 1 / (1 + exp(-sum));
}

static const struct {
    const char *model;
    double ccnd1[3], ccnd1_sd[3], ras[2], ras_sd[2]; /* positive, negative, intermediate */
    ps_specimen specimen;
} table[] = {
    {"rationale", {1.2, -0.8, -0.4}, {0.4, 0.3, 0.4}, {1.2, -0.8}, {0.4, 0.3}, PS_SPECIMEN_UNKNOWN},
    {"emd-lesion", {0, 0, 0}, {0.5, 0.5, 0.5}, {0.25, -0.15}, {0.5, 0.35}, PS_SPECIMEN_LESION},
    {"marrow-compartment", {0, 0, 0}, {0.5, 0.5, 0.5}, {-0.3, 0.1}, {1.2, 0.3}, PS_SPECIMEN_MARROW},
    {"primary-solitary", {-2.3, 0.35, -1.5}, {0.8, 0.2, 0.8}, {-1, 0.15}, {0.8, 0.2}, PS_SPECIMEN_LESION},
};

static void weights_of_the_evidence(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int k = 0; k < 3; k++)
            for (int r = -1; r <= 1; r += 2) {
                static const int of_k[] = {POS, NEG, MID};
                ps_calls calls = calls_of(of_k[k], r, 40);
                ps_verdict v;
                ps_judge(model_named(table[i].model), &panel.population, &calls, table[i].specimen, NAN, &v);
                double llr_c = table[i].ccnd1[k], llr_r = table[i].ras[r < 0];
                double sd = hypot(table[i].ccnd1_sd[k], table[i].ras_sd[r < 0]), sum = llr_c + llr_r;
                assert_near(v.marker[PS_MARKER_CCND1].llr, llr_c, 1e-5);
                assert_near(v.marker[PS_MARKER_RAS].llr, llr_r, 1e-5);
                assert_near(v.probability, posterior(sum), 2e-6);
                assert_near(v.low, posterior(sum - 1.96 * sd), 1e-4);
                assert_near(v.high, posterior(sum + 1.96 * sd), 1e-4);
                assert_near(v.marker[PS_MARKER_RAS].low, llr_r - 1.96 * table[i].ras_sd[r < 0], 2e-4);
                assert_int_equal(v.label, v.probability >= 0.75   ? PS_LABEL_PLASMACYTOMA
                                          : v.probability <= 0.25 ? PS_LABEL_INTRAMEDULLARY
                                                                  : PS_LABEL_INDETERMINATE);
            }
}

static void rationale(void **state) {
    (void)state;
    static const struct {
        int ccnd1, ras;
        ps_label_state label, leaning;
        double p;
        ps_reason_code reason;
    } rows[] = {
        {POS, POS, PS_LABEL_PLASMACYTOMA, PS_LABEL_PLASMACYTOMA, 0.916827, PS_REASON_NONE},
        {NEG, NEG, PS_LABEL_INTRAMEDULLARY, PS_LABEL_INTRAMEDULLARY, 0.167982, PS_REASON_NONE},
        {POS, NEG, PS_LABEL_INDETERMINATE, PS_LABEL_PLASMACYTOMA, 0.598688, PS_REASON_MARKERS_DISAGREE},
        {NEG, POS, PS_LABEL_INDETERMINATE, PS_LABEL_PLASMACYTOMA, 0.598688, PS_REASON_MARKERS_DISAGREE},
        {POS, NONE, PS_LABEL_INDETERMINATE, PS_LABEL_PLASMACYTOMA, 0.768525, PS_REASON_MARKER_MISSING},
        {NONE, NEG, PS_LABEL_INDETERMINATE, PS_LABEL_INTRAMEDULLARY, 0.310026, PS_REASON_MARKER_MISSING},
        {NONE, NONE, PS_LABEL_NOT_ASSESSABLE, PS_LABEL_NOT_ASSESSABLE, NAN, PS_REASON_NO_ASSESSABLE_MARKER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int s = 0; s < PS_N_SPECIMENS; s++) { /* fits every specimen */
            ps_verdict v = judge("rationale", rows[i].ccnd1, rows[i].ras, 40, (ps_specimen)s, NAN);
            assert_int_equal(v.label, rows[i].label);
            assert_int_equal(v.leaning, rows[i].leaning);
            if (isnan(rows[i].p))
                assert_true(isnan(v.probability) && isnan(v.low) && isnan(v.high));
            else
                assert_near(v.probability, rows[i].p, 1e-6);
            if (rows[i].reason)
                assert_true(has_reason(&v.reasons, rows[i].reason));
            else
                assert_int_equal(v.reasons.n, 0);
        }
    ps_verdict v = judge("rationale", POS, NONE, 40, PS_SPECIMEN_UNKNOWN, NAN);
    assert_string_equal(detail_of(&v.reasons, PS_REASON_MARKER_MISSING), "ras");
    v = judge("rationale", NONE, NEG, 40, PS_SPECIMEN_UNKNOWN, NAN);
    assert_string_equal(detail_of(&v.reasons, PS_REASON_MARKER_MISSING), "ccnd1");
}

static void soft_calls(void **state) {
    (void)state;
    for (double odds = -8; odds <= 8; odds += 0.5) {
        ps_calls calls = calls_of(odds >= 0 ? POS : NEG, NONE, fabs(odds));
        ps_verdict v;
        ps_judge(model_named("rationale"), &even, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
        double b = (1 - exp(-0.8)) / (exp(1.2) - exp(-0.8)), a = b * exp(1.2), l = exp(odds);
        assert_near(v.marker[PS_MARKER_CCND1].llr, log((a * l + 1 - a) / (b * l + 1 - b)), 1e-5);
        assert_true(v.marker[PS_MARKER_CCND1].llr >= -0.8 && v.marker[PS_MARKER_CCND1].llr <= 1.2);
        if (odds == 0) /* tells nothing */
            assert_near(v.marker[PS_MARKER_CCND1].llr, 0, 1e-9);
    }
    static const double huge[] = {700, 1e6};
    for (int i = 0; i < 2; i++) {
        ps_verdict v = judge("rationale", POS, NEG, huge[i], PS_SPECIMEN_UNKNOWN, NAN);
        assert_near(v.probability, posterior(0.4), 1e-6);
    }
}

static void specimen(void **state) {
    (void)state;
    for (size_t i = 1; i < sizeof table / sizeof *table; i++)
        for (int s = 0; s < PS_N_SPECIMENS; s++) {
            ps_verdict v = judge(table[i].model, POS, NEG, 40, (ps_specimen)s, NAN);
            int fits = s == (int)table[i].specimen;
            assert_int_equal(v.applies, fits);
            assert_int_equal(has_reason(&v.reasons, PS_REASON_SPECIMEN), !fits);
            assert_true(isfinite(v.probability)); /* if this were a lesion */
            ps_label label;
            ps_calls calls = calls_of(POS, NEG, 40);
            ps_stratify(&panel, model_named(table[i].model), &calls, (ps_specimen)s, NAN, &label);
            assert_int_equal(label.chosen.label == PS_LABEL_NOT_APPLICABLE, !fits);
            assert_int_equal(isnan(label.chosen.probability), !fits);
            assert_true(fits || label.chosen.leaning == PS_LABEL_NOT_ASSESSABLE);
            ps_label_free(&label);
        }
}

static void prior(void **state) {
    (void)state;
    static const double odds[] = {1e-6, 0.1, 1, 3, 1e6};
    for (size_t i = 0; i < 5; i++) {
        ps_verdict v = judge("rationale", POS, NEG, 40, PS_SPECIMEN_UNKNOWN, odds[i]);
        assert_near(v.probability, posterior(0.4 + log(odds[i])), 3e-6);
    }
}

/* A model of one's own with weights and prior that put the probability on the thresholds. */
static void thresholds_are_inclusive(void **state) {
    (void)state;
    ps_model model = *model_named("rationale");
    ps_calls calls = calls_of(POS, NEG, 40);
    ps_verdict v;
    memset(model.weight, 0, sizeof model.weight);
    model.plasmacytoma_at = 0.75;
    model.intramedullary_at = 0.25;
    static const struct {
        double odds;
        ps_label_state label;
    } rows[] = {{3, PS_LABEL_PLASMACYTOMA},
                {2.999, PS_LABEL_INDETERMINATE},
                {1 / 3.0, PS_LABEL_INTRAMEDULLARY},
                {0.3335, PS_LABEL_INDETERMINATE},
                {1, PS_LABEL_INDETERMINATE}};
    for (size_t i = 0; i < 5; i++) {
        ps_judge(&model, &even, &calls, PS_SPECIMEN_MARROW, rows[i].odds, &v);
        assert_int_equal(v.label, rows[i].label);
        assert_int_equal(has_reason(&v.reasons, PS_REASON_PROBABILITY_BETWEEN),
                         rows[i].label == PS_LABEL_INDETERMINATE);
        if (i == 4)
            assert_int_equal(v.leaning, PS_LABEL_NOT_ASSESSABLE); /* none */
    }
    model.required[PS_MARKER_RAS] = 0; /* not required: a definite label without it */
    calls = calls_of(POS, NONE, 40);
    ps_judge(&model, &even, &calls, PS_SPECIMEN_MARROW, 9, &v);
    assert_int_equal(v.label, PS_LABEL_PLASMACYTOMA);
}

static void every_model_answers(void **state) {
    (void)state;
    ps_calls calls = calls_of(POS, POS, 40);
    ps_label label;
    ps_stratify(&panel, model_named("rationale"), &calls, PS_SPECIMEN_LESION, NAN, &label);
    assert_int_equal(label.n_verdicts, panel.n_models);
    assert_int_equal(label.n_verdicts, 4);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(label.verdict[i].model, &panel.models[i]);
    assert_int_equal(label.chosen.label, PS_LABEL_PLASMACYTOMA);
    assert_near(label.verdict[ps_panel_model(&panel, "primary-solitary")].probability, posterior(-3.3), 1e-6);
    const ps_verdict *solitary = &label.verdict[ps_panel_model(&panel, "primary-solitary")];
    assert_true(solitary->contradicts && solitary->applies && label.n_contradicting == 1);
    assert_false(label.verdict[ps_panel_model(&panel, "rationale")].contradicts);
    assert_false(label.verdict[ps_panel_model(&panel, "marrow-compartment")].applies);
    assert_int_equal(label.verdict[ps_panel_model(&panel, "marrow-compartment")].label, PS_LABEL_INDETERMINATE);
    ps_label_free(&label);
    ps_label_free(&label);
}

/* ---- weights of every sign ------------------------------------------------------------------------------------- */

static double marker_llr(double positive, double negative, double odds) {
    ps_model model = {.prior_odds = 1, .plasmacytoma_at = 0.75, .intramedullary_at = 0.25};
    ps_calls calls = calls_of(odds >= 0 ? POS : NEG, NONE, fabs(odds));
    ps_verdict v;
    model.weight[PS_MARKER_CCND1] = (ps_weight){positive, 0.1, negative, 0.1, 0, 0};
    ps_judge(&model, &even, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    return v.marker[PS_MARKER_CCND1].llr;
}

/* A weight that crosses zero, and weights that become equal: no step anywhere, and never outside the two weights. */
static void continuous_in_the_weights(void **state) {
    (void)state;
    static const double odds[] = {-6, -3, -0.3, 0.3, 3, 6};
    for (size_t i = 0; i < 6; i++)
        for (double negative = -1.5; negative < 1.6; negative += 0.25) {
            double before = marker_llr(-1.5, negative, odds[i]);
            for (double positive = -1.5; positive < 1.5; positive += 0.005) {
                double here = marker_llr(positive, negative, odds[i]);
                if (fabs(here - before) >= 0.06) /* the steepest place; a step would be 0.3 and more */
                    fail_msg("odds %g, weights %g and %g: %g after %g", odds[i], positive, negative, here, before);
                assert_true(here >= fmin(positive, negative) - 1e-5 && here <= fmax(positive, negative) + 1e-5);
                before = here;
            }
        }
    assert_near(marker_llr(0, -0.5, -40), -0.5, 1e-5); /* certain calls give the weights */
    assert_near(marker_llr(0, -0.5, 40), 0, 1e-5);
    assert_near(marker_llr(-0.2, -0.5, -40), -0.5, 1e-5);
    assert_near(marker_llr(0.2, 0.5, 40), 0.2, 1e-5);
    assert_near(marker_llr(-0.5, -0.5, 1), -0.5, 1e-5);
}

/* ---- doubt in the calls ---------------------------------------------------------------------------------------- */

/* The interval holds the probability of the true cell under the true weights in 95 of 100 samples. */
static void interval_covers(void **state) {
    (void)state;
    enum { N = 4000 };
    const ps_weight *w = &model_named("rationale")->weight[0];
    double b = (1 - exp(-0.8)) / (exp(1.2) - exp(-0.8)), a = b * exp(1.2);
    uint64_t seed = 11;
    int inside = 0;
    for (int i = 0; i < N; i++) {
        int plasmacytoma = unit_uniform(&seed) < 0.5, cell[2];
        ps_calls calls = {0};
        double sum = 0;
        for (int m = 0; m < 2; m++) { /* a reading x ~ N(+-1, 1) of the true state: its ln odds are 2 x */
            cell[m] = unit_uniform(&seed) < (plasmacytoma ? a : b);
            double odds = 2 * ((cell[m] ? 1 : -1) + unit_normal(&seed));
            sum += cell[m] ? w->positive + w->positive_sd * unit_normal(&seed)
                           : w->negative + w->negative_sd * unit_normal(&seed);
            if (m == 0) {
                calls.ccnd1.state = odds > 0 ? PS_CCND1_DYSREGULATED : PS_CCND1_NOT_DYSREGULATED;
                calls.ccnd1.log_level[PS_LEVEL_VERY_HIGH] = odds;
            } else {
                calls.ras.state = odds > 0 ? PS_RAS_MUTATED : PS_RAS_WILD_TYPE;
                calls.ras.log_odds = odds;
            }
        }
        ps_verdict v;
        ps_judge(model_named("rationale"), &even, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
        double truth = posterior(sum);
        inside += v.low <= truth && truth <= v.high;
    }
    assert_in_range(inside, 0.94 * N, 0.96 * N);
}

static void doubt_widens(void **state) {
    (void)state;
    double before = 0;
    for (double odds = 8; odds >= 1; odds -= 0.5) {
        ps_verdict v = judge("rationale", POS, NEG, odds, PS_SPECIMEN_UNKNOWN, NAN);
        assert_true(v.low <= v.probability && v.probability <= v.high);
        assert_true(v.high - v.low >= before - 1e-6);
        before = v.high - v.low;
    }
}

/* ---- joint tables ---------------------------------------------------------------------------------------------- */

static ps_model joint_model(void) { /* [class][ccnd1][ras] */
    return (ps_model){.prior_odds = 1,
                      .plasmacytoma_at = 0.75,
                      .intramedullary_at = 0.25,
                      .two_levels = 1,
                      .joint = {.dirichlet = 0.5, .count = {{{3, 4}, {0}, {5, 20}}, {{30, 6}, {0}, {10, 2}}}}};
}

static void joint_table(void **state) {
    (void)state;
    ps_model model = joint_model();
    ps_verdict v;
    ps_calls calls = calls_of(POS, POS, 40); /* (20.5 / 34) / (2.5 / 50) */
    ps_judge(&model, &even, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    assert_near(v.probability, posterior(log(20.5 / 34 / (2.5 / 50))), 1e-6);
    assert_int_equal(v.label, PS_LABEL_PLASMACYTOMA);
    assert_near(v.marker[PS_MARKER_CCND1].llr, log(26.0 / 34 / (13.0 / 50)), 1e-5); /* RAS summed over */
    assert_near(v.marker[PS_MARKER_RAS].llr, log(25.0 / 34 / (9.0 / 50)), 1e-5);
    calls = calls_of(NEG, NONE, 40); /* drops out */
    ps_judge(&model, &even, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    assert_near(v.probability, posterior(log(8.0 / 34 / (37.0 / 50))), 1e-6);
    assert_true(v.marker[PS_MARKER_RAS].llr == 0);
    calls = calls_of(POS, NEG, 1.5); /* soft: all four cells */
    ps_judge(&model, &even, &calls, PS_SPECIMEN_UNKNOWN, 2, &v);
    double e = exp(1.5), a = 3.5 + 4.5 / e + 5.5 * e + 20.5, b = 30.5 + 6.5 / e + 10.5 * e + 2.5;
    assert_near(v.probability, posterior(log(2 * a / 34 / (b / 50))), 1e-6);
    assert_true(v.low < v.probability && v.probability < v.high);
}

/* Six cells; and a table of two levels, to which intermediate CCND1 says nothing beyond RAS. */
static void joint_table_of_three(void **state) {
    (void)state;
    ps_model model = joint_model();
    ps_verdict v;
    ps_calls calls = calls_of(MID, POS, 40);
    ps_judge(&model, &panel.population, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    assert_near(v.probability, posterior(log(25.0 / 34 / (9.0 / 50))), 1e-6);
    assert_near(v.marker[PS_MARKER_CCND1].llr, 0, 1e-6);
    assert_true(has_reason(&v.reasons, PS_REASON_TWO_LEVELS));
    model.two_levels = 0;
    model.joint.count[PS_CLASS_PLASMACYTOMA][PS_LEVEL_INTERMEDIATE][1] = 7;
    ps_judge(&model, &panel.population, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    assert_near(v.probability, posterior(log(7.5 / 42 / (0.5 / 51))), 1e-6);
    assert_false(has_reason(&v.reasons, PS_REASON_TWO_LEVELS));
}

/* Rates by hand: very high 0.22, intermediate 0.40, low 0.38; RAS mutated 0.38. Only the plus signs together reach
 * 0.75, only wild type with low or intermediate 0.25. */
static void rates(void **state) {
    (void)state;
    ps_rates r;
    ps_model_rates(model_named("rationale"), &panel.population, NAN, &r);
    assert_near(r.of[PS_LABEL_PLASMACYTOMA], 0.22 * 0.38, 1e-9);
    assert_near(r.of[PS_LABEL_INTRAMEDULLARY], 0.62 * 0.78, 1e-9);
    assert_near(r.of[PS_LABEL_INDETERMINATE], 1 - 0.22 * 0.38 - 0.62 * 0.78, 1e-9);
    ps_model_rates(model_named("emd-lesion"), &panel.population, NAN, &r);
    assert_near(r.of[PS_LABEL_INDETERMINATE], 1, 1e-9);
    ps_model_rates(model_named("rationale"), &panel.population, 1e9, &r);
    assert_near(r.of[PS_LABEL_PLASMACYTOMA], 1, 1e-9);
}

/* 2.4 with sd 0.57 stays above 0.75; -1.6 with sd 0.42 reaches beyond 0.25, at odds of 1 to 3 it does not. */
static void borderline(void **state) {
    (void)state;
    assert_int_equal(judge("rationale", POS, POS, 40, PS_SPECIMEN_UNKNOWN, NAN).borderline, 0);
    assert_int_equal(judge("rationale", NEG, NEG, 40, PS_SPECIMEN_UNKNOWN, NAN).borderline, 1);
    assert_int_equal(judge("rationale", NEG, NEG, 40, PS_SPECIMEN_UNKNOWN, 1.0 / 3).borderline, 0);
    assert_int_equal(judge("rationale", POS, NEG, 40, PS_SPECIMEN_UNKNOWN, NAN).borderline, 0); /* indeterminate */
}

/* Weights of two levels: the middle is taken from neither. */
static void weights_of_two_levels(void **state) {
    (void)state;
    ps_model model = *model_named("rationale");
    ps_calls calls = calls_of(MID, POS, 40);
    ps_verdict v;
    model.two_levels = 1;
    ps_judge(&model, &panel.population, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    assert_true(v.marker[PS_MARKER_CCND1].llr == 0); /* not what a sum leaves over: that would be a sign */
    assert_near(v.probability, posterior(1.2), 1e-6);
    calls = calls_of(MID, NEG, 40);
    ps_judge(&model, &panel.population, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    assert_true(v.marker[PS_MARKER_CCND1].llr == 0);
    assert_false(has_reason(&v.reasons, PS_REASON_MARKERS_DISAGREE));
    assert_true(has_reason(&v.reasons, PS_REASON_TWO_LEVELS));
}

/* Shares tilted from the population's: both classes' add up to one, so calls that tell nothing move nothing. */
static void nothing_known_moves_nothing(void **state) {
    (void)state;
    ps_calls calls = calls_of(POS, POS, 0);
    ps_verdict v;
    ps_judge(model_named("rationale"), &panel.population, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    assert_near(v.marker[PS_MARKER_CCND1].llr, 0, 1e-6);
    assert_near(v.marker[PS_MARKER_RAS].llr, 0, 1e-6);
}

static double gamma_draw(uint64_t *seed, double shape) { /* Marsaglia and Tsang 2000; shape below 1 by a power */
    double boost = shape < 1 ? pow(unit_uniform(seed), 1 / shape) : 1, d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
    for (;;) {
        double x = unit_normal(seed), v = pow(1 + x / sqrt(9 * d), 3);
        if (v > 0 && log(unit_uniform(seed)) < 0.5 * x * x + d - d * v + d * log(v))
            return boost * d * v;
    }
}

/* Shares drawn from the table's own Dirichlet: their probability lies in the interval 95 times in 100. */
static void joint_interval_covers(void **state) {
    (void)state;
    enum { N = 20000 };
    ps_model model = joint_model();
    uint64_t seed = 5;
    for (int c = -1; c <= 1; c += 2)
        for (int r = -1; r <= 1; r += 2) {
            ps_calls calls = calls_of(c, r, 40);
            ps_verdict v;
            ps_judge(&model, &even, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
            int inside = 0;
            for (int i = 0; i < N; i++) {
                double share[2];
                for (int k = 0; k < 2; k++) {
                    double all = 0, here = 0;
                    for (int j = 0; j < 4; j++) {
                        double x = gamma_draw(&seed, model.joint.count[k][j / 2 * 2][j % 2] + 0.5);
                        all += x;
                        here = j / 2 == (c > 0) && j % 2 == (r > 0) ? x : here;
                    }
                    share[k] = here / all;
                }
                double truth = share[0] / (share[0] + share[1]);
                inside += v.low <= truth && truth <= v.high;
            }
            assert_in_range(inside, 0.935 * N, 0.965 * N);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_of_the_evidence),
        cmocka_unit_test(rationale),
        cmocka_unit_test(soft_calls),
        cmocka_unit_test(specimen),
        cmocka_unit_test(prior),
        cmocka_unit_test(thresholds_are_inclusive),
        cmocka_unit_test(every_model_answers),
        cmocka_unit_test(continuous_in_the_weights),
        cmocka_unit_test(interval_covers),
        cmocka_unit_test(doubt_widens),
        cmocka_unit_test(joint_table),
        cmocka_unit_test(joint_table_of_three),
        cmocka_unit_test(rates),
        cmocka_unit_test(borderline),
        cmocka_unit_test(weights_of_two_levels),
        cmocka_unit_test(nothing_known_moves_nothing),
        cmocka_unit_test(joint_interval_covers),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
