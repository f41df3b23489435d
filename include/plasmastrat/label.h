/* label.h - every model's verdict on one sample's calls. */
#ifndef PLASMASTRAT_LABEL_H
#define PLASMASTRAT_LABEL_H

#include "plasmastrat/calls.h"
#include "plasmastrat/model.h"
#include "plasmastrat/panel.h"

typedef enum {
    PS_LABEL_NOT_ASSESSABLE,
    PS_LABEL_INDETERMINATE,
    PS_LABEL_PLASMACYTOMA,
    PS_LABEL_INTRAMEDULLARY,
    PS_LABEL_NOT_APPLICABLE,
    PS_N_LABELS
} ps_label_state;
extern const char
    *const ps_label_names[PS_N_LABELS]; /* "not-assessable", "indeterminate", "plasmacytoma-like", ... */

typedef struct ps_marker_verdict {
    ps_marker_state state;
    double llr, low,
        high; /* ln likelihood ratio for plasmacytoma-like with its 95 % interval; 0 when not assessable */
    double sd;
} ps_marker_verdict;

/* How often a model gives each label, by label: certain calls of every state, weighed by its share in a population.
 */
typedef struct ps_rates {
    double of[PS_N_LABELS];
} ps_rates;

typedef struct ps_verdict {
    const ps_model *model; /* not owned */
    ps_label_state label;
    ps_label_state leaning;        /* PLASMACYTOMA, INTRAMEDULLARY, or NOT_ASSESSABLE for "none" */
    double probability, low, high; /* of plasmacytoma-like; NaN when not assessable or not applicable */
    int applies;    /* the model's specimen is the sample's; else the answer is "if this were a lesion" (or marrow) */
    int borderline; /* a definite label whose interval crosses its threshold */
    int contradicts; /* not made from a premise, and the chosen model's label is the opposite one */
    ps_rates rates;
    ps_reasons reasons;
    ps_marker_verdict marker[PS_N_MARKERS];
} ps_verdict;

typedef struct ps_label {
    ps_verdict chosen;   /* the default or --model */
    ps_verdict *verdict; /* every model of the panel, in panel order */
    size_t n_verdicts, n_contradicting;
    ps_specimen specimen;
} ps_label;

/* `prior_odds` NaN: the model's own. Answers whatever the specimen; rates and contradicts are left 0. */
void ps_judge(const ps_model *model, const ps_population *population, const ps_calls *calls, ps_specimen specimen,
              double prior_odds, ps_verdict *verdict);
/* The calls of a sample whose states are known beyond doubt; nothing to free. */
void ps_model_rates(const ps_model *model, const ps_population *population, double prior_odds, ps_rates *rates);
/* Every model's verdict. The chosen one gives no label (not-applicable) where its specimen is not the sample's. */
void ps_stratify(const ps_panel *panel, const ps_model *chosen, const ps_calls *calls, ps_specimen specimen,
                 double prior_odds, ps_label *label);
enum { PS_PROBABILITY_SIZE = 32 };
/* A probability in so many significant digits; in more where these would put it beyond a threshold of the model. */
const char *ps_probability_text(char out[PS_PROBABILITY_SIZE], const ps_model *model, double probability, int digits);
void ps_label_free(ps_label *label);

#endif
