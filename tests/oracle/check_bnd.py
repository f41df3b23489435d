#!/usr/bin/env python3
"""BND records against the sequence they stand for: for every direction, read back what the record joins and compare it with
the derived chromosome that was planted; and `bcftools norm -c x` with the reference keeps every record.

$PLASMASTRAT: the program (default ./plasmastrat). Closes with counts as tests/run.sh reads them.
"""
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "bench", "ccnd1"))
from bench_junction import EVENTS, File, Genome, Panel, reverse_complement  # noqa: E402

A, B, ARM = 69300000, 106000000, 40  # last kept bases, 0-based; bases compared on each side
counts = {"ok": 0, "failed": 0, "skipped": 0}


def check(what, good, detail=""):
    counts["ok" if good else "failed"] += 1
    if not good:
        print("%s: %s" % (what, detail))


def planted(genome, keep_a, keep_b, inserted):
    left = genome.fetch("chr11", A - ARM + 1, A + 1) if keep_a == "left" else \
        reverse_complement(genome.fetch("chr11", A, A + ARM))
    right = genome.fetch("chr14", B, B + ARM) if keep_b == "right" else \
        reverse_complement(genome.fetch("chr14", B - ARM + 1, B + 1))
    return left + inserted + right


def joined(genome, contig, pos1, alt):
    """The bases that a record joins, ARM on each side, in the order its own side comes to it (VCF 4.3, section 5.4)."""
    where = re.fullmatch(r"([ACGTN]?)([\[\]])(\w+):(\d+)\2([ACGTN]?)", alt)
    before, bracket, mate, mate_pos1 = where.group(1), where.group(2), where.group(3), int(where.group(4))
    if before:  # own left part, then the mate's
        own = genome.fetch(contig, pos1 - ARM, pos1)
        other = genome.fetch(mate, mate_pos1 - 1, mate_pos1 - 1 + ARM) if bracket == "[" else \
            reverse_complement(genome.fetch(mate, mate_pos1 - ARM, mate_pos1))
        return own + other
    own = genome.fetch(contig, pos1 - 1, pos1 - 1 + ARM)
    other = genome.fetch(mate, mate_pos1 - ARM, mate_pos1) if bracket == "]" else \
        reverse_complement(genome.fetch(mate, mate_pos1 - 1, mate_pos1 - 1 + ARM))
    return other + own


def sparse_reference(genome, places, path):
    """One line a contig, holes but for the bases around the places; the index is written, not made."""
    index, offset = [], 0
    with open(path, "wb") as out:
        for contig in ("chr11", "chr14"):
            length = genome.panel.lengths[contig]
            out.seek(offset)
            out.write(b">%s\n" % contig.encode())
            offset += len(contig) + 2
            index.append("%s\t%d\t%d\t%d\t%d\n" % (contig, length, offset, length, length + 1))
            for pos1 in sorted(p for c, p in places if c == contig):
                out.seek(offset + pos1 - 51)
                out.write(genome.fetch(contig, pos1 - 51, pos1 + 50).encode())
            out.seek(offset + length)
            out.write(b"\n")
            offset += length + 1
    with open(path + ".fai", "w") as out:
        out.writelines(index)


def main():
    program = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
    genome = Genome(Panel("grch38"))
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("wgs30", "single", "clips", "clips-single", "pairs"):
            for keep_a in ("left", "right"):
                for keep_b in ("left", "right"):
                    for inserted in ("", "GATTACA"):
                        name = "-".join((kind, keep_a, keep_b, inserted or "plain"))
                        model = dict(EVENTS.get(kind) or dict(EVENTS["wgs30"], read=50, insert=(500, 50)), chance=0)
                        file = File(genome, name, model, "bnd")
                        file.junction(A, B, keep_a, keep_b, inserted, 40)
                        if kind == "pairs":  # only what spans the break in its insert
                            split = {x.split("\t")[0] for x in file.lines if x.split("\t")[5] != "50M"}
                            file.lines = [x for x in file.lines if x.split("\t")[0] not in split]
                        path = os.path.join(folder, name + ".sam")
                        with open(path, "w") as out:
                            out.write("@HD\tVN:1.6\tSO:unsorted\n" + "".join(
                                "@SQ\tSN:%s\tLN:%d\n" % c for c in genome.panel.lengths.items()))
                            out.writelines(file.lines)
                        subprocess.run([program, "sample", "--dna", path, "-o", folder, "-q"], check=True,
                                       stdout=subprocess.DEVNULL)
                        vcf = os.path.join(folder, name + ".ras.vcf.gz")
                        with gzip.open(vcf, "rt") as handle:
                            records = [x.split("\t") for x in handle if "SVTYPE=BND" in x]
                        check(name + ": records", len(records) == 2, len(records))
                        info = [dict((f.split("=") + [""])[:2] for f in r[7].split(";")) for r in records]
                        check(name + ": mates", len(records) == 2 and info[0]["MATEID"] == records[1][2] and
                              info[1]["MATEID"] == records[0][2] and info[0]["EVENT"] == info[1]["EVENT"], info)
                        check(name + ": precision", all(("IMPRECISE" in i) == (kind == "pairs") == ("CIPOS" in i)
                                                        for i in info), info)
                        want = planted(genome, keep_a, keep_b, "" if kind == "pairs" else inserted)
                        for r, i in zip(records, info):
                            pos1 = int(r[1])
                            check(name + ": REF", r[3] == genome.fetch(r[0], pos1 - 1, pos1), r[:5])
                            if kind == "pairs":
                                low, high = (int(x) for x in i["CIPOS"].split(","))
                                true = (A if r[0] == "chr11" else B) + 1
                                check(name + ": CIPOS", pos1 + low <= true <= pos1 + high, (r[:5], i["CIPOS"]))
                            elif not inserted:  # inserted bases are not in the record
                                text = joined(genome, r[0], pos1, r[4])
                                found = [t for t in (text, reverse_complement(text)) if t[10:-10] in want]
                                check(name + ": joined bases", bool(found), (r[:5], text, want))
                        if not shutil.which("bcftools"):
                            counts["skipped"] += 1
                            continue
                        reference = os.path.join(folder, "reference.fa")
                        sparse_reference(genome, [(r[0], int(r[1])) for r in records], reference)
                        kept = subprocess.run(["bcftools", "norm", "-c", "x", "-f", reference, vcf], text=True,
                                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
                        check(name + ": bcftools norm -c x", kept.count("SVTYPE=BND") == 2, kept[-300:])
    print("bnd: ok %(ok)d, failed %(failed)d, skipped %(skipped)d" % counts)
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
