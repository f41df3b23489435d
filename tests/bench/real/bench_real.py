#!/usr/bin/env python3
"""The figures of the RAS caller on libraries as they are: reads of an Illumina simulator, aligned by bwa mem.

  bench_real.py [--quick] [--only KIND,...] [--samples WILD,PLANTED] [--seed N] [--seconds N] [--pools FOLDER]
                [--tally FILE] [--peers N] [--check] [--verbose]

The design, so that a thousand samples of each kind can be had in an hour or two of one processor:
- Pools. Templates of wild-type DNA at random places (and, apart, as one amplicon) go through art_illumina (-amp, one
  template an amplicon; built-in profiles HSXt, HS25, MSv3) and bwa mem, once. The reference is the real KRAS and NRAS
  of ../shared/reference: hotspot exons with 700 bases on each side. Every base error is ART's, every alignment bwa's.
- A sample is drawn from one profile's pool without replacement (`deep`: from all three together), 1 to 28 % of it
  (--quick: up to 90 %), so samples share reads but no sample holds one twice. Libraries of few molecules are drawn as
  molecules (4 to 83 % of 800 a window), then as copies of either strand: each template has 32 pairs of reads of its
  own. Damage is of one strand.
- What the kind adds are substitutions of the template's bases (a mutation, a passenger SNP, damage of a molecule,
  errors of places, another sample's carry-over): put on the aligned reads, where a base that ART had got wrong stays
  wrong. ART's errors do not depend on the base, and one mismatch moves no end of bwa's (4 lost, 5 for the end).
  --check compares this with changed templates: HSXt and HS25 show the same share of the change; of MSv3, whose reads
  end poorly, 2 % fewer fragments of changed templates show it. Duplications change alignments: they have pools of
  their own.
- Samples go to the program as unsorted SAM, as it comes from an aligner.

Each kind of library: wild-type samples (falsely mutated), and for some of them three mutated ones: a substitution and
a duplication planted at the lod95 that the wild type printed for that codon and class (found; 92-98 % is right), and
a substitution at 30 %. No sample whose mutation is above 5 % may be wild type. Amplicons have primers clear of the
codons, over one of them (planted at 45 %: no wild type), or both (the good one decides). A sample with 0.5 %
carry-over is judged as `batch` does beside the sample it is of; how many are mutated without it is printed too.
--peers N: bcftools and freebayes on the first N wild-type samples of each kind, and on their mutated ones.

Samples are seeded by --seed, pools always by 1. $PLASMASTRAT: the program (default ./plasmastrat). Needs
art_illumina, bwa, samtools. Prints a table; exit status 1 when a figure is missed. --seconds: of each kind no new
sample after so many. --pools: keep the pools there. --tally: carry on where FILE stopped and print the sums, so that
the whole can be run in pieces.
"""
import argparse
import bisect
import collections
import csv
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

sys.dont_write_bytecode = True
from pools import (CODE, HOTSPOTS, OTHER, PRIMER, PROFILES, REFERENCE, Change, Pools, World,  # noqa: E402
                   between, binomial, edited, exchanged, optimistic, optimistic_table, poisson, query_at,
                   reverse_complement, run)

PROGRAM = os.environ.get("PLASMASTRAT", "./plasmastrat")
PASSENGER = Change("chr12", 25245345, "G", "A")  # KRAS c.39C>T, G13=
SITE_RATE = 1.5e-4  # errors of places, median
FEW_MOLECULES, COPIES = 800, 32  # molecules of a window's pool, and copies of each
CARRIERS = 1500  # of a duplication
CLONAL, WILD_TYPE_VAF = 0.3, 0.05
HETEROZYGOUS = 0.45

