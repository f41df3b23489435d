#!/usr/bin/env python3
"""VCF in: one small file per caller's style against tables of what must come out; containers; phase with reads; forced
sites; disagreement of VCF and alignments; bad input.

$PLASMASTRAT: the program (default ./plasmastrat). Prints a line per failed case and `ok N, failed N, skipped N`."""
import bz2
import csv
import gzip
import io
import json
import lzma
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

sys.dont_write_bytecode = True
import callers

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
CONTRACT = os.path.join(ROOT, "..", "shared", "acceptance", "contract_check.py")
count = {"ok": 0, "failed": 0, "skipped": 0}


def check(name, fine, what=""):
    count["ok" if fine else "failed"] += 1
    if not fine:
        print(f"FAILED: {name}: {what}")


def skip(name, why):
    count["skipped"] += 1
    print(f"skipped: {name}: {why}")


def run(*options, stdin=None):
    return subprocess.run([PROGRAM, "sample", "--id", "x", *options], cwd=HERE, capture_output=True, text=True, stdin=stdin)


def answer(name, *options, stdin=None):
    """The JSON of a run, held against the contract."""
    done = run(*options, "-o", "-", stdin=stdin)
    if done.returncode != 0:
        check(name, False, done.stderr.strip()[:400])
        return None
    path = os.path.join(work, "x.json")
    with open(path, "w") as out:
        out.write(done.stdout)
    if os.path.exists(CONTRACT):
        kept = subprocess.run([sys.executable, CONTRACT, path], capture_output=True, text=True)
        check(name + " (contract)", kept.returncode == 0, kept.stdout[:400])
    return json.loads(done.stdout)


def number(x):
    return "." if x is None else f"{x:g}"


def variants(doc):
    rows = doc["ras"]["variants"] + doc["ras"]["context_variants"]
    return ["{gene}:{hgvs_c}:{protein}:{d}:{a}:{v}:{filter}".format(
        d=number(v["depth"]), a=number(v["alt_depth"]), v="." if v["vaf"] is None else f"{v['vaf']:.6g}", **v) for v in rows]


def messages(doc, *checks):
    return [q["message"] for q in doc["qc"] if q["check"] in checks]


def table(name):
    with open(os.path.join(HERE, name)) as lines:
        return list(csv.DictReader((x for x in lines if not x.startswith("##")), delimiter="\t", quoting=csv.QUOTE_NONE))


# ---- callers' styles, bad input --------------------------------------------------------------------------------------
def styles():
    for row in table("expected.tsv"):
        name = " ".join(filter(None, [row["file"], row["options"]]))
        doc = answer(name, "--vcf", row["file"], *row["options"].split())
        if not doc:
            continue
        expected = [] if row["variants"] == "-" else row["variants"].split("|")
        check(name + " variants", variants(doc) == expected, f"{variants(doc)} instead of {expected}")
        check(name + " state", doc["ras"]["state"] == row["state"], doc["ras"]["state"])
        check(name + " column", doc["inputs"][0]["sample_name"] == row["sample"], doc["inputs"][0]["sample_name"])
        said = messages(doc, "vcf", "vcf-alleles", "vcf-vs-reads")
        if row["says"] != "*":
            fine = not said if row["says"] == "-" else any(row["says"] in s for s in said)
            check(name + " messages", fine, said)


def stretches():
    """Hom-ref stretches of each caller as documented: what they earn, and never more than the caller looks for."""
    for name, headers, kind, alt, filter_, format_, sample, state, least in callers.ROWS:
        path = os.path.join(work, "stretch.vcf")
        callers.write(path, headers, kind, alt, filter_, format_, sample)
        doc = answer("stretches of " + name, "--vcf", path)
        if not doc:
            continue
        check(f"stretches of {name}: state", doc["ras"]["state"] == state, doc["ras"]["state"])
        g12 = next(c for c in doc["ras"]["codons"] if (c["gene"], c["codon"]) == ("KRAS", 12))
        fine = g12["lod95"] is None if least is None else g12["lod95"] is not None and g12["lod95"] >= least - 1e-9
        check(f"stretches of {name}: lod95", fine, g12["lod95"])


def refused():
    for row in table("refused.tsv"):
        name = "refused " + " ".join(filter(None, [row["file"], row["options"]]))
        done = run("--vcf", row["file"], *row["options"].split(), "-o", "-")
        check(name + " status", done.returncode == int(row["status"]), f"{done.returncode} {done.stderr[:300]}")
        check(name, re.search(row["says"], done.stderr) and not done.stdout, done.stderr[:400])


