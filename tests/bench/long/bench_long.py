#!/usr/bin/env python3
"""The figures of the RAS caller on long reads, aligned by minimap2 to the whole KRAS and NRAS of ../shared/reference.

  bench_long.py [--quick] [--only KIND,...] [--samples N] [--seed N] [--depth N] [--verbose]

Kinds: r10, r9 and hifi: reads of the error model below; pbsim-ccs and pbsim-clr: reads of pbsim (Debian), where it is installed.
The model draws a quality for each base (normal, as ERRORS states) and an error with just that chance: a substitution, an
insertion or a deletion in the shares stated; in homopolymers of three bases and more deletions are three times as many. The means
give 97.7 % (R10.4), 94.8 % (R9.4.1) and 99.8 % (HiFi) of bases right, and 36 %, 69 % and 2 % of bases under quality 20.

Reads are made and aligned once for each kind, as many as all wild-type files together hold: no two of those share a read. Each
sample: one wild-type file (falsely mutated), then at one hotspot codon a substitution and a duplication of the codon. There each
read of the wild-type file over the codon becomes, with the VAF's chance, a read that was made with the change: at the lod95 that the
wild-type file printed for that class, and in every third sample at 30 % (found; falsely wild type). Other seeds are other reads.
$PLASMASTRAT: the program (default ./plasmastrat). Prints one table; exit status 1 when a figure is missed.
"""
import argparse
import collections
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import CODE, Panel, reverse_complement, rows  # noqa: E402

REFERENCE = os.path.join(ROOT, "..", "shared", "reference", "GRCh38.nmask.fa.gz")
GENES = (("chr1", 114702500, 114721800), ("chr12", 25205300, 25250900))  # 0-based, the known bases
HOTSPOTS = (("KRAS", 12), ("KRAS", 13), ("KRAS", 61), ("KRAS", 146), ("NRAS", 12), ("NRAS", 13), ("NRAS", 61))
LENGTH = (1000, 3000)
MARGIN = 30  # bases that a read shows on both sides of a codon that it holds
EVERY = 3  # of so many samples one is planted at 30 % too
MUTANTS = 40  # reads with each change, in groups of HOTSPOTS samples, and at least so many

# quality: mean, sd; shares of substitutions, insertions, deletions; minimap2's preset; least share found at 30 % (sub, indel)
ERRORS = collections.OrderedDict((
    ("r10", dict(quality=(22.5, 7), shares=(0.4, 0.2, 0.4), preset="map-ont", least=(0.95, 0.90))),
    ("r9", dict(quality=(17, 6), shares=(0.4, 0.2, 0.4), preset="map-ont", least=(0.90, 0.0))),
    ("hifi", dict(quality=(35, 7), shares=(0.2, 0.3, 0.5), preset="map-hifi", least=(0.95, 0.95))),
    ("pbsim-ccs", dict(pbsim="CCS", preset="map-hifi", least=(0.95, 0.90))),
    ("pbsim-clr", dict(pbsim="CLR", preset="map-pb", least=(0.0, 0.0))),
))


