/* explain.c - `plasmastrat explain`: why this label, in words. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/explain.h"

enum { COLUMNS = 80 };

static void help(FILE *out) {
    fputs(
        "plasmastrat explain - why this label, in words\n\n"
        "usage: plasmastrat explain ID.json|ID.evidence.gz\n\n"
        "Reads the evidence of a result (for an ID.json the file beside it) and labels it again, with the purity, prior,\n"
        "specimen and model of the run unless you give others here; references (copy number, expression, errors) have to be\n"
        "given again.\n\n"
        "Prints what was found of each marker and how much it weighs, what more data would help (how much deeper), which\n"
        "small change would give another label, and how the other models answer.\n\n",
        out);
    cli_print_options(CLI_EXPLAIN, out);
}

/* "- " and the text, wrapped at COLUMNS under itself. */
static void print_wrapped(const char *text) {
    size_t column = 1;
    fputs("-", stdout);
    while (*text) {
        size_t n = strcspn(text, " "), width = 0;
        for (size_t i = 0; i < n; i++)
            width += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (column > 1 && column + 1 + width > COLUMNS) {
            fputs("\n ", stdout);
            column = 1;
        }
        putchar(' ');
        for (size_t i = 0; i < n; i++)
            putchar((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i]);
        column += 1 + width;
        text += n + strspn(text + n, " ");
    }
    putchar('\n');
}

static void print_explanation(const ps_result *result, const ps_explanation *e) {
    printf("%s\n", result->sample_id);
    for (int topic = 0; topic < PS_N_TOPICS; topic++) {
        int any = 0;
        for (size_t i = 0; i < e->n; i++) {
            if (e->sentence[i].topic != (ps_topic)topic)
                continue;
            if (!any++)
                printf("\n%s\n", ps_topic_titles[topic]);
            print_wrapped(e->sentence[i].text);
        }
    }
    fputs("\nResearch use only, not a diagnosis.\n", stdout);
}

int ps_cmd_explain(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    cli_knowledge knowledge = {0};
    ps_result result = {0};
    ps_explanation explanation = {0};
    int status = -1;
    if (cli_parse(CLI_EXPLAIN, argc, argv, 1, &s, err) < 0)
        return -1;
    if (s.help) {
        help(stdout);
        return cli_flush_stdout(err);
    }
    if (!s.n_rest)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "explain: no result: plasmastrat explain ID.json");
    if (cli_load_knowledge(&s.job, &knowledge, err) == 0 && cli_stratify(&s, &knowledge, &result, err) == 0) {
        ps_explain(&result, &explanation);
        print_explanation(&result, &explanation);
        status = cli_flush_stdout(err);
    }
    ps_explanation_free(&explanation);
    ps_result_free(&result);
    cli_free_knowledge(&knowledge);
    return status;
}
