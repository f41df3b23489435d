#!/usr/bin/env python3
"""The figures of CCND1 copy number on simulated samples with a known truth, and CNVkit's on the same counts.

  bench_copynumber.py [--quick] [--only planted,hyper,trisomy,purity,karyotype,...,peer] [--seed N] [--keep FOLDER]

  planted  1, 2, 3, 4, 6, 10 copies of 11q13 in genomes with other events, at 30x, 1x and 0.1x
  hyper    eight trisomies (with and without chromosome 11): does CCND1's state shift?
  trisomy  trisomy 11: is it ever called focal?
  purity   purities 1.0, 0.6, 0.3, told with --purity
  capture  exome and gene panel: without reference, with a panel of 20 normals, with the matched normal
  karyotype  genomes drawn from the panel's table of 870 myelomas, at purities 1.0, 0.6 and 0.3, with and without --purity
  noise    waves, GC bias, FFPE, RNA given as DNA: share not assessable, share wrong
  peer     CNVkit (Debian package cnvkit) on some samples of planted, hyper and capture: see peer_cnvkit.py

Columns: state right, wrong, a gain called amplified or the reverse ("step"), not assessable ("open"); copies within 0.15
(30x) or 0.4 and the 95 % interval's coverage, of those with copies; the error that 95 % stay below.

What is simulated are fragments per bin, not reads (simulate_copynumber.c says how); tests/oracle/sim_cn.py does the same
from alignment files. Needs a C compiler and build/libplasmastrat.a. Prints a table; exit status 1 when a figure is missed,
which it names.
"""
import argparse
import collections
import math
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
COPIES = (1, 2, 3, 4, 6, 10)
DEPTHS = (("30x", 1000, 0.15), ("1x", 33, 0.4), ("0.1x", 3.3, None))  # fragments per 10 kb of 2 x 150 bases
# what a laboratory's whole genomes look like: bins off by 3 % and a GC slope of 2^0.2 per 10 % GC
USUAL = {"noise": 0.03, "gc": 0.2, "background": 1}
Draw = collections.namedtuple("Draw", "name number state copies low high scope hyper noise wave assay reference reason truth odd")
missed = []


def state_of(copies):
    return "amplified" if copies >= 5.5 else "gain" if copies >= 2.5 else "loss" if copies <= 1.5 else "neutral"


class Bench:
    def __init__(self, folder, seed):
        self.folder, self.seed, self.number = folder, seed, 0
        self.tasks = []  # of the peer: (name, number, purity, normals, truth, group)
        self.program = os.path.join(folder, "simulate_copynumber")
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "htslib", "jansson", "libdeflate"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout
        subprocess.run(shlex.split(os.environ.get("CC", "cc")) + [
            "-std=c11", "-D_XOPEN_SOURCE=700", "-O2", "-I" + os.path.join(ROOT, "include"), "-o", self.program,
            os.path.join(HERE, "simulate_copynumber.c"), os.path.join(ROOT, "build", "libplasmastrat.a")] +
            shlex.split(flags) + ["-lm", "-pthread"], check=True)

    def run(self, draws, peer=0, group="", **words):
        self.number += 1
        name = "s%d" % self.number
        words.update(name=name, draws=draws, seed=self.seed * 1000 + self.number)
        if peer:
            normals = words.get("normals", 20) if words.get("reference") == "panel" else 0
            words.update(dump=self.folder, dumped=max(peer, normals))
            truth = words.get("focal", words.get("chr11", 2))
            self.tasks += [(name, i, words.get("purity", 1), normals, truth, group) for i in range(min(peer, draws))]
        line = " ".join("%s=%s" % item for item in words.items()) + "\n"
        out = subprocess.run([self.program], input=line, text=True, check=True, stdout=subprocess.PIPE).stdout
        return [Draw(*([f[0], int(f[1]), f[2]] + [float(x) for x in f[3:6]] + [f[6], int(f[7])] +
                       [float(x) for x in f[8:10]] + f[10:13] + [float(f[13]), int(f[14])])) for f in (row.split("\t") for row in out.splitlines())]


def share(n, total):
    return "%5.1f" % (100.0 * n / total) if total else "    -"


def row(what, draws, truth, tolerance=None):
    """Prints a line; returns shares right, wrong, within, covered of all draws."""
    n = len(draws)
    given = [d for d in draws if d.state != "not-assessable"]
    right = sum(d.state == state_of(truth) for d in given)
    step = sum({d.state, state_of(truth)} == {"gain", "amplified"} for d in given)  # more copies, but how many
    numbers = [d for d in draws if not math.isnan(d.copies)]
    within = sum(abs(d.copies - truth) <= tolerance for d in numbers) if tolerance else 0
    covered = sum(d.low <= truth <= d.high for d in numbers)
    error = sorted(abs(d.copies - truth) for d in numbers)
    reasons = collections.Counter(d.reason for d in draws if d.state == "not-assessable")
    print("%-34s %4d %s %s %s %s   %s  %s  %s  %s" % (
        what, n, share(right, n), share(len(given) - right - step, n), share(step, n), share(n - len(given), n),
        share(within, len(numbers)) if tolerance else "     ", share(covered, len(numbers)),
        "%.2f" % error[int(0.95 * (len(error) - 1))] if error else "   -",
        ", ".join("%s %d" % r for r in reasons.most_common(2))))
    return right / n, (len(given) - right - step) / n, within / max(1, len(numbers)), covered / max(1, len(numbers))


