#!/usr/bin/env python3
"""Inputs that ask for more than they should get: a million contigs, a CIGAR of 200,001 operations, endless lines, deep
nesting. Each ends in an answer or an error, within 60 s and, with LIMITED set, 1 GB of address space.
$PLASMASTRAT is the program under test.
"""
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata"
PROGRAM = os.environ.get("PLASMASTRAT", str(HERE.parent.parent / "plasmastrat"))
LIMIT = 1 << 30
passed = failed = 0


def limit():
    if os.environ.get("LIMITED"):  # sanitizers reserve terabytes
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))


def check(name, statuses, *arguments, said=""):
    global passed, failed
    try:
        r = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60,
                           preexec_fn=limit, text=True, errors="replace")
        good = r.returncode in statuses and said in r.stderr and (r.returncode == 0 or r.stderr.startswith("plasmastrat: "))
        what = f"exit status {r.returncode}: {r.stderr[-300:]}"
    except subprocess.TimeoutExpired:
        good, what = False, "hangs"
    passed += good
    failed += not good
    if not good:
        print(f"FAILED: {name}: {what}")


def contigs():
    text = subprocess.run(["samtools", "view", "-H", str(DATA / "PCL01.dna.bam")], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return "@HD\tVN:1.6\tSO:coordinate\n" + "".join(line + "\n" for line in text.splitlines() if line.startswith("@SQ"))


def record(cigar, length, name="r"):
    return f"{name}\t0\tchr12\t25205300\t60\t{cigar}\t*\t0\t0\t{'A' * length}\t{'I' * length}\n"


def main():
    with tempfile.TemporaryDirectory(prefix="plasmastrat-hostile.") as folder:
        folder = pathlib.Path(folder)
        os.chdir(folder)
        head = contigs()
        sample = ["sample", "--id", "X", "-o", "-", "-q"]

        many = folder / "million.sam"
        many.write_text(head + "".join(f"@SQ\tSN:ctg{i}\tLN:1000\n" for i in range(1000000)) + record("50M", 50))
        check("a million contigs, SAM", [0], *sample, "--dna", many)
        subprocess.run(["samtools", "view", "-b", "-o", "million.bam", str(many)], check=True)
        check("a million contigs, BAM", [0], *sample, "--dna", "million.bam")

        long = folder / "cigar.sam"
        n = 65535 // 2
        long.write_text(head + record("1M1I" * n + "1M", 2 * n + 1, "r1") + record("1M1D" * 100000 + "1M", 100001, "r2"))
        check("65,535 and 200,001 operations, SAM", [0], *sample, "--dna", long)
        subprocess.run(["samtools", "view", "-b", "-o", "cigar.bam", str(long)], check=True)
        check("65,535 and 200,001 operations, BAM", [0], *sample, "--dna", "cigar.bam")
        check("the same as RNA", [0, 1], *sample, "--rna", "cigar.bam")

        huge = folder / "gap.sam"
        huge.write_text(head + record("25M268435455N25M", 50) * 1000)
        check("gaps of 268 Mb", [0, 1], *sample, "--rna", huge)

        lines = (DATA / "VCF01.mutect2.vcf").read_text().splitlines()
        top = "\n".join(line for line in lines if line.startswith("#"))
        fields = next(line for line in lines if not line.startswith("#")).split("\t")
        with open("info.vcf", "w") as f:
            f.write(top + "\n" + "\t".join(fields[:7]) + "\tXX=")
            for _ in range(300):
                f.write("A" * 1000000)
            f.write("\t" + "\t".join(fields[8:]) + "\n")
        check("an INFO field of 300 MB", [1], *sample, "--vcf", "info.vcf", said="info.vcf:")
        (folder / "alleles.vcf").write_text(top + "\n" + "\t".join(
            fields[:4] + [",".join("ACGT"[i % 4] * (1 + i // 4) for i in range(20000))] + fields[5:]) + "\n")
        check("20,000 alleles", [0, 1], *sample, "--vcf", "alleles.vcf")

        (folder / "deep.json").write_text("[" * 1000000)
        check("a million brackets", [1], "explain", "deep.json", said="deep.json")
        (folder / "wide.tsv").write_text("\t".join(["sample_id"] + [f"c{i}" for i in range(200000)]) + "\n")
        check("a sheet of 200,000 columns", [2], "batch", "wide.tsv", "-o", "out", said="wide.tsv")
        with open("long.tsv", "w") as f:
            f.write("sample_id\tdna\n" + "x" * 50000000 + "\ty.bam\n")
        check("a cell of 50 MB", [2], "batch", "long.tsv", "-o", "out", said="long.tsv")
        (folder / "nul.tsv").write_bytes(b"sample_id\tdna\nA\0B\tx.bam\n")
        check("a NUL byte", [2], "batch", "nul.tsv", "-o", "out", said="nul.tsv:2")
        check("a folder as input", [1], *sample, "--dna", folder)
        check("an endless input", [1], *sample, "--dna", "/dev/zero")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
