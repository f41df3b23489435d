#!/usr/bin/env python3
"""simulate.py - reads with a known truth, for either build. Python standard library and samtools only.

  simulate.py --spec SPEC.json --out PREFIX      writes PREFIX.dna.bam, PREFIX.rna.bam (those the spec asks for)
  from simulate import Panel, Genome, Simulator  the same from a test

A spec is one JSON object; every key but `dna`/`rna` has a default:

  build     "grch38" | "grch37"            style   "chr" | "plain" | "refseq" (contig names)
  sample    SM of the read group           seed    integer; same spec, same bytes
  formats   ["bam", "cram", "sam"]         sort    "coordinate" | "name" | "none"

  dna / rna objects share
    read_length 100      insert [250, 50]  (mean, sd)      quality "mix" | "high" | "flat:37" | "low"
    errors true          base errors drawn from the qualities
    variants [...]       planted, each {"gene": "KRAS", "protein": "G12D"} (or "codon": 12, "to": "GAT"), or
                         {"contig": "chr12", "pos1": 1, "ref": "C", "alt": "T"}; with "vaf": 0.1 (each covering fragment
                         carries it with that chance) or "count": 20 (exactly that many fragments that show it whole)
    duplicates 0.05      share of pairs repeated with the duplicate flag          (the shares default to 0)
    unmarked_copies 0    copies of every pair without that flag
    low_mapq 0.02        share of extra pairs with MAPQ 0..19, carrying wrong bases
    qcfail, secondary, supplementary               the same with these flags
    soft_clips 0.05      share of reads with 3..20 bases of adapter clipped
    ffpe 0.001           C>T per C of a fragment, either strand; oxidation 0.001: G>T in read-1 orientation
    person {"name": "A", "snps": 30, "depth": 8, "contigs": ["chr1"], "foreign": {"name": "B", "fraction": 0.05}}
                         fragments over every n-th common SNP of the panel, with the alleles of the person of that name
  dna
    targeted {"genes": ["KRAS", "NRAS"], "exons": [1, 2, 3], "depth": 200}   fragments over each coding base;
                         exons counts coding exons from the 5' end, 1-based (1-3 hold codons 1-150); absent: all
    places [{"contig": "chr11", "beg0": 1, "end0": 2, "depth": 30}]          the same over any place
    wgs {"depth": 30, "purity": 1, "copies": {"11p": 3, "11q": 3, "9": 3}, "focal": 6, "gc_bias": 0.0, "noise": 0.0,
         "chimeric": 0.002, "read_length": 150, "window": true, "bins": true}
                         fragments of the depth bins and the t(11;14) window; depth is that of a diploid, mappable
                         place; gc_bias: ln change of depth per 0.05 GC; noise: ln sd of a bin beyond counting;
                         reads are written as their first 50 bases
    junctions [{"a": POS, "a_keep": "right", "b": POS, "b_keep": "left", "fragments": 20}]
                         fragments that cross the junction of a chr11 place and a chr14 place (1-based, last kept base);
                         "right" keeps what lies right of it. a_keep right + b_keep left is der(14) of t(11;14)
  rna
    per_kb 100           fragments per kb of the median reference gene     spread 0.6   log-normal sd (ln) of the others
    ccnd1_log2 0.0       CCND1 relative to the median reference gene, log2
    log2 {"CCND2": -5}   the same for other genes; other_log2 -5, plasma_log2: whole marker classes
    plasma_share 1       markers are at their centres in plasma cells (panels/common), less log2 of this share
    strand "none" | "forward" | "reverse"
    immunoglobulin 0.3   share of all pairs placed in IGH/IGK/IGL
    multimapped 0.02     share of pairs with a second place (NH:i:2) and its secondary records          dna_contamination 0.0: unspliced share

Bases are the panel's where it knows them (coding exons and flanks) and a fixed pseudo-random sequence elsewhere;
Genome.write_fasta() writes the same bases as a reference.
"""
import argparse
import bisect
import json
import math
import os
import random
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
HEX_TO_BASE = str.maketrans("0123456789abcdef", "ACGTACGTACGTACGT")
OTHER = {"A": "CGT", "C": "AGT", "G": "ACT", "T": "ACG", "N": "ACGT"}
CODE = {}
for _i, _aa in enumerate("KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF"):
    CODE["ACGT"[_i >> 4] + "ACGT"[(_i >> 2) & 3] + "ACGT"[_i & 3]] = _aa


def reverse_complement(text):
    return text.translate(COMPLEMENT)[::-1]


def rows(path):
    """Rows of a panel table as dicts."""
    header = None
    with open(path) as handle:
        for line in handle:
            line = line.rstrip("\n")
            if not line or line.startswith("##"):
                continue
            if header is None:
                header = line.lstrip("#").split("\t")
                continue
            yield dict(zip(header, line.split("\t")))


