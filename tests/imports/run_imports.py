#!/usr/bin/env python3
"""Results of other programs in: structural variants, segments and gene counts, files made here as each program documents them.

$PLASMASTRAT: the program (default ./plasmastrat). Prints a line per failed case and `ok N, failed N, skipped N`."""
import html
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import cnv_files
import count_files
import realigned
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
    bare = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr11\t69600000\tb\tN\tN]chr14:105600000]\t.\tPASS\t.\n"
    refused("sv of no known build", "build is not recognised: the lengths of its contigs, if the header has any", "--sv", put("s.vcf", bare))
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


def vcf_with_joins():
    """A file given as --vcf that holds breakends: used and told."""
    name, text = sv_files.CALLERS[0][:2]
    doc = answer("joins in --vcf", "--vcf", put("s.vcf", text))
    if doc:
        j, said = doc["igh_ccnd1"], [q["message"] for q in doc["qc"] if q["check"] == "sv"]
        check("joins in --vcf", j["state"] == "detected", (j["state"], j["reasons"]))
        check("joins in --vcf: told", any("--sv" in x for x in said), said)


# ---- MAF ------------------------------------------------------------------------------------------------------------
MAF_COLUMNS = ["Hugo_Symbol", "NCBI_Build", "Chromosome", "Start_Position", "End_Position", "Variant_Classification",
               "Reference_Allele", "Tumor_Seq_Allele1", "Tumor_Seq_Allele2", "Tumor_Sample_Barcode", "t_depth", "t_ref_count",
               "t_alt_count", "FILTER", "Mutation_Status"]


def maf(*rows, build="GRCh38", drop=()):
    """rows: (gene, chrom, start, ref, alt, sample, depth, ref count, alt count, filter, status)"""
    out = []
    for gene, chrom, start, ref, alt, sample, depth, nref, nalt, filter_, status in rows:
        out.append([gene, build, chrom, str(start), str(start + len(ref) - 1), "x", ref, ref, alt, sample, depth, nref, nalt, filter_, status])
    keep = [i for i, c in enumerate(MAF_COLUMNS) if c not in drop]
    return "#version 2.4\n" + "".join("\t".join(x[i] for i in keep) + "\n" for x in [MAF_COLUMNS, *out])


G12D = ("KRAS", "chr12", 25245350, "C", "T", "MM1", "400", "300", "100", "PASS", "Somatic")


def mafs():
    def variants(doc):
        return [(v["gene"], v["protein"], v["alt_depth"], v["depth"], v["filter"]) for v in doc["ras"]["variants"]]

    cases = [
        ("one", maf(G12D), [], [("KRAS", "G12D", 100, 400, "PASS")], "mutated"),
        ("no counts", maf(G12D, drop=("t_depth", "t_ref_count", "t_alt_count", "FILTER")), [], [("KRAS", "G12D", None, None, "PASS")], "mutated"),
        ("depth only", maf(G12D, drop=("t_ref_count",)), [], [("KRAS", "G12D", 100, 400, "PASS")], "mutated"),
        ("refused", maf(G12D[:9] + ("t_lod_fstar", "")), [], [("KRAS", "G12D", 100, 400, "vcf_filter")], "not-assessable"),
        ("germline", maf(G12D[:10] + ("Germline",)), [], [("KRAS", "G12D", 100, 400, "germline")], "not-assessable"),
        ("an insertion", maf(("KRAS", "chr12", 25245348, "-", "ACC", "MM1", "9", "6", "3", "PASS", "")), [], None, None),
        ("a deletion", maf(("KRAS", "chr12", 25245349, "ACC", "-", "MM1", "200", "170", "30", "PASS", "")), [],
         [("KRAS", "G13del", 30, 200, "PASS")], "mutated"),
        ("no chr", maf(("KRAS", "12") + G12D[2:]), [], [("KRAS", "G12D", 100, 400, "PASS")], "mutated"),
        ("GRCh37", maf(("KRAS", "12", 25398284) + G12D[3:], build="GRCh37"), [], [("KRAS", "G12D", 100, 400, "PASS")], "mutated"),
        ("37", maf(("TP53", "17", 7578406, "C", "T") + G12D[5:], build="37"), [], [], "not-assessable"),
        ("the other sample", maf(G12D, ("NRAS", "chr1", 114713908, "T", "C", "MM2") + G12D[6:]), ["--vcf-sample", "MM2"],
         [("NRAS", "Q61R", 100, 400, "PASS")], "mutated"),
    ]
    for name, text, options, expected, state in cases:
        doc = answer("maf " + name, "--vcf", put("m.maf", text), *options)
        if doc and expected is not None:
            check("maf " + name, variants(doc) == expected and doc["ras"]["state"] == state, (variants(doc), doc["ras"]["state"]))
        if doc:
            check("maf " + name + ": no wild type", all(c["state"] != "wild-type" for c in doc["ras"]["codons"]))
    two = maf(G12D, ("NRAS", "chr1", 114713908, "T", "C", "MM2") + G12D[6:])
    refused("maf of two samples", "its columns are: MM1, MM2; name one with --vcf-sample", "--vcf", put("m.maf", two))
    refused("maf without a column", "is a MAF without the column Start_Position", "--vcf",
            put("m.maf", "Hugo_Symbol\tChromosome\tVariant_Classification\n"), "--panel", "grch38")
    refused("maf with a word", "m.maf:3: Start_Position is", "--vcf", put("m.maf", maf(G12D).replace("25245350\t", "here\t", 1)))
    refused("maf as sv", "give it with --vcf", "--sv", put("m.maf", maf(G12D)), "--panel", "grch38")


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
            genes = dict(zip(e["all_genes"]["gene"], e["all_genes"]["fragments"]))
            wrong = {g: (n, count_files.COUNT[g]) for g, n in genes.items() if abs(n - count_files.COUNT[g]) > 0.5}
            check(f"counts {name}: every gene", not wrong, wrong)
        else:
            check(f"counts {name}: no interval", e["fragments"] is None and has_reason(e, "counts-per-kb"), e["reasons"])
        check(f"counts {name}: said", has_reason(e, "counts"), e["reasons"])
        check(f"counts {name}: nothing else", doc["ras"]["state"] == "not-assessable" and doc["igh_ccnd1"]["state"] == "not-assessable")
    for name, file, text, options, says in count_files.BAD:
        refused("counts " + name, says, "--counts", put(file, text), *options)