G12_ALLELES = [(p, "C", a) for p in (25245347, 25245348, 25245350, 25245351) for a in "AGT"]


def lists_are_no_patients():
    """Many alternates without a column, or in one without counts; and the same ones in a patient with counts."""
    head = "##fileformat=VCFv4.2\n##contig=<ID=chr12,length=133275309>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
    path = os.path.join(work, "list.vcf")
    for name, column, values, refused_ in (("no column", "", "", True), ("genotypes only", "\tFORMAT\tS", "\tGT\t0/1", True),
                                           ("with counts", "\tFORMAT\tS", "\tGT:AD\t0/1:90,10", False)):
        with open(path, "w") as out:
            out.write(head + column + "\n")
            for pos, ref, alt in G12_ALLELES:
                out.write(f"chr12\t{pos}\t.\t{ref}\t{alt}\t.\tPASS\t.{values}\n")
        done = run("--vcf", path, "-o", "-")
        fine = done.returncode == 1 and "--force-sites" in done.stderr if refused_ else done.returncode == 0
        check("a list, " + name, fine, f"{done.returncode} {done.stderr[:300]}")


def foreign_containers():
    with open(os.path.join(HERE, "mutect2.vcf"), "rb") as text:
        plain = text.read()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("m.vcf", plain)
    for name, data, says in (("UTF-16", plain.decode().encode("utf-16"), "UTF-16"),
                             ("UTF-16 without a mark", plain.decode().encode("utf-16-be"), "UTF-16"),
                             ("bzip2", bz2.compress(plain), "bzip2"), ("xz", lzma.compress(plain), "xz"),
                             ("zip", packed.getvalue(), "zip archive"),
                             ("gzip twice", gzip.compress(gzip.compress(plain)), "compressed twice"),
                             ("contigs of another spelling", re.sub(rb"(?m)^(##contig=<ID=)?chr", rb"\1Chr", plain), "'Chr")):
        path = os.path.join(work, "foreign.vcf")
        with open(path, "wb") as out:
            out.write(data)
        done = run("--vcf", path, "-o", "-")
        check(name + " is named", done.returncode == 1 and says in done.stderr, f"{done.returncode} {done.stderr[:300]}")


# ---- containers, names -----------------------------------------------------------------------------------------------
def same_answer(name, path, expected, *options, stdin=None):
    doc = answer(name, "--vcf", path, *options, stdin=stdin)
    if doc:
        check(name, variants(doc) == expected, variants(doc))


