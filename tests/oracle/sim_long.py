#!/usr/bin/env python3
"""sim_long.py OUT.bam - long cDNA reads of panel genes, aligned by `minimap2 -ax splice`.

Each gene's neighbourhood is a contig of its own for the aligner; the alignments are then moved to their places on GRCh38.
Reads begin anywhere on the union of the exons, on either strand, with 3 % substitutions and 1 % indels.
"""
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import Genome, Panel, reverse_complement  # noqa: E402

READS = 60
MARGIN = 2000


def noisy(rng, bases):
    out = []
    for b in bases:
        x = rng.random()
        out.append(rng.choice("ACGT") if x < 0.03 else b + rng.choice("ACGT") if x < 0.035 else "" if x < 0.04 else b)
    return "".join(out)


def main():
    panel = Panel("grch38")
    genome, rng = Genome(panel), random.Random("long reads")
    with tempfile.TemporaryDirectory() as folder:
        fasta, fastq = os.path.join(folder, "genes.fa"), os.path.join(folder, "reads.fq")
        place = {}
        with open(fasta, "w") as ref, open(fastq, "w") as reads:
            for gene, x in panel.genes.items():
                lo, hi = x["exons"][0][0] - MARGIN, x["exons"][-1][1] + MARGIN
                if hi - lo > 120000:
                    continue  # the aligner's time
                place[gene] = x["contig"], lo
                ref.write(">%s\n%s\n" % (gene, genome.fetch(x["contig"], lo, hi)))
                text = "".join(genome.fetch(x["contig"], b, e) for b, e in x["exons"])
                for i in range(READS):
                    start = rng.randrange(max(1, len(text) - 300))
                    bases = noisy(rng, text[start:start + rng.randint(300, 4000)])
                    bases = reverse_complement(bases) if rng.random() < 0.5 else bases
                    reads.write("@%s.%d\n%s\n+\n%s\n" % (gene, i, bases, "5" * len(bases)))
        sam = subprocess.run(["minimap2", "-ax", "splice", "-un", "-t", "1", fasta, fastq], check=True, capture_output=True,
                             text=True).stdout
    lines = ["@HD\tVN:1.6\tSO:unsorted"]
    lines += ["@SQ\tSN:%s\tLN:%d" % (c, n) for c, n in panel.lengths.items()]
    for line in sam.splitlines():
        f = line.split("\t")
        if line[0] == "@" or f[2] == "*":
            continue
        contig, lo = place[f[2]]
        f[2], f[3] = contig, str(int(f[3]) + lo)
        lines.append("\t".join(x for x in f if not x.startswith("SA:Z:")))
    subprocess.run(["samtools", "sort", "--no-PG", "-o", sys.argv[1], "-"], input="\n".join(lines) + "\n", text=True, check=True)
    subprocess.run(["samtools", "index", sys.argv[1]], check=True)


if __name__ == "__main__":
    main()