def run(command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout


class Genome:
    """The genes' sequences, the reference for minimap2, and changes to plant: (contig, pos0, ref, alt)."""

    def __init__(self, folder):
        self.panel = Panel("grch38")
        self.bases, self.fasta = {}, os.path.join(folder, "genes.fa")
        lengths = [line.split("\t")[:2] for line in open(REFERENCE + ".fai")]
        with open(self.fasta, "w") as out:
            for contig, beg0, end0 in GENES:
                text = run(["samtools", "faidx", REFERENCE, "%s:%d-%d" % (contig, beg0 + 1, end0)], text=True)
                self.bases[contig] = (beg0, "".join(text.split("\n")[1:]).upper())
                out.write(">%s\n%s\n" % (contig, self.bases[contig][1]))
        self.header = "@HD\tVN:1.6\tSO:coordinate\n" + "".join("@SQ\tSN:%s\tLN:%s\n" % tuple(x) for x in lengths)
        self.activating = collections.defaultdict(set)
        for r in rows(os.path.join(ROOT, "panels", "common", "activating.tsv")):
            self.activating[r["gene"]].add(r["protein"])

    def substitution(self, rng, gene, codon):
        old = self.panel.codon(gene, codon)
        new = [old[:k] + b + old[k + 1:] for k in range(3) for b in "ACGT" if b != old[k]]
        new = [x for x in new if "%s%d%s" % (CODE[old], codon, CODE[x]) in self.activating[gene]]
        return self.panel.alleles({"gene": gene, "codon": codon, "to": rng.choice(new)})[0]

    def duplication(self, gene, codon):
        contig, places = self.panel.cds[gene][0], self.panel.codon_places(gene, codon)
        beg0, bases = self.bases[contig]
        return (contig, min(places), "", bases[min(places) - beg0:max(places) + 1 - beg0])

    def with_change(self, contig, change):
        beg0, bases = self.bases[contig]
        if not change or change[0] != contig:
            return bases
        at = change[1] - beg0
        assert bases[at:at + len(change[2])] == change[2]
        return bases[:at] + change[3] + bases[at + len(change[2]):]


def with_errors(rng, bases, kind):
    """A read of these bases: (sequence, qualities as text)."""
    mean, sd = kind["quality"]
    sub, ins, _ = kind["shares"]
    if "table" not in kind:
        kind["table"] = [min(50, max(3, int(rng.gauss(mean, sd) + 0.5))) for _ in range(100000)]
    chance, draw, before, before_that = [10 ** (-q / 10) for q in range(64)], rng.random, "", ""
    out, quality = [], []
    for b, q in zip(bases, rng.choices(kind["table"], k=len(bases))):
        p, x = chance[q], draw()
        run_of_three = before_that == before == b
        before_that, before = before, b
        if x < p * sub:
            b = rng.choice("ACGT".replace(b, ""))
        elif x < p * (sub + ins):
            b += rng.choice("ACGT")
            quality.append(chr(33 + q))
        elif x < p * (2 if run_of_three else 1):
            continue
        out.append(b)
        quality.append(chr(33 + q))
    return "".join(out), "".join(quality)


def groups(places):
    """Places less than 600 bases apart are read together; farther ones by reads of their own, as long as a read seldom holds both."""
    found = []
    for p in places:
        if found and p - found[-1][1] < 600:
            found[-1][1] = p
        else:
            found.append([p, p])
    return found


def scenes(genome):
    """(contig, first place, last place) of the hotspots that are read together."""
    found = []
    for contig, _, _ in GENES:
        places = sorted(p for g, c in HOTSPOTS for p in genome.panel.codon_places(g, c) if genome.panel.cds[g][0] == contig)
        found += [(contig, lo, hi) for lo, hi in groups(places)]
    return found


def reads_of_model(genome, rng, kind, scene, n, change):
    """n reads over the scene as FASTQ text."""
    text, (contig, lo, hi) = [], scene
    beg0 = genome.bases[contig][0]
    bases = genome.with_change(contig, change)
    for k in range(n):
        length = rng.randint(*LENGTH)
        first, last = max(0, hi - beg0 + MARGIN + 1 - length), min(lo - beg0 - MARGIN, len(bases) - length)
        start = rng.randint(min(first, last), last)
        read = bases[start:start + length]
        if rng.random() < 0.5:
            read = reverse_complement(read)
        text.append("@%s_%d_%d\n%s\n+\n%s\n" % ((contig, lo, k) + with_errors(rng, read, kind)))
    return "".join(text)


def reads_of_pbsim(genome, rng, kind, scene, n, change, prefix):
    """About n reads over the scene, of pbsim on its surroundings."""
    contig, lo, hi = scene
    beg0, fasta, out, reach = genome.bases[contig][0], prefix + ".pb.fa", prefix + ".pb", 4000
    bases = genome.with_change(contig, change)[max(0, lo - beg0 - reach):hi - beg0 + reach]
    with open(fasta, "w") as f:
        f.write(">%s\n%s\n" % (contig, bases))
    run(["pbsim", "--data-type", kind["pbsim"], "--depth", str(n), "--seed", str(rng.randrange(1, 1 << 30)), "--length-mean",
         "3000", "--length-sd", "1500", "--length-min", "800", "--model_qc",
         "/usr/share/pbsim/models/model_qc_" + kind["pbsim"].lower(), "--prefix", out, fasta])
    lines, text = open(out + "_0001.fastq").read().split("\n"), []
    for i in range(0, len(lines) - 3, 4):
        text.append("@%s_%d_%d\n%s\n+\n%s\n" % (contig, lo, i // 4, lines[i + 1], lines[i + 3]))
    for end in ("_0001.fastq", "_0001.maf", "_0001.ref", ".fa"):
        os.remove(out + end)
    return "".join(text)


class Read:
    """A read's SAM lines, and where its primary alignment lies."""

    def __init__(self):
        self.lines, self.beg0, self.end0 = [], 0, 0

    def holds(self, lo, hi):
        return self.beg0 <= lo - MARGIN and self.end0 > hi + MARGIN


def align(genome, kind, fastq, prefix):
    with open(prefix + ".fq", "w") as out:
        out.write(fastq)
    sam = run(["minimap2", "-ax", kind["preset"], "-t", "1", genome.fasta, prefix + ".fq"], text=True)
    os.remove(prefix + ".fq")
    reads = collections.OrderedDict()
    for line in sam.split("\n"):
        f = line.split("\t")
        if not line or line[0] == "@" or f[2] == "*":
            continue
        one = reads.setdefault(f[0], Read())
        pos0 = int(f[3]) - 1 + genome.bases[f[2]][0]
        if not int(f[1]) & 0x900:
            one.beg0 = pos0
            one.end0 = pos0 + sum(int(n) for n, op in re.findall(r"(\d+)([MDN=X])", f[5]))
        one.lines.append((f[2], pos0, "\t".join([f[0], f[1], f[2], str(pos0 + 1)] + f[4:11] + ["RG:Z:1"])))
    return [one for one in reads.values() if one.end0]


def call(sam):
    done = subprocess.run([os.environ.get("PLASMASTRAT", "./plasmastrat"), "sample", "--id", "s", "--dna", "-", "-o", "-", "-@", "1"],
                          input=sam, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


class Pool:
    """The reads of one kind."""

    def __init__(self, bench, name, samples):
        self.bench, self.genome, self.kind = bench, bench.genome, ERRORS[name]
        self.rng = random.Random(zlib.crc32(("%s %d" % (name, bench.options.seed)).encode()))
        self.scenes, depth = scenes(self.genome), bench.options.depth
        self.wild = [self.make(scene, depth * samples, None) for scene in self.scenes]
        self.mutants, self.order = {}, {s: len(w) for s, w in zip(self.scenes, self.wild)}
        for reads in self.wild:
            self.rng.shuffle(reads)
        platform = "ONT" if self.kind["preset"] == "map-ont" else "PACBIO"
        self.header = self.genome.header + "@RG\tID:1\tSM:s\tPL:%s\n" % platform
        self.names = [line.split("\t")[1][3:] for line in self.genome.header.split("\n") if line.startswith("@SQ")]

    def make(self, scene, n, change):
        prefix = os.path.join(self.bench.folder, "pool")
        args = (self.genome, self.rng, self.kind, scene, n, change)
        fastq = reads_of_pbsim(*args, prefix) if "pbsim" in self.kind else reads_of_model(*args)
        return align(self.genome, self.kind, fastq, prefix)

    def draw(self, i, samples):
        """The reads of wild-type file i, by scene."""
        return [reads[len(reads) * i // samples:len(reads) * (i + 1) // samples] for reads in self.wild]

    def mutant(self, gene, codon, label, n):
        """n reads with a change of the codon, of those made for it."""
        key = (gene, codon, label)
        if key not in self.mutants:
            change = (self.genome.duplication(gene, codon) if label == "indel"
                      else self.genome.substitution(self.rng, gene, codon))
            places = self.genome.panel.codon_places(gene, codon)
            scene = (change[0], min(places), max(places))
            self.mutants[key] = [r for r in self.make(scene, max(MUTANTS, self.bench.options.samples * 4), change)
                                 if r.holds(min(places), max(places))]
        return self.rng.sample(self.mutants[key], n)

    def plant(self, reads, gene, codon, label, vaf):
        places = self.genome.panel.codon_places(gene, codon)
        contig = self.genome.panel.cds[gene][0]
        out = []
        for scene, here in zip(self.scenes, reads):
            hit = [r for r in here if scene[0] == contig and r.holds(min(places), max(places)) and self.rng.random() < vaf]
            new = self.mutant(gene, codon, label, len(hit)) if hit else []
            out.append([r for r in here if r not in hit] + new)
        return out

    def sam(self, reads):
        lines, rank = [], {name: k for k, name in enumerate(self.names)}
        for k, here in enumerate(reads):
            for n, read in enumerate(here):
                lines += [(rank[contig], pos0, "r%d_%d\t%s" % (k, n, text.split("\t", 1)[1])) for contig, pos0, text in read.lines]
        return self.header + "".join(text + "\n" for _, _, text in sorted(lines))


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder, self.genome = options, folder, Genome(folder)
        self.tally = collections.defaultdict(collections.Counter)

    def kind(self, name, samples):
        pool = Pool(self, name, samples)
        for i in range(samples):
            self.one(name, pool, i, samples)

    def one(self, name, pool, i, samples):
        tally = self.tally[name]
        gene, codon = HOTSPOTS[i % len(HOTSPOTS)]
        reads = pool.draw(i, samples)
        wild = call(pool.sam(reads))
        is_false = any(v["filter"] == "PASS" for v in wild["ras"]["variants"]) or wild["ras"]["state"] == "mutated"
        tally["files"] += 1
        tally["false"] += is_false
        tally["wild-type"] += wild["ras"]["state"] == "wild-type"
        self.report(name, i, "wild", wild, is_false)
        row = next(x for x in wild["ras"]["codons"] if (x["gene"], x["codon"]) == (gene, codon))
        for label in ("substitution", "indel"):
            lod = (row.get("lod95_by_class") or {}).get(label, row["lod95"])
            for at, vaf in (("30", 0.3), ("lod", lod)):
                if at == "30" and i // len(HOTSPOTS) % EVERY:
                    continue
                if vaf is None or vaf > 0.9:
                    tally["%s no %s" % (label, at)] += 1
                    continue
                result = call(pool.sam(pool.plant(reads, gene, codon, label, vaf)))
                found = any(v["filter"] == "PASS" and v["gene"] == gene and abs((v["codon"] or 0) - codon) <= 1
                            for v in result["ras"]["variants"])
                tally[label + at] += 1
                tally[label + at + " found"] += found
                tally["falsely wild"] += result["ras"]["state"] == "wild-type"
                self.report(name, i, "%s %s%d %.3f" % (label, gene, codon, vaf), result, not found)

    def report(self, name, seed, what, result, is_bad):
        if self.options.verbose or is_bad:
            near = ["%s %s %s/%s" % (v["protein"], v["filter"], v["alt_depth"], v["depth"])
                    for v in result["ras"]["variants"]]
            print("%s %d %s: %s %s" % (name, seed, what, result["ras"]["state"], near[:8]), file=sys.stderr, flush=True)

    def table(self):
        missed = 0
        print("%-10s %6s %6s %10s %14s %12s %14s %12s %13s" % ("reads", "files", "false", "wild type", "sub at 30 %",
              "sub at lod95", "indel at 30 %", "indel at lod95", "falsely wild"))
        for name, t in self.tally.items():
            cells = ["%d/%d" % (t[x + " found"], t[x]) for x in
                     ("substitution30", "substitutionlod", "indel30", "indellod")]
            print("%-10s %6d %6d %10d %14s %12s %14s %12s %13d" % (
                name, t["files"], t["false"], t["wild-type"], cells[0], cells[1], cells[2], cells[3], t["falsely wild"]))
            missed += (t["false"] > 0) + (t["falsely wild"] > 0.05 * t["files"])
            for label, least in (("substitution30", ERRORS[name]["least"][0]), ("indel30", ERRORS[name]["least"][1]),
                                 ("substitutionlod", 0.92), ("indellod", 0.92)):
                slack = 2 * math.sqrt(t[label] * least * (1 - least))
                missed += t[label + " found"] < least * t[label] - slack
        return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="5 samples of each kind")
    parser.add_argument("--only", default="")
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--depth", type=int, default=60)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    absent = [x for x in ("minimap2", "samtools") if not shutil.which(x)]
    if absent or not os.path.exists(REFERENCE):
        print("bench_long: skipped: %s" % (", ".join(absent) or "no " + os.path.normpath(REFERENCE)))
        return 0
    folder = tempfile.mkdtemp(prefix="bench_long")
    try:
        bench = Bench(options, folder)
        for name, kind in ERRORS.items():
            if options.only and name not in options.only.split(","):
                continue
            if "pbsim" in kind and not shutil.which("pbsim"):
                print("%-10s skipped: no pbsim" % name)
                continue
            bench.kind(name, 5 if options.quick else options.samples)
        missed = bench.table()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
