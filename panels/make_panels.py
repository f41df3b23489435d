#!/usr/bin/env python3
"""Builds the tables of the built-in panels from the project's fact tables and its reference sequences.

    panels/make_panels.py FACTS_DIR REFERENCE_DIR [--test-variants FILE]

Writes panels/common and panels/{grch38,grch37} next to this script, but for common/limits.tsv, which is kept by hand. Nothing is typed in here that the facts hold:
only choices (which limits, which order, what to leave out) and their reasons. Everything that can be checked against
a second fact is checked, and the script stops at the first mismatch. Needs samtools for `faidx`.
--test-variants also writes the table of known variants with their consequences, as computed here, for the unit tests.
"""
import argparse
import difflib
import pathlib
import re
import subprocess
import sys

FLANK = 30  # bases of intron or UTR kept on each side of a coding exon: splice sites, and room to shift an indel
BUILDS = {"grch38": "GRCh38", "grch37": "GRCh37"}
TRANSCRIPTS = [  # gene, RefSeq, name in cds.fa and proteins.fa; order = which transcript names a change first
    ("KRAS", "NM_004985.5", "KRAS_4B"),
    ("KRAS", "NM_033360.4", "KRAS_4A"),
    ("NRAS", "NM_002524.5", "NRAS"),
    ("HRAS", "NM_005343.4", "HRAS"),
    ("BRAF", "NM_004333.6", None),  # its CDS is in no fact file: taken from the reference, which has BRAF complete
]
NO_REFERENCE = {"HRAS"}  # N in the reference: only its CDS is known
GENE_ORDER = ["cyclin", "ras", "raf", "reference", "plasma-cell", "other-cell"]
RAS_ORDER = ["KRAS", "NRAS", "HRAS", "BRAF"]
# c.483 of KRAS 4A differs between the builds (synonymous)
BUILD_CHANGES = {("grch37", "NM_033360.4"): [(483, "A", "G")]}
REQUIRED_GENES = {"KRAS", "NRAS"}
REQUIRED_CODONS = {12, 13, 59, 61, 117, 146}  # must be shown wild type before RAS is wild type
TRISOMY = {"3", "5", "7", "9", "11", "15", "19", "21"}  # hyperdiploid pattern of myeloma

CODE = dict(zip([a + b + c for a in "TCAG" for b in "TCAG" for c in "TCAG"],
                "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"))


def stop(message):
    sys.exit(f"make_panels: {message}")


def check(condition, message):
    if not condition:
        stop(message)


def rows(path):
    """Rows of a fact table as dicts; the header begins with '#'."""
    with open(path, encoding="ascii") as handle:
        names = handle.readline().lstrip("#").rstrip("\n").split("\t")
        out = []
        for line in handle:
            if not line.strip() or line.startswith("#"):
                continue
            cells = line.rstrip("\n").split("\t")
            check(len(cells) == len(names), f"{path}: a row has {len(cells)} of {len(names)} fields: {line!r}")
            out.append(dict(zip(names, cells)))
    return out


def fasta(path):
    out, name = {}, None
    for line in open(path, encoding="ascii"):
        line = line.strip()
        if line.startswith(">"):
            name = line[1:].split()[0]
            out[name] = ""
        elif name:
            out[name] += line.upper()
    return out


def revcomp(s):
    return s[::-1].translate(str.maketrans("ACGTN", "TGCAN"))


def translate(s):
    return "".join(CODE[s[i:i + 3]] for i in range(0, len(s) - len(s) % 3, 3))


def write(folder, name, header, lines, comments=()):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / name, "w", encoding="ascii", newline="\n") as out:
        for comment in comments:
            out.write(f"## {comment}\n")
        out.write("\t".join(header) + "\n")
        for line in lines:
            check(len(line) == len(header), f"{name}: {line}")
            out.write("\t".join(str(x) for x in line) + "\n")


def write_fasta(folder, name, records):
    with open(folder / name, "w", encoding="ascii", newline="\n") as out:
        for title, sequence in records:
            out.write(f">{title}\n")
            for i in range(0, len(sequence), 60):
                out.write(sequence[i:i + 60] + "\n")


# ---- the parts that do not depend on the build -----------------------------------------------------------------