def counts_with_reads():
    """The program's own counts of a library, given back as a table: the same level; beside the reads no word, unless they differ."""
    bam = os.path.join(ROOT, "testdata", "PCL01.rna.bam")
    own = answer("RNA", "--rna", bam)
    if not own:
        return
    genes = own["ccnd1_expression"]["all_genes"]
    table = dict(zip(genes["gene"], genes["fragments"]))
    path = put("own.txt", "".join(f"{g}\t{n}\n" for g, n in table.items()))
    doc = answer("the RNA's counts", "--counts", path)
    if doc:
        was, now = own["ccnd1_expression"], doc["ccnd1_expression"]
        check("counts as the BAM's", abs(was["log2_ratio"] - now["log2_ratio"]) < 0.05, (was["log2_ratio"], now["log2_ratio"]))
    both = answer("RNA and its counts", "--rna", bam, "--counts", path)
    table["CCND1"] = table["CCND1"] // 8
    other = answer("RNA and other counts", "--rna", bam, "--counts", put("other.txt", "".join(f"{g}\t{n}\n" for g, n in table.items())))
    if both and other:
        e, o = both["ccnd1_expression"], other["ccnd1_expression"]
        check("reads decide", (e["state"], e["fragments"]) == (o["state"], o["fragments"]), (e["state"], o["state"]))
        check("agreement is not told", not has_reason(e, "counts-vs-reads"), e["reasons"])
        check("disagreement is told", has_reason(o, "counts-vs-reads"), o["reasons"])


def counts_of_alignments():
    """featureCounts' counts of HISAT2's alignments give the level of the BAM itself, within 0.05 log2."""
    absent = realigned.missing()
    if absent:
        print("skipped: counts of alignments:", ", ".join(absent), "not there")
        count["skipped"] += 1
        return
    specs = [("very high", {"per_kb": 60, "ccnd1_log2": 4.6, "strand": "reverse", "multimapped": 0.02}),
             ("intermediate", {"per_kb": 60, "ccnd1_log2": 0.2, "strand": "none", "read_length": 75}),
             ("low", {"per_kb": 60, "ccnd1_log2": -6, "strand": "forward"})]
    folder = os.path.join(work, "realigned")
    os.mkdir(folder)
    for name, bam, table in realigned.make(folder, specs):
        own, doc = answer(f"RNA {name}", "--rna", bam), answer(f"counts {name}", "--counts", table)
        if own and doc:
            was, now = own["ccnd1_expression"], doc["ccnd1_expression"]
            check(f"counts of alignments, {name}: level", abs(was["log2_ratio"] - now["log2_ratio"]) < 0.05, (was["log2_ratio"], now["log2_ratio"]))
            check(f"counts of alignments, {name}: state", was["state"] == now["state"] != "not-assessable", (was["state"], now["state"], was["reasons"], now["reasons"]))
            if os.environ.get("REPORT"):
                print(name, was["log2_ratio"], now["log2_ratio"], was["state"], was["fragments"], now["fragments"])


