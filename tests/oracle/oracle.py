#!/usr/bin/env python3
"""Slow, independent answers to hold the program's counts against. Python standard library, samtools, featureCounts.

  oracle.py genes BAM ID.json none|forward|reverse PANEL [paired|single|long]   fragments per gene against featureCounts
  oracle.py codons BAM ID.json PANEL                        codon depth and alt depth against a pileup of `samtools view`
  oracle.py snps BAM ID.json PANEL ROLE                     alleles of common SNPs against `samtools mpileup`

genes: `featureCounts -p --countReadPairs --primary` with a SAF of the panel's exons (without -p for single-end reads, with
-L for long ones). The definitions agree on pairs,
introns, multi-mapped reads and duplicates. They differ, and the simulated files avoid or the comparison allows:
featureCounts drops a fragment that touches exons of two genes of the panel (we count it for both; such gene pairs are
only held to >=), and it has no rule for QC-fail and supplementary records (we leave them out; the files have none).

codons: for each fragment (read name) and codon the three consensus bases. A record counts unless unmapped, secondary,
supplementary, QC-fail, duplicate or MAPQ < 20. A base's quality is capped at 40; two agreeing mates add up, capped at
45; where mates disagree the codon does not count for the fragment. A codon counts when each base reaches 10 (ras_min_quality).
"""
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
sys.path.insert(0, os.path.join(ROOT, "tests", "pages"))
import expand  # noqa: E402
from simulate import COMPLEMENT, Panel  # noqa: E402

CIGAR = re.compile(r"(\d+)([MIDNSHP=X])")


def genes(bam, path, strand, panel_name, library="paired"):
    panel = Panel(panel_name)
    with open(path) as handle:
        expression = json.load(handle)["ccnd1_expression"]
    names = subprocess.run(["samtools", "view", "-H", bam], capture_output=True, text=True, check=True).stdout
    style = next(s for s in ("chr", "plain", "refseq") if "SN:%s\t" % panel.names["chr11"][s] in names)
    spans = []
    with tempfile.TemporaryDirectory() as folder:
        saf, out = os.path.join(folder, "panel.saf"), os.path.join(folder, "counts")
        with open(saf, "w") as handle:
            handle.write("GeneID\tChr\tStart\tEnd\tStrand\n")
            for gene, x in sorted(panel.genes.items()):
                for beg, end in x["exons"]:
                    spans.append((x["contig"], beg, end, gene))
                    handle.write("%s\t%s\t%d\t%d\t%s\n" % (gene, panel.names[x["contig"]][style], beg + 1, end,
                                                           x["strand"]))
        code = {"none": "0", "forward": "1", "reverse": "2"}[strand]
        kind = {"paired": ["-p", "--countReadPairs"], "single": [], "long": ["-L"]}[library]
        subprocess.run(["featureCounts", *kind, "--primary", "-s", code, "-F", "SAF", "-a", saf,
                        "-o", out, "--tmpDir", folder, bam], check=True, capture_output=True)
        with open(out) as handle:
            truth = {r[0]: int(r[6]) for r in (line.split("\t") for line in handle if line[0] != "#") if r[0] != "Geneid"}
    spans.sort()
    shared = set()  # genes whose exons lie within a fragment's reach of another's
    for (c, _, e, g), (d, b, _, h) in zip(spans, spans[1:]):
        if c == d and g != h and b < e + 1000:
            shared |= {g, h}
    genes = expression["all_genes"]
    bad = compared = 0
    for gene, ours in zip(genes["gene"], genes["fragments"]):
        compared += 1
        if ours != truth[gene] and not (gene in shared and ours >= truth[gene]):
            bad += 1
            print("%s: %s: %d fragments, featureCounts %d" % (bam, gene, ours, truth[gene]))
    if expression["fragments"] != truth["CCND1"]:
        bad += 1
        print("%s: ccnd1_expression.fragments %s, featureCounts %d" % (bam, expression["fragments"], truth["CCND1"]))
    if compared < 3 or not sum(truth.values()):
        bad += 1
        print("%s: only %d genes compared" % (bam, compared))
    return bad, "%d genes, %d fragments" % (compared, sum(truth.values()))