# name -> what is unlike a plain library; quick, full: (wild-type samples, of which so many are planted too)
KINDS = collections.OrderedDict((
    ("plain", dict(depth=(200, 500, 1000, 2000), quick=(12, 4), full=(1000, 150))),
    ("site-errors-0.7", dict(depth=(2000, 5000), sigma=0.7, quick=(4, 1), full=(1000, 150))),
    ("site-errors-1.0", dict(depth=(2000, 5000), sigma=1.0, quick=(4, 1), full=(1000, 150))),
    ("binned-optimistic", dict(depth=(500, 1000, 2000), shift=5, quick=(6, 2), full=(1000, 150))),
    ("damaged", dict(depth=(1000,), molecules=(30, 60, 120, 300), damage=(8e-3, 4e-3, 1e-3), quick=(12, 4),
                     full=(1000, 150))),
    ("passenger", dict(depth=(2000, 5000), passenger=0.5, quick=(4, 1), full=(1000, 150))),
    ("carry-over", dict(depth=(2000, 5000), carry=0.005 * HETEROZYGOUS, quick=(4, 0), full=(1000, 0))),
    ("copies", dict(depth=(1000,), molecules=(30, 100, 200, 300), quick=(12, 4), full=(1000, 150))),
    ("amplicons", dict(depth=(1000, 2000), molecules=(330, 1000), design="clear", quick=(8, 2), full=(1000, 150))),
    ("primer-hides", dict(depth=(1000, 2000), molecules=(330, 1000), design="hidden", plant=0.45, quick=(8, 4),
                          full=(1000, 150))),
    ("one-of-two", dict(depth=(1000, 2000), molecules=(330, 1000), design="two", quick=(8, 2), full=(1000, 150))),
    ("deep", dict(depth=(10000, 20000), quick=(1, 0), full=(200, 30))),
))


