#!/usr/bin/env python3
"""Every file of a realdata folder whose MANIFEST.tsv states a truth, against the program's JSON.

$PLASMASTRAT: the program (default ./plasmastrat). $PLASMASTRAT_REALDATA: the folder (default ../shared/realdata beside the
repository); without it, or without a file, the checks are skipped and counted. Prints a line per failed check.
"""
import csv
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
DATA = os.environ.get("PLASMASTRAT_REALDATA", os.path.join(os.path.dirname(ROOT), "shared", "realdata"))
REQUIRED = [(g, c) for g in ("KRAS", "NRAS") for c in (12, 13, 59, 61, 117, 146)]
count = {"ok": 0, "failed": 0, "skipped": 0}


def check(name, truth, detail=""):
    count["ok" if truth else "failed"] += 1
    if not truth:
        print("FAILED: %s %s" % (name, detail))
    return truth


def program(*arguments, data=None):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, input=data, timeout=120)


def answer(name, *arguments):
    """The JSON of `sample`, or None (a failed check)."""
    done = program("sample", "--id", "S", *arguments, "-o", "-")
    if not check(name + ": runs", done.returncode == 0, done.stderr.decode(errors="replace")[:400]):
        return None
    return json.loads(done.stdout)


def passing(doc, genes=("KRAS", "NRAS")):
    return {"%s:%s" % (v["gene"], v["protein"]): v for v in doc["ras"]["variants"]
            if v["filter"] == "PASS" and v["gene"] in genes and v["tier"] != "synonymous"}


def called(name, doc, *want):
    got = sorted(passing(doc))
    return check("%s: variants" % name, got == sorted(want), "%s, expected %s" % (got, sorted(want)))


def counts(name, doc, variant, alt, depth):
    v = passing(doc).get(variant)
    if v:
        check("%s: %s counts" % (name, variant), (v["alt_depth"], v["depth"]) == (alt, depth),
              "%s of %s, expected %s of %s" % (v["alt_depth"], v["depth"], alt, depth))


def build_is(name, doc, build):
    got = {i["build"] for i in doc["inputs"]}
    check(name + ": build", got == {build}, got)


# ---- one function per folder or file -------------------------------------------------------------------------------

def plasma_ion(path):
    doc = answer("plasma_ion", "--dna", path)
    if not doc:
        return
    build_is("plasma_ion", doc, "GRCh37")
    called("plasma_ion", doc)
    check("plasma_ion: RAS is not mutated", doc["ras"]["state"] != "mutated")
    check("plasma_ion: BRAF is not called", not passing(doc, ("BRAF", "HRAS")), passing(doc, ("BRAF", "HRAS")).keys())
    sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
    from simulate import Panel
    panel = Panel("grch37")
    with zipfile.ZipFile(path.replace(".bam", "_MAF.txt.zip")) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    table = list(csv.reader(io.StringIO(text), delimiter=" "))
    column = table[0].index("cov")
    cover = {r[0]: int(r[column]) for r in table[1:]}
    compared = 0
    for c in doc["ras"]["codons"]:
        if c["gene"] not in panel.cds:
            continue
        contig = panel.cds[c["gene"]][0]
        three = [cover.get("%s:%d" % (contig, p + 1)) for p in panel.codon_places(c["gene"], c["codon"])]
        if None in three:
            continue
        compared += 1
        # the published table counts bases of any quality; a codon needs three good ones
        check("plasma_ion: depth of %s %d" % (c["gene"], c["codon"]), 0.5 * min(three) <= c["depth"] <= max(three),
              "%s, published coverage %s" % (c["depth"], three))
        if c["state"] == "wild-type":
            check("plasma_ion: %s %d wild type is earned" % (c["gene"], c["codon"]), c["lod95"] <= 0.05, c)
    check("plasma_ion: codons compared with the published table", compared >= 4, compared)
    depths = [c["depth"] for c in doc["ras"]["codons"] if (c["gene"], c["codon"]) in REQUIRED and c["depth"]]
    check("plasma_ion: depths lie in the stated range", len(depths) >= 10 and max(depths) <= 83 and min(depths) >= 8,
          depths)


