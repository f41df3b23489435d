"""Gene counts as programs write them, of one sample: each entry is (name, file name, text, options, unit).

Every gene of the panel has a level of its own, so that a wrong column or a wrong gene shows."""
import csv
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def table(*path):
    with open(os.path.join(ROOT, "panels", *path)) as lines:
        return list(csv.DictReader((x for x in lines if not x.startswith("##")), delimiter="\t"))


GENES = table("grch38", "genes.tsv")
ENTREZ = {row["gene"]: row["entrez"] for row in table("common", "gene_ids.tsv")}
LENGTH = {}
with open(os.path.join(ROOT, "panels", "grch38", "exons.bed")) as exons:
    for line in exons:
        if not line.startswith("#"):
            contig, beg, end, gene = line.split()[:4]
            LENGTH[gene] = LENGTH.get(gene, 0) + int(end) - int(beg)
PER_KB = {"reference": 400, "plasma-cell": 1600, "other-cell": 4, "cyclin": 10, "ras": 60, "raf": 60}


def level(row):
    """Fragments per kb: plasma cells with CCND1 as t(11;14) has it."""
    return 6400 if row["gene"] == "CCND1" else PER_KB[row["role"]] * (1 + len(row["gene"]) / 100)


COUNT = {row["gene"]: round(level(row) * LENGTH[row["gene"]] / 1000) for row in GENES}
OTHER = [("ENSG00000999999", "NOGENE1", "999991", 77), ("ENSG00000999998", "NOGENE2", "999992", 0)]


def rows():
    for row in GENES:
        yield row["ensembl"], row["gene"], ENTREZ[row["gene"]], COUNT[row["gene"]]
    yield from OTHER


def lines(*texts):
    return "".join(x + "\n" for x in texts)


def feature_counts(key, samples=("/data/MM1.sorted.bam",), wrong=1):
    head = ["Geneid", "Chr", "Start", "End", "Strand", "Length", *samples]
    body = ["\t".join([r[key], "chr1;chr1", "1;5", "3;9", "+;+", "8", *[str(r[3] * (wrong if i else 1)) for i in range(len(samples))]])
            for r in rows()]
    return lines("# Program:featureCounts v2.0.6; Command:\"featureCounts\" \"-p\"", "\t".join(head), *body)


def htseq(key):
    return lines(*[f"{r[key]}\t{r[3]}" for r in rows()], "__no_feature\t1000000", "__ambiguous\t5000", "__not_aligned\t3")


