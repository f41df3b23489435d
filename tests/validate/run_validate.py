#!/usr/bin/env python3
"""`plasmastrat validate` end to end: what it counts, its files, its protocol, and what it refuses.

$PLASMASTRAT: the program (default ./plasmastrat). Prints a line per failed case and `ok N, failed N, skipped N`.
"""
import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.abspath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
DATA = os.path.join(ROOT, "testdata")
counts = {"ok": 0, "failed": 0, "skipped": 0}
try:
    import jsonschema
except ImportError:
    jsonschema = None


def check(name, good, detail=""):
    counts["ok" if good else "failed"] += 1
    if not good:
        print(f"FAILED: {name}: {str(detail)[:600]}")
    return good


def program(*args):
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def sheet(path, columns, *rows, separator="\t", before=""):
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write(before + separator.join(columns) + "\n")
        for row in rows:
            out.write(separator.join(row) + "\n")
    return path


def validate(name, status, path, *options, out="v"):
    done = program("validate", path, "-o", out, "--force", "--repeats", "0", *options)
    check(name + ": exit status", done.returncode == status, (done.returncode, done.stderr))
    return done


def document(out="v"):
    with open(os.path.join(out, "validation.json"), encoding="utf-8") as handle:
        return json.load(handle)


def measures(out="v"):
    return {m["name"]: m for m in document(out)["measures"]}