BLOOD2002 = "Blood 2002;100:1101"
PREMISE = "premise: chosen, not measured"
KREMER = "0/28 by IHC (Kremer 2005, same study as its 26 myelomas) against 17/71 (Athanasiou 2001) or 32/74 by RNA (Soverini 2003), shrunk"
LESION_RAS = f"13/34 against 27/148 of its era ({BLOOD2002}) and 298/786 of today (facts/commpass_aggregates.tsv): both, shrunk"
MARROW_RAS = "studies disagree: 0/13 against about 18/58 (Blood 2005;105:317), an association with extramedullary disease in two of 2024"
NO_COUNTS = "no counts found: neutral"
MODELS = {  # ln likelihood ratios with sd; counts behind them: the notes. ccnd1+ very high, ccnd1~ intermediate, ccnd1- low
    "rationale": dict(
        basis="premise", specimen="any", required="ccnd1,ras",
        question="Does this sample carry the CCND1 and RAS changes that the trial rationale expects of a plasmacytoma "
                 "rather than of intramedullary myeloma?",
        weights={"ccnd1+": (1.2, 0.4, PREMISE), "ccnd1~": (-0.4, 0.4, PREMISE + "; 40 % of ordinary marrow myelomas show it"),
                 "ccnd1-": (-0.8, 0.3, PREMISE), "ras+": (1.2, 0.4, PREMISE), "ras-": (-0.8, 0.3, PREMISE)}),
    "emd-lesion": dict(
        basis="published", specimen="lesion", required="",
        question="Is this soft-tissue lesion of a patient with myeloma (extramedullary disease) unlike ordinary marrow "
                 "myeloma?",
        weights={"ccnd1+": (0.00, 0.50, NO_COUNTS), "ccnd1~": (0.00, 0.50, NO_COUNTS), "ccnd1-": (0.00, 0.50, NO_COUNTS),
                 "ras+": (0.25, 0.50, LESION_RAS), "ras-": (-0.15, 0.35, LESION_RAS)}),
    "marrow-compartment": dict(
        basis="published", specimen="marrow", required="",
        question="Is this the marrow of a patient who has an extramedullary tumour, rather than ordinary marrow myeloma?",
        weights={"ccnd1+": (0.00, 0.50, NO_COUNTS), "ccnd1~": (0.00, 0.50, NO_COUNTS), "ccnd1-": (0.00, 0.50, NO_COUNTS),
                 "ras+": (-0.30, 1.20, MARROW_RAS), "ras-": (0.10, 0.30, MARROW_RAS)}),
    "primary-solitary": dict(
        basis="published", specimen="lesion", required="",
        question="Is this a primary solitary extramedullary plasmacytoma rather than myeloma?",
        weights={"ccnd1+": (-2.30, 0.80, KREMER), "ccnd1~": (-1.50, 0.80, KREMER), "ccnd1-": (0.35, 0.20, KREMER),
                 "ras+": (-1.00, 0.80, "not detected in a review without denominator, shrunk"),
                 "ras-": (0.15, 0.20, "not detected in a review without denominator, shrunk")}),
}

# CCND1 per plasma cell, log2 of the median reference gene: facts/expression_centres_10_marrows.tsv and the three groups of
# facts/ccnd1_by_group_256.tsv, 16-fold apart.
LEVELS = [("low", -5.5, 1.5, "ten marrows: -7.7 to -4.3"), ("intermediate", 0, 1.1, "ten marrows: -1.5 to +0.9"),
          ("very_high", 5, 1.0, "ten marrows: +4.6 and +5.7")]
# Kinds of cell that express CCND1 themselves: their markers' median in such cells alone, and CCND1 there, at most.
OTHER_CCND1 = [("stroma", 3, 1, "assumption: fibroblasts express CCND1 at twice a reference gene, COL1A1, COL3A1 and DCN at eight times and more"),
               ("endothelium", 4, 1, "assumption: likewise, VWF"),
               ("epithelium", 3, 1, "assumption: likewise, KRT8, KRT18 and EPCAM")]
# Ordinary marrow myeloma. The levels' shares are rounded from the groups and from t(11;14) in 174 of 875.
POPULATION = [("name", "ordinary marrow myelomas", "."),
              ("ccnd1+", 0.22, "IGH::CCND1 in 174 of 875 (public cohort); Cyclin D-1 and D-2 groups: 65 of 256 (GSE4581)"),
              ("ccnd1~", 0.40, "Bergsagel, Blood 2005;106:296: biallelic CCND1 in about 40 %, mostly hyperdiploid"),
              ("ccnd1-", 0.38, "the rest"),
              ("ras+", None, "RAS mutated, newly diagnosed and other marrow, public cohort"), ("ras-", None, "the rest")]


def write_models(common):
    for name, model in MODELS.items():
        lines = [("name", name, ".", "."), ("basis", model["basis"], ".", "."),
                 ("question", model["question"], ".", "."), ("specimen", model["specimen"], ".", "."),
                 ("prior_odds", "1", ".", "plasmacytoma : intramedullary"),
                 ("plasmacytoma_at", "0.75", ".", "label plasmacytoma-like from this probability up"),
                 ("intramedullary_at", "0.25", ".", "label intramedullary from this probability down"),
                 ("required", model["required"], ".", "no definite label without these markers")]
        lines += [(key, f"{value:.2f}", f"{sd:.2f}", note) for key, (value, sd, note) in model["weights"].items()]
        write(common, f"model.{name}.tsv", ["key", "value", "sd", "note"], lines)