def star(column):
    def values(n):
        v = [n, n // 20, n // 20]
        v[column] = n
        return f"{n}\t{v[1]}\t{v[2]}"
    head = [f"N_{x}\t500\t500\t500" for x in ("unmapped", "multimapping", "noFeature", "ambiguous")]
    return lines(*head, *[f"{r[0]}.7\t{values(r[3])}" for r in rows()])


def tpm():
    rate = {r[1]: r[3] / (LENGTH.get(r[1], 1000) / 1000) for r in rows()}
    total = sum(rate.values())
    return {g: 1e6 * x / total for g, x in rate.items()}


def salmon(name):
    t = tpm()
    return lines("Name\tLength\tEffectiveLength\tTPM\tNumReads",
                 *[f"{name(r)}\t2000\t1800.5\t{t[r[1]]:.6f}\t{r[3]:.3f}" for r in rows()])


def matrix(key, value=lambda r: str(r[3]), samples=("MM1", "MM2"), sep="\t", names=False):
    head = ["gene_id", *(["gene_name"] if names else []), *samples]
    body = [[r[key], *([r[1]] if names else []), value(r), *["3"] * (len(samples) - 1)] for r in rows()]
    return lines(sep.join(head), *[sep.join(x) for x in body])


GENCODE = "ENST00000000001.1|{0}.4|OTTHUMG1|OTTHUMT1|{1}-201|{1}|2000|protein_coding|"
FILES = [
    ("featureCounts, Ensembl", "a.txt", feature_counts(0), [], "counts"),
    ("featureCounts, symbols", "a.txt", feature_counts(1), [], "counts"),
    ("featureCounts, NCBI", "a.txt", feature_counts(2), [], "counts"),
    ("featureCounts, two", "a.txt", feature_counts(0, ("/data/MM1.bam", "/data/MM10.bam"), 0), ["--counts-sample", "MM1"], "counts"),
    ("HTSeq", "a.txt", htseq(0), [], "counts"),
    ("STAR unstranded", "ReadsPerGene.out.tab", star(0).replace("\t0\t0\n", "\t0\t0\n"), [], "counts"),
    ("STAR first strand", "ReadsPerGene.out.tab", star(1), [], "counts"),
    ("STAR second strand", "ReadsPerGene.out.tab", star(2), [], "counts"),
    ("Salmon genes", "quant.genes.sf", salmon(lambda r: r[0]), [], "counts"),
    ("Salmon transcripts of GENCODE", "quant.sf", salmon(lambda r: GENCODE.format(r[0], r[1])), [], "counts"),
    ("RSEM", "x.genes.results", lines("gene_id\ttranscript_id(s)\tlength\teffective_length\texpected_count\tTPM\tFPKM",
                                      *[f"{r[0]}_{r[1]}\tT\t9\t8\t{r[3]:.2f}\t1\t1" if False else
                                        f"{r[0]}.2\tT\t9\t8\t{r[3]:.2f}\t1\t1" for r in rows()]), [], "counts"),
    ("Kallisto of GENCODE", "abundance.tsv", lines("target_id\tlength\teff_length\test_counts\ttpm",
                                                   *[f"{GENCODE.format(r[0], r[1])}\t2000\t1800\t{r[3]}\t1" for r in rows()]), [], "counts"),
    ("GDC", "x.augmented_star_gene_counts.tsv",
     lines("# gene-model: GENCODE v36",
           "gene_id\tgene_name\tgene_type\tunstranded\tstranded_first\tstranded_second\ttpm_unstranded\tfpkm_unstranded\tfpkm_uq_unstranded",
           "N_unmapped\t\t\t5\t5\t5\t\t\t", *[f"{r[0]}.9\t{r[1]}\tx\t{r[3]}\t1\t1\t1\t1\t1" for r in rows()]), [], "counts"),
    ("a matrix", "m.tsv", matrix(1), ["--counts-sample", "MM1"], "counts"),
    ("a matrix with names", "m.tsv", matrix(0, names=True), ["--counts-sample", "MM1"], "counts"),
    ("a matrix of commas", "m.csv", matrix(1, sep=",", samples=("MM1",)), [], "counts"),
    ("TCGA", "m.tsv", lines("gene_id\tMM1", *[f"{r[1]}|{r[2]}\t{r[3]}" for r in rows()]), [], "counts"),
    ("TPM by its sum", "m.tsv", matrix(1, lambda r: f"{tpm()[r[1]]:.4f}", ("MM1",)), [], "TPM"),
    ("TPM by its name", "x.tpm.tsv", matrix(1, lambda r: f"{tpm()[r[1]] / 2:.4f}", ("MM1",)), [], "TPM"),
    ("FPKM of StringTie", "t_data.tsv", lines("Gene ID\tGene Name\tReference\tStrand\tStart\tEnd\tCoverage\tFPKM\tTPM",
                                             *[f"{r[0]}\t{r[1]}\tc\t+\t1\t2\t3\t4\t{tpm()[r[1]]:.5f}" for r in rows()]), [], "TPM"),
]
BAD = [
    ("two samples", "m.tsv", matrix(1), [], "--counts-sample"),
    ("no such sample", "m.tsv", matrix(1), ["--counts-sample", "MM9"], "has no sample named MM9"),
    ("the mouse", "a.txt", lines(*[f"ENSMUSG0000000{i}\t{i}" for i in range(50)]), [], "mouse"),
    ("mouse symbols", "a.txt", lines(*[f"{r[1].capitalize()}\t{r[3]}" for r in rows()]), [], "mouse"),
    ("ids of nobody", "a.txt", lines(*[f"uc00{i}aaa.1\t{i}" for i in range(50)]), [], "none of the panel's"),
    ("a log scale", "m.tsv", matrix(1, lambda r: f"{(r[3] + 1) ** 0.1:.3f}", ("MM1",)), [], "log scale"),
    ("no CCND1", "a.txt", lines(*[f"{r[1]}\t{r[3]}" for r in rows() if r[1] != "CCND1"]), [], "does not hold CCND1"),
    ("a word", "a.txt", lines("CCND1\t5", "KRAS\tmany"), [], "is no count"),
    ("empty", "a.txt", "", [], "is empty"),
    ("a picture", "a.txt", "\x89PNG\r\n\x1a\n\0\0\0", [], "not recognised as gene counts"),
    ("a VCF", "a.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n", [], "--vcf (small variants), --sv"),
    ("segments", "a.cns", "chromosome\tstart\tend\tgene\tlog2\tdepth\nchr1\t1\t2\t-\t0.1\t5\n", [], "give it with --cnv"),
    ("a MAF", "a.maf", "#version 2.4\nHugo_Symbol\tVariant_Classification\tTumor_Sample_Barcode\nKRAS\tx\ty\n", [], "give it with --vcf"),
    ("prose", "a.txt", "this is no table\n", [], "not recognised as gene counts"),
]
