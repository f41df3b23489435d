#!/usr/bin/env python3
"""Makes samples of known truth and the sheet of their validation: make_samples.py FOLDER [--small]

Simulated (tests/sim): wild types and mutations of every kind from 3 to 50 % VAF, replicates within and between runs, a dilution
series with replicates, t(11;14) and its absence. To them come testdata and, where it is, the real data of ../shared/realdata with
the truth that their authors state. Fixed seeds: the same files every time. --small: a few of each, for the tests.
"""
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REAL = os.environ.get("PLASMASTRAT_REALDATA", os.path.join(os.path.dirname(ROOT), "shared", "realdata"))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import Genome, Panel, build_simulators  # noqa: E402

COLUMNS = ["sample_id", "rna", "dna", "vcf", "expect_ras", "expect_vaf", "expect_igh_ccnd1", "expect_ccnd1", "expect_copies",
           "expect_label", "replicate_of", "run", "dilution_of", "fraction"]
EXONS = {"genes": ["KRAS", "NRAS"], "exons": [1, 2, 3, 4]}
# one base, by the hotspots of myeloma; "to": two bases
CHANGES = [("KRAS", "Q61H", None), ("KRAS", "G12D", None), ("NRAS", "Q61K", None), ("KRAS", "G13D", None), ("NRAS", "Q61R", None),
           ("KRAS", "A146T", None), ("NRAS", "G12D", None), ("KRAS", "G12V", None), ("NRAS", "G13R", None), ("KRAS", "Q61L", None)]
MULTI = [("KRAS", "G12F", "TTT"), ("NRAS", "Q61I", "ATA"), ("KRAS", "G12I", "ATT"), ("KRAS", "G13F", "TTC")]


class Maker:
    def __init__(self, folder):
        self.folder, self.rows, self.genome = folder, [], Genome(Panel("grch38"))
        os.makedirs(folder, exist_ok=True)

    def duplication(self, gene, codon):
        """Three bases again, before the codon's first place: an in-frame duplication."""
        panel = self.genome.panel
        first, contig = min(panel.codon_places(gene, codon)), panel.cds[gene][0]
        anchor = self.genome.fetch(contig, first - 1, first)
        return {"contig": contig, "pos1": first, "ref": anchor, "alt": anchor + self.genome.fetch(contig, first, first + 3)}

    def sample(self, name, depth, variants=(), person=None, seed=None, **row):
        seed = seed if seed is not None else 7000 + len(self.rows)
        dna = {"read_length": 100, "quality": "mix", "duplicates": 0.05, "soft_clips": 0.03, "targeted": dict(EXONS, depth=depth),
               "variants": list(variants), "person": {"name": person or name, "contigs": ["chr1", "chr2", "chr3", "chr4"]}}
        spec = {"build": "grch38", "style": "chr", "sample": person or name, "seed": seed, "dna": dna}
        for _, sim in build_simulators(spec, self.genome).items():
            sim.write(os.path.join(self.folder, name + ".bam"))
        self.row(sample_id=name, dna=name + ".bam", **row)

    def row(self, **row):
        assert set(row) <= set(COLUMNS), row
        self.rows.append(row)

    def write(self):
        with open(os.path.join(self.folder, "sheet.tsv"), "w") as out:
            out.write("\t".join(COLUMNS) + "\n")
            for row in self.rows:
                out.write("\t".join(str(row.get(c, ".")) for c in COLUMNS) + "\n")


def planted(gene, protein, to, vaf):
    change = {"gene": gene, "vaf": vaf}
    change.update({"codon": int(protein[1:-1]), "to": to} if to else {"protein": protein})
    return change


def simulated(m, small):
    rng = random.Random(19)
    for i in range(2 if small else 20):
        m.sample(f"W{i + 1:02}", rng.choice([300, 500, 800]), expect_ras="wild-type")
    for i in range(2 if small else 20):
        gene, protein, _ = CHANGES[i % len(CHANGES)]
        vaf = [0.5, 0.35, 0.2, 0.12, 0.08, 0.05, 0.03][i % 7]
        m.sample(f"S{i + 1:02}", 400 if vaf > 0.1 else 1000, [planted(gene, protein, None, vaf)],
                 expect_ras=f"{gene} {protein}", expect_vaf=vaf)
    for i in range(1 if small else 8):
        gene, protein, to = MULTI[i % len(MULTI)]
        vaf = [0.4, 0.2, 0.1, 0.06][i % 4]
        m.sample(f"M{i + 1:02}", 600, [planted(gene, protein, to, vaf)], expect_ras=f"{gene} {protein}", expect_vaf=vaf)
    for i in range(1 if small else 6):
        vaf = [0.4, 0.25, 0.15][i % 3]
        m.sample(f"I{i + 1:02}", 600, [dict(m.duplication("KRAS", 61), vaf=vaf)], expect_ras="KRAS Q61dup")
    two = [planted("KRAS", "G12D", None, 0.25), planted("NRAS", "Q61K", None, 0.1)]
    for i in range(0 if small else 2):
        m.sample(f"T{i + 1:02}", 600, two, expect_ras="KRAS G12D + NRAS Q61K", expect_vaf="25% + 10%")


