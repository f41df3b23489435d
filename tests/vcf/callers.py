"""Hom-ref stretches as callers document them, made here: header lines, one row a stretch or a place, and what they earn.

Each row: name, header lines, kind ("blocks" or "places"), ALT, FILTER, FORMAT, the tumour's column, state, least lod95 of
KRAS 12 (None: none may be given)."""

# The codons that decide: first base (GRCh38).
CODONS = [("chr1", 114709581), ("chr1", 114709668), ("chr1", 114713907), ("chr1", 114713913), ("chr1", 114716122),
          ("chr1", 114716125), ("chr12", 25225626), ("chr12", 25225713), ("chr12", 25227341), ("chr12", 25227347),
          ("chr12", 25245346), ("chr12", 25245349)]

MUTECT = '##GATKCommandLine=<ID=Mutect2,CommandLine="Mutect2 --emit-ref-confidence GVCF %s",Version="4.5.0.0">'
PISCES = '##Pisces_cmdline="-bam t.bam -g genome -gvcf true %s"'
DRAGEN = '##DRAGENCommandLine=<ID=dragen,Version="07.021",CommandLineOptions="--ref-dir hg38 %s --vc-emit-ref-confidence GVCF">'
OCTOPUS = '##octopus=<version=0.7.4,command="octopus -R ref.fa -I t.bam %s --refcall BLOCKED -o o.vcf">'

