#!/usr/bin/env python3
"""usage: job.py SHEET [reference=FASTA] [model=NAME] > job.json

Writes the inputs of plasmastrat.cwl from a sample sheet as `plasmastrat batch` reads it (paths relative to the sheet, lanes
joined by |). CWL engines refuse a job with missing files, so all of them are named here at once, with exit status 2. Python
standard library only."""
import csv
import json
import os
import sys

ROLES = ("rna", "dna", "normal", "vcf", "sv", "cnv", "counts")
WITH_LANES = ROLES[:3]
NONE = ("", ".", "NA", "N/A", "#N/A")


def file_of(path):
    return {"class": "File", "location": path if "://" in path else "file://" + os.path.abspath(path)}


def rows_of(path):
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
        yield {name: cell for name, cell in row.items() if cell.upper() not in NONE}


def number_of(text):
    """A number, also "80%" and "0,8"; None when it is not one."""
    try:
        number = float(text.replace(",", ".").rstrip("% "))
    except ValueError:
        return None
    return number / 100 if "%" in text else number


def lane_of(text, folder, missing):
    """One file of a cell, with the index that was named behind ##idx##."""
    paths = [p if "://" in p else os.path.join(folder, p) for p in text.strip().split("##idx##")]
    missing += [p for p in paths if "://" not in p and not os.path.exists(p)]
    file = file_of(paths[0])
    if len(paths) > 1:
        file["secondaryFiles"] = [file_of(paths[1])]
    return file


def sample_of(row, folder, problems):
    """A row as a record of plasmastrat.cwl."""
    sample = {"sample_id": row["sample_id"]}
    for role in ROLES:
        missing = []
        files = [lane_of(lane, folder, missing) for lane in row[role].split("|")] if role in row else []
        problems += [f"{row['sample_id']}: {role}: {path}: no such file" for path in missing]
        if files:
            sample[role] = files if role in WITH_LANES else files[0]
    for column in ("purity", "molecules"):
        if column in row:
            sample[column] = number_of(row[column])
            if sample[column] is None:
                problems.append(f"{row['sample_id']}: {column}: '{row[column]}', expected a number")
    if "specimen" in row:
        sample["specimen"] = row["specimen"]
    return sample


def main(argv):
    if len(argv) < 2 or argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if len(argv) > 1 else 2
    problems = []
    samples = [sample_of(row, os.path.dirname(argv[1]), problems) for row in rows_of(argv[1])]
    if problems:
        print("job.py: nothing was written:", *problems, sep="\n  ", file=sys.stderr)
        return 2
    job = {"sheet": file_of(argv[1]), "samples": samples}
    for word in argv[2:]:
        name, _, value = word.partition("=")
        job[name] = file_of(value) if name == "reference" else value
    json.dump(job, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