STATES = ("loss", "none", "gain", "more")  # one copy, two, three, four or more
PROBE_STATES = ("loss", "none", "gain_one", "gain_two_or_more")


def arm_margins(facts):
    """{(arm, group): [genomes by state]}, the mean of an arm's probes."""
    sums = {}
    for row in rows(facts / "arm_states_870.tsv"):
        arm = row["probe"].rstrip("0123456789")
        counts = [float(row[state]) for state in PROBE_STATES]
        check(sum(counts) == float(row["n"]), f"arm_states_870: {row['probe']} does not add up")
        total, probes = sums.get((arm, row["group"]), ([0] * 4, 0))
        sums[arm, row["group"]] = ([a + b for a, b in zip(total, counts)], probes + 1)
    return {key: [x / probes for x in total] for key, (total, probes) in sums.items()}


def joint_states(p, q, pair):
    """Genomes by the states of both arms, from each arm's own counts and from how often both move together. What the
    facts do not say: arms that have four copies or more go with a gained other arm as often as all gained ones do."""
    n, joint = sum(p), [[0.0] * 4 for _ in STATES]
    if pair is None:
        return [[a * b / n for b in q] for a in p]
    gained, lost, two = (float(pair[k]) for k in ("both_gained", "both_lost", "both_gained_two_or_more"))
    alone = float(pair["only_p_gained"]), float(pair["only_q_gained"])
    joint[3][3], joint[0][0] = two, lost
    for side, (own, other) in enumerate(((p, q), (q, p))):
        def add(mine, its, genomes):
            joint[mine if side == 0 else its][its if side == 0 else mine] += max(0.0, genomes)
        all_gained = gained + alone[side]
        more_with = min((own[3] - two) * gained / all_gained, (gained - two) / 2) if all_gained and own[3] > two else 0
        more_alone = min(max(0.0, own[3] - two - more_with), alone[side])
        add(3, 2, more_with)
        not_gained = other[0] + other[1]
        for state, share in ((0, (other[0] - lost) / not_gained), (1, 1 - (other[0] - lost) / not_gained)):
            add(3, state, more_alone * max(0.0, share))
            add(2, state, (alone[side] - more_alone) * min(1.0, max(0.0, share)))
    joint[2][2] = max(0.0, gained - two - joint[3][2] - joint[2][3])
    joint[0][1] = max(0.0, p[0] - lost - joint[0][2] - joint[0][3])
    joint[1][0] = max(0.0, q[0] - lost - joint[2][0] - joint[3][0])
    joint[1][1] = max(0.0, n - sum(map(sum, joint)))
    return joint


def write_karyotypes(common, facts, arms):
    margins, lines = arm_margins(facts), []
    pairs = {(row["chromosome"], row["group"]): row for row in rows(facts / "whole_chromosome_states_870.tsv")}
    for group in ("hyperdiploid", "not-hyperdiploid"):
        for chromosome in sorted({arm[:-1] for arm in arms}, key=int):
            q = margins[chromosome + "q", group]
            p = margins.get((chromosome + "p", group)) if chromosome + "p" in arms else None
            table = joint_states(p, q, pairs.get((chromosome, group))) if p else [q]
            check(abs(sum(map(sum, table)) - sum(q)) < 0.02 * sum(q), f"karyotypes: chromosome {chromosome} does not add up")
            for i, row in enumerate(table):
                lines += [(chromosome, group, STATES[i] if p else ".", STATES[j], f"{genomes:.2f}")
                          for j, genomes in enumerate(row) if genomes >= 0.005]
    write(common, "karyotypes.tsv", ["chromosome", "group", "p", "q", "genomes"], lines,
          ["newly diagnosed myelomas (870) by the copies of both arms: one, two, three, four or more; '.': no such arm",
           "from the arms' own states and from how often both arms are gained or lost together (whole-genome calls by probe)"])


