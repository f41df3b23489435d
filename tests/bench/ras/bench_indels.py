#!/usr/bin/env python3
"""Indels beside substitutions and multi-base changes, on reads of an Illumina simulator that bwa mem aligned.

  bench_indels.py [--quick] [--only wild,lod,sens] [--wild N] [--first N] [--seed N] [--jobs N] [--keep FOLDER]

Molecules over the windows of the hotspot codons are drawn here, their reads and base errors are ART's (profiles HSXt, HS25, MSv3 in
turn), their alignments bwa mem's (pools.py of bench_real.py, whose windows these are).

  wild  wild-type files at 200, 500 and 1,000x: calls that pass (none is right)
  lod   changes planted at the lod95 that a wild-type file printed for that codon and class, in a file of the same depth and
        profile; one a file, or four a file in different windows: found as exactly that allele (92-98 % is right)
  sens  indels of 1 to 24 bases within 12 bases of the hotspot codons at 1 % of 1,000x, 2 % of 500x, 5 % of 200x, one or four a
        file: found (>= 95 % is right)

Sample I of the seed is the same in every run: --first continues where another run ended (100 wild-type files; the first 30 have the
other files too). Beside what was planted, any call that passes is false.
$PLASMASTRAT: the program (default ./plasmastrat). Needs art_illumina, bwa, samtools. Prints one table; exit status 1 when a
figure is missed by more than chance makes (2 SD).
"""
import argparse
import collections
import concurrent.futures
import math
import os
import random
import shutil
import sys
import tempfile
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "bench", "real"))
from bench_real import call  # noqa: E402
from pools import CODE, HOTSPOTS, OTHER, PROFILES, REFERENCE, Change, Pools, World, changed  # noqa: E402

DEPTHS = (200, 500, 1000)
LEVELS = (("1 % 1,000x", 0.01, 1000), ("2 % 500x", 0.02, 500), ("5 % 200x", 0.05, 200))
CLASSES = ("substitution", "multi_base", "indel")
LENGTHS = (1, 1, 2, 3, 3, 3, 4, 5, 6, 6, 9, 12, 15, 18, 24)
PLANTED = 30  # samples, of the first ones
AROUND = 12  # bases: how far from the hotspot codons indels begin


# ---- what is planted -------------------------------------------------------------------------------------------------

def drawn_indel(rng, window):
    length, kind = rng.choice(LENGTHS), rng.random()
    at = rng.randrange(window.first - AROUND, window.last + AROUND)
    text = window.bases[at:at + length]
    if kind < 0.5:
        return Change(window.contig, window.beg0 + at, text, "")
    return Change(window.contig, window.beg0 + at, "", text if kind < 0.8 else "".join(rng.choice("ACGT") for _ in range(length)))


def in_frame(world, rng, gene, codon):
    """One to three codons from this one on inserted once more, or it is deleted."""
    index, middle = world.middle(gene, codon)
    w, length = world.windows[index], rng.choice((3, 3, 6, 9))
    if rng.random() < 0.25:
        return Change(w.contig, w.beg0 + middle - 1, w.bases[middle - 1:middle + 2], "")
    return Change(w.contig, w.beg0 + middle - 1, "", w.bases[middle - 1:middle - 1 + length])


def multi_base(world, rng, gene, codon):
    """Two bases of the codon that lie side by side on the genome, to an activating change where there is one."""
    old, options = world.panel.codon(gene, codon), []
    for i in (0, 1):
        for x in OTHER[old[i]]:
            for y in OTHER[old[i + 1]]:
                new = old[:i] + x + y + old[i + 2:]
                if CODE[new] not in ("*", CODE[old]):
                    options.append((CODE[new] in world.activating[(gene, codon)], new))
    best = [new for good, new in options if good == max(options)[0]]
    return Change(*world.panel.alleles({"gene": gene, "codon": codon, "to": rng.choice(best)})[0])


def planted_change(world, rng, label, gene, codon):
    if label == "substitution":
        return world.substitution(rng, gene, codon)
    return (multi_base if label == "multi_base" else in_frame)(world, rng, gene, codon)