def ctat(folder):
    docs = {}
    for name, file, build, kras, nras in (
            ("ctat GRCh38", "test.star.GRCh38.bam", "GRCh38", ("chr12", 25245350), ("chr1", 114716123)),
            ("ctat hg19", "Aligned.hg19.bam", "GRCh37", ("chr12", 25398284), ("chr1", 115258744))):
        doc = answer(name, "--rna", os.path.join(folder, file))
        if not doc:
            continue
        docs[build] = doc
        build_is(name, doc, build)
        called(name, doc, "KRAS:G12V", "NRAS:G13D")
        check(name + ": RAS is mutated", doc["ras"]["state"] == "mutated", doc["ras"]["state"])
        for key, place, low, high in (("KRAS:G12V", kras, 0.4, 0.75), ("NRAS:G13D", nras, 0.97, 1)):
            v = passing(doc).get(key)
            if v:
                check("%s: place of %s" % (name, key), (v["chrom"], v["pos"]) == place, (v["chrom"], v["pos"]))
                check("%s: VAF of %s" % (name, key), low <= v["vaf"] <= high, v["vaf"])
                check("%s: sources of %s" % (name, key), v["sources"] == ["rna"], v["sources"])
        q61 = next(c for c in doc["ras"]["codons"] if (c["gene"], c["codon"]) == ("NRAS", 61))
        check(name + ": NRAS Q61 depth", 20 <= q61["depth"] <= 52, q61)
        check(name + ": CCND1 is not overexpressed", doc["ccnd1_expression"]["state"] == "not-assessable",
              doc["ccnd1_expression"]["state"])
        check(name + ": no junction claimed", doc["igh_ccnd1"]["state"] == "not-assessable", doc["igh_ccnd1"]["state"])
    if len(docs) == 2:
        a, b = (passing(d) for d in docs.values())
        for key in sorted(set(a) & set(b)):
            names = [(v[key]["hgvs_c"], v[key]["hgvs_p"]) for v in (a, b)]
            check("ctat: %s is named alike on both builds" % key, names[0] == names[1], names)
            depths = [v[key]["depth"] for v in (a, b)]  # raw depth at NRAS is 300 and 283: the aligner's doing
            check("ctat: depth of %s on both builds" % key, abs(depths[0] - depths[1]) <= 0.08 * max(depths), depths)
    for name, file, build, kras, nras in (("ctat VCF GRCh38", "test.HC.GRCh38.vcf.gz", "GRCh38", None, None),
                                          ("ctat VCF hg19", "variants.HC.hg19.vcf", "GRCh37", (13, 23), (245, 245))):
        doc = answer(name, "--vcf", os.path.join(folder, file))
        if not doc:
            continue
        build_is(name, doc, build)
        called(name, doc, "KRAS:G12V", "NRAS:G13D")
        if kras:
            counts(name, doc, "KRAS:G12V", *kras)
            counts(name, doc, "NRAS:G13D", *nras)


def ctdnatools(folder):
    for file in ("T1.bam", "N1.bam"):
        doc = answer(file, "--dna", os.path.join(folder, file))
        if not doc:
            continue
        build_is(file, doc, "GRCh37")
        # the file has no read on chromosome 11: nothing about the junction can be earned
        check(file + ": junction", doc["igh_ccnd1"]["state"] == "not-assessable", doc["igh_ccnd1"]["state"])
        check(file + ": RAS", doc["ras"]["state"] == "not-assessable", doc["ras"]["state"])
        check(file + ": label", doc["label"] == "not-assessable", doc["label"])


def vcf(name, path, build, want, depths=None, sample=None):
    """A caller's VCF. Where the tumour column has to be named, the refusal must ask for --vcf-sample."""
    done = program("sample", "--id", "S", "--vcf", path, "-o", "-")
    message = done.stderr.decode(errors="replace")
    if sample is None:
        if not check(name + ": runs", done.returncode == 0, message[:400]):
            return None
        doc = json.loads(done.stdout)
    else:
        asks = done.returncode in (1, 2) and "--vcf-sample" in message and sample in message
        check(name + ": finds the tumour column or asks for it", done.returncode == 0 or asks, message[:400])
        if done.returncode == 0:
            called(name + " by itself", json.loads(done.stdout), *want)
        doc = answer(name, "--vcf", path, "--vcf-sample", sample)
        if not doc:
            return None
        check(name + ": column", doc["inputs"][0]["sample_name"] == sample, doc["inputs"][0]["sample_name"])
    build_is(name, doc, build)
    called(name, doc, *want)
    state = "mutated" if want else "not-assessable"  # a place absent from a plain VCF is not wild type
    check(name + ": RAS state", doc["ras"]["state"] == state, doc["ras"]["state"])
    for variant, (alt, depth) in (depths or {}).items():
        counts(name, doc, variant, alt, depth)
    return doc


def header_columns(path):
    with (gzip.open(path, "rt") if path.endswith(".gz") else open(path)) as handle:
        return next(line for line in handle if line.startswith("#CHROM")).rstrip("\n").split("\t")[9:]


