#!/usr/bin/env python3
"""Damaged inputs: bits flipped and ends cut off at seeded places of every kind of file that is read. The answer is an
error that names the file, or the right answer; never a crash, a hang or another answer.

FLIPS (default 1000) is the number of damaged files. $PLASMASTRAT is the program under test.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata"
PROGRAM = os.environ.get("PLASMASTRAT", str(HERE.parent.parent / "plasmastrat"))


def run(*arguments):
    try:
        r = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    except subprocess.TimeoutExpired:
        return None, b"", b"hangs"
    return r.returncode, r.stdout, r.stderr


def answer(output):
    """The result without the names of what was read."""
    try:
        result = json.loads(output)
    except ValueError:
        return None
    result.pop("inputs", None)
    return result


class Kind:
    """A file to damage (a path in the folder), and the command line that reads it."""

    def __init__(self, name, file, *arguments, weight=1, text=False):
        self.name, self.file, self.arguments, self.weight, self.text = name, file, arguments, weight, text
        self.wrong = self.refused = self.right = 0


def kinds(folder):
    sheet = folder / "one.tsv"
    sheet.write_text("sample_id\trna\tdna\nPCL01\tPCL01.rna.bam\tPCL01.dna.bam\n")
    run("panel", "export", "grch38", folder / "panel")
    model = (HERE.parent.parent / "panels/common/model.rationale.tsv").read_text()
    (folder / "model.tsv").write_text(model.replace("name\trationale", "name\tmine"))  # a built-in's name is refused
    run("sample", "--id", "PCL01", "--dna", folder / "PCL01.dna.bam", "--rna", folder / "PCL01.rna.bam", "-o",
        folder / "done", "-q")
    one = ["sample", "--id", "X", "-o", "-", "-@", "1"]
    return [
        Kind("BAM", "PCL01.dna.bam", *one, "--dna", folder / "PCL01.dna.bam", weight=4),
        Kind("RNA BAM", "PCL01.rna.bam", *one, "--rna", folder / "PCL01.rna.bam", weight=2),
        Kind("BAI", "PCL01.dna.bam.bai", *one, "--dna", folder / "PCL01.dna.bam", weight=4),
        Kind("CSI", "IMM01.dna.bam.csi", *one, "--dna", folder / "IMM01.dna.bam", weight=2),
        Kind("CRAM", "PCL01.dna.cram", *one, "--dna", folder / "PCL01.dna.cram", weight=4),
        Kind("CRAI", "PCL01.dna.cram.crai", *one, "--dna", folder / "PCL01.dna.cram"),
        Kind("VCF", "VCF01.mutect2.vcf", *one, "--vcf", folder / "VCF01.mutect2.vcf", weight=2, text=True),
        Kind("sheet", "one.tsv", "batch", sheet, "-o", folder / "batch", "--force", text=True),
        Kind("panel", "panel/limits.tsv", *one, "--vcf", folder / "VCF01.mutect2.vcf", "-p", folder / "panel", text=True),
        Kind("panel codons", "panel/cds.fa", *one, "--vcf", folder / "VCF01.mutect2.vcf", "-p", folder / "panel", text=True),
        Kind("model", "model.tsv", *one, "--vcf", folder / "VCF01.mutect2.vcf", "--model", folder / "model.tsv", text=True),
        Kind("JSON", "done/PCL01.json", "stratify", folder / "done/PCL01.json", "-o", "-", weight=2),
    ]


def damage(data, draw):
    data = bytearray(data)
    if draw.random() < 0.1:
        return bytes(data[:draw.randrange(len(data))])
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def try_one(kind, folder, whole, wanted, draw, note):
    path = folder / kind.file
    data = damage(whole, draw)
    stamp = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    status, out, said = run(*kind.arguments)
    path.write_bytes(whole)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    if status in (1, 2) and said.startswith(b"plasmastrat: "):
        kind.refused += 1
    elif status == 0 and (kind.text or answer(out) == wanted):
        kind.right += 1 # an edited table is another table: what it says is followed, if it is sane
    else:
        kind.wrong += 1
        keep = note / f"{kind.name.replace(' ', '_')}.{kind.wrong}"
        if kind.wrong <= 3:
            keep.write_bytes(data)
        print(f"FAILED: {kind.name}: exit status {status}: {said[-200:].decode(errors='replace')} {keep}")


def main():
    draw = random.Random(int(os.environ.get("SEED", "5")))
    flips = int(os.environ.get("FLIPS", "1000"))
    note = pathlib.Path(tempfile.gettempdir()) / "plasmastrat-flips"
    note.mkdir(exist_ok=True)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="plasmastrat-flips.") as name:
        folder = pathlib.Path(name) / "data"
        shutil.copytree(DATA, folder)
        every = [k for k in kinds(folder) if os.environ.get("KIND", k.name) == k.name]
        total = sum(k.weight for k in every)
        for kind in every:
            status, out, said = run(*kind.arguments)
            if status != 0:
                print(f"FAILED: {kind.name}: undamaged: {said.decode()}")
                failed += 1
                continue
            wanted, whole = answer(out), (folder / kind.file).read_bytes()
            for _ in range(max(1, flips * kind.weight // total)):
                try_one(kind, folder, whole, wanted, draw, note)
            print(f"{kind.name}: {kind.refused} refused, {kind.right} right, {kind.wrong} wrong")
            passed += kind.refused + kind.right
            failed += kind.wrong
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