def table(name):
    with open(name, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def mutect2(path, sample, vaf, gene_place=("chr12", 25245347, "C", "T"), depth=400):
    """KRAS G13D at a VAF as Mutect2 writes it; None: a file without it."""
    with open(os.path.join(DATA, "VCF01.mutect2.vcf"), encoding="ascii") as handle:
        head = [line.replace("VCF01", sample) for line in handle if line.startswith("#")]
    alt = round((vaf or 0) * depth)
    with open(path, "w", encoding="ascii") as out:
        out.writelines(head)
        if vaf:
            out.write("%s\t%d\t.\t%s\t%s\t.\tPASS\tDP=%d;TLOD=90.00\tGT:AD:AF:DP\t0/1:%d,%d:%.4f:%d\n" % (
                *gene_place, depth, depth - alt, alt, alt / depth, depth))
    return path


# ---- what is counted -------------------------------------------------------------------------------------------------

COLUMNS = ("sample_id", "evidence", "dna", "vcf", "expect_ras", "expect_vaf", "expect_igh_ccnd1", "expect_ccnd1", "expect_label",
           "replicate_of", "dilution_of", "fraction", "run")


def row(sample_id, **cells):
    assert set(cells) <= set(COLUMNS), cells
    return [sample_id] + [cells.get(c, "") for c in COLUMNS[1:]]


def truth():
    """testdata by evidence, by JSON and by reads, and variant lists."""
    for k, vaf in enumerate((0.4, 0.2, 0.1, 0.02, None, None)):
        mutect2(f"d{k}.vcf", f"D{k}", vaf)
    mutect2("r.vcf", "R", 0.5)
    return [
        row("PCL01", evidence="kept/PCL01.evidence.gz", expect_ras="KRAS G12D", expect_vaf="30%", expect_igh_ccnd1="detected",
            expect_ccnd1="dysregulated", expect_label="plasmacytoma-like"),
        row("PCLjson", evidence="kept/PCL01.json", replicate_of="PCL01", run="A"),
        row("IMM01", evidence="kept/IMM01.evidence.gz", expect_ras="wild-type", expect_igh_ccnd1="not-detected",
            expect_label="intramedullary"),
        row("IMMbam", dna=os.path.join(DATA, "IMM01.dna.bam"), expect_ras="NRAS Q61R", expect_vaf="0.2"),  # wrong: a discordance
        row("NAS01", dna="kept/NAS01.evidence.gz", expect_ras="wild-type"),
        row("D0", vcf="d0.vcf", expect_ras="KRAS G13D + NRAS ?", expect_vaf="0.4", run="A"),
        row("R0", vcf="r.vcf", replicate_of="D0", run="B"),
        row("D1", vcf="d1.vcf", dilution_of="D0", fraction="50%"),
        row("D2", vcf="d2.vcf", dilution_of="D0", fraction="0.25"),
        row("D3", vcf="d3.vcf", dilution_of="D0", fraction="0.05"),
        row("D4", vcf="d4.vcf", dilution_of="D0", fraction="0.05"),
        row("D5", vcf="d5.vcf", dilution_of="D0", fraction="0.01"),
    ]


def counted():
    path = sheet("truth.tsv", COLUMNS, *truth())
    done = validate("truth", 0, path)
    m = measures()

    def measure(name, value, n):
        got = m[name]
        check(name, got["n"] == n and (got["value"] is None) == (value is None) and
              (value is None or abs(got["value"] - value) < 2e-5), got)
    measure("ppa.ras", 2 / 3, 3)             # PCL01, D0; IMMbam is not
    measure("npa.ras", 1, 1)                 # IMM01
    measure("not_assessable.ras", 0.2, 5)    # NAS01
    measure("ppa.ras_variant", 2 / 3, 3)
    measure("ppa.ras_variant.vaf_0.1_0.25", 2 / 3, 3)  # D1 and D2 found, IMMbam missed
    measure("ppa.igh_ccnd1", 1, 1)
    measure("npa.igh_ccnd1", None, 0)        # IMM01 is not assessable there
    measure("ppa.label", 1, 1)
    measure("npa.label", 1, 1)
    measure("flips.ras", 0, 4)
    measure("vaf_cv.reproducibility", ((0.05 ** 2 * 2) ** 0.5) / 0.45, 1)
    measure("vaf_cv.repeatability", 0, 1)
    measure("discordances", 2, len(document()["comparisons"]))
    measure("lod95.in_silico", None, 0)
    check("summary on stdout", "12 samples" in done.stdout and "ppa.ras " in done.stdout, done.stdout)
    # 40, 20 and 10 % found, 2 % once of two, 0.4 % not: no fit, a step from 10 %
    limit = next(x for x in document()["limits"] if x["source"] == "dilution")
    check("limit of the dilutions", limit["state"] == "step" and abs(limit["lod95"] - 0.1) < 1e-9 and limit["low"] == 0.02, limit)
    rows = table("v/validation.tsv")
    missed = [r for r in rows if r["sample_id"] == "IMMbam" and r["marker"] == "ras_variant" and r["outcome"] == "differs"]
    check("a miss has the program's reason", len(missed) == 1 and re.search(r"NRAS codon 61 wild-type, depth \d+, lod95", missed[0]["why"]),
          missed)
    check("every comparison has a row", len(rows) == len(document()["comparisons"]), len(rows))
    listed = table("v/validation_measures.tsv")
    check("measures as a table", [r["measure"] for r in listed] == list(m), "")
    check("measures: the values of the JSON", all(
        r["n"] == str(m[r["measure"]]["n"]) and r["unit"] == m[r["measure"]]["unit"] and
        [r[x] != "." for x in ("value", "low", "high")] == [m[r["measure"]][x] is not None for x in ("value", "low", "high")]
        for r in listed), [(r, m[r["measure"]]) for r in listed][:2])
    return path


def files(path):
    if jsonschema:
        with open(os.path.join(ROOT, "src", "report", "validation", "validation.schema.json"), encoding="ascii") as handle:
            schema = json.load(handle)
        try:
            jsonschema.validate(document(), schema)
            check("JSON fits its schema", True)
        except jsonschema.ValidationError as error:
            check("JSON fits its schema", False, error.message)
    else:
        counts["skipped"] += 1
        print("skipped: python3-jsonschema is not installed")
    with open("v/validation.html", encoding="utf-8") as handle:
        page = handle.read()
    check("page: no placeholder is left", "{{" not in page, re.findall(r"{{.{20}", page))
    check("page: self-contained", not re.search(r'(src|href)="(?!#)', page) and "url(" not in page, "")
    check("page: no nan", not re.search(r"\bnan\b|\binf\b", page), re.findall(r".{30}\bnan\b", page)[:3])
    text = html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")
    for words in ("No protocol was given", "66.7 % (2 of 3)", "Signatures", "Approved by", document()["provenance"]["sheet_checksum"],
                  document()["samples"][0]["evidence_digest"], "NRAS codon 61 wild-type", "always from there on, not always at 2 %"):
        check(f"page: says '{words}'", words in text, "")
    digests = {s["sample_id"]: s["evidence_digest"] for s in document()["samples"]}
    check("evidence and its JSON are the same sample", digests["PCL01"] == digests["PCLjson"], digests)
    validate("4 threads", 0, path, "-@4", out="v4")
    for name in ("validation.tsv", "validation.json", "validation_measures.tsv", "validation.html"):
        with open("v/" + name, "rb") as a, open("v4/" + name, "rb") as b:
            check(f"{name}: the same for any threads", a.read() == b.read())
    done = program("validate", path, "-o", "v", "--repeats", "0")
    check("exists: refused", done.returncode == 1 and "exists; use --force" in done.stderr, done.stderr)


def in_silico():
    path = sheet("silico.tsv", COLUMNS, row("P", evidence="kept/PCL01.evidence.gz", expect_ras="KRAS G12D"),
                 row("W", evidence="kept/IMM01.evidence.gz", expect_ras="wild-type"))
    done = program("validate", path, "-o", "s", "--repeats", "3", "--seed", "7")
    again = program("validate", path, "-o", "s2", "--repeats", "3", "--seed", "7", "-@3")
    check("in silico: runs", done.returncode == 0 and again.returncode == 0, done.stderr)
    m = measures("s")["lod95.in_silico.substitution"]
    check("in silico: eight VAFs, three mixtures each", m["n"] == 24 and (m["value"] is None or 0.002 < m["value"] < 0.05), m)
    check("in silico: calibration", sum(c["n"] for c in document("s")["calibration"]) == 24, document("s")["calibration"])
    check("in silico: the same for any threads", measures("s") == measures("s2"))
    rows = [row(name, evidence=f"kept/{name[:5]}.evidence.gz", expect_ras=ras) for name, ras in (
        ("IMM01", "wild-type"), ("B3701", "KRAS Q61H"), ("PCL01", "KRAS G12D"), ("IND01", "NRAS Q61R"), ("IMM01b", "wild-type"))]
    for k, some in enumerate((rows, rows[::-1])):
        path = sheet(f"silico{k}.tsv", COLUMNS, *some)
        found = []
        for threads in "13":
            done = program("validate", path, "-o", "s", "--repeats", "2", "--force", "-@" + threads)
            check("in silico: first of several", done.returncode == 0, done.stderr)
            found.append(([d["sample_id"] for d in document("s")["limits"] if d["source"] == "in_silico"], measures("s")))
        check("in silico: the first of several, for any threads", found[0] == found[1])
        check("in silico: the first of several is mixed", [x for x in found[0][0] if x] == [("PCL01", "IND01")[k]], found[0][0])  # B3701 is on another build
    opened("silico.tsv")


def opened(path):
    """A file is opened twice: for its first bytes, and to be read; what is mixed is kept."""
    done = subprocess.run(["strace", "-f", "-o", "trace", "-e", "trace=openat", PROGRAM, "validate", path, "-o", "s", "--repeats", "1", "--force"],
                          capture_output=True, check=False) if shutil.which("strace") else None
    if not done or done.returncode != 0:
        counts["skipped"] += 1
        print("skipped: strace is not installed, or may not trace here")
        return
    with open("trace", encoding="utf-8", errors="replace") as handle:
        text = handle.read()
    for name in ("PCL01", "IMM01"):
        n = text.count(name + ".evidence.gz")
        check("in silico: no file is read twice", n == 2, (name, n))


def protocols(path):
    with open("good.tsv", "w", encoding="ascii") as out:
        out.write("measure\trelation\tlimit\tmin_n\nppa.label\t>=\t95%\t1\ndiscordances\t<=\t2\t1\n")
    with open("bad.tsv", "w", encoding="ascii") as out:
        out.write("measure\trelation\tlimit\tmin_n\nppa.label\t>=\t95%\t1\nppa.ras\t>=\t95%\t1\nnpa.ccnd1\t>=\t95%\t1\n")
    validate("protocol that is met", 0, path, "--protocol", "good.tsv", "--title", "Lab <7>")
    with open("v/validation.html", encoding="utf-8") as handle:
        page = handle.read()
    check("page: criteria passed", "All 2 acceptance criteria passed" in page and "Lab &lt;7&gt;" in page)
    done = validate("protocol that is not met", 1, path, "--protocol", "bad.tsv")
    check("criteria that failed", "bad.tsv: 2 of 3 criteria failed" in done.stderr and "FAILED ppa.ras" in done.stdout, done.stderr)
    check("JSON: criteria", [c["passed"] for c in document()["protocol"]["criteria"]] == [True, False, False], document()["protocol"])
    with open("wrong.tsv", "w", encoding="ascii") as out:
        out.write("measure\trelation\tlimit\nppa.rass\t>=\t95%\n")
    done = validate("protocol with an unknown measure", 2, path, "--protocol", "wrong.tsv", out="x")
    check("unknown measure: line and hint", "wrong.tsv:2: column measure: 'ppa.rass'" in done.stderr and "ppa.ras?" in done.stderr, done.stderr)
    check("unknown measure: nothing was made", not os.path.exists("x"))


# ---- sheets ----------------------------------------------------------------------------------------------------------

def spreadsheets():
    sheet("office.csv", ("Sample_ID", "VCF", "Expect_RAS", "Expect_VAF"), ("D0", "d0.vcf", "KRAS G13D + NRAS ?", "0,4"),
          ("D1", "d1.vcf", "KRAS p.Gly13Asp + NRAS ?", "20 %"), separator=";", before="\ufeff")
    validate("a spreadsheet's file", 0, "office.csv")
    check("decimal comma and per cent", [c["expected_value"] for c in document()["comparisons"] if c["marker"] == "ras_variant"] == [0.4, 0.2],
          document()["comparisons"])
    path = sheet("lines.tsv", ("sample_id", "vcf", "cell_line", "expect_igh_ccnd1"), ("A", "d0.vcf", "nci h929", ""),
                 ("B", "d0.vcf", "KMS-12-BM", "?"), ("C", "d0.vcf", "", ""))
    validate("cell lines", 0, path, "--cell-line", "OCI-MY1")
    got = {(c["sample_id"], c["marker"], c["expected"]) for c in document()["comparisons"]}
    for want in (("A", "ras_variant", "NRAS G13D"), ("A", "igh_ccnd1", "not-detected"), ("B", "ras", "wild-type"),
                 ("C", "ras_variant", "KRAS G13D")):
        check(f"cell line: {want}", want in got, got)
    check("cell line: the sheet wins", not any(c[0] == "B" and c[1] == "igh_ccnd1" for c in got), got)


def refusals():
    vcf = ("sample_id", "vcf")
    cases = [
        ("an expectation that cannot be parsed", vcf + ("expect_ras",), [("A", "d0.vcf", "KRAS twelve")],
         ":2: column expect_ras: 'KRAS twelve': expected a change such as G12D"),
        ("a gene the panel lacks", vcf + ("expect_ras",), [("A", "d0.vcf", "TP53 R175H")], ":2: column expect_ras: 'TP53 R175H': gene TP53 is not one in which panel grch38"),
        ("another residue", vcf + ("expect_ras",), [("A", "d0.vcf", "KRAS A12D")], "residue 12 of KRAS is G, not A"),
        ("VAFs of another number", vcf + ("expect_ras", "expect_vaf"), [("A", "d0.vcf", "KRAS G12D", "0.1+0.2")], "2 VAFs for 1 change"),
        ("a dilution without its parent", vcf + ("expect_ras", "dilution_of", "fraction"), [("A", "d0.vcf", "KRAS G13D", "Z", "0.1")],
         ":2: column dilution_of: 'Z': no sample of the sheet has this id, expected the undiluted sample"),
        ("a dilution without its fraction", vcf + ("expect_ras", "dilution_of"), [("A", "d0.vcf", "KRAS G13D", ""), ("B", "d1.vcf", "", "A")],
         ":3: sample B is a dilution of A, expected its share in column fraction"),
        ("a fraction of nothing", vcf + ("expect_ras", "fraction"), [("A", "d0.vcf", "KRAS G13D", "0.5")], "expected the undiluted sample in column dilution_of"),
        ("a fraction above one", vcf + ("expect_ras", "dilution_of", "fraction"), [("A", "d0.vcf", "KRAS G13D", "", ""), ("B", "d1.vcf", "", "A", "2")],
         ":3: column fraction: '2'"),
        ("a dilution of a dilution", vcf + ("expect_ras", "dilution_of", "fraction"),
         [("A", "d0.vcf", "KRAS G13D", "", ""), ("B", "d1.vcf", "", "A", "0.5"), ("C", "d2.vcf", "", "B", "0.5")], ":4: sample C is a dilution of B, which is one itself"),
        ("replicates in a circle", vcf + ("expect_ras", "replicate_of"), [("A", "d0.vcf", "KRAS G13D", "B"), ("B", "d1.vcf", "", "A")], "is a replicate of itself"),
        ("a replicate of itself", vcf + ("expect_ras", "replicate_of"), [("A", "d0.vcf", "KRAS G13D", "A")], ":2: column replicate_of: 'A': is the sample itself"),
        ("an unknown cell line", vcf + ("cell_line",), [("A", "d0.vcf", "NCI-H92")], "no cell line of panel grch38 (cell_lines.tsv); did you mean NCI-H929?"),
        ("an unknown expectation", vcf + ("expect_ras", "expect_braf"), [("A", "d0.vcf", "KRAS G13D", "V600E")], "column 'expect_braf'"),
        ("nothing expected", vcf + ("expect_ras",), [("A", "d0.vcf", "?")], "nothing is expected of any sample"),
        ("two kinds of input", vcf + ("evidence", "expect_ras"), [("A", "d0.vcf", "kept/IMM01.json", "wild-type")], "is given beside vcf"),
        ("several errors", vcf + ("expect_ras",), [("A", "d0.vcf", "KRAS X"), ("B", "d0.vcf", "TP53 R175H")], "2 errors; nothing was run"),
    ]
    for name, columns, rows, message in cases:
        path = sheet("bad_sheet.tsv", columns, *rows)
        done = validate(name, 2, path, out="x")
        check(f"{name}: message", message in done.stderr and "bad_sheet.tsv" in done.stderr, done.stderr)
        check(f"{name}: nothing was made", not os.path.exists("x"))
    for name, args, message in (("no sheet", ("validate", "-o", "x"), "no sheet"), ("no folder", ("validate", "truth.tsv"), "give -o DIR"),
                                ("repeats", ("validate", "truth.tsv", "-o", "x", "--repeats", "-1"), "--repeats: '-1'"),
                                ("cell line", ("validate", sheet("one.tsv", vcf, ("A", "d0.vcf")), "-o", "x", "--cell-line", "HeLa"), "--cell-line: 'HeLa'")):
        done = program(*args)
        check(f"{name}: refused", done.returncode == 2 and message in done.stderr and not done.stdout, (done.returncode, done.stderr))


def runs_that_fail():
    path = sheet("persons.tsv", COLUMNS, row("PCL01", evidence="kept/PCL01.evidence.gz", expect_ras="KRAS G12D"),
                 row("IMM01", evidence="kept/IMM01.evidence.gz", replicate_of="PCL01"))
    done = validate("replicates of two persons", 1, path, out="x1")
    check("two persons: message", "persons.tsv:3: sample IMM01 is of another person than PCL01 by its common SNPs" in done.stderr, done.stderr)
    check("two persons: no page", not os.path.exists("x1/validation.html"))
    path = sheet("shallow.tsv", COLUMNS, row("NAS01", evidence="kept/NAS01.evidence.gz", expect_ras="KRAS G12D", expect_igh_ccnd1="detected"))
    done = validate("all rows not assessable", 1, path)
    check("all not assessable: message", "shallow.tsv:2: nothing could be compared: of 1 sample 0 failed, and all others are not assessable, first NAS01: " in done.stderr, done.stderr)
    check("all not assessable: counted apart", measures()["ppa.ras"]["n"] == 0 and measures()["not_assessable.ras"]["value"] == 1)
    path = sheet("absent.tsv", COLUMNS, row("A", evidence="kept/IMM01.evidence.gz", expect_ras="wild-type"),
                 row("B", evidence="kept/none.evidence.gz", expect_ras="wild-type"))
    done = validate("a file that is not there", 1, path)
    check("failed: message", "absent.tsv:3: 1 of 2 samples failed, first B" in done.stderr, done.stderr)
    check("failed: has a row", [r["outcome"] for r in table("v/validation.tsv") if r["sample_id"] == "B"] == ["failed"])
    check("failed: is not counted", measures()["npa.ras"]["n"] == 1 and measures()["samples_failed"]["value"] == 1)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        done = program("batch", os.path.join(DATA, "sheet.tsv"), "-o", "kept", "-q")
        check("evidence of testdata", done.returncode == 0, done.stderr)
        path = counted()
        files(path)
        in_silico()
        protocols(path)
        spreadsheets()
        refusals()
        runs_that_fail()
        os.chdir(ROOT)
    print("ok %(ok)d, failed %(failed)d, skipped %(skipped)d" % counts)
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
