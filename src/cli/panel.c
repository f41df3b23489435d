/* plasmastrat panel: look at a panel, check a folder, write a built-in one out. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/label.h"
#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

static const char help[] =
    "Usage: plasmastrat panel list\n"
    "       plasmastrat panel show NAME|DIR\n"
    "       plasmastrat panel check DIR\n"
    "       plasmastrat panel export NAME DIR [--force]\n"
    "\n"
    "  list    the built-in panels, one a line\n"
    "  show    genes, loci, limits and models of a panel\n"
    "  check   load a panel folder; says OK, or the file, line and value that is wrong\n"
    "  export  write every table of a built-in panel into DIR, for editing; --force overwrites\n";

static void print_line(const ps_panel *panel) {
    printf("%s\t%s\tversion %s\t%s\t%d genes\t%d codons\t%d bins\t%d identity SNPs\n", panel->name, panel->build,
           panel->version, panel->checksum, panel->n_genes, panel->n_codons, panel->n_bins, panel->n_snps);
}

static int list_panels(char **args, int n, ps_error *err) {
    (void)args;
    (void)n;
    for (int i = 0; ps_panel_builtin[i]; i++) {
        ps_panel panel;
        if (ps_panel_load(ps_panel_builtin[i], &panel, err) < 0)
            return -1;
        print_line(&panel);
        ps_panel_free(&panel);
    }
    return cli_flush_stdout(err);
}

static void show_genes(const ps_panel *panel) {
    printf("\ngenes\n");
    for (int role = 0; role < PS_N_ROLES; role++) {
        printf("  %-12s", ps_role_names[role]);
        for (int i = 0; i < panel->n_genes; i++) {
            const ps_gene *gene = &panel->genes[i];
            if ((int)gene->role == role)
                printf(" %s%s%s%s", gene->name, gene->cell[0] ? "(" : "", gene->cell, gene->cell[0] ? ")" : "");
        }
        printf("\n");
    }
}

static void show_loci(const ps_panel *panel) {
    printf("\nloci\n");
    for (int i = 0; i < panel->n_loci; i++) {
        const ps_locus *locus = &panel->loci[i];
        const ps_span *first = &locus->windows[0], *last = &locus->windows[locus->n_windows - 1];
        printf("  %-5s %s:%ld-%ld, %d codons, transcripts", panel->genes[locus->gene].name,
               panel->contigs[locus->contig].name[PS_STYLE_UCSC], (long)first->beg0 + 1, (long)last->end0,
               locus->codon_end - locus->codon_beg);
        for (int t = 0; t < panel->n_transcripts; t++)
            if (panel->transcripts[t].gene == locus->gene)
                printf(" %s", panel->transcripts[t].refseq);
        printf("\n        hotspot codons (* required):");
        for (int c = locus->codon_beg; c < locus->codon_end; c++)
            if (panel->codons[c].hotspot)
                printf(" %c%d%s", ps_amino_acid(panel->codons[c].ref), panel->codons[c].number,
                       panel->codons[c].required ? "*" : "");
        printf("\n");
    }
}

static void show_models(const ps_panel *panel) {
    printf("\nmodels (ln likelihood ratio for plasmacytoma-like +- sd)\n");
    for (int i = 0; i < panel->n_models; i++) {
        const ps_model *m = &panel->models[i];
        printf("  %s: basis %s, specimen %s, prior odds %g, labels at %g and %g\n", m->name, ps_basis_names[m->basis],
               m->specimen == PS_SPECIMEN_UNKNOWN ? "any" : ps_specimen_names[m->specimen], m->prior_odds,
               m->plasmacytoma_at, m->intramedullary_at);
        printf("    %s\n", m->question);
        for (int k = 0; k < PS_N_MARKERS && !(m->joint.dirichlet > 0); k++) {
            const ps_weight *w = &m->weight[k];
            printf("    %-5s positive %+.2f +- %.2f, ", ps_marker_names[k], w->positive, w->positive_sd);
            if (k == PS_MARKER_CCND1 && !m->two_levels)
                printf("intermediate %+.2f +- %.2f, ", w->intermediate, w->intermediate_sd);
            printf("negative %+.2f +- %.2f%s\n", w->negative, w->negative_sd, m->required[k] ? ", required" : "");
        }
        ps_rates rates;
        ps_model_rates(m, &panel->population, NAN, &rates);
        printf("    in 100 of %s: %.0f plasmacytoma-like, %.0f intramedullary, %.0f indeterminate (markers taken as "
               "independent)\n",
               panel->population.name, 100 * rates.of[PS_LABEL_PLASMACYTOMA], 100 * rates.of[PS_LABEL_INTRAMEDULLARY],
               100 * rates.of[PS_LABEL_INDETERMINATE]);
    }
}

static int show_panel(char **args, int n, ps_error *err) {
    (void)n;
    ps_panel panel;
    if (ps_panel_load(args[0], &panel, err) < 0)
        return -1;
    print_line(&panel);
    printf("source: %s; %d arms, %d regions, %d activating changes\n", panel.source, panel.n_arms, panel.n_regions,
           panel.n_activating);
    show_genes(&panel);
    show_loci(&panel);
    printf("\nlimits\n");
#define X(name, unit, low, high) printf("  %-36s %-8g %s\n", #name, panel.limits.name, unit);
    PS_LIMITS(X)
#undef X
    show_models(&panel);
    ps_panel_free(&panel);
    return cli_flush_stdout(err);
}

static int check_panel(char **args, int n, ps_error *err) {
    (void)n;
    ps_panel panel;
    if (ps_panel_load(args[0], &panel, err) < 0)
        return -1;
    printf("OK ");
    print_line(&panel);
    ps_panel_free(&panel);
    return cli_flush_stdout(err);
}

static int export_panel(char **args, int n, ps_error *err) {
    const char *place[2] = {NULL, NULL};
    int force = 0, n_places = 0, options = 1;
    for (int i = 0; i < n; i++) {
        if (options && !strcmp(args[i], "--"))
            options = 0;
        else if (options && !strcmp(args[i], "--force"))
            force = 1;
        else if (options && args[i][0] == '-' && args[i][1])
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "panel export: unknown option '%s', expected --force",
                           args[i]);
        else if (n_places == 2)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "panel export: unexpected argument '%s', expected NAME DIR",
                           args[i]);
        else
            place[n_places++] = args[i];
    }
    if (n_places != 2)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "panel export: expected NAME and DIR");
    if (ps_panel_export(place[0], place[1], force, err) < 0)
        return -1;
    printf("%s\n", place[1]);
    return cli_flush_stdout(err);
}

static const struct {
    const char *name;
    int (*run)(char **args, int n, ps_error *err);
    int n_args; /* -1: looks at its arguments itself */
    const char *expected;
} verbs[] = {
    {"list", list_panels, 0, "no argument"},
    {"show", show_panel, 1, "NAME or DIR"},
    {"check", check_panel, 1, "DIR"},
    {"export", export_panel, -1, "NAME and DIR"},
};

int ps_cmd_panel(int argc, char **argv, ps_error *err) {
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(help, stdout);
            return cli_flush_stdout(err);
        }
    }
    if (argc < 2)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "panel: expected one of: list, show, check, export");
    for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++) {
        if (strcmp(argv[1], verbs[v].name))
            continue;
        int n = argc - 2;
        char **args = argv + 2;
        if (verbs[v].n_args >= 0) {
            for (int i = 0; i < n; i++)
                if (args[i][0] == '-' && args[i][1])
                    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "panel %s: unknown option '%s'", argv[1], args[i]);
            if (n != verbs[v].n_args)
                return ps_fail(err, PS_ERR_USAGE, NULL, 0, "panel %s: %d arguments, expected %s", argv[1], n,
                               verbs[v].expected);
        }
        return verbs[v].run(args, n, err);
    }
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "panel: '%s' is unknown, expected one of: list, show, check, export",
                   argv[1]);
}
