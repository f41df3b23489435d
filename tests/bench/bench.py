#!/usr/bin/env python3
"""Speed as ratios: plasmastrat and its peer on the same file, same threads, in the same run.

Files are made once per run, seeded: a whole-genome-like BAM (BENCH_READS reads, default 2,000,000; BENCH_BAM: an indexed
file to use instead), the same with spliced reads in the panel's genes for RNA, one of many short records, one amplicon of
a million fragments, CRAMs of the genome, and a sheet of 200 small samples. Everything is timed as the best of three, taken in turn. A line for
each ratio, with the peer's command; "cpu" compares processor seconds, which other work on the machine disturbs less.
$PLASMASTRAT is the program, $CC compiles the floor under every reader of a whole file, bare_inflate.c.
"""
import os
import random
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
PANEL_CRAM = os.path.join(ROOT, "..", "shared", "cases", "alignments", "cram_index_slower", "cram_v30.hmfpanel_T.GRCh38.cram")
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


POOL = 500


FEW = ",:FFFFFFFFFFFFFFFFFFFF"  # few quality values, mostly the best one, as sequencers write them today
MANY = "".join(chr(33 + q) for q in range(3, 42))  # 39 values, as older machines and consensus callers write them


def pools(rng, length, qualities=FEW):
    bases = ["".join(rng.choice("ACGT") for _ in range(length)) for _ in range(POOL)]
    quality = ["".join(rng.choice(qualities) for _ in range(length)) for _ in range(POOL)]
    return bases, quality


def introns():
    """(contig, exon end, next exon's start) between the panel's exons that hold half a read each."""
    with open(os.path.join(ROOT, "panels", "grch38", "exons.bed")) as handle:
        rows = [line.rstrip("\n").split("\t") for line in handle if not line.startswith("#")]
    # random bases in RAS and RAF would be thousands of variants
    rows = sorted((row for row in rows if row[3] not in ("KRAS", "NRAS", "HRAS", "BRAF")),
                  key=lambda row: (row[3], row[0], int(row[1])))
    for one, two in zip(rows, rows[1:]):
        if one[3] == two[3] and min(int(r[2]) - int(r[1]) for r in (one, two)) >= 75 and int(one[2]) < int(two[1]):
            yield one[0], int(one[2]), int(two[1])


def write_bam(path, lines_of):
    """lines_of(contig, length): its records as (pos1, text), in any order."""
    writer = subprocess.Popen(["samtools", "view", "-b", "-@1", "-o", path, "-"], stdin=subprocess.PIPE)
    out = writer.stdin
    out.write(b"@HD\tVN:1.6\tSO:coordinate\n")
    for name, length in contigs():
        out.write(("@SQ\tSN:%s\tLN:%d\n" % (name, length)).encode())
    for name, length in contigs():
        for _, text in sorted(lines_of(name, length)):
            out.write(text.encode())
    out.close()
    if writer.wait():
        sys.exit("samtools could not write the BAM")
    subprocess.run(["samtools", "index", path], check=True)


