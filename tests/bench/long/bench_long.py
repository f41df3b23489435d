#!/usr/bin/env python3
"""The figures of the RAS caller on long reads, aligned by minimap2 to the whole KRAS and NRAS of ../shared/reference.

  bench_long.py [--quick] [--only KIND,...] [--samples N] [--seed N] [--depth N] [--keep FOLDER] [--verbose]

Kinds: r10, r9 and hifi: reads of the error model below; pbsim-ccs and pbsim-clr: reads of pbsim (Debian), where it is installed.
The model draws a quality for each base (normal, as ERRORS states) and an error with just that chance: a substitution, an
insertion or a deletion in the shares stated; in homopolymers of three bases and more deletions are three times as many. The means
give 97.7 % (R10.4), 94.8 % (R9.4.1) and 99.8 % (HiFi) of bases right, and 36 %, 69 % and 2 % of bases under quality 20.

Each sample: one wild-type file (falsely mutated), then at one hotspot codon a substitution and a duplication of the codon, at 30 %
VAF and at the lod95 that the wild-type file printed for that class (found; falsely wild type).
$PLASMASTRAT: the program (default ./plasmastrat). Prints one table; exit status 1 when a figure is missed.
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
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import CODE, Panel, reverse_complement, rows  # noqa: E402

REFERENCE = os.path.join(ROOT, "..", "shared", "reference", "GRCh38.nmask.fa.gz")
GENES = (("chr1", 114702500, 114721800), ("chr12", 25205300, 25250900))  # 0-based, the known bases
HOTSPOTS = (("KRAS", 12), ("KRAS", 13), ("KRAS", 61), ("KRAS", 146), ("NRAS", 12), ("NRAS", 13), ("NRAS", 61))
LENGTH = (1500, 6000)

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
    out, quality = [], []
    for i, b in enumerate(bases):
        q = min(50, max(3, int(rng.gauss(mean, sd) + 0.5)))
        p, x = 10 ** (-q / 10), rng.random()
        run_of_three = i > 1 and bases[i - 1] == b == bases[i - 2]
        if x >= p * (2 if run_of_three else 1):
            out.append(b)
        elif x < p * sub:
            out.append(rng.choice("ACGT".replace(b, "")))
        elif x < p * (sub + ins):
            out.append(b + rng.choice("ACGT"))
            quality.append(chr(33 + q))
        else:
            continue
        quality.append(chr(33 + q))
    return "".join(out), "".join(quality)


def reads_of_model(genome, rng, kind, depth, change, vaf):
    """FASTQ text: reads over every hotspot codon's gene, `depth` deep at each place of it."""
    text, mean = [], sum(LENGTH) / 2
    for contig, beg0, end0 in GENES:
        both = (genome.with_change(contig, None), genome.with_change(contig, change))
        places = sorted(p for g, c in HOTSPOTS for p in genome.panel.codon_places(g, c) if genome.panel.cds[g][0] == contig)
        for lo, hi in groups(places):
            lo, hi = lo - beg0, hi - beg0
            for _ in range(int(depth)):
                length = rng.randint(*LENGTH)
                start = min(max(0, rng.randrange(int(hi - length + 20), lo - 20)), end0 - beg0 - length)
                bases = both[rng.random() < vaf][start:start + length]
                if rng.random() < 0.5:
                    bases = reverse_complement(bases)
                text.append("@r%s_%d\n%s\n+\n%s\n" % ((contig, len(text)) + with_errors(rng, bases, kind)))
    return "".join(text)


def groups(places):
    """Places less than 600 bases apart are read together; farther ones by reads of their own, as long as a read seldom holds both."""
    found = []
    for p in places:
        if found and p - found[-1][1] < 600:
            found[-1][1] = p
        else:
            found.append([p, p])
    return found


def reads_of_pbsim(genome, rng, kind, depth, change, vaf, prefix):
    text = []
    for contig, _, _ in GENES:
        for allele, share in ((None, 1 - vaf), (change, vaf)):
            if share <= 0:
                continue
            fasta, out = prefix + ".pb.fa", prefix + ".pb"
            with open(fasta, "w") as f:
                f.write(">%s\n%s\n" % (contig, genome.with_change(contig, allele)))
            run(["pbsim", "--data-type", kind["pbsim"], "--depth", "%.3f" % (depth * share), "--seed",
                 str(rng.randrange(1, 1 << 30)), "--length-mean", "3000", "--length-sd", "1500", "--length-min", "800",
                 "--model_qc", "/usr/share/pbsim/models/model_qc_" + kind["pbsim"].lower(), "--prefix", out, fasta])
            lines = open(out + "_0001.fastq").read().split("\n")
            for i in range(0, len(lines) - 3, 4):
                text.append("@%s_%d\n%s\n+\n%s\n" % (contig, len(text), lines[i + 1], lines[i + 3]))
            for end in ("_0001.fastq", "_0001.maf", "_0001.ref", ".fa"):
                os.remove(out + end)
    return "".join(text)


