#!/usr/bin/env python3
"""The figures of the RAS caller on simulated samples with a known truth, and its peers' on the same reads.

  bench_ras.py [--quick | --smoke] [--only sens,false,lod,vaf,peers,extra] [--seed N] [--keep FOLDER] [--verbose]

  sens   found SNVs, codon-level doublets (triples) and indels at 1 % of 1,000x, 2 % of 500x, 5 % of 200x
  false  PASS calls at wild-type hotspot codons and elsewhere: usual noise, 5x deamination (FFPE), 5x oxidation
  lod    activating changes planted at exactly the lod95 that a wild-type sample of that depth printed
  vaf    how often the 95 % interval of a PASS call's VAF holds the planted VAF
  peers  bcftools and freebayes (LoFreq where it is installed) on part of the samples of sens and false: F1
  extra  no gate: extreme damage, places that differ in damage, amplicons, UMI families that nobody collapsed

$PLASMASTRAT: the program (default ./plasmastrat). CC, pkg-config and htslib build the simulator into a temporary folder.
Prints one table; exit status 1 when a figure is missed, which it names. --smoke: a few samples in under 10 seconds,
closing with counts as tests/run.sh reads them.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "sim"))
from simulate import CODE, Panel, rows  # noqa: E402

LEVELS = (("1 % 1000x", 0.01, 1000), ("2 % 500x", 0.02, 500), ("5 % 200x", 0.05, 200))
CLASSES = ("snv", "doublet", "indel")
NOISE = (("usual", {}), ("ffpe x5", {"deam": 1e-4}), ("oxo x5", {"oxo": 5e-5}))
EXTRA = (("deamination 1e-3", {"deam": 1e-3}), ("oxidation 5e-4", {"oxo": 5e-4}),
         ("ffpe x5, one strand", {"deam": 1e-4, "oriented": 1}),
         ("ffpe x5, places vary (gamma 2)", {"deam": 1e-4, "site_shape": 2}),
         ("oxo x5, places vary (gamma 2)", {"oxo": 5e-5, "site_shape": 2}),
         ("flat Q30 2x100, no overlap", {"qual": "flat:30", "insert": 300, "sd": 30, "rl": 100}),
         ("amplicon 1,000x", {"amplicon": 1, "insert": 160, "depth": 1000}),
         ("15 % duplicates, clips, MAPQ 0-19", {"dup": 0.15, "clip": 0.1, "lowmapq": 0.03}),
         ("families of 4 with MI, uncollapsed", {"family": 4, "depth": 150}))
CHUNK = 48
OTHER = {"A": "CGT", "C": "AGT", "G": "ACT", "T": "ACG"}
COMPLEMENT = str.maketrans("ACGT", "TGCA")


class World:
    """Reference, coding exons, hotspots and activating changes of the simulated genes."""

    def __init__(self, folder):
        self.folder = folder
        self.panel = Panel("grch38")
        self.hotspots, self.required = set(), {}
        for r in rows(os.path.join(ROOT, "panels", "common", "hotspots.tsv")):
            self.hotspots.add((r["gene"], int(r["codon"])))
            if r["required"] == "1":
                self.required.setdefault(r["gene"], []).append(int(r["codon"]))
        self.activating = {}
        for r in rows(os.path.join(ROOT, "panels", "common", "activating.tsv")):
            text = r["protein"]
            if text[1:-1].isdigit() and len(text[1:-1]) == len(text) - 2 and r["gene"] in ("KRAS", "NRAS"):
                self.activating.setdefault((r["gene"], int(text[1:-1])), set()).add(text[-1])
        self.exons = {}  # gene -> [(contig, beg0, end0)]
        for gene in ("KRAS", "NRAS", "HRAS", "BRAF"):
            spans = set()
            for refseq, (contig, _, exons) in self.panel.transcripts.items():
                if self.gene_of(refseq) == gene:
                    spans |= {(contig, b, e) for b, e in exons}
            self.exons[gene] = sorted(spans)
        places = {g: {p for gene, c in self.hotspots if gene == g for p in self.panel.codon_places(g, c)}
                  for g in ("HRAS", "BRAF")}
        for g in ("HRAS", "BRAF"):
            self.exons[g] = [x for x in self.exons[g] if any(x[1] <= p < x[2] for p in places[g])]
        self.beds = {}
        for name, genes in (("ras", ("KRAS", "NRAS")), ("all", ("KRAS", "NRAS", "HRAS", "BRAF"))):
            self.beds[name] = os.path.join(folder, name + ".bed")
            with open(self.beds[name], "w") as out:
                for g in genes:
                    out.writelines("%s\t%d\t%d\t%s\n" % (x + (g,)) for x in self.exons[g])
        self.simulator = build_simulator(folder)
        self.fasta = os.path.join(folder, "genes.fa")
        subprocess.run([self.simulator, os.path.join(ROOT, "panels", "grch38"), self.beds["all"], "--fasta", self.fasta],
                       check=True)
        self.base, self.start, self.contig = {}, {}, {}
        with open(self.fasta) as handle:
            for line in handle:
                if line[0] == ">":
                    gene, place = line[1:].split()
                    self.contig[gene], start = place.split(":")
                    self.start[gene] = int(start)
                else:
                    self.base[gene] = line.strip()

    def gene_of(self, refseq):
        text = {r["refseq"]: r["gene"] for r in rows(os.path.join(ROOT, "panels", "grch38", "transcripts.tsv"))}
        return text[refseq]

    def gene_at(self, contig, pos0):
        for gene, name in self.contig.items():
            if name == contig and 0 <= pos0 - self.start[gene] < len(self.base[gene]):
                return gene
        return None

    def is_coding(self, gene, beg0, end0):
        return any(beg0 < e and end0 > b or b < beg0 == end0 < e for _, b, e in self.exons[gene])

    def atoms(self, gene, pos0, ref, alt):
        """One-base changes and left-aligned indels, as (gene, pos0, ref, alt)."""
        ref, alt = ref.upper(), alt.upper()
        while ref and alt and ref[-1] == alt[-1]:
            ref, alt = ref[:-1], alt[:-1]
        while ref and alt and ref[0] == alt[0]:
            ref, alt, pos0 = ref[1:], alt[1:], pos0 + 1
        if len(ref) == len(alt):
            return [(gene, pos0 + i, r, a) for i, (r, a) in enumerate(zip(ref, alt)) if r != a]
        if ref and alt:
            return [(gene, pos0, ref, alt)]
        text, base, start = ref or alt, self.base[gene], self.start[gene]
        while pos0 > start and base[pos0 - 1 - start] == text[-1]:
            text = text[-1] + text[:-1]
            pos0 -= 1
        return [(gene, pos0, text if ref else "", text if alt else "")]

    # ---- what to plant ----
    def codon_change(self, rng, gene, codon, to):
        """One planted variant from a codon change, or None when an intron splits it."""
        pieces = self.panel.alleles({"gene": gene, "codon": codon, "to": to})
        if len(pieces) != 1:
            places = self.panel.codon_places(gene, codon)
            if abs(places[0] - places[2]) != 2:
                return None
            contig, pos0 = pieces[0][0], pieces[0][1]
            end0 = pieces[-1][1] + len(pieces[-1][2])
            start = self.start[gene]
            ref = alt = self.base[gene][pos0 - start:end0 - start]
            for _, p, r, a in pieces:
                alt = alt[:p - pos0] + a + alt[p - pos0 + len(r):]
            pieces = [(contig, pos0, ref, alt)]
        contig, pos0, ref, alt = pieces[0]
        return {"gene": gene, "contig": contig, "pos0": pos0, "ref": ref, "alt": alt,
                "label": "%s:%s%d%s" % (gene, CODE[self.panel.codon(gene, codon)], codon, CODE[to]), "codon": codon}

    def activating_change(self, rng, distances, codons=None):
        """A listed activating change at one of these codons; where a codon has none, any missense change."""
        pool = sorted(codons or self.activating)
        for _ in range(1000):
            gene, codon = rng.choice(pool)
            old = self.panel.codon(gene, codon)
            wanted = self.activating.get((gene, codon)) or set(CODE.values()) - {CODE[old], "*"}
            choices = [c for c, aa in CODE.items()
                       if aa in wanted and sum(a != b for a, b in zip(old, c)) in distances]
            if choices:
                planted = self.codon_change(rng, gene, codon, rng.choice(sorted(choices)))
                if planted:
                    return planted
        raise SystemExit("bench_ras: no change of %s bases at %s" % (distances, pool))

    def draw(self, rng, kind):
        if kind == "snv":
            if rng.random() < 0.7:  # the codons that matter most
                pool = [(g, c) for g, codons in self.required.items() for c in codons]
                return self.activating_change(rng, (1,), pool)
            return self.activating_change(rng, (1,))
        if kind == "doublet":
            return self.activating_change(rng, (3,) if rng.random() < 0.1 else (2,))
        while True:
            gene = rng.choice(("KRAS", "NRAS"))
            contig, beg0, end0 = rng.choice(self.exons[gene])
            length = rng.choice((1, 1, 2, 3, 3, 3, 4, 5, 6, 6, 9, 12, 15, 18, 24))
            pos0, start, base = rng.randrange(beg0 + 2, end0 - 2), self.start[gene], self.base[gene]
            if rng.random() < 0.5:
                ref, alt = base[pos0 - start:pos0 - start + length], ""
            elif rng.random() < 0.6:  # a tandem duplication
                ref, alt = "", base[pos0 - start:pos0 - start + length]
            else:
                ref, alt = "", "".join(rng.choice("ACGT") for _ in range(length))
            gene, pos0, ref, alt = self.atoms(gene, pos0, ref, alt)[0]
            if pos0 < beg0 + 2 or pos0 + len(ref) > end0 - 2:
                continue
            anchor = base[pos0 - 1 - start]
            return {"gene": gene, "contig": contig, "pos0": pos0 - 1, "ref": anchor + ref, "alt": anchor + alt,
                    "label": "%s:%s%d" % (gene, "del" if ref else "ins", len(ref or alt)), "codon": None}

    def draw_apart(self, rng, kinds):
        """One of each kind, all in different exons."""
        while True:
            drawn = [dict(self.draw(rng, kind), kind=kind) for kind in kinds]
            exons = {next(x for x in self.exons[v["gene"]] if x[1] <= v["pos0"] + 1 < x[2]) for v in drawn}
            if len(exons) == len(drawn):
                return drawn


def build_simulator(folder):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "simulate_ras.c")
    program = os.path.join(folder, "simulate_ras")
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "htslib"], check=True, capture_output=True, text=True).stdout
    subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-D_XOPEN_SOURCE=700", "-O2", "-o", program, source]
                   + flags.split() + ["-lm"], check=True)
    return program


def job(name, seed, variants=(), bed="ras", **keys):
    rng = random.Random("look:%s:%s" % (name, seed))
    look = {"rl": rng.choice((100, 125, 150)), "qual": rng.choice(("mix", "mix", "mix", "v4", "flat:30"))}
    look.update(keys)
    return {"name": name, "seed": zlib.crc32(("%s:%s" % (name, seed)).encode()), "variants": list(variants), "bed": bed,
            "keys": look}


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.world = World(folder)
        self.program = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
        if not os.access(self.program, os.X_OK):
            sys.exit("bench_ras: %s is not there: run make, or set PLASMASTRAT" % self.program)
        self.lines, self.missed, self.notes = [], [], []
        self.peers = {}
        self.peer_truth = collections.Counter()
        self.times = collections.Counter()

    # ---- running ----
    def simulate(self, jobs, folder):
        def part(mine):
            lines = []
            for j in mine:
                fields = ["out=%s/%s.bam" % (folder, j["name"]), "sm=" + j["name"], "seed=%d" % j["seed"]]
                if j.get("peer"):
                    fields.append("peer=%s/%s.peer.bam" % (folder, j["name"]))
                fields += ["%s=%s" % kv for kv in j["keys"].items()]
                fields += ["v=%s:%d:%s:%s:%.8f" % (v["contig"], v["pos0"] + 1, v["ref"], v["alt"], v["vaf"])
                           for v in j["variants"]]
                lines.append("\t".join(fields) + "\n")
            if lines:
                subprocess.run([self.world.simulator, os.path.join(ROOT, "panels", "grch38"), self.world.beds[mine[0]["bed"]]],
                               input="".join(lines), text=True, check=True)
        parts = [[j for j in jobs if j["bed"] == bed][i::2] for bed in self.world.beds for i in range(2)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(part, parts))

    def run(self, jobs):
        """Yields (job, its result's "ras")."""
        for first in range(0, len(jobs), CHUNK):
            chunk = jobs[first:first + CHUNK]
            folder = os.path.join(self.folder, "chunk")
            if not self.options.keep:
                shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder, exist_ok=True)
            clock = time.monotonic()
            self.simulate(chunk, folder)
            self.times["simulate"] += time.monotonic() - clock
            sheet = os.path.join(folder, "sheet.tsv")
            with open(sheet, "w") as out:
                out.write("sample_id\tdna\n" + "".join("%s\t%s.bam\n" % (j["name"], j["name"]) for j in chunk))
            clock = time.monotonic()
            done = subprocess.run([self.program, "batch", sheet, "-o", os.path.join(folder, "out"), "-@2", "--force", "-q"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            self.times["plasmastrat"] += time.monotonic() - clock
            if done.returncode:
                sys.exit("bench_ras: batch ended with %d: %s" % (done.returncode, done.stderr[:1000]))
            results = []
            for j in chunk:
                with open(os.path.join(folder, "out", j["name"] + ".json")) as handle:
                    results.append(json.load(handle)["ras"])
            if any(j.get("peer") for j in chunk):
                clock = time.monotonic()
                self.run_peers(chunk, results, folder)
                self.times["peers"] += time.monotonic() - clock
            yield from zip(chunk, results)

    def atoms_of(self, v):
        gene = self.world.gene_at(v["chrom"], v["pos"] - 1)
        return self.world.atoms(gene, v["pos"] - 1, v["ref"], v["alt"])

    def truth_atoms(self, v):
        return self.world.atoms(v["gene"], v["pos0"], v["ref"], v["alt"])

    def find(self, ras, v):
        """The result's variant that is exactly this planted one, PASS or not, or None."""
        want = self.truth_atoms(v)
        for row in ras["variants"]:
            if self.atoms_of(row) == want:
                return row
        return None

    def say_miss(self, what, j, v, ras, row):
        near = ["%s %s %d/%d lod %s" % (x["protein"] or x["hgvs_c"], x["filter"], x["alt_depth"], x["depth"], x["lod"])
                for x in ras["variants"] if abs(x["pos"] - v["pos0"]) < 40]
        self.note(what, "%s %s %s:%d:%s>%s vaf %.4f %s; %s; near: %s" % (
            j["name"], v["label"], v["contig"], v["pos0"] + 1, v["ref"], v["alt"], v["vaf"], j["keys"],
            "filter " + row["filter"] if row else "no row", near))

    def note(self, what, text):
        self.notes.append((what, text))

    def gate(self, name, value, target, ok, detail=""):
        self.lines.append((name, value, target, "ok" if ok else "MISSED", detail))
        if not ok:
            self.missed.append(name)

    def say(self, name, value, detail=""):
        self.lines.append((name, value, "", "", detail))

    def false_calls(self, j, ras):
        """PASS rows that are no part of what was planted."""
        planted = {a for v in j["variants"] for a in self.truth_atoms(v)}
        return [v for v in ras["variants"] if v["filter"] == "PASS" and not set(self.atoms_of(v)) <= planted]

    # ---- (a) ----
    def sensitivity(self, n):
        found, total, by, extra = collections.Counter(), collections.Counter(), collections.Counter(), 0
        jobs = []
        for k, (name, vaf, depth) in enumerate(LEVELS):
            for i in range(n):
                rng = random.Random("sens:%d:%d:%d" % (k, i, self.options.seed))
                planted = [dict(v, vaf=vaf) for v in self.world.draw_apart(rng, CLASSES)]
                j = job("S%d_%04d" % (k, i), self.options.seed, planted, depth=depth)
                j["level"], j["peer"] = name, i < self.options.peer_samples
                jobs.append(j)
        for j, ras in self.run(jobs):
            for v in j["variants"]:
                row = self.find(ras, v)
                hit = row is not None and row["filter"] == "PASS"
                key = (v["kind"], j["level"])
                found[key] += hit
                total[key] += 1
                if not hit:
                    self.say_miss("sens %s %s" % key, j, v, ras, row)
            for row in self.false_calls(j, ras):
                extra += 1
                self.note_false("sens", j, row)
        for kind in CLASSES:
            for name, _, _ in LEVELS:
                hit, all_ = found[kind, name], total[kind, name]
                self.gate("sensitivity %s %s" % (kind, name), "%.1f %%" % (100 * hit / all_), ">= 95 %", hit >= 0.95 * all_,
                          "%d of %d" % (hit, all_))
        self.gate("false calls in samples with variants", str(extra), "<= 1 per 200 samples", extra * 200 <= len(jobs),
                  "%d samples" % len(jobs))

    def note_false(self, what, j, row):
        self.note("false " + what, "%s %s %s %s:%d:%s>%s %d/%d (F1R2 %s F2R1 %s) lod %s %s; planted %s" % (
            j["name"], row["gene"], row["protein"] or row["hgvs_c"], row["chrom"], row["pos"], row["ref"], row["alt"],
            row["alt_depth"], row["depth"], row.get("alt_f1r2"), row.get("alt_f2r1"), row["lod"], j["keys"],
            [(v["label"], v["pos0"] + 1, v["ref"], v["alt"], round(v["vaf"], 3)) for v in j["variants"]]))

    # ---- (b) ----
    def false_part(self, levels, n, gated, prefix):
        depths = (100, 200, 200, 500, 500, 1000, 100, 200, 500, 500, 1000, 3000)
        for k, (name, keys) in enumerate(levels):
            jobs = []
            for i in range(n):
                j = job("%s%d_%04d" % (prefix, k, i), self.options.seed, bed="all", **dict({"depth": depths[i % 12]}, **keys))
                j["peer"] = gated and i < self.options.peer_samples // 2
                jobs.append(j)
            hotspot = other = codons = others = wild = ras_rows = 0
            for j, ras in self.run(jobs):
                seen = {(c["gene"], c["codon"]) for c in ras["codons"] if c["depth"] > 0}
                # HRAS and BRAF are not listed by codon, but their hotspots were simulated and are examined
                codons += len((seen & self.world.hotspots) | {h for h in self.world.hotspots if h[0] in ("HRAS", "BRAF")})
                others += len(seen - self.world.hotspots)
                bad = set()
                for row in self.false_calls(j, ras):
                    self.note_false(name, j, row)
                    if (row["gene"], row["codon"]) in self.world.hotspots:
                        bad.add((row["gene"], row["codon"]))
                    else:
                        other += 1
                hotspot += len(bad)
                wild += ras["state"] == "wild-type"
                ras_rows += ras["state"] == "mutated"
            rate = 1e4 * hotspot / max(1, codons)
            text = "%.2f" % rate
            detail = "%d in %d hotspot codons; elsewhere %d in %d codons; RAS wild-type in %d of %d, mutated in %d" % (
                hotspot, codons, other, others, wild, n, ras_rows)
            if gated:
                self.gate("false calls per 10,000, %s" % name, text, "<= 1", rate <= 1, detail)
            else:
                self.say("false calls per 10,000, %s" % name, text, detail)

    # ---- (c) ----
    def lod(self, n):
        depths, first, second = (60, 100, 200, 500, 1000, 2000), [], []
        for d in depths:
            for i in range(n):
                name = "L%d_%03d" % (d, i)
                first.append(job(name, self.options.seed, depth=d))
        groups = [(g, c) for g in ("KRAS", "NRAS") for c in ((12, 13), (59, 61), (117, 146))]
        for j, ras in self.run(first):
            rng = random.Random("lod:%s:%d" % (j["name"], self.options.seed))
            lods = {(c["gene"], c["codon"]): c["lod95"] for c in ras["codons"] if c["required"]}
            planted = []
            for gene, codons in groups:
                codon = rng.choice(codons)
                vaf = lods.get((gene, codon))
                if vaf is None or vaf >= 1:
                    continue
                v = self.world.activating_change(rng, (1,), [(gene, codon)])
                planted.append(dict(v, vaf=vaf, kind="snv"))
            keys = dict(j["keys"])
            second.append(job(j["name"] + "m", self.options.seed, planted, **keys))
        found, total, by_type, by_quality = [collections.Counter() for _ in range(4)]
        lod_sum = collections.Counter()
        for j, ras in self.run(second):
            for v in j["variants"]:
                row = self.find(ras, v)
                hit = row is not None and row["filter"] == "PASS"
                d, change = j["keys"]["depth"], v["ref"] + ">" + v["alt"]
                found[d] += hit
                total[d] += 1
                lod_sum[d] += v["vaf"]
                by_type[change, hit] += 1
                by_quality[j["keys"]["qual"], hit] += 1
                if not hit:
                    self.say_miss("lod", j, v, ras, row)
        hits, all_ = sum(found.values()), sum(total.values())
        share = hits / max(1, all_)
        self.gate("lod95 honest: found at lod95", "%.1f %%" % (100 * share), "92-98 %", 0.92 <= share <= 0.98,
                  "%d of %d; by depth: %s" % (hits, all_, ", ".join("%dx %.1f %% (mean lod95 %.2f %%)" % (
                      d, 100 * found[d] / max(1, total[d]), 100 * lod_sum[d] / max(1, total[d])) for d in depths)))
        self.say("  by qualities", "", ", ".join("%s %.1f %%" % (q, 100 * by_quality[q, True] / (
            by_quality[q, True] + by_quality[q, False])) for q in sorted({k[0] for k in by_quality})))
        self.say("  by change", "", ", ".join("%s %.0f %%" % (t, 100 * by_type[t, True] / (
            by_type[t, True] + by_type[t, False])) for t in sorted({k[0] for k in by_type})))

    # ---- (d) ----
    def vaf(self, n):
        jobs = []
        for i in range(n):
            rng = random.Random("vaf:%d:%d" % (i, self.options.seed))
            planted = [dict(v, vaf=rng.uniform(0.05, 0.5)) for v in self.world.draw_apart(rng, CLASSES)]
            jobs.append(job("V%04d" % i, self.options.seed, planted, depth=(100, 200, 500, 1000)[i % 4]))
        inside, total, bias, extra, empty = collections.Counter(), collections.Counter(), collections.Counter(), 0, 0
        for j, ras in self.run(jobs):
            for v in j["variants"]:
                row = self.find(ras, v)
                if not row or row["filter"] != "PASS":
                    self.say_miss("vaf", j, v, ras, row)
                    continue
                total[v["kind"]] += 1
                empty += row["alt_depth"] == 0
                bias[v["kind"]] += row["vaf"] / v["vaf"] - 1
                hit = row["vaf_low"] <= v["vaf"] <= row["vaf_high"]
                inside[v["kind"]] += hit
                if not hit:
                    self.note("interval", "%s %s %s>%s planted %.4f, said %.4f (%.4f-%.4f) %d/%d %s" % (
                        j["name"], v["label"], v["ref"], v["alt"], v["vaf"], row["vaf"], row["vaf_low"], row["vaf_high"],
                        row["alt_depth"], row["depth"], j["keys"]))
            for row in self.false_calls(j, ras):
                extra += 1
                self.note_false("vaf", j, row)
        all_ = max(1, sum(total.values()))
        share = sum(inside.values()) / all_
        self.gate("VAF interval holds the truth", "%.1f %%" % (100 * share), "93-97 %", 0.93 <= share <= 0.97,
                  ", ".join("%s %.1f %% of %d (mean error %+.1f %%)" % (
                      k, 100 * inside[k] / max(1, total[k]), total[k], 100 * bias[k] / max(1, total[k])) for k in CLASSES))
        self.gate("PASS calls that say no fragment carries them", str(empty), "0", empty == 0)
        self.gate("false calls beside variants of 5-50 %", str(extra), "<= 1 per 200 samples", extra * 200 <= n,
                  "%d samples, %d variants not found" % (n, 3 * n - sum(total.values())))

    # ---- (e) ----
    def run_peers(self, jobs, results, folder):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            todo = [(j, ras) for j, ras in zip(jobs, results) if j.get("peer")]
            for (j, ras), calls in zip(todo, pool.map(lambda t: peer_calls(self.world, folder, t[0]["name"]), todo)):
                calls["plasmastrat"] = {a for v in ras["variants"] if v["filter"] == "PASS" for a in self.atoms_of(v)}
                truths = [(v["kind"], set(self.truth_atoms(v))) for v in j["variants"]]
                every = set().union(*(t for _, t in truths)) if truths else set()
                for kind, _ in truths:
                    self.peer_truth[kind] += 1
                for who, atoms in calls.items():
                    score = self.peers.setdefault(who, collections.Counter())
                    coding = {a for a in atoms if a[0] in ("KRAS", "NRAS") and
                              self.world.is_coding(a[0], a[1], a[1] + len(a[2]))}
                    for kind, t in truths:
                        score[kind] += t <= atoms
                    score["false"] += len(coding - every)

    def report_peers(self):
        all_, best, ours = sum(self.peer_truth.values()), 0, 0
        if not all_:
            return
        for who, score in sorted(self.peers.items(), key=lambda kv: kv[0] != "plasmastrat"):
            hit = sum(score[k] for k in CLASSES)
            precision, recall = hit / max(1, hit + score["false"]), hit / all_
            f1 = 2 * precision * recall / max(1e-9, precision + recall)
            if who == "plasmastrat":
                ours = f1
            else:
                best = max(best, f1)
            self.say("F1 " + who, "%.4f" % f1, "sensitivity %.1f %% (%s), precision %.2f %% (%d false)" % (
                100 * recall, ", ".join("%s %.1f %%" % (k, 100 * score[k] / max(1, self.peer_truth[k])) for k in CLASSES),
                100 * precision, score["false"]))
        for tool in ("lofreq",):
            if not shutil.which(tool):
                self.say("F1 " + tool, "skipped", "not installed (not in Debian)")
        self.gate("F1 better than every peer", "%.4f" % ours, "> %.4f" % best, ours > best, "%d planted variants" % all_)


def peer_calls(world, folder, name):
    """{who: atoms called} on the short-contig copy of a sample's reads."""
    bam, calls = os.path.join(folder, name + ".peer.bam"), {}

    def vcf(command, shell_input=None):
        return subprocess.run(command, input=shell_input, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout

    def atoms(gene, pos1, ref, alt):
        return world.atoms(gene, world.start[gene] + pos1 - 1, ref, alt)

    def rows_of(text):
        for line in text.decode().splitlines():
            if line[0] != "#":
                yield line.split("\t")

    if shutil.which("bcftools"):
        pile = vcf(["bcftools", "mpileup", "-f", world.fasta, "-d", "1000000", "-L", "1000000", "-m", "3", "-F", "0.004",
                    "-a", "AD", "-q", "20", "-Q", "20", "-r", "KRAS,NRAS", bam])
        called = vcf(["bcftools", "call", "-mv", "--ploidy", "2", "-Ov"], pile)
        calls["bcftools call"] = {a for f in rows_of(called) for alt in f[4].split(",") if alt != "."
                                  for a in atoms(f[0], int(f[1]), f[3], alt)}
        settings = {"bcftools mpileup, >= %d reads and %.1f %%" % (k, 100 * share): (k, share)
                    for k, share in ((3, 0.005), (5, 0.005), (6, 0.008), (5, 0.01))}
        for who in settings:
            calls[who] = set()
        for f in rows_of(pile):
            counts = [int(x) for x in f[9].split(":")[f[8].split(":").index("AD")].split(",")]
            for alt, n in zip(f[4].split(","), counts[1:]):
                if alt == "<*>":
                    continue
                for who, (k, share) in settings.items():
                    if n >= k and n >= share * sum(counts):
                        calls[who].update(atoms(f[0], int(f[1]), f[3], alt))
    if shutil.which("freebayes"):
        text = vcf(["freebayes", "-f", world.fasta, "--pooled-continuous", "--min-alternate-fraction", "0.005",
                    "--min-alternate-count", "3", "-q", "20", "-m", "20", bam])
        for who, least in (("freebayes QUAL >= 1", 1), ("freebayes QUAL >= 20", 20), ("freebayes, all it lists", 0)):
            calls[who] = {a for f in rows_of(text) if float(f[5]) >= least for alt in f[4].split(",")
                          for a in atoms(f[0], int(f[1]), f[3], alt)}
    if shutil.which("lofreq"):
        text = vcf(["lofreq", "call", "-f", world.fasta, "--call-indels", "--no-default-filter", bam])
        calls["lofreq"] = {a for f in rows_of(text) for a in atoms(f[0], int(f[1]), f[3], f[4])}
    return calls


def smoke(bench):
    """Every class found and nothing else called, on a handful of samples: an alarm, not a measurement."""
    jobs = []
    for i in range(12):
        rng = random.Random("smoke:%d" % i)
        jobs.append(job("M%02d" % i, 1, [dict(v, vaf=0.05) for v in bench.world.draw_apart(rng, CLASSES)], depth=500))
        jobs.append(job("W%02d" % i, 1, depth=500, **NOISE[i % 3][1]))
    found = false = 0
    for j, ras in bench.run(jobs):
        for v in j["variants"]:
            row = bench.find(ras, v)
            found += row is not None and row["filter"] == "PASS"
            if row is None or row["filter"] != "PASS":
                bench.say_miss("smoke", j, v, ras, row)
        for row in bench.false_calls(j, ras):
            false += 1
            bench.note_false("smoke", j, row)
    ok = (found >= 35) + (false == 0)
    for what, text in bench.notes:
        print("%s: %s" % (what, text))
    print("5 %% of 500x: found %d of 36, false calls %d in 24 samples" % (found, false))
    print("%d passed, %d failed, 0 skipped" % (ok, 2 - ok))
    return ok != 2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the samples: for tuning, not for judging")
    parser.add_argument("--smoke", action="store_true", help="a few samples, under 10 seconds")
    parser.add_argument("--only", default="sens,false,lod,vaf,peers,extra")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder to leave the files in")
    parser.add_argument("--verbose", action="store_true", help="every miss and false call, not the first few of each kind")
    options = parser.parse_args()
    parts = set(options.only.split(","))
    unknown = parts - set("sens,false,lod,vaf,peers,extra".split(","))
    if unknown:
        parser.error("unknown part: " + ", ".join(sorted(unknown)))
    scale = 0.2 if options.quick else 1
    options.peer_samples = (12 if options.quick else 40) if "peers" in parts else 0
    with tempfile.TemporaryDirectory() as temporary:
        if options.keep:
            os.makedirs(options.keep, exist_ok=True)
        clock = time.monotonic()
        bench = Bench(options, options.keep or temporary)
        if options.smoke:
            sys.exit(smoke(bench))
        if parts & {"sens", "peers"}:
            bench.sensitivity(int(200 * scale) if "sens" in parts else options.peer_samples)
        if parts & {"false", "peers"}:
            bench.false_part(NOISE, int(450 * scale) if "false" in parts else options.peer_samples // 2, True, "W")
        if "lod" in parts:
            bench.lod(max(8, int(28 * scale)))
        if "vaf" in parts:
            bench.vaf(int(240 * scale))
        if "peers" in parts:
            bench.report_peers()
        if "extra" in parts:
            bench.false_part(EXTRA, int(36 * scale), False, "X")
    shown = collections.Counter()
    for what, text in bench.notes:
        shown[what] += 1
        if options.verbose or shown[what] <= 4:
            print("%s: %s" % (what, text))
    for what, n in shown.items():
        if n > 4 and not options.verbose:
            print("%s: %d in all (--verbose shows them)" % (what, n))
    print()
    for line in bench.lines:
        print("%-56s %9s  %-22s %-6s  %s" % line)
    print("%.0f s (%s)" % (time.monotonic() - clock, ", ".join("%s %.0f s" % kv for kv in bench.times.items())))
    for name in bench.missed:
        print("missed: " + name)
    sys.exit(1 if bench.missed else 0)


if __name__ == "__main__":
    main()
