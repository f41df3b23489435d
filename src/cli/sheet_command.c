/* plasmastrat sheet: a sheet from a results folder, or an example to fill in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/outfile.h"
#include "progress.h"
#include "sheet_folder.h"
#include "sheet_layouts.h"

static const char stated_columns[] = "\tpurity\tspecimen\tmolecules\n";

static void help(FILE *out) {
    fputs(
        "Usage: plasmastrat sheet DIR [options] > sheet.tsv\n"
        "       plasmastrat sheet --example\n"
        "\n"
        "Makes a sample sheet from results that exist: a folder of nf-core/sarek and nf-core/rnaseq, or a download\n"
        "of the GDC with its sample sheet (gdc_sample_sheet*.tsv) in it. Says on stderr which file goes into which\n"
        "column, and which is not used. Tumour and normal are known from folders T_vs_N, from sarek's csv folder and\n"
        "from the GDC's sample sheet. RNA and DNA share a row when their sample has one name. Look through the sheet,\n"
        "and fill in purity and specimen, before plasmastrat batch.\n"
        "\n"
        "Options:\n",
        out);
    cli_print_options(CLI_SHEET, out);
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void write_header(FILE *out) {
    fputs("sample_id", out);
    for (int column = 0; column < PS_N_INPUTS; column++)
        fprintf(out, "\t%s", ps_input_names[column]);
    fputs(stated_columns, out);
}

static int write_example(FILE *out) {
    enum { N_CELLS = PS_N_INPUTS + 4 };
    static const char *const rows[][N_CELLS] = {
        {"MM1", "rna/MM1.bam", "dna/MM1.lane1.bam|dna/MM1.lane2.bam", "dna/MM1.normal.cram", "mutect2/MM1.vcf.gz",
         "manta/MM1.vcf.gz", "cnvkit/MM1.cns", ".", "80%", "lesion", "."},
        {"MM2", ".", "panel/MM2.bam", ".", ".", ".", ".", ".", ".", "marrow", "3000"},
        {"MM3", ".", ".", ".", "mutations/MM3.maf.gz", ".", ".", "featurecounts/MM3.txt", "0.65", "unknown", "."},
    };
    fputs(
        "# An example: put your own rows here. Lines that begin with # and columns that are not used may be removed.\n"
        "# Paths are relative to this file. An empty cell, . or NA means that there is none.\n"
        "# rna dna normal: BAM, CRAM or SAM, several files (lanes) with | between them; vcf: VCF, BCF or MAF; sv: VCF;\n"
        "# cnv: segments or VCF; counts: gene counts; purity: tumour share of the cells; specimen: lesion, marrow, unknown;\n"
        "# molecules: haploid genomes that the DNA library of an amplicon panel began with.\n",
        out);
    write_header(out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < N_CELLS; k++)
            fprintf(out, "%s%c", rows[i][k], k + 1 < N_CELLS ? '\t' : '\n');
    return 0;
}

/* Paths in a sheet are relative to it: a sheet in another folder needs them from the root. */
static char *prefix_of(const char *folder, const char *sheet) {
    char *whole = sheet && strchr(sheet, '/') ? realpath(folder, NULL) : NULL;
    char *prefix = ps_strdup(whole ? whole : folder);
    free(whole);
    for (size_t n = strlen(prefix); n > 1 && prefix[n - 1] == '/'; n--)
        prefix[n - 1] = '\0';
    return prefix;
}

static void write_rows(const folder_sheet *s, const char *prefix, FILE *out) {
    const char *between = !strcmp(prefix, "/") ? "" : "/";
    write_header(out);
    for (size_t i = 0; i < s->n_rows; i++) {
        fputs(s->row[i].id, out);
        for (int column = 0; column < PS_N_INPUTS; column++) {
            const char *file = s->row[i].file[column];
            fprintf(out, "\t%s%s%s", file ? prefix : ".", file ? between : "", file ? file : "");
        }
        fputs("\t.\t.\t.\n", out);
    }
}

/* ---- saying ---------------------------------------------------------------------------------------------------- */

