#!/usr/bin/env python3
"""Speed as ratios: plasmastrat and its peer on the same file, same threads, in the same run.

A whole-genome-like BAM is made once per run (seeded; size by BENCH_READS, default 2,000,000 reads) and everything is
timed on it: best of three. Prints one line per ratio with the peer's command. $PLASMASTRAT is the program.
"""
import os
import random
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
READS = int(os.environ.get("BENCH_READS", "2000000"))


def contigs():
    with open(os.path.join(ROOT, "panels", "grch38", "contigs.tsv")) as handle:
        rows = [line.rstrip("\n").split("\t") for line in handle if not line.startswith("##")]
    head = [name.lstrip("#") for name in rows[0]]
    name, length = head.index("ucsc"), head.index("length")
    return [(row[name], int(row[length])) for row in rows[1:]]


def regions(path):
    """Every place of the panel's DNA evidence, for `samtools view -L`."""
    with open(path, "w") as out:
        for table in ("bins.bed", "regions.bed"):
            with open(os.path.join(ROOT, "panels", "grch38", table)) as handle:
                for line in handle:
                    if line.startswith("#"):
                        continue
                    fields = line.rstrip("\n").split("\t")
                    if table == "regions.bed" and "CCND1_t1114_window" not in fields:
                        continue
                    out.write("\t".join(fields[:3]) + "\n")
        with open(os.path.join(ROOT, "panels", "grch38", "identity_snps.tsv")) as handle:
            for line in list(handle)[1:]:
                contig, pos1 = line.split("\t")[:2]
                out.write("%s\t%d\t%s\n" % (contig, int(pos1) - 1, pos1))


def make_bam(path):
    rng = random.Random(20)
    places = contigs()
    writer = subprocess.Popen(["samtools", "view", "-b", "-@1", "-o", path, "-"], stdin=subprocess.PIPE)
    out = writer.stdin
    out.write(b"@HD\tVN:1.6\tSO:coordinate\n")
    for name, length in places:
        out.write(("@SQ\tSN:%s\tLN:%d\n" % (name, length)).encode())
    total = sum(length for _, length in places)
    alphabet = "ACGT"
    pool = ["".join(rng.choice(alphabet) for _ in range(150)) for _ in range(500)]
    quality = ["".join(chr(33 + rng.choice((11, 25, 37, 37, 37))) for _ in range(150)) for _ in range(500)]
    serial = 0
    for name, length in places:
        starts = sorted(rng.randrange(length - 600) for _ in range(READS * length // total))
        lines = []
        for pos in starts:
            serial += 1
            flag = 99 if serial % 2 else 147
            lines.append("r%d\t%d\t%s\t%d\t60\t150M\t=\t%d\t%d\t%s\t%s\n" % (
                serial, flag, name, pos + 1, pos + 200, 350 if flag == 99 else -350, pool[serial % 500],
                quality[(serial * 7) % 500]))
        out.write("".join(lines).encode())
    out.close()
    if writer.wait():
        sys.exit("samtools could not write the BAM")
    subprocess.run(["samtools", "index", path], check=True)


def best(command):
    times = []
    for _ in range(3):
        start = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.monotonic() - start)
    return min(times)


def line(what, ours, peer):
    a, b = best(ours), best(peer)
    print("%-34s %6.2f s  peer %6.2f s  ratio %5.2f   peer: %s" % (
        what, a, b, a / b, " ".join(os.path.basename(x) for x in peer)))


def main():
    with tempfile.TemporaryDirectory() as folder:
        bam, bed = os.path.join(folder, "x.bam"), os.path.join(folder, "panel.bed")
        make_bam(bam)
        regions(bed)
        bare = os.path.join(folder, "bare.bam")
        os.symlink(bam, bare)  # the same file without an index beside it
        print("%d reads, %.0f MB, ratio = ours / peer (below 1: faster)" % (READS, os.path.getsize(bam) / 1e6))
        for n in ("1", "2"):
            line("indexed, whole answer, -@%s" % n, [PROGRAM, "sample", "--dna", bam, "--id", "x", "-@" + n],
                 ["samtools", "view", "-c", "-M", "-L", bed, "-@", n, bam])
        for n in ("1", "2"):
            line("streamed, whole answer, -@%s" % n, [PROGRAM, "sample", "--dna", bare, "--id", "x", "-@" + n],
                 ["samtools", "view", "-c", "-@", n, bam])


main()