def write_expression(common, facts):
    """Gene centres with their spread (MAD times 1.4826, as of a normal distribution), the three levels, other cells."""
    lines = []
    for row in rows(facts / "expression_centres_10_marrows.tsv"):
        role = row["role"]
        if role not in ("reference", "plasma-cell"):
            continue
        off = float(row["log2_median"]) < -10  # a plasma cell without it is none: a counting artefact
        lines.append((row["gene"], "." if off else row["log2_median"],
                      "." if off else f'{1.4826 * float(row["log2_mad"]):.2f}',
                      "near zero in this cohort, a counting artefact: not used" if off else "."))
    write(common, "expression_centres.tsv", ["gene", "log2", "sd", "note"], lines,
          ["log2 of length-normalised expression over the median reference gene: median and spread of ten CD138-selected "
           "marrows (public FPKM)"])
    write(common, "expression_levels.tsv", ["level", "log2", "sd", "source"], LEVELS,
          ["CCND1 per plasma cell in myeloma, log2 over the median reference gene; shares: population.tsv"])
    write(common, "expression_cells.tsv", ["cell", "marker_log2", "ccnd1_log2", "source"], OTHER_CCND1,
          ["other cells that express CCND1: their markers' median and CCND1 in such cells alone, log2 over the median reference gene"])


def write_population(common, facts):
    with open(facts / "commpass_aggregates.tsv") as handle:
        ras = next(line.split("\t") for line in handle if line.startswith("RAS mutated"))
    mutated = round(int(ras[1]) / int(ras[2]), 2)
    share = {"ras+": mutated, "ras-": round(1 - mutated, 2)}
    write(common, "population.tsv", ["key", "value", "source"],
          [(key, value if value is not None else share[key],
            source + (f": {ras[1]} of {ras[2].strip()}" if key == "ras+" else "")) for key, value, source in POPULATION],
          ["shares of each state of CCND1 and RAS where a model's rates are worked out; both are taken as independent"])


def cell_line_gene(gene, cell, protein, notes):
    """One gene's status in the words of `validate`: "KRAS G12D", "KRAS wild-type" or "KRAS ?"."""
    if cell in (".", ""):
        return [f"{gene} ?"]
    if cell.lower() == "wt":
        return [f"{gene} wild-type"]
    changes = []
    for part in cell.split("&"):
        change = re.sub(r"\s*-\s*(het|homo)\b.*$", "", part.strip(), flags=re.IGNORECASE)
        deletion = re.fullmatch(r"del([A-Z])(\d+)", change)
        if deletion:
            change = f"{deletion[1]}{deletion[2]}del"
        residue = re.fullmatch(r"([A-Z])(\d+)([A-Z]|del)", change)
        at = int(residue[2]) if residue else 0
        if not residue or not 1 <= at <= len(protein) or protein[at - 1] != residue[1] or residue[3] == "X":
            notes.append(f"{gene} {cell}: no change of this protein")
            return [f"{gene} ?"]
        changes.append(f"{gene} {change}")
    return changes


def cell_line_ras(row, proteins, notes):
    terms = cell_line_gene("KRAS", row["KRAS"], proteins["KRAS_4B"], notes) + \
        cell_line_gene("NRAS", row["NRAS"], proteins["NRAS"], notes)
    if all(t.endswith(" wild-type") for t in terms):
        return "wild-type"
    if all(t.endswith(" ?") for t in terms):
        return "?"
    if any(t.split()[1] not in ("?", "wild-type") for t in terms):  # beside a change, the genes not named are wild type
        terms = [t for t in terms if not t.endswith(" wild-type")]
    return " + ".join(terms)


def write_cell_lines(common, facts):
    """Names with several rows are one line; what its rows know differently is a mistake."""
    proteins, lines = {name.split()[0]: text for name, text in fasta(facts / "proteins.fa").items()}, {}
    for row in rows(facts / "myeloma_cell_lines.tsv"):
        notes = []
        translocations = row["canonical_translocations"].replace("t(11:14)", "t(11;14)")
        known = (cell_line_ras(row, proteins, notes),
                 "?" if translocations == "." else "detected" if "t(11;14)" in translocations else "not-detected",
                 "; ".join(notes) or ".")
        name = row["line"].strip()
        if name in lines and "?" not in (known[0], lines[name][0]):
            check(lines[name] == known, f"cell line {name}: its rows differ")
        if name not in lines or lines[name][0] == "?":
            lines[name] = known
    write(common, "cell_lines.tsv", ["line", "ras", "igh_ccnd1", "note"], [(n,) + lines[n] for n in sorted(lines, key=str.lower)],
          ["published RAS and t(11;14) status of myeloma cell lines (annotation table of the hmcl-drug-screen-pipeline repository)",
           "ras: as in column expect_ras of `validate`; '?': not known, or no change that the protein can have (note)"])