def need(good, what):
    if not good:
        missed.append(what)


def planted(bench, scale):
    for label, depth, tolerance in DEPTHS:
        total = covered = 0
        for copies in COPIES:
            draws = bench.run(int((200 if depth < 100 else 100) * scale), depth=depth, focal=copies,
                              peer=1, group="planted %s" % label, **USUAL)
            r, w, inside, c = row("planted %s, %g copies" % (label, copies), draws, copies, tolerance)
            total, covered = total + 1, covered + c
            if tolerance:
                need(inside >= 0.99, "planted %s, %g copies: within %g in %.1f %%" % (label, copies, tolerance, 100 * inside))
            if depth > 100:
                need(r >= 0.99, "planted %s, %g copies: right in %.1f %%" % (label, copies, 100 * r))
        need(covered / total >= 0.93, "planted %s: interval covers %.1f %%" % (label, 100 * covered / total))


def hyper(bench, scale):
    words = dict(USUAL, hyperdiploid=1)
    for label, depth, _ in DEPTHS:
        for chr11 in (2, 3):
            draws = bench.run(int(100 * scale), depth=depth, chr11=chr11, peer=1, group="hyperdiploid %s" % label, **words)
            _, wrong, _, _ = row("8 trisomies %s, chr11 %d" % (label, chr11), draws, chr11)
            need(wrong == 0, "8 trisomies %s, chromosome 11 %d: state shifted in %.1f %%" % (label, chr11, 100 * wrong))
            need(all(d.scope != "focal" for d in draws), "8 trisomies %s: called focal" % label)


def trisomy(bench, scale):
    for label, depth, _ in DEPTHS:
        draws = bench.run(int(200 * scale), depth=depth, chr11=3, **USUAL)
        row("trisomy 11 %s" % label, draws, 3)
        focal = sum(d.scope == "focal" for d in draws)
        need(focal == 0, "trisomy 11 %s: focal in %d of %d" % (label, focal, len(draws)))


def purity(bench, scale):
    for p in (1, 0.6, 0.3):
        for copies in (1, 2, 3, 4, 6):
            draws = bench.run(int(50 * scale), depth=1000, focal=copies, purity=p, **USUAL)
            _, wrong, _, covered = row("purity %g, %g copies, 30x" % (p, copies), draws, copies, 0.15 / p)
            need(wrong <= 0.01, "purity %g, %g copies: wrong in %.1f %%" % (p, copies, 100 * wrong))
            need(covered >= 0.9, "purity %g, %g copies: covers %.1f %%" % (p, copies, 100 * covered))


def karyotype(bench, scale):
    for p in (1, 0.6, 0.3):
        for tell in (1, 0):
            draws = bench.run(int(1000 * scale), karyotype=1, purity=p, tell=tell, depth=1000, gc=0.2, noise=0.03)
            n, given = len(draws), [d for d in draws if d.state != "not-assessable"]
            wrong = [d for d in given if d.state != state_of(d.truth)]
            silent = [d for d in wrong if d.reason in ("-", "purity-assumed")]
            false = [d for d in draws if d.hyper == 0 and d.odd >= 2]
            reasons = collections.Counter(d.reason for d in draws if d.state == "not-assessable")
            what = "870 genomes, purity %g %s" % (p, "given" if tell else "unknown")
            numbers = [d for d in draws if not math.isnan(d.copies)] if tell else []
            print("%-34s %4d %s %s       %s          %s        hyperdiploid false though not: %d; %s" % (
                what, n, share(len(given) - len(wrong), n), share(len(wrong), n), share(n - len(given), n),
                share(sum(d.low <= d.truth <= d.high for d in numbers), len(numbers)), len(false),
                ", ".join("%s %d" % r for r in reasons.most_common(3))))
            need(not silent, "%s: %d wrong states without a warning (copies %s)" % (
                what, len(silent), ", ".join("%g for %g" % (d.copies, d.truth) for d in silent[:5])))
            need(not false, "%s: hyperdiploid false in %d hyperdiploid genomes" % (what, len(false)))
            need(p < 1 or n - len(given) <= 0.1 * n, "%s: %d of %d undecided" % (what, n - len(given), n))