def align(genome, kind, fastq, prefix):
    with open(prefix + ".fq", "w") as out:
        out.write(fastq)
    sam = run(["minimap2", "-ax", kind["preset"], "-t", "1", genome.fasta, prefix + ".fq"], text=True)
    platform = "ONT" if kind["preset"] == "map-ont" else "PACBIO"
    with open(prefix + ".sam", "w") as out:
        out.write(genome.header + "@RG\tID:1\tSM:s\tPL:%s\n" % platform)
        for line in sam.split("\n"):
            if not line or line[0] == "@":
                continue
            f = line.split("\t")
            if f[2] != "*":
                f[3] = str(int(f[3]) + genome.bases[f[2]][0])
            out.write("\t".join(f[:11] + ["RG:Z:1"]) + "\n")
    run(["samtools", "sort", "-o", prefix + ".bam", "--write-index", prefix + ".sam"])
    os.remove(prefix + ".sam")
    os.remove(prefix + ".fq")
    return prefix + ".bam"


def call(bam):
    done = subprocess.run([os.environ.get("PLASMASTRAT", "./plasmastrat"), "sample", "--id", "s", "--dna", bam, "-o", "-",
                           "-@", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder, self.genome = options, folder, Genome(folder)
        self.tally = collections.defaultdict(collections.Counter)

    def file(self, name, seed, label, change, vaf):
        rng, kind = random.Random(seed), ERRORS[name]
        prefix = os.path.join(self.folder, "%s_%d_%s" % (name, seed, label))
        args = (self.genome, rng, kind, self.options.depth, change, vaf)
        fastq = reads_of_pbsim(*args, prefix) if "pbsim" in kind else reads_of_model(*args)
        bam = align(self.genome, kind, fastq, prefix)
        result = call(bam)
        if not self.options.keep:
            os.remove(bam)
            os.remove(bam + ".csi")
        return result

    def one(self, name, seed):
        tally, rng = self.tally[name], random.Random(seed ^ 0x5eed)
        gene, codon = HOTSPOTS[seed % len(HOTSPOTS)]
        wild = self.file(name, seed, "wild", None, 0)
        tally["files"] += 1
        tally["false"] += wild["ras"]["state"] == "mutated"
        tally["wild-type"] += wild["ras"]["state"] == "wild-type"
        self.report(name, seed, "wild", wild, wild["ras"]["state"] == "mutated")
        row = next(x for x in wild["ras"]["codons"] if (x["gene"], x["codon"]) == (gene, codon))
        for k, label in enumerate(("substitution", "indel")):
            change = self.genome.duplication(gene, codon) if k else self.genome.substitution(rng, gene, codon)
            lod = (row.get("lod95_by_class") or {}).get(label, row["lod95"])
            for at, vaf in (("30", 0.3), ("lod", lod)):
                if vaf is None or vaf > 0.9:
                    tally["%s no %s" % (label, at)] += 1
                    continue
                result = self.file(name, seed + 1, label + at, change, vaf)
                found = any(v["filter"] == "PASS" and v["gene"] == gene and abs((v["codon"] or 0) - codon) <= 1
                            for v in result["ras"]["variants"])
                tally[label + at] += 1
                tally[label + at + " found"] += found
                tally["falsely wild"] += result["ras"]["state"] == "wild-type"
                self.report(name, seed, "%s %s%d %.3f" % (label, gene, codon, vaf), result, not found)

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
    parser.add_argument("--keep", default="")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    absent = [x for x in ("minimap2", "samtools") if not shutil.which(x)]
    if absent or not os.path.exists(REFERENCE):
        print("bench_long: skipped: %s" % (", ".join(absent) or "no " + os.path.normpath(REFERENCE)))
        return 0
    folder = options.keep or tempfile.mkdtemp(prefix="bench_long")
    os.makedirs(folder, exist_ok=True)
    try:
        bench = Bench(options, folder)
        for name, kind in ERRORS.items():
            if options.only and name not in options.only.split(","):
                continue
            if "pbsim" in kind and not shutil.which("pbsim"):
                print("%-10s skipped: no pbsim" % name)
                continue
            for i in range(5 if options.quick else options.samples):
                bench.one(name, zlib.crc32(("%s %d %d" % (name, options.seed, i)).encode()))
        missed = bench.table()
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
