#!/usr/bin/env python3
"""Results of other programs in: structural variants and gene counts, files made here as each program documents them.

$PLASMASTRAT: the program (default ./plasmastrat). Prints a line per failed case and `ok N, failed N, skipped N`."""
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import count_files
import sv_files

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
CONTRACT = os.path.join(ROOT, "..", "shared", "acceptance", "contract_check.py")
count = {"ok": 0, "failed": 0, "skipped": 0}


def check(name, fine, what=""):
    count["ok" if fine else "failed"] += 1
    if not fine:
        print(f"FAILED: {name}: {what}")


def put(name, text):
    path = os.path.join(work, name)
    with open(path, "w", encoding="latin-1", newline="") as out:
        out.write(text)
    return path


def run(*options):
    return subprocess.run([PROGRAM, "sample", "--id", "x", *options, "-q"], capture_output=True, text=True)


def answer(name, *options):
    done = run(*options, "-o", "-")
    if done.returncode != 0:
        check(name, False, done.stderr.strip()[:400])
        return None
    path = put("x.json", done.stdout)
    if os.path.exists(CONTRACT):
        kept = subprocess.run([sys.executable, CONTRACT, path], capture_output=True, text=True)
        check(name + " (contract)", kept.returncode == 0, kept.stdout[:400])
    return json.loads(done.stdout)


def refused(name, says, *options):
    done = run(*options, "-o", "-")
    check(f"{name} is refused", done.returncode == 1 and says in done.stderr and not done.stdout, f"{done.returncode} {done.stderr[:400]}")


def has_reason(part, code):
    return any(x.split(":")[0] == code for x in part["reasons"])


# ---- structural variants --------------------------------------------------------------------------------------------
def sv_callers():
    for name, text, caller, split, discordant in sv_files.CALLERS:
        doc = answer("sv " + name, "--sv", put("s.vcf", text))
        if not doc:
            continue
        j = doc["igh_ccnd1"]
        check(f"sv {name}: state", j["state"] == "detected" and j["sources"] == ["sv"], (j["state"], j["reasons"]))
        check(f"sv {name}: support", (j["split_fragments"], j["discordant_fragments"]) == (split, discordant),
              (j["split_fragments"], j["discordant_fragments"]))
        places = [(b["chrom_a"], b["pos_a"], b["kept_a"], b["chrom_b"], b["pos_b"], b["kept_b"]) for b in j["breakpoints"]]
        check(f"sv {name}: place", places == [("chr11", sv_files.A, "left", "chr14", sv_files.B, "right")], places)
        check(f"sv {name}: caller", any(caller in x for x in j["reasons"]), j["reasons"])
        check(f"sv {name}: cause", doc["ccnd1"]["cause"] == "t(11;14)", doc["ccnd1"])
        check(f"sv {name}: input", doc["inputs"][0]["role"] == "sv" and doc["ras"]["state"] == "not-assessable", doc["inputs"])


def sv_others():
    for name, text, state, reason in sv_files.OTHERS:
        doc = answer("sv " + name, "--sv", put("s.vcf", text))
        if doc:
            j = doc["igh_ccnd1"]
            check(f"sv {name}", j["state"] == state and has_reason(j, reason), (j["state"], j["reasons"]))
    for name, text, says, *options in sv_files.BAD:
        refused("sv " + name, says, "--sv", put("s.vcf", text), *options)
    refused("sv a table", "give it with --counts", "--sv", put("c.txt", count_files.htseq(0)), "--panel", "grch38")
    refused("vcf a table", "give it with --counts", "--vcf", put("c.txt", count_files.htseq(0)), "--panel", "grch38")


def sv_with_reads():
    """Beside reads that show the junction, and beside those that would have shown it and do not."""
    data = os.path.join(ROOT, "testdata")
    path = put("s.vcf", sv_files.CALLERS[0][1])
    for sample in ("PCL01", "IMM01"):
        bam = os.path.join(data, sample + ".dna.bam")
        alone, both = answer(sample, "--dna", bam), answer(sample + " with sv", "--dna", bam, "--sv", path)
        if not alone or not both:
            continue
        was, now = alone["igh_ccnd1"], both["igh_ccnd1"]
        if was["state"] == "detected":
            check(sample + ": agreed", now["state"] == "detected" and now["sources"] == ["dna", "sv"], now["sources"])
            check(sample + ": the reads' breakpoints", now["breakpoints"] == was["breakpoints"])
        elif was["state"] == "not-detected":
            check(sample + ": disagreement", now["state"] == "not-assessable" and has_reason(now, "sv-vs-reads"), now["reasons"])
        else:
            check(sample + ": the list decides", now["state"] == "detected", now["reasons"])


