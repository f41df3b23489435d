"""CNVkit on simulated counts: peer_cnvkit.py FOLDER, run by bench_copynumber.py under the interpreter that has cnvlib.

Does what these commands do, in one process (each takes seconds to start):
  cnvkit reference   flat with the panel's GC, or of the panel of normals' coverage files (targets: bins with baits)
  cnvkit fix --no-edge --no-rmask, with and without --no-gc;  cnvkit segment -m cbs;  cnvkit call -m clonal --purity P
Reads tasks from stdin: NAME NUMBER PURITY N_NORMALS. Prints NAME NUMBER COPIES CN COPIES CN per task, without and
with GC correction; CCND1's segment decides. (All bins that are richer in GC than 0.52 lie at 11q13, so a GC correction by
rolling medians takes part of a focal gain for GC; without it a GC slope stays.)
"""
import logging
import os
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from cnvlib import call, fix, reference, segmentation  # noqa: E402
from cnvlib.cnary import CopyNumArray  # noqa: E402

CCND1 = ("chr11", 69641156, 69654474)


def coverage(path, target):
    """Both halves of a coverage table, as `cnvkit coverage` writes them."""
    t = pd.read_csv(path, sep="\t", header=None, names=["chromosome", "start", "end", "arm", "gc", "bait", "count"])
    if target is not None:
        t = t[(t.bait > 0) == target]
    depth = t["count"] * 0.03
    return pd.DataFrame({"chromosome": t.chromosome, "start": t.start, "end": t.end,
                         "gene": "-" if target is not False else "Antitarget", "depth": depth, "gc": t.gc,
                         "log2": np.where(depth > 0, np.log2(depth.clip(lower=1e-9)), -20.0)}).reset_index(drop=True)


def array(table, columns=("chromosome", "start", "end", "gene", "depth", "log2")):
    return CopyNumArray(table[list(columns)].copy(), {"sample_id": "sample"})


def learnt(folder, name, n):
    names = ([], [])
    for i in range(n):
        for half in (0, 1):
            path = os.path.join(folder, "%s.panel.%d.%s.cnn" % (name, i, ("targetcoverage", "antitargetcoverage")[half]))
            t = coverage(os.path.join(folder, "%s.panel.%d.tsv" % (name, i)), half == 0)
            t[["chromosome", "start", "end", "gene", "depth", "log2"]].to_csv(path, sep="\t", index=False)
            names[half].append(path)
    made = reference.do_reference(names[0], names[1], None, False, [False] * n, False, False, False)
    gc = coverage(os.path.join(folder, "%s.panel.0.tsv" % name), None).set_index(["chromosome", "start"]).gc
    made["gc"] = [gc[(c, s)] for c, s in zip(made.data.chromosome, made.data.start)]
    return made


def flat(path):
    t = coverage(path, None)
    t["log2"], t["spread"] = 0.0, 0.0
    return array(t, ("chromosome", "start", "end", "gene", "log2", "depth", "gc", "spread"))


def one(target, off, against, do_gc, purity):
    fixed = fix.do_fix(target, off, against, do_gc, False, False)
    segments = segmentation.do_segmentation(fixed, "cbs", rscript_path="Rscript")
    called = call.do_call(segments, None, "clonal", 2, purity)
    hit = called.data[(called.data.chromosome == CCND1[0]) & (called.data.start < CCND1[2]) &
                      (called.data.end > CCND1[1])]
    row = hit.iloc[0]
    return ["%.4f" % ((2 * 2 ** row.log2 - 2 * (1 - purity)) / purity), "%d" % row.cn]


def main():
    folder, references = sys.argv[1], {}
    for line in sys.stdin:
        name, number, purity, n = line.split()
        path = os.path.join(folder, "%s.tumour.%s.tsv" % (name, number))
        try:
            n = int(n)
            if name not in references:
                references[name] = learnt(folder, name, n) if n else flat(path)
            target, rest = (True, False) if n else (None, None)
            off = array(coverage(path, rest)) if n else CopyNumArray(pd.DataFrame(
                {c: [] for c in ("chromosome", "start", "end", "gene", "depth", "log2")}))
            words = [name, number]
            for do_gc in (False, True):
                words += one(array(coverage(path, target)), off, references[name], do_gc, float(purity))
            print("\t".join(words), flush=True)
        except Exception as e:  # a peer that fails is shown, not hidden
            print("%s\t%s\tnan\t-1\tnan\t-1\t%s: %s" % (name, number, type(e).__name__, str(e).split("\n")[0]),
                  flush=True)


main()
