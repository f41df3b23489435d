"""Structural variants as callers document them, of one t(11;14): each function writes the lines of one caller's VCF.

The join: chr11:69,500,000 keeps what lies left of it, chr14:105,863,000 what lies right of it (N[chr14:105863000[)."""

A, B = 69500000, 105863000
CONTIGS = [("chr11", 135086622), ("chr14", 107043718), ("chr2", 242193529)]
HERE, THERE = f"N[chr14:{B}[", f"]chr11:{A}]N"


def file(meta, rows, columns, info=()):
    """rows: (chrom, pos, alt, filter, info, format, values...)"""
    out = ["##fileformat=VCFv4.2", *meta]
    out += [f"##contig=<ID={name},length={length}>" for name, length in CONTIGS]
    out.append("\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"] + (["FORMAT", *columns] if columns else [])))
    for i, (chrom, pos, alt, filter_, info_, *rest) in enumerate(rows):
        out.append("\t".join([chrom, str(pos), f"v{i}", "N", alt, "100", filter_, info_, *rest]))
    return "\n".join(out) + "\n"


def pair(meta, format_, normal, tumour, columns=("N", "T"), filter_="PASS", extra=""):
    values = [format_, normal, tumour] if normal else [format_, tumour]
    return file(meta, [("chr11", A, HERE, filter_, "SVTYPE=BND;MATEID=v1" + extra, *values),
                       ("chr14", B, THERE, filter_, "SVTYPE=BND;MATEID=v0" + extra, *values)],
                list(columns) if normal else list(columns)[1:])


def single(meta, chrom, pos, alt, info, columns=(), *values, filter_="PASS"):
    return file(meta, [(chrom, pos, alt, filter_, info, *values)], list(columns))


# name, text, caller as named, split, discordant
CALLERS = [
    ("manta", pair(["##source=GenerateSVCandidates 1.6.0", "##cmdline=configManta.py --normalBam N.bam --tumorBam T.bam"], "PR:SR",
                   "40,0:38,0", "42,9:37,12"), "Manta", 12, 9),
    ("gridss", pair(["##gridssVersion=2.13.2", "##normal_sample=N", "##tumor_sample=T"], "GT:RP:SR:VF:REF:REFPAIR", ".:0:0:0:40:30",
                    ".:9:12:19:35:30"), "GRIDSS", 12, 9),
    ("purple", pair(["##purpleVersion=4.0", "##normal_sample=N", "##tumor_sample=T"], "GT:RP:SR:VF", ".:0:0:0", ".:9:12:19"), "PURPLE", 12, 9),
    ("esvee", pair(["##EsveeVersion=1.0", "##normal_sample=N", "##tumor_sample=T"], "GT:DF:SF:VF:REF:REFPAIR", "./.:0:0:0:40:30",
                   "./.:9:12:21:35:30"), "ESVEE", 12, 9),
    ("delly", single(["##source=DELLY"], "chr14", B, THERE, f"SVTYPE=BND;CHR2=chr11;POS2={A};END={B + 1};CT=5to3;PE=9;SR=12",
                     ["T_tumor", "N_normal"], "GT:DR:DV:RR:RV", "0/1:30:9:28:12", "0/0:30:0:28:0"), "Delly", 12, 9),
    ("delly before 0.8", single(["##source=DELLY"], "chr14", B, "<TRA>", f"SVTYPE=TRA;CHR2=chr11;END={A};CT=5to3;PE=9;SR=12",
                                ["T_tumor", "N_normal"], "GT:DR:DV:RR:RV", "0/1:30:9:28:12", "0/0:30:0:28:0"), "Delly", 12, 9),
    ("svaba", pair(["##source=svaba_v1.1.0 svaba run -t T.bam"], "GT:AD:DP:DR:SR", "0/0:0:40:0:0", "0/1:19:40:9:12",
                   ("normal", "tumor")), "SvABA", 12, 9),
    ("lumpy", pair(["##source=LUMPY"], "GT:SU:PE:SR", None, "./.:21:9:12", extra=";STRANDS=+-:21"), "Lumpy", 12, 9),
    ("sniffles2", single(["##source=Sniffles2_2.2"], "chr11", A, HERE, "PRECISE;SVTYPE=BND;SUPPORT=12;CHR2=chr14;STRAND=+-", ["T"],
                         "GT:GQ:DR:DV", "0/1:60:20:12"), "Sniffles", 12, None),
    ("sniffles1", single(["##source=Sniffles"], "chr11", A, "<TRA>", f"SVTYPE=TRA;CHR2=chr14;END={B};STRANDS=+-;RE=12", ["T"], "GT:DR:DV",
                         "./.:20:12"), "Sniffles", 12, None),
    ("cutesv", single(["##source=cuteSV-2.1.0"], "chr11", A, HERE, "PRECISE;SVTYPE=BND;RE=12;RNAMES=NULL", ["T"], "GT:DR:DV:PL:GQ",
                      "0/1:20:12:1,2,3:60"), "cuteSV", 12, None),
    ("severus", pair(["##source=Severus v1.1"], "GT:GQ:VAF:hVAF:DR:DV", None, "0/1:60:0.35:0,0,0.35:22:12"), "Severus", 12, None),
    ("pbsv", pair(["##source=pbsv 2.9.0 (commit v2.9.0)"], "GT:AD:DP:SAC", None, "0/1:20,12:32:10,10,6,6"), "pbsv", 12, None),
    ("svim", single(["##source=SVIM-v2.0.0"], "chr11", A, HERE, "SVTYPE=BND;SUPPORT=12;STD_POS1=1.5;STD_POS2=2.0", ["T"], "GT:DP:AD",
                    "./.:.:.,."), "SVIM", 12, None),
    ("dragen", pair(["##DRAGENVersion=<ID=dragen>", "##source=DRAGEN 4.2"], "PR:SR", "40,0:38,0", "42,9:37,12", ("x_N", "x_T")),
     "DRAGEN", 12, 9),
    ("no columns", single(["##source=LUMPY"], "chr11", A, HERE, "SVTYPE=BND;PE=9;SR=12"), "Lumpy", 12, 9),
]