def containers():
    expected = variants(answer("mutect2.vcf", "--vcf", "mutect2.vcf"))
    plain = os.path.join(HERE, "mutect2.vcf")
    gz = os.path.join(work, "m.vcf.gz")
    with open(plain, "rb") as text, gzip.open(gz, "wb") as out:
        shutil.copyfileobj(text, out)
    same_answer("gzip", gz, expected)
    with open(plain) as text:
        same_answer("standard input", "-", expected, stdin=text)
    with open(plain) as text:
        body = text.read()
    bare = os.path.join(work, "bare.vcf")
    with open(bare, "w") as out:
        out.write(body.replace("chr", ""))
    same_answer("no chr", bare, expected)
    with open(bare, "w") as out:
        out.write(body.replace("\n", "\r\n"))
    same_answer("CRLF", bare, expected)
    if not shutil.which("bcftools") or not shutil.which("bgzip"):
        skip("BCF, BGZF", "bcftools and bgzip are needed")
        return
    for ending, kind in ((".b.vcf.gz", "z"), (".bcf", "b"), (".u.bcf", "u")):
        path = os.path.join(work, "m" + ending)
        subprocess.run(["bcftools", "view", "-O" + kind, "-o", path, plain], check=True, stderr=subprocess.DEVNULL)
        same_answer("m" + ending, path, expected)
        if kind != "u":
            subprocess.run(["bcftools", "index", path], check=True)
            same_answer("indexed m" + ending, path, expected)
            os.unlink(path + ".csi")
        for less in (28, 40, os.path.getsize(path) // 2):
            cut = os.path.join(work, "cut" + ending)
            with open(path, "rb") as whole, open(cut, "wb") as out:
                out.write(whole.read()[:-less])
            done = run("--vcf", cut, "-o", "-")
            check(f"cut by {less}: m{ending}", done.returncode == 1 and re.search("truncated|damaged", done.stderr),
                  f"{done.returncode} {done.stderr[:300]}")


# ---- with alignments ---------------------------------------------------------------------------------------------------
def windows():
    with open(os.path.join(ROOT, "panels", "grch38", "windows.fa")) as lines:
        for block in lines.read().split(">")[1:]:
            head, *rest = block.split("\n")
            contig, places = head.split()[0].split(":")
            beg, end = (int(x) for x in places.split("-"))
            text = "".join(rest)
            yield contig, beg if end - beg == len(text) else beg - 1, text


def make_sam(path, groups, seed=1):
    """groups: (contig, from0, to0, n, {pos1: base or (0, bases inserted behind it)}): n reads over the place, every
    base of quality 35."""
    known = {(c, b + i): x for c, b, text in windows() for i, x in enumerate(text)}
    draw = random.Random(seed)
    rows, number_ = [], 0
    for contig, beg0, end0, n, changes in groups:
        for _ in range(n):
            start = beg0 - draw.randrange(1, 12)
            stop = end0 + draw.randrange(1, 12)
            bases, cigar = "", ""
            at = start
            while at < stop:
                change = changes.get(at + 1)
                if isinstance(change, tuple):  # inserted behind this base
                    bases += known[contig, at] + change[1]
                    cigar += "M" + "I" * len(change[1])
                else:
                    bases += change or known[contig, at]
                    cigar += "M"
                at += 1
            packed = "".join(f"{len(m.group(0))}{m.group(1)}" for m in re.finditer(r"(.)\1*", cigar))
            number_ += 1
            flag = 16 if number_ % 2 else 0
            rows.append((contig, start, f"r{number_}\t{flag}\t{contig}\t{start + 1}\t60\t{packed}\t*\t0\t0\t{bases}\t"
                         + "D" * len(bases)))
    with open(path, "w") as out:
        out.write("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:248956422\n@SQ\tSN:chr7\tLN:159345973\n"
                  "@SQ\tSN:chr12\tLN:133275309\n@RG\tID:a\tSM:x\n")
        for row in sorted(rows, key=lambda r: (int(r[0][3:]), r[1])):
            out.write(row[2] + "\n")
    return path


G12 = ("chr12", 25245320, 25245370)
Q61 = ("chr1", 114713890, 114713930)


def sam(name, *groups):
    return make_sam(os.path.join(work, name + ".sam"), groups)


def phase_by_reads():
    both, first, second = {25245350: "A", 25245351: "A"}, {25245350: "A"}, {25245351: "A"}
    rest = (*G12, 300, {})
    cis = sam("cis", rest, (*G12, 60, both))
    trans = sam("trans", rest, (*G12, 60, first), (*G12, 50, second))
    none = sam("none", rest)
    for vcf in ("mutect2.phased.vcf", "mutect2.unphased.vcf", "mutect2.trans.vcf"):
        doc = answer("cis by reads", "--vcf", vcf, "--dna", cis)
        check(vcf + ": reads show cis", variants(doc) == ["KRAS:c.34_35delinsTT:G12F:360:60:0.166667:PASS"], variants(doc))
        check(vcf + ": sources", doc["ras"]["variants"][0]["sources"] == ["dna", "vcf"], doc["ras"]["variants"][0])
        doc = answer("trans by reads", "--vcf", vcf, "--dna", trans)
        check(vcf + ": reads show trans", variants(doc) == ["KRAS:c.35G>T:G12V:410:60:0.146341:PASS",
                                                            "KRAS:c.34G>T:G12C:410:50:0.121951:PASS"], variants(doc))
        told = any("on different molecules" in m for m in messages(doc, "vcf-alleles"))
        check(vcf + ": contradiction told", told == (vcf == "mutect2.phased.vcf"), messages(doc, "vcf-alleles"))
    doc = answer("reads show neither", "--vcf", "mutect2.phased.vcf", "--dna", none)
    check("the VCF's phase where reads show neither", [v["protein"] for v in doc["ras"]["variants"]] == ["G12F"],
          variants(doc))
    two = sam("two_codons", rest, (*G12, 60, {25245347: "T", 25245350: "T"}))
    for vcf in ("ps.neighbours.vcf", "ps.other_set.vcf"):
        doc = answer("neighbours by reads", "--vcf", vcf, "--dna", two)
        check(vcf + ": neighbouring codons", [(v["protein"], v["alt_depth"], v["sources"]) for v in doc["ras"]["variants"]]
              == [("G12_G13delinsDD", 60, ["dna", "vcf"])], variants(doc))


def disagreement():
    def said(name, vcf, dna, *options):
        doc = answer(name, "--vcf", vcf, "--dna", dna, *options)
        return doc, messages(doc, "vcf-vs-reads")

    rest = (*G12, 400, {})
    doc, text = said("in the VCF only", "gt_only.vcf", sam("a", rest))
    check("called in the VCF, absent in the reads", len(text) == 1 and re.fullmatch(
        r"KRAS G12D \(c.35G>A\) is called in the VCF; 0 of 400 fragments of the DNA alignments show it, which would have "
        r"shown a VAF of 0\.0\d+", text[0]), text)
    doc, text = said("in the reads only", "no_alt_rows.vcf",
                     sam("b", (*G12, 391, {}), (*G12, 21, {25245350: "T"})))
    check("absent from the VCF", text == ["KRAS G12D (c.35G>A) is absent from the VCF; 21 of 412 fragments of the DNA alignments show it"],
          text)
    doc, text = said("refused by the VCF", "mutect2.vcf",
                     sam("c", rest, (*G12, 60, {25245347: "T"}), (*Q61, 300, {}), (*Q61, 60, {114713908: "C"})))
    check("refused by the VCF, clear in the reads", text == [
        "KRAS G13D (c.38G>A) is refused by the VCF (weak_evidence;strand_bias); 60 of 460 fragments of the DNA alignments show it"], text)
    check("and called", doc["ras"]["variants"][0]["filter"] == "PASS" and
          doc["ras"]["variants"][0]["vcf_filter"] == "weak_evidence;strand_bias", variants(doc))
    doc, text = said("listed as absent", "gatk.wild_type.g.vcf", sam("d", (*G12, 370, {}), (*G12, 30, {25245350: "T"})))
    check("listed as absent in the VCF", text == [
        "KRAS G12D (c.35G>A) is listed as absent in the VCF; 30 of 400 fragments of the DNA alignments show it"], text)
    doc, text = said("agreement", "gt_only.vcf", sam("e", rest, (*G12, 60, {25245350: "T"})))
    check("agreement is silent", text == [], text)
    normal = sam("n", (*G12, 60, {}), (*G12, 50, {25245350: "T"}))
    for name, dna in (("with DNA", ["--dna", sam("f", rest, (*G12, 300, {25245350: "T"}))]), ("VCF and normal", [])):
        doc = answer(name, "--vcf", "gt_only.vcf", "--normal", normal, *dna)
        check("germline: " + name, [v["filter"] for v in doc["ras"]["variants"]] == ["germline"] and
              doc["ras"]["state"] != "mutated", variants(doc))
    doc = answer("tumour in normal", "--vcf", "gt_only.vcf", "--normal", sam("g", (*G12, 97, {}), (*G12, 3, {25245350: "T"})))
    check("tumour in normal passes", [v["filter"] for v in doc["ras"]["variants"]] == ["PASS"], variants(doc))


# ---- forced sites ------------------------------------------------------------------------------------------------------
def forced_rows(doc):
    return {(v["gene"], v["hgvs_c"]): v for v in doc["ras"]["variants"] + doc["ras"]["context_variants"] if v["forced"]}


def evidence(v):
    return {e["source"]: (e["alt_depth"], e["depth"]) for e in v["evidence"]}


def forced():
    dna = sam("fd", (*G12, 380, {}), (*G12, 60, {25245350: "T"}), (*G12, 2, {25245350: "A", 25245351: "A"}),
              (*G12, 3, {25245346: (0, "CCA")}), (*Q61, 300, {}))
    rna = make_sam(os.path.join(work, "fr.sam"), [(*G12, 50, {}), (*G12, 1, {25245347: "T"})], 2)
    plain = answer("not forced", "--dna", dna, "--rna", rna)
    doc = answer("forced", "--dna", dna, "--rna", rna, "--force-sites", "sites.vcf")
    rows = forced_rows(doc)
    expected = {  # filter, alt and depth in the DNA, in the RNA
        ("NRAS", "c.182A>G"): ("low_evidence", (0, 300), (0, 0)), ("NRAS", "c.182A>T"): ("low_evidence", (0, 300), (0, 0)),
        ("NRAS", "c.181C>A"): ("low_evidence", (0, 300), (0, 0)), ("KRAS", "c.36_38dup"): (None, (3, 445), (0, 51)),
        ("KRAS", "c.38G>A"): ("low_evidence", (0, 445), (1, 51)), ("KRAS", "c.35G>T"): ("low_evidence", (0, 445), (0, 51)),
        ("KRAS", "c.35G>A"): ("PASS", (60, 445), (0, 51)), ("KRAS", "c.34_35delinsTT"): (None, (2, 445), (0, 51)),
        ("BRAF", "c.1799T>A"): ("low_evidence", (0, 0), (0, 0)),
    }
    check("every forced allele is there", set(rows) == set(expected), sorted(set(rows) ^ set(expected)))
    for key, (filter_, in_dna, in_rna) in expected.items():
        v = rows.get(key)
        if not v:
            continue
        check(f"forced {key} counts", (evidence(v).get("dna"), evidence(v).get("rna")) == (in_dna, in_rna), evidence(v))
        check(f"forced {key} filter", filter_ is None or v["filter"] == filter_, v["filter"])
        own = in_dna if in_dna[1] else in_rna
        check(f"forced {key} own numbers", v["filter"] == "PASS" or (v["alt_depth"], v["depth"]) == own,
              (v["alt_depth"], v["depth"]))
    passed = sum(v["filter"] == "PASS" for v in rows.values())
    check("forced: those that pass are counted", 0 < passed < 4 and messages(doc, "force-sites") == [
        f"9 alleles of --force-sites reported: {passed} passed, 0 could not be counted in any alignments"], messages(doc, "force-sites"))
    check("forcing changes no state", plain["ras"]["state"] == doc["ras"]["state"] and plain["label"] == doc["label"])
    check("others are not forced", all(not v["forced"] for v in plain["ras"]["variants"]))
    folder = os.path.join(work, "out")
    done = run("--dna", dna, "--rna", rna, "--force-sites", "sites.vcf", "-o", folder, "-q")
    check("files", done.returncode == 0, done.stderr[:300])
    if done.returncode == 0:
        with gzip.open(os.path.join(folder, "x.ras.vcf.gz"), "rt") as lines:
            records = [x.split("\t") for x in lines if not x.startswith("#")]
        flagged = [r for r in records if "FORCED" in r[7].split(";")]
        check("VCF has every forced allele", len(flagged) == len(expected), len(flagged))
    again = answer("a whole VCF as sites", "--dna", dna, "--force-sites", "sites.full.vcf")
    check("columns of a list of sites are not read", set(forced_rows(again)) == {("KRAS", "c.35G>A")}, variants(again))
    done = run("--dna", dna, "--force-sites", "sites.outside.vcf", "-o", "-")
    check("outside is warned of", "warning: --force-sites" in done.stderr and "chr12:25300000 A>T, chr1:1000 A>G" in done.stderr,
          done.stderr[:400])
    text = " ".join(messages(json.loads(done.stdout), "force-sites"))
    check("outside is in the QC", "2 alleles outside" in text and "chr1:1000 A>G" in text, text)
    doc = answer("forced without reads", "--vcf", "gt_only.vcf", "--force-sites", "sites.vcf")
    text = " ".join(messages(doc, "force-sites"))
    check("forced without reads is told", "9 could not be counted in any alignments" in text, text)


def forced_batch():
    sheet = os.path.join(work, "sheet.tsv")
    with open(sheet, "w") as out:
        out.write(f"sample_id\tdna\nA\t{sam('ba', (*G12, 100, {}))}\nB\t{sam('bb', (*G12, 50, {}))}\n")
    folder = os.path.join(work, "batch")
    done = subprocess.run([PROGRAM, "batch", sheet, "-o", folder, "--force-sites", os.path.join(HERE, "sites.vcf")],
                          capture_output=True, text=True)
    check("batch with forced sites", done.returncode == 0, done.stderr[:400])
    for name, depth in (("A", 100), ("B", 50)):
        with open(os.path.join(folder, name + ".json")) as text:
            rows = forced_rows(json.load(text))
        check(f"batch {name}", len(rows) == 9 and rows[("KRAS", "c.35G>A")]["depth"] == depth, list(rows))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        for part in (styles, stretches, refused, lists_are_no_patients, foreign_containers, containers, phase_by_reads, disagreement, forced, forced_batch):
            part()
    print("ok {ok}, failed {failed}, skipped {skipped}".format(**count))
    sys.exit(1 if count["failed"] else 0)
