/* regression.h - two measurements of the same thing compared, and the limit of detection. Pure functions, no state.
 *
 * Values that cannot be worked out (too few points, no spread) are NaN.
 */
#ifndef PLASMASTRAT_REGRESSION_H
#define PLASMASTRAT_REGRESSION_H

#include <stddef.h>
#include <stdint.h>

/* Agreement of y with x (Bland and Altman, Lancet 1986;1:307): y - x has the mean `bias`; 95 % of differences are
 * expected between low and high (bias -+ 1.96 sd). */
typedef struct ps_bland_altman {
    size_t n;
    double bias, bias_low, bias_high; /* 95 % interval of the mean, by Student's t */
    double sd, low, high;
} ps_bland_altman;

ps_bland_altman ps_bland_altman_of(const double *x, const double *y, size_t n);

/* y = intercept + slope x by least squares, with 95 % intervals by Student's t. */
typedef struct ps_line {
    size_t n;
    double slope, slope_low, slope_high;
    double intercept, intercept_low, intercept_high;
    double r2;
} ps_line;

ps_line ps_line_of(const double *x, const double *y, size_t n);

/* Trials at one level (a VAF), and in how many the thing was found. */
typedef struct ps_trials {
    double level;
    uint64_t found, n;
} ps_trials;

typedef enum {
    PS_PROBIT_NOTHING, /* no level with trials */
    PS_PROBIT_FITTED,
    PS_PROBIT_FLAT,  /* found as often, or less often, at higher levels: no limit can be given */
    PS_PROBIT_STEP,  /* found never below and always above a step: the limit lies between two levels */
    PS_PROBIT_ABOVE, /* never found below the highest level, and not always there: the limit is above it */
    PS_PROBIT_BELOW, /* always found: the limit is at or below the lowest level */
    PS_N_PROBIT_STATES
} ps_probit_state;
extern const char
    *const ps_probit_names[PS_N_PROBIT_STATES]; /* "nothing", "fitted", "flat", "step", "above", "below" */

/* P(found) = Phi(intercept + slope log10(level)): the level of 95 %, with its 95 % interval (delta method, on the
 * logarithm). Of a step the limit is its upper level and the interval the step; `low` or `high` alone is the level
 * that it is above or below. */
typedef struct ps_probit {
    ps_probit_state state;
    size_t levels; /* different ones with trials above level 0 */
    uint64_t n;    /* trials there */
    double intercept, slope;
    double lod95, low, high;
} ps_probit;

/* Maximum likelihood by Fisher scoring. Levels of 0 are left out: they tell false calls, no limit. */
ps_probit ps_probit_of(const ps_trials *trials, size_t n);

#endif
