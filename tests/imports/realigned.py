"""Gene counts and the BAM that they were counted from: one level of CCND1.

Simulated RNA (tests/sim) is aligned by HISAT2 to the genes' own stretches of the genome, whose introns get the usual splice sites, and
placed back on the whole chromosomes; featureCounts counts those alignments. Needs hisat2, featureCounts (subread) and samtools."""
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import Genome, Panel, build_simulators  # noqa: E402

TOOLS = ("hisat2", "hisat2-build", "featureCounts", "samtools")
FLANK = 1000


def missing():
    return [x for x in TOOLS if not shutil.which(x)]


def stretches(panel):
    """{name: (contig, beg0, end0, [(gene, strand, exons)])}: genes that lie together in one."""
    spans = sorted((x["contig"], x["exons"][0][0] - FLANK, x["exons"][-1][1] + FLANK, g) for g, x in panel.genes.items())
    out = []
    for contig, beg, end, gene in spans:
        if out and out[-1][0] == contig and beg < out[-1][2]:
            out[-1][2] = max(out[-1][2], end)
            out[-1][3].append(gene)
        else:
            out.append([contig, beg, end, [gene]])
    return {f"{c}_{b}": (c, b, e, genes) for c, b, e, genes in out}


def write_reference(genome, places, path):
    sites = {"+": ("GT", "AG"), "-": ("CT", "AC")}
    with open(path, "w") as out:
        for name, (contig, beg, end, genes) in places.items():
            text = bytearray(genome.fetch(contig, beg, end), "ascii")
            for gene in genes:
                exons, (first, last) = genome.panel.genes[gene]["exons"], sites[genome.panel.genes[gene]["strand"]]
                for (_, left), (right, _) in zip(exons, exons[1:]):
                    if right - left > 20:
                        text[left - beg:left - beg + 2] = first.encode()
                        text[right - beg - 2:right - beg] = last.encode()
            out.write(f">{name}\n{text.decode()}\n")


def place_back(sam, places, panel, out):
    """Alignments on stretches become alignments on chromosomes."""
    contig_of = {name: (c, b) for name, (c, b, _, _) in places.items()}
    with open(out, "w") as to:
        to.write("@HD\tVN:1.6\tSO:unsorted\n" + "".join(f"@SQ\tSN:{c}\tLN:{n}\n" for c, n in panel.lengths.items()) + "@RG\tID:x\tSM:x\n")
        for line in sam:
            if line[0] == "@":
                continue
            f = line.rstrip("\n").split("\t")
            here = f[2]
            if here != "*":
                f[2], shift = contig_of[here]
                f[3] = str(int(f[3]) + shift)
            if f[6] not in "=*":
                contig, shift = contig_of[f[6]]
                f[6], f[7] = ("=" if contig == f[2] else contig), str(int(f[7]) + shift)
            elif f[6] == "=":
                f[7] = str(int(f[7]) + contig_of[here][1])
            to.write("\t".join(f) + "\n")


def run(*command, **options):
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, stdout=options.pop("stdout", subprocess.DEVNULL), **options)


def write_saf(panel, path):
    with open(path, "w") as out:
        out.write("GeneID\tChr\tStart\tEnd\tStrand\n")
        for gene, x in panel.genes.items():
            for beg, end in x["exons"]:
                out.write(f"{gene}\t{x['contig']}\t{beg + 1}\t{end}\t{x['strand']}\n")


def make(folder, specs):
    """Yields (name, BAM, counts) of each RNA spec."""
    panel = Panel("grch38")
    genome, places = Genome(panel), stretches(panel)
    reference, saf = os.path.join(folder, "genes.fa"), os.path.join(folder, "genes.saf")
    write_reference(genome, places, reference)
    write_saf(panel, saf)
    run("hisat2-build", "-q", reference, reference)
    for i, (name, rna) in enumerate(specs):
        base = os.path.join(folder, f"r{i}")
        build_simulators({"seed": i + 1, "rna": rna}, genome)["rna"].write(base + ".sim.bam", sort="name")
        run("samtools", "fastq", "-n", "-F", "0x900", "-1", base + "_1.fq", "-2", base + "_2.fq", "-0", "/dev/null", "-s", "/dev/null", base + ".sim.bam")
        with open(base + ".sam", "w") as out:
            run("hisat2", "-q", "-x", reference, "-1", base + "_1.fq", "-2", base + "_2.fq", "--no-unal", "--rg-id", "x", stdout=out)
        with open(base + ".sam") as sam:
            place_back(sam, places, panel, base + ".placed.sam")
        run("samtools", "sort", "--write-index", "-o", base + ".bam##idx##" + base + ".bam.bai", base + ".placed.sam")
        strand = {"none": "0", "forward": "1", "reverse": "2"}[rna.get("strand", "none")]
        run("featureCounts", "-p", "--countReadPairs", "-s", strand, "-F", "SAF", "-a", saf, "-o", base + ".txt", "--tmpDir", folder, base + ".bam")
        yield name, base + ".bam", base + ".txt"
