# The two rules, to include as they are or to take into another workflow:
#
#   module plasmastrat:
#       snakefile: "pipelines/snakemake/rules/plasmastrat.smk"
#       config: config
#   use rule * from plasmastrat
#   use rule plasmastrat_sample from plasmastrat with:
#       input: rna="aligned/{sample}.bam", rna_index="aligned/{sample}.bam.bai"
#
# plasmastrat_sample reads the inputs named rna, dna, normal (these also as lists of lanes), vcf, sv, cnv and counts; further
# ones (indexes) are only waited for. Without `config:` the settings below hold.
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
    **globals().get("config", {}).get("plasmastrat", {}),
}
PLASMASTRAT_ROLES = ("rna", "dna", "normal", "vcf", "sv", "cnv", "counts")
PLASMASTRAT_STATED = ("purity", "specimen", "molecules")
PLASMASTRAT_ENDINGS = {
    "json": ".json",
    "html": ".html",
    "vcf": ".ras.vcf.gz",
    "tbi": ".ras.vcf.gz.tbi",
    "evidence": ".evidence.gz",
}


def plasmastrat_rows(path):
    """The rows of a sheet as spreadsheet programs save them: tabs, semicolons, commas, UTF-8, UTF-16, a header in any case."""
    with open(path, "rb") as file:
        data = file.read()
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig").replace("\u00a0", " ")
    lines = [line for line in text.splitlines() if line.strip(" \t,;") and not line.lower().startswith("sep=")]
    lines = [line for line in lines if line[0] != "#" or "sample_id" in line.lower()]
    header = lines[0].lstrip("#")
    separator = next((mark for mark in "\t;," if mark in header), ",")
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator))]
    for cells in csv.reader(lines[1:], delimiter=separator):
        row = {name: cell.strip() for name, cell in zip(names, cells)}
        yield {name: cell for name, cell in row.items() if cell.upper() not in ("", ".", "NA", "N/A", "#N/A")}


def plasmastrat_share(text):
    """ "80%" and "0,8" as the option takes them."""
    number = text.replace(",", ".").rstrip("% ")
    try:
        return repr(float(number) / 100) if "%" in text else number
    except ValueError:
        return text


def plasmastrat_sheet(path):
    """The samples of a sheet as `plasmastrat batch` reads it, files as lists, paths relative to the sheet."""
    if not os.path.exists(path):
        return {}  # samples given by `use rule ... with:` need no sheet
    folder = os.path.dirname(path)
    samples = {}
    for sample in plasmastrat_rows(path):
        for role in PLASMASTRAT_ROLES:
            if role in sample:
                sample[role] = [
                    "##idx##".join(
                        name if "://" in name else os.path.join(folder, name) for name in lane.strip().split("##idx##")
                    )
                    for lane in sample[role].split("|")
                ]
        if "purity" in sample:
            sample["purity"] = plasmastrat_share(sample["purity"])
        samples[sample["sample_id"]] = sample
    return samples


PLASMASTRAT_SAMPLES = plasmastrat_sheet(PLASMASTRAT["sheet"])


def plasmastrat_index(name, index):
    """The index that the program would find: the one that was named, or the one beside the file; None if there is none."""
    stem = os.path.splitext(name)[0]
    beside = [name + ending for ending in (".bai", ".csi", ".crai", ".tbi")] + [stem + ".bai"]
    return next((i for i in ([index] if index else beside) if os.path.exists(i)), None)


def plasmastrat_files(wildcards):
    """What Snakemake watches: the inputs and their indexes. A URL is read in place. A file that is not there is left to
    the program: that sample fails, saying so, and the others go on."""
    files = {}
    for role in PLASMASTRAT_ROLES:
        lanes = [lane.partition("##idx##") for lane in PLASMASTRAT_SAMPLES.get(wildcards.sample, {}).get(role, [])]
        there = [lane for lane in lanes if os.path.exists(lane[0])]
        indexes = [plasmastrat_index(name, index) for name, _, index in there]
        files[role] = [name for name, _, _ in there]
        files[role + "_index"] = [index for index in indexes if index]
    return {name: paths for name, paths in files.items() if paths}


def plasmastrat_words(wildcards, input):
    """The inputs as options: from the sheet, or from the rule's own `input:` where it was replaced."""
    sample = PLASMASTRAT_SAMPLES.get(wildcards.sample, {})
    words = []
    for role in PLASMASTRAT_ROLES:
        given = sample.get(role) or input.get(role) or []
        for path in [given] if isinstance(given, str) else given:
            words += ["--" + role, str(path)]
    for column in PLASMASTRAT_STATED:
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
        " --json {output.json:q} --html {output.html:q} --ras-vcf {output.vcf:q}"
        " --evidence {output.evidence:q} --force > {log:q} 2>&1"


rule plasmastrat_cohort:
    input:
        [PLASMASTRAT["outdir"] + f"/{sample}.json" for sample in PLASMASTRAT_SAMPLES],
        sheet=PLASMASTRAT["sheet"],
    output:
        tsv=PLASMASTRAT["outdir"] + "/cohort.tsv",
        html=PLASMASTRAT["outdir"] + "/cohort.html",
        multiqc=PLASMASTRAT["outdir"] + "/plasmastrat_mqc.json",
        maf=PLASMASTRAT["outdir"] + "/cohort.maf",
        cbioportal=PLASMASTRAT["outdir"] + "/cbioportal_samples.txt",
    log:
        PLASMASTRAT["logs"] + "/cohort.log",
    resources:
        mem_mb=PLASMASTRAT["mem_mb"],
        runtime=PLASMASTRAT["runtime"],
    shell:
        plasmastrat_cohort_command().replace("{", "{{").replace("}", "}}")
