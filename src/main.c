/* main.c - the command table. Prints the one error and turns it into the exit status. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/meant.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/report.h"
#include "plasmastrat/setup.h"
#include "plasmastrat/spelling.h"

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv, ps_error *err);
    const char *help;
} command;

static int cmd_help(int argc, char **argv, ps_error *err);
static int cmd_version(int argc, char **argv, ps_error *err);

static const command commands[] = {
    {"sample", ps_cmd_sample, "label one sample"},
    {"batch", ps_cmd_batch, "label every sample of a sheet"},
    {"sheet", ps_cmd_sheet, "make the sheet of batch from a results folder, or an example"},
    {"stratify", ps_cmd_stratify, "join the evidence of one sample's separate runs, and label again"},
    {"report", ps_cmd_report, "cohort table, page and MultiQC file from results that exist"},
    {"validate", ps_cmd_validate, "expected against found: agreement, repeatability, limit of detection"},
    {"explain", ps_cmd_explain, "why this label, in words"},
    {"lod", ps_cmd_lod, "what a file could have shown at every hotspot, and in-silico dilution"},
    {"reference", ps_cmd_reference, "an expression reference, a panel of normals or a model from your own samples"},
    {"panel", ps_cmd_panel, "look at a panel, check a folder, write a built-in one out"},
    {"help", cmd_help, "help on a command"},
    {"version", cmd_version, "the version (also --version)"},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static int refuse_unknown(const char *name, ps_error *err) {
    const char *known[N_COMMANDS];
    for (int i = 0; i < N_COMMANDS; i++)
        known[i] = commands[i].name;
    if (meant_file(name))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "'%s' is a file, not a command: start with plasmastrat sample; %s",
                       name, meant_file(name));
    const char *meant = ps_meant(name, known, N_COMMANDS);
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "'%s' is no command%s%s%s; see plasmastrat help", name,
                   meant ? " (did you mean " : "", meant ? meant : "", meant ? "?)" : "");
}

static const command *find_command(const char *name) {
    for (int i = 0; i < N_COMMANDS; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

/* Of commands without options: more words than they know are refused, not passed over. */
static int refuse_further(int argc, char **argv, int known, ps_error *err) {
    if (argc <= known)
        return 0;
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "%s: unexpected argument '%s'", argv[0], argv[known]);
}

static int is_help(const char *word) {
    return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static int cmd_version(int argc, char **argv, ps_error *err) {
    if (argc == 2 && is_help(argv[1]))
        return cmd_help(1, argv, err);
    if (refuse_further(argc, argv, 1, err) < 0)
        return -1;
    printf("plasmastrat " PS_VERSION "\nhtslib %s\nlibdeflate %s\n", ps_htslib_version(), ps_libdeflate_version());
    for (int i = 0; ps_panel_builtin[i]; i++) {
        ps_panel panel;
        if (ps_panel_load(ps_panel_builtin[i], &panel, err) < 0)
            return -1;
        printf("panel %s %s\n", panel.name, panel.checksum);
        ps_panel_free(&panel);
    }
    return cli_flush_stdout(err);
}

static void list_commands(FILE *out) {
    fputs("plasmastrat - plasmacytoma-like or intramedullary, from a myeloma sample's sequencing data\n"
          "Research use only, not a diagnosis.\n\n"
          "usage: plasmastrat COMMAND [options]\n\n",
          out);
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
    fputs("\nplasmastrat help COMMAND, or plasmastrat COMMAND --help, says more about a command.\n", out);
}

static int cmd_help(int argc, char **argv, ps_error *err) {
    if (refuse_further(argc, argv, 2, err) < 0)
        return -1;
    if (argc > 1 && !is_help(argv[1])) {
        const command *c = find_command(argv[1]);
        if (!c)
            return refuse_unknown(argv[1], err);
        if (c->run != cmd_help && c->run != cmd_version) {
            char help[] = "--help", *ask[] = {argv[1], help, NULL};
            return c->run(2, ask, err);
        }
    }
    list_commands(stdout);
    return cli_flush_stdout(err);
}

static int run(int argc, char **argv, ps_error *err) {
    if (argc < 2) {
        list_commands(stderr);
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "no command was given");
    }
    static const struct {
        const char *option, *command;
    } spellings[] = {{"--help", "help"}, {"-h", "help"}, {"--version", "version"}};
    const char *name = argv[1];
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (!strcmp(name, spellings[i].option))
            name = spellings[i].command;
    const command *c = find_command(name);
    if (!c)
        return refuse_unknown(argv[1], err);
    return c->run(argc - 1, argv + 1, err);
}

int main(int argc, char **argv) {
    ps_error err = {0};
    ps_setup();
    ps_interrupt_install();
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is a write error like any other: exit status 1 */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file size limit */
    if (run(argc, argv, &err) == 0)
        return 0;
    fflush(stdout);
    if (ps_interrupted() && err.kind != PS_ERR_INTERRUPTED) { /* what failed did so for that */
        err = (ps_error){0};
        ps_check_interrupt(&err);
    }
    fprintf(stderr, "plasmastrat: error: %s\n", err.text);
    return err.kind == PS_ERR_USAGE ? 2 : 1;
}
