#!/usr/bin/env python3
"""The figures of the RAS caller on libraries as they are: reads of an Illumina simulator, aligned by bwa mem.

  bench_real.py [--quick] [--only KIND,...] [--samples N] [--seed N] [--keep FOLDER] [--peers] [--verbose]

Molecules are drawn here (place, length, orientation, variant, damage, copies, errors of places); their reads and base errors are
ART's (art_illumina -amp, one molecule an amplicon, built-in profiles HSXt, HS25, MSv3), their alignments bwa mem's. The
reference is the real KRAS and NRAS of ../shared/reference, hotspot exons with 700 bases on each side.

Each kind of library: wild-type samples (falsely mutated per 1,000), and mutated ones planted at the lod95 that the wild-type
sample before printed for that codon and class (found, and falsely wild type). --peers: bcftools and freebayes on the same files.

$PLASMASTRAT: the program (default ./plasmastrat). Needs art_illumina, bwa, samtools. Prints one table; exit status 1 when a
figure is missed. Nothing is written but to a temporary folder (or --keep).
"""
import argparse
import collections
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import CODE, Panel, reverse_complement, rows  # noqa: E402

REFERENCE = os.path.join(ROOT, "..", "shared", "reference", "GRCh38.nmask.fa.gz")
FLANK = 700
PROFILES = (("HSXt", 150), ("HS25", 125), ("MSv3", 200))
HOTSPOTS = (("KRAS", 12), ("KRAS", 13), ("KRAS", 61), ("KRAS", 146), ("NRAS", 12), ("NRAS", 13), ("NRAS", 61))
PASSENGER = ("chr12", 25245345, "G", "A")  # KRAS c.39C>T, G13=, 0-based
OTHER = {"A": "CGT", "C": "AGT", "G": "ACT", "T": "ACG"}

# name -> what is unlike a plain library; quick: samples of each sort in a quick run
KINDS = collections.OrderedDict((
    ("plain", dict(depth=(200, 500, 1000, 2000), quick=6, full=200)),
    ("site-errors-0.7", dict(depth=(2000, 5000), sigma=0.7, quick=2, full=60)),
    ("site-errors-1.0", dict(depth=(2000, 5000), sigma=1.0, quick=3, full=60)),
    ("binned-optimistic", dict(depth=(500, 1000, 2000), shift=5, binned=1, quick=4, full=100)),
    ("damaged", dict(depth=(1000,), molecules=(30, 60, 120, 300), damage=(8e-3, 4e-3, 1e-3), quick=4, full=100)),
    ("passenger", dict(depth=(2000, 5000), passenger=0.5, quick=3, full=60)),
    ("carry-over", dict(depth=(2000, 5000), carry=0.005, quick=2, full=60)),
    ("copies", dict(depth=(1000,), molecules=(30, 100, 300), quick=3, full=100)),
    ("deep", dict(depth=(10000, 20000), quick=0, full=20)),
))


