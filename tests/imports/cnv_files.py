"""Segments as programs document them, of one genome: each entry is (name, file name, text, options, unit).

The genome: two copies, but three of 1q, one of 13q, and three of chromosomes 5, 9, 11 (hyperdiploid); in `focal` CCND1 lies in a
segment of six copies."""
import csv
import math
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def contigs(panel):
    with open(os.path.join(ROOT, "panels", panel, "contigs.tsv")) as lines:
        return {r["ucsc"]: int(r["length"]) for r in csv.DictReader((x for x in lines if not x.startswith("##")), delimiter="\t")}


LENGTH = contigs("grch38")
LENGTH_37 = contigs("grch37")
CHROMS = [f"chr{i}" for i in range(1, 23)]
MIDDLE = {"chr1": 123400000, "chr11": 53400000, "chr13": 17700000}  # about the centromere
CCND1 = (69000000, 70500000)


def genome(focal=False, length=LENGTH, gains=("chr5", "chr9", "chr11")):
    """(chrom, first, last, copies), 1-based, without gaps."""
    for chrom in CHROMS:
        copies, last = (3 if chrom in gains else 2), length[chrom]
        if chrom == "chr1":
            yield chrom, 1, MIDDLE[chrom], 2
            yield chrom, MIDDLE[chrom] + 1, last, 3
        elif chrom == "chr13":
            yield chrom, 1, last, 1
        elif chrom == "chr11" and focal:
            yield chrom, 1, CCND1[0], copies
            yield chrom, CCND1[0] + 1, CCND1[1], 6
            yield chrom, CCND1[1] + 1, last, copies
        else:
            yield chrom, 1, last, copies


def log2(copies, purity=1.0, shift=-0.12):
    """As programs centre a genome on its median or mean: not on two copies."""
    return math.log2((purity * copies + 2 * (1 - purity)) / 2) + shift


def table(head, rows, sep="\t", before=""):
    return before + "".join(sep.join(str(x) for x in row) + "\n" for row in ([head] if head else []) + list(rows))


def bare(chrom):
    return chrom[3:]


def points(first, last):
    return (last - first) // 5000


SAM = "@HD\tVN:1.6\n" + "".join(f"@SQ\tSN:{c}\tLN:{LENGTH[c]}\n" for c in CHROMS)


def cnvkit(g, purity=1.0, call=False):
    head = ["chromosome", "start", "end", "gene", "log2", *(["cn"] if call else []), "depth", "probes", "weight"]
    return table(head, [[c, a - 1, b, "-", f"{log2(n, purity):.5f}", *([n] if call else []), 30.1, points(a, b), 900.5] for c, a, b, n in g])


def seg(g, head=("ID", "chrom", "loc.start", "loc.end", "num.mark", "seg.mean"), sample="T1", name=bare, quote=""):
    return table([quote + h + quote for h in head],
                 [[quote + sample + quote, quote + name(c) + quote, f"{a:g}" if a < 10 else a, b, points(a, b), f"{log2(n):.4f}"] for c, a, b, n in g])


def seg_of_samples(g):
    return seg(g) + seg(genome(gains=("chr4",)), sample="T2").split("\n", 1)[1]


def bins(g, size=100000):
    for c, a, b, n in g:
        for first in range(a - (a - 1) % size, b, size):
            if first >= a:
                yield c, first, min(first + size - 1, b), n


def vcf(meta, rows, columns=("T",)):
    out = ["##fileformat=VCFv4.2", *meta, *[f"##contig=<ID={c},length={LENGTH[c]}>" for c in CHROMS]]
    out.append("\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"] + (["FORMAT", *columns] if columns else [])))
    return "\n".join(out + ["\t".join(str(x) for x in r) for r in rows]) + "\n"


def alt(n):
    return "." if n == 2 else "<DUP>" if n > 2 else "<DEL>"