def bases_of(pos0, cigar, seq, qual, wanted):
    """{place: (base, quality)} of one record at wanted places, and the places that indels touch."""
    seen, touched = {}, []
    q = 0
    for n, op in CIGAR.findall(cigar):
        n = int(n)
        if op in "M=X":
            for k in range(n):
                if pos0 + k in wanted:
                    seen[pos0 + k] = (seq[q + k], min(ord(qual[q + k]) - 33, 40))
            pos0, q = pos0 + n, q + n
        elif op == "D":
            touched.append((pos0, pos0 + n))
            pos0 += n
        elif op == "I":
            touched.append((pos0, pos0))
            q += n
        elif op == "N":
            pos0 += n
        elif op == "S":
            q += n
    return seen, touched


def codons(bam, path, panel_name):
    panel = Panel(panel_name)
    with open(path) as handle:
        ras = json.load(handle)["ras"]
    places = {}  # (gene, number, transcript) -> contig, places, strand; both isoforms of KRAS end in codons of their own
    reported = expand.codons(ras) + ras.get("context_codons", [])
    wanted_codons = [(c["gene"], c["codon"], c.get("transcript")) for c in reported]
    wanted_codons += [(v["gene"], v["codon"], None) for v in ras["variants"] if v["codon"]]
    for gene, number, refseq in wanted_codons:
        contig, strand, _ = panel.transcripts[refseq] if refseq else panel.cds[gene]
        places[gene, number, refseq] = (contig, panel.codon_places(gene, number, refseq), strand)
    wanted = {}
    for contig, three, _ in places.values():
        wanted.setdefault(contig, set()).update(three)
    ucsc = {n: c for c, by_style in panel.names.items() for n in by_style.values()}
    fragments = {}
    view = subprocess.Popen(["samtools", "view", bam], stdout=subprocess.PIPE, text=True)
    for line in view.stdout:
        f = line.split("\t", 11)
        contig = ucsc.get(f[2])
        if contig not in wanted or int(f[1]) & (4 | 256 | 512 | 1024 | 2048) or int(f[4]) < 20:
            continue
        seen, touched = bases_of(int(f[3]) - 1, f[5], f[9], f[10], wanted[contig])
        if seen or touched:
            fragments.setdefault((f[0], contig), []).append((seen, touched))
    view.wait()
    depth, haplotypes = {}, {}
    by_place = {}
    for key, (contig, three, _) in places.items():
        for p in three:
            by_place.setdefault((contig, p), set()).add(key)
    for (_, contig), records in fragments.items():
        consensus = {}
        for seen, _ in records:
            for p, (base, quality) in seen.items():
                if p not in consensus:
                    consensus[p] = (base, quality)
                elif consensus[p][0] == base:
                    consensus[p] = (base, min(consensus[p][1] + quality, 45))
                else:
                    consensus[p] = ("?", -1)
        touched = [t for _, ts in records for t in ts]
        for key in {k for p in consensus for k in by_place[contig, p]}:
            _, three, strand = places[key]
            lo, hi = min(three), max(three) + 1
            if any((a < hi and b > lo) or (a == b and lo < a < hi) for a, b in touched):
                haplotypes.setdefault(key, {}).setdefault("indel", 0)
                haplotypes[key]["indel"] += 1
                continue
            three = [consensus.get(p, ("?", -1)) for p in three]
            if min(q for _, q in three) < 10 or any(b not in "ACGT" for b, _ in three):
                continue
            text = "".join(b for b, _ in three)
            text = text if strand == "+" else text.translate(COMPLEMENT)
            depth[key] = depth.get(key, 0) + 1
            haplotypes.setdefault(key, {}).setdefault(text, 0)
            haplotypes[key][text] += 1
    bad = 0
    for row in reported:
        key = row["gene"], row["codon"], row.get("transcript")
        truth = depth.get(key, 0)
        indels = haplotypes.get(key, {}).get("indel", 0)
        if row["depth"] not in (truth, truth + indels):
            bad += 1
            print("%s: %s codon %d of %s: depth %s, pileup %d (and %d with an indel)"
                  % (bam, *key, row["depth"], truth, indels))
    checked = 0
    for v in ras["variants"]:
        if v["gene"] not in panel.cds or len(v["ref"]) != len(v["alt"]):
            continue
        contig, strand, _ = panel.cds[v["gene"]]
        change = {v["pos"] - 1 + i: b for i, b in enumerate(v["alt"])}
        three = panel.codon_places(v["gene"], v["codon"])
        if not set(change) <= set(three):
            continue
        old = panel.codon(v["gene"], v["codon"])
        new = "".join((b if p not in change else change[p] if strand == "+" else change[p].translate(COMPLEMENT))
                      for p, b in zip(three, old))
        truth = haplotypes.get((v["gene"], v["codon"], None), {}).get(new, 0)
        checked += 1
        if v["alt_depth"] != truth:
            bad += 1
            print("%s: %s %s: alt depth %s, pileup %d" % (bam, v["gene"], v["protein"], v["alt_depth"], truth))
    if not fragments:
        bad += 1
        print("%s: the pileup is empty" % bam)
    return bad, "%d codons, %d variants" % (len(reported), checked)


