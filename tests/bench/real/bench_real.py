#!/usr/bin/env python3
"""The figures of the RAS caller on libraries as they are: reads of an Illumina simulator, aligned by bwa mem.

  bench_real.py [--quick] [--only KIND,...] [--samples N] [--seed N] [--jobs N] [--keep FOLDER] [--peers] [--verbose]

Molecules are drawn here (place, length, orientation, variant, damage, copies, errors of places); their reads and base errors are
ART's (art_illumina -amp, one molecule an amplicon, built-in profiles HSXt, HS25, MSv3), their alignments bwa mem's. The
reference is the real KRAS and NRAS of ../shared/reference, hotspot exons with 700 bases on each side.

Each kind of library: wild-type samples (falsely mutated per 1,000), and mutated ones planted at the lod95 that the wild-type
sample before printed for that codon and class (found, and falsely wild type). Amplicons have primers clear of the codons, over one of
them (planted at 45 %: no wild type), or both (the good one decides). --peers: bcftools and freebayes on the same files.

$PLASMASTRAT: the program (default ./plasmastrat). Needs art_illumina, bwa, samtools. Prints one table; exit status 1 when a
figure is missed. Nothing is written but to a temporary folder (or --keep).
"""
import argparse
import bisect
import collections
import concurrent.futures
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

