#include "meant.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "cli.h"

typedef struct pair {
    const char *word, *meaning;
} pair;

static const char *find(const pair *rows, size_t n, const char *word) {
    for (size_t i = 0; i < n; i++)
        if (!strcasecmp(rows[i].word, word))
            return rows[i].meaning;
    return NULL;
}

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

const char *meant_option(const char *word) {
    static const char reads[] = "dna, --rna or --normal";
    static const pair rows[] = {
        {"bam", reads},
        {"cram", reads},
        {"sam", reads},
        {"input", reads},
        {"in", reads},
        {"i", reads},
        {"tumor", "dna or --rna"},
        {"tumour", "dna or --rna"},
        {"wgs", "dna"},
        {"wes", "dna"},
        {"rnaseq", "rna"},
        {"germline", "normal"},
        {"control", "normal"},
        {"maf", "vcf"},
        {"variants", "vcf"},
        {"sample", "id"},
        {"name", "id"},
        {"sample-id", "id"},
        {"out", "outdir"},
        {"output", "outdir"},
        {"output-dir", "outdir"},
        {"fasta", "reference"},
        {"genome", "panel or --reference"},
        {"build", "panel"},
        {"cpus", "threads"},
        {"nthreads", "threads"},
        {"cores", "threads"},
        {"t", "threads"},
        {"j", "threads"},
        {"site", "specimen"},
        {"overwrite", "force"},
        {"silent", "quiet"},
        {"cellularity", "purity"},
    };
    return find(rows, COUNT(rows), word);
}

const char *meant_panel(const char *name) {
    static const pair rows[] = {{"grch38", "grch38"}, {"hg38", "grch38"},   {"b38", "grch38"}, {"grch37", "grch37"},
                                {"hg19", "grch37"},   {"hs37d5", "grch37"}, {"b37", "grch37"}};
    struct stat about;
    const char *panel = stat(name, &about) == 0 ? NULL : find(rows, COUNT(rows), name);
    return panel ? panel : name;
}

const char *meant_file(const char *name) {
    static const char reads[] = "give it with --dna, --rna or --normal", variants[] = "give it with --vcf",
                      sheet[] = "a sheet goes to plasmastrat batch";
    static const pair rows[] = {{".bam", reads},       {".cram", reads},
                                {".sam", reads},       {".vcf", variants},
                                {".vcf.gz", variants}, {".bcf", variants},
                                {".maf", variants},    {".tsv", sheet},
                                {".csv", sheet},       {".evidence.gz", "it goes to plasmastrat stratify"}};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (cli_ends_in(name, rows[i].word))
            return rows[i].meaning;
    return NULL;
}
