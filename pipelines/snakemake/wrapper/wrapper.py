__author__ = "plasmastrat developers"
__copyright__ = "Copyright 2026, plasmastrat developers"
__license__ = "MIT"

import os
import shlex

from snakemake.shell import shell

INPUTS = {name: name for name in ("rna", "dna", "normal", "vcf", "sv", "cnv", "counts")} | {"ref": "reference"}
OUTPUTS = {"json": "json", "html": "html", "vcf": "ras-vcf", "evidence": "evidence"}


def options(files, names):
    """The named files that are there, as options; a list is an option for each."""
    words = []
    for name, option in names.items():
        given = files.get(name) or []
        for path in [given] if isinstance(given, str) else given:
            words += ["--" + option, str(path)]
    return " ".join(shlex.quote(word) for word in words)


inputs = options(snakemake.input, INPUTS)
outputs = options(snakemake.output, OUTPUTS)
sample = shlex.quote(snakemake.params.get("id") or os.path.basename(snakemake.output.json).removesuffix(".json"))
extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

shell("plasmastrat sample --id {sample} {inputs} {extra} --threads {snakemake.threads} {outputs} --force {log}")
