#!/usr/bin/env python3
"""Makes the files of this folder, all simulated: make_testdata.py [FOLDER].  Needs python3 and samtools.

Fixed seeds and no program lines in the headers, so the same samtools version gives the same bytes.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tests", "sim"))
from simulate import Genome, Panel, build_simulators  # noqa: E402

RAS = {"genes": ["KRAS", "NRAS"]}
UNWANTED = {"duplicates": 0.05, "low_mapq": 0.01, "qcfail": 0.005, "secondary": 0.005, "supplementary": 0.005,
            "soft_clips": 0.04}
DNA = dict(UNWANTED, read_length=100, quality="high")
TRISOMIES = ("3", "5", "7", "9", "11", "15", "19")  # of a hyperdiploid myeloma
PER_KB = {"reference": 400, "plasma-cell": 1600, "ras": 60, "raf": 60, "cyclin": 10}  # fragments of IMP01 per kb
RNA = {"read_length": 60, "insert": [180, 35], "quality": "flat:37", "errors": True, "per_kb": 70, "spread": 0.5,
       "plasma_share": 0.6, "immunoglobulin": 0.15, "strand": "reverse", "multimapped": 0.01, "duplicates": 0.03,
       "mapq": 255}


def spec(build, style, sample, seed, dna=None, rna=None):
    out = {"build": build, "style": style, "sample": sample, "seed": seed}
    if dna and rna:
        dna, rna = (dict(part, person={"name": sample, "contigs": ["chr1"]}) for part in (dna, rna))  # one contig: small indexes
    if dna:
        out["dna"] = dict(DNA, **dna)
    if rna:
        out["rna"] = dict(RNA, **rna)
    return out


def intron_indel(panel_genome, contig, pos1, n):
    """A germline-like deletion of n bases before a coding exon: aligned reads with D, outside the coding sequence."""
    return {"contig": contig, "pos1": pos1, "ref": panel_genome.fetch(contig, pos1 - 1, pos1 + n),
            "alt": panel_genome.fetch(contig, pos1 - 1, pos1), "vaf": 0.5}


def samples(grch38):
    deletion = intron_indel(grch38, "chr12", 25245240, 3)
    t1114 = {"a": 69200123, "a_keep": "right", "b": 105860456, "b_keep": "left", "fragments": 22}
    around = [{"contig": "chr11", "beg0": 69198000, "end0": 69202000, "depth": 20},
              {"contig": "chr14", "beg0": 105859500, "end0": 105861500, "depth": 20}]
    g12d = {"gene": "KRAS", "protein": "G12D"}
    return [
        (spec("grch38", "chr", "PCL01", 101,
              {"targeted": dict(RAS, depth=200), "variants": [dict(g12d, vaf=0.30), deletion], "places": around,
               "junctions": [t1114]},
              {"ccnd1_log2": 4.0, "log2": {"KRAS": 0.5}, "variants": [dict(g12d, vaf=0.35)]}),
         {"dna": ["bam", "cram"], "rna": ["bam", "cram"]}),
        (spec("grch38", "chr", "IMM01", 102, {"targeted": dict(RAS, depth=480)}, {"ccnd1_log2": -6.0}),
         {"dna": ["bam"], "rna": ["bam"]}),
        (spec("grch38", "chr", "IND01", 103,
              {"targeted": dict(RAS, depth=200), "variants": [{"gene": "NRAS", "protein": "Q61R", "vaf": 0.25}]},
              {"ccnd1_log2": -6.0, "strand": "none", "variants": [{"gene": "NRAS", "protein": "Q61R", "vaf": 0.25}]}),
         {"dna": ["cram"], "rna": ["cram"]}),
        (spec("grch38", "chr", "NAS01", 104, {"targeted": dict(RAS, depth=3)}), {"dna": ["bam"]}),
        (spec("grch37", "plain", "B3701", 105,
              {"targeted": dict(RAS, depth=200), "variants": [{"gene": "KRAS", "codon": 61, "to": "CAC", "vaf": 0.22}]},
              {"ccnd1_log2": 3.5, "strand": "forward"}),
         {"dna": ["bam"], "rna": ["cram"]}),
        (spec("grch38", "chr", "WGS01", 106,
              {"wgs": {"depth": 0.4, "purity": 0.9, "copies": {a: 3 for a in TRISOMIES}, "window": False}, "read_length": 60,
               "quality": "flat:37"},
              {"ccnd1_log2": -0.6}),
         {"dna": ["cram"], "rna": ["cram"]}),
        (spec("grch38", "chr", "LIB01", 107,
              {"targeted": dict(RAS, depth=12), "unmarked_copies": 24, "duplicates": 0, "quality": "flat:37"}),
         {"dna": ["cram"]}),
    ]


def counts_and_junctions(folder, panel):
    """IMP01: a featureCounts table and Manta's VCF, as another workflow would hand them over."""
    exons = {}
    with open(os.path.join(os.path.dirname(HERE), "panels", "grch38", "exons.bed")) as lines:
        for line in lines:
            if not line.startswith("#"):
                contig, beg, end, gene = line.split()[:4]
                exons.setdefault(gene, []).append((contig, int(beg), int(end)))
    with open(os.path.join(os.path.dirname(HERE), "panels", "grch38", "genes.tsv")) as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("##")]
    role = {row[rows[0].index("gene")]: row[rows[0].index("role")] for row in rows[1:]}
    with open(os.path.join(folder, "IMP01.counts.txt"), "w") as out:
        out.write("# Program:featureCounts v2.0.6\nGeneid\tChr\tStart\tEnd\tStrand\tLength\tIMP01.bam\n")
        for gene, spans in exons.items():
            length = sum(end - beg for _, beg, end in spans)
            level = 6400 if gene == "CCND1" else PER_KB.get(role[gene], 4) * (1 + len(gene) / 100)
            out.write("%s\t%s\t%s\t%s\t%s\t%d\t%d\n" % (
                gene, ";".join(c for c, _, _ in spans), ";".join(str(b + 1) for _, b, _ in spans),
                ";".join(str(e) for _, _, e in spans), ";".join("+" for _ in spans), length, round(level * length / 1000)))
    with open(os.path.join(folder, "IMP01.manta.vcf"), "w") as out:
        out.write(MANTA_HEADER)
        out.writelines("##contig=<ID=%s,length=%d>\n" % x for x in panel.lengths.items())
        out.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tIMP01\n")
        for one, other, alt in ((("chr11", 69200123), "2", "]chr14:105860456]G"), (("chr14", 105860456), "1", "G[chr11:69200123[")):
            mine = "1" if other == "2" else "2"
            out.write("%s\t%d\tBND%s\tG\t%s\t300\tPASS\tSVTYPE=BND;MATEID=BND%s\tGT:PR:SR\t0/1:30,12:28,9\n"
                      % (*one, mine, alt, other))