class Panel:
    """The tables of panels/common and panels/<name> that a simulation needs; 0-based half-open inside."""

    def __init__(self, name="grch38"):
        self.name = name
        def table(file):
            return rows(os.path.join(ROOT, "panels", name, file))
        self.names, self.lengths = {}, {}
        for r in table("contigs.tsv"):
            self.names[r["ucsc"]] = {"chr": r["ucsc"], "plain": r["ensembl"], "refseq": r["refseq"]}
            self.lengths[r["ucsc"]] = int(r["length"])
        ucsc = {n: c for c, by_style in self.names.items() for n in by_style.values()}
        self.genes = {r["gene"]: {"role": r["role"], "strand": r["strand"], "contig": ucsc[r["contig"]], "exons": []}
                      for r in table("genes.tsv")}
        for r in table("exons.bed"):
            self.genes[r["gene"]]["exons"].append((int(r["beg0"]), int(r["end0"])))
        centres = rows(os.path.join(ROOT, "panels", "common", "expression_centres.tsv"))
        self.centres = {r["gene"]: float(r["log2"]) for r in centres if r["log2"] != "."}
        sequences = dict(self.fasta("cds.fa"))
        gene_of, self.order = {}, [r["refseq"] for r in table("transcripts.tsv")]
        for r in table("transcripts.tsv"):  # the first transcript of a gene is the one that codons are numbered on
            if r["gene"] not in gene_of.values():
                gene_of[r["refseq"]] = r["gene"]
        self.transcripts = {}
        for r in table("cds.bed"):
            spans = self.transcripts.setdefault(r["refseq"], (ucsc[r["contig"]], r["strand"], []))[2]
            spans.append((int(r["beg0"]), int(r["end0"])))
        self.sequence = {gene: sequences[refseq] for refseq, gene in gene_of.items()}
        self.cds = {gene: self.transcripts[refseq] for refseq, gene in gene_of.items()}
        self.windows = []
        for label, text in self.fasta("windows.fa"):
            contig, span = label.rsplit(":", 1)
            self.windows.append((ucsc[contig], int(span.split("-")[0]) - 1, text))
        self.bins = [(ucsc[r["contig"]], int(r["beg0"]), int(r["end0"]), r["arm"], r["role"], float(r["gc"]),
                      float(r["mappability"])) for r in table("bins.bed")]
        self.snps = [(ucsc[r["contig"]], int(r["pos1"]) - 1, r["ref"], r["alt"], float(r["alt_frequency"]))
                     for r in table("identity_snps.tsv")]
        self.regions = {r["name"]: (ucsc[r["contig"]], int(r["beg0"]), int(r["end0"])) for r in table("regions.bed")}

    def fasta(self, file):
        """(first word of the header, bases) of every record."""
        label, lines = None, []
        with open(os.path.join(ROOT, "panels", self.name, file)) as handle:
            for line in handle:
                if line.startswith(">"):
                    if label:
                        yield label, "".join(lines)
                    label, lines = line[1:].split()[0], []
                else:
                    lines.append(line.strip())
        yield label, "".join(lines)

    def coding_exons(self, gene, which=None):
        """(contig, [(beg0, end0)]) of a gene's coding exons, from the 5' end; `which` picks by number from 1."""
        contig, _, spans = self.cds[gene]
        return contig, [s for i, s in enumerate(spans, 1) if which is None or i in which]

    def codon_places(self, gene, number, refseq=None):
        """0-based places of a codon's three bases in transcript order; the gene's first transcript unless named."""
        contig, strand, spans = self.transcripts[refseq] if refseq else self.cds[gene]
        places = [p for beg, end in spans for p in (range(beg, end) if strand == "+" else range(end - 1, beg - 1, -1))]
        return places[3 * number - 3:3 * number]

    def codon(self, gene, number):
        return self.sequence[gene][3 * number - 3:3 * number]

    def alleles(self, v):
        """[(contig, pos0, ref, alt)] of a planted variant, plus strand. A codon across two exons gives two pieces."""
        if "contig" in v:
            return [(v["contig"], v["pos1"] - 1, v["ref"], v["alt"])]
        gene = v["gene"]
        number = v.get("codon") or int(v["protein"][1:-1])
        old = self.codon(gene, number)
        new = v.get("to")
        if new is None:  # the change of fewest bases; the first such in alphabetical order
            choices = sorted((sum(a != b for a, b in zip(old, c)), c) for c, aa in CODE.items() if aa == v["protein"][-1])
            if CODE[old] != v["protein"][0]:
                raise SystemExit("simulate: %s codon %d is %s" % (gene, number, CODE[old]))
            new = choices[0][1]
        contig, strand, _ = self.cds[gene]
        changes = sorted((p, o, n) for p, o, n in zip(self.codon_places(gene, number), old, new))
        if strand == "-":
            changes = [(p, o.translate(COMPLEMENT), n.translate(COMPLEMENT)) for p, o, n in changes]
        while changes[0][1] == changes[0][2]:
            changes.pop(0)
        while changes[-1][1] == changes[-1][2]:
            changes.pop()
        pieces = []
        for p, o, n in changes:
            if pieces and pieces[-1][1] + len(pieces[-1][2]) == p:
                c, start, ref, alt = pieces[-1]
                pieces[-1] = (c, start, ref + o, alt + n)
            else:
                pieces.append((contig, p, o, n))
        return pieces


