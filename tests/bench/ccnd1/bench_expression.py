#!/usr/bin/env python3
"""How often the CCND1 expression state is right, and how well a cohort's reference places a new sample.

  bench_expression.py [--samples N] [--cohort N] [--new N] [--seed N]

Counts are drawn per gene and written as minimal SAM (60-base reads, spliced where exons meet), so the whole program
runs: reading, counting, gates, call. $PLASMASTRAT: the program (default ./plasmastrat). Prints a table; exits 1 when a
figure that is asked for is missed. Seeded: the same seed gives the same table.

The model of a sample (log2 scale). 2 million single-end reads; the median reference gene then has 70 fragments per kb (an
assumption: 120 TPM are about 60 per kb of transcript and million, and a union of exons is 1.7 times as long), less by the
share that immunoglobulin takes. The built-in assumption knows no centres of the genes, so with genes shifted down its unit
falls with the gaps between their levels: shown for information, asked for with a reference. A row of 1 million, as 2 million paired reads are, is shown for information. Each reference gene has a level of
its own (sd 1, the two most abundant 4 more), the same in every sample; a sample's own departure from it has sd 0.35;
counts are Poisson. Truth is CCND1 over the median reference gene's level.
"""
import argparse
import csv
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import Panel  # noqa: E402

PROGRAM = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
READ, DEPTH = 60, 70.0
OVER, NOT = -1.5, -3.5  # the built-in cut-offs
STATES = (("absent", 0.45, -6.5, 0.7), ("intermediate", 0.35, -1.0, 0.7), ("very high", 0.20, 3.0, 0.7))