def write_common(common, facts):
    write_models(common)
    write_cell_lines(common, facts)
    write_expression(common, facts)
    write_population(common, facts)
    arms = []
    for row in rows(facts / "arm_cna_freq.tsv"):
        if "acrocentric" in row["note"]:
            continue  # no unique sequence to count in
        chromosome = row["arm"][:-1]
        arms.append((row["arm"], row["gain_freq"], row["loss_freq"], int(chromosome in TRISOMY)))
    write(common, "arms.tsv", ["arm", "gain_prior", "loss_prior", "odd_trisomy"], arms,
          ["share of newly diagnosed myelomas in which the arm is gained / lost (1,600-patient public cohort)"])
    write_karyotypes(common, facts, {arm[0] for arm in arms})

    codons = {}
    for row in rows(facts / "hotspot_codons.tsv"):
        codons.setdefault((row["gene"], int(row["codon"])), row["refseq"])
    table = []
    for gene, codon in sorted(codons, key=lambda k: (RAS_ORDER.index(k[0]), k[1])):
        required = gene in REQUIRED_GENES and codon in REQUIRED_CODONS
        note = "required" if required else ("context" if gene not in REQUIRED_GENES else "recurrent")
        table.append((gene, codon, int(required), f"{note}; numbered on {codons[gene, codon]}"))
    for gene in REQUIRED_GENES:
        check({c for g, c, r, _ in table if g == gene and r} == REQUIRED_CODONS, f"{gene}: a required codon is not in the facts")
    write(common, "hotspots.tsv", ["gene", "codon", "required", "note"], table)

    known, stops = {}, []
    for row in rows(facts / "hotspot_variants.tsv"):
        if row["protein_change"].endswith("*"):
            stops.append(f'{row["gene"]} {row["protein_change"]}')
            continue  # a truncated RAS or RAF kinase cannot signal: listed by position, not by effect
        count = [v for k, v in row.items() if k.startswith("myeloma_count")][0]
        known[row["gene"], row["protein_change"]] = count
    ordered = sorted(known, key=lambda k: RAS_ORDER.index(k[0]))
    write(common, "activating.tsv", ["gene", "protein", "myeloma_count_at_residue", "source"],
          [(g, p, known[g, p], "public cancer-hotspots table") for g, p in ordered],
          ["left out, because a truncated protein cannot signal: " + ", ".join(sorted(set(stops)))])

    write(common, "vcf_filters.tsv", ["token", "source"],
          [(f"Tier{i}", "MuSE: call tiers 1 to 4 are reported as calls, Tier5 is the weakest and is not taken") for i in (1, 2, 3, 4)],
          ["FILTER tokens besides PASS and '.' that count as passing"])

    lines = []
    for row in rows(facts / "contig_lengths.tsv"):
        if row["ucsc_name"] != "chrM":  # its length does not tell builds apart (16569 in all, 16571 in UCSC hg19)
            lines.append(("T2T-CHM13v2", row["ucsc_name"], row["ensembl_name"], row["CHM13v2_refseq"],
                          row["CHM13v2_genbank"], row["CHM13v2_len"]))
    write(common, "builds.tsv", ["build", "ucsc", "ensembl", "refseq", "genbank", "length"], lines,
          ["builds that are recognised but have no panel; those with a panel are recognised from their contigs.tsv"])


# ---- the parts that do ------------------------------------------------------------------------------------------

class Transcript:
    """Coding parts in transcript order (1-based inclusive, plus-strand places) and the coding sequence."""

    def __init__(self, gene, refseq, strand, contig, parts):
        self.gene, self.refseq, self.strand, self.contig, self.parts = gene, refseq, strand, contig, parts
        self.places = [p for beg, end in parts
                       for p in (range(end, beg - 1, -1) if strand == "-" else range(beg, end + 1))]
        self.sequence = ""


def reference_sequence(fasta_path, contig, beg1, end1):
    out = subprocess.run(["samtools", "faidx", str(fasta_path), f"{contig}:{beg1}-{end1}"], check=True,
                         capture_output=True, text=True).stdout.split("\n")
    sequence = "".join(out[1:]).upper()
    check(len(sequence) == end1 - beg1 + 1, f"{fasta_path}: {contig}:{beg1}-{end1} has {len(sequence)} bases")
    return sequence


