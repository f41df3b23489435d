/* explain.h - why this label, in plain sentences: a list that a command prints and a page may show.
 *
 * Every sentence follows from the result alone. Sentences of one topic belong together, in this order; a topic may
 * have none. What-if answers are the model's own, judged anew.
 */
#ifndef PLASMASTRAT_EXPLAIN_H
#define PLASMASTRAT_EXPLAIN_H

#include <stddef.h>

#include "plasmastrat/result.h"

typedef enum {
    PS_TOPIC_LABEL,   /* the label, its probability, the model's question and basis */
    PS_TOPIC_MARKERS, /* each marker: what was found, its weight and interval */
    PS_TOPIC_MISSING, /* what was not assessable, and what would make it so */
    PS_TOPIC_CHANGE,  /* the smallest change of one input that gives another label */
    PS_TOPIC_MODELS,  /* the other models, and why they answer otherwise */
    PS_N_TOPICS
} ps_topic;
extern const char *const ps_topic_titles[PS_N_TOPICS]; /* "The label", ... */

typedef struct ps_sentence {
    ps_topic topic;
    char *text;
} ps_sentence;

typedef struct ps_explanation {
    ps_sentence *sentence; /* by topic */
    size_t n, capacity;
} ps_explanation;

/* Of a result that is not a failure. */
void ps_explain(const ps_result *result, ps_explanation *explanation);
/* What to do next, the most important first; at least one sentence. Of a result that is not a failure. */
void ps_next_steps(const ps_result *result, ps_explanation *explanation);
void ps_explanation_free(ps_explanation *explanation);

/* Fragments that would show a mutation of this VAF with 95 % power, where `depth` of them have this lod95 (NaN: none
 * was called for): as many as keep the number of mutated fragments that a call needs. `least` is needed in any case.
 */
int64_t ps_depth_for(double vaf, int64_t depth, double lod95, int least);

#endif