class Cohort:
    """Sample files of one folder."""

    def __init__(self, folder, seed, panel):
        self.folder, self.panel = folder, panel
        self.rng = random.Random(seed)
        self.header = "@HD\tVN:1.6\tSO:unsorted\n" + "".join(
            "@SQ\tSN:%s\tLN:%d\n" % (c, n) for c, n in panel.lengths.items())
        self.length, self.pool, self.level = {}, {}, {}
        fixed = random.Random("gene levels")  # a property of the genes, not of a run
        reference = [g for g, x in panel.genes.items() if x["role"] == "reference"]
        raw = {g: fixed.gauss(0, 1) + (4 if g in ("GAPDH", "RPLP0") else 0) for g in reference}
        middle = sorted(raw.values())[len(raw) // 2]
        for gene, x in panel.genes.items():
            self.length[gene] = sum(e - b for b, e in x["exons"])
            self.pool[gene] = [self.line(x, fixed) for _ in range(200)]
            self.level[gene] = {"reference": raw.get(gene, 0) - middle, "plasma-cell": 2, "other-cell": -5}.get(x["role"], 0)
        self.reference = reference

    def line(self, gene, rng):
        """A read somewhere on the union of the exons, without its name."""
        total = sum(e - b for b, e in gene["exons"])
        t, left, cigar, pos, last = rng.randrange(total - READ), READ, "", None, None
        for beg, end in gene["exons"]:
            size = end - beg
            if t >= size:
                t -= size
                continue
            take = min(size - t, left)
            if pos is None:
                pos = beg + t
            else:
                cigar += "%dN" % (beg - last)
            cigar += "%dM" % take
            last, left, t = beg + t + take, left - take, 0
            if not left:
                break
        return "\t%d\t%s\t%d\t255\t%s\t*\t0\t0\t*\t*\n" % (rng.choice((0, 16)), gene["contig"], pos + 1, cigar)

    def poisson(self, mean):
        if mean > 200:
            return max(0, round(self.rng.gauss(mean, math.sqrt(mean))))
        n, p, limit = 0, self.rng.random(), math.exp(-mean)
        while p > limit:
            n += 1
            p *= self.rng.random()
        return n

    def write(self, name, ccnd1, immunoglobulin=0.0, shifted=0, shift=0.0, depth=1.0):
        """One sample; `shifted` reference genes are `shift` log2 off."""
        rng, lines = self.rng, [self.header]
        off = dict.fromkeys(rng.sample(self.reference, shifted), shift)
        for gene in self.panel.genes:
            level = self.level[gene] + (rng.gauss(0, 0.35) if gene != "CCND1" else 0) + off.get(gene, 0)
            level = ccnd1 if gene == "CCND1" else -4 if gene == "CCND2" else level
            n = self.poisson(DEPTH * depth * (1 - immunoglobulin) * 2 ** level * self.length[gene] / 1000)
            lines += ["r%d" % rng.getrandbits(60) + x for x in rng.choices(self.pool[gene], k=n)]
        contig, beg, end = self.panel.regions["IGH_locus"]
        for i in range(int(2000 * immunoglobulin)):  # the program looks at them only to leave them out
            lines.append("i%d\t0\t%s\t%d\t255\t60M\t*\t0\t0\t*\t*\n" % (i, contig, rng.randrange(beg, end - READ)))
        path = os.path.join(self.folder, name + ".sam")
        with open(path, "w") as out:
            out.writelines(lines)
        return path

    def run(self, names, out, *more):
        """{name: ccnd1_expression of its JSON} of a batch."""
        sheet = self.sheet(names)
        done = subprocess.run([PROGRAM, "batch", sheet, "-o", out, "-q", "--force", *more], capture_output=True, text=True)
        if done.returncode:
            sys.exit("bench_expression: batch failed: " + done.stderr[:600])
        answers = {}
        for name in names:
            with open(os.path.join(out, name + ".json")) as handle:
                answers[name] = json.load(handle)["ccnd1_expression"]
            os.remove(os.path.join(self.folder, name + ".sam"))
        shutil.rmtree(out)
        return answers

    def sheet(self, names):
        path = os.path.join(self.folder, "sheet.tsv")
        with open(path, "w") as out:
            out.write("sample_id\trna\n" + "".join("%s\t%s.sam\n" % (n, n) for n in names))
        return path


def count_right(answers, want):
    right = sum(a["state"] == want for a in answers.values())
    wrong = sum(a["state"] not in (want, "not-assessable") for a in answers.values())
    return right, wrong


def single_samples(cohort, n, reference, report):
    """The state 1.5 log2 beyond the cut-offs: of the built-in assumption, or of a reference file."""
    # (title, how, asked for with the built-in assumption, with a reference)
    scenarios = (("2 million reads", {}, 1, 1), ("30 % immunoglobulin", {"immunoglobulin": 0.3}, 1, 1),
                 ("a fifth of the genes 4-fold up", {"shifted": 5, "shift": 2}, 1, 1),
                 ("a fifth of the genes 4-fold down", {"shifted": 5, "shift": -2}, 0, 1),
                 ("30 % immunoglobulin, a fifth down", {"immunoglobulin": 0.3, "shifted": 5, "shift": -2}, 0, 1),
                 ("1 million, 30 % immunoglobulin", {"immunoglobulin": 0.3, "depth": 0.5}, 0, 0))
    not_at, over_at = cut_offs(reference) if reference else (NOT, OVER)
    print("%-50s right   open  wrong   of" % ("%s, 1.5 log2 beyond %.2f and %.2f"
                                              % ("reference" if reference else "built-in assumption", not_at, over_at)))
    for title, how, *asked in scenarios:
        for side, level, want in (("over", over_at + 1.5, "overexpressed"), ("not", not_at - 1.5, "not-overexpressed")):
            names = ["s%03d" % i for i in range(n)]
            for name in names:
                cohort.write(name, level, **how)
            more = ("--expression-reference", reference) if reference else ()
            right, wrong = count_right(cohort.run(names, os.path.join(cohort.folder, "out"), *more), want)
            print("  %-36s %-6s %7.1f %% %6d %6d %4d%s" % (title, side, 100 * right / n, n - right - wrong, wrong, n,
                                                          "" if asked[bool(reference)] else "  (for information)"))
            report(not asked[bool(reference)] or right >= 0.99 * n, "%s, %s" % (title, side))


def cut_offs(path):
    with open(path) as handle:
        return next([float(x) for x in line.split("\t")[1:]] for line in handle if line.startswith("##cut_offs"))


def draw_state(rng):
    x = rng.random()
    for name, weight, mean, sd in STATES:
        if x < weight or name == STATES[-1][0]:
            return name, rng.gauss(mean, sd)
        x -= weight
    raise AssertionError


def learnt(cohort, n_cohort, n_new, report):
    """A reference of one cohort, new samples of the same mixture against it."""
    names = ["c%03d" % i for i in range(n_cohort)]
    for name in names:
        cohort.write(name, draw_state(cohort.rng)[1], immunoglobulin=0.3)
    path = os.path.join(cohort.folder, "reference.tsv")
    done = subprocess.run([PROGRAM, "reference", "expression", cohort.sheet(names), "-o", path, "--force"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit("bench_expression: reference failed: " + done.stderr[:600])
    print("\nreference of %d samples: %s" % (n_cohort, done.stderr.strip().splitlines()[-1].split(": ", 1)[1]))
    for name in names:
        os.remove(os.path.join(cohort.folder, name + ".sam"))
    truth = {}
    for i in range(n_new):
        state, level = draw_state(cohort.rng)
        truth["n%03d" % i] = state, level
        cohort.write("n%03d" % i, level, immunoglobulin=0.3)
    answers = cohort.run(list(truth), os.path.join(cohort.folder, "out"), "--expression-reference", path)
    right = sum(a["state"] == ("not-overexpressed" if truth[k][0] == "absent" else "overexpressed") for k, a in answers.items())
    open_ = sum(a["state"] == "not-assessable" for a in answers.values())
    wrong = n_new - right - open_
    error = sorted(abs(a["log2_ratio"] - truth[k][1]) for k, a in answers.items() if truth[k][1] > -4)
    percentile = sorted(a["percentile"] for a in answers.values() if a["percentile"] is not None)
    ks = max(abs((i + 0.5) / len(percentile) - p / 100) for i, p in enumerate(percentile))
    limit = 1.63 * math.sqrt(1 / len(percentile) + 1 / n_cohort)  # two-sample Kolmogorov-Smirnov at 1 %
    zs = [a["z"] for a in answers.values() if a["z"] is not None]
    inside = sum(abs(z) <= 1 / 1.4826 for z in zs) / len(zs)
    print("%d new samples: %d right, %d open, %d wrong (%.1f %% of the decided right)"
          % (n_new, right, open_, wrong, 100 * right / max(1, right + wrong)))
    print("log2 above -4: median error %.2f, 95 %% within %.2f" % (error[len(error) // 2], error[int(0.95 * len(error))]))
    print("percentiles: largest departure from uniform %.3f (1 %% limit %.3f)" % (ks, limit))
    print("z within one raw MAD: %.2f of samples (half is right)" % inside)
    report(right >= 0.97 * n_new and wrong <= 0.01 * n_new, "new samples against the reference")
    report(ks <= limit, "percentiles")
    report(abs(inside - 0.5) <= 0.15, "z")
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=int, default=80, help="for each row of the first table")
    parser.add_argument("--cohort", type=int, default=60)
    parser.add_argument("--new", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    missed = []

    def report(reached, what):
        if not reached:
            missed.append(what)

    with tempfile.TemporaryDirectory() as folder:
        cohort = Cohort(folder, o.seed, Panel("grch38"))
        single_samples(cohort, o.samples, None, report)
        reference = learnt(cohort, o.cohort, o.new, report)
        single_samples(cohort, o.samples, reference, report)
    print("\n" + ("missed: " + "; ".join(missed) if missed else "every figure is reached"))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