def load_transcripts(facts, build, reference):
    sequences, proteins = fasta(facts / "cds.fa"), fasta(facts / "proteins.fa")
    header = {(r["build"], r["refseq"]): r for r in rows(facts / "transcripts.tsv")}
    exons = rows(facts / "transcripts_exons.tsv")
    out = []
    for gene, refseq, key in TRANSCRIPTS:
        mine = [r for r in exons if r["build"] == BUILDS[build] and r["refseq"] == refseq and r["cds_start"] != "."]
        mine.sort(key=lambda r: int(r["cds_pos_first"]))
        check(mine, f"{refseq}: no exons")
        about = header[BUILDS[build], refseq]
        t = Transcript(gene, refseq, about["strand"], about["chrom"], [(int(r["cds_start"]), int(r["cds_end"])) for r in mine])
        t.ensembl, t.note = about["ensembl"], about["note"]
        at = 1
        for r, (beg, end) in zip(mine, t.parts):
            check(int(r["cds_pos_first"]) == at and int(r["cds_pos_last"]) == at + end - beg, f"{refseq}: c. numbers of {r}")
            at += end - beg + 1
        check(at - 1 == int(about["cds_len"]) and at - 1 == 3 * int(about["aa_len"]) + 3, f"{refseq}: CDS length")
        check((min(p[0] for p in t.parts), max(p[1] for p in t.parts)) == (int(about["cds_start"]), int(about["cds_end"])),
              f"{refseq}: CDS ends")

        from_reference = "".join(
            revcomp(s) if t.strand == "-" else s
            for s in (reference_sequence(reference, t.contig, beg, end) for beg, end in t.parts))
        if key:
            t.sequence = sequences[key]
            for place, old, new in BUILD_CHANGES.get((build, refseq), []):
                check(t.sequence[place - 1] == old, f"{refseq}: c.{place} is not {old}")
                t.sequence = t.sequence[:place - 1] + new + t.sequence[place:]
            check(translate(t.sequence) == proteins[key] + "*", f"{refseq}: does not translate to {key} of proteins.fa")
        else:
            t.sequence = from_reference
        if gene in NO_REFERENCE:
            check(set(from_reference) == {"N"}, f"{gene}: the reference is no longer N, use it")
        else:
            check(from_reference == t.sequence, f"{refseq}: the {build} reference differs from cds.fa")
        protein = translate(t.sequence)
        check(protein[0] == "M" and protein.find("*") == len(protein) - 1, f"{refseq}: not an open reading frame")
        out.append(t)
    return out


def check_hotspots(facts, build, transcripts):
    for row in rows(facts / "hotspot_codons.tsv"):
        if row["build"] != BUILDS[build]:
            continue
        t = [t for t in transcripts if t.refseq == row["refseq"]][0]
        first = 3 * (int(row["codon"]) - 1)
        places = [int(x) for x in row["genomic_pos_of_codon_bases_1_2_3"].split(",")]
        check(places == t.places[first:first + 3], f'{row["gene"]} codon {row["codon"]}: {places}')
        check(int(row["cds_pos_first"]) == first + 1, f'{row["gene"]} codon {row["codon"]}: c. number')


def write_sequences(folder, transcripts, reference):
    write(folder, "transcripts.tsv", ["gene", "refseq", "ensembl", "note"],
          [(t.gene, t.refseq, t.ensembl, t.note) for t in transcripts])
    write(folder, "cds.bed", ["#contig", "beg0", "end0", "refseq", "part", "strand"],
          [(t.contig, beg - 1, end, t.refseq, i + 1, t.strand) for t in transcripts for i, (beg, end) in enumerate(t.parts)])
    write_fasta(folder, "cds.fa", [(f"{t.refseq} {t.gene}", t.sequence) for t in transcripts])

    windows = []
    for gene in RAS_ORDER:
        mine = [t for t in transcripts if t.gene == gene]
        known = {p: (revcomp(b) if t.strand == "-" else b) for t in mine for p, b in zip(t.places, t.sequence)}
        merged = []
        for beg, end in sorted({p for t in mine for p in t.parts}):
            if merged and beg - FLANK <= merged[-1][1] + 1:
                merged[-1][1] = max(merged[-1][1], end + FLANK)
            else:
                merged.append([beg - FLANK, end + FLANK])
        for beg, end in merged:
            sequence = reference_sequence(reference, mine[0].contig, beg, end)
            if gene in NO_REFERENCE:
                sequence = "".join(known.get(p, "N") for p in range(beg, end + 1))
            else:
                check("N" not in sequence, f"{gene}: N in the window at {beg}")
            check(all(known.get(p, b) == b for p, b in zip(range(beg, end + 1), sequence)), f"{gene}: window at {beg}")
            windows.append((f"{mine[0].contig}:{beg}-{end} {gene}", sequence))
    write_fasta(folder, "windows.fa", windows)