class Genome:
    """Every base of a build: the panel's where it knows them, else a fixed pseudo-random sequence."""
    BLOCK = 4096

    def __init__(self, panel):
        self.panel = panel
        self.blocks = {}
        self.overlay = {}
        for contig, beg0, text in panel.windows:
            self.overlay.setdefault(contig, []).append((beg0, text))
        for contig, pos0, ref, _, _ in panel.snps:
            self.overlay.setdefault(contig, []).append((pos0, ref))

    def block(self, contig, number):
        key = (contig, number)
        text = self.blocks.get(key)
        if text is None:
            bits = random.Random("%s:%s:%d" % (self.panel.name, contig, number)).getrandbits(4 * self.BLOCK)
            text = ("%0*x" % (self.BLOCK, bits)).translate(HEX_TO_BASE)
            beg = number * self.BLOCK
            for start, known in self.overlay.get(contig, ()):
                lo, hi = max(start, beg), min(start + len(known), beg + self.BLOCK)
                if lo < hi:
                    piece = known[lo - start:hi - start]
                    old = text[lo - beg:hi - beg]
                    piece = "".join(o if p == "N" else p for p, o in zip(piece, old))
                    text = text[:lo - beg] + piece + text[hi - beg:]
            self.blocks[key] = text
        return text

    def fetch(self, contig, beg0, end0):
        first, last = beg0 // self.BLOCK, (end0 - 1) // self.BLOCK
        if first == last:
            base = first * self.BLOCK
            return self.block(contig, first)[beg0 - base:end0 - base]
        text = "".join(self.block(contig, n) for n in range(first, last + 1))
        return text[beg0 - first * self.BLOCK:end0 - first * self.BLOCK]

    def write_fasta(self, path, contigs, style="chr"):
        """Whole contigs, 60 bases a line."""
        with open(path, "w") as out:
            for contig in contigs:
                length = self.panel.lengths[contig]
                out.write(">%s\n" % self.panel.names[contig][style])
                step = 60 * 10000
                for beg in range(0, length, step):
                    text = self.fetch(contig, beg, min(length, beg + step))
                    out.write("\n".join(text[i:i + 60] for i in range(0, len(text), 60)) + "\n")
                self.blocks.clear()


class Template:
    """A stretch that fragments are cut from: blocks of one contig in genomic order (exons), or a single block."""

    def __init__(self, genome, contig, blocks):
        self.contig = contig
        self.blocks = blocks
        self.offsets = [0]
        for beg, end in blocks:
            self.offsets.append(self.offsets[-1] + end - beg)
        self.length = self.offsets[-1]
        self.text = "".join(genome.fetch(contig, beg, end) for beg, end in blocks)
        self.one = len(blocks) == 1
        self.variants = []  # (t, ref length, alt, how)

    def place(self, t):
        i = bisect.bisect_right(self.offsets, t) - 1
        return self.blocks[i][0] + t - self.offsets[i]

    def offset_of(self, pos0):
        for (beg, end), offset in zip(self.blocks, self.offsets):
            if beg <= pos0 < end:
                return offset + pos0 - beg
        return None

    def matched(self, t, n):
        """CIGAR of n template bases from t, with N between blocks."""
        if self.one:
            return [(n, "M")]
        i = bisect.bisect_right(self.offsets, t) - 1
        ops = []
        while n > 0:
            take = min(n, self.offsets[i + 1] - t)
            ops.append((take, "M"))
            n -= take
            t += take
            if n > 0:
                ops.append((self.blocks[i + 1][0] - self.blocks[i][1], "N"))
            i += 1
        return ops


class Qualities:
    """A pool of quality strings with, for each, the running sum of its error probabilities' hazards."""
    MIXES = {"mix": ((40, 30), (37, 48), (32, 10), (27, 6), (22, 4), (14, 1.6), (8, .4)), "high": ((37, 95), (32, 5)),
             "low": ((37, 30), (30, 30), (25, 20), (20, 15), (12, 5))}

    def __init__(self, rng, kind, length, pool=160):
        self.pool = []
        for _ in range(pool):
            if kind.startswith("flat:"):
                values = [int(kind[5:])] * length
            else:
                levels = self.MIXES[kind]
                names, weights = [q for q, _ in levels], [w for _, w in levels]
                values = []
                while len(values) < length:  # sequencers give runs, and lower values towards the end
                    late = 1 + 1.5 * len(values) / length
                    level = rng.choices(names, [w * (late if q < 37 else 1) for q, w in zip(names, weights)])[0]
                    values += [level] * rng.randint(1, 12 if level >= 32 else 3)
                values = values[:length]
            hazard, total = [], 0.0
            for q in values:
                total -= math.log1p(-10 ** (-q / 10))
                hazard.append(total)
            text = "".join(chr(33 + q) for q in values)
            self.pool.append((text, text[::-1], hazard))

    def draw(self, rng):
        return self.pool[int(rng.random() * len(self.pool))]


def sprinkle(rng, bases, hazard, forward):
    """Base errors where the qualities say so (exact: one exponential draw finds the next error)."""
    n = len(bases)
    h, out = 0.0, None
    while True:
        h += rng.expovariate(1.0)
        k = bisect.bisect_left(hazard, h)
        if k >= n:
            return bases if out is None else "".join(out)
        if out is None:
            out = list(bases)
        i = k if forward else n - 1 - k
        out[i] = OTHER[out[i]][int(rng.random() * 3)]
        h = hazard[k]


def cigar_text(ops):
    merged = []
    for n, op in ops:
        if n == 0:
            continue
        if merged and merged[-1][1] == op:
            merged[-1] = (merged[-1][0] + n, op)
        else:
            merged.append((n, op))
    return "".join("%d%s" % x for x in merged)