enum { MOST_UNUSED_SHOWN = 20 };

static const char *origin(const folder_sheet *s, const char *path) {
    for (size_t i = 0; i < s->n_files; i++)
        if (!strcmp(s->file[i].path, path))
            return sheet_layouts[s->file[i].layout].what;
    return "";
}

static void say_used(const folder_sheet *s) {
    for (size_t i = 0; i < s->n_rows; i++)
        for (int column = 0; column < PS_N_INPUTS; column++)
            if (s->row[i].file[column])
                progress_message("%s: %s: %s (%s)", s->row[i].id, ps_input_names[column], s->row[i].file[column],
                                 origin(s, s->row[i].file[column]));
}

/* Files that fit a layout first: they are the ones that someone will look for. */
static void say_unused(const folder_sheet *s, int all) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_files; i++) {
        const folder_file *file = &s->file[i];
        if (file->sample && !file->why_unused)
            continue;
        if (all || n < MOST_UNUSED_SHOWN || file->sample)
            progress_message("not used: %s: %s", file->path,
                             file->sample ? file->why_unused : "fits no known layout");
        else if (n == MOST_UNUSED_SHOWN)
            progress_message("not used: further files that fit no known layout; --verbose lists them");
        n++;
    }
}

static int check_rows(const char *folder, const folder_sheet *s, ps_error *err) {
    if (!s->n_rows)
        return ps_fail(
            err, PS_ERR_RUN, folder, 0,
            "holds no file that a sheet takes: expected results of nf-core/sarek or nf-core/rnaseq, or a GDC download");
    for (size_t i = 0; i < s->n_rows; i++)
        if (cli_check_id(s->row[i].id, folder, 0, err) < 0)
            return -1;
    return 0;
}

static void warn_of_normals(const folder_sheet *s, const char *folder) {
    int with_dna = 0;
    for (size_t i = 0; i < s->n_rows; i++)
        with_dna |= s->row[i].file[PS_INPUT_DNA] != NULL;
    if (with_dna && !s->status_known)
        progress_message("warning: nothing in %s says which sample is a normal; take normals out of the column dna",
                         folder);
}

static int make_sheet(const cli_settings *s, const char *folder, FILE *out, ps_error *err) {
    folder_sheet sheet;
    int status = -1;
    if (ps_path_is_remote(folder))
        return ps_fail(err, PS_ERR_USAGE, folder, 0, "is a URL, expected a folder of this machine");
    if (folder_sheet_read(folder, &sheet, err) == 0) {
        if (!s->quiet) {
            say_used(&sheet);
            say_unused(&sheet, s->verbose);
        }
        status = check_rows(folder, &sheet, err);
    }
    if (status == 0) {
        char *prefix = prefix_of(folder, s->output);
        write_rows(&sheet, prefix, out);
        free(prefix);
        if (!s->quiet)
            warn_of_normals(&sheet, folder);
    }
    folder_sheet_free(&sheet);
    return status;
}

static int write_to(const cli_settings *s, FILE *out, ps_error *err) {
    return s->example ? write_example(out) : make_sheet(s, s->rest[0], out, err);
}

static int deliver(const cli_settings *s, ps_error *err) {
    ps_outfile file;
    if (!s->output)
        return write_to(s, stdout, err) < 0 ? -1 : cli_flush_stdout(err);
    if (ps_outfile_open(s->output, s->force, &file, err) < 0)
        return -1;
    int status = write_to(s, file.stream, err) < 0 ? -1 : ps_outfile_commit(&file, err);
    ps_outfile_discard(&file);
    return status;
}

int ps_cmd_sheet(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    int status = cli_parse(CLI_SHEET, argc, argv, 1, &s, err);
    if (status == 0 && s.help) {
        help(stdout);
        status = cli_flush_stdout(err);
    } else if (status == 0 && s.n_rest != !s.example) {
        status = ps_fail(err, PS_ERR_USAGE, NULL, 0, "sheet: expected a folder of results, or --example");
    } else if (status == 0) {
        status = deliver(&s, err);
    }
    cli_free_settings(&s);
    return status;
}