MANTA = ["##source=GenerateSVCandidates 1.6.0"]
# name, text, state, a reason that must be there
OTHERS = [
    ("refused", pair(MANTA, "PR:SR", None, "42,9:37,12", filter_="MinSomaticScore"), "not-assessable", "sv-refused"),
    ("sample filter", pair(MANTA, "FT:PR:SR", None, "LowGQ:42,9:37,12"), "not-assessable", "sv-refused"),
    ("in the normal only", pair(MANTA, "PR:SR", "40,9:38,12", "42,0:37,0", ("NORMAL", "TUMOR")), "not-assessable", "sv-refused"),
    ("elsewhere on 14", single(MANTA, "chr11", A, "N[chr14:50000000[", "SVTYPE=BND", ["T"], "PR:SR", "42,9:37,12"), "not-assessable",
     "sv-list"),
    ("elsewhere on 11", single(MANTA, "chr11", 20000000, HERE, "SVTYPE=BND", ["T"], "PR:SR", "42,9:37,12"), "not-assessable", "sv-list"),
    ("a deletion only", single(MANTA, "chr2", 1000, "<DEL>", "SVTYPE=DEL;END=9000", ["T"], "PR:SR", "42,9:37,12"), "not-assessable",
     "sv-list"),
    ("empty", file(MANTA, [], ["T"]), "not-assessable", "sv-list"),
    ("alternative contig", single(MANTA, "chr11", A, "N[chr14_KI270846v1_alt:1200000[", "SVTYPE=BND", ["T"], "PR:SR", "42,9:37,12"),
     "detected", "sv-found"),
    ("no chr", pair(MANTA, "PR:SR", None, "42,9:37,12").replace("chr", ""), "detected", "sv-found"),
]
SMALL = ("##fileformat=VCFv4.2\n##contig=<ID=chr12,length=133275309>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT\n"
         "chr12\t25245350\t.\tC\tT\t.\tPASS\t.\tGT:AD\t0/1:90,10\n")
# name, text, what the refusal says
BAD = [
    ("small variants", SMALL, "give it with --vcf"),
    ("another build", pair(MANTA, "PR:SR", None, "42,9:37,12").replace("135086622", "135006516").replace("107043718", "107349540")
     .replace("242193529", "243199373"), "is on GRCh37", "--panel", "grch38"),
    ("two tumours", pair(MANTA, "PR:SR", "42,9:37,12", "42,9:37,12", ("P_primary", "P_relapse")), "both look like one"),
    ("no text", "", "is empty"),
    ("mate beyond its contig", single(MANTA, "chr11", A, "N[chr14:207000000[", "SVTYPE=BND", ["T"], "PR:SR", "42,9:37,12"),
     "beyond the end of that contig"),
]