def caller_vcfs(folder):
    def at(file):
        return os.path.join(folder, file)
    vcf("muse", at("muse.GRCh37.vcf"), "GRCh37", ["NRAS:G13R"], {"NRAS:G13R": (10, 117)})
    vcf("tcga", at("tcga_B5-A0JV.GRCh37.vcf"), "GRCh37", ["KRAS:G12D", "NRAS:Q61K"],
        {"KRAS:G12D": (71, 344), "NRAS:Q61K": (45, 228)}, "TCGA-B5-A0JV-01A-11D-A10B-09")
    vcf("sage", at("sage2.DNA_RNA_3sample.GRCh38.vcf.gz"), "GRCh38", ["KRAS:G12D"], {"KRAS:G12D": (8, 73)},
        "LTS_APGI_2056_T")
    vcf("tso500", at("tso500_pisces.tumor_only.GRCh38.vcf.gz"), "GRCh38", [])
    doc = vcf("gt_only", at("gt_only.kras_g12a.hg19.vcf"), "GRCh37", ["KRAS:G12A"])
    if doc and "KRAS:G12A" in passing(doc):
        v = passing(doc)["KRAS:G12A"]
        check("gt_only: no depth is made up", v["depth"] is None and v["vaf"] is None, (v["depth"], v["vaf"]))
    path = at("vardict.paired.GRCh37.vcf")
    vcf("vardict", path, "GRCh37", [], None, header_columns(path)[0])
    path = at("vep_hgvs_truth.GRCh38.vcf.gz")
    doc = answer("vep", "--vcf", path)
    if doc:
        truth = set()
        for line in gzip.open(path, "rt"):
            if line.startswith("#"):
                continue
            f = line.rstrip("\n").split("\t")
            for entry in f[7].split("CSQ=")[-1].split(";")[0].split(","):
                c = entry.split("|")
                if len(c) > 3 and c[1].split(".")[0] in ("ENST00000311936", "ENST00000369535") and c[3]:
                    truth.add((c[0], f[0], int(f[1]), f[3], f[4], c[2].split(":")[1], c[3].split(":")[1]))
        got = {(v["gene"], v["chrom"], v["pos"], v["ref"], v["alt"], v["hgvs_c"], v["hgvs_p"])
               for v in doc["ras"]["variants"] if v["gene"] in ("KRAS", "NRAS")}
        check("vep: seven truths read", len(truth) == 7, truth)
        check("vep: HGVS as VEP's", got == truth, "ours only %s, VEP only %s" % (got - truth, truth - got))


def robust(folder):
    """The specification's suite: a file that breaks it is refused with a message; a valid one is too, or gives no label."""
    options = {".bam": "--dna", ".cram": "--dna", ".sam": "--dna", ".vcf": "--vcf", ".bcf": "--vcf", ".gz": "--vcf"}
    n = 0
    for where, _, files in sorted(os.walk(folder)):
        for file in sorted(files):
            option = options.get(os.path.splitext(file)[1])
            if not option:
                continue
            n += 1
            path = os.path.join(where, file)
            try:
                done = program("sample", "--id", "S", option, path, "-o", "-", data=b"")
            except subprocess.TimeoutExpired:
                check("robust: " + path, False, "took too long")
                continue
            text = done.stderr.decode(errors="replace")
            good = done.returncode == 1 or (done.returncode == 0 and "failed" not in where.split(os.sep))
            if done.returncode == 1:
                good = any(line.startswith("plasmastrat: error: ") for line in text.splitlines()) and not done.stdout
            if not good:
                check("robust: " + path, False, "status %d: %s" % (done.returncode, text[:300]))
                continue
            if done.returncode == 0:
                # none of these files has human reads at RAS genes: no label, no wild type
                doc = json.loads(done.stdout)
                good = doc["label"] == "not-assessable" and doc["ras"]["state"] == "not-assessable"
            check("robust: " + path, good, "a label from a file that tells nothing" if done.returncode == 0 else "")
    check("robust: files found", n > 100, n)


def main():
    sys.dont_write_bytecode = True
    if not os.access(PROGRAM, os.X_OK):
        sys.exit("run_real: %s is not there: run make, or set PLASMASTRAT" % PROGRAM)
    manifest = os.path.join(DATA, "MANIFEST.tsv")
    if not os.path.exists(manifest):
        print("ok 0, failed 0, skipped 1 (no %s)" % manifest)
        return 0
    with open(manifest) as handle:
        listed = list(csv.DictReader(handle, delimiter="\t"))
    for row in listed:
        path = os.path.join(DATA, row["file"])
        if not os.path.exists(path):
            count["skipped"] += 1
        elif len(row["sha256"]) == 64:
            with open(path, "rb") as handle:
                check(row["file"] + ": is the listed file", hashlib.sha256(handle.read()).hexdigest() == row["sha256"])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for run, path in ((plasma_ion, "plasma_ion/ctrl1-downsample-05.bam"), (ctat, "ctat_mutations"),
                          (ctdnatools, "ctdnatools_igh"), (caller_vcfs, "caller_vcfs"), (robust, "robust")):
            if not os.path.exists(os.path.join(DATA, path)):
                count["skipped"] += 1
                continue
            try:
                run(os.path.join(DATA, path))
            except Exception as error:  # one broken part must not hide the others
                check(run.__name__, False, "%s: %s" % (type(error).__name__, error))
        left = os.listdir(folder)
        check("nothing is written", not left, left)
        os.chdir(ROOT)
    print("ok %(ok)d, failed %(failed)d, skipped %(skipped)d" % count)
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
