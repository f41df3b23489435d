#!/usr/bin/env python3
"""RAS hotspot changes at 10 % of 200x: found in 100 of 100 simulated samples, none called in 100 wild-type ones.

  sim_ras.py [--samples 100] [--vaf 0.10] [--depth 200] [--ffpe RATE] [--oxidation RATE] [--keep FOLDER]

$PLASMASTRAT: the program (default ./plasmastrat). Single-base and codon-level double changes take turns. Prints what was
missed or called falsely, then one line of totals; exit status 1 unless every change was found and nothing else called.
"""
import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import CODE, Genome, Panel, Simulator  # noqa: E402

SINGLE = ["KRAS:12:GAT", "NRAS:61:AAA", "KRAS:61:CAC", "NRAS:12:GAT", "KRAS:13:GAC", "NRAS:61:CGA", "KRAS:12:GTT", "NRAS:13:CGT",
          "KRAS:61:CTA", "NRAS:13:GAT", "KRAS:12:TGT", "NRAS:61:CTA", "KRAS:146:ACA", "NRAS:59:ACT", "KRAS:117:AAC",
          "NRAS:61:CAT", "KRAS:12:GCT", "NRAS:146:ACC", "KRAS:59:GAA", "NRAS:12:AGT", "KRAS:61:CGA", "NRAS:13:GTT",
          "KRAS:12:CGT", "NRAS:117:AAC", "KRAS:146:GTA", "KRAS:61:AAA", "NRAS:12:TGT", "KRAS:13:TGC", "NRAS:13:GCT",
          "KRAS:12:AGT"]
DOUBLE = ["KRAS:12:TTT", "NRAS:61:AAG", "KRAS:12:CTT", "NRAS:61:CTG", "KRAS:61:CCT", "NRAS:12:GAA", "KRAS:12:ATT",
          "NRAS:13:GAC", "KRAS:12:GAC", "NRAS:61:TTA", "KRAS:61:AAG", "NRAS:12:TTT", "KRAS:13:TTC", "NRAS:61:CGG",
          "KRAS:12:TGG"]


def change(i):
    """The i-th planted change: two single, one double, and so on."""
    text = DOUBLE[(i // 3) % len(DOUBLE)] if i % 3 == 2 else SINGLE[(i - i // 3) % len(SINGLE)]
    gene, codon, to = text.split(":")
    return {"gene": gene, "codon": int(codon), "to": to}


def make(task):
    name, seed, variants, options, path, depth = task
    genome = make.genome
    sim = Simulator(genome, "chr", name, seed, dict(options, variants=variants))
    sim.targeted(genes=("KRAS", "NRAS"), exons=(1, 2, 3), depth=depth)
    sim.write(path, level=1, index=False)


def start():
    make.genome = Genome(Panel("grch38"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--vaf", type=float, default=0.10)
    parser.add_argument("--depth", type=float, default=200)
    parser.add_argument("--ffpe", type=float, default=0)
    parser.add_argument("--oxidation", type=float, default=0)
    parser.add_argument("--keep", help="folder to leave the files in")
    options = parser.parse_args()
    program = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
    if not os.access(program, os.X_OK):
        sys.exit("sim_ras: %s is not there: run make, or set PLASMASTRAT" % program)
    temporary = tempfile.TemporaryDirectory()
    folder = options.keep or temporary.name
    os.makedirs(folder, exist_ok=True)
    panel = Panel("grch38")
    look = {"read_length": 90, "insert": [160, 25], "ffpe": options.ffpe, "oxidation": options.oxidation,
            "soft_clips": 0.02}
    tasks, truth = [], {}
    for i in range(options.samples):
        planted = dict(change(i), vaf=options.vaf)
        for name, variants in (("MUT%03d" % i, [planted]), ("WT%03d" % i, [])):
            old = panel.codon(planted["gene"], planted["codon"])
            label = "%s:%s%d%s" % (planted["gene"], CODE[old], planted["codon"], CODE[planted["to"]])
            contig, pos0, ref, alt = panel.alleles(planted)[0]
            truth[name] = (label, contig, pos0 + 1, ref, alt) if variants else None
            tasks.append((name, "ras:%s" % name, variants, look, os.path.join(folder, name + ".bam"), options.depth))
    with multiprocessing.Pool(2, start) as pool:
        pool.map(make, tasks, chunksize=4)
    sheet = os.path.join(folder, "sheet.tsv")
    with open(sheet, "w") as out:
        out.write("sample_id\tdna\n" + "".join("%s\t%s.bam\n" % (t[0], t[0]) for t in tasks))
    done = subprocess.run([program, "batch", sheet, "-o", os.path.join(folder, "out"), "-@2", "--force"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("sim_ras: batch ended with %d: %s" % (done.returncode, done.stderr[:1000]))
    found = wild = 0
    false = []
    for name, want in truth.items():
        with open(os.path.join(folder, "out", name + ".json")) as handle:
            ras = json.load(handle)["ras"]
        called = [(("%s:%s" % (v["gene"], v["protein"])), v["chrom"], v["pos"], v["ref"], v["alt"])
                  for v in ras["variants"] if v["filter"] == "PASS"]
        if want:
            hit = want in called
            found += hit
            if not hit:
                near = [(v["protein"], v["filter"], v["alt_depth"], v["depth"], v["lod"]) for v in ras["variants"]]
                print("%s: %s not called; variants: %s" % (name, want, near))
            elif ras["state"] != "mutated":
                print("%s: %s called but RAS is %s" % (name, want, ras["state"]))
                found -= 1
        else:
            wild += ras["state"] != "mutated"
        false += ["%s: %s" % (name, c) for c in called if c != want]
    for line in false:
        print("false call: " + line)
    n = options.samples
    print("%g %% VAF at %gx: found %d of %d, false calls %d in %d samples, RAS not mutated in %d of %d wild-type"
          % (100 * options.vaf, options.depth, found, n, len(false), 2 * n, wild, n))
    print("%d passed, %d failed" % (found + wild, 2 * n - found - wild + len(false)))
    sys.exit(0 if found == n and not false and wild == n else 1)


if __name__ == "__main__":
    main()