def write_genes(folder, facts, build, contig_name):
    genes, exons = {}, {}
    for row in rows(facts / "genes_exons.tsv"):
        if row["build"] != BUILDS[build]:
            continue
        done, total = row["coding_check"].split("/") if "/" in row["coding_check"] else ("", "")
        check(build == "grch38" or done == total, f'{row["gene"]}: coding_check {row["coding_check"]}')
        genes.setdefault(row["gene"], row)
        exons.setdefault(row["gene"], []).append((int(row["exon_start1"]), int(row["exon_end1"])))
    # KRT8's list holds the transcripts of its neighbour KRT18 too: an exon belongs to the gene with the shorter list.
    for gene in genes:
        for other in genes:
            mine, theirs = set(genes[gene]["refseq"].split(",")), set(genes[other]["refseq"].split(","))
            if gene != other and theirs < mine:
                dropped = [e for e in exons[gene] if e in exons[other]]
                exons[gene] = [e for e in exons[gene] if e not in exons[other]]
                genes[gene] = dict(genes[gene], refseq=",".join(r for r in genes[gene]["refseq"].split(",") if r not in theirs))
                print(f"{build}: {len(dropped)} exons of {gene} are those of {other}: dropped")
    for gene in genes:
        exons[gene].sort()
        check(all(a[1] < b[0] for a, b in zip(exons[gene], exons[gene][1:])), f"{gene}: exons overlap")
    spans = sorted((genes[g]["chrom"], beg, end, g) for g in genes for beg, end in exons[g])
    for a, b in zip(spans, spans[1:]):
        check(a[0] != b[0] or a[2] < b[1], f"exons of {a[3]} and {b[3]} overlap: {a} {b}")

    def order(gene):
        role = genes[gene]["role"].split(":")[0]
        return GENE_ORDER.index(role), RAS_ORDER.index(gene) if gene in RAS_ORDER else 0

    listed = sorted(genes, key=order)
    lines = []
    for gene in listed:
        row = genes[gene]
        role, _, cell = row["role"].partition(":")
        lines.append((gene, role, cell or ".", row["strand"], contig_name[row["chrom"]], row["ensembl"], row["refseq"]))
    write(folder, "genes.tsv", ["gene", "role", "cell", "strand", "contig", "ensembl", "refseq"], lines)
    write(folder, "exons.bed", ["#contig", "beg0", "end0", "gene"],
          [(contig_name[genes[g]["chrom"]], beg - 1, end, g) for g in listed for beg, end in exons[g]])
    return exons


def identity_snps(facts, build, contig_name):
    """Common SNPs that both builds have under the same alleles and frequency, in one order: row i is the same SNP."""
    tables = {b: [(contig_name[r["chrom"]], int(r["pos1"]), r["ref"], r["alt"], r["alt_frequency"])
                  for r in rows(facts / f"identity_snps_{b}.tsv")] for b in BUILDS}
    names = {b: [(s[0],) + s[2:] for s in table] for b, table in tables.items()}
    blocks = difflib.SequenceMatcher(None, names["grch38"], names["grch37"], autojunk=False).get_matching_blocks()
    start = 0 if build == "grch38" else 1
    snps = [s for block in blocks for s in tables[build][block[start]:block[start] + block.size]]
    for table in tables.values():
        check(len(table) - len(snps) <= 5, f"identity SNPs: only {len(snps)} of {len(table)} are in both builds")
    for a, b in zip(snps, snps[1:]):
        check(a[0] != b[0] or a[1] < b[1], f"identity SNPs out of order: {a} {b}")
    for snp in snps:
        check({snp[2], snp[3]} not in ({"A", "T"}, {"C", "G"}), f"identity SNP {snp}: its strand cannot be told")
    return snps


def write_build(root, facts, reference_dir, build):
    folder, name = root / build, BUILDS[build]
    reference = reference_dir / f"{name}.nmask.fa.gz"
    contigs = [r for r in rows(facts / "contig_lengths.tsv") if r["ucsc_name"] != "chrM"]
    order = {r["ucsc_name"]: i for i, r in enumerate(contigs)}
    contig_name = {alias: r["ucsc_name"] for r in contigs for alias in (r["ucsc_name"], r["ensembl_name"])}
    lengths = {line.split("\t")[0]: line.split("\t")[1] for line in open(f"{reference}.fai", encoding="ascii")}
    for r in contigs:
        check(lengths[r["ucsc_name"]] == r[f"{name}_len"], f'{r["ucsc_name"]}: length differs from the reference')

    write(folder, "panel.tsv", ["key", "value"], [("name", build), ("build", name), ("version", "2")])
    write(folder, "contigs.tsv", ["ucsc", "ensembl", "refseq", "genbank", "length"],
          [(r["ucsc_name"], r["ensembl_name"], r[f"{name}_refseq"], r[f"{name}_genbank"], r[f"{name}_len"]) for r in contigs])

    transcripts = load_transcripts(facts, build, reference)
    check_hotspots(facts, build, transcripts)
    write_sequences(folder, transcripts, reference)
    exons = write_genes(folder, facts, build, contig_name)
    for t in transcripts:
        for beg, end in t.parts:
            check(any(a <= beg and end <= b for a, b in exons[t.gene]), f"{t.refseq}: {beg}-{end} is in no exon of {t.gene}")

    bins = [(contig_name[r["chrom"]], int(r["start0"]), int(r["end"]), r["arm"], r["role"], r["gc"], r["mappability"])
            for r in rows(facts / f"depth_bins_{build}.tsv")]
    bins.sort(key=lambda b: (order[b[0]], b[1]))
    for a, b in zip(bins, bins[1:]):
        check(a[0] != b[0] or a[2] <= b[1], f"bins overlap: {a} {b}")
    write(folder, "bins.bed", ["#contig", "beg0", "end0", "arm", "role", "gc", "mappability"], bins)

    regions = [(contig_name[r["chrom"]], int(r["start1"]) - 1, int(r["end1"]), r["name"])
               for r in rows(facts / "regions.tsv") if r["build"] == name]
    regions.sort(key=lambda r: (order[r[0]], r[1], r[2]))
    check({"CCND1_t1114_window", "IGH_locus"} <= {r[3] for r in regions}, "regions: a needed one is missing")
    write(folder, "regions.bed", ["#contig", "beg0", "end0", "name"], regions)
    write(folder, "identity_snps.tsv", ["contig", "pos1", "ref", "alt", "alt_frequency"], identity_snps(facts, build, contig_name))
    return transcripts


