#!/usr/bin/env python3
"""Damaged inputs: bits flipped and ends cut off at seeded places of every kind of file that is read. The answer is an
error that names the file, or the right answer; never a crash, a hang or another answer. Compressed indexes are also
inflated, damaged and compressed again: their checksums do not tell then.

FLIPS (default 300) is the number of damaged files. $PLASMASTRAT is the program under test.
"""
import gzip
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

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

    def __init__(self, name, file, *arguments, weight=1, text=False, inside=False):
        self.name, self.file, self.arguments, self.weight, self.text = name, file, arguments, weight, text
        self.inside = inside # what was compressed is damaged, not the compressed bytes
        self.wrong = self.refused = self.right = 0


BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def stored_block(data):
    """A BGZF block that is not compressed."""
    body = b"\1" + struct.pack("<HH", len(data), len(data) ^ 0xffff) + data
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", 18 + len(body) + 8 - 1)
    return head + body + struct.pack("<II", zlib.crc32(data), len(data))


def stored(path, data):
    path.write_bytes(b"".join(stored_block(data[i:i + 65000]) for i in range(0, len(data), 65000)) + BGZF_END)


def big_variants(folder, name="big", n_filler=800):
    """A VCF and a BCF that are big enough to be read by index: 52 MB, most of it header."""
    lines = (DATA / "VCF01.mutect2.vcf").read_text().splitlines(keepends=True)
    header = [l for l in lines if l.startswith("##")]
    filler = [f"##filler{i}={'x' * 65000}\n" for i in range(n_filler)]
    vcf, bcf = folder / f"{name}.vcf.gz", folder / f"{name}.bcf"
    stored(vcf, "".join(header + filler + two_more(lines[len(header):])).encode())
    subprocess.run(["tabix", "-p", "vcf", vcf], check=True)
    stored(bcf, subprocess.run(["bcftools", "view", "--no-version", "-Ou", vcf], stdout=subprocess.PIPE,
                               check=True).stdout)
    subprocess.run(["bcftools", "index", bcf], check=True)
    return [(vcf, ".tbi"), (bcf, ".csi")]


def two_more(rows):
    """Rows of KRAS A146T and Q61H: two places that an index has in one chunk."""
    row = rows[-1].split("\t")
    more = ["\t".join([*row[:1], pos, ".", *change, *row[5:]]) for pos, *change in (("25225628", "C", "T"), ("25227341", "T", "G"))]
    return rows[:-1] + more + rows[-1:]


def check_big_variants(folder):
    """Big VCF and BCF as by reading them whole, with an index that is of another file, and with an end that is missing: what
    went wrong."""
    one = ["sample", "--id", "X", "-o", "-", "--vcf"]
    others = big_variants(folder, "other", 801)
    wrong, n = [], 0

    def check(name, good, said):
        nonlocal n
        n += 1
        if not good:
            wrong.append(f"{name}: {said[-200:].decode(errors='replace')}")

    lines = (DATA / "VCF01.mutect2.vcf").read_text().splitlines(keepends=True)
    small = folder / "small.vcf"
    small.write_text("".join([l for l in lines if l.startswith("##")] + two_more([l for l in lines if not l.startswith("##")])))
    status, out, said = run(*one, small)
    whole = answer(out)
    check("three places", status == 0 and len(whole["ras"]["variants"]) >= 3, said)
    for path in (folder / "big.vcf.gz", folder / "big.bcf"):
        status, out, said = run(*one, path)
        check(f"{path.name}: by its index as whole", status == 0 and answer(out) == whole, said + b" or another answer")
    for (path, suffix), (other, _) in zip([(folder / "big.vcf.gz", ".tbi"), (folder / "big.bcf", ".csi")], others):
        wanted = answer(run(*one, path)[1])
        status, out, said = run(*one, f"{path}##idx##{other}{suffix}")
        check(f"{path.name}: index of another file", status == 0 and answer(out) == wanted, said)
        cut = folder / f"cut.{path.name}"
        for missing, what in ((28, "end marker"), (300, "last block")):
            cut.write_bytes(path.read_bytes()[:-missing])
            shutil.copy(f"{path}{suffix}", f"{cut}{suffix}")
            status, out, said = run(*one, cut)
            check(f"{path.name}: without its {what}", status == 1 and path.name.encode() in said, said)
        cut.unlink()
    nul = folder / "nul.vcf.gz"
    text = gzip.decompress((folder / "big.vcf.gz").read_bytes())
    stored(nul, text.replace(b"DP=400;", b"DP\x00400;"))
    shutil.copy(folder / "big.vcf.gz.tbi", folder / "nul.vcf.gz.tbi")
    status, out, said = run(*one, nul)
    check("big.vcf.gz: a NUL byte", status == 1 and b"NUL byte" in said, said)
    for path in [p for p, _ in others] + [nul]:
        path.unlink()
    return n, wrong