VCF_HEADER = """##fileformat=VCFv4.2
##FILTER=<ID=PASS,Description="All filters passed">
##FILTER=<ID=weak_evidence,Description="Mutation does not meet likelihood threshold">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Allelic depths for the ref and alt alleles in the order listed">
##FORMAT=<ID=AF,Number=A,Type=Float,Description="Allele fractions of alternate alleles in the tumor">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Approximate read depth (reads with MQ=255 or with bad mates are filtered)">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Approximate read depth; some reads may have been filtered">
##INFO=<ID=TLOD,Number=A,Type=Float,Description="Log 10 likelihood ratio score of variant existing versus not existing">
##source=Mutect2
##tumor_sample=VCF01
"""


def mutect2(path, panel):
    """KRAS G13D passing, NRAS G12S filtered, as Mutect2 writes them."""
    lines = []
    for variant, state, ref_n, alt_n in (({"gene": "NRAS", "protein": "G12S"}, "weak_evidence", 402, 3),
                                         ({"gene": "KRAS", "protein": "G13D"}, "PASS", 312, 88)):
        contig, pos0, ref, alt = panel.alleles(variant)[0]
        depth = ref_n + alt_n
        lines.append("%s\t%d\t.\t%s\t%s\t.\t%s\tDP=%d;TLOD=%.2f\tGT:AD:AF:DP\t0/1:%d,%d:%.3f:%d" % (
            contig, pos0 + 1, ref, alt, state, depth, 2.4 * alt_n, ref_n, alt_n, alt_n / depth, depth))
    with open(path, "w") as out:
        out.write(VCF_HEADER)
        out.writelines("##contig=<ID=%s,length=%d>\n" % x for x in panel.lengths.items())
        out.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tVCF01\n" + "\n".join(lines) + "\n")