# ---- consequences of the known variants, computed the slow way ---------------------------------------------------

def consequence(t, place, ref, alt):
    """Protein change of a plus-strand replacement inside the CDS: mutate, translate, trim what both share."""
    if ref:
        at = sorted(t.places.index(place + i) for i in range(len(ref)))
        check(at == list(range(at[0], at[0] + len(ref))), f"{t.refseq}:{place} leaves the coding sequence")
        beg, end = at[0], at[-1] + 1
    else:  # inserted after `place`
        a, b = sorted((t.places.index(place), t.places.index(place + 1)))
        beg = end = b
    new = revcomp(alt) if t.strand == "-" else alt
    old = revcomp(ref) if t.strand == "-" else ref
    check(t.sequence[beg:end] == old, f"{t.refseq}:{place} is {t.sequence[beg:end]}, not {old}")
    before, after = translate(t.sequence), translate(t.sequence[:beg] + new + t.sequence[end:])
    n = 0
    while before[n] == after[n]:
        n += 1
    if (len(new) - len(old)) % 3:
        return f"{before[n]}{n + 1}fs"
    m = 0
    while m < min(len(before), len(after)) - n and before[-1 - m] == after[-1 - m]:
        m += 1
    gone, come = before[n:len(before) - m], after[n:len(after) - m]
    first = f"{before[n]}{n + 1}" if not gone else f"{gone[0]}{n + 1}"
    span = first if len(gone) < 2 else f"{first}_{gone[-1]}{n + len(gone)}"
    if not gone:
        if before[n - len(come):n] == come:
            beg_aa = n - len(come)
            dup = f"{before[beg_aa]}{beg_aa + 1}"
            return (dup if len(come) == 1 else f"{dup}_{before[n - 1]}{n}") + "dup"
        return f"{before[n - 1]}{n}_{before[n]}{n + 1}ins{come}"
    if not come:
        return span + "del"
    return f"{first}{come}" if len(gone) == len(come) == 1 else f"{span}delins{come}"


def variant_table(facts, both):
    lines, differ = [], []
    for row in rows(facts / "hotspot_variants.tsv"):
        ref, alt = row["ref_plus"].strip("-"), row["alt_plus"].strip("-")
        found = set()
        for build, transcripts in both.items():
            t = [t for t in transcripts if t.gene == row["gene"]][0]
            found.add(consequence(t, int(row[f"pos_{BUILDS[build]}"]), ref, alt))
        check(len(found) == 1, f"{row}: the builds differ: {found}")
        protein = found.pop()
        if protein != row["protein_change"]:
            differ.append(f'{row["gene"]} {row["pos_GRCh38"]} {row["ref_plus"]}>{row["alt_plus"]}: listed as '
                          f'{row["protein_change"]}, is {protein}')
            simple = len(ref) == len(alt) and len(ref) < 4
            check(not simple, differ[-1])
        lines.append((row["gene"], row["chrom"], row["pos_GRCh37"], row["pos_GRCh38"], row["ref_plus"],
                      row["alt_plus"], row["protein_change"], protein))
    return lines, differ


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=pathlib.Path)
    parser.add_argument("reference", type=pathlib.Path)
    parser.add_argument("--test-variants", type=pathlib.Path)
    args = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent
    write_common(root / "common", args.facts)
    both = {build: write_build(root, args.facts, args.reference, build) for build in BUILDS}
    lines, differ = variant_table(args.facts, both)
    for line in differ:
        print(f"hotspot_variants: {line}")
    if args.test_variants:
        write(args.test_variants.parent, args.test_variants.name,
              ["gene", "contig", "pos1_grch37", "pos1_grch38", "ref", "alt", "listed", "protein"], lines)


if __name__ == "__main__":
    main()