class Simulator:
    """SAM lines of one alignment file."""

    def __init__(self, genome, style="chr", sample="SIM", seed=1, options=None):
        self.genome, self.panel, self.style, self.sample = genome, genome.panel, style, sample
        self.rng = random.Random("plasmastrat:%s" % seed)
        self.o = {"read_length": 100, "insert": [250, 50], "quality": "mix", "errors": True, "variants": [],
                  "duplicates": 0, "unmarked_copies": 0, "low_mapq": 0, "qcfail": 0, "secondary": 0, "supplementary": 0, "soft_clips": 0,
                  "ffpe": 0, "oxidation": 0, "strand": "none", "mapq": 60}
        self.o.update(options or {})
        self.quality = Qualities(random.Random("quality:%s" % seed), self.o["quality"], self.o["read_length"])
        self.lines = []
        self.serial = 0
        self.tail = "\tRG:Z:%s" % sample
        self.truth = []  # (label, fragments that carry, fragments that could show)

    def name(self):
        self.serial += 1
        return "%s:%d" % (self.sample, self.serial)

    def contig(self, contig):
        return self.panel.names[contig][self.style]

    # ---- fragments with variants ------------------------------------------------------------------------------------

    def plant(self, template):
        """The spec's variants that lie on this template, in template coordinates."""
        found = []
        for v in self.o["variants"]:
            for contig, pos0, ref, alt in self.panel.alleles(v):
                if contig != template.contig:
                    continue
                t = template.offset_of(pos0)
                if t is None:
                    continue
                if template.text[t:t + len(ref)] != ref:
                    raise SystemExit("simulate: %s: reference is %s, not %s" % (v, template.text[t:t + len(ref)], ref))
                keep = 0
                while keep < min(len(ref), len(alt)) and ref[keep] == alt[keep] and len(ref) != len(alt):
                    keep += 1
                found.append((t + keep, len(ref) - keep, alt[keep:], v))
        return found

    def carriers(self, template, fragments, found):
        """Which fragment carries which variant: {fragment number: [variant, ...]}."""
        carried = {}
        read = self.o["read_length"]
        for variant in found:
            t, n, _, v = variant
            shown = []
            for i, (start, length) in enumerate(fragments):
                if "count" in v:
                    # both flanking bases too, inside one of the two reads
                    lo, hi = t - 1, t + max(n, 1) + 1
                    reads = ((start, start + min(read, length)), (start + length - min(read, length), start + length))
                    if any(a <= lo and hi <= b for a, b in reads):
                        shown.append(i)
                elif start < t + max(n, 1) and t < start + length:
                    shown.append(i)
            if "count" in v:
                chosen = self.rng.sample(shown, min(v["count"], len(shown)))
            else:
                vaf = v.get("vaf", 0.5)
                chosen = [i for i in shown if self.rng.random() < vaf]
            for i in chosen:
                carried.setdefault(i, []).append(variant)
            self.truth.append((v, len(chosen), len(shown)))
        return carried

    def altered(self, template, start, length, variants):
        """Bases and alignment pieces of a fragment that carries variants: (bases, [(op, t, n, query offset)])."""
        variants = sorted(variants, key=lambda v: v[0])
        bases, pieces, t, q = [], [], start, 0

        def match(until):
            nonlocal t, q
            n = min(until - t, length - q, template.length - t)
            if n > 0:
                bases.append(template.text[t:t + n])
                pieces.append(("M", t, n, q))
                t, q = t + n, q + n

        for at, n_ref, alt, _ in variants:
            if at < t or q >= length:
                continue
            match(at)
            if q >= length or t != at:
                break
            same = min(n_ref, len(alt))
            if same:
                bases.append(alt[:same])
                pieces.append(("M", t, same, q))
                t, q = t + same, q + same
            if len(alt) > same:
                bases.append(alt[same:])
                pieces.append(("I", t, len(alt) - same, q))
                q += len(alt) - same
            elif n_ref > same:
                pieces.append(("D", t, n_ref - same, q))
                t += n_ref - same
        match(template.length)
        return "".join(bases)[:length], pieces

    def read_of_pieces(self, template, pieces, q0, q1):
        """Template start and CIGAR of query bases q0..q1 of an altered fragment, as an aligner would give them."""
        ops = []
        for op, t, n, q in pieces:
            if op == "D":
                if q0 < q < q1:
                    ops.append(["D", t, n])
                continue
            lo, hi = max(q, q0), min(q + n, q1)
            if lo < hi and op == "M" and ops and ops[-1][0] == "M" and ops[-1][1] + ops[-1][2] == t + lo - q:
                ops[-1][2] += hi - lo
            elif lo < hi:
                ops.append([op, t + (lo - q if op == "M" else 0), hi - lo])
        # An indel within 6 bases of a read's end is clipped by aligners.
        head = tail = 0
        while ops and (ops[0][0] != "M" or (ops[0][2] < 6 and len(ops) > 1 and ops[1][0] != "M")):
            head += ops[0][2] if ops[0][0] != "D" else 0
            ops.pop(0)
        while ops and (ops[-1][0] != "M" or (ops[-1][2] < 6 and len(ops) > 1 and ops[-2][0] != "M")):
            tail += ops[-1][2] if ops[-1][0] != "D" else 0
            ops.pop()
        if not ops:
            return None, None
        cigar = [(head, "S")]
        for op, t, n in ops:
            cigar += template.matched(t, n) if op == "M" else [(n, op)]
        cigar.append((tail, "S"))
        return ops[0][1], cigar

    # ---- writing a pair ---------------------------------------------------------------------------------------------

    def damage(self, bases, first_forward):
        """FFPE and oxidation on a whole fragment, so that overlapping mates agree."""
        rng, out = self.rng, None
        ffpe, oxidation = self.o["ffpe"], self.o["oxidation"]
        for rate, table in ((ffpe, {"C": ("T", ffpe), "G": ("A", ffpe)}),
                            (oxidation, {"G": ("T", oxidation)} if first_forward else {"C": ("A", oxidation)})):
            if not rate:
                continue
            i = int(rng.expovariate(rate))
            while i < len(bases):
                hit = table.get(bases[i])
                if hit:
                    out = out or list(bases)
                    out[i] = hit[0]
                i += 1 + int(rng.expovariate(rate))
        return bases if out is None else "".join(out)

    def pair(self, template, start, length, variants, first_forward, extra_flag=0, mapq=None, name=None, tags=""):
        """Two mates of one fragment, as SAM lines."""
        rng, read = self.rng, self.o["read_length"]
        n = read if read < length else length
        if variants:
            fragment, pieces = self.altered(template, start, length, variants)
            length = len(fragment)
            n = min(n, length)
        else:
            fragment, pieces = template.text[start:start + length], None
        if self.o["ffpe"] or self.o["oxidation"]:
            fragment = self.damage(fragment, first_forward)
        ends = []
        for forward in (True, False):
            q0 = 0 if forward else length - n
            if pieces:
                t, ops = self.read_of_pieces(template, pieces, q0, q0 + n)
                if t is None:
                    return
                pos, cigar = template.place(t), cigar_text(ops)
            else:
                pos = template.place(start + q0)
                cigar = "%dM" % n if template.one else cigar_text(template.matched(start + q0, n))
            text, backward, hazard = self.quality.draw(rng)
            bases = fragment[q0:q0 + n]
            if self.o["errors"]:
                bases = sprinkle(rng, bases, hazard, forward)
            qual = (text[:n] if forward else backward[len(backward) - n:])
            if self.o["soft_clips"] and rng.random() < self.o["soft_clips"] and not pieces and template.one:
                k = rng.randint(3, 20)
                if n > k + 20:  # adapter instead of the last bases of the read
                    junk = "".join(rng.choice("ACGT") for _ in range(k))
                    if forward:
                        bases, cigar = bases[:n - k] + junk, "%dM%dS" % (n - k, k)
                    else:
                        bases, cigar, pos = junk + bases[k:], "%dS%dM" % (k, n - k), pos + k
            ends.append((pos, cigar, bases, qual))
        (p1, c1, b1, q1), (p2, c2, b2, q2) = ends
        size = template.place(start + length - 1 if not pieces else pieces[-1][1] + pieces[-1][2] - 1) + 1 - p1
        name = name or self.name()
        contig = self.contig(template.contig)
        mapq = self.o["mapq"] if mapq is None else mapq
        left, right = (99, 147) if first_forward else (163, 83)
        tail = tags + self.tail
        self.lines.append("%s\t%d\t%s\t%d\t%d\t%s\t=\t%d\t%d\t%s\t%s%s" % (
            name, left | extra_flag, contig, p1 + 1, mapq, c1, p2 + 1, size, b1, q1, tail))
        self.lines.append("%s\t%d\t%s\t%d\t%d\t%s\t=\t%d\t%d\t%s\t%s%s" % (
            name, right | extra_flag, contig, p2 + 1, mapq, c2, p1 + 1, -size, b2, q2, tail))

    def fragments_of(self, template, fragments, sense=None):
        """Writes fragments (start, length) with the planted variants and the spec's shares of unwanted records."""
        rng, o = self.rng, self.o
        found = self.plant(template)
        carried = self.carriers(template, fragments, found) if found else {}
        wrong = [("low_mapq", 0), ("qcfail", 512), ("secondary", 256), ("supplementary", 2048)]
        for i, (start, length) in enumerate(fragments):
            if sense is None or o["strand"] == "none":
                first_forward = rng.random() < 0.5
            else:
                first_forward = (sense == "+") == (o["strand"] == "forward")
            variants = carried.get(i)
            multi = o.get("multimapped") and rng.random() < o["multimapped"]
            name = self.name()
            self.pair(template, start, length, variants, first_forward, name=name,
                      mapq=1 if multi else None, tags="\tNH:i:2\tHI:i:1" if multi else "")
            if multi and self.lines[-1].startswith(name + "\t"):
                self.elsewhere(self.lines[-2:])
            if o["duplicates"] and rng.random() < o["duplicates"]:
                self.pair(template, start, length, variants, first_forward, extra_flag=1024)
            for _ in range(o["unmarked_copies"]):
                self.pair(template, start, length, variants, first_forward)
            for key, flag in wrong:
                if o[key] and rng.random() < o[key]:
                    # carries every planted variant: a program that counts it is found out by its alt depth
                    self.pair(template, start, length, found, first_forward, extra_flag=flag,
                              mapq=rng.randint(0, 19) if key == "low_mapq" else None)

    def elsewhere(self, pair):
        """The secondary alignments of a pair: unspliced, on the chromosome 5 of retrocopies."""
        for line in pair:
            f = line.split("\t")
            f[1], f[2], f[5] = str(int(f[1]) | 256), self.contig("chr5"), "%dM" % len(f[9])
            f[3], f[7] = (str(20000000 + int(x) % 1000000) for x in (f[3], f[7]))
            size = int(f[7]) - int(f[3])
            f[8] = str(size + len(f[9]) if int(f[1]) & 32 else size - len(f[9]))
            self.lines.append("\t".join(f).replace("HI:i:1", "HI:i:2"))

    def insert(self):
        mean, sd = self.o["insert"]
        return max(self.o.get("min_insert", 60), int(self.rng.gauss(mean, sd)))

    # ---- DNA ----------------------------------------------------------------------------------------------------

    def targeted(self, genes=("KRAS", "NRAS"), exons=None, depth=200):
        places = {}
        for gene in genes:
            contig, spans = self.panel.coding_exons(gene, exons)
            for beg, end in spans:
                places.setdefault(contig, []).append((beg, end))
        mean, sd = self.o["insert"]
        for contig in sorted(places):
            merged = []
            for beg, end in sorted(places[contig]):
                if merged and beg - merged[-1][1] < 2 * int(mean + 4 * sd):
                    merged[-1][1] = max(end, merged[-1][1])
                else:
                    merged.append([beg, end])
            for beg, end in merged:
                self.cover(contig, beg, end, depth)

    def cover(self, contig, beg0, end0, depth):
        """`depth` fragments, on average, show each base of a place in one of their reads."""
        rng, read = self.rng, self.o["read_length"]
        mean, sd = self.o["insert"]
        shown = sum(min(2 * read, self.insert()) for _ in range(400)) / 400
        reach = int(mean + 4 * sd)
        template = Template(self.genome, contig, [(beg0 - 2 * reach, end0 + 2 * reach)])
        lo, hi = reach, 2 * reach + end0 - beg0
        n = round(depth * (hi - lo) / shown)
        self.fragments_of(template, [(rng.randrange(lo, hi), self.insert()) for _ in range(n)])

    def person(self, name, snps=30, depth=8, foreign=None, contigs=None):
        """Fragments over common SNPs; one of their reads shows the SNP. The same name has the same alleles, always."""
        there = [s for s in self.panel.snps if contigs is None or s[0] in contigs]
        read, saved = self.o["read_length"], self.o["variants"]
        for contig, pos0, ref, alt, frequency in there[::max(1, len(there) // snps)][:snps]:
            def copies(who):
                rng = random.Random("person:%s:%s:%s:%s" % (who, contig, frequency, ref + alt))
                return sum(rng.random() < frequency for _ in range(2))
            vaf = copies(name) / 2
            if foreign:
                vaf += foreign["fraction"] * (copies(foreign["name"]) / 2 - vaf)
            self.o["variants"] = [{"contig": contig, "pos1": pos0 + 1, "ref": ref, "alt": alt, "vaf": vaf}] if vaf else []
            template = Template(self.genome, contig, [(pos0 - read, pos0 + 1000)])
            self.fragments_of(template, [(self.rng.randrange(5, read - 5), self.insert()) for _ in range(depth)])
        self.o["variants"] = saved

    def wgs_segments(self, w):
        """(contig, beg, end, copies, gc, mappability) of what is simulated: bins and the window, each place once."""
        copies, focal = w.get("copies", {}), w.get("focal")

        def copies_of(arm, near):
            if near and focal is not None:
                return focal
            return copies.get(arm, copies.get(arm.rstrip("pq"), 2))

        spans = []
        if w.get("bins", True):
            for contig, beg, end, arm, role, gc, mappability in self.panel.bins:
                spans.append((contig, beg, end, copies_of(arm, role != "arm"), gc, mappability))
        if w.get("window", True):
            contig, beg, end = self.panel.regions["CCND1_t1114_window"]
            inside = sorted((max(b, beg), min(e, end)) for c, b, e, *_ in spans if c == contig and b < end and e > beg)
            at = beg
            for b, e in inside + [(end, end)]:
                if at < b:
                    spans.append((contig, at, b, copies_of("11q", True), 0.44, 1.0))
                at = max(at, e)
        return spans

    def wgs(self, w):
        rng = self.rng
        purity, depth, read = w.get("purity", 1.0), w.get("depth", 30), w.get("read_length", 150)
        bias, noise, chimeric = w.get("gc_bias", 0.0), w.get("noise", 0.0), w.get("chimeric", 0.002)
        shown = min(50, read)
        qual = "F" * shown
        mean, sd = w.get("insert", [350, 60])
        others = sorted(self.panel.lengths)
        lines, tail = self.lines, self.tail
        segments = self.wgs_segments(w)
        ends = {(s[0], s[2]) for s in segments}
        for contig, beg, end, copies, gc, mappability in segments:
            rate = mappability * depth / (2.0 * read) * (purity * copies + (1 - purity) * 2) / 2
            rate *= math.exp(bias * (gc - 0.42) / 0.05)
            if noise:
                rate *= math.exp(rng.gauss(0, noise))
            if rate <= 0:
                continue
            name_of, lo = self.contig(contig), beg - 400
            text = self.genome.fetch(contig, lo, end + 1200)
            pos = beg - (0.0 if (contig, beg) in ends else 400.0)  # a segment that stands alone gets a lead-in
            while True:
                pos += rng.expovariate(rate)
                p1 = int(pos)
                if p1 >= end:
                    break
                length = max(shown, int(rng.gauss(mean, sd)))
                p2 = p1 + length - shown
                first = rng.random() < 0.5
                name = self.name()
                seq1 = text[p1 - lo:p1 - lo + shown]
                if chimeric and rng.random() < chimeric:
                    other = rng.choice(others[:22])
                    far = rng.randrange(10000, self.panel.lengths[other] - 10000)
                    flag, mate = (97, 145) if first else (161, 81)
                    seq2 = self.genome.fetch(other, far, far + shown)
                    lines.append("%s\t%d\t%s\t%d\t60\t%dM\t%s\t%d\t0\t%s\t%s%s" % (
                        name, flag, name_of, p1 + 1, shown, self.contig(other), far + 1, seq1, qual, tail))
                    lines.append("%s\t%d\t%s\t%d\t60\t%dM\t%s\t%d\t0\t%s\t%s%s" % (
                        name, mate, self.contig(other), far + 1, shown, name_of, p1 + 1, seq2, qual, tail))
                    continue
                flag, mate = (99, 147) if first else (163, 83)
                seq2 = text[p2 - lo:p2 - lo + shown]
                lines.append("%s\t%d\t%s\t%d\t60\t%dM\t=\t%d\t%d\t%s\t%s%s" % (
                    name, flag, name_of, p1 + 1, shown, p2 + 1, length, seq1, qual, tail))
                lines.append("%s\t%d\t%s\t%d\t60\t%dM\t=\t%d\t%d\t%s\t%s%s" % (
                    name, mate, name_of, p2 + 1, shown, p1 + 1, -length, seq2, qual, tail))

    def junction(self, j):
        """Fragments across the junction of a chr11 and a chr14 place, aligned as bwa mem would."""
        rng, read = self.rng, self.o["read_length"]
        a = (j.get("a_contig", "chr11"), j["a"] - 1, j.get("a_keep", "right"))
        b = (j.get("b_contig", "chr14"), j["b"] - 1, j.get("b_keep", "left"))
        reach = 1500
        # Along the derived chromosome, x < 0 is side a (its junction end on the right), x >= 0 side b.
        def side(place, left):
            contig, pos, keep = place
            beg, end = (pos - reach + 1, pos + 1) if keep == "left" else (pos, pos + reach)
            text = self.genome.fetch(contig, beg, end)
            forward = (keep == "left") == left
            return text if forward else reverse_complement(text), forward
        text_a, forward_a = side(a, True)
        text_b, forward_b = side(b, False)
        derived = text_a + text_b

        def align(x0, x1):
            """Alignments of derived bases x0..x1: [(contig, pos0, strand forward, from, to)], longest first."""
            out = []
            lo, hi = x0, min(x1, 0)
            if lo < hi:
                # x = -1 is place a; x = -k is a - k + 1 forward, a + k - 1 reversed
                pos = a[1] + 1 + lo if forward_a else a[1] - hi
                out.append((a[0], pos, forward_a, lo - x0, hi - x0))
            lo, hi = max(x0, 0), x1
            if lo < hi:
                pos = b[1] + lo if forward_b else b[1] - hi + 1
                out.append((b[0], pos, forward_b, lo - x0, hi - x0))
            out.sort(key=lambda s: s[3] - s[4])
            return [s for i, s in enumerate(out) if i == 0 or s[4] - s[3] >= 20]

        for _ in range(j["fragments"]):
            length = max(read + 20, self.insert())
            start = -rng.randrange(20, length - 20)
            first_left = rng.random() < 0.5
            name = self.name()
            ends = []
            for x0, left in ((start, True), (start + length - read, False)):
                seq = derived[reach + x0:reach + x0 + read]
                text, backward, hazard = self.quality.draw(rng)
                qual = text[:read] if left else backward[:read]
                if self.o["errors"]:
                    seq = sprinkle(rng, seq, hazard, left)
                ends.append((left, seq, qual, align(x0, x0 + read)))
            for k in (0, 1):
                left, seq, qual, aligned = ends[k]
                _, _, _, mate = ends[1 - k]
                mate_contig, mate_pos, mate_forward = mate[0][:3]
                mate_reverse = mate_forward != ends[1 - k][0]
                mate_end = mate_pos + mate[0][4] - mate[0][3]
                places = []
                for contig, pos, forward, q0, q1 in aligned:
                    head, tail = (q0, read - q1) if forward else (read - q1, q0)
                    cigar = cigar_text([(head, "S"), (q1 - q0, "M"), (tail, "S")])
                    places.append((contig, pos, forward == left, cigar, forward))
                for i, (contig, pos, strand, cigar, forward) in enumerate(places):
                    flag = 1 | (0 if strand else 16) | (32 if mate_reverse else 0)
                    flag |= 64 if left == first_left else 128
                    flag |= 2048 if i else 0
                    size = 0
                    if contig == mate_contig and strand == mate_reverse and abs(mate_pos - pos) < 1000:
                        flag |= 2
                        own_end = pos + aligned[i][4] - aligned[i][3]
                        size = mate_end - pos if strand else mate_pos - own_end
                    sa = "".join("%s,%d,%s,%s,60,0;" % (self.contig(c), p + 1, "+" if s else "-", g)
                                 for n, (c, p, s, g, _) in enumerate(places) if n != i)
                    self.lines.append("%s\t%d\t%s\t%d\t60\t%s\t%s\t%d\t%d\t%s\t%s%s%s" % (
                        name, flag, self.contig(contig), pos + 1, cigar,
                        "=" if mate_contig == contig else self.contig(mate_contig), mate_pos + 1, size,
                        seq if forward else reverse_complement(seq), qual if forward else qual[::-1],
                        "\tSA:Z:" + sa if sa else "", self.tail))

    # ---- RNA ----------------------------------------------------------------------------------------------------

    def gene_fragments(self, r):
        """Fragments of every panel gene."""
        per_kb, spread = r.get("per_kb", 100), r.get("spread", 0.6)
        fixed = {"CCND1": r.get("ccnd1_log2", 0.0), "CCND2": -5, "CCND3": -2}
        fixed.update(r.get("log2", {}))
        reference = sorted(g for g, x in self.panel.genes.items() if x["role"] == "reference")
        levels = {}
        drawn = [self.rng.gauss(0, spread) / math.log(2) for _ in reference]
        middle = sorted(drawn)
        n = len(middle)
        median = (middle[n // 2] + middle[(n - 1) // 2]) / 2
        for gene, level in zip(reference, drawn):
            levels[gene] = level - median
        share = math.log2(r.get("plasma_share", 1.0))
        base = {"other-cell": r.get("other_log2", -5.0), "ras": -1.0, "raf": -1.5,
                "cyclin": -2.0}
        for gene, x in sorted(self.panel.genes.items()):
            if gene in fixed:
                levels[gene] = fixed[gene]
            elif x["role"] == "plasma-cell":
                levels[gene] = r.get("plasma_log2", self.panel.centres.get(gene, 5.0) + share)
            elif gene not in levels:
                levels[gene] = base[x["role"]]
        return {g: int(round(per_kb * 2 ** level * sum(e - b for b, e in self.panel.genes[g]["exons"]) / 1000))
                for g, level in sorted(levels.items())}

    def rna(self, r):
        rng = self.rng
        counts = r.get("fragments") or self.gene_fragments(r)
        total = 0
        shortest = self.o["read_length"] // 2
        for gene, n in sorted(counts.items()):
            x = self.panel.genes[gene]
            template = Template(self.genome, x["contig"], x["exons"])
            pieces = []
            for _ in range(n):
                length = min(max(self.insert(), shortest), template.length)
                start = rng.randint(0, template.length - length)
                if r.get("three_prime"):  # crowd fragments towards the transcript's end
                    from_end = int(rng.random() ** (1 + r["three_prime"]) * (template.length - length + 1))
                    start = from_end if x["strand"] == "-" else template.length - length - from_end
                pieces.append((start, length))
            self.fragments_of(template, pieces, x["strand"])
            stray = int(n * r.get("dna_contamination", 0.0))
            if stray:
                beg, end = x["exons"][0][0] - 500, x["exons"][-1][1] + 500
                genomic = Template(self.genome, x["contig"], [(beg, end)])
                # contamination covers introns and exons alike: as many fragments per exon base as `stray` says
                many = int(stray * (end - beg) / template.length)
                keep, self.o["strand"] = self.o["strand"], "none"
                self.fragments_of(genomic, [(rng.randint(0, end - beg - 400), min(400, self.insert()))
                                            for _ in range(min(many, 20 * n + 100))])
                self.o["strand"] = keep
            total += n
        share = r.get("immunoglobulin", 0.0)
        if share:
            n = int(total * share / (1 - share))
            loci = [self.panel.regions[k] for k in ("IGH_locus", "IGK_locus", "IGL_locus")]
            hot = [(c, b + (e - b) // 5 * k) for c, b, e in loci for k in range(1, 4)]
            saved, self.o["variants"] = self.o["variants"], []
            templates = [Template(self.genome, c, [(p, p + 300), (p + 2000, p + 2600)]) for c, p in hot]
            for k, template in enumerate(templates):
                self.fragments_of(template, [(rng.randint(0, template.length - 300), min(300, self.insert()))
                                             for _ in range(n // len(templates))], "-")
            self.o["variants"] = saved

    # ---- output -------------------------------------------------------------------------------------------------

    def header(self, order):
        lines = ["@HD\tVN:1.6\tSO:%s" % order]
        lines += ["@SQ\tSN:%s\tLN:%d" % (self.contig(c), n) for c, n in self.panel.lengths.items()]
        lines.append("@RG\tID:%s\tSM:%s\tPL:ILLUMINA\tLB:simulated" % (self.sample, self.sample))
        return "\n".join(lines) + "\n"

    def text(self, order="unsorted"):
        return self.header(order) + "\n".join(self.lines) + ("\n" if self.lines else "")

    def write(self, path, sort="coordinate", index=True, level=6, csi=False):
        """BAM, CRAM (bases inside: no reference needed) or SAM by the name's ending. `csi`: the smaller index."""
        kind = path.rsplit(".", 1)[1]
        options = {"bam": ["-O", "bam,level=%d" % level], "sam": ["-O", "sam"],
                   "cram": ["-O", "cram,no_ref=1"]}[kind]
        if sort == "none":
            command = ["samtools", "view", "--no-PG", "-h"]
        else:
            command = ["samtools", "sort", "--no-PG", "-m", "256M"] + (["-n"] if sort == "name" else [])
        # run in the folder: CRAM keeps the beginning of the name it was written under
        folder, name = os.path.split(os.path.abspath(path))
        done = subprocess.run(command + options + ["-o", name, "-"], input=self.text().encode(), cwd=folder,
                              stderr=subprocess.PIPE)
        if done.returncode:
            raise SystemExit("simulate: %s: %s" % (path, done.stderr.decode()))
        if index and sort == "coordinate" and kind != "sam":
            subprocess.run(["samtools", "index"] + (["-c"] if csi and kind == "bam" else []) + [path], check=True)


def build_simulators(spec, genome=None):
    """{"dna": Simulator, "rna": Simulator} of a spec."""
    genome = genome or Genome(Panel(spec.get("build", "grch38")))
    out = {}
    for kind in ("dna", "rna"):
        part = spec.get(kind)
        if part is None:
            continue
        options = dict(part)
        if kind == "rna":
            options.setdefault("insert", [220, 40])
        sim = Simulator(genome, spec.get("style", "chr"), spec.get("sample", "SIM"), "%s:%s" % (spec.get("seed", 1), kind),
                        options)
        if kind == "dna":
            if part.get("targeted"):
                sim.targeted(**part["targeted"])
            for place in part.get("places", []):
                sim.cover(**place)
            if part.get("wgs"):
                sim.wgs(part["wgs"])
            for j in part.get("junctions", []):
                sim.junction(j)
        else:
            sim.rna(part)
        if part.get("person"):
            sim.person(**part["person"])
        out[kind] = sim
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spec", required=True, help="JSON file, or '-'")
    parser.add_argument("--out", required=True, help="prefix of the files written")
    options = parser.parse_args()
    spec = json.load(sys.stdin if options.spec == "-" else open(options.spec))
    for kind, sim in build_simulators(spec).items():
        for form in spec.get("formats", ["bam"]):
            sim.write("%s.%s.%s" % (options.out, kind, form), spec.get("sort", "coordinate"))
        for variant, n, shown in sim.truth:
            print("%s\t%s\t%s\t%d\t%d" % (spec.get("sample", "SIM"), kind, json.dumps(variant, sort_keys=True), n, shown))


if __name__ == "__main__":
    main()