def joined():
    """Each import a run of its own, joined from the evidence files: the same answer as one run on all; and saved once more."""
    bam = os.path.join(ROOT, "testdata", "IMM01.dna.bam")
    sv, table = put("s.vcf", sv_files.CALLERS[0][1]), put("c.txt", count_files.htseq(0))
    cnv = put("s.cns", cnv_files.cnvkit(cnv_files.genome()))
    runs = {"cnv": ("--cnv", cnv), "sv": ("--sv", sv), "counts": ("--counts", table), "dna": ("--dna", bam)}
    files = []
    for name, options in runs.items():
        folder = os.path.join(work, "part_" + name)
        done = run(*options, "-o", folder)
        check("part " + name, done.returncode == 0, done.stderr[:300])
        files.append(os.path.join(folder, "x.evidence.gz"))
    whole = answer("all at once", *[o for options in runs.values() for o in options])
    for name, order in (("", files), (" in another order", files[::-1])):
        folder = os.path.join(work, "joined" + name.replace(" ", "_"))
        done = subprocess.run([PROGRAM, "stratify", *order, "-o", folder, "-q"], capture_output=True, text=True)
        check("joined" + name, done.returncode == 0, done.stderr[:300])
        if done.returncode == 0 and whole:
            with open(os.path.join(folder, "x.json")) as text:
                doc = json.load(text)
            for part in ("igh_ccnd1", "ccnd1_expression", "ccnd1_copy_number", "ccnd1", "label", "probability"):
                check(f"joined{name}: {part}", doc[part] == whole[part], (doc[part], whole[part]))
    done = subprocess.run([PROGRAM, "stratify", files[0], files[0], "-o", os.path.join(work, "twice"), "-q"], capture_output=True, text=True)
    check("one list twice is refused", done.returncode == 1, done.stderr[:300])


# ---- copy number ----------------------------------------------------------------------------------------------------
def copies(doc):
    return doc["ccnd1_copy_number"]


def segments():
    """The state of a chromosome gained whole, and of an amplicon, by every format, with what each can prove."""
    for focal, state, scope, n in ((False, "gain", "chromosome", 3), (True, "amplified", "focal", 6)):
        for name, file, text, options, unit in cnv_files.formats(cnv_files.genome(focal)):
            name = f"cnv {name} ({scope})"
            doc = answer(name, "--cnv", put(file, text), *options)
            if not doc:
                continue
            c = copies(doc)
            check(name, (c["state"], c["scope"]) == (state, scope), (c["state"], c["scope"], c["copies"], c["reasons"]))
            check(name + ": copies", c["copies"] is not None and abs(c["copies"] - n) < 0.1 * n / 3, (c["copies"], c["copies_low"], c["copies_high"]))
            check(name + ": hyperdiploid", c["hyperdiploid"] is True, c["hyperdiploid"])
            check(name + ": source", c["sources"] == ["cnv"] and has_reason(c, "cnv"), c["reasons"])
            told = {"log2": "purity-assumed", "copies": "cnv-fitted", "rounded": "cnv-baseline"}[unit]
            check(name + ": what it cannot prove", has_reason(c, told), c["reasons"])
            check(name + ": nothing else", all(doc[k]["state"] == "not-assessable" for k in ("ras", "igh_ccnd1", "ccnd1_expression")))
            check(name + ": input", doc["inputs"][0]["role"] == "cnv" and doc["inputs"][0]["build"] == "GRCh38", doc["inputs"])


def neutral_segments():
    """Two copies at CCND1 in a genome that is seen whole: neutral; a list of changes never proves it."""
    g = list(cnv_files.genome(gains=("chr5",)))
    for name, file, text, options, unit in cnv_files.formats(g):
        doc = answer("cnv neutral " + name, "--cnv", put(file, text), *options)
        if doc:
            c = copies(doc)
            check("cnv neutral " + name, (c["state"], c["scope"], c["hyperdiploid"]) == ("neutral", "none", False),
                  (c["state"], c["hyperdiploid"], c["copies_low"], c["copies_high"], c["reasons"]))
    for name, file, text in cnv_files.lists(g):
        if name == "SEG of changes": # one without chromosome 11 is refused
            continue
        doc = answer("cnv list " + name, "--cnv", put(file, text))
        if doc:
            c = copies(doc)
            check("cnv list " + name, c["state"] == "not-assessable" and c["hyperdiploid"] is None and has_reason(c, "cnv-list"), (c["state"], c["reasons"]))


