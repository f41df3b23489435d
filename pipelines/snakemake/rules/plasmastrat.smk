# The two rules, to include as they are or to take into another workflow:
#
#   module plasmastrat:
#       snakefile: "pipelines/snakemake/rules/plasmastrat.smk"
#       config: config
#   use rule * from plasmastrat
#   use rule plasmastrat_sample from plasmastrat with:
#       input: rna="aligned/{sample}.bam", rna_index="aligned/{sample}.bam.bai"
#
# plasmastrat_sample reads the inputs named rna, dna, normal and vcf; further ones (indexes) are only waited for.
import csv
import os
import shlex

PLASMASTRAT = {
    "sheet": "sheet.tsv",
    "outdir": "results",
    "logs": "logs",
    "program": "plasmastrat",
    "options": "",
    "threads": 2,
    "mem_mb": 1000,
    "runtime": 60,
    **config.get("plasmastrat", {}),
}
PLASMASTRAT_ROLES = ("rna", "dna", "normal", "vcf")
PLASMASTRAT_ENDINGS = {"json": ".json", "html": ".html", "vcf": ".ras.vcf.gz", "tbi": ".ras.vcf.gz.tbi"}


def plasmastrat_sheet(path):
    """The sheet as `plasmastrat batch` reads it: TSV or CSV, empty or "." means none, paths relative to the sheet."""
    if not os.path.exists(path):
        return {}  # samples given by `use rule ... with:` need no sheet
    with open(path, newline="", encoding="utf-8-sig") as file:
        lines = [line for line in file if line.strip() and not line.startswith("##")]
    lines[0] = lines[0].lstrip("#")
    rows = csv.DictReader(lines, delimiter="\t" if "\t" in lines[0] else ",")
    samples = {}
    for row in rows:
        values = {k.strip(): (v or "").strip() for k, v in row.items() if k}
        samples[values["sample_id"]] = {k: v for k, v in values.items() if v not in ("", ".")}
    folder = os.path.dirname(path)
    for sample in samples.values():
        for role in PLASMASTRAT_ROLES:
            if role in sample:
                sample[role] = "##idx##".join(
                    name if "://" in name else os.path.join(folder, name) for name in sample[role].split("##idx##")
                )
    return samples


PLASMASTRAT_SAMPLES = plasmastrat_sheet(PLASMASTRAT["sheet"])


def plasmastrat_files(wildcards):
    """What Snakemake watches: the inputs and their indexes. A URL is read in place. A file that is not there is left to
    the program: that sample fails, saying so, and the others go on."""
    files = {}
    for role in PLASMASTRAT_ROLES:
        name, _, index = PLASMASTRAT_SAMPLES.get(wildcards.sample, {}).get(role, "").partition("##idx##")
        if not os.path.exists(name):
            continue
        files[role] = name
        stem = os.path.splitext(name)[0]
        for i in [index] if index else [name + e for e in (".bai", ".csi", ".crai", ".tbi")] + [stem + ".bai"]:
            if os.path.exists(i):
                files[role + "_index"] = i
                break
    return files


def plasmastrat_words(wildcards, input):
    """The inputs as options: from the sheet, or from the rule's own `input:` where it was replaced."""
    sample = PLASMASTRAT_SAMPLES.get(wildcards.sample, {})
    words = []
    for role in PLASMASTRAT_ROLES:
        if role in sample or role in input.keys():
            words += ["--" + role, sample.get(role) or str(input[role])]
    for column in ("purity", "specimen"):
        if column in sample:
            words += ["--" + column, sample[column]]
    return " ".join(shlex.quote(word) for word in words)


def plasmastrat_cohort_command():
    p = {k: shlex.quote(str(v)) for k, v in PLASMASTRAT.items()}
    return (
        f"{p['program']} report {p['outdir']} --sheet {p['sheet']} --logs {p['logs']} -o {p['outdir']} --force"
        f" 2> {p['logs']}/cohort.log"
    )


rule plasmastrat_sample:
    input:
        unpack(plasmastrat_files),
    output:
        **{name: PLASMASTRAT["outdir"] + "/{sample}" + ending for name, ending in PLASMASTRAT_ENDINGS.items()},
    log:
        PLASMASTRAT["logs"] + "/{sample}.log",
    params:
        inputs=plasmastrat_words,
        program=PLASMASTRAT["program"],
        options=PLASMASTRAT["options"],
    wildcard_constraints:
        sample="(?!(?:cohort|plasmastrat_mqc)$)[^/]+",
    threads: PLASMASTRAT["threads"]
    resources:
        mem_mb=lambda wildcards, attempt: PLASMASTRAT["mem_mb"] * attempt,
        runtime=lambda wildcards, attempt: PLASMASTRAT["runtime"] * attempt,
    shell:
        "{params.program} sample --id {wildcards.sample:q} {params.inputs} {params.options} -@ {threads}"
        " --json {output.json:q} --html {output.html:q} --ras-vcf {output.vcf:q} --force > {log:q} 2>&1"


rule plasmastrat_cohort:
    input:
        [PLASMASTRAT["outdir"] + f"/{sample}.json" for sample in PLASMASTRAT_SAMPLES],
        sheet=PLASMASTRAT["sheet"],
    output:
        tsv=PLASMASTRAT["outdir"] + "/cohort.tsv",
        html=PLASMASTRAT["outdir"] + "/cohort.html",
        multiqc=PLASMASTRAT["outdir"] + "/plasmastrat_mqc.json",
    log:
        PLASMASTRAT["logs"] + "/cohort.log",
    resources:
        mem_mb=PLASMASTRAT["mem_mb"],
        runtime=PLASMASTRAT["runtime"],
    shell:
        plasmastrat_cohort_command().replace("{", "{{").replace("}", "}}")
