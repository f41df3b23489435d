#!/usr/bin/env python3
"""The figures of the IGH::CCND1 caller on simulated files with a known truth.

  bench_junction.py [--events 100] [--noise 200] [--only KIND,...] [--seed N] [--keep FOLDER] [--verbose]

Every file holds what the caller looks at: fragments across a planted junction (where there is one) and chance pairs, as an
aligner would write them. Events: their place, direction, microhomology and inserted bases are drawn; at C-fold coverage the
supporting fragments are Poisson(C/2), at least 5, and `five` kinds have exactly 5. Kinds:
  wgs10 wgs30 wgs60   2x150, insert 350, SA tags, usual chance pairs (0.2 % of all)
  five300 five500     5 fragments, insert 300 and 500
  single              single-end 150, SA tags only
  clips, clips-single soft clips without SA tags (bowtie2 --local, STAR), paired and single-end
  repeat              half of the mates in IGH have mapping quality 0
  capture             500 usual chance pairs, all in 20 kb around the event, 2 % of them to IGH; 5 or more fragments
  reciprocal          both products; both must be found
  two-and-two         both products, two fragments of each
  flanks flanks-clips five fragments, repeats of 20 to 60 bases at 0 to 30 bases from the break, before or beyond it, on either
                      side or both; with SA tags, and without
  limit               20-fold, the junction in the share of cells that the program says it would have found with 95 % power,
                      fragments wherever they fall, also too near their ends to tell: 95 % must be found
False calls: files without a junction:
  noise-x3            three times the usual chance pairs, IGH three times as often as its length says
  noise-capture       1,000 chance pairs in 20 kb, a tenth to anywhere in IGH
  noise-capture-both  the same, IGH's ends in 100 kb, as when switch regions are captured too
  noise-hot           5,000 chance pairs in 5 kb, a fifth to 20 kb of IGH
  noise-clips         3,000 reads a side clipped at random, a third at one of 20 places with one adapter, poly-G or a shared repeat
  noise-microsatellites  a longer allele of one repeat of the window and of one in IGH with the same unit, at 30- to 80-fold:
                      half of the fragments there end in more of the repeat than the genome has
  noise-microsatellites-sa  the same in pairs, what is clipped placed by SA tags in the other side's repeat, MAPQ 0
  noise-copies        the second, every chance pair four times, as unmarked copies
Prints one table; exit status 1 when a figure of the method is missed: found >= 99 % of events (flanks-clips: 95 %), no
false call, breakpoint within 10 bases wherever a split read or clip places it. $PLASMASTRAT: the program (default ./plasmastrat).
"""
import argparse
import json
import math
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import Genome, Panel, cigar_text, reverse_complement  # noqa: E402

PAIRED = {"read": 150, "insert": (350, 60), "paired": 1, "sa": 1, "chance": 190, "igh": 0.005, "coverage": 30}
EVENTS = {
    "wgs10": dict(PAIRED, coverage=10, chance=65), "wgs30": PAIRED, "wgs60": dict(PAIRED, coverage=60, chance=380),
    "five300": dict(PAIRED, five=1, insert=(300, 50)), "five500": dict(PAIRED, five=1, insert=(500, 80)),
    "single": dict(PAIRED, paired=0, chance=0), "clips": dict(PAIRED, sa=0),
    "clips-single": dict(PAIRED, paired=0, sa=0, chance=0), "repeat": dict(PAIRED, repeat=0.5),
    "limit": dict(PAIRED, coverage=20, chance=130, limit=1),
    "capture": dict(PAIRED, chance=500, igh=0.02, spread=20000), "reciprocal": dict(PAIRED, reciprocal=1),
    "two-and-two": dict(PAIRED, reciprocal=1, exactly=2),
    "flanks": dict(PAIRED, five=1, flanks=1), "flanks-clips": dict(PAIRED, five=1, flanks=1, sa=0),
}
NOISE = {
    "noise-x3": dict(PAIRED, chance=570, igh=0.0013),
    "noise-capture": dict(PAIRED, chance=1000, igh=0.1, spread=20000),
    "noise-capture-both": dict(PAIRED, chance=1000, igh=0.1, spread=20000, spread_b=100000),
    "noise-hot": dict(PAIRED, chance=5000, igh=0.2, spread=5000, spread_b=20000),
    "noise-clips": dict(PAIRED, chance=570, igh=0.0013, clipped=3000),
    "noise-microsatellites": dict(PAIRED, chance=190, longer=(30, 80)),
    "noise-microsatellites-sa": dict(PAIRED, chance=190, longer=(30, 80), longer_sa=1),
    "noise-copies": dict(PAIRED, chance=1000, igh=0.1, spread=20000, copies=4),
}
UNITS = ("CA", "GA", "TA", "A", "GATA", "AAAG", "AAT", "GGAA", "CAG", "TTTC")
WANTED = {"flanks-clips": 0.95}  # clips alone do not tell what lies behind the repeat
LARGE = ("noise-hot", "noise-clips")  # a quarter of the files
MIN_PART = 30  # bases: an aligner reports no shorter second part


