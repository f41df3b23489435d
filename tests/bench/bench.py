#!/usr/bin/env python3
"""Speed as ratios: plasmastrat and its peer on the same file, same threads, in the same run.

A whole-genome-like BAM is made once per run (seeded; size by BENCH_READS, default 2,000,000 reads; BENCH_BAM: an indexed
file to use instead) and everything is timed on it: the best of three, taken in turn. A line for each ratio, with the
peer's command; "cpu" compares processor seconds, which other work on the machine disturbs less. $PLASMASTRAT is the
program, $CC compiles the floor under every reader of a whole file, bare_inflate.c.
"""
import os
import random
import shutil
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
    # four quality values, mostly the best one, as sequencers write them today
    quality = ["".join(rng.choice(",:FFFFFFFFFFFFFFFFFFFF") for _ in range(150)) for _ in range(500)]
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


def once(command):
    """(wall, processor seconds, peak MB) of one run."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if process.returncode:
        sys.exit("bench: failed: " + " ".join(command))
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def line(what, ours, peer):
    runs = [(once(ours), once(peer)) for _ in range(3)]
    wall, cpu, peak = (min(mine[i] for mine, _ in runs) for i in range(3))
    peer_wall, peer_cpu = (min(its[i] for _, its in runs) for i in range(2))
    print("%-32s %6.2f s  peer %6.2f s  ratio %5.2f  cpu %5.2f  %5.0f MB   peer: %s" % (
        what, wall, peer_wall, wall / peer_wall, cpu / peer_cpu, peak, " ".join(os.path.basename(x) for x in peer)))


def main():
    with tempfile.TemporaryDirectory() as folder:
        bam, bed = os.environ.get("BENCH_BAM", os.path.join(folder, "x.bam")), os.path.join(folder, "panel.bed")
        if "BENCH_BAM" not in os.environ:
            make_bam(bam)
        regions(bed)
        bare, floor = os.path.join(folder, "bare.bam"), os.path.join(folder, "bare_inflate")
        os.symlink(os.path.realpath(bam), bare)  # the same file without an index beside it
        subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-D_XOPEN_SOURCE=700", "-O2", "-o", floor,
                        os.path.join(ROOT, "tests", "bench", "bare_inflate.c"), "-ldeflate", "-pthread"], check=True)
        print("%.0f MB, ratio = ours / peer (below 1: faster), MB = our peak memory" % (os.path.getsize(bam) / 1e6))
        for n in ("1", "2"):
            sample = [PROGRAM, "sample", "--id", "x", "-@" + n]
            line("streamed DNA, -@%s" % n, sample + ["--dna", bare], [floor, n, bam])
            line("streamed DNA, -@%s" % n, sample + ["--dna", bare], ["samtools", "view", "-c", "-@", n, bam])
            line("streamed RNA, -@%s" % n, sample + ["--rna", bare], [floor, n, bam])
            line("indexed DNA, -@%s" % n, sample + ["--dna", bam],
                 ["samtools", "view", "-c", "-M", "-L", bed, "-@", n, bam])
            line("indexed RNA and DNA, -@%s" % n, sample + ["--dna", bam, "--rna", again(folder, bam)],
                 ["samtools", "view", "-c", "-M", "-L", bed, "-@", n, bam])


def again(folder, bam):
    """The same bytes as another file: one file in two roles is refused."""
    copy = os.path.join(folder, "again.bam")
    if not os.path.exists(copy):
        shutil.copy(bam, copy)
        shutil.copy(bam + ".bai", copy + ".bai")
    return copy


main()
