/* reference.c - `plasmastrat reference`: what a laboratory learns from its own samples. */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/outfile.h"

typedef struct kind {
    const char *name;
    int (*build)(const cli_settings *s, FILE *out, ps_error *err);
    const char *help;
} kind;

static const kind kinds[] = {
    {"expression", reference_expression,
     "CCND1 expression over a cohort's RNA (column rna, or gene counts in column counts)"},
    {"copynumber", reference_copynumber,
     "panel of normals: depth of bins over normal DNA (column normal, or dna where no sample has one)"},
    {"errors", reference_errors,
     "errors of each coding base over normal DNA (column normal, or dna where no sample has one), 10 samples or more"},
    {"model", reference_model, "stratifier model from labelled results (columns label, json)"},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static void help(FILE *out) {
    fputs("plasmastrat reference - build a reference from your own samples\n\n"
          "usage: plasmastrat reference KIND SHEET -o FILE\n\n",
          out);
    for (int i = 0; i < N_KINDS; i++)
        fprintf(out, "  %-11s %s\n", kinds[i].name, kinds[i].help);
    fputs(
        "\nThe sheet is one of `batch`, but for model; instead of alignments it may name the ID.evidence.gz of\n"
        "finished samples, or the ID.json beside it. Give FILE to `sample` and `batch` with "
        "--expression-reference,\n"
        "--copynumber-reference, --error-reference or --model. Reference model calls the results again: give it the\n"
        "references that they were called with.\n\n",
        out);
    cli_print_options(CLI_REFERENCE, out);
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

int ps_cmd_reference(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    ps_outfile file = {0};
    const kind *k = NULL;
    int status = -1;
    if (cli_parse(CLI_REFERENCE, argc, argv, 2, &s, err) < 0)
        return -1;
    if (s.help) {
        help(stdout);
        return cli_flush_stdout(err);
    }
    for (int i = 0; i < N_KINDS && s.n_rest; i++)
        if (!strcmp(kinds[i].name, s.rest[0]))
            k = &kinds[i];
    if (!k)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "reference: %s%s%sexpected expression, copynumber, errors or model", s.n_rest ? "'" : "",
                       s.n_rest ? s.rest[0] : "", s.n_rest ? "', " : "");
    if (s.n_rest != 2)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "reference: no sheet: plasmastrat reference %s SHEET -o FILE",
                       k->name);
    if (k->build != reference_model &&
        (s.job.copynumber_reference || s.job.expression_reference || s.job.error_reference))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "reference %s: references are for reference model, which calls the results again", k->name);
    int to_file = s.output && strcmp(s.output, "-") != 0;
    if ((to_file && ps_outfile_open(s.output, s.force, &file, err) < 0) ||
        k->build(&s, to_file ? file.stream : stdout, err) < 0 || (to_file && ps_outfile_commit(&file, err) < 0) ||
        cli_flush_stdout(err) < 0)
        goto out;
    status = 0;
out:
    ps_outfile_discard(&file);
    return status;
}