def with_repeats(genome, repeats, contig, beg, end):
    text = genome.fetch(contig, beg, end)
    for on, pos0, bases in repeats:
        lo, hi = max(beg, pos0), min(end, pos0 + len(bases))
        if on == contig and lo < hi:
            text = text[:lo - beg] + bases[lo - pos0:hi - pos0] + text[hi - beg:]
    return text


class File:
    def __init__(self, genome, name, kind, seed):
        self.genome, self.panel, self.name, self.kind = genome, genome.panel, name, kind
        self.rng = random.Random("%s:%s" % (seed, name))
        self.window, self.igh = (self.panel.regions[r] for r in ("CCND1_t1114_window", "IGH_locus"))
        self.lines, self.serial = [], 0
        self.repeats = []  # (contig, pos0, bases) that this file's genome has besides

    def fetch(self, contig, beg, end):
        return with_repeats(self.genome, self.repeats, contig, beg, end)

    def poisson(self, mean):
        n, p, limit = 0, 1.0, math.exp(-mean)
        while True:
            p *= self.rng.random()
            if p <= limit:
                return n
            n += 1

    def line(self, name, flag, contig, pos0, mapq, cigar, mate, size, seq, tags=""):
        to, at = mate if mate else ("*", -1)
        to = "=" if to == contig else to
        self.lines.append("%s\t%d\t%s\t%d\t%d\t%s\t%s\t%d\t%d\t%s\t%s%s\n" % (
            name, flag, contig, pos0 + 1, mapq, cigar, to, at + 1, size, seq, "F" * len(seq) if seq != "*" else "*",
            tags))

    # ---- chance pairs -----------------------------------------------------------------------------------------------

    def somewhere(self, region, spread, centre):
        contig, beg, end = region
        if spread:
            mid = centre if centre else (beg + end) // 2
            beg, end = max(beg, mid - spread // 2), min(end, mid + spread // 2)
        return contig, self.rng.randrange(beg, end - 400)

    def chance_pairs(self, centre):
        k, rng = self.kind, self.rng
        read = k["read"]
        others = ["chr%d" % c for c in range(1, 23) if c not in (11, 14)]
        n_window = self.poisson(k["chance"]) if k["chance"] else 0
        # IGH's own pairs to elsewhere, as dense as the window's, or on its captured part
        n_igh = int(n_window * 1.35 / 0.95)
        for i in range(n_window + n_igh):
            side = i >= n_window
            if side:
                a = self.somewhere(self.igh, k.get("spread_b"), None)
                b = (rng.choice(others), rng.randrange(100000, 40000000))
            else:
                a = self.somewhere(self.window, k.get("spread"), centre)
                b = (rng.choice(others), rng.randrange(100000, 40000000))
                if rng.random() < k["igh"]:
                    b = self.somewhere(self.igh, k.get("spread_b"), None)
            strands = rng.random() < 0.5, rng.random() < 0.5
            for _ in range(k.get("copies", 1)):
                self.serial += 1
                for (me, mate, own, other, number) in ((a, b, strands[0], strands[1], 64),
                                                       (b, a, strands[1], strands[0], 128)):
                    if me[0] not in (self.window[0], self.igh[0]):
                        continue
                    flag = 1 | number | (16 if own else 0) | (32 if other else 0)
                    seq = self.genome.fetch(me[0], me[1], me[1] + read)
                    self.line("n%d" % self.serial, flag, me[0], me[1], 60, "%dM" % read, mate, 0, seq)

    # ---- a junction -------------------------------------------------------------------------------------------------

    def junction(self, a, b, keep_a, keep_b, inserted, fragments):
        """Places are last kept bases, 0-based; keep is the side that is kept."""
        k, rng = self.kind, self.rng
        read, reach = k["read"], 1500
        fetch = self.fetch
        contig_a, contig_b = self.window[0], self.igh[0]
        # the derived chromosome reads: side a to its end, inserted bases, side b from its end
        left = fetch(contig_a, a - reach + 1, a + 1) if keep_a == "left" else \
            reverse_complement(fetch(contig_a, a, a + reach))
        right = fetch(contig_b, b, b + reach) if keep_b == "right" else \
            reverse_complement(fetch(contig_b, b - reach + 1, b + 1))
        beyond_a = fetch(contig_a, a + 1, a + 31) if keep_a == "left" else reverse_complement(fetch(contig_a, a - 30, a))
        beyond_b = fetch(contig_b, b - 30, b) if keep_b == "right" else reverse_complement(fetch(contig_b, b + 1, b + 31))
        derived, start_b = left + inserted + right, reach + len(inserted)

        def shared(x, y):
            n = 0
            while n < min(len(x), len(y)) and x[n] == y[n]:
                n += 1
            return n
        end_a = reach + shared(derived[reach:], beyond_a)  # aligners go on through bases that match by chance
        beg_b = start_b - shared(derived[:start_b][::-1], beyond_b[::-1])

        def parts(x0, x1):
            """[(contig, pos0, forward, from, to)] of derived bases, longest first"""
            out = []
            if min(x1, end_a) - x0 > 0:
                hi = min(x1, end_a)
                pos = a - reach + 1 + x0 if keep_a == "left" else a + reach - hi
                out.append((contig_a, pos, keep_a == "left", 0, hi - x0))
            if x1 - max(x0, beg_b) > 0:
                lo = max(x0, beg_b)
                pos = b + lo - start_b if keep_b == "right" else b - (x1 - start_b) + 1
                out.append((contig_b, pos, keep_b == "right", lo - x0, x1 - x0))
            out.sort(key=lambda s: s[3] - s[4])
            if len(out) == 2 and out[0][3] <= out[1][3] and out[0][4] >= out[1][4]:
                out.pop()
            return [p for i, p in enumerate(out) if i == 0 or (k["sa"] and p[4] - p[3] >= MIN_PART)]

        made = 0
        edge = 1 if k.get("limit") else 30
        while made < fragments:
            if k["paired"]:
                length = max(read + 30, int(rng.gauss(*k["insert"])))
                x = reach - rng.randrange(edge, length - edge)
                spans = [(x, x + read, True), (x + length - read, x + length, False)]
            else:
                x = reach - rng.randrange(40, read - 40)
                spans = [(x, x + read, rng.random() < 0.5)]
            ends = [(x0, x1, left_end, parts(x0, x1)) for x0, x1, left_end in spans]
            contigs = {p[0] for e in ends for p in e[3]}
            if k["sa"] and len(contigs) < 2 and not k.get("limit"):
                continue  # no part of it tells
            made += 1
            self.serial += 1
            order = rng.random() < 0.5
            low = rng.random() < k.get("repeat", 0)
            for i, (x0, x1, first_left, placed) in enumerate(ends):
                seq = "".join(c if rng.random() >= 0.003 else rng.choice("ACGT") for c in derived[x0:x1])
                rows = []
                for contig, pos, forward, q0, q1 in placed:
                    head, tail = (q0, read - q1) if forward else (read - q1, q0)
                    rows.append((contig, pos, forward == first_left, forward, head, q1 - q0, tail))
                mate = ends[1 - i] if k["paired"] else None
                for n, (contig, pos, strand, forward, head, body, tail) in enumerate(rows):
                    flag, at, size = 0 if strand else 16, None, 0
                    if mate:
                        m = mate[3][0]
                        mate_strand = m[2] == mate[2]
                        flag |= 1 | (64 if order == (i == 0) else 128) | (0 if mate_strand else 32)
                        at = (m[0], m[1])
                        if m[0] == contig and strand != mate_strand:
                            flag |= 2
                            own = (pos, pos + body)
                            other = (m[1], m[1] + m[4] - m[3])
                            size = max(own[1], other[1]) - min(own[0], other[0])
                            size = size if own[0] <= other[0] else -size
                    flag |= 2048 if n else 0
                    clip = "H" if n else "S"
                    bases = seq if forward else reverse_complement(seq)
                    bases = bases[head:head + body] if n else bases
                    mapq = 0 if low and contig == contig_b else 60
                    sa = "".join("%s,%d,%s,%s,%d,0;" % (c, p + 1, "+" if s else "-", cigar_text(
                        [(h, "S"), (z, "M"), (t, "S")]), 0 if low and c == contig_b else 60)
                        for j, (c, p, s, f, h, z, t) in enumerate(rows) if j != n)
                    self.line("j%d" % self.serial, flag, contig, pos, mapq,
                              cigar_text([(head, clip), (body, "M"), (tail, clip)]), at, size, bases,
                              "\tSA:Z:" + sa if sa else "")

    def coverage(self):
        """Left records of proper pairs, evenly; without bases, which physical coverage does not need."""
        contig, beg, end = self.window
        step = 350 / self.kind["coverage"]
        for i in range(int((end - beg) / step)):
            self.lines.append("p%d\t99\t%s\t%d\t60\t150M\t=\t%d\t350\t*\t*\n" % (
                i, contig, beg + int(i * step) + 1, beg + int(i * step) + 201))

    def clipped_reads(self):
        rng = self.rng
        repeat = "".join(random.Random("repeat").choice("ACGT") for _ in range(60))
        tails = ("AGATCGGAAGAGCACACGTCTGAACTCCAGTCACATCACG" * 2, "G" * 80, repeat + repeat)
        for region in (self.window, self.igh):
            hot = [self.somewhere(region, None, None)[1] for _ in range(20)]
            for _ in range(self.kind["clipped"]):
                common = rng.random() < 1 / 3
                pos = rng.choice(hot) if common else self.somewhere(region, None, None)[1]
                body = rng.randrange(60, 140)
                tail = rng.choice(tails) if common else "".join(rng.choice("ACGT") for _ in range(90))
                tail, seq = tail[:150 - body], self.genome.fetch(region[0], pos, pos + body)
                self.serial += 1
                if rng.random() < 0.5:
                    self.line("c%d" % self.serial, 0, region[0], pos, 60, "%dM%dS" % (body, len(tail)), None, 0, seq + tail)
                else:
                    self.line("c%d" % self.serial, 16, region[0], pos, 60, "%dS%dM" % (len(tail), body), None, 0,
                              reverse_complement(tail) + seq)

    def longer_alleles(self):
        """One place on each side that counts as a repeat of the genome, of the same unit, and reads that end in more of it."""
        rng, read = self.rng, self.kind["read"]
        unit = rng.choice(UNITS)
        places = [self.somewhere(region, None, None) for region in (self.window, self.igh)]
        for (contig, place), (other, there) in (places, places[::-1]):
            length, turn = rng.randrange(20, 50), rng.randrange(len(unit))
            own = (unit[turn:] + unit[:turn]) * 200
            for i in range(self.poisson(rng.uniform(*self.kind["longer"]) / 2)):
                tail = rng.randrange(10, read - length - 20)
                flank = read - tail - length
                left = i % 2
                pos = place - flank if left else place
                seq = (self.genome.fetch(contig, pos, place) + own[:length + tail] if left else
                       own[-length - tail:] + self.genome.fetch(contig, place + length, place + length + flank))
                cigar = [(read - tail, "M"), (tail, "S")][::1 if left else -1]
                self.serial += 1
                if not self.kind.get("longer_sa"):
                    self.line("s%d" % self.serial, 0 if left else 16, contig, pos, 60, cigar_text(cigar), None, 0, seq)
                    continue
                sa = [(n, "M" if op == "S" else "S") for n, op in cigar] if tail >= MIN_PART else None
                tag = "\tSA:Z:%s,%d,%s,%s,0,0;" % (other, there + 1, "+" if left else "-", cigar_text(sa)) if sa else ""
                mate = place + length + 100 if left else place - 350
                ends = (min(pos, mate), max(pos, mate) + read)
                size = (ends[1] - ends[0]) * (1 if left else -1)
                self.line("s%d" % self.serial, 99 if left else 83, contig, pos, 60, cigar_text(cigar), (contig, mate), size, seq,
                          tag)
                self.line("s%d" % self.serial, 147 if left else 163, contig, mate, 60, "%dM" % read, (contig, pos), -size,
                          self.genome.fetch(contig, mate, mate + read))
                if sa:
                    clipped = seq[-tail:] if left else seq[:tail]
                    self.line("s%d" % self.serial, (99 if left else 83) | 2048, other, there, 0,
                              cigar_text([(n, "H" if op == "S" else op) for n, op in sa]), (contig, mate), 0, clipped,
                              "\tSA:Z:%s,%d,%s,%s,60,0;" % (contig, pos + 1, "+" if left else "-", cigar_text(cigar)))

    def put_repeats(self, *breaks):
        """A repeat near one break or both."""
        rng = self.rng
        for contig, at in rng.sample(breaks, rng.choice((1, 2))):
            text = (rng.choice(UNITS) * 60)[:rng.randrange(20, 61)]
            away = rng.randrange(31)
            self.repeats.append((contig, at + away if rng.random() < 0.5 else at - away - len(text), text))

    def plant(self):
        rng, k = self.rng, self.kind
        a = rng.randrange(self.window[1] + 5000, self.window[2] - 5000)
        b = rng.randrange(self.igh[1] + 5000, self.igh[2] - 5000)
        keep = rng.choice(("left", "right")), rng.choice(("left", "right"))
        inserted = "".join(rng.choice("ACGT") for _ in range(rng.randrange(1, 9))) if rng.random() < 0.3 else ""
        n = 5 if k.get("five") else k.get("exactly") or max(5, self.poisson(k["coverage"] / 2))
        if k.get("flanks"):
            self.put_repeats((self.window[0], a), (self.igh[0], b))
        if k.get("limit"):  # mean of a Poisson number of which 3 or more are seen in 95 %: 6.2958; 290 of 350 bases show it
            self.coverage()
            n = self.poisson(6.2958 * 350 / 290)
        self.junction(a, b, keep[0], keep[1], inserted, n)
        truth = [(a + 1, b + 1)]
        if k.get("reciprocal"):
            flip = {"left": "right", "right": "left"}
            a2, b2 = a + (1 if keep[0] == "left" else -1), b + rng.choice((-1, 1)) * rng.randrange(1, 2000)
            self.junction(a2, b2, flip[keep[0]], flip[keep[1]], "",
                          k.get("exactly") or max(5, self.poisson(k["coverage"] / 2)))
            truth.append((a2 + 1, b2 + 1))
        return truth, a

    def write(self, path):
        truth, centre = self.plant() if self.kind_is_event else ([], self.rng.randrange(69000000, 69500000))
        self.chance_pairs(centre)
        if self.kind.get("clipped"):
            self.clipped_reads()
        if self.kind.get("longer"):
            self.longer_alleles()
        with open(path, "w") as out:
            out.write("@HD\tVN:1.6\tSO:unsorted\n" + "".join(
                "@SQ\tSN:%s\tLN:%d\n" % c for c in self.panel.lengths.items()))
            out.writelines(self.lines)
        return truth


def start():
    make.genome = Genome(Panel("grch38"))


def make(task):
    name, kind, seed, path = task
    file = File(make.genome, name, EVENTS.get(kind) or NOISE[kind], seed)
    file.kind_is_event = kind in EVENTS
    truth = file.write(path)
    if len(make.genome.blocks) > 4000:
        make.genome.blocks.clear()
    return name, kind, truth, file.repeats


def read_bnd(path):
    """{(contig, pos1): REF} of the BND records."""
    import gzip
    with gzip.open(path, "rt") as handle:
        fields = [x.split("\t") for x in handle if "SVTYPE=BND" in x]
    return {(f[0], int(f[1])): f[3] for f in fields}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100, help="files of each kind of event")
    parser.add_argument("--noise", type=int, default=200, help="files of each kind of noise")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--keep")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    program = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
    if not os.access(program, os.X_OK):
        sys.exit("bench_junction: %s is not there: run make, or set PLASMASTRAT" % program)
    temporary = tempfile.TemporaryDirectory()
    folder = options.keep or temporary.name
    os.makedirs(folder, exist_ok=True)
    only = [k for k in options.only.split(",") if k]
    tasks = []
    for kind in list(EVENTS) + list(NOISE):
        if only and kind not in only:
            continue
        n = options.events if kind in EVENTS else options.noise
        for i in range(n // 4 if kind in LARGE else n):
            name = "%s.%03d" % (kind, i)
            tasks.append((name, kind, options.seed, os.path.join(folder, name + ".sam")))
    began = time.time()
    with multiprocessing.Pool(2, start) as pool:
        planted = pool.map(make, tasks, chunksize=8)
    sheet = os.path.join(folder, "sheet.tsv")
    with open(sheet, "w") as out:
        out.write("sample_id\tdna\n" + "".join("%s\t%s.sam\n" % (n, n) for n, *_ in planted))
    made = time.time()
    done = subprocess.run([program, "batch", sheet, "-o", os.path.join(folder, "out"), "-@2", "--force", "-q"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("bench_junction: batch ended with %d: %s" % (done.returncode, done.stderr[:1000]))
    genome = Genome(Panel("grch38"))
    rows = {}
    for name, kind, truth, repeats in planted:
        with open(os.path.join(folder, "out", name + ".json")) as handle:
            doc = json.load(handle)["igh_ccnd1"]
        r = rows.setdefault(kind, dict.fromkeys("files found extra exact near ref known".split(), 0))
        r["files"] += max(1, len(truth))
        points = doc["breakpoints"]
        if not truth:
            r["extra"] += doc["state"] == "detected"
            if doc["state"] == "detected" and options.verbose:
                print(name, doc["split_fragments"], doc["discordant_fragments"], doc["needed"], doc["background"], points)
            continue
        used = set()
        for a, b in truth:
            hits = [i for i, p in enumerate(points) if abs(p["pos_a"] - a) < 1500 and abs(p["pos_b"] - b) < 1500
                    and i not in used]
            hits.sort(key=lambda i: abs(points[i]["pos_a"] - a) + abs(points[i]["pos_b"] - b))
            r["found"] += bool(hits)
            if not hits:
                if options.verbose:
                    print(name, (a, b), doc["state"], doc["split_fragments"], doc["discordant_fragments"], doc["needed"])
                continue
            used.add(hits[0])
            p = points[hits[0]]
            if p["split_fragments"]:
                r["exact"] += 1
                close = abs(p["pos_a"] - a) <= 10 and abs(p["pos_b"] - b) <= 10
                r["near"] += close
                if not close and options.verbose:
                    print(name, "off by", p["pos_a"] - a, p["pos_b"] - b, p)
        r["extra"] += len(points) - len(used)
        for (contig, pos1), ref in read_bnd(os.path.join(folder, "out", name + ".ras.vcf.gz")).items():
            r["known"] += ref != "N"
            r["ref"] += 1
            right = with_repeats(genome, repeats, contig, pos1 - 1, pos1)
            if ref not in ("N", right):
                r.setdefault("wrong", 0)
                r["wrong"] += 1
                if options.verbose:
                    print(name, contig, pos1, "REF", ref, "is", right)
    print("%-24s %6s %8s %6s %12s %16s %10s" % ("kind", "events", "found", "false", "with split", "within 10 bases",
                                                 "REF right"))
    missed = []
    for kind, r in rows.items():
        if kind in NOISE:
            print("%-24s %6s %8s %6s   (of %d files)" % (kind, "-", "-", r["extra"], r["files"]))
        else:
            wrong = r.get("wrong", 0)
            print("%-24s %6d %7.1f%% %6d %12d %15.1f%% %9.1f%%" % (
                kind, r["files"], 100 * r["found"] / r["files"], r["extra"], r["exact"],
                100 * r["near"] / r["exact"] if r["exact"] else float("nan"),
                100 * (r["known"] - wrong) / r["ref"] if r["ref"] else float("nan")))
            wanted = WANTED.get(kind, 0.99) if kind != "limit" else 0.95 - 2 * math.sqrt(0.05 * 0.95 / r["files"])
            if r["found"] < wanted * r["files"]:
                missed.append(kind + ": found")
            if r["near"] < 0.99 * r["exact"]:
                missed.append(kind + ": breakpoints within 10 bases")
        if r["extra"]:
            missed.append(kind + ": false calls")
    print("%d files made in %.0f s, called in %.0f s" % (len(planted), made - began, time.time() - made))
    for m in missed:
        print("missed: " + m)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