def run(command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout


class World:
    """The windows, their sequences, and the changes to plant."""

    def __init__(self, folder):
        self.panel = Panel("grch38")
        self.folder = folder
        lengths = dict(line.split("\t")[:2] for line in open(REFERENCE + ".fai"))
        places = collections.defaultdict(list)
        for gene, codon in HOTSPOTS + (("KRAS", 59), ("KRAS", 117), ("NRAS", 59), ("NRAS", 117), ("NRAS", 146)):
            contig = self.panel.cds[gene][0]
            places[contig] += self.panel.codon_places(gene, codon)
        self.windows = []  # contig, beg0, bases, first and last base that decides
        for contig in sorted(places):
            group = []
            for p in sorted(places[contig]) + [1 << 40]:
                if group and p - group[-1] > 400:
                    beg0, end0 = group[0] - FLANK, group[-1] + 1 + FLANK
                    text = run(["samtools", "faidx", REFERENCE, "%s:%d-%d" % (contig, beg0 + 1, end0)], text=True)
                    self.windows.append((contig, beg0, "".join(text.split("\n")[1:]).upper(), group[0], group[-1]))
                    group = []
                group.append(p)
        self.fasta = os.path.join(folder, "windows.fa")
        with open(self.fasta, "w") as out:
            for i, w in enumerate(self.windows):
                out.write(">w%d\n%s\n" % (i, w[2]))
        run(["bwa", "index", self.fasta])
        self.header = "@HD\tVN:1.6\tSO:coordinate\n" + "".join("@SQ\tSN:%s\tLN:%s\n" % x for x in lengths.items())
        self.activating = collections.defaultdict(set)
        for r in rows(os.path.join(ROOT, "panels", "common", "activating.tsv")):
            text = r["protein"]
            if text[1:-1].isdigit():
                self.activating[(r["gene"], int(text[1:-1]))].add(text[-1])

    def substitution(self, rng, gene, codon):
        """One-base activating change as (contig, pos0, ref, alt)."""
        old, options = self.panel.codon(gene, codon), []
        for k in range(3):
            for b in OTHER[old[k]]:
                new = old[:k] + b + old[k + 1:]
                if CODE[new] in self.activating[(gene, codon)]:
                    options.append(new)
        return self.panel.alleles({"gene": gene, "codon": codon, "to": rng.choice(options)})[0]

    def duplication(self, gene, codon):
        """The codon inserted once more."""
        contig, places = self.panel.cds[gene][0], self.panel.codon_places(gene, codon)
        beg0, end0 = min(places), max(places) + 1
        for c, start, bases, _, _ in self.windows:
            if c == contig and start <= beg0 < start + len(bases):
                return (contig, beg0, "", bases[beg0 - start:end0 - start])
        raise ValueError(gene)


def applied(bases, start, change):
    contig, pos0, ref, alt = change
    i = pos0 - start
    assert bases[i:i + len(ref)] == ref, change
    return bases[:i] + alt + bases[i + len(ref):]


def molecules_of(world, rng, kind, depth, read_length, variants):
    """[(sequence, copies)]; variants: [(change, share of molecules)]."""
    found = []
    site = {}
    for number, (contig, start, bases, first, last) in enumerate(world.windows):
        mean = max(read_length + 30, 220)
        span = last - first + mean
        shown = kind.get("now_molecules") or depth
        n = int(shown * span / (mean - (last - first) if mean > last - first + 60 else mean))
        for _ in range(n):
            length = int(min(500, max(read_length + 5, rng.gauss(mean, 35))))
            at = rng.randrange(first - length + 10, last - 9)
            text, shift = bases, 0
            carried = [c for c, share in variants if c[0] == contig and start <= c[1] < start + len(bases)
                       and rng.random() < share]
            for c in sorted(carried, key=lambda c: -c[1]):
                text = applied(text, start, c)
            text = list(text[at - start:at - start + length])
            damage = kind.get("now_damage")
            if damage:
                old, new = ("C", "T") if rng.random() < 0.5 else ("G", "A")
                for i, b in enumerate(text):
                    if b == old and rng.random() < damage:
                        text[i] = new
            copies = max(1, int(rng.expovariate(shown / depth) + 0.5)) if kind.get("now_molecules") else 1
            for _ in range(copies):
                one = text
                if "sigma" in kind:
                    one = list(text)
                    here = site.setdefault(number, site_rates(rng, kind["sigma"], len(bases) + 600))
                    total = here[1]
                    for _ in range(poisson(rng, total * length / len(here[0]))):
                        i = pick(rng, here, at - start, length)
                        if i >= 0 and not shift and not any(len(c[2]) != len(c[3]) for c in carried):
                            b = bases[at - start + i]
                            one[i] = OTHER[b][here[2][at - start + i]]
                sequence = "".join(one)
                found.append(reverse_complement(sequence) if rng.random() < 0.5 else sequence)
    rng.shuffle(found)
    return found


def site_rates(rng, sigma, n):
    rate = [1.5e-4 * math.exp(rng.gauss(0, sigma)) for _ in range(n)]
    return rate, sum(rate), [rng.randrange(3) for _ in range(n)], max(rate)


def pick(rng, here, at, length):
    for _ in range(200):
        i = rng.randrange(length)
        if rng.random() * here[3] < here[0][at + i]:
            return i
    return -1


def poisson(rng, mean):
    n, p, limit = 0, rng.random(), math.exp(-mean)
    while p > limit:
        p *= rng.random()
        n += 1
    return n


def optimistic(line, shift, binned):
    out = []
    for c in line:
        q = ord(c) - 33 + shift
        if binned:
            q = 37 if q >= 30 else 25 if q >= 20 else 12 if q >= 10 else 2
        out.append(chr(33 + min(q, 41)))
    return "".join(out)


def reads_of(world, rng, kind, molecules, profile, read_length, prefix):
    with open(prefix + ".mol.fa", "w") as out:
        for i, m in enumerate(molecules):
            out.write(">m%d\n%s\n" % (i, m))
    run(["art_illumina", "-ss", profile, "-amp", "-p", "-na", "-i", prefix + ".mol.fa", "-l", str(read_length), "-f", "1",
         "-rs", str(rng.randrange(1, 1 << 30)), "-o", prefix + ".r"])
    if "shift" in kind:
        for mate in "12":
            lines = open(prefix + ".r%s.fq" % mate).read().split("\n")
            for i in range(3, len(lines), 4):
                lines[i] = optimistic(lines[i], kind["shift"], kind.get("binned"))
            open(prefix + ".r%s.fq" % mate, "w").write("\n".join(lines))


def align(world, prefix):
    """bwa mem on the windows, then moved to the places of the genome."""
    sam = run(["bwa", "mem", "-v", "1", world.fasta, prefix + ".r1.fq", prefix + ".r2.fq"], text=True)
    with open(prefix + ".sam", "w") as out:
        out.write(world.header + "@RG\tID:1\tSM:s\n")
        for line in sam.split("\n"):
            if not line or line[0] == "@":
                continue
            f = line.split("\t")
            f = f[:11] + ["RG:Z:1"]
            for name, pos in ((2, 3), (6, 7)):
                label = f[2] if name == 6 and f[6] == "=" else f[name]
                if label == "*" or (name == 6 and f[6] == "="):
                    continue
                contig, beg0 = world.windows[int(label[1:])][:2]
                f[name], f[pos] = contig, str(int(f[pos]) + beg0)
            if f[6] == "=":
                f[7] = str(int(f[7]) + next(w[1] for w in world.windows if w[0] == f[2]
                                            and w[1] < int(f[3]) <= w[1] + len(w[2])))
            out.write("\t".join(f) + "\n")
    run(["samtools", "sort", "-o", prefix + ".bam", "--write-index", prefix + ".sam"])
    for end in (".sam", ".mol.fa", ".r1.fq", ".r2.fq"):
        os.remove(prefix + end)
    return prefix + ".bam"


def call(bam):
    program = os.environ.get("PLASMASTRAT", "./plasmastrat")
    done = subprocess.run([program, "sample", "--id", "s", "--dna", bam, "-o", "-", "-@", "1"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def peers(world, bam):
    """Peers' calls of non-synonymous changes at the hotspots: name -> number."""
    places = {(world.panel.cds[g][0], p) for g, c in HOTSPOTS for p in world.panel.codon_places(g, c)}
    plain = os.path.join(world.folder, "plain.fa")
    if not os.path.exists(plain):
        run("samtools faidx -n 60 %s chr1 chr12 > %s && samtools faidx %s" % (REFERENCE, plain, plain), shell=True)
    region = ",".join("%s:%d-%d" % (w[0], w[1] + FLANK - 300, w[1] + len(w[2]) - FLANK + 300) for w in world.windows)
    found = {}
    if shutil.which("bcftools"):
        found["bcftools"] = "bcftools mpileup -d 100000 -r %s -f %s %s | bcftools call -mv" % (region, plain, bam)
    if shutil.which("freebayes"):
        found["freebayes"] = "for r in %s; do freebayes -F 0.005 -C 3 --pooled-continuous -f %s -r $r %s; done" % (
            region.replace(",", " "), plain, bam)
    for name, command in found.items():
        text = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        hits = [x.split("\t") for x in text.split("\n") if x and x[0] != "#"]
        found[name] = sum((x[0], int(x[1]) - 1) in places and float(x[5] or 0) >= 20 for x in hits)
    return found


class Bench:
    def __init__(self, options, folder):
        self.options, self.world, self.folder = options, World(folder), folder
        self.tally = collections.defaultdict(collections.Counter)
        self.n = 0

    def sample(self, name, kind, seed, variants, label):
        rng = random.Random(seed)
        profile, read_length = PROFILES[seed % len(PROFILES)]
        kind = dict(kind)
        depth = rng.choice(kind["depth"])
        if "molecules" in kind:
            kind["now_molecules"] = rng.choice(kind["molecules"])
        if "damage" in kind:
            kind["now_damage"] = rng.choice(kind["damage"])
        if "passenger" in kind:
            variants = variants + [(PASSENGER, kind["passenger"])]
        if "carry" in kind:
            variants = variants + [(self.world.substitution(rng, *HOTSPOTS[seed % len(HOTSPOTS)]), kind["carry"] * 0.45)]
        prefix = os.path.join(self.folder, "%s_%d_%s" % (name, seed, label))
        reads_of(self.world, rng, kind, molecules_of(self.world, rng, kind, depth, read_length, variants), profile,
                 read_length, prefix)
        bam = align(self.world, prefix)
        result = call(bam)
        if self.options.peers and label == "wild":
            for peer, n in peers(self.world, bam).items():
                self.tally[name][peer] += n > 0
        if not self.options.keep:
            os.remove(bam)
            os.remove(bam + ".csi")
        self.n += 1
        return result

    def one(self, name, kind, seed):
        tally, rng = self.tally[name], random.Random(seed ^ 0x5eed)
        wild = self.sample(name, kind, seed, [], "wild")
        tally["wild"] += 1
        tally["wild " + wild["ras"]["state"]] += 1
        self.say(name, seed, "wild", wild, wild["ras"]["state"] == "mutated")
        gene, codon = HOTSPOTS[(seed // 3) % len(HOTSPOTS)]
        row = next(x for x in wild["ras"]["codons"] if (x["gene"], x["codon"]) == (gene, codon))
        for label in ("substitution", "indel"):
            lod = (row.get("lod95_by_class") or {}).get(label, row["lod95"])
            if lod is None or lod > 0.5 or "carry" in kind:
                tally[label + " none"] += 1
                continue
            change = (self.world.substitution(rng, gene, codon) if label == "substitution"
                      else self.world.duplication(gene, codon))
            result = self.sample(name, kind, seed, [(change, lod)], label)
            found = any(v["filter"] == "PASS" and v["gene"] == gene and v["tier"] in ("hotspot", "likely-activating")
                        and abs((v["codon"] or 0) - codon) <= 1 for v in result["ras"]["variants"])
            tally[label] += 1
            tally[label + " found"] += found
            tally["falsely wild"] += result["ras"]["state"] == "wild-type" and lod > 0.05
            self.say(name, seed, "%s %s%d %.4f" % (label, gene, codon, lod), result, not found)

    def say(self, name, seed, what, result, is_bad):
        if self.options.verbose or is_bad:
            near = ["%s %s %s/%s" % (v["protein"], v["filter"], v["alt_depth"], v["depth"])
                    for v in result["ras"]["variants"]]
            print("%s %d %s: %s %s" % (name, seed, what, result["ras"]["state"], near[:8]), file=sys.stderr, flush=True)

    def table(self):
        missed = 0
        print("%-18s %8s %16s %14s %20s %16s %14s" % ("library", "wild", "falsely mutated", "not assessable",
                                                      "found at lod95: sub", "indel", "falsely wild"))
        for name, t in self.tally.items():
            share = "%d/%d" % (t["wild mutated"], t["wild"])
            print("%-18s %8d %16s %14d %20s %16s %14d %s" % (
                name, t["wild"], share, t["wild not-assessable"], "%d/%d" % (t["substitution found"], t["substitution"]),
                "%d/%d" % (t["indel found"], t["indel"]), t["falsely wild"],
                " ".join("%s %d/%d" % (p, t[p], t["wild"]) for p in ("bcftools", "freebayes") if self.options.peers)))
            missed += t["wild mutated"] > max(0.001 * t["wild"], 0) or t["falsely wild"] > 0
            for label in ("substitution", "indel"):
                low = 0.92 * t[label] - 2 * math.sqrt(t[label] * 0.92 * 0.08)
                missed += t[label + " found"] < low
        return missed


def main():
    parser = argparse.ArgumentParser()
    for flag in ("--quick", "--peers", "--verbose"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="")
    options = parser.parse_args()
    absent = [x for x in ("art_illumina", "bwa", "samtools") if not shutil.which(x)]
    if absent or not os.path.exists(REFERENCE):
        print("bench_real: skipped: %s" % (", ".join(absent) or "no " + os.path.normpath(REFERENCE)))
        return 0
    start = time.time()
    folder = options.keep or tempfile.mkdtemp(prefix="bench_real")
    os.makedirs(folder, exist_ok=True)
    try:
        bench = Bench(options, folder)
        for name, kind in KINDS.items():
            if options.only and name not in options.only.split(","):
                continue
            for i in range(options.samples or kind["quick" if options.quick else "full"]):
                bench.one(name, kind, zlib.crc32(("%s %d %d" % (name, options.seed, i)).encode()))
        missed = bench.table()
        print("%d samples, %.0f s" % (bench.n, time.time() - start))
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
