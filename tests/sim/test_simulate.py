#!/usr/bin/env python3
"""The simulator against its own promises: test_simulate.py.  A wrong simulator would make every other test lie."""
import collections
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from simulate import CODE, COMPLEMENT, Genome, Panel, build_simulators  # noqa: E402

failed = 0


def check(name, truth, detail=""):
    global failed
    if not truth:
        failed += 1
        print("FAILED: %s %s" % (name, detail))


def records(sim):
    ucsc = {n: c for c, by_style in sim.panel.names.items() for n in by_style.values()}
    for line in sim.lines:
        f = line.split("\t")
        yield f[0], int(f[1]), ucsc[f[2]], int(f[3]) - 1, int(f[4]), f[5], f[6], int(f[7]) - 1, int(f[8]), f[9], f[10], f[11:]


def pieces(cigar):
    return [(int(n), op) for n, op in re.findall(r"(\d+)([MIDNSH])", cigar)]


def mismatches(genome, contig, pos, cigar, seq):
    wrong = total = q = 0
    for n, op in pieces(cigar):
        if op == "M":
            wrong += sum(a != b for a, b in zip(genome.fetch(contig, pos, pos + n), seq[q:q + n]))
            total += n
        q += n if op in "MIS" else 0
        pos += n if op in "MDN" else 0
    return wrong, total, q, pos