def kinds(folder):
    big_variants(folder)
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
        Kind("CSI inside", "IMM01.dna.bam.csi", *one, "--dna", folder / "IMM01.dna.bam", weight=5, inside=True),
        Kind("RNA CSI inside", "PCL01.rna.bam.csi", *one, "--rna", folder / "PCL01.rna.bam", weight=5, inside=True),
        Kind("TBI inside", "big.vcf.gz.tbi", *one, "--vcf", folder / "big.vcf.gz", weight=2, inside=True),
        Kind("CSI of BCF inside", "big.bcf.csi", *one, "--vcf", folder / "big.bcf", inside=True),
        Kind("CRAM", "PCL01.dna.cram", *one, "--dna", folder / "PCL01.dna.cram", weight=4),
        Kind("CRAI", "PCL01.dna.cram.crai", *one, "--dna", folder / "PCL01.dna.cram"),
        Kind("CRAI inside", "PCL01.dna.cram.crai", *one, "--dna", folder / "PCL01.dna.cram", weight=3, inside=True),
        Kind("VCF", "VCF01.mutect2.vcf", *one, "--vcf", folder / "VCF01.mutect2.vcf", weight=2, text=True),
        Kind("sheet", "one.tsv", "batch", sheet, "-o", folder / "batch", "--force", text=True),
        Kind("panel", "panel/limits.tsv", *one, "--vcf", folder / "VCF01.mutect2.vcf", "-p", folder / "panel", text=True),
        Kind("panel codons", "panel/cds.fa", *one, "--vcf", folder / "VCF01.mutect2.vcf", "-p", folder / "panel", text=True),
        Kind("model", "model.tsv", *one, "--vcf", folder / "VCF01.mutect2.vcf", "--model", folder / "model.tsv", text=True),
        Kind("JSON", "done/PCL01.json", "stratify", folder / "done/PCL01.json", "-o", "-", weight=2),
    ]


def damage_inside(data, draw):
    data = bytearray(gzip.decompress(data))
    at, way = draw.randrange(4, len(data) - 8), draw.choice("byte bit bit word".split())
    if way == "word":
        data[at:at + 8] = struct.pack("<Q", draw.getrandbits(64) >> draw.choice([0, 16, 32, 45]))
    elif way == "byte":
        data[at] = draw.randrange(256)
    else:
        data[at] ^= 1 << draw.randrange(8)
    return gzip.compress(bytes(data), mtime=0)


def damage(data, draw):
    data = bytearray(data)
    if draw.random() < 0.1:
        return bytes(data[:draw.randrange(len(data))])
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def try_one(kind, folder, whole, wanted, draw, note):
    path = folder / kind.file
    data = (damage_inside if kind.inside else damage)(whole, draw)
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
    flips = int(os.environ.get("FLIPS", "300"))
    note = pathlib.Path(tempfile.gettempdir()) / "plasmastrat-flips"
    note.mkdir(exist_ok=True)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="plasmastrat-flips.") as name:
        folder = pathlib.Path(name) / "data"
        shutil.copytree(DATA, folder)
        every = [k for k in kinds(folder) if os.environ.get("KIND", k.name) == k.name]
        total = sum(k.weight for k in every)
        n, wrong = check_big_variants(folder)
        passed, failed = n - len(wrong), len(wrong)
        for what in wrong:
            print(f"FAILED: {what}")
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