MANTA_HEADER = """##fileformat=VCFv4.1
##source=GenerateSVCandidates 1.6.0
##FILTER=<ID=PASS,Description="All filters passed">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of structural variant">
##INFO=<ID=MATEID,Number=.,Type=String,Description="ID of mate breakend">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=PR,Number=.,Type=Integer,Description="Spanning paired-read support for the ref and alt alleles in the order listed">
##FORMAT=<ID=SR,Number=.,Type=Integer,Description="Split reads for the ref and alt alleles in the order listed">
"""
# The samples of `make demo`: those of sheet.tsv, and what else the program reads
DEMO = """sample_id\trna\tdna\tvcf\tsv\tcounts\tspecimen
PCL01\tPCL01.rna.bam\tPCL01.dna.bam\t.\t.\t.\tlesion
IMM01\tIMM01.rna.bam\tIMM01.dna.bam\t.\t.\t.\tmarrow
IND01\tIND01.rna.cram\tIND01.dna.cram\t.\t.\t.\tunknown
NAS01\t.\tNAS01.dna.bam\t.\t.\t.\tunknown
VCF01\t.\t.\tVCF01.mutect2.vcf\t.\t.\tunknown
B3701\tB3701.rna.cram\tB3701.dna.bam\t.\t.\t.\tunknown
WGS01\tWGS01.rna.cram\tWGS01.dna.cram\t.\t.\t.\tmarrow
LIB01\t.\tLIB01.dna.cram\t.\t.\t.\tunknown
IMP01\t.\t.\tVCF01.mutect2.vcf\tIMP01.manta.vcf\tIMP01.counts.txt\tlesion
"""
SHEET = """sample_id\trna\tdna\tvcf\tspecimen
PCL01\tPCL01.rna.bam\tPCL01.dna.bam\t.\tlesion
IMM01\tIMM01.rna.bam\tIMM01.dna.bam\t.\tmarrow
IND01\tIND01.rna.cram\tIND01.dna.cram\t.\tunknown
NAS01\t.\tNAS01.dna.bam\t.\tunknown
VCF01\t.\t.\tVCF01.mutect2.vcf\tunknown
B3701\tB3701.rna.cram\tB3701.dna.bam\t.\tunknown
"""
# variants: GENE:protein of every passing variant; '.' is none
EXPECTED = """sample_id\tlabel\tras\tccnd1\tccnd1_cause\tvariants
PCL01\tplasmacytoma-like\tmutated\tdysregulated\tt(11;14)\tKRAS:G12D
IMM01\tintramedullary\twild-type\tnot-dysregulated\tnone\t.
IND01\tindeterminate\tmutated\tnot-dysregulated\tnone\tNRAS:Q61R
NAS01\tnot-assessable\tnot-assessable\tnot-assessable\tnot-assessable\t.
VCF01\tindeterminate\tmutated\tnot-assessable\tnot-assessable\tKRAS:G13D
B3701\tplasmacytoma-like\tmutated\tdysregulated\tnot-assessable\tKRAS:Q61H
"""


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else HERE
    os.makedirs(folder, exist_ok=True)
    genomes = {name: Genome(Panel(name)) for name in ("grch38", "grch37")}
    for one, formats in samples(genomes["grch38"]):
        for kind, sim in build_simulators(one, genomes[one["build"]]).items():
            for form in formats[kind]:
                sim.write(os.path.join(folder, "%s.%s.%s" % (one["sample"], kind, form)), level=9,
                          csi=(one["sample"], kind) != ("PCL01", "dna"))  # one BAI; CSI is much smaller
    mutect2(os.path.join(folder, "VCF01.mutect2.vcf"), genomes["grch38"].panel)
    counts_and_junctions(folder, genomes["grch38"].panel)
    for name, text in (("sheet.tsv", SHEET), ("demo.tsv", DEMO), ("expected.tsv", EXPECTED)):
        with open(os.path.join(folder, name), "w") as out:
            out.write(text)


if __name__ == "__main__":
    main()