for name in ("grch38", "grch37"):
    panel = Panel(name)
    genome = Genome(panel)
    for gene in panel.cds:
        contig, strand, _ = panel.cds[gene]
        for number in range(1, len(panel.sequence[gene]) // 3 + 1):
            text = "".join(genome.fetch(contig, p, p + 1) for p in panel.codon_places(gene, number))
            text = text if strand == "+" else text.translate(COMPLEMENT)
            if text != panel.codon(gene, number):
                check("%s %s codon %d" % (name, gene, number), False, (text, panel.codon(gene, number)))
    check(name + " fetch across blocks", genome.fetch("chr5", 4000, 9000) ==
          "".join(genome.fetch("chr5", i, i + 1) for i in range(4000, 9000)))
check("G12D", panel.alleles({"gene": "KRAS", "protein": "G12D"}) == [("chr12", 25398283, "C", "T")])
check("G12F", panel.alleles({"gene": "KRAS", "codon": 12, "to": "TTT"}) == [("chr12", 25398283, "CC", "AA")])
check("code", CODE["ATG"] == "M" and CODE["TGA"] == "*" and CODE["GGT"] == "G" and CODE["CAA"] == "Q")

genome = Genome(Panel("grch38"))
ref = genome.fetch("chr12", 25227329, 25227333)
dna = {"targeted": {"depth": 300}, "quality": "mix", "duplicates": 0.1, "low_mapq": 0.03, "soft_clips": 0.1,
       "variants": [{"gene": "KRAS", "protein": "G12D", "count": 40}, {"gene": "NRAS", "protein": "Q61K", "vaf": 0.2},
                    {"contig": "chr12", "pos1": 25227330, "ref": ref, "alt": ref[0], "vaf": 0.3},
                    {"contig": "chr12", "pos1": 25225700, "ref": genome.fetch("chr12", 25225699, 25225700),
                     "alt": genome.fetch("chr12", 25225699, 25225700) + "GGG", "vaf": 0.3}],
       "junctions": [{"a": 69200000, "a_keep": x, "b": 105860000, "b_keep": y, "fragments": 30}
                     for x in ("left", "right") for y in ("left", "right")]}
rna = {"per_kb": 40, "ccnd1_log2": 2.0, "strand": "reverse", "immunoglobulin": 0.3, "multimapped": 0.1, "errors": False,
       "variants": [{"gene": "KRAS", "codon": 38, "to": "AAA", "vaf": 0.5}]}
sims = build_simulators({"dna": dna, "rna": rna, "sample": "T"}, genome)
again = build_simulators({"dna": dna, "rna": rna, "sample": "T"}, genome)
check("same spec, same lines", all(sims[k].lines == again[k].lines for k in sims))
for kind, sim in sims.items():
    wrong = total = 0
    ends = collections.Counter()
    for name, flag, contig, pos, mapq, cigar, _, _, size, seq, qual, tags in records(sim):
        a, b, q, end = mismatches(genome, contig, pos, cigar, seq)
        if flag & 256:  # the second place of a multi-mapped pair
            a = b = 0
        wrong, total = wrong + a, total + b
        check("%s %s: bases, qualities and CIGAR" % (kind, name), q == len(seq) == len(qual), cigar)
        check("%s %s: too many mismatches" % (kind, name), a <= 8, (a, cigar))
        ends[name] += 1 if not flag & 0x900 else 0
        check("%s %s: end" % (kind, name), 0 <= pos < end <= genome.panel.lengths[contig])
    check(kind + ": two primary records a name", set(ends.values()) <= {0, 2}, collections.Counter(ends.values()))
    check(kind + ": mismatch rate", (0 if kind == "rna" else 0.0002) <= wrong / total < 0.005, wrong / total)
ops = {op for r in records(sims["dna"]) for _, op in pieces(r[5])} | {op for r in records(sims["rna"]) for _, op in pieces(r[5])}
check("operations", ops == set("MIDNS"), ops)
exact = [n for v, n, _ in sims["dna"].truth if v.get("count")]
check("exact count", exact == [40], exact)

# every junction read's two parts meet at the planted places
for name, flag, contig, pos, mapq, cigar, _, _, _, seq, _, tags in records(sims["dna"]):
    sa = [t for t in tags if t.startswith("SA:Z:")]
    if not sa:
        continue
    other, opos, strand, ocigar = sa[0][5:].split(",")[:4]
    for c, p, g in ((contig, pos, cigar), (other, int(opos) - 1, ocigar)):
        n = {op: k for k, op in pieces(g)}
        place = 69199999 if c == "chr11" else 105859999
        first = pieces(g)[0][1] == "S"
        check("junction place", (p if first else p + n["M"] - 1) == place, (c, p, g))
split = sum("SA:Z:" in line for line in sims["dna"].lines)
check("split records", split >= 40, split)

strands = collections.Counter()
for name, flag, contig, pos, *_ in records(sims["rna"]):
    for gene in ("CCND1", "XBP1"):
        x = genome.panel.genes[gene]
        if contig == x["contig"] and x["exons"][0][0] <= pos < x["exons"][-1][1] and flag & 64 and not flag & 0x900:
            strands[gene, bool(flag & 16) == (x["strand"] == "-")] += 1
check("reverse strandedness", not strands["CCND1", True] and not strands["XBP1", True] and strands["CCND1", False] > 100,
      strands)
length = sum(e - b for b, e in genome.panel.genes["CCND1"]["exons"]) / 1000
check("CCND1 fragments", abs(strands["CCND1", False] / (40 * 4 * length) - 1) < 0.02, strands)

wgs = {"wgs": {"depth": 4, "copies": {"11p": 3, "11q": 3, "9": 1}, "focal": 6, "purity": 0.8, "window": False}}
sim = build_simulators({"dna": wgs}, genome)["dna"]
bins = [(c, b, e, "near" if role != "arm" else arm) for c, b, e, arm, role, *_ in genome.panel.bins]
near = [(gc, m) for _, _, _, _, role, gc, m in genome.panel.bins if role != "arm"]
mappable = {"near": sum(m for _, m in near) / len(near)}
count, width = collections.Counter(), collections.Counter()
by_contig = collections.defaultdict(list)
for c, b, e, label in bins:
    by_contig[c].append((b, e, label))
    width[label] += e - b
for _, flag, contig, pos, *_ in records(sim):
    if flag & 64:
        for b, e, label in by_contig[contig]:
            if b <= pos < e:
                count[label] += 1
base = sum(count[a] for a in ("2p", "2q", "10p")) / sum(width[a] for a in ("2p", "2q", "10p"))
check("depth", abs(base * 300 / 4 - 1) < 0.05, base * 300)
for label, copies in (("11p", 3), ("11q", 3), ("near", 6), ("9p", 1)):
    want = (0.8 * copies + 0.2 * 2) / 2 * mappable.get(label, 1)
    check("copies of " + label, abs(count[label] / width[label] / base / want - 1) < 0.025, count[label] / width[label] / base)
with tempfile.TemporaryDirectory() as folder:
    sims["dna"].write(os.path.join(folder, "x.bam"))
    sims["dna"].write(os.path.join(folder, "x.cram"))
    check("files", os.path.getsize(os.path.join(folder, "x.bam")) > 1000)
print("simulator: %s" % ("ok" if not failed else "%d failed" % failed))
sys.exit(1 if failed else 0)