def listed_segments():
    for focal, state, scope in ((False, "gain", "chromosome"), (True, "amplified", "focal")):
        for name, file, text in cnv_files.lists(cnv_files.genome(focal)):
            doc = answer("cnv list " + name, "--cnv", put(file, text))
            if doc:
                c = copies(doc)
                wanted = ("gain", "chromosome") if "Manta" in name else (state, scope)
                check(f"cnv list {name} ({scope})", (c["state"], c["scope"]) == wanted, (c["state"], c["scope"], c["copies"], c["reasons"]))
                check(f"cnv list {name}: said", has_reason(c, "cnv-baseline") or has_reason(c, "cnv-fitted"), c["reasons"])


def refused_segments():
    for name, file, text, options, says in cnv_files.BAD:
        refused("cnv " + name, says, "--cnv", put(file, text), *options)
    g = list(cnv_files.genome())
    slots = [("--counts", "s.cns", cnv_files.cnvkit(g), "is segments: give it with --cnv"),
             ("--vcf", "s.seg", cnv_files.seg(g), "give it with --cnv"), ("--sv", "s.seg", cnv_files.seg(g), "give it with --cnv"),
             ("--cnv", "c.txt", count_files.htseq(0), "is gene counts: give it with --counts"),
             ("--cnv", "m.maf", maf(G12D), "give it with --vcf"),
             ("--cnv", "j.vcf", sv_files.CALLERS[0][1], "give it with --sv"), ("--cnv", "v.vcf", sv_files.SMALL, "give it with --vcf"),
             ("--sv", "c.vcf", cnv_files.simple(g, ["##source=DRAGEN_CNV"], True), "give it with --cnv")]
    for option, file, text, says in slots:
        refused(f"{file} as {option}", says, option, put(file, text), "--panel", "grch38")


def segments_by_build():
    doc = answer("cnv GRCh37", "--cnv", put("s.cns", cnv_files.cnvkit(cnv_files.genome(length=cnv_files.LENGTH_37))))
    check("cnv GRCh37", doc and doc["inputs"][0]["build"] == "GRCh37" and copies(doc)["state"] == "gain", doc and copies(doc)["reasons"])
    doc = answer("the sample's own id", "--cnv", put("s.seg", cnv_files.seg_of_samples(list(cnv_files.genome())).replace("T2\t", "x\t")))
    check("the sample's own id", doc and copies(doc)["state"] == "neutral" and doc["inputs"][0]["sample_name"] == "x", doc and copies(doc)["reasons"])
    low = cnv_files.cnvkit(cnv_files.genome(), purity=0.4)
    doc = answer("a share of tumour cells", "--cnv", put("s.cns", low), "--purity", "0.4")
    check("a share of tumour cells", doc and abs(copies(doc)["copies"] - 3) < 0.2 and copies(doc)["state"] == "gain", doc and copies(doc))


def vcf_with_segments():
    text = cnv_files.simple(list(cnv_files.genome()), ["##source=DRAGEN_CNV"], True)
    doc = answer("copy number in --vcf", "--vcf", put("s.vcf", text))
    if doc:
        said = [q["message"] for q in doc["qc"] if q["check"] == "cnv"]
        check("copy number in --vcf", copies(doc)["state"] == "gain", copies(doc)["reasons"])
        check("copy number in --vcf: told", any("--cnv" in x for x in said), said)
        check("copy number in --vcf: no wild type", doc["ras"]["state"] == "not-assessable", doc["ras"]["state"])


def segments_with_reads():
    """Beside reads: agreement is a second source, disagreement is told by name, and where reads cannot tell the segments do."""
    for sample in ("PCL01", "IMM01"):
        bam = os.path.join(ROOT, "testdata", sample + ".dna.bam")
        alone = answer(sample, "--dna", bam)
        if not alone:
            continue
        build = alone["inputs"][0]["build"]
        length = cnv_files.LENGTH if build == "GRCh38" else cnv_files.LENGTH_37
        for gains in ((), ("chr3", "chr9", "chr11")):
            path = put("s.cns", cnv_files.cnvkit(cnv_files.genome(length=length, gains=gains)))
            both, only = answer(sample + " with cnv", "--dna", bam, "--cnv", path), answer("cnv", "--cnv", path, "--panel", build.lower())
            was, now, own = copies(alone), copies(both), copies(only)
            if was["state"] == "not-assessable":
                check(sample + ": segments decide", now["state"] == own["state"] and now["sources"] == ["cnv"], (now["state"], now["reasons"]))
            elif was["state"] == own["state"] and abs(was["copies"] - own["copies"]) < 0.6:
                check(sample + ": agreed", now["sources"] == ["dna", "cnv"] and now["copies"] == was["copies"], now["sources"])
            else:
                check(sample + ": disagreement", now["state"] == was["state"] and has_reason(now, "cnv-vs-reads"), (now["state"], now["reasons"]))


