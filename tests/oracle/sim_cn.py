#!/usr/bin/env python3
"""CCND1 copy number and IGH::CCND1 junctions on simulated whole genomes, against what was planted.

  sim_cn.py [--depth 1] [--samples 36] [--junctions 20] [--clean 20] [--gc-bias 0.05] [--noise 0.05] [--keep FOLDER]

Copy number: planted focal 1, 2, 3, 4, 6, 10 copies, trisomy 11, and hyperdiploid genomes, pure, with GC bias and bin
noise. A state that was given must be right and a hyperdiploid genome's CCND1 must not shift; trisomy 11 is never focal.
Junctions: events with 5 to 12 supporting fragments at 30x of the window; and windows without one at three times the usual
chimeric noise. Prints one line per breach and totals; exit status 1 when a figure of METHODS.md is missed.
$PLASMASTRAT: the program (default ./plasmastrat).
"""
import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import Genome, Panel, Simulator  # noqa: E402

ODD = ("3", "5", "7", "9", "11", "15", "19", "21")
STATE = {1: "loss", 2: "neutral", 3: "gain", 4: "gain", 6: "amplified", 10: "amplified"}


def start():
    make.genome = Genome(Panel("grch38"))


def make(task):
    name, wgs, junctions, path = task
    sim = Simulator(make.genome, "chr", name, "cn:" + name, {"read_length": 100, "insert": [320, 50]})
    sim.wgs(wgs)
    for j in junctions:
        sim.junction(j)
    sim.write(path, level=1)


def genomes(options):
    """(name, wgs, junctions, truth)"""
    base = {"depth": options.depth, "window": False, "gc_bias": options.gc_bias, "noise": options.noise}
    for i in range(options.samples):
        rng = random.Random("genome:%d" % i)
        copies = (1, 2, 3, 4, 6, 10)[i % 6]
        kind = ("flat", "hyperdiploid", "trisomy11")[i // 6 % 3]
        arms = {}
        if kind == "hyperdiploid":
            arms = {c: 3 for c in ODD}
        elif kind == "trisomy11":
            arms = {"11": 3}
        for arm in rng.sample(["1q", "13q", "8p", "16q", "6q"], rng.randint(0, 2)):
            arms[arm] = 3 if arm == "1q" else 1
        wgs = dict(base, copies=arms)
        at = arms.get("11", 2)
        if kind == "flat":
            wgs["focal"] = at = copies
        yield "CN%03d" % i, wgs, [], (kind, at)
    window = {"depth": 30, "bins": False}
    for i in range(options.junctions):
        rng = random.Random("junction:%d" % i)
        a, b = 69641156 - rng.randint(5000, 330000), rng.randint(105600000, 106800000)
        keep = ("right", "left") if i % 4 else ("left", "right")
        j = {"a": a, "a_keep": keep[0], "b": b, "b_keep": keep[1], "fragments": rng.randint(5, 12)}
        yield "J%03d" % i, window, [j], (a, b, j["fragments"])
    for i in range(options.clean):
        yield "C%03d" % i, dict(window, chimeric=0.006), [], None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depth", type=float, default=1)
    parser.add_argument("--samples", type=int, default=36)
    parser.add_argument("--junctions", type=int, default=20)
    parser.add_argument("--clean", type=int, default=20)
    parser.add_argument("--gc-bias", type=float, default=0.05, help="ln change of depth per 0.05 GC")
    parser.add_argument("--noise", type=float, default=0.05, help="ln sd of a bin beyond counting")
    parser.add_argument("--keep")
    options = parser.parse_args()
    program = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
    if not os.access(program, os.X_OK):
        sys.exit("sim_cn: %s is not there: run make, or set PLASMASTRAT" % program)
    temporary = tempfile.TemporaryDirectory()
    folder = options.keep or temporary.name
    os.makedirs(folder, exist_ok=True)
    planted = list(genomes(options))
    with multiprocessing.Pool(2, start) as pool:
        pool.map(make, [(n, w, j, os.path.join(folder, n + ".bam")) for n, w, j, _ in planted], chunksize=1)
    sheet = os.path.join(folder, "sheet.tsv")
    with open(sheet, "w") as out:
        out.write("sample_id\tdna\n" + "".join("%s\t%s.bam\n" % (n, n) for n, *_ in planted))
    done = subprocess.run([program, "batch", sheet, "-o", os.path.join(folder, "out"), "-@2", "--force"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("sim_cn: batch ended with %d: %s" % (done.returncode, done.stderr[:1000]))
    given = right = covered = close = focal = found = near = exact = false = 0
    for name, _, _, truth in planted:
        with open(os.path.join(folder, "out", name + ".json")) as handle:
            doc = json.load(handle)
        cn, junction = doc["ccnd1_copy_number"], doc["igh_ccnd1"]
        if name.startswith("CN"):
            kind, copies = truth
            if cn["state"] == "not-assessable":
                print("%s: %s %d copies: not assessable: %s" % (name, kind, copies, cn["reasons"]))
                continue
            given += 1
            right += cn["state"] == STATE[copies]
            covered += cn["copies_low"] <= copies <= cn["copies_high"]
            close += abs(cn["copies"] - copies) <= (0.4 if options.depth < 10 else 0.15)
            focal += kind != "flat" and cn["scope"] == "focal"
            hyper = cn["hyperdiploid"] == (kind == "hyperdiploid")
            if cn["state"] != STATE[copies] or not hyper or not cn["copies_low"] <= copies <= cn["copies_high"]:
                print("%s: %s %d copies: %s, %s (%s-%s), %s, hyperdiploid %s" % (
                    name, kind, copies, cn["state"], cn["copies"], cn["copies_low"], cn["copies_high"], cn["scope"],
                    cn["hyperdiploid"]))
        elif truth:
            a, b, n = truth
            hit = junction["state"] == "detected"
            found += hit
            places = [(abs(p["pos_a"] - a), abs(p["pos_b"] - b)) for p in junction["breakpoints"]]
            if hit and junction["split_fragments"]:
                exact += 1
                near += any(x <= 10 and y <= 10 for x, y in places)
            if not hit or (junction["split_fragments"] and not any(x <= 10 and y <= 10 for x, y in places)):
                print("%s: %d fragments: %s, split %s, discordant %s, off by %s, %s" % (
                    name, n, junction["state"], junction["split_fragments"], junction["discordant_fragments"], places,
                    junction["reasons"]))
        else:
            false += junction["state"] == "detected"
            if junction["state"] != "not-detected":
                print("%s: no junction: %s %s" % (name, junction["state"], junction["reasons"]))
    print("copy number at %gx: %d of %d given, state right %d, copies close %d, interval covers %d, falsely focal %d"
          % (options.depth, given, options.samples, right, close, covered, focal))
    print("junctions: found %d of %d, within 10 bases %d of %d; false %d of %d"
          % (found, options.junctions, near, exact, false, options.clean))
    good = right >= 0.99 * given and given >= 0.9 * options.samples and covered >= 0.9 * given and not focal
    good = good and found >= 0.99 * options.junctions and near == exact and not false
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
