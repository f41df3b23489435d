#!/usr/bin/env python3
"""How often the CCND1 level is right, and how well a cohort's reference places a new sample.

  bench_expression.py [--samples N] [--cohort N] [--new N] [--seed N]

Counts are drawn per gene and written as minimal SAM (60-base reads, spliced where exons meet), so the whole program
runs: reading, counting, gates, call. $PLASMASTRAT: the program (default ./plasmastrat). Prints a table; exits 1 when a
figure that is asked for is missed. Seeded: the same seed gives the same table.

The model of a sample (log2 scale). Reference genes and plasma-cell markers lie at the centres of ten marrows
(panels/common/expression_centres.tsv), each gene of a sample off by sd 0.5; markers and CCND1 fall with the share of plasma
cells. CCND1 per plasma cell is drawn from its level (expression_levels.tsv: -5.5, 0, +5) with 0.5 more between libraries.
2 million single-end reads; the median reference gene then has 70 fragments per kb (an assumption: 120 TPM are about 60
per kb of transcript and million, and a union of exons is 1.7 times as long), less by the 30 % that immunoglobulin takes.
Counts are Poisson.
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
from simulate import Panel, rows  # noqa: E402

PROGRAM = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
READ, DEPTH = 60, 70.0
SHARES = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.06, 0.03)
STATES = {"low": "not-overexpressed", "intermediate": "intermediate", "very_high": "overexpressed"}


def levels():
    """{level: (share of patients, mean, sd)} of the panel."""
    common = os.path.join(ROOT, "panels", "common")
    share = {r["key"]: r["value"] for r in rows(os.path.join(common, "population.tsv"))}
    sign = {"low": "-", "intermediate": "~", "very_high": "+"}
    return {r["level"]: (float(share["ccnd1" + sign[r["level"]]]), float(r["log2"]), float(r["sd"]))
            for r in rows(os.path.join(common, "expression_levels.tsv"))}


class Cohort:
    """Sample files of one folder."""

    def __init__(self, folder, seed, panel):
        self.folder, self.panel = folder, panel
        self.rng = random.Random(seed)
        self.header = "@HD\tVN:1.6\tSO:unsorted\n" + "".join(
            "@SQ\tSN:%s\tLN:%d\n" % (c, n) for c, n in panel.lengths.items())
        self.length, self.pool, self.level = {}, {}, {}
        fixed = random.Random("gene levels")  # a property of the genes, not of a run
        for gene, x in panel.genes.items():
            self.length[gene] = sum(e - b for b, e in x["exons"])
            self.pool[gene] = [self.line(x, fixed) for _ in range(200)]
            self.level[gene] = panel.centres.get(gene, 5 if x["role"] == "plasma-cell" else -7)
        self.reference = [g for g, x in panel.genes.items() if x["role"] == "reference"]

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

    def write(self, name, ccnd1, immunoglobulin=0.0, shifted=0, shift=0.0, depth=1.0, share=1.0, noise=0.35):
        """One sample; `ccnd1` per plasma cell; `shifted` reference genes are `shift` log2 off."""
        rng, lines = self.rng, [self.header]
        off = dict.fromkeys(rng.sample(self.reference, shifted), shift)
        for gene, x in self.panel.genes.items():
            level = self.level[gene] + (rng.gauss(0, noise) if gene != "CCND1" else 0) + off.get(gene, 0)
            level += math.log2(share) if x["role"] == "plasma-cell" else 0
            level = ccnd1 + math.log2(share) if gene == "CCND1" else -4 if gene == "CCND2" else level
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


def draw_level(rng):
    """(level, log2 per plasma cell)"""
    table = levels()
    name = rng.choices(list(table), [table[k][0] for k in table])[0]
    return name, rng.gauss(table[name][1], math.hypot(table[name][2], 0.5))


def drawn(cohort, n, report):
    """Each level at each share: right, undecided, wrong."""
    truth, answers, batch = {}, {}, 50
    for beg in range(0, n, batch):
        for i in range(beg, min(n, beg + batch)):
            share, (level, ccnd1) = SHARES[i % len(SHARES)], draw_level(cohort.rng)
            truth["s%04d" % i] = share, level
            cohort.write("s%04d" % i, ccnd1, immunoglobulin=0.3, share=share, noise=0.5)
        names = ["s%04d" % i for i in range(beg, min(n, beg + batch))]
        answers.update(cohort.run(names, os.path.join(cohort.folder, "out")))
    print("%-8s %-14s right  open wrong" % ("share", "level"))
    total = {}
    for share in SHARES:
        for level, state in STATES.items():
            got = [answers[k]["state"] for k in truth if truth[k] == (share, level)]
            right, open_ = got.count(state), got.count("not-assessable")
            print("%-8g %-14s %5d %5d %5d" % (share, level, right, open_, len(got) - right - open_))
            if share >= 0.3:
                all_right, all_decided = total.get(level, (0, 0))
                total[level] = all_right + right, all_decided + len(got) - open_
            if level != "low" and share < 0.1:
                report("not-overexpressed" not in got, "never low at a share of %g" % share)
    for level, (right, decided) in total.items():
        print("%s at shares >= 0.3: %d of %d assessable right (%.1f %%)" % (level, right, decided, 100 * right / max(1, decided)))
        report(right >= 0.97 * decided, level)


def learnt(cohort, n_cohort, n_new, report):
    """A reference of one cohort, new samples of the same mixture against it."""
    names = ["c%03d" % i for i in range(n_cohort)]
    for name in names:
        cohort.write(name, draw_level(cohort.rng)[1], immunoglobulin=0.3)
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
        state, level = draw_level(cohort.rng)
        truth["n%03d" % i] = state, level
        cohort.write("n%03d" % i, level, immunoglobulin=0.3)
    answers = cohort.run(list(truth), os.path.join(cohort.folder, "out"), "--expression-reference", path)
    right = sum(a["state"] == STATES[truth[k][0]] for k, a in answers.items())
    open_ = sum(a["state"] == "not-assessable" for a in answers.values())
    wrong = n_new - right - open_
    error = sorted(abs(a["log2_per_plasma_cell"] - truth[k][1]) for k, a in answers.items() if truth[k][1] > -4)
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
    report(right >= 0.97 * (right + wrong), "new samples against the reference")
    report(ks <= limit, "percentiles")
    report(abs(inside - 0.5) <= 0.15, "z")
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=int, default=2000)
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
        drawn(cohort, o.samples, report)
        learnt(cohort, o.cohort, o.new, report)
    print("\n" + ("missed: " + "; ".join(missed) if missed else "every figure is reached"))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
