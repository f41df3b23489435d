/* fit.h - a joint table fitted to labelled samples, and how well it would have told samples it had not seen.
 *
 * Only samples with both markers assessable are fitted, and a person weighs one in a class, however many samples
 * there are of him or her. Calls are soft: a sample is shared among the six cells by what is known of them, ~ E[share
 * of its class's cell] x (its calls' likelihood), and cells and shares are made to agree by expectation-maximisation
 * from equal shares. Certain calls give whole counts. Deterministic: no random numbers. Figures of the validation
 * count persons too.
 */
#ifndef PLASMASTRAT_FIT_H
#define PLASMASTRAT_FIT_H

#include <stddef.h>

#include "plasmastrat/label.h"

typedef struct ps_labelled {
    ps_class label;
    ps_calls calls; /* looked at: states and likelihoods of ccnd1 and ras, state of identity */
    size_t
        person; /* 0, 1, ...: samples of one person are left out together, or each would be known from the others */
} ps_labelled;

int ps_labelled_assessable(const ps_labelled *sample); /* both markers, of one person */

enum { PS_FIT_BINS = 5, PS_FIT_LEAVE_ONE_OUT = 200, PS_FIT_FOLDS = 10 };
typedef struct ps_fit_bin { /* held-out persons whose probability lies in [i/5, (i+1)/5) */
    double n, plasmacytoma;
    double mean; /* probability given; NaN for n = 0 */
} ps_fit_bin;

typedef struct ps_cross_validation {
    double n[PS_N_CLASSES];  /* persons used */
    size_t folds;            /* up to 200 persons a fold each, else 10 */
    double odds;             /* plasmacytoma : intramedullary among them: the prior of these figures */
    double brier, log_score; /* means of (p - y)^2 and of -ln p(y): lower is better; 0.25 and 0.693 know nothing */
    double right;            /* p on the right side of 0.5 */
    double definite, definite_right; /* labels at equal prior odds and the model's thresholds */
    ps_fit_bin bin[PS_FIT_BINS];
} ps_cross_validation;

/* `leave_out` of `folds` (a sample is in fold person mod folds) is not looked at; folds 0: all are. */
void ps_fit_joint(const ps_labelled *samples, size_t n, double dirichlet, size_t folds, size_t leave_out,
                  ps_joint *joint);
/* Cross-validation of the fit that `model` came from; its thresholds are used. */
void ps_fit_validate(const ps_model *model, const ps_labelled *samples, size_t n, ps_cross_validation *out);

#endif
