"""What a page shows and an ID.json does not hold: every codon (`ras.coverage` in rows), and from the sample's evidence file the
counts of its haplotypes and the fragments that are drawn."""
import gzip
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sim"))
from simulate import Panel  # noqa: E402

STATES = {"m": "mutated", "w": "wild-type", "n": "not-assessable"}
MOST_ROWS = 5  # drawn of a haplotype and orientation


def numbers(ranges):
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def codons(ras):
    """Rows of every codon, those of `codons` as they stand."""
    told = {(c["gene"], c["codon"]): c for c in ras["codons"]}
    rows = []
    for t in ras["coverage"]:
        for number, depth, lod95, state in zip(numbers(t["codons"]), t["depth"], t["lod95"], t["state"]):
            own = told.get((t["gene"], number), {"source": None, "required": False, "hotspot": False})
            rows.append({**own, "gene": t["gene"], "codon": number, "state": STATES[state], "depth": depth,
                         "lod95": lod95, "transcript": t["transcript"]})
    return rows


def ids(panel, ras):
    """(transcript, number, bases) of each codon id: transcripts in their order, of a gene's second one what differs."""
    first = {t["transcript"]: next(numbers(t["codons"])) for t in ras["coverage"]}
    sequences, found = dict(panel.fasta("cds.fa")), []
    for refseq in panel.order:
        text = sequences[refseq]
        for number in range(first.get(refseq, 1), len(text) // 3 + 1):
            found.append((refseq, number, text[3 * number - 3:3 * number]))
    return found


def haplotype(code):
    return "indel" if code == 64 else "".join("ACGT"[code >> shift & 3] for shift in (4, 2, 0))


def steps(column):
    """The first differs from 0."""
    total = 0
    for step in column:
        total += step
        yield total


def counts(path, ras):
    """By input: {transcript: {number: (bases, {haplotype: [F1R2, F2R1]})}}, {(transcript, number): {haplotype: [[], []]}}"""
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        document = json.load(handle)
    panel = Panel(document["panel"]["name"])
    known = ids(panel, ras)
    for name in ("rna", "dna", "normal"):
        if not document["content"][name]:
            continue
        rows = document["content"][name]["codons"]
        found, drawn = {}, {}
        h = rows["haplotypes"]
        for codon, hap, side, n in zip(steps(h["codon"]), h["hap"], h["side"], h["n"]):
            refseq, number, bases = known[codon]
            seen = found.setdefault(refseq, {}).setdefault(number, (bases, {}))[1]
            seen.setdefault(haplotype(hap), [0, 0])[side] += n
        p = rows["pictures"]
        for codon, hap, side, text in zip(steps(p["codon"]), p["hap"], p["side"], p["text"]):
            sides = drawn.setdefault(known[codon][:2], {}).setdefault(haplotype(hap), [[], []])
            sides[side].append(text)
        yield name, found, drawn
