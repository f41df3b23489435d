#!/usr/bin/env python3
"""Checks of `plasmastrat lod` tables for lod.sh. Exit status 0: as expected."""
import json
import math
import sys


def rows(path):
    lines = [line.rstrip("\n") for line in open(path)]
    assert lines[0].startswith("##plasmastrat "), lines[0]
    lines = [line for line in lines if not line.startswith("##")]
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]


def number(text):
    return None if text == "." else float(text)


def limits(table, sample):
    """One row per hotspot codon, KRAS and NRAS first, each with the numbers of the JSON."""
    ras = json.load(open(sample))["ras"]
    wanted = [c for c in ras["codons"] if c.get("hotspot") or c.get("required")] + ras["context_codons"]
    seen = rows(table)
    assert list(seen[0]) == "gene codon chrom pos depth lod95 state limit source".split(), list(seen[0])
    by_name = {(c["gene"], c["codon"]): c for c in wanted}
    assert len(by_name) == len(wanted) and len(wanted) >= 40, len(wanted)
    assert [(r["gene"], int(r["codon"])) for r in seen] == [(c["gene"], c["codon"]) for c in wanted]
    genes = list(dict.fromkeys(r["gene"] for r in seen))
    assert genes == ["KRAS", "NRAS", "HRAS", "BRAF"], genes
    for r in seen:
        c = by_name[r["gene"], int(r["codon"])]
        assert number(r["depth"]) == c["depth"], (r, c)
        assert number(r["lod95"]) == c["lod95"], (r, c)
        assert r["state"] == c["state"], (r, c)
        assert number(r["limit"]) == ras["lod95_limit"] if "lod95_limit" in ras else True, r
        assert (None if r["source"] == "." else r["source"]) == c["source"], (r, c)


def dilution(table, gene, variant):
    """Found rises with the fraction, never at 0, always at 10 % VAF; interval and expectation as defined."""
    seen = rows(table)
    names = "gene variant mutant_vaf fraction expected_vaf repeats found found_share low high depth hgvs_c".split()
    assert list(seen[0]) == names, list(seen[0])
    assert all(r["gene"] == gene and r["variant"] == variant for r in seen)
    found = [int(r["found"]) for r in seen]
    vafs = [float(r["expected_vaf"]) for r in seen]
    assert found == sorted(found) and vafs == sorted(vafs), (found, vafs)
    assert found[0] == 0 and float(seen[0]["fraction"]) == 0
    assert found[-1] == int(seen[-1]["repeats"]) and 0.09 < vafs[-1] < 0.11, seen[-1]
    assert any(0 < n < int(seen[0]["repeats"]) for n in found), found
    for r in seen:
        n, f = int(r["repeats"]), float(r["fraction"])
        assert n == 60
        assert math.isclose(float(r["found_share"]), int(r["found"]) / n, rel_tol=1e-5, abs_tol=1e-9)
        assert float(r["low"]) <= float(r["found_share"]) <= float(r["high"])
        # the rest is what the wild-type file itself shows: at fraction 0, all of it
        want = f * float(r["mutant_vaf"]) + (1 - f) * vafs[0]
        assert math.isclose(float(r["expected_vaf"]), want, rel_tol=1e-4, abs_tol=1e-9), (r, want)
    # Jeffreys interval of 0/60 and 60/60: Beta(0.5, 60.5) at 0.975 (scipy)
    assert math.isclose(float(seen[0]["high"]), 0.0408339, rel_tol=1e-4), seen[0]
    assert math.isclose(float(seen[-1]["low"]), 1 - 0.0408339, rel_tol=1e-4), seen[-1]


def mixtures(table, *samples):
    """Mean VAF and number found of real mixtures against the table's expectation: four standard deviations."""
    row = [r for r in rows(table) if r["variant"] == "G12D"][0]
    vaf, share, depth = float(row["expected_vaf"]), float(row["found_share"]), float(row["depth"])
    alts, depths, found = [], [], 0
    for path in samples:
        ras = json.load(open(path))["ras"]
        alt = 0
        for v in ras["variants"]:
            if v["gene"] == "KRAS" and v["protein"] == "G12D":
                alt = v["alt_depth"]
                found += v["filter"] == "PASS"
        codon = [c for c in ras["codons"] if (c["gene"], c["codon"]) == ("KRAS", 12)][0]
        alts.append(alt)
        depths.append(codon["depth"])
    n = len(samples)
    sd = math.sqrt(vaf * (1 - vaf) / depth / n)
    mean = sum(alts) / sum(depths)
    # a candidate too weak to be listed is seen here as 0: at low VAF the mean may be that much lower
    slack = 2 / depth if vaf < 0.02 else 0
    assert vaf - 4 * sd - slack < mean < vaf + 4 * sd, (mean, vaf, sd)
    assert abs(sum(depths) / n - depth) < 4 * math.sqrt(depth), (depths, depth)
    sd = math.sqrt(n * max(share * (1 - share), 0.02))
    assert abs(found - n * share) <= 4 * sd, (found, n * share)


if __name__ == "__main__":
    {"limits": limits, "dilution": dilution, "mixtures": mixtures}[sys.argv[1]](*sys.argv[2:])