def snps(bam, path, panel_name, role):
    """Bases by read name from mpileup (MAPQ 20, quality 20, mates not merged); two that disagree count for nothing."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
    given = [i for i in json.load(open(path))["identity"]["inputs"] if i["input"] == role][0]["counts"]
    panel, bad, seen = Panel(panel_name), 0, 0
    for i, (contig, pos0, ref, alt, _) in enumerate(panel.snps):
        if given[2 * i:2 * i + 2] == "00" and i % 20:
            continue
        out = subprocess.run(["samtools", "mpileup", "-x", "-A", "-B", "-d0", "-q20", "-Q20", "--output-QNAME", "--ff",
                              "UNMAP,SECONDARY,QCFAIL,DUP,SUPPLEMENTARY", "-r", "%s:%d-%d" % (contig, pos0 + 1, pos0 + 1),
                              bam], check=True, capture_output=True, text=True).stdout.rstrip("\n").split("\t")
        bases = {}
        if len(out) > 6 and int(out[3]):
            text = re.sub(r"\^.|\$", "", out[4]).upper()
            text = re.sub(r"[+-](\d+)", lambda m: "!%s!" % m.group(1), text)
            while "!" in text:  # the letters of an insertion or deletion follow its length
                before, n, after = text.split("!", 2)
                text = before + after[int(n):]
            for base, name in zip(text, out[6].split(",")):
                bases.setdefault(name, set()).add(base)
        one = [b for s in bases.values() for b in s - set("*<>#N") if len(s - set("*<>#N")) == 1]
        want = one.count(ref), one.count(alt)
        have = digits.index(given[2 * i]), digits.index(given[2 * i + 1])
        seen += sum(want)
        if want != have:
            bad += 1
            print("%s: %s:%d: %s, pileup %s" % (bam, contig, pos0 + 1, have, want))
    if not seen:
        bad += 1
        print("%s: the pileup is empty" % bam)
    return bad, "%d fragments at common SNPs" % seen


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in ("genes", "codons", "snps"):
        sys.exit(__doc__)
    bad, what = {"genes": genes, "codons": codons, "snps": snps}[sys.argv[1]](*sys.argv[2:])
    print("%s: %s: %s, %d differ" % (sys.argv[1], os.path.basename(sys.argv[2]), what, bad))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
