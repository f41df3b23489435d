#!/usr/bin/env python3
"""usage: job.py SHEET [reference=FASTA] [model=NAME] > job.json

Writes the inputs of plasmastrat.cwl from a sample sheet (TSV or CSV; columns sample_id rna dna normal vcf purity specimen;
paths relative to the sheet; empty or "." means none). CWL engines refuse a job with missing files, so all of them are named
here at once, with exit status 2. Python standard library only."""
import csv
import json
import os
import sys


def file_of(path):
    return {"class": "File", "location": path if "://" in path else "file://" + os.path.abspath(path)}


def read_sheet(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        lines = [line for line in file if line.strip() and not line.startswith("##")]
    lines[0] = lines[0].lstrip("#")
    for row in csv.DictReader(lines, delimiter="\t" if "\t" in lines[0] else ","):
        values = {k.strip(): (v or "").strip() for k, v in row.items() if k}
        yield {k: v for k, v in values.items() if v not in ("", ".")}


def main(argv):
    if len(argv) < 2 or argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if len(argv) > 1 else 2
    sheet, samples, missing = argv[1], [], []
    for row in read_sheet(sheet):
        sample = {"sample_id": row["sample_id"]}
        for role in ("rna", "dna", "normal", "vcf"):
            if role not in row:
                continue
            name, _, index = row[role].partition("##idx##")
            paths = [p if "://" in p else os.path.join(os.path.dirname(sheet), p) for p in (name, index) if p]
            missing += [f"{row['sample_id']}: {role}: {p}" for p in paths if "://" not in p and not os.path.exists(p)]
            sample[role] = file_of(paths[0])
            if index:
                sample[role]["secondaryFiles"] = [file_of(paths[1])]
        if "purity" in row:
            sample["purity"] = float(row["purity"])
        if "specimen" in row:
            sample["specimen"] = row["specimen"]
        samples.append(sample)
    if missing:
        print("job.py: no such file:", *missing, sep="\n  ", file=sys.stderr)
        return 2
    job = {"sheet": file_of(sheet), "samples": samples}
    for word in argv[2:]:
        name, _, value = word.partition("=")
        job[name] = file_of(value) if name == "reference" else value
    json.dump(job, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