# ---- counts ---------------------------------------------------------------------------------------------------------
def counts():
    first = None
    for name, file, text, options, unit in count_files.FILES:
        doc = answer("counts " + name, "--counts", put(file, text), *options)
        if not doc:
            continue
        e = doc["ccnd1_expression"]
        first = first or e
        check(f"counts {name}: state", e["state"] == "overexpressed", (e["state"], e["reasons"]))
        fine = abs((e["log2_ratio"] or 99) - first["log2_ratio"]) < (0.01 if unit == "counts" else 0.05)
        check(f"counts {name}: level", fine, (e["log2_ratio"], first["log2_ratio"]))
        if unit == "counts":
            genes = {g["gene"]: g["fragments"] for g in e["all_genes"]}
            wrong = {g: (n, count_files.COUNT[g]) for g, n in genes.items() if abs(n - count_files.COUNT[g]) > 0.5}
            check(f"counts {name}: every gene", not wrong, wrong)
        else:
            check(f"counts {name}: no interval", e["fragments"] is None and has_reason(e, "counts-per-kb"), e["reasons"])
        check(f"counts {name}: said", has_reason(e, "counts"), e["reasons"])
        check(f"counts {name}: nothing else", doc["ras"]["state"] == "not-assessable" and doc["igh_ccnd1"]["state"] == "not-assessable")
    for name, file, text, options, says in count_files.BAD:
        refused("counts " + name, says, "--counts", put(file, text), *options)


def counts_by_map():
    """Transcripts of Kallisto, with the map of an nf-core run beside them."""
    folder = os.path.join(work, "kallisto")
    os.mkdir(folder)
    rows = list(count_files.rows())
    with open(os.path.join(folder, "tx2gene.tsv"), "w") as out:
        for i, r in enumerate(rows):
            out.write(f"ENST{i:05d}.1\t{r[0]}.3\t{r[1]}\n")
    path = os.path.join(folder, "abundance.tsv")
    with open(path, "w") as out:
        out.write("target_id\tlength\teff_length\test_counts\ttpm\n")
        for i, r in enumerate(rows):
            out.write(f"ENST{i:05d}.1\t2000\t1800\t{r[3]}\t1\n")
    doc = answer("counts by a map", "--counts", path)
    if doc:
        check("counts by a map", doc["ccnd1_expression"]["fragments"] == count_files.COUNT["CCND1"], doc["ccnd1_expression"]["reasons"])


def sheet():
    """The same as columns of a sheet."""
    put("s.vcf", sv_files.CALLERS[0][1])
    put("c.txt", count_files.htseq(0))
    put("m.tsv", count_files.matrix(1, samples=("D", "E")))
    path = put("sheet.tsv", "sample_id\tsv\tcounts\nA\ts.vcf\tc.txt\nB\ts.vcf\t.\nC\t.\tc.txt\nD\t.\tm.tsv\n")
    folder = os.path.join(work, "out")
    done = subprocess.run([PROGRAM, "batch", path, "-o", folder, "-q"], capture_output=True, text=True)
    check("batch", done.returncode == 0, done.stderr[:400])
    for name, junction, expression in (("A", "detected", "overexpressed"), ("B", "detected", "not-assessable"),
                                       ("C", "not-assessable", "overexpressed"), ("D", "not-assessable", "overexpressed")):
        with open(os.path.join(folder, name + ".json")) as text:
            doc = json.load(text)
        found = doc["igh_ccnd1"]["state"], doc["ccnd1_expression"]["state"]
        check("batch " + name, found == (junction, expression), found)
    done = subprocess.run([PROGRAM, "report", folder, "-o", os.path.join(work, "again"), "-q"], capture_output=True, text=True)
    check("report of them", done.returncode == 0, done.stderr[:400])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        for part in (sv_callers, sv_others, sv_with_reads, counts, counts_by_map, sheet):
            part()
    print("ok {ok}, failed {failed}, skipped {skipped}".format(**count))
    sys.exit(1 if count["failed"] else 0)
