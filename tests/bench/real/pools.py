"""Pools of reads with an Illumina simulator's errors and bwa's alignments; bench_real.py draws samples from them."""
import bisect
import collections
import os
import random
import subprocess
import sys
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import CODE, Panel, reverse_complement, rows  # noqa: E402

REFERENCE = os.path.join(ROOT, "..", "shared", "reference", "GRCh38.nmask.fa.gz")
FLANK = 700
PROFILES = (("HSXt", 150), ("HS25", 125), ("MSv3", 200))
HOTSPOTS = (("KRAS", 12), ("KRAS", 13), ("KRAS", 61), ("KRAS", 146), ("NRAS", 12), ("NRAS", 13), ("NRAS", 61))
OTHER = {"A": "CGT", "C": "AGT", "G": "ACT", "T": "ACG"}
PRIMER = 22  # bases
POOL_SEED = 1

Change = collections.namedtuple("Change", "contig pos0 ref alt")
# number of the window, first base of the template in it, bases of the template, and its copies' records, one text each
Molecule = collections.namedtuple("Molecule", "window at length copies")


def run(command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout


class Window:
    def __init__(self, contig, beg0, bases, first, last):
        self.contig, self.beg0, self.bases = contig, beg0, bases
        self.first, self.last = first - beg0, last - beg0  # bases that decide
        self.places = {b: [i for i, x in enumerate(bases) if x == b] for b in "ACGT"}

    def holds(self, change):
        return change.contig == self.contig and 0 <= change.pos0 - self.beg0 < len(self.bases)

    def mean_length(self, read_length):
        return max(read_length + 30, 220)

    def molecules(self, depth, read_length):
        """How many random molecules make the depth."""
        mean, apart = self.mean_length(read_length), self.last - self.first
        return int(depth * (apart + mean) / (mean - apart if mean > apart + 60 else mean))


class World:
    """The windows, their sequences, and the changes to plant."""

    def __init__(self, folder):
        self.panel = Panel("grch38")
        lengths = dict(line.split("\t")[:2] for line in open(REFERENCE + ".fai"))
        places = collections.defaultdict(list)
        for gene, codon in HOTSPOTS + (("KRAS", 59), ("KRAS", 117), ("NRAS", 59), ("NRAS", 117), ("NRAS", 146)):
            places[self.panel.cds[gene][0]] += self.panel.codon_places(gene, codon)
        self.windows = []
        for contig in sorted(places):
            group = []
            for p in sorted(places[contig]) + [1 << 40]:
                if group and p - group[-1] > 400:
                    beg0, end0 = group[0] - FLANK, group[-1] + 1 + FLANK
                    text = run(["samtools", "faidx", REFERENCE, "%s:%d-%d" % (contig, beg0 + 1, end0)], text=True)
                    bases = "".join(text.split("\n")[1:]).upper()
                    self.windows.append(Window(contig, beg0, bases, group[0], group[-1]))
                    group = []
                group.append(p)
        self.fasta = os.path.join(folder, "windows.fa")
        with open(self.fasta, "w") as out:
            for i, w in enumerate(self.windows):
                out.write(">%d\n%s\n" % (i, w.bases))
        run(["bwa", "index", self.fasta])
        self.header = ("@HD\tVN:1.6\tSO:unsorted\n" + "".join("@SQ\tSN:%s\tLN:%s\n" % x for x in lengths.items()) +
                       "@RG\tID:1\tSM:s\n")
        self.activating = collections.defaultdict(set)
        for r in rows(os.path.join(ROOT, "panels", "common", "activating.tsv")):
            if r["protein"][1:-1].isdigit():
                self.activating[(r["gene"], int(r["protein"][1:-1]))].add(r["protein"][-1])

    def window_of(self, contig, pos0):
        return next(i for i, w in enumerate(self.windows) if w.contig == contig and 0 <= pos0 - w.beg0 < len(w.bases))

    def middle(self, gene, codon):
        """The codon's window, and its middle base there."""
        pos0 = sorted(self.panel.codon_places(gene, codon))[1]
        window = self.window_of(self.panel.cds[gene][0], pos0)
        return window, pos0 - self.windows[window].beg0

    def substitution(self, rng, gene, codon):
        """A one-base activating change."""
        old, options = self.panel.codon(gene, codon), []
        for k in range(3):
            for b in OTHER[old[k]]:
                new = old[:k] + b + old[k + 1:]
                if CODE[new] in self.activating[(gene, codon)]:
                    options.append(new)
        return Change(*self.panel.alleles({"gene": gene, "codon": codon, "to": rng.choice(options)})[0])

    def duplication(self, gene, codon):
        """The codon inserted once more."""
        window, middle = self.middle(gene, codon)
        w = self.windows[window]
        return Change(w.contig, w.beg0 + middle - 1, "", w.bases[middle - 1:middle + 2])


def changed(window, change):
    """The window's bases with the change."""
    i = change.pos0 - window.beg0
    assert window.bases[i:i + len(change.ref)] == change.ref, change
    return window.bases[:i] + change.alt + window.bases[i + len(change.ref):]


class Pools:
    """Each pool is made when it is first asked for, and kept in `folder` as SAM text."""

    def __init__(self, world, folder, size):
        self.world, self.folder, self.size, self.made = world, folder, size, {}

    # ---- what to simulate: (window, at, bases) of each template

    def random_templates(self, rng, index, read_length, n, change=None):
        w, found = self.world.windows[index], []
        bases = changed(w, change) if change else w.bases
        for _ in range(n):
            length = int(min(500, max(read_length + 5, rng.gauss(w.mean_length(read_length), 35))))
            at = rng.randrange(w.first - length + 10, w.last - 9)
            found.append((index, at, bases[at:at + length]))
        return found

    def sheared(self, profile, index, change=None, n=0, copies=1):
        """Molecules at places of chance."""
        name = "sheared_%s_%d_%s_%d_%d" % (profile[0], index, change and change.pos0, n or self.size, copies)
        return self.pool(name, profile, copies, lambda rng: self.random_templates(
            rng, index, profile[1], n or self.size, change))

    def amplicon(self, profile, index, beg, end, change=None):
        """One amplicon: its primers are the reference's bases, whatever the template holds."""
        w = self.world.windows[index]
        whole = changed(w, change) if change else w.bases
        end = max(end, beg + profile[1] + 5)
        inner = end - PRIMER + len(whole) - len(w.bases)
        text = w.bases[beg:beg + PRIMER] + whole[beg + PRIMER:inner] + w.bases[end - PRIMER:end]
        name = "amplicon_%s_%d_%d_%d_%s" % (profile[0], index, beg, end, change and change.pos0)
        return self.pool(name, profile, 1, lambda rng: [(index, beg, text)] * (1500 if change else self.size // 4))

    # ---- reads and alignments

    def pool(self, name, profile, copies, templates):
        if name not in self.made:
            path = os.path.join(self.folder, name + ".sam")
            if not os.path.exists(path):
                rng = random.Random(zlib.crc32(("%d %s" % (POOL_SEED, name)).encode()))
                self.simulate(path, rng, profile, copies, templates(rng))
            self.made[name] = read_pool(path)
        return self.made[name]

    def simulate(self, path, rng, profile, copies, templates):
        work = "%s.%d" % (path, os.getpid())  # several runs may share the folder
        with open(work + ".fa", "w") as out:
            for i, (index, at, text) in enumerate(templates):
                out.write(">%d:%d:%d:%d\n%s\n" % (i, index, at, len(text),
                                                 reverse_complement(text) if rng.random() < 0.5 else text))
        run(["art_illumina", "-ss", profile[0], "-amp", "-p", "-na", "-i", work + ".fa", "-l", str(profile[1]), "-f",
             str(copies), "-rs", str(rng.randrange(1, 1 << 30)), "-o", work + ".r"])
        command = ["bwa", "mem", "-v", "1", self.world.fasta, work + ".r1.fq", work + ".r2.fq"]
        with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as bwa, \
                open(work + ".part", "w") as out:
            for line in bwa.stdout:
                if line[0] != "@":
                    out.write(self.moved(line.split("\t")))
        if bwa.returncode:
            raise RuntimeError("bwa mem: exit status %d" % bwa.returncode)
        for end in (".fa", ".r1.fq", ".r2.fq"):
            os.remove(work + end)
        os.rename(work + ".part", path)

    def moved(self, f):
        """A record of the windows at its place of the genome, without tags."""
        mate = f[2] if f[6] == "=" else f[6]
        for label, pos in ((f[2], 3), (mate, 7)):
            if label != "*":
                f[pos] = str(int(f[pos]) + self.world.windows[int(label)].beg0)
        f[2] = "*" if f[2] == "*" else self.world.windows[int(f[2])].contig
        f[6] = f[6] if f[6] in "*=" else self.world.windows[int(f[6])].contig
        return "\t".join(f[:11]) + "\tRG:Z:1\n"


def read_pool(path):
    """Molecules of a pool; ART's names are TEMPLATE-COPY. Names are made short and those of different pools unlike."""
    found, prefix, last_molecule, last_name = [], "%x" % zlib.crc32(path.encode()), None, None
    with open(path) as handle:
        for line in handle:
            name, rest = line.split("\t", 1)
            molecule = name.rsplit("-", 1)[0]
            if molecule != last_molecule:
                _, index, at, length = molecule.split(":")
                found.append(Molecule(int(index), int(at), int(length), []))
            if name != last_name:
                found[-1].copies.append("")
            last_molecule, last_name = molecule, name
            found[-1].copies[-1] += "%s-%d-%d\t%s" % (prefix, len(found), len(found[-1].copies), rest)
    return found


def exchanged(text):
    """The records with first and second read exchanged."""
    lines = [line.split("\t", 2) for line in text.split("\n") if line]
    return "".join("%s\t%d\t%s\n" % (name, int(flag) ^ 0xc0, rest) for name, flag, rest in lines)


def query_at(pos0, beg0, cigar):
    """Where the record shows a place; None where it does not."""
    at, number = 0, ""
    for c in cigar:
        if c.isdigit():
            number += c
            continue
        n, number = int(number), ""
        if c in "M=X":
            if pos0 < beg0 + n:
                return at + pos0 - beg0 if pos0 >= beg0 else None
            at, beg0 = at + n, beg0 + n
        elif c in "SI":
            at += n
        elif c in "DN":
            beg0 += n
    return None


def edited(text, edits):
    """The fragment's records from a template with other bases: (place, base of the reference, new base). A read that
    shows the old base shows the new one, and where an error made it the new one it is the old one now."""
    out = []
    for line in text.split("\n")[:-1]:
        f = line.split("\t")
        beg0 = int(f[3]) - 1
        for pos0, old, new in edits:
            i = query_at(pos0, beg0, f[5]) if f[5] != "*" else None
            if i is None or f[9] == "*":
                continue
            base = new if f[9][i] == old else old if f[9][i] == new else f[9][i]
            f[9] = f[9][:i] + base + f[9][i + 1:]
        out.append("\t".join(f))
    return "\n".join(out) + "\n"


def optimistic_table(shift):
    """Qualities raised and then binned."""
    table = {}
    for c in range(33, 127):
        q = c - 33 + shift
        table[c] = 33 + (37 if q >= 30 else 25 if q >= 20 else 12 if q >= 10 else 2)
    return table


def optimistic(text, table):
    lines = [line.split("\t") for line in text.split("\n")[:-1]]
    for f in lines:
        f[10] = f[10].translate(table)
    return "\n".join("\t".join(f) for f in lines) + "\n"


def poisson(rng, mean):
    """A count; rounded normal where the mean is large."""
    if mean > 100:
        return max(0, round(rng.gauss(mean, mean ** 0.5)))
    n, product, limit = 0, rng.random(), 2.718281828459045 ** -mean
    while product > limit:
        product *= rng.random()
        n += 1
    return n


def binomial(rng, n, share):
    return sum(rng.random() < share for _ in range(n))


def between(places, beg, end):
    """Of sorted places those from beg to end."""
    return places[bisect.bisect_left(places, beg):bisect.bisect_left(places, end)]