def calls(g, info, keys, values, all_too=True, other=()):
    return [[c, a, f"v{a}", "N", alt(n), 100, "PASS", f"END={b};" + info(n), keys, *other, values(n)] for c, a, b, n in g if all_too or n != 2]


def simple(g, meta, all_too):
    return vcf(meta, calls(g, lambda n: "SVTYPE=CNV", "GT:SM:CN:BC", lambda n: f"./.:{n / 2}:{n}:400", all_too))


def formats(g):
    g = list(g)
    half = lambda n: (n - n // 2, n // 2)
    return [
        ("CNVkit", "s.cns", cnvkit(g), [], "log2"),
        ("CNVkit call", "s.call.cns", cnvkit(g, call=True), [], "log2"),
        ("GATK called", "s.called.seg", table(["CONTIG", "START", "END", "NUM_POINTS_COPY_RATIO", "MEAN_LOG2_COPY_RATIO", "CALL"],
                                               [[c, a, b, points(a, b), f"{log2(n):.6f}", "0"] for c, a, b, n in g], before=SAM), [], "log2"),
        ("GATK model", "s.modelFinal.seg",
         table(["CONTIG", "START", "END", "NUM_POINTS_COPY_RATIO", "NUM_POINTS_ALLELE_FRACTION", "LOG2_COPY_RATIO_POSTERIOR_10",
                "LOG2_COPY_RATIO_POSTERIOR_50", "LOG2_COPY_RATIO_POSTERIOR_90"],
               [[c, a, b, points(a, b), 9, f"{log2(n) - 0.01:.6f}", f"{log2(n):.6f}", f"{log2(n) + 0.01:.6f}"] for c, a, b, n in g], before=SAM), [], "log2"),
        ("DNAcopy", "s.seg", seg(g), [], "log2"),
        ("DNAcopy of R, quoted", "s.seg", seg(g, quote='"'), [], "log2"),
        ("SEG of two samples", "s.seg", seg_of_samples(g), ["--cnv-sample", "T1"], "log2"),
        ("SEG", "s.seg", seg(g, ("Sample", "Chromosome", "Start", "End", "Num_Probes", "Segment_Mean"), name=str), [], "log2"),
        ("GDC masked", "x.seg.v2.txt", seg(g, ("GDC_Aliquot", "Chromosome", "Start", "End", "Num_Probes", "Segment_Mean")), [], "log2"),
        ("GDC ASCAT", "x.tsv", table(["GDC_Aliquot", "Chromosome", "Start", "End", "Copy_Number", "Major_Copy_Number", "Minor_Copy_Number"],
                                     [["a", c, a, b, n, *half(n)] for c, a, b, n in g]), [], "copies"),
        ("QDNAseq seg", "s.seg", seg(g, ("SAMPLE_NAME", "CHROMOSOME", "START", "STOP", "DATAPOINTS", "LOG2_RATIO_MEAN")), [], "log2"),
        ("QDNAseq igv", "s.igv", table(["chromosome", "start", "end", "feature", "T1"],
                                       [[bare(c), a, b, f"{bare(c)}:{a}-{b}", f"{log2(n):.3f}"] for c, a, b, n in bins(g)],
                                       before="#type=COPY_NUMBER\n#track coords=1\n"), [], "log2"),
        ("FACETS", "s.cncf.txt", table(["chrom", "seg", "num.mark", "nhet", "cnlr.median", "mafR", "segclust", "start", "end", "cf.em", "tcn.em", "lcn.em"],
                                       [[bare(c), i, points(a, b), 30, f"{log2(n, 0.6):.4f}", "0.1", 1, a, b, "0.6", n, "NA"] for i, (c, a, b, n) in enumerate(g)]),
         [], "copies"),
        ("ASCAT", "s.segments.txt", table(["sample", "chr", "startpos", "endpos", "nMajor", "nMinor"],
                                          [["T1", bare(c), a, b, *half(n)] for c, a, b, n in g]), [], "copies"),
        ("ascatNgs", "s.copynumber.caveman.csv", table(None, [[i + 1, bare(c), a, b, 2, 1, n, n // 2] for i, (c, a, b, n) in enumerate(g)], sep=","), [], "copies"),
        ("Battenberg", "s_subclones.txt",
         table(["chr", "startpos", "endpos", "BAF", "pval", "LogR", "ntot", "nMaj1_A", "nMin1_A", "frac1_A", "nMaj2_A", "nMin2_A", "frac2_A"],
               [[bare(c), a, b, 0.5, 1, f"{log2(n):.3f}", n, *half(n), 1, "NA", "NA", "NA"] for c, a, b, n in g]), [], "copies"),
        ("PURPLE", "s.purple.cnv.somatic.tsv",
         table(["chromosome", "start", "end", "copyNumber", "bafCount", "observedBAF", "baf", "segmentStartSupport", "segmentEndSupport", "method",
                "depthWindowCount", "gcContent", "minStart", "maxStart", "minorAlleleCopyNumber", "majorAlleleCopyNumber"],
               [[c, a, b, f"{n + 0.03:.4f}", 90, 0.5, 0.5, "NONE", "NONE", "BAF_WEIGHTED", points(a, b), 0.41, a, a, n // 2, n - n // 2] for c, a, b, n in g]),
         [], "copies"),
        ("Sequenza", "s_segments.txt",
         table([f'"{h}"' for h in ("chromosome", "start.pos", "end.pos", "Bf", "N.BAF", "sd.BAF", "depth.ratio", "N.ratio", "sd.ratio", "CNt", "A", "B", "LPP")],
               [[f'"{c}"', a, b, 0.5, 90, 0.1, 1.0, points(a, b), 0.1, n, *half(n), -7] for c, a, b, n in g]), [], "copies"),
        ("ichorCNA", "s.seg.txt",
         table(["ID", "chrom", "start", "end", "num.mark", "seg.median.logR", "copy.number", "call", "subclone.status", "logR_Copy_Number",
                "Corrected_Copy_Number", "Corrected_Call"],
               [["T1", bare(c), a, b, points(a, b), f"{log2(n, 0.3):.4f}", min(n, 5), "X", "FALSE", n, n, "X"] for c, a, b, n in g]), [], "copies"),
        ("ichorCNA old", "s.seg", table(["sample", "chr", "start", "end", "event", "copy.number", "bins", "median"],
                                        [["T1", bare(c), a, b, "X", n, points(a, b), f"{log2(n, 0.3):.4f}"] for c, a, b, n in g]), [], "copies"),
        ("TitanCNA", "s.segs.txt",
         table(["Sample", "Chromosome", "Start_Position.bp.", "End_Position.bp.", "Length.snp.", "Median_Ratio", "Median_logR", "TITAN_state",
                "TITAN_call", "Copy_Number", "MinorCN", "MajorCN", "Clonal_Cluster", "Cellular_Prevalence"],
               [["T1", c, a, b, points(a, b), 0.5, f"{log2(n):.3f}", 3, "HET", n, n // 2, n - n // 2, 1, 0.9] for c, a, b, n in g]), [], "copies"),
        ("PureCN", "s_dnacopy.seg", table(["ID", "chrom", "loc.start", "loc.end", "num.mark", "seg.mean", "C"],
                                          [["T1", c, a, b, points(a, b), f"{log2(n, 0.5):.4f}", n] for c, a, b, n in g]), [], "copies"),
        ("FREEC ratio", "s_ratio.txt", table(["Chromosome", "Start", "Ratio", "MedianRatio", "CopyNumber"],
                                             [[bare(c), a, n / 2, n / 2, n] for c, a, b, n in bins(g)]), [], "rounded"),
        ("DRAGEN seg", "s.seg.called.merged", table(["Sample", "Chromosome", "Start", "End", "Num_Targets", "Segment_Mean", "Segment_Call", "Qual", "Filter",
                                                     "Copy_Number", "Ploidy", "Improper_Pairs"],
                                                    [["T1", c, a - 1, b, points(a, b), n / 2, "+", 90, "PASS", n, 2, "0,0"] for c, a, b, n in g]), [], "rounded"),
        ("DRAGEN VCF", "s.cnv.vcf", simple(g, ["##source=DRAGEN_CNV"], True), [], "rounded"),
        ("DRAGEN VCF with its purity", "s.cnv.vcf", simple(g, ["##source=DRAGEN_CNV", "##EstimatedTumorPurity=0.6"], True), [], "copies"),
        ("Delly cnv", "s.vcf", vcf(["##source=DELLY"], [[c, a, ".", "N", "<CNV>", 100, "PASS", f"END={b};SVTYPE=CNV", "GT:CN:RDCN", f"./.:{n}:{n + 0.04}"]
                                                    for c, a, b, n in g]), [], "rounded"),
        ("GATK gCNV", "s.vcf", vcf(["##source=PostprocessGermlineCNVCalls"],
                                   [[c, a, ".", "N", "<DEL>,<DUP>", 100, "PASS", f"END={b}", "GT:CN:NP", f"{0 if n == 2 else 2 if n > 2 else 1}:{n}:90"] for c, a, b, n in g]),
         [], "rounded"),
        ("cnv_facets", "s.vcf", vcf(["##source=cnv_facets"], [[c, a, ".", "N", "<CNV>", ".", "PASS", f"END={b};SVTYPE=X;TCN_EM={n};LCN_EM=."] for c, a, b, n in g], ()),
         [], "copies"),
    ]


def lists(g):
    """Files that hold changes alone."""
    g = [x for x in g if x[3] != 2]
    freec = lambda n: "gain" if n > 2 else "loss"
    return [
        ("FREEC CNVs", "s_CNVs", table(None, [[bare(c), a, b, n, freec(n)] for c, a, b, n in g])),
        ("FREEC p values", "s_CNVs.p.value.txt", table(["chr", "start", "end", "copy number", "status", "WilcoxonRankSumTestPvalue"],
                                                       [[bare(c), a, b, n, freec(n), "1e-9"] for c, a, b, n in g])),
        ("ASCAT cnvs", "s.cnvs.txt", table(["chr", "startpos", "endpos", "nMajor", "nMinor"], [[bare(c), a, b, n - n // 2, n // 2] for c, a, b, n in g])),
        ("DRAGEN germline VCF", "s.vcf", simple(g, ["##source=DRAGEN_CNV"], False)),
        ("CNVkit VCF", "s.vcf", vcf(["##source=CNVkit v0.9.10"],
                                    [[c, a, ".", "N", alt(n), ".", ".", f"IMPRECISE;SVTYPE=X;END={b};FOLD_CHANGE={n / 2};FOLD_CHANGE_LOG={log2(n, shift=0):.4f};PROBES=90",
                                      "GT:GQ", "0/1:90"] for c, a, b, n in g])),
        ("QDNAseq VCF", "s.vcf", vcf(["##source=QDNAseq-1.38"], [[c, a, ".", "N", alt(n), 1000, "PASS",
                                                                 f"SVTYPE=X;END={b};BINS=90;SCORE=1;LOG2CNT={log2(n, shift=0):.2f}", "GT", "0/1"] for c, a, b, n in g])),
        ("CNVnator", "s.vcf", vcf(["##source=CNVnator"], [[c, a, ".", "N", alt(n), ".", "PASS", f"END={b};SVTYPE=X;natorRD={n / 2}", "GT", "0/1"] for c, a, b, n in g])),
        ("SEG of changes", "s.seg", table(["ID", "chrom", "loc.start", "loc.end", "num.mark", "seg.mean"],
                                          [["T1", c, a, b, points(a, b), f"{log2(n, shift=0):.4f}"] for c, a, b, n in g])),
        ("Manta DUP", "s.vcf", vcf(["##source=GenerateSVCandidates 1.6.0"], [[c, a, ".", "N", alt(n).replace("DUP", "DUP:TANDEM"), ".", "PASS",
                                                                             f"END={b};SVTYPE=X", "GT:PR", "0/1:9,9"] for c, a, b, n in g])),
    ]


G = list(genome())
NO_11 = [x for x in G if x[0] != "chr11"]
OVERLAP = G + [("chr11", 60000000, 80000000, 5)]
MANY = seg([(c, a, b, n) for c, a, b, n in G]).replace("T1\t", "T1\t")
BAD = [
    ("alignments", "s.sam", SAM + "r1\t0\tchr1\t100\t60\t4M\t*\t0\t0\tACGT\tIIII\n", ["--panel", "grch38"], "is SAM text"),
    ("no chromosome 11", "s.cns", cnvkit(NO_11), [], "no segment on chromosome 11"),
    ("overlapping", "s.cns", cnvkit(OVERLAP), [], "overlaps that of line"),
    ("another build", "s.cns", cnvkit(genome(length=LENGTH_37)), ["--panel", "grch38"], "beyond the end of their chromosome in GRCh38"),
    ("another build as VCF", "s.vcf", simple(G, ["##source=DRAGEN_CNV"], True).replace("length=", "length=1"), ["--panel", "grch37"], "another build"),
    ("empty", "s.cns", "", [], "is empty"),
    ("a header only", "s.cns", cnvkit([]), ["--panel", "grch38"], "holds no segment"),
    ("no build", "s.cns", cnvkit([("chr11", 60000000, 80000000, 3)]), [], "fit several builds: give --panel"),
    ("bins of CNVkit", "s.cnr", "chromosome\tstart\tend\tgene\tdepth\tlog2\tweight\nchr1\t1\t2\t-\t9\t0\t1\n", ["--panel", "grch38"], "give the .cns"),
    ("bins of GATK", "s.tsv", SAM + "CONTIG\tSTART\tEND\tLOG2_COPY_RATIO\nchr1\t1\t2\t0.1\n", ["--panel", "grch38"], "bins, not segments"),
    ("bins of QDNAseq", "s.igv", table(["chromosome", "start", "end", "feature", "T1"],
                                       [[bare(c), a, b, "x", f"{log2(n) + i % 7 / 100:.3f}"] for i, (c, a, b, n) in enumerate(bins(G))]), [], "holds bins, not segments"),
    ("genes of GISTIC", "all_data_by_genes.txt", "Gene Symbol\tLocus ID\tCytoband\tT1\nCCND1\t595\t11q13.3\t0.4\n", ["--panel", "grch38"], "holds levels of genes"),
    ("two samples", "s.seg", seg_of_samples(G), [], "holds several samples: T1, T2; name one with --cnv-sample"),
    ("no such sample", "s.seg", seg_of_samples(G), ["--cnv-sample", "T9"], "has no sample named T9; its samples are: T1, T2"),
    ("ratios as logs", "s.seg", table(["ID", "chrom", "loc.start", "loc.end", "num.mark", "seg.mean"], [["T", c, a, b, 9, n / 2] for c, a, b, n in G]), [],
     "ratios or copies, expected log2"),
    ("a word", "s.cns", cnvkit(G).replace("-0.12000\t", "low\t", 1), [], "s.cns:2: 'low' is no copy number"),
    ("no place", "s.cns", cnvkit(G).replace("\t0\t", "\there\t", 1), [], "s.cns:2: has no position"),
    ("mouse names", "s.cns", cnvkit([("chrA", 1, 500000, 2)]), ["--panel", "grch38"], "its chromosomes are named like 'chrA'"),
    ("an end beyond all places", "s.seg", "ID\tchrom\tloc.start\tloc.end\tnum.mark\tseg.mean\nT1\tchr11\t1\t2147483647\t500\t0.1\n", [],
     "s.seg:2: chr11:1-2147483647 is no interval"),
    ("prose", "s.txt", "this is no table\n", ["--panel", "grch38"], "not recognised as segments"),
]
