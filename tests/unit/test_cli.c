/* Guards against: test_cli.c - options to settings, and sheets to jobs. */
#define _DEFAULT_SOURCE /* mkstemp */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/cli/cli.h"
#include "../../src/cli/ledger.h"
#include "../../src/cli/sheet.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"

/* ---- options --------------------------------------------------------------------------------------------------- */

static cli_settings s;
static ps_error err;

static int parse(int command, int max_rest, const char *line) {
    static char text[1000];
    static char *argv[40]; /* the settings point into it */
    int argc = 0;
    snprintf(text, sizeof text, "cmd %s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = !strcmp(word, "''") ? word + 2 : word;
    s = cli_defaults();
    err = (ps_error){0};
    return cli_parse(command, argc, argv, max_rest, &s, &err);
}

static void accepted(const char *line) {
    if (parse(CLI_SAMPLE, 0, line) < 0)
        fail_msg("%s: %s", line, err.text);
}

static void refused(const char *line, const char *what) {
    if (parse(CLI_SAMPLE, 0, line) == 0)
        fail_msg("%s: accepted", line);
    assert_int_equal(err.kind, PS_ERR_USAGE);
    if (!strstr(err.text, what))
        fail_msg("%s: '%s' does not say '%s'", line, err.text, what);
}

static void defaults(void **state) {
    (void)state;
    accepted("");
    assert_true(isnan(s.job.purity) && isnan(s.job.prior_odds) && s.job.n_threads >= 1);
    assert_true(!s.outdir && !s.quiet && !s.force && !s.job.sample_id && s.job.specimen == PS_SPECIMEN_UNKNOWN);
}

static void spellings(void **state) {
    (void)state;
    static const char *const threads[] = {"-@4", "-@ 4", "--threads 4", "--threads=4", "-@ 9 -@4"};
    for (size_t i = 0; i < 5; i++) {
        accepted(threads[i]);
        assert_int_equal(s.job.n_threads, 4);
    }
    static const char *const outdirs[] = {"-o out", "-oout", "--outdir out", "--outdir=out", "--out out", "--ou=out"};
    for (size_t i = 0; i < 6; i++) {
        accepted(outdirs[i]);
        assert_string_equal(s.outdir, "out");
    }
    accepted("-o - -v --force --help");
    assert_string_equal(s.outdir, "-");
    assert_true(!s.quiet && s.verbose && s.force && s.help);
    accepted("-q");
    assert_true(s.quiet && !s.verbose);
    accepted(
        "--vcf a.vcf --vcf-sample=T --rna=x=y.bam --dna - --normal n##idx##n.bai -T r.fa -pgrch38 --model m.tsv");
    assert_string_equal(s.job.path[PS_INPUT_VCF], "a.vcf");
    assert_string_equal(s.job.vcf_sample, "T");
    assert_string_equal(s.job.path[PS_INPUT_RNA], "x=y.bam");
    assert_string_equal(s.job.path[PS_INPUT_DNA], "-");
    assert_string_equal(s.job.path[PS_INPUT_NORMAL], "n##idx##n.bai");
    assert_string_equal(s.job.reference, "r.fa");
    assert_string_equal(s.job.panel, "grch38");
    assert_string_equal(s.job.model, "m.tsv");
    accepted("--purity 0.35 --prior=0.5 --specimen lesion");
    assert_true(s.job.purity == 0.35 && s.job.prior_odds == 0.5 && s.job.specimen == PS_SPECIMEN_LESION);
    static const char *const builds[] = {"hg38", "GRCh38", "grch38"};
    for (size_t i = 0; i < 3; i++) {
        char line[40];
        snprintf(line, sizeof line, "--panel %s --thread 4 --", builds[i]);
        accepted(line);
        assert_string_equal(s.job.panel, "grch38");
        assert_int_equal(s.job.n_threads, 4);
    }
    accepted("--purity 80%");
    assert_true(s.job.purity == 0.8);
    accepted("--purity 0,35");
    assert_true(s.job.purity == 0.35);
    accepted("--purity 1 --specimen=Marrow");
    assert_true(s.job.purity == 1 && s.job.specimen == PS_SPECIMEN_MARROW);
}

static void usage_errors(void **state) {
    (void)state;
    refused("--nope", "'--nope' is no option of 'cmd'");
    refused("--re 4", "'--re' may be any of --reference, --reproducible");
    refused("--threadsx=4", "no option");
    refused("-x", "no option");
    refused("--fail-fast", "no option"); /* batch only */
    refused("file.bam", "unexpected argument 'file.bam': give it with --dna, --rna or --normal");
    refused("a.vcf.gz", "give it with --vcf");
    refused("s.tsv", "a sheet goes to plasmastrat batch");
    refused("-outdir=x", "'-outdir=x' is no option of 'cmd' (did you mean --outdir?)");
    refused("-rna x", "did you mean --rna?");
    refused("-out x", "did you mean --outdir?");
    refused("--bam x", "did you mean --dna, --rna or --normal?");
    refused("--tumor x", "did you mean --dna or --rna?");
    refused("-- -x", "unexpected argument '-x'");
    refused("-o x.bam##idx##y", "a name without '##idx##'");
    refused("--id", "--id needs a value");
    refused("-@", "--threads needs a value");
    refused("--id=", "--id: empty value");
    refused("--id ''", "--id: empty value");
    refused("--force=1", "--force takes no value");
    refused("-qx", "--quiet takes no value");
    refused("-vv", "--verbose takes no value ('v')");
    refused("-v2", "--verbose takes no value ('2')");
    refused("-v 2", "unexpected argument '2'");
    refused("--verbose=2", "--verbose takes no value");
    refused("-q -v", "--quiet and --verbose contradict each other");
    static const char *const threads[] = {"0", "-1", "1025", "x", "4x", "1.5", "99999999999999999999", "''", "0x4"};
    for (size_t i = 0; i < 9; i++) {
        char line[60];
        snprintf(line, sizeof line, "-@ %s", threads[i]);
        refused(line, "a whole number from 1 to 1024");
    }
    static const char *const purities[] = {"0", "-0.1", "1.01", "nan", "inf", "120%", "0,5,1", "x", "1e-400"};
    for (size_t i = 0; i < sizeof purities / sizeof *purities; i++) {
        char line[60];
        snprintf(line, sizeof line, "--purity %s", purities[i]);
        refused(line, purities[i]);
    }
    refused("--prior 0", "'0'");
    refused("--prior -1", "'-1'");
    refused("--prior nan", "'nan'");
    assert_int_equal(parse(CLI_BATCH, 1, "a.tsv b.tsv"), -1);
    assert_int_equal(parse(CLI_BATCH, 1, "--rna x"), -1);
    assert_int_equal(parse(CLI_BATCH, 1, "-o d a.tsv --fail-fast"), 0);
    assert_true(s.n_rest == 1 && s.fail_fast);
    assert_string_equal(s.rest[0], "a.tsv");
    assert_int_equal(parse(CLI_BATCH, 1, "-"), 0);
    assert_string_equal(s.rest[0], "-");
}

static void ids(void **state) {
    (void)state;
    static const struct {
        const char *id;
        int good;
    } rows[] = {{"S1", 1},
                {"a b", 1},
                {"S1.tumour_2-x", 1},
                {"p\xc3\xa4", 1},
                {"", 0},
                {".", 0},
                {"..", 0},
                {".x", 0},
                {"a##idx##b", 0},
                {"=1+1", 0},
                {"+x", 0},
                {"@x", 0},
                {"a\xc2\x9b"
                 "2J",
                 0},
                {"p=1", 1},
                {"\xc2\xb5", 1},
                {"a/b", 0},
                {"/a", 0},
                {"-x", 0},
                {"a\nb", 0},
                {"a\tb", 0},
                {"a\x7f", 0},
                {"../x", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        err = (ps_error){0};
        if ((cli_check_id(rows[i].id, "x", 3, &err) == 0) != rows[i].good)
            fail_msg("'%s'", rows[i].id);
        if (!rows[i].good)
            assert_int_equal(strncmp(err.text, "x:3: ", 5), 0);
    }
    char longer[250];
    memset(longer, 'a', sizeof longer);
    longer[200] = '\0';
    assert_int_equal(cli_check_id(longer, NULL, 0, &err), 0);
    longer[200] = 'a';
    longer[201] = '\0';
    assert_int_equal(cli_check_id(longer, NULL, 0, &err), -1);
}

/* ---- sheets ---------------------------------------------------------------------------------------------------- */

static sheet sh;

static int read_text(const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/plasmastrat_sheet_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    ps_job common = cli_defaults().job;
    common.specimen = PS_SPECIMEN_MARROW;
    common.n_threads = 3;
    common.purity = 0.9;
    err = (ps_error){0};
    int status = sheet_read(path, &common, &sh, &err);
    unlink(path);
    return status;
}

static void read_or_fail(const char *text) {
    if (read_text(text) < 0)
        fail_msg("%s", err.text);
}

static void sheet_refused(const char *text, const char *what) {
    if (read_text(text) == 0)
        fail_msg("accepted: %s", text);
    assert_int_equal(err.kind, PS_ERR_USAGE);
    if (!strstr(err.text, what))
        fail_msg("'%s' does not say '%s'", err.text, what);
    assert_null(sh.job);
    assert_int_equal(sh.n, 0);
}

static void sheets(void **state) {
    (void)state;
    static const char *const texts[] = {
        "sample_id\trna\tdna\tnormal\tvcf\tpurity\tspecimen\n"
        "S1\tr.bam\t/data/d.bam\t.\t\t0.5\tlesion\n"
        "S 2\t\t.\tn.bam\thttps://x/y.vcf.gz\t\t\n",
        "\xef\xbb\xbfsample_id,rna,dna,normal,vcf,purity,specimen\r\n"
        "S1,r.bam,/data/d.bam,.,,0.5,lesion\r\n"
        "\r\n"
        "\"S 2\",,.,n.bam,https://x/y.vcf.gz,,\r\n",
        "## a comment\n#specimen\tpurity\tvcf\tnormal\tdna\trna\tsample_id\n"
        "lesion\t0.5\t.\t.\t/data/d.bam\t r.bam \tS1\n"
        ".\t.\thttps://x/y.vcf.gz\tn.bam\t\t\tS 2",
    };
    for (size_t i = 0; i < 3; i++) {
        read_or_fail(texts[i]);
        assert_int_equal(sh.n, 2);
        assert_string_equal(sh.job[0].sample_id, "S1");
        assert_string_equal(sh.job[0].path[PS_INPUT_RNA], "/tmp/r.bam");
        assert_string_equal(sh.job[0].path[PS_INPUT_DNA], "/data/d.bam");
        assert_null(sh.job[0].path[PS_INPUT_NORMAL]);
        assert_null(sh.job[0].path[PS_INPUT_VCF]);
        assert_true(sh.job[0].purity == 0.5 && sh.job[0].specimen == PS_SPECIMEN_LESION && sh.job[0].n_threads == 3);
        assert_string_equal(sh.job[1].sample_id, "S 2");
        assert_null(sh.job[1].path[PS_INPUT_RNA]);
        assert_null(sh.job[1].path[PS_INPUT_DNA]);
        assert_string_equal(sh.job[1].path[PS_INPUT_NORMAL], "/tmp/n.bam");
        assert_string_equal(sh.job[1].path[PS_INPUT_VCF], "https://x/y.vcf.gz");
        assert_true(sh.job[1].purity == 0.9 && sh.job[1].specimen == PS_SPECIMEN_MARROW); /* the common options */
        assert_string_equal(sh.notice, "");
        sheet_free(&sh);
        sheet_free(&sh);
    }
}

static void sheet_paths(void **state) {
    (void)state;
    read_or_fail("sample_id\tdna\nA\tsub/a.bam##idx##other/a.csi\nB\t../b.bam\nC\ta##idx##/abs/a.bai\nD\ts3://x/"
                 "y.bam##idx##s3://x/y.bai\n");
    assert_string_equal(sh.job[0].path[PS_INPUT_DNA], "/tmp/sub/a.bam##idx##/tmp/other/a.csi");
    assert_string_equal(sh.job[1].path[PS_INPUT_DNA], "/tmp/../b.bam");
    assert_string_equal(sh.job[2].path[PS_INPUT_DNA], "/tmp/a##idx##/abs/a.bai");
    assert_string_equal(sh.job[3].path[PS_INPUT_DNA], "s3://x/y.bam##idx##s3://x/y.bai");
    sheet_free(&sh);
    /* Guards against: sheet.c resolve(): the index is resolved only together with a relative file: after an absolute
     * one it stays relative to the working folder, and a file beside a URL index (or a URL with a relative index) is
     * taken as it stands */
    read_or_fail("sample_id\tdna\nA\t/data/a.bam##idx##a.bai\nB\tb.bam##idx##https://x/b.bai\n");
    assert_string_equal(sh.job[0].path[PS_INPUT_DNA], "/data/a.bam##idx##/tmp/a.bai");
    assert_string_equal(sh.job[1].path[PS_INPUT_DNA], "/tmp/b.bam##idx##https://x/b.bai");
    sheet_free(&sh);
    read_or_fail("sample_id\tdna\tage\tnote\nA\ta.bam\t55\tx\n");
    assert_string_equal(sh.notice, "age, note");
    sheet_free(&sh);
}

/* Guards against: sheet.c find_columns(): a column of another name drops an input like a column of notes */
static void other_names(void **state) {
    (void)state;
    static const struct {
        const char *name, *meant; /* NULL: ignored with a notice */
    } rows[] = {
        {"norml", "normal"},
        {"Normals", "normal"},
        {"puritty", "purity"},
        {"vfc", "vcf"},
        {"DNA_bam", "dna"},
        {"bam", "dna, rna or normal"},
        {"tumour_dna", "dna"},
        {"Tumor BAM", "dna"},
        {"rna.cram", "rna"},
        {"germline-bam", "normal"},
        {"maf", "vcf"},
        {"tumour_content", "purity"},
        {"tumor purity", "purity"},
        {"SampleID", NULL},
        {"age", NULL},
        {"run", NULL},
        {"date", NULL},
        {"site", NULL},
        {"abnormality", NULL},
        {"rna_quality", NULL},
        {"dna_concentration", NULL},
        {"_", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = ps_format("sample_id\tdna\t%s\nA\ta.bam\tx\n", rows[i].name);
        char *hint = ps_format("column '%s' is not one that is read; did you mean %s?", rows[i].name,
                               rows[i].meant ? rows[i].meant : "");
        if (rows[i].meant) {
            sheet_refused(text, hint);
        } else {
            read_or_fail(text);
            assert_string_equal(sh.notice, rows[i].name);
            sheet_free(&sh);
        }
        free(text);
        free(hint);
    }
    sheet_refused("sample\tdna\nA\ta.bam\n", "did you mean sample_id?");
    sheet_refused("sample_id\tDNA\tdna\nA\ta.bam\tb.bam\n", "columns 'DNA' and 'dna' are one and the same");
}

/* Guards against: table.c, spreadsheet.c: a sheet as spreadsheet programs save it is refused, or read as another */
static void saved_sheets(void **state) {
    (void)state;
    static const char *const texts[] = {
        "sample_id;dna;purity\nS1;a.bam;0,8\n",
        "sep=;\nsample_id;dna;purity\nS1;a.bam;0,8\n",
        "\"sep=,\"\nsample_id,dna,purity\nS1,a.bam,\"80 %\"\n",
        "Sample_ID\tDNA\tPurity\r\nS1\ta.bam\t80%\r\n",
        "sample_id,dna,purity\nS1,a.bam,\"0,8\"\n", /* quoted, so one number */
        "sample_id,dna,purity\rS1,a.bam,0.8\r",
        "sample_id,dna,purity,vcf,rna,note\nS1,\xc2\xa0"
        "a.bam\xc2\xa0,0.8,NA,n/a,x y\n",
        "sample_id,dna,purity\n# S0,b.bam,0.1\n,,\nS1,\xa0"
        "a.bam,0.8\n",
        "#sample_id\tdna\tpurity\n#S0\tb.bam\t0.1\nS1\ta.bam\t0.8\n",
        "\xef\xbb\xbfsample_id;dna;purity\r\n;;\r\n\"S1\";\"a.bam\";\"0,8\"\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        read_or_fail(texts[i]);
        assert_int_equal(sh.n, 1);
        assert_string_equal(sh.job[0].sample_id, "S1");
        assert_string_equal(sh.job[0].path[PS_INPUT_DNA], "/tmp/a.bam");
        assert_null(sh.job[0].path[PS_INPUT_VCF]);
        assert_null(sh.job[0].path[PS_INPUT_RNA]);
        assert_true(fabs(sh.job[0].purity - 0.8) < 1e-12);
        sheet_free(&sh);
    }
    sheet_refused("sample_id,dna,purity\nA,a.bam,\"0,8,1\"\n", "column purity: '0,8,1'");
    sheet_refused("sample_id;dna;purity\nA;a.bam;80%%\n", "column purity: '80%%'");
}

static void utf16_sheets(void **state) {
    (void)state;
    static const char text[] = "sample_id\tdna\nS\xe4\ta.bam\n"; /* Latin-1: each byte is its code point */
    for (int big = 0; big < 2; big++)
        for (int mark = 0; mark < 2; mark++) {
            size_t n = 0;
            char *bytes = ps_alloc(2 * sizeof text, 1);
            for (size_t i = mark ? 0 : 1; i < sizeof text; i++) {
                unsigned c = i ? (unsigned char)text[i - 1] : 0xfeff;
                bytes[n + (size_t)big] = (char)(c & 0xff);
                bytes[n + 1 - (size_t)big] = (char)(c >> 8);
                n += 2;
            }
            ps_spreadsheet_text(&bytes, &n);
            assert_int_equal(n, sizeof text); /* the letter takes two bytes, the end of the string is left out */
            assert_memory_equal(bytes, "sample_id\tdna\nS\xc3\xa4\ta.bam\n", n);
            free(bytes);
        }
    size_t n = 8;
    char *pair = ps_alloc(n, 1);
    memcpy(pair,
           "\xff\xfe\x3d\xd8\x00\xde"
           "A\0",
           n); /* U+1F600, A */
    ps_spreadsheet_text(&pair, &n);
    assert_int_equal(n, 5);
    assert_memory_equal(pair,
                        "\xf0\x9f\x98\x80"
                        "A",
                        n);
    free(pair);
}

/* Guards against: sheet.c: a sheet of hundreds is mended one run an error */
static void all_errors(void **state) {
    (void)state;
    sheet_refused("sample_id\tdna\tpurity\tspecimen\tbam\nA\ta.bam\t2\tbone\tx\nB\t\t0.5\tlesion\tx\n"
                  "A\tb.bam\t1\t\tx\n",
                  ": 5 errors; nothing was run");
    sheet_refused("sample_id\tdna_bam\n", "did you mean dna?");
}

/* Guards against: sheet.c note_ignored(): one column among hundreds is cut off the notice */
static void many_columns(void **state) {
    (void)state;
    FILE *f;
    char *text = NULL, *row = NULL;
    size_t size = 0, row_size = 0;
    f = open_memstream(&text, &size);
    FILE *cells = open_memstream(&row, &row_size);
    fputs("sample_id\tdna", f);
    fputs("A\ta.bam", cells);
    for (int i = 0; i < 300; i++) {
        fprintf(f, "\tclinical_item_%03d", i);
        fputs("\tx", cells);
    }
    fputs("\n", f);
    fputs("\n", cells);
    fclose(cells);
    fwrite(row, 1, row_size, f);
    fclose(f);
    read_or_fail(text);
    assert_true(strlen(sh.notice) < 500);
    assert_non_null(strstr(sh.notice, " more"));
    sheet_free(&sh);
    free(text);
    free(row);
}

static void bad_sheets(void **state) {
    (void)state;
    sheet_refused("sample_id\tdna\nA1\ta.bam\nB\tb.bam\na1\tc.bam\n",
                  ":4: sample id 'a1' stands on line 2 too but for case ('A1')");
    sheet_refused("", "is empty");
    sheet_refused("sample_id\tdna\n", "has no samples");
    sheet_refused("patient\tdna\nA\ta.bam\n", "column 'sample_id' is missing");
    sheet_refused("sample_id\tnormal\nA\ta.bam\n", "none of the columns rna, dna, vcf, sv, cnv and counts");
    sheet_refused("sample_id\tdna\nA\ta.bam\n\tb.bam\n", ":3: column sample_id is empty");
    sheet_refused("sample_id\tdna\tnormal\nA\ta.bam\t\nB\t.\tn.bam\n", ":3: sample B has no input");
    sheet_refused("sample_id\tdna\nA\t-\n", ":2: column dna: '-': expected a file");
    sheet_refused("sample_id\tdna\n../A\ta.bam\n", ":2: sample id '../A'");
    sheet_refused("sample_id\tdna\na/b\ta.bam\n", ":2: sample id 'a/b'");
    sheet_refused("sample_id\tdna\nA\ta.bam\n\n## x\nB\tb.bam\nA\tc.bam\n", ":6: sample id 'A' stands on line 2 too");
    static const char *const purities[] = {"0", "1.2", "-1", "nan", "120%", "0.5x"};
    for (size_t i = 0; i < 6; i++) {
        char text[100];
        snprintf(text, sizeof text, "sample_id,dna,purity\nA,a.bam,%s\n", purities[i]);
        sheet_refused(text, ":2: column purity: '");
    }
    sheet_refused("sample_id,dna,specimen\nA,a.bam,bone\n",
                  ":2: column specimen: 'bone': expected lesion, marrow or unknown");
    sheet_refused("sample_id,dna\nA,a.bam,x\n", ":2: 3 fields, expected 2");
    assert_int_equal(sheet_read("/nonexistent/sheet", &(ps_job){0}, &sh, &(ps_error){0}), -1);
}

/* Guards against: sheet.c read_row(): cell() trims blanks, but purity and specimen are converted from the untrimmed
 * cell, so " 0.5" and "lesion " are refused while " r.bam " is taken */
static void blanks_around_values(void **state) {
    (void)state;
    read_or_fail("sample_id,dna,purity,specimen\nA, a.bam , 0.5, lesion \n");
    assert_true(sh.job[0].purity == 0.5 && sh.job[0].specimen == PS_SPECIMEN_LESION);
    sheet_free(&sh);
}

/* Guards against: sheet.c: DIR/cohort.html and DIR/plasmastrat_mqc.json are the batch's own files */
static void ids_of_the_batch_itself(void **state) {
    (void)state;
    sheet_refused("sample_id\tdna\ncohort\ta.bam\n", "cohort");
    sheet_refused("sample_id\tdna\nplasmastrat_mqc\ta.bam\n", "plasmastrat_mqc");
}

/* Guards against: run.c answer(): a panel folder whose models have other names gives ps_panel_model() = -1, and
 * models[-1] is read (heap overflow in ps_judge). Such a folder, without --model, must be refused before anything
 * runs */
static void a_panel_without_the_default_model(void **state) {
    (void)state;
    char path[] = "/tmp/plasmastrat_panel_XXXXXX";
    assert_non_null(mkdtemp(path));
    err = (ps_error){0};
    assert_int_equal(ps_panel_export("grch38", path, 1, &err), 0);
    char *name = ps_format("%s/model.rationale.tsv", path), text[4096] = "";
    FILE *f = fopen(name, "r+");
    assert_true(fread(text, 1, sizeof text - 1, f) > 0);
    memcpy(strstr(text, "rationale"), "different", 9);
    rewind(f);
    fputs(text, f);
    fclose(f);
    cli_knowledge k;
    ps_job job = cli_defaults().job;
    job.panel = path;
    assert_int_equal(cli_load_knowledge(&job, &k, &err), -1);
    cli_free_knowledge(&k);
    free(name);
}

/* ---- what batch --resume asks for ------------------------------------------------------------------------------ */

/* A value that the option takes and the job does not have yet. */
static const char *value_for(const char *kind, const char *file) {
    static const char *const known[][2] = {
        {"X", "0.5"}, {"N", "77"}, {"ODDS", "3"}, {"SITE", "lesion"}, {"NAME", "n"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(kind, known[i][0]))
            return known[i][1];
    return file;
}

/* Of every option that `batch` lists: does the request change with it? */
static void every_option_is_in_the_request(void **state) {
    (void)state;
    static const char *const no_result[] = {
        "outdir", "threads", "timeout",   "panel", "force", "reproducible",
        "resume", "verbose", "fail-fast", "quiet", "help"}; /* panel: a line of its own */
    char path[] = "/tmp/plasmastrat_cli_XXXXXX", *text = NULL, name[40], kind[40], line[200];
    size_t size = 0, n = 0;
    int fd = mkstemp(path), has_molecules = 0;
    assert_true(fd >= 0 && write(fd, "chr1\t1\t2\n", 9) == 9);
    close(fd);
    FILE *out = open_memstream(&text, &size);
    cli_print_options(CLI_BATCH, out);
    fclose(out);
    cli_knowledge k = {0};
    assert_int_equal(parse(CLI_BATCH, 0, ""), 0);
    char *base = ledger_request(&s.job, &k);
    for (const char *at = text; (at = strstr(at, " --")); at++) {
        if (sscanf(at, " --%39[a-z-] %39[A-Z|]", name, kind) < 2)
            kind[0] = '\0';
        int none = 0;
        for (size_t i = 0; i < sizeof no_result / sizeof *no_result; i++)
            none |= !strcmp(name, no_result[i]);
        if (none)
            continue;
        snprintf(line, sizeof line, "--%s %s", name, kind[0] ? value_for(kind, path) : "");
        if (parse(CLI_BATCH, 0, line) < 0)
            fail_msg("%s: %s", line, err.text);
        char *request = ledger_request(&s.job, &k);
        assert_non_null(request);
        if (!strcmp(base, request))
            fail_msg("%s: batch --resume does not ask for it", line);
        free(request);
        has_molecules |= !strcmp(name, "molecules");
        n++;
    }
    assert_true(has_molecules && n >= 13);
    free(base);
    free(text);
    unlink(path);
}

/* An edited file of primers is another one. */
static void an_edited_file_is_in_the_request(void **state) {
    (void)state;
    char path[] = "/tmp/plasmastrat_cli_XXXXXX", line[100];
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "chr1\t1\t2\n", 9) == 9);
    cli_knowledge k = {0};
    snprintf(line, sizeof line, "--primers %s", path);
    assert_int_equal(parse(CLI_BATCH, 0, line), 0);
    char *before = ledger_request(&s.job, &k);
    assert_int_equal(write(fd, "chr1\t5\t6\n", 9), 9);
    close(fd);
    char *after = ledger_request(&s.job, &k);
    assert_true(before && after && strcmp(before, after) != 0);
    free(before);
    free(after);
    unlink(path);
    assert_null(ledger_request(&s.job, &k)); /* it is gone: nothing is current */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(spellings),
        cmocka_unit_test(usage_errors),
        cmocka_unit_test(ids),
        cmocka_unit_test(sheets),
        cmocka_unit_test(sheet_paths),
        cmocka_unit_test(other_names),
        cmocka_unit_test(saved_sheets),
        cmocka_unit_test(utf16_sheets),
        cmocka_unit_test(all_errors),
        cmocka_unit_test(many_columns),
        cmocka_unit_test(bad_sheets),
        cmocka_unit_test(blanks_around_values),
        cmocka_unit_test(ids_of_the_batch_itself),
        cmocka_unit_test(a_panel_without_the_default_model),
        cmocka_unit_test(every_option_is_in_the_request),
        cmocka_unit_test(an_edited_file_is_in_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
