#!/usr/bin/env python3
"""merged_reads.py KIND FORWARD > SAM: wild-type amplicons of KRAS and NRAS as reads without mates, all of one orientation (FORWARD 1: forward).

Each hotspot lies in the middle of its amplicon; but where KIND says so, KRAS 12 lies in the far primer's 22 bases:
  merged         reads of the amplicons' lengths, KRAS 12 under the far primer
  trimmed        the same, seven of ten cut by up to 60 bases at their far end
  merged-middle  reads of the amplicons' lengths
  fixed          100 bases each, KRAS 12 that far from the reads' end; no primer is near
  fixed-middle   100 bases each
"""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sim"))
from simulate import Genome, Panel, Simulator  # noqa: E402

kind, forward = sys.argv[1], sys.argv[2] == "1"
rng = random.Random(kind)
genome = Genome(Panel())
lines = []
for gene in ("KRAS", "NRAS"):
    contig = genome.panel.cds[gene][0]
    for k, codon in enumerate((13, 60, 117, 146)):
        middle = genome.panel.codon_places(gene, codon)[1]
        length = 100 if kind.startswith("fixed") else 130 + 4 * k + 17 * (gene == "NRAS")
        beyond = 17 if (gene, codon) == ("KRAS", 13) and not kind.endswith("middle") else length // 2
        for number in range(1000):
            cut = rng.randrange(60) if kind == "trimmed" and number % 10 < 7 else 0
            beg0, end0 = (middle + beyond - length + 1, middle + beyond + 1 - cut) if forward else \
                (middle - beyond + cut, middle - beyond + length)
            bases = genome.fetch(contig, beg0, end0)
            lines.append("%s%d.%d\t%d\t%s\t%d\t60\t%dM\t*\t0\t0\t%s\t%s" % (
                gene, codon, number, 0 if forward else 16, contig, beg0 + 1, len(bases), bases, "F" * len(bases)))
simulator = Simulator(genome)
simulator.lines = lines
sys.stdout.write(simulator.text())