PRIMER = 22  # bases
# name -> what is unlike a plain library; quick, full: (wild-type samples, of which so many are planted too)
KINDS = collections.OrderedDict((
    ("plain", dict(depth=(200, 500, 1000, 2000), quick=(5, 4), full=(100, 50))),
    ("site-errors-0.7", dict(depth=(2000, 5000), sigma=0.7, quick=(2, 1), full=(60, 20))),
    ("site-errors-1.0", dict(depth=(2000, 5000), sigma=1.0, quick=(2, 1), full=(60, 20))),
    ("binned-optimistic", dict(depth=(500, 1000, 2000), shift=5, binned=1, quick=(3, 2), full=(60, 30))),
    ("damaged", dict(depth=(1000,), molecules=(30, 60, 120, 300), damage=(8e-3, 4e-3, 1e-3), quick=(4, 2), full=(60, 30))),
    ("passenger", dict(depth=(2000, 5000), passenger=0.5, quick=(2, 1), full=(60, 20))),
    ("carry-over", dict(depth=(2000, 5000), carry=0.005, quick=(2, 0), full=(60, 0))),
    ("copies", dict(depth=(1000,), molecules=(30, 100, 200, 300), quick=(4, 3), full=(60, 40))),
    ("amplicons", dict(depth=(1000, 2000), molecules=(330, 1000), design="clear", quick=(3, 2), full=(60, 40))),
    ("primer-hides", dict(depth=(1000, 2000), molecules=(330, 1000), design="hidden", plant=0.45, quick=(3, 3), full=(60, 60))),
    ("one-of-two", dict(depth=(1000, 2000), molecules=(330, 1000), design="two", quick=(3, 2), full=(60, 40))),
    ("deep", dict(depth=(10000, 20000), quick=(0, 0), full=(10, 3))),
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


def with_variants(rng, bases, start, contig, variants, beg0=0, end0=1 << 40):
    """The window with each variant by its share; those outside [beg0, end0) are not template's. And: does it hold an indel?"""
    carried = [c for c, share in variants if c[0] == contig and start <= c[1] < start + len(bases)
               and beg0 <= c[1] and c[1] + len(c[2]) <= end0 and rng.random() < share]
    for c in sorted(carried, key=lambda c: -c[1]):
        bases = applied(bases, start, c)
    return bases, any(len(c[2]) != len(c[3]) for c in carried)


def damaged(rng, text, damage):
    old, new = ("C", "T") if rng.random() < 0.5 else ("G", "A")
    return "".join(new if b == old and rng.random() < damage else b for b in text)


def with_site_errors(rng, site, text, at, bases):
    """Errors of places, which differ in their rates: `at` is the first base's place in the window."""
    to = min(at + len(text), len(bases))
    one = list(text)
    low, high = site["sum"][at], site["sum"][to]
    for _ in range(poisson(rng, high - low)):
        i = bisect.bisect_right(site["sum"], low + rng.random() * (high - low)) - 1
        one[i - at] = OTHER[bases[i]][site["to"][i]]
    return "".join(one)


def site_rates(rng, sigma, n):
    total, sums = 0, [0]
    for _ in range(n):
        total += 1.5e-4 * math.exp(rng.gauss(0, sigma))
        sums.append(total)
    return {"sum": sums, "to": [rng.randrange(3) for _ in range(n)]}


def sheared(world, rng, kind, depth, read_length, variants):
    """Molecules at places of chance, in copies where there are few."""
    found = []
    damage = kind.get("now_damage")
    for contig, start, bases, first, last in world.windows:
        site = site_rates(rng, kind["sigma"], len(bases)) if "sigma" in kind else None
        mean = max(read_length + 30, 220)
        span = last - first + mean
        shown = kind.get("now_molecules") or depth
        n = int(shown * span / (mean - (last - first) if mean > last - first + 60 else mean))
        for _ in range(n):
            length = int(min(500, max(read_length + 5, rng.gauss(mean, 35))))
            at = rng.randrange(first - length + 10, last - 9) - start
            whole, has_indel = with_variants(rng, bases, start, contig, variants)
            text = whole[at:at + length]
            if damage:
                text = damaged(rng, text, damage)
            copies = max(1, int(rng.expovariate(shown / depth) + 0.5)) if kind.get("now_molecules") else 1
            for _ in range(copies):
                found.append(with_site_errors(rng, site, text, at, bases) if site and not has_indel else text)
    return found


def amplicons(world, rng, kind, depth, read_length, variants, hidden):
    """Fragments of a design: its primers are the reference's bases, whatever the template holds. `hidden`: (contig, place) that
    the first primer of its window covers, in the only amplicon there or in one of two."""
    found = []
    for contig, start, bases, first, last in world.windows:
        clear = (first - start - PRIMER - 40, last - start + PRIMER + 40)
        designs = [clear]
        if hidden and hidden[0] == contig and start <= hidden[1] < start + len(bases) and kind["design"] != "clear":
            at = hidden[1] - start - PRIMER // 2
            designs = [(at, at + 160)] + [clear] * (kind["design"] == "two")
        for beg, end in designs:
            end = max(end, beg + read_length + 5)
            genomes = [with_variants(rng, bases, start, contig, variants, start + beg + PRIMER, start + end - PRIMER)[0]
                       for _ in range(kind["now_molecules"])]
            for _ in range(depth):
                whole = genomes[rng.randrange(len(genomes))]
                inner = end - PRIMER + len(whole) - len(bases)
                found.append(bases[beg:beg + PRIMER] + whole[beg + PRIMER:inner] + bases[end - PRIMER:end])
    return found


def molecules_of(world, rng, kind, depth, read_length, variants, hidden=None):
    """Sequences of all fragments."""
    found = (amplicons(world, rng, kind, depth, read_length, variants, hidden) if "design" in kind else
             sheared(world, rng, kind, depth, read_length, variants))
    found = [reverse_complement(text) if rng.random() < 0.5 else text for text in found]
    rng.shuffle(found)
    return found


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
    """Peers' calls over the hotspots: name -> places."""
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
        found[name] = {int(x[1]) - 1 for x in hits if float(x[5] or 0) >= 20
                       and any((x[0], int(x[1]) - 1 + k) in places for k in range(len(x[3])))}
    return found


class Bench:
    def __init__(self, options, folder):
        self.options, self.world, self.folder = options, World(folder), folder
        self.tally, self.n = collections.Counter(), 0

    def sample(self, name, kind, seed, variants, label, hidden):
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
        reads_of(self.world, rng, kind, molecules_of(self.world, rng, kind, depth, read_length, variants, hidden), profile,
                 read_length, prefix)
        bam = align(self.world, prefix)
        result = call(bam)
        if self.options.peers:
            for peer, at in peers(self.world, bam).items():
                self.tally[peer + (" false" if label == "wild" else " found")] += (
                    len(at) > 0 if label == "wild" else any(abs(p - variants[0][0][1]) <= 4 for p in at))
        if not self.options.keep:
            os.remove(bam)
            os.remove(bam + ".csi")
        self.n += 1
        return result

    def plant(self, name, kind, seed, label, codon_row, hidden):
        """One mutated sample, at the lod95 that the wild-type one printed, or at the share that the kind says."""
        tally, rng = self.tally, random.Random(seed ^ 0x5eed)
        gene, codon = codon_row["gene"], codon_row["codon"]
        lod = kind.get("plant") or (codon_row.get("lod95_by_class") or {}).get(label, codon_row["lod95"])
        if lod is None or lod > 0.5:
            tally[label + " none"] += 1
            return
        change = (self.world.substitution(rng, gene, codon) if label == "substitution"
                  else self.world.duplication(gene, codon))
        result = self.sample(name, kind, seed, [(change, lod)], label, hidden)
        found = any(v["filter"] == "PASS" and v["gene"] == gene and v["tier"] in ("hotspot", "likely-activating")
                    and abs((v["codon"] or 0) - codon) <= 1 for v in result["ras"]["variants"])
        tally["planted"] += 1
        tally[label] += "plant" not in kind
        tally[label + " found"] += found and "plant" not in kind
        is_wild = result["ras"]["state"] == "wild-type" and lod > 0.05
        tally["falsely wild"] += is_wild
        self.say(name, seed, "%s %s%d %.4f" % (label, gene, codon, lod), result, is_wild or ("plant" not in kind and not found))

    def one(self, name, kind, seed, planted):
        gene, codon = HOTSPOTS[(seed // 3) % len(HOTSPOTS)]
        hidden = (self.world.panel.cds[gene][0], sorted(self.world.panel.codon_places(gene, codon))[1])
        wild = self.sample(name, kind, seed, [], "wild", hidden)
        self.tally["wild"] += 1
        self.tally["wild " + wild["ras"]["state"]] += 1
        self.say(name, seed, "wild", wild, wild["ras"]["state"] == "mutated")
        row = next(x for x in wild["ras"]["codons"] if (x["gene"], x["codon"]) == (gene, codon))
        for label in ("substitution", "indel") if planted else ():
            self.plant(name, kind, seed, label, row, hidden)
        return self.tally, self.n

    def say(self, name, seed, what, result, is_bad):
        if self.options.verbose or is_bad:
            near = ["%s %s %s/%s" % (v["protein"], v["filter"], v["alt_depth"], v["depth"])
                    for v in result["ras"]["variants"]]
            print("%s %d %s: %s %s" % (name, seed, what, result["ras"]["state"], near[:8]), file=sys.stderr, flush=True)


def table(tallies, with_peers):
    missed = 0
    print("%-18s %16s %15s %20s %16s %14s" % ("library", "falsely mutated", "not assessable", "found at lod95: sub",
                                             "indel", "falsely wild"))
    for name, t in tallies.items():
        shown = " ".join("%s %d/%d false, %d/%d found;" % (p, t[p + " false"], t["wild"], t[p + " found"], t["planted"])
                         for p in ("bcftools", "freebayes") if with_peers)
        print("%-18s %16s %15d %20s %16s %14s %s" % (
            name, "%d/%d" % (t["wild mutated"], t["wild"]), t["wild not-assessable"],
            "%d/%d" % (t["substitution found"], t["substitution"]), "%d/%d" % (t["indel found"], t["indel"]),
            "%d/%d" % (t["falsely wild"], t["planted"]), shown))
        missed += t["wild mutated"] > 0.001 * t["wild"] or t["falsely wild"] > 0
        for label in ("substitution", "indel"):
            low = 0.92 * t[label] - 2 * math.sqrt(t[label] * 0.92 * 0.08)
            missed += t[label + " found"] < low
    return missed


def do_one(options, folder, name, seed, planted):
    work = tempfile.mkdtemp(dir=folder)
    try:
        return (name, *Bench(options, options.keep or work).one(name, KINDS[name], seed, planted))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    for flag in ("--quick", "--peers", "--verbose"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    absent = [x for x in ("art_illumina", "bwa", "samtools") if not shutil.which(x)]
    if absent or not os.path.exists(REFERENCE):
        print("bench_real: skipped: %s" % (", ".join(absent) or "no " + os.path.normpath(REFERENCE)))
        return 0
    start, n = time.time(), 0
    folder = tempfile.mkdtemp(prefix="bench_real")
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    items = []
    for name, kind in KINDS.items():
        wild, planted = kind["quick" if options.quick else "full"]
        wild, planted = (options.samples, options.samples) if options.samples else (wild, planted)
        if not options.only or name in options.only.split(","):
            items += [(name, zlib.crc32(("%s %d %d" % (name, options.seed, i)).encode()), i < planted) for i in range(wild)]
    tallies = collections.OrderedDict((name, collections.Counter()) for name, _, _ in items)
    try:
        with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
            for done in [pool.submit(do_one, options, folder, *item) for item in items]:
                name, tally, samples = done.result()
                tallies[name].update(tally)
                n += samples
        missed = table(tallies, options.peers)
        print("%d samples, %.0f s" % (n, time.time() - start))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