class Sample:
    """One sample of a kind, drawn from the pools."""

    def __init__(self, pools, kind, seed, profiles):
        self.pools, self.kind, self.seed, self.rng = pools, kind, seed, random.Random(seed)
        self.windows = pools.world.windows
        self.profile = profiles[seed % len(profiles)]
        self.depth = self.rng.choice(kind["depth"])
        if len(profiles) == 1:  # --quick: no more than the pool has
            self.depth = min(self.depth, 2 * pools.size // 5)
        self.molecules = self.rng.choice(kind["molecules"]) if "molecules" in kind else None
        self.damage = self.rng.choice(kind["damage"]) if "damage" in kind else 0
        self.deep = profiles if self.depth >= 10000 else (self.profile,)

    def site_errors(self, index, fragments):
        """Errors of places, which differ in their rates, and not from draw to draw: (fragment's number -> edits)."""
        w, total, sums, of_library = self.windows[index], 0, [0], random.Random("%d places %d" % (self.seed, index))
        for _ in w.bases:
            total += SITE_RATE * math.exp(of_library.gauss(0, self.kind["sigma"]))
            sums.append(total)
        to, found = [of_library.randrange(3) for _ in w.bases], collections.defaultdict(list)
        for _ in range(poisson(self.rng, len(fragments) * total)):
            i, j = bisect.bisect_right(sums, total * self.rng.random()) - 1, self.rng.randrange(len(fragments))
            if fragments[j][0] <= i < fragments[j][1]:
                found[j].append((w.beg0 + i, w.bases[i], OTHER[w.bases[i]][to[i]]))
        return found

    def damaged(self, index, m, strand):
        w, (old, new) = self.windows[index], ("CT", "GA")[strand]
        places = between(w.places[old], m.at, m.at + m.length)
        n = poisson(self.rng, self.damage * len(places))
        return [(w.beg0 + i, old, new) for i in self.rng.sample(places, min(n, len(places)))]

    def copies_of(self, m):
        """Of each strand of the molecule. Copies of the other one have first and second read exchanged."""
        if not self.molecules:
            return m.copies, []
        n = min(COPIES, max(1, int(self.rng.expovariate(self.molecules / self.depth) + 0.5)))
        other, found = binomial(self.rng, n, 0.5), self.rng.sample(m.copies, n)
        return found[other:], [exchanged(text) for text in found[:other]]

    def chosen(self, index, variants):
        """The window's molecules, and of each its substitutions."""
        w, rng, found = self.windows[index], self.rng, []
        single = [(c, share) for c, share in variants if len(c.ref) == len(c.alt)]
        for profile in self.deep:
            n = w.molecules(self.molecules or self.depth, profile[1]) // len(self.deep)
            few = dict(n=FEW_MOLECULES, copies=COPIES) if self.molecules else {}
            for change, share in variants:
                if len(change.ref) != len(change.alt):
                    carriers = dict(n=150, copies=COPIES) if self.molecules else dict(n=CARRIERS)
                    k = binomial(rng, n, share)
                    found += [(m, 1) for m in rng.sample(self.pools.sheared(profile, index, change, **carriers), k)]
                    n -= k
            found += [(m, 0) for m in rng.sample(self.pools.sheared(profile, index, **few), n)]
        return [(m, self.substitutions(single, is_carrier)) for m, is_carrier in found]

    def substitutions(self, single, is_carrier):
        """Of one molecule. Beside a heterozygous passenger a mutation lies on one chromosome: with it, or without."""
        rng, here = self.rng, []
        if single and single[-1][0] is PASSENGER:
            *single, (_, passenger) = single
            in_cis = self.seed >> 7 & 1
            has_it = in_cis if is_carrier else rng.random() < passenger
            single = [(c, share / (passenger if in_cis else 1 - passenger) if has_it == in_cis else 0)
                      for c, share in single]
            here = [PASSENGER] if has_it else []
        return [(c.pos0, c.ref, c.alt) for c in here + [c for c, share in single if rng.random() < share]]

    def sheared(self, index, variants):
        w, texts, spans = self.windows[index], [], []
        for m, edits in self.chosen(index, variants):
            edits = [x for x in edits if m.at <= x[0] - w.beg0 < m.at + m.length]
            for strand, copies in enumerate(self.copies_of(m)):
                here = edits + (self.damaged(index, m, strand) if self.damage and copies else [])
                texts += [edited(t, here) for t in copies] if here else copies
                spans += [(m.at, m.at + m.length)] * len(copies)
        if "sigma" in self.kind:
            for j, edits in self.site_errors(index, spans).items():
                texts[j] = edited(texts[j], edits)
        return texts

    def amplicon(self, index, beg, end, variants):
        """Fragments of one amplicon: each is a copy of one of its molecules."""
        w, rng, texts = self.windows[index], self.rng, []
        last = max(end, beg + self.profile[1] + 5)
        wild = rng.sample(self.pools.amplicon(self.profile, index, beg, end), self.depth)
        for change, share in variants:
            at = change.pos0 - w.beg0
            if not beg + PRIMER <= at or at + len(change.ref) > last - PRIMER:
                continue
            k = binomial(rng, self.depth, binomial(rng, self.molecules, share) / self.molecules)
            carriers, wild = wild[:k], wild[k:]
            if len(change.ref) == len(change.alt):
                texts += [edited(m.copies[0], [(change.pos0, change.ref, change.alt)]) for m in carriers]
            else:
                pool = self.pools.amplicon(self.profile, index, beg, end, change)
                texts += [m.copies[0] for m in rng.sample(pool, k)]
        return texts + [m.copies[0] for m in wild]

    def amplicons(self, index, variants, hidden):
        """`hidden`: (window, place) that a first primer covers, of the only amplicon there or of one of two."""
        w = self.windows[index]
        clear, texts = (w.first - PRIMER - 40, w.last + PRIMER + 40), []
        if hidden[0] == index and self.kind["design"] != "clear":
            beg = hidden[1] - PRIMER // 2
            texts += self.amplicon(index, beg, beg + 160, variants)
            if self.kind["design"] == "hidden":
                return texts
        # a read of another amplicon's pool has another name: the same draw twice is no matter
        return texts + self.amplicon(index, *clear, variants)

    def text(self, variants, hidden):
        found = []
        for i, w in enumerate(self.windows):
            here = [v for v in variants if w.holds(v[0])]
            found += self.amplicons(i, here, hidden) if "design" in self.kind else self.sheared(i, here)
        if "shift" in self.kind:
            table = optimistic_table(self.kind["shift"])
            found = [optimistic(t, table) for t in found]
        return self.pools.world.header + "".join(found)


def call(sam):
    done = subprocess.run([PROGRAM, "sample", "--id", "s", "--dna", "-", "-o", "-", "-@", "1"], input=sam,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def state_beside(sam, source):
    """RAS of a sample in one batch with the sample that its carry-over is of."""
    with tempfile.TemporaryDirectory(prefix="bench_real") as folder:
        for name, text in (("s", sam), ("source", source)):
            with open(os.path.join(folder, name + ".sam"), "w") as out:
                out.write(text)
        with open(os.path.join(folder, "sheet.tsv"), "w") as out:
            out.write("sample_id\tdna\ns\ts.sam\nsource\tsource.sam\n")
        run([PROGRAM, "batch", "-q", out.name, "-o", os.path.join(folder, "out")])
        with open(os.path.join(folder, "out", "cohort.tsv")) as table:
            return next(row["ras"] for row in csv.DictReader(table, delimiter="\t") if row["sample_id"] == "s")


class Peers:
    """What peers find at the hotspots: name -> places of activating substitutions, and of indels. They read the windows
    as contigs of their own: whole chromosomes cost them seconds each time."""
    COMMANDS = {
        "bcftools": "bcftools mpileup -d 1000000 -L 1000000 -m 3 -F 0.004 -a AD -q 20 -Q 20 -f %s %s",  # 5 reads, 1 %
        "freebayes": "freebayes --pooled-continuous -F 0.01 -C 3 -q 20 -m 20 -f %s %s"}  # QUAL 1

    def __init__(self, world, folder):
        self.world, self.bam = world, os.path.join(folder, "peers.bam")
        self.activating = {}  # (contig, place) -> bases, plus strand
        for gene, codon in HOTSPOTS:
            old = world.panel.codon(gene, codon)
            for k, pos0 in enumerate(sorted(world.panel.codon_places(gene, codon), reverse=True)):  # minus strand
                self.activating[(world.panel.cds[gene][0], pos0)] = {
                    reverse_complement(b) for b in OTHER[old[k]]
                    if CODE[old[:k] + b + old[k + 1:]] in world.activating[(gene, codon)]}
        self.commands = {name: x % (world.fasta, self.bam) for name, x in self.COMMANDS.items() if shutil.which(name)}
        self.header = "@HD\tVN:1.6\tSO:unsorted\n" + "".join(
            "@SQ\tSN:%d\tLN:%d\n" % (i, len(w.bases)) for i, w in enumerate(world.windows)) + "@RG\tID:1\tSM:s\n"

    def table(self, sam):
        """The records with windows for contigs."""
        rows = []
        for line in sam.split("\n"):
            if line and line[0] != "@":
                f = line.split("\t")
                home = {}
                for label, pos in ((2, 3), (6, 7)):
                    contig = f[2] if f[label] == "=" else f[label]
                    if contig != "*":
                        home[label] = self.world.window_of(contig, int(f[pos]) - 1)
                        f[pos] = str(int(f[pos]) - self.world.windows[home[label]].beg0)
                for label, window in home.items():
                    f[label] = str(window)
                rows.append("\t".join(f))
        return self.header + "\n".join(rows) + "\n"

    def is_called(self, name, f, k):
        """The k-th other allele of a VCF row."""
        if name == "freebayes":
            return float(f[5]) >= 1
        counts = [int(x) for x in f[9].split(":")[f[8].split(":").index("AD")].split(",")]
        return counts[k + 1] >= 5 and counts[k + 1] >= 0.01 * sum(counts)

    def places(self, f, alt):
        """Of a VCF row's allele: where it is activating, or an insertion or deletion."""
        w, ref = self.world.windows[int(f[0])], f[3]
        for k in range(len(ref)):
            at = (w.contig, w.beg0 + int(f[1]) - 1 + k)
            is_change = len(alt) != len(ref) or (alt[k] != ref[k] and alt[k] in self.activating.get(at, ""))
            if at in self.activating and is_change:
                yield at[1]

    def calls(self, sam):
        run("samtools sort -o %s --write-index -" % self.bam, shell=True, input=self.table(sam).encode())
        found = {}
        for name, command in self.commands.items():
            text = run(command, shell=True, text=True)
            hits = [x.split("\t") for x in text.split("\n") if x and x[0] != "#"]
            found[name] = {at for f in hits for k, alt in enumerate(f[4].split(","))
                           if alt[0] not in "<*." and self.is_called(name, f, k) for at in self.places(f, alt)}
        return found


class Bench:
    def __init__(self, options, pools, profiles, peers):
        self.options, self.pools, self.world, self.peers = options, pools, pools.world, peers
        self.profiles, self.tally, self.n = profiles, collections.Counter(), 0

    def sample(self, kind, seed, variants, label, hidden):
        drawn = Sample(self.pools, kind, seed, self.profiles)
        drawn.rng.seed("%d %s" % (seed, label))  # the same library, drawn anew
        if "passenger" in kind:
            variants = variants + [(PASSENGER, kind["passenger"])]
        if "carry" in kind:
            other = self.world.substitution(drawn.rng, *HOTSPOTS[seed % len(HOTSPOTS)])
            variants = variants + [(other, kind["carry"])]
        sam = drawn.text(variants, hidden)
        result = call(sam)
        if "carry" in kind and result["ras"]["state"] == "mutated":
            self.tally["alone"] += 1
            source = Sample(self.pools, kind, seed + 1, self.profiles).text([(other, HETEROZYGOUS)], hidden)
            result["ras"]["state"] = state_beside(sam, source)
        for peer, at in self.peers.calls(sam).items() if self.peers else ():
            hit = len(at) > 0 if label == "wild" else any(abs(p - variants[0][0].pos0) <= 4 for p in at)
            self.tally[peer + (" false" if label == "wild" else " found")] += hit
        if self.peers:
            self.tally["peers wild" if label == "wild" else "peers planted"] += 1
        self.n += 1
        return result

    def plant(self, name, kind, seed, label, row, hidden):
        """One mutated sample, at the lod95 that the wild-type one printed, or at the share that the kind states."""
        tally, rng = self.tally, random.Random(seed ^ 0x5eed)
        gene, codon = row["gene"], row["codon"]
        lod = (row.get("lod95_by_class") or {}).get(label, row["lod95"])
        share = kind.get("plant") or (CLONAL if label == "clonal" else lod)
        if share is None or share > 0.5:
            tally[label + " none"] += 1
            return
        change = self.world.duplication(gene, codon) if label == "indel" else self.world.substitution(rng, gene, codon)
        result = self.sample(kind, seed, [(change, share)], label, hidden)
        found = any(v["filter"] == "PASS" and v["gene"] == gene and v["tier"] in ("hotspot", "likely-activating")
                    and abs((v["codon"] or 0) - codon) <= 1 for v in result["ras"]["variants"])
        tally[label] += 1
        tally[label + " found"] += found
        is_wild = result["ras"]["state"] == "wild-type"
        if share > WILD_TYPE_VAF:
            tally["at stake"] += 1
            tally["falsely wild"] += is_wild
        is_bad = (is_wild and share > WILD_TYPE_VAF) or ("plant" not in kind and not found)
        self.say(name, seed, "%s %s%d %.4f" % (label, gene, codon, share), result, is_bad)

    def one(self, name, kind, seed, planted):
        gene, codon = HOTSPOTS[(seed // 3) % len(HOTSPOTS)]
        hidden = self.world.middle(gene, codon)
        wild = self.sample(kind, seed, [], "wild", hidden)
        self.tally["wild"] += 1
        self.tally["wild " + wild["ras"]["state"]] += 1
        self.say(name, seed, "wild", wild, wild["ras"]["state"] == "mutated")
        row = next(x for x in wild["ras"]["codons"] if (x["gene"], x["codon"]) == (gene, codon))
        for label in ("substitution", "indel", "clonal") if planted else ():
            self.plant(name, kind, seed, label, row, hidden)

    def say(self, name, seed, what, result, is_bad):
        if self.options.verbose or is_bad:
            near = ["%s %s %s/%s" % (v["protein"], v["filter"], v["alt_depth"], v["depth"])
                    for v in result["ras"]["variants"]]
            print("%s %d %s: %s %s" % (name, seed, what, result["ras"]["state"], near[:8]), file=sys.stderr, flush=True)


def at_most(found, n, share):
    """P(so many found or fewer)."""
    return sum(math.comb(n, k) * share ** k * (1 - share) ** (n - k) for k in range(found + 1))


def share_missed(found, n):
    """92 to 98 % is right; what either would give by chance in one of 44 runs or more is no miss."""
    return at_most(found, n, 0.92) < 0.023 or 1 - at_most(found - 1, n, 0.98) < 0.023


HEADS = ("library", "falsely mutated", "not assessable", "substitutions at lod95", "indels at lod95", "found at 30 %",
         "falsely wild")
WIDTHS = (18, 16, 15, 23, 16, 14, 13)


def print_row(name, kind, t):
    def of(found, n):
        return "%d/%d" % (t[found], t[n])
    planted = ("-", "-", "-") if "plant" in kind else (
        of("substitution found", "substitution"), of("indel found", "indel"), of("clonal found", "clonal"))
    wild = (of("wild mutated", "wild"), of("wild not-assessable", "wild"))
    cells = (name,) + wild + planted + (of("falsely wild", "at stake"),)
    print(" ".join("%-*s" % x if not i else "%*s" % x for i, x in enumerate(zip(WIDTHS, cells))), flush=True)
    if t["alone"]:
        print("    without the sample that it is of: %d/%d falsely mutated" % (t["alone"], t["wild"]))
    for peer in ("bcftools", "freebayes") if t["peers wild"] else ():
        print("    %s: %d/%d falsely mutated, %d/%d found" % (
            peer, t[peer + " false"], t["peers wild"], t[peer + " found"], t["peers planted"]), flush=True)
    missed = (t["wild mutated"] > 0.001 * t["wild"]) + (t["falsely wild"] > 0)
    if "plant" not in kind:
        missed += sum(share_missed(t[x + " found"], t[x]) for x in ("substitution", "indel") if t[x])
    return missed


def shown(pool, change, edits):
    """Of a pool's records: how many, clipped, and what they show at the change's place."""
    bases, records, clipped = collections.Counter(), 0, 0
    for m in pool:
        for line in (edited(m.copies[0], edits) if edits else m.copies[0]).split("\n")[:-1]:
            f = line.split("\t")
            i = query_at(change.pos0, int(f[3]) - 1, f[5]) if f[5] != "*" else None
            records, clipped = records + 1, clipped + ("S" in f[5])
            bases["none" if i is None else f[9][i]] += 1
    return "%d records, %.2f %% clipped, %s" % (records, 100 * clipped / records, ", ".join(
        "%s %.2f %%" % (b, 100 * bases[b] / records) for b in sorted(bases)))


def check(pools):
    """One substitution put on templates before ART and bwa, and on aligned reads: both ways show the same."""
    gene, codon = HOTSPOTS[0]
    change = pools.world.substitution(random.Random(1), gene, codon)
    index, _ = pools.world.middle(gene, codon)
    for profile in PROFILES:
        print("%s template: %s" % (profile[0], shown(pools.sheared(profile, index, change, n=8000), change, [])))
        print("%s reads:    %s" % (profile[0], shown(pools.sheared(profile, index, n=8000), change,
                                                    [(change.pos0, change.ref, change.alt)])), flush=True)
    return 0


def run_kind(bench, name, options):
    kind, peers, start = KINDS[name], bench.peers, time.time()
    wild, planted = kind["quick" if options.quick else "full"]
    if options.samples:
        wild, planted = (int(x) for x in options.samples.split(","))
    every = max(1, wild // planted) if planted and kind["full"][1] else 0
    for i in range(bench.tally["wild"], wild):
        if time.time() > start + options.seconds:
            break
        bench.peers = peers if i < options.peers else None
        bench.one(name, kind, zlib.crc32(("%s %d %d" % (name, options.seed, i)).encode()), every and i % every == 0)
    bench.peers = peers
    return print_row(name, kind, bench.tally)


def read_tally(path):
    if not path or not os.path.exists(path):
        return {}
    with open(path) as handle:
        return {name: collections.Counter(t) for name, t in json.load(handle).items()}


def write_tally(path, tallies):
    if path:
        with open(path + ".part", "w") as out:
            json.dump(tallies, out, indent=1, sort_keys=True)
        os.rename(path + ".part", path)


def main():
    parser = argparse.ArgumentParser()
    for flag in ("--quick", "--verbose", "--check"):
        parser.add_argument(flag, action="store_true")
    for option in ("--only", "--samples", "--pools", "--tally"):
        parser.add_argument(option, default="")
    for option, value in (("--seed", 1), ("--seconds", 1 << 30), ("--peers", 0)):
        parser.add_argument(option, type=int, default=value)
    options = parser.parse_args()
    absent = [x for x in ("art_illumina", "bwa", "samtools") if not shutil.which(x)]
    if absent or not os.path.exists(REFERENCE):
        print("bench_real: skipped: %s" % (", ".join(absent) or "no " + os.path.normpath(REFERENCE)))
        return 0
    start, missed, n, tallies = time.time(), 0, 0, read_tally(options.tally)
    folder = tempfile.mkdtemp(prefix="bench_real")
    try:
        os.makedirs(options.pools or folder, exist_ok=True)
        world = World(folder)
        pools = Pools(world, options.pools or folder, 22000 if options.quick else 40000)
        if options.check:
            return check(pools)
        peers = Peers(world, folder) if options.peers else None
        print(" ".join("%-*s" % x if not i else "%*s" % x for i, x in enumerate(zip(WIDTHS, HEADS))), flush=True)
        for name in KINDS:
            if not options.only or name in options.only.split(","):
                bench = Bench(options, pools, PROFILES[:1] if options.quick else PROFILES, peers)
                bench.tally = tallies.setdefault(name, bench.tally)
                missed += run_kind(bench, name, options)
                write_tally(options.tally, tallies)
                n += bench.n
        print("%d samples, %.0f s, %.0f s of processor" % (n, time.time() - start, sum(os.times()[:4])))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