def capture(bench, scale):
    for assay, depth in (("exome", 60), ("targeted", 8)):
        for reference in ("none", "panel", "normal"):
            for copies in (2,) if reference == "none" else COPIES:
                draws = bench.run(int(40 * scale), assay=assay, depth=depth, reference=reference, focal=copies, noise=0.03,
                                  background=1, peer=1 if reference == "panel" else 0, group=assay)
                _, wrong, _, covered = row("%s, %s, %g copies" % (assay, reference, copies), draws, copies, 0.4)
                if reference == "none":
                    need(all(d.state == "not-assessable" for d in draws), "%s without reference: a state was given" % assay)
                else:
                    need(wrong <= 0.02, "%s, %s, %g copies: wrong in %.1f %%" % (assay, reference, copies, 100 * wrong))
                    need(covered >= 0.9, "%s, %s, %g copies: covers %.1f %%" % (assay, reference, copies, 100 * covered))


def noise(bench, scale):
    ffpe = {"gc": 0.8, "gc2": -0.4, "noise": 0.3, "wave": 0.08}
    rows = [("waves 5 %", {"wave": 0.05}), ("waves 10 %", {"wave": 0.1}), ("waves 20 %", {"wave": 0.2}),
            ("GC 2^0.8 per 10 %", {"gc": 0.8}), ("GC curved", {"gc": 0.6, "gc2": -0.8}), ("FFPE", ffpe),
            ("FFPE, waves 20 %", dict(ffpe, wave=0.2))]
    for what, words in rows:
        for label, depth in (("30x", 1000), ("1x", 33)):
            for copies in (2, 3):
                draws = bench.run(int(50 * scale), **dict(USUAL, depth=depth, chr11=copies, **dict({"gc": 0.2, "noise": 0.03}, **words)))
                _, wrong, _, _ = row("%s, %s, trisomy" % (what, label) if copies > 2 else "%s, %s" % (what, label), draws,
                                     copies)
                need(wrong <= max(0.02, 1 / len(draws)), "%s %s, %g copies: wrong in %.1f %%" % (what, label, copies, 100 * wrong))
    for depth in (0.5, 10, 100):
        for reference in ("none", "panel"):
            draws = bench.run(int(30 * scale), assay="rna", depth=depth, reference=reference) if reference == "none" else []
            if draws:
                row("RNA as DNA, depth %g" % depth, draws, 2)
                need(all(d.state == "not-assessable" for d in draws), "RNA as DNA got a copy number")


def peer(bench):
    tasks = bench.tasks
    cnvkit = shutil.which("cnvkit") or shutil.which("cnvkit.py")
    if not tasks or not cnvkit:
        print("skipped: cnvkit is not installed" if tasks else "")
        return
    with open(cnvkit) as handle:
        first = handle.readline()
    python = first[2:].split()[-1] if first.startswith("#!") and "python" in first else "python3"
    lines = "".join("%s %d %g %d\n" % t[:4] for t in tasks)
    done = subprocess.run([python, os.path.join(HERE, "peer_cnvkit.py"), bench.folder], input=lines, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    answers = {tuple(f[:2]): f[2:] for f in (x.split("\t") for x in done.stdout.splitlines())}
    groups = collections.OrderedDict()
    for name, number, _, _, truth, group in tasks:
        groups.setdefault(group, []).append((truth, answers.get((name, str(number)), ["nan", "-1", "nan", "-1"])))
    print("\nCNVkit on the same counts (state right %, copies within 0.4 %, median error)")
    for group, found in groups.items():
        words = []
        for at, how in ((0, "--no-gc"), (2, "with GC")):
            copies = [(t, float(a[at])) for t, a in found]
            right = sum(not math.isnan(c) and state_of(round(c)) == state_of(t) for t, c in copies)
            close = sum(abs(c - t) <= 0.4 for t, c in copies)
            error = sorted(abs(c - t) for t, c in copies if not math.isnan(c))
            words.append("%s: %s %s %s" % (how, share(right, len(copies)), share(close, len(copies)),
                                           "%.2f" % error[len(error) // 2] if error else "-"))
        print("%-34s %4d   %s   | ours: see above" % (group, len(found), "   ".join(words)))
    for answer in answers.values():
        if len(answer) > 4:
            print("cnvkit failed: %s" % answer[4])
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the samples, no peer")
    parser.add_argument("--only", default="planted,hyper,trisomy,purity,karyotype,capture,noise,peer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    options = parser.parse_args()
    temporary = tempfile.TemporaryDirectory()
    folder = options.keep or temporary.name
    os.makedirs(folder, exist_ok=True)
    start, only = time.time(), options.only.split(",")
    bench = Bench(folder, options.seed)
    print("%-34s %4s %5s %5s %5s %5s   %5s  %5s  %4s  %s" % ("", "n", "right", "wrong", "step", "open", "within", "cover", "err95",
                                                         "why open"))
    for name, part in (("planted", planted), ("hyper", hyper), ("trisomy", trisomy), ("purity", purity), ("karyotype", karyotype),
                       ("capture", capture), ("noise", noise)):
        if name in only:
            part(bench, 0.2 if options.quick else 1)
    if "peer" in only and not options.quick:
        peer(bench)
    print("\n%d s" % (time.time() - start))
    for what in missed:
        print("missed: " + what)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