ROWS = [
    ("mutect2", [MUTECT % ""], "blocks", "<NON_REF>", ".", "GT:DP:MIN_DP:TLOD", "0/0:900:800:-2.5", "wild-type", 0.02),
    ("mutect2 states a VAF", [MUTECT % "--minimum-allele-fraction 0.04"], "blocks", "<NON_REF>", ".", "GT:DP:MIN_DP:TLOD",
     "0/0:900:800:-2.5", "wild-type", 0.04),
    ("mutect2 states a high VAF", [MUTECT % "--minimum-allele-fraction 0.15"], "blocks", "<NON_REF>", ".",
     "GT:DP:MIN_DP:TLOD", "0/0:900:800:-2.5", "not-assessable", 0.15),
    ("mutect2 saw a hint", [MUTECT % ""], "blocks", "<NON_REF>", ".", "GT:DP:MIN_DP:TLOD", "0/0:900:800:0.9",
     "not-assessable", None),
    ("strelka2 somatic", ["##source=strelka", "##content=strelka somatic snv calls"], "blocks", ".", "PASS", "GT:DP", "0/0:900",
     "not-assessable", None),
    ("vardict", ["##source=VarDict_v1.8.3", '##FILTER=<ID=f0.01,Description="Allele frequency < 0.01">'], "places", ".", "PASS",
     "GT:DP:VD:AD:AF", "0/0:900:0:900,0:0", "wild-type", 0.01),
    ("vardict without a limit", ["##source=VarDict_v1.8.3"], "places", ".", "PASS", "GT:DP:VD:AD:AF", "0/0:900:0:900,0:0",
     "wild-type", 0.05),
    ("pisces", ["##source=Pisces 5.2.10.49", PISCES % "-ploidy somatic"], "places", ".", "PASS", "GT:GQ:AD:DP:VF:NL:SB:NC",
     "0/0:100:899:900:0.0011:20:-100.0:0.0", "wild-type", 0.01),
    ("pisces states a VAF", ["##source=Pisces 5.2.10.49", PISCES % "-minvf 0.03"], "places", ".", "PASS",
     "GT:GQ:AD:DP:VF:NL:SB:NC", "0/0:100:899:900:0.0011:20:-100.0:0.0", "wild-type", 0.03),
    ("pisces diploid", ["##source=Pisces 5.2.10.49", PISCES % "-ploidy diploid"], "places", ".", "PASS",
     "GT:GQ:AD:DP:VF:NL:SB:NC", "0/0:100:899:900:0.0011:20:-100.0:0.0", "not-assessable", 0.2),
    ("deepsomatic", ["##DeepVariant_version=1.9.0", '##FILTER=<ID=GERMLINE,Description="Non somatic variants">'], "blocks",
     "<*>", ".", "GT:GQ:MIN_DP:PL", "0/0:50:900:0,300,2990", "wild-type", 0.05),
    ("deepvariant", ["##DeepVariant_version=1.9.0"], "blocks", "<*>", ".", "GT:GQ:MIN_DP:PL", "0/0:50:900:0,300,2990",
     "not-assessable", 0.2),
    ("clairs-to", ["##source=ClairS-TO", "##cmdline=run_clairs_to --snv_min_af 0.05 --indel_min_af 0.05"], "places", ".", "PASS",
     "GT:GQ:DP:AF:AD", "0/0:40:900:0.0:900", "wild-type", 0.05),
    ("clairs-to refuses", ["##source=ClairS-TO"], "places", ".", "RefCall", "GT:GQ:DP:AF:AD", "0/0:40:900:0.0:900",
     "not-assessable", None),
    ("dragen somatic", [DRAGEN % "--tumor-bam-input t.bam --vc-target-vaf 0.03"], "blocks", "<NON_REF>", "PASS",
     "GT:AD:DP:MIN_DP", "0/0:900,0:900:850", "wild-type", 0.03),
    ("dragen germline", [DRAGEN % "-b t.bam"], "blocks", "<NON_REF>", "PASS", "GT:AD:DP:MIN_DP", "0/0:900,0:900:850",
     "not-assessable", 0.2),
    ("octopus cancer", ["##source=octopus", OCTOPUS % "--caller cancer --min-expected-somatic-frequency 0.02"], "blocks", "<*>",
     "PASS", "GT:GQ:DP:MQ:PS:PQ", "0|0:60:900:60:1:99", "wild-type", 0.02),
    ("octopus individual", ["##source=octopus", OCTOPUS % ""], "blocks", "<*>", "PASS", "GT:GQ:DP:MQ:PS:PQ",
     "0|0:60:900:60:1:99", "not-assessable", 0.2),
    ("freebayes pooled", ["##source=freeBayes v1.3.6",
                          '##commandline="freebayes -f ref.fa -F 0.02 --pooled-continuous --gvcf t.bam"'],
     "blocks", "<*>", ".", "GT:DP:MIN_DP:QR:QA", "0/0:900:880:30000:0", "wild-type", 0.02),
    ("two programs, one of genotypes", [MUTECT % "", "##bcftools_callCommand=call -mg"], "blocks", "<NON_REF>", ".",
     "GT:DP:MIN_DP", "0/0:900:800", "not-assessable", 0.2),
    ("named on a path only", ['##commandline="run /opt/Mutect2/x --caller cancer"'], "blocks", "<NON_REF>", ".", "GT:DP:MIN_DP",
     "0/0:900:800", "not-assessable", None),
    ("sample filter", [MUTECT % ""], "blocks", "<NON_REF>", ".", "GT:DP:MIN_DP:FT", "0/0:900:800:LowGQX", "not-assessable",
     None),
]


def write(path, headers, kind, alt, filter_, format_, sample):
    with open(path, "w") as out:
        out.write("##fileformat=VCFv4.2\n" + "".join(h + "\n" for h in headers))
        for name, length in (("chr1", 248956422), ("chr12", 133275309)):
            out.write(f"##contig=<ID={name},length={length}>\n")
        out.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n")
        if kind == "blocks":
            places = [("chr1", 114704469, "T", "END=114716771"), ("chr12", 25205246, "T", "END=25250929")]
        else:
            places = [(c, p + i, "N", ".") for c, p in CODONS for i in range(3)]
        for contig, pos, ref, info in places:
            out.write(f"{contig}\t{pos}\t.\t{ref}\t{alt}\t.\t{filter_}\t{info}\t{format_}\t{sample}\n")