def haplotype(world, change):
    try:
        index = world.window_of(change.contig, change.pos0)
        return index, changed(world.windows[index], change)
    except (StopIteration, AssertionError):
        return None


# ---- a file ----------------------------------------------------------------------------------------------------------

def templates_of(world, rng, depth, read_length, variants):
    """Molecules of each window, each with the changes that it carries by their shares."""
    found = []
    for index, w in enumerate(world.windows):
        mean, first, last = w.mean_length(read_length), w.first - AROUND, w.last + AROUND
        here = [(haplotype(world, change)[1], share) for change, share in variants if w.holds(change)]
        for _ in range(int(depth * (last - first + mean) / mean)):
            length = int(min(500, max(read_length + 5, rng.gauss(mean, 35))))
            at = rng.randrange(first - length, last)
            bases = next((text for text, share in here if rng.random() < share), w.bases)
            found.append((index, at, bases[at:at + length]))
    return found


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder, self.world = options, folder, World(folder)
        self.pools = Pools(self.world, folder, 0)
        self.tally, self.files = collections.Counter(), 0

    def sample(self, name, seed, depth, profile, variants):
        rng = random.Random("%s %d" % (name, seed))
        path = os.path.join(self.options.keep or self.folder, "%s_%d.sam" % (name, seed))
        templates = templates_of(self.world, rng, depth, PROFILES[profile][1], variants)
        self.pools.simulate(path, rng, PROFILES[profile], 1, templates)
        with open(path) as handle:
            result = call(self.world.header + handle.read())["ras"]
        if not self.options.keep:
            os.remove(path)
        self.files += 1
        return result

    def judge(self, name, seed, ras, planted):
        """Counts the planted changes found, and other calls that pass. planted: [(change, share, what it counts as)]"""
        rows = [v for v in ras["variants"] if v["filter"] == "PASS"]
        seen = {haplotype(self.world, Change(v["chrom"], v["pos"] - 1, v["ref"], v["alt"])): v for v in rows}
        for change, share, key in planted:
            self.tally[key] += 1
            hit = haplotype(self.world, change) in seen
            self.tally[key + ("found",)] += hit
            if not hit:
                near = ["%d %s>%s %s %s/%s lod %s" % (v["pos"], v["ref"], v["alt"], v["filter"], v["alt_depth"], v["depth"], v["lod"])
                        for v in ras["variants"] if abs(v["pos"] - change.pos0) < 40]
                self.note("%s %d missed %s %.4f: %s" % (name, seed, tuple(change), share, near))
        right = {haplotype(self.world, change) for change, _, _ in planted}
        for hap, v in seen.items():
            if hap in right:
                continue
            kind = "substitution" if len(v["ref"]) == len(v["alt"]) else "indel"
            self.tally["false", "planted" if planted else "wild", kind] += 1
            self.note("%s %d false %s %d %s>%s %s/%s lod %s; planted %s" % (
                name, seed, v["chrom"], v["pos"], v["ref"], v["alt"], v["alt_depth"], v["depth"], v["lod"],
                [tuple(p[0]) for p in planted]))

    def note(self, text):
        print(text, file=sys.stderr, flush=True)

    def at_lod(self, rng, ras, label, n):
        """Up to `n` changes of a class at the codons' lod95, in different windows."""
        lods = {(c["gene"], c["codon"]): (c.get("lod95_by_class") or {}).get(label) for c in ras["codons"]}
        planted, used = [], set()
        for gene, codon in rng.sample(HOTSPOTS, len(HOTSPOTS)):
            change, lod = planted_change(self.world, rng, label, gene, codon), lods.get((gene, codon))
            index = self.world.window_of(change.contig, change.pos0)
            if lod is None or lod > 0.5 or index in used or len(planted) == n:
                continue
            used.add(index)
            planted.append((change, lod, ("lod", label, "one" if n == 1 else "four")))
        return planted

    def run_planted(self, name, seed, depth, profile, planted):
        if planted:
            ras = self.sample(name, seed, depth, profile, [p[:2] for p in planted])
            self.judge(name, seed, ras, planted)
            self.tally["planted files"] += 1

    def one(self, i, parts):
        seed = zlib.crc32(("indels %d %d" % (self.options.seed, i)).encode())
        rng, profile, depth = random.Random(seed), i % 3, DEPTHS[i // 3 % 3]
        if parts & {"wild", "lod"}:
            ras = self.sample("wild", seed, depth, profile, [])
            self.judge("wild", seed, ras, [])
            self.tally["wild files"] += 1
        for label in CLASSES if "lod" in parts and i < PLANTED else ():
            for n in (1, 4):
                planted = self.at_lod(rng, ras, label, n)
                self.run_planted("lod-%s-%d" % (label, n), seed, depth, profile, planted)
        for k, (level, share, x) in enumerate(LEVELS if "sens" in parts and i < PLANTED else ()):
            for n in (1, 4):
                windows = rng.sample(self.world.windows, n)
                planted = [(drawn_indel(rng, w), share, ("sens", level, "one" if n == 1 else "four"))
                           for w in windows]
                self.run_planted("sens%d-%d" % (k, n), seed, x, profile, planted)
        return self.tally, self.files


# ---- the table -------------------------------------------------------------------------------------------------------

def slack(n, share):
    return 2 * math.sqrt(share * (1 - share) / n) if n else 0


def table(t):
    missed = []
    for part, names in (("sens", [x[0] for x in LEVELS]), ("lod", CLASSES)):
        for name in names:
            n = {k: t[part, name, k] for k in ("one", "four")}
            hits = {k: t[part, name, k, "found"] for k in n}
            all_, hit = sum(n.values()), sum(hits.values())
            if not all_:
                continue
            low, high = (0.95, 1) if part == "sens" else (0.92, 0.98)
            ok = low - slack(all_, low) <= hit / all_ <= high + slack(all_, high)
            print("%-28s %4d of %4d found, %5.1f %%   one a file %d of %d, four a file %d of %d%s" % (
                "indels " + name if part == "sens" else "%s at lod95" % name, hit, all_, 100 * hit / all_, hits["one"], n["one"],
                hits["four"], n["four"], "" if ok else "   MISSED"))
            missed += [] if ok else [name]
    for where in ("wild", "planted"):
        n = {k: t["false", where, k] for k in ("substitution", "indel")}
        files = t[where + " files"]
        ok = sum(n.values()) <= (0 if where == "wild" else files / 200)
        if files:
            print("%-28s %d indels, %d others in %d files%s" % ("false, %s files" % where, n["indel"], n["substitution"], files,
                                                               "" if ok else "   MISSED"))
        missed += [] if ok else [where]
    return missed


def do_one(options, folder, i, parts):
    work = tempfile.mkdtemp(dir=folder)
    try:
        return Bench(options, work).one(i, parts)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="6 samples")
    parser.add_argument("--only", default="wild,lod,sens")
    parser.add_argument("--wild", type=int, default=0, help="samples (default 100)")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", default="")
    options = parser.parse_args()
    parts = set(options.only.split(","))
    if parts - {"wild", "lod", "sens"}:
        parser.error("unknown part: " + ", ".join(sorted(parts - {"wild", "lod", "sens"})))
    absent = [x for x in ("art_illumina", "bwa", "samtools") if not shutil.which(x)]
    if absent or not os.path.exists(REFERENCE):
        print("bench_indels: skipped: %s" % (", ".join(absent) or "no " + os.path.normpath(REFERENCE)))
        return 0
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    start, tally, files = time.time(), collections.Counter(), 0
    n = options.wild or (6 if options.quick else 100)
    folder = tempfile.mkdtemp(prefix="bench_indels")
    try:
        with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
            for done in [pool.submit(do_one, options, folder, i, parts) for i in range(options.first, options.first + n)]:
                counts, made = done.result()
                tally.update(counts)
                files += made
        missed = table(tally)
        print("%d files, %.0f s" % (files, time.time() - start))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