def replicated(m, small):
    for person, vaf in (("R1", 0.3),) if small else (("R1", 0.3), ("R2", 0.1), ("R3", 0.06)):
        change = planted("KRAS", "G12D", None, vaf)
        m.sample(person, 500, [change], person=person, expect_ras="KRAS G12D", expect_vaf=vaf, run="A")
        for k, run in enumerate("A" if small else "AA"):
            m.sample(f"{person}-{k + 2}", 500, [change], person=person, replicate_of=person, run=run)
    for k, run in enumerate("" if small else "ABC"):
        m.sample(f"R4{run}", 500, [planted("NRAS", "Q61R", None, 0.2)], person="R4", run=run,
                 **({"replicate_of": "R4A"} if k else {"expect_ras": "NRAS Q61R", "expect_vaf": 0.2}))


def diluted(m, small):
    """A share f of a sample whose VAF is 40 % has 0.4 f."""
    m.sample("D", 800, [planted("NRAS", "Q61R", None, 0.4)], person="D", expect_ras="NRAS Q61R", expect_vaf=0.4)
    fractions = (0.2, 0.03, 0.004) if small else (0.2, 0.1, 0.06, 0.04, 0.03, 0.02, 0.012, 0.006)
    for i, f in enumerate(fractions):
        for k in range(2 if small else 5):
            m.sample(f"D{i + 1}{'abcde'[k]}", 800, [planted("NRAS", "Q61R", None, 0.4 * f)], person="D", dilution_of="D",
                     fraction=f)


def known(m):
    def data(name):
        return os.path.join(ROOT, "testdata", name)
    m.row(sample_id="PCL01", rna=data("PCL01.rna.bam"), dna=data("PCL01.dna.bam"), expect_ras="KRAS G12D", expect_vaf=0.3,
          expect_igh_ccnd1="detected", expect_ccnd1="dysregulated", expect_label="plasmacytoma-like")
    m.row(sample_id="IMM01", rna=data("IMM01.rna.bam"), dna=data("IMM01.dna.bam"), expect_ras="wild-type",
          expect_igh_ccnd1="not-detected", expect_ccnd1="not-dysregulated", expect_label="intramedullary")
    m.row(sample_id="IND01", rna=data("IND01.rna.cram"), dna=data("IND01.dna.cram"), expect_ras="NRAS Q61R", expect_vaf=0.25,
          expect_ccnd1="not-dysregulated", expect_label="indeterminate")
    m.row(sample_id="VCF01", vcf=data("VCF01.mutect2.vcf"), expect_ras="KRAS G13D + NRAS ?", expect_vaf=0.22)
    m.row(sample_id="B3701", rna=data("B3701.rna.cram"), dna=data("B3701.dna.bam"), expect_ras="KRAS Q61H", expect_vaf=0.22,
          expect_ccnd1="dysregulated", expect_label="plasmacytoma-like")


def real(m):
    """Truths of the authors: see MANIFEST.tsv there."""
    rows = [("ctat_mutations/test.star.GRCh38.bam", "rna", "KRAS G12V + NRAS G13D", "."),
            ("ctat_mutations/Aligned.hg19.bam", "rna", "KRAS G12V + NRAS G13D", "."),
            ("ctat_mutations/test.HC.GRCh38.vcf.gz", "vcf", "KRAS G12V + NRAS G13D", "."),
            ("caller_vcfs/muse.GRCh37.vcf", "vcf", "NRAS G13R + KRAS ?", 0.0855),
            ("caller_vcfs/gt_only.kras_g12a.hg19.vcf", "vcf", "KRAS G12A + NRAS ?", "."),
            ("caller_vcfs/sage2.DNA_RNA_3sample.GRCh38.vcf.gz", "vcf", "KRAS G12D + NRAS ?", 0.1096),
            ("plasma_ion/ctrl1-downsample-05.bam", "dna", "wild-type", ".")]
    for file, role, ras, vaf in rows:
        path = os.path.join(REAL, file)
        if os.path.exists(path):
            m.row(sample_id=os.path.basename(file).split(".")[0] + "_" + os.path.basename(file).split(".")[1], expect_ras=ras, expect_vaf=vaf,
                  **{role: path})


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    small = "--small" in sys.argv
    m = Maker(arguments[0])
    simulated(m, small)
    replicated(m, small)
    diluted(m, small)
    if not small:
        known(m)
        real(m)
    m.write()
    print(f"{len(m.rows)} samples")


if __name__ == "__main__":
    main()