def origins():
    """Each marker's origin in JSON, page and QC, from one table."""
    files = {"sv": put("s.vcf", sv_files.CALLERS[0][1]), "cnv": put("s.cns", cnv_files.cnvkit(cnv_files.genome())), "counts": put("c.txt", count_files.htseq(0)),
             "vcf": put("m.maf", maf(G12D))}
    folder = os.path.join(work, "origins")
    done = run(*[x for k, v in files.items() for x in ("--" + k, v)], "-o", folder)
    check("origins", done.returncode == 0, done.stderr[:300])
    with open(os.path.join(folder, "x.json")) as text:
        doc = json.load(text)
    with open(os.path.join(folder, "x.html")) as text:
        page = text.read()
    for part, source, what, cannot in (("ras", "vcf", "variants of ", "a wild type"), ("ccnd1_expression", "counts", "gene counts of HTSeq", "splicing"),
                                       ("ccnd1_copy_number", "cnv", "segments of CNVkit", "absolute copies"), ("igh_ccnd1", "sv", "structural variants of Manta", "that there is no junction")):
        found = doc[part]["origins"]
        check(f"origin of {part}", len(found) == 1 and found[0]["source"] == source and found[0]["what"].startswith(what) and cannot in found[0]["cannot_show"], found)
        for o in found:
            check(f"origin of {part} on the page", html.escape(f"From: {o['what']} (cannot show {o['cannot_show']})") in page.replace("&#39;", "&#x27;"), o)
    for name in ("cnv", "counts"):
        check(f"origin of {name} in QC", any(q["check"] == name and "cannot show" in q["message"] for q in doc["qc"]), doc["qc"])
    doc = answer("origins of reads", "--dna", os.path.join(ROOT, "testdata", "PCL01.dna.bam"))
    if doc:
        known = [(k, [o["what"] for o in doc[k]["origins"]]) for k in ("ras", "igh_ccnd1") if doc[k]["state"] != "not-assessable"]
        check("origins of reads", known and all(v == ["DNA alignments"] for _, v in known), known)


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
    put("s.cns", cnv_files.cnvkit(cnv_files.genome()))
    path = put("sheet.tsv", "sample_id\tsv\tcounts\tcnv\nA\ts.vcf\tc.txt\ts.cns\nB\ts.vcf\t.\t.\nC\t.\tc.txt\t.\nD\t.\tm.tsv\t.\n")
    folder = os.path.join(work, "out")
    done = subprocess.run([PROGRAM, "batch", path, "-o", folder, "-q"], capture_output=True, text=True)
    check("batch", done.returncode == 0, done.stderr[:400])
    for name, junction, expression in (("A", "detected", "overexpressed"), ("B", "detected", "not-assessable"),
                                       ("C", "not-assessable", "overexpressed"), ("D", "not-assessable", "overexpressed")):
        with open(os.path.join(folder, name + ".json")) as text:
            doc = json.load(text)
        found = doc["igh_ccnd1"]["state"], doc["ccnd1_expression"]["state"]
        check("batch " + name, found == (junction, expression), found)
        check(f"batch {name}: copies", copies(doc)["state"] == ("gain" if name == "A" else "not-assessable"), copies(doc)["state"])
    done = subprocess.run([PROGRAM, "report", folder, "-o", os.path.join(work, "again"), "-q"], capture_output=True, text=True)
    check("report of them", done.returncode == 0, done.stderr[:400])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        for part in (sv_callers, sv_others, sv_with_reads, vcf_with_joins, mafs, segments, neutral_segments,
                     listed_segments, refused_segments, segments_by_build, vcf_with_segments, segments_with_reads, counts, counts_with_reads,
                     counts_of_alignments, joined, origins, counts_by_map, sheet):
            part()
    print("ok {ok}, failed {failed}, skipped {skipped}".format(**count))
    sys.exit(1 if count["failed"] else 0)