def make_genome(path, spliced=0):
    rng = random.Random(20)
    bases, quality = pools(rng, 150)
    total = sum(length for _, length in contigs())
    joins = list(introns()) if spliced else []
    serial = [0]

    def lines(name, length):
        rows = []
        for _ in range(READS * length // total):
            serial[0] += 1
            pos, flag = rng.randrange(length - 600) + 1, 99 if serial[0] % 2 else 147
            rows.append((pos, "r%d\t%d\t%s\t%d\t60\t150M\t=\t%d\t%d\t%s\t%s\n" % (
                serial[0], flag, name, pos, pos + 199, 350 if flag == 99 else -350, bases[serial[0] % POOL],
                quality[serial[0] * 7 % POOL])))
        for contig, end, begin in joins:
            for k in range(spliced if contig == name else 0):
                serial[0] += 1
                rows.append((end - 74, "s%d\t0\t%s\t%d\t60\t75M%dN75M\t*\t0\t0\t%s\t%s\tNH:i:1\n" % (
                    serial[0], name, end - 74, begin - end, bases[serial[0] % POOL], quality[k % POOL])))
        return rows
    write_bam(path, lines)


def make_short(path):
    """Records of 36 bases: parsing weighs more than inflating."""
    rng = random.Random(21)
    bases, _ = pools(rng, 36)

    def lines(name, length):
        return [(1 + 120 * i, "r%d\t0\t%s\t%d\t60\t36M\t*\t0\t0\t%s\t%s\n" % (i, name, 1 + 120 * i, bases[i % POOL], "F" * 36))
                for i in range(length // 121 if name == "chr1" else 0)]
    write_bam(path, lines)


def exon_of_kras_12():
    """(first base, sequence) of the panel's window over KRAS codons 12 and 13."""
    with open(os.path.join(ROOT, "panels", "grch38", "windows.fa")) as handle:
        for record in handle.read().split(">")[1:]:
            head, *rows = record.splitlines()
            beg1, end1 = (int(x) for x in head.split()[0].split(":")[1].split("-"))
            if head.endswith("KRAS") and beg1 <= 25245350 <= end1:
                return beg1, "".join(rows)
    raise SystemExit("windows.fa has no KRAS codon 12")


def make_amplicon(path, qualities=FEW, pairs=1000000):
    """Read pairs over the exon of KRAS codons 12 and 13; one base in 500 is wrong."""
    rng = random.Random(22)
    _, quality = pools(rng, 100, qualities)
    beg1, exon = exon_of_kras_12()

    def read(offset):
        text = exon[offset:offset + 100]
        if rng.random() < 0.2:
            at = rng.randrange(100)
            text = text[:at] + rng.choice("ACGT") + text[at + 1:]
        return text

    def lines(name, length):
        rows = []
        for i in range(pairs if name == "chr12" else 0):
            here, there = i % 7, 60 + i % 7
            for flag, one, other, size in ((99, here, there, 160), (147, there, here, -160)):
                rows.append((beg1 + one, "a%d\t%d\t%s\t%d\t60\t100M\t=\t%d\t%d\t%s\t%s\n" % (
                    i, flag, name, beg1 + one, beg1 + other, size, read(one), quality[i % POOL])))
        return rows
    write_bam(path, lines)


def make_sheet(path):
    with open(os.path.join(ROOT, "testdata", "sheet.tsv")) as handle:
        head, *rows = [line.rstrip("\n").split("\t") for line in handle]
    with open(path, "w") as out:
        out.write("\t".join(head) + "\n")
        for k in range(200):
            row = dict(zip(head, rows[k % len(rows)]), sample_id="S%d" % k)
            for role in ("rna", "dna", "vcf"):
                if row[role] != ".":
                    row[role] = os.path.join(ROOT, "testdata", row[role])
            out.write("\t".join(row[name] for name in head) + "\n")


MAKERS = {"genome": make_genome, "rna": lambda path: make_genome(path, 40), "short": make_short,
          "amplicon": make_amplicon, "amplicon39": lambda path: make_amplicon(path, MANY)}


def make(kind, path):
    """In a process of its own: the peak memory of a child counts what its parent had when it was started."""
    subprocess.run([sys.executable, os.path.abspath(__file__), "--make", kind, path], check=True)
    return path


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


def alone(what, command):
    runs = [once(command) for _ in range(2)]
    wall, cpu, peak = (min(run[i] for run in runs) for i in range(3))
    print("%-32s %6.2f s  processor %6.2f s  %5.0f MB" % (what, wall, cpu, peak))
    return wall


def bench_readers(folder, floor):
    bed = os.path.join(folder, "panel.bed")
    regions(bed)
    bam = os.environ.get("BENCH_BAM") or make("genome", os.path.join(folder, "x.bam"))
    rna = make("rna", os.path.join(folder, "rna.bam"))
    short = make("short", os.path.join(folder, "short.bam"))
    os.remove(short + ".bai")
    bare, bare_rna = os.path.join(folder, "bare.bam"), os.path.join(folder, "bare_rna.bam")
    os.symlink(os.path.realpath(bam), bare)  # the same files without an index beside them
    os.symlink(rna, bare_rna)
    print("%.0f MB, ratio = ours / peer (below 1: faster), MB = our peak memory" % (os.path.getsize(bam) / 1e6))
    for n in ("1", "2"):
        sample = [PROGRAM, "sample", "--id", "x", "-@" + n]
        count = ["samtools", "view", "-c", "-@", n]
        line("streamed DNA, -@%s" % n, sample + ["--dna", bare], [floor, n, bam])
        line("streamed DNA, -@%s" % n, sample + ["--dna", bare], count + [bam])
        line("streamed RNA, -@%s" % n, sample + ["--rna", bare_rna], [floor, n, rna])
        line("streamed short records, -@%s" % n, sample + ["--dna", short], [floor, n, short])
        line("streamed short records, -@%s" % n, sample + ["--dna", short], count + [short])
        line("indexed DNA, -@%s" % n, sample + ["--dna", bam], count + ["-M", "-L", bed, bam])
        line("indexed RNA and DNA, -@%s" % n, sample + ["--dna", bam, "--rna", rna], count + ["-M", "-L", bed, bam])


def make_cram(bam, cram, *more):
    """Bases against a reference of its own: random bases would be no alignment to another."""
    options = ["--output-fmt-option=" + x for x in ("embed_ref=2",) + more]
    subprocess.run(["samtools", "view", "-C", *options, "-o", cram, bam], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["samtools", "index", cram], check=True)
    return cram


def bench_cram(folder):
    """By index: a genome, the same with slices as short as at 2x, and a small panel's file, where there is one."""
    bed = os.path.join(folder, "panel.bed")
    regions(bed)
    bam = os.environ.get("BENCH_BAM") or make("genome", os.path.join(folder, "c.bam"))
    files = [("indexed CRAM", make_cram(bam, os.path.join(folder, "x.cram"))),
             ("indexed CRAM, short slices", make_cram(bam, os.path.join(folder, "y.cram"), "seqs_per_slice=500"))]
    if os.path.exists(PANEL_CRAM):
        files.append(("indexed CRAM of a small panel", PANEL_CRAM))
    for what, cram in files:
        line(what + ", -@1", [PROGRAM, "sample", "--id", "x", "-@1", "--dna", cram],
             ["samtools", "view", "-c", "-M", "-L", bed, cram])


def bench_deep(folder):
    for kind, what in (("amplicon", "1,000,000x amplicon"), ("amplicon39", "with 39 quality values")):
        deep = make(kind, os.path.join(folder, kind + ".bam"))
        for n in ("1", "2"):
            alone("%s, -@%s" % (what, n), [PROGRAM, "sample", "--id", "x", "-@" + n, "--dna", deep])
        os.remove(deep + ".bai")
        alone("the same streamed, -@1", [PROGRAM, "sample", "--id", "x", "-@1", "--dna", deep])


def bench_batch(folder):
    sheet = os.path.join(folder, "sheet.tsv")
    make_sheet(sheet)
    one, two = (alone("batch of 200 small samples, -@%s" % n,
                      [PROGRAM, "batch", sheet, "-o", os.path.join(folder, "batch"), "--force", "-q", "-@" + n])
                for n in ("1", "2"))
    print("two threads are %.2f times as fast as one" % (one / two))


def main():
    with tempfile.TemporaryDirectory() as folder:
        floor = os.path.join(folder, "bare_inflate")
        subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-D_XOPEN_SOURCE=700", "-O2", "-o", floor,
                        os.path.join(ROOT, "tests", "bench", "bare_inflate.c"), "-ldeflate", "-pthread"], check=True)
        bench_batch(folder)
        bench_deep(folder)
        bench_readers(folder, floor)
        bench_cram(folder)


if sys.argv[1:2] == ["--make"]:
    MAKERS[sys.argv[2]](sys.argv[3])
else:
    main()
