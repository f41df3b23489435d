"""Do all outputs of a sample say the same numbers?

JSON carries six significant digits (ps_round6); what the others show of a number is defined here:
  fixed(x, d)   d decimals (probabilities, weights, log2, copies: 2; LOD, coverage: 1)
  percent(x)    a fraction in percent: whole from 10 % on, below that two significant digits
  six(x)        six significant digits (TSV, VCF, QC values)
Every function returns complaints: texts "place: shown, expected".
"""
import functools
import gzip
import math
import unicodedata

import page_text

DASH, MISSING = "\u2013", "."


def fixed(x, decimals, missing=DASH):
    if x is None:
        return missing
    text = f"{x:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def percent(x, missing=DASH):
    if x is None:
        return missing
    if abs(x) < 0.0995:
        return f"{100 * x:.2g} %"
    return f"{math.floor(1000 * x) / 10:.1f} %" if 0.99 < x < 1 else f"{100 * x:.0f} %"


def if_it_were(model):
    return {"lesion": "if this were a lesion", "marrow": "if this were marrow"}.get(model["specimen"], "")


def six(x, missing=MISSING):
    return missing if x is None else f"{x + 0:.6g}"


def words_of(text):
    """Text on one line; what steers a terminal or the direction of writing is '?' in every output for people."""
    return "".join(t if t == " " or unicodedata.category(t) not in ("Cc", "Cf") else "?" for t in " ".join(text.split()))


def count(n, missing=DASH):
    return missing if n is None else f"{n:.0f}"


def interval(low, high, show, join=" to "):
    return show(low) + join + show(high)


class Comparison:
    def __init__(self, name):
        self.name, self.complaints, self.checked = name, [], 0

    def same(self, place, shown, expected):
        self.checked += 1
        if shown != expected:
            self.complaints.append(f"{self.name}: {place}: '{shown}', expected '{expected}'")

    def near(self, place, shown, expected, tolerance):
        self.checked += 1
        if shown is None or not math.isclose(float(shown), expected, rel_tol=0, abs_tol=tolerance):
            self.complaints.append(f"{self.name}: {place}: {shown}, expected {expected}")


# ---- ID.html ---------------------------------------------------------------------------------------------------------

def verdict(c, page, d):
    c.same("h1", page.first("h1").words(), d["sample_id"])
    label = d["label"] + (f" leaning: {d['leaning']}" if d["label"] == "indeterminate" else "")
    c.same("label", page.first("p", class_="label").words(), label)
    note = list(page.first("div", class_="verdict").all("p", class_="note"))[-1].words()
    purity = "unknown" if d["purity"] is None else percent(d["purity"])
    c.same("note", f"Model {d['model']['name']} (basis {d['model']['basis']}" in note and
           f"). Specimen: {d['specimen']}. Purity: {purity}. Question: " in note, True)
    p = d["probability"]
    shown = page.first("p", class_="probability")
    if p is None or p["plasmacytoma_like"] is None:
        c.same("probability", shown, None)
        return
    value, low, high = (p[k] for k in ("plasmacytoma_like", "low", "high"))
    c.same("probability", shown.words(), f"Probability of plasmacytoma-like {fixed(value, 2)}, 95 % interval "
           + interval(low, high, lambda x: fixed(x, 2)))
    drawing = page.first("div", class_="verdict").first("svg")
    model = d["model"]
    c.same("probability drawn, in words", drawing.first("desc").words(),
           f"{fixed(value, 2)}, 95 % interval {fixed(low, 2)} to {fixed(high, 2)}; plasmacytoma-like from "
           f"{fixed(model['plasmacytoma_at'], 2)} up, intramedullary from {fixed(model['intramedullary_at'], 2)} down")
    c.near("probability drawn", drawing.first("circle").attributes["cx"].rstrip("%"), 1 + 98 * value, 0.0051)
    line = list(drawing.all("line"))[-1].attributes
    c.near("low end drawn", line["x1"].rstrip("%"), 1 + 98 * low, 0.0051)
    c.near("high end drawn", line["x2"].rstrip("%"), 1 + 98 * high, 0.0051)


def caution(c, page, d):
    """What stands at the label: how often it is given, that nobody validated it, and who says the opposite."""
    box = page.first("div", class_="verdict")
    label, rates = d["label"].replace("-", "_"), d["rates"] or {}
    of = f"{100 * rates[label]:.0f} of 100 {d['population']['name']} get this label; " if label in rates else ""
    borderline = "borderline: the interval crosses the threshold; " if d["borderline"] else ""
    c.same("rates", box.first("p", class_="note").words(), borderline + of + "not validated on patients")
    against = [f"{m['name']} ({m['basis']}) says {m['label']}"
               + ("" if m["applies"] else ", " + if_it_were(m)) for m in d["models"] if m["contradicts"]]
    shown = [p.words() for p in box.all("p") if p.words().startswith("Contradicted:")]
    c.same("contradicted", shown, ["Contradicted: " + "; ".join(against)] if against else [])


def markers(c, page, d):
    rows = page_text.tables(page)["What each marker adds to the chosen model's answer"]
    for row, m in zip(rows, d["markers"]):
        known = m["state"] != "not-assessable"
        c.same(m["name"] + " weight", row[2], fixed(m["log_likelihood_ratio"], 2) if known else DASH)
        c.same(m["name"] + " interval", row[3],
               interval(m["low"], m["high"], lambda x: fixed(x, 2)) if known else "no weight")
    c.same("CCND1", rows[0][1], f"{d['ccnd1']['state']} cause: {d['ccnd1']['cause']}")
    c.same("RAS", rows[1][1], d["ras"]["state"])


def models(c, page, d):
    rows = page_text.tables(page)["Each model answers its own question, so the same marker can count for or against"]
    c.same("models", len(rows), len(d["models"]))
    for row, m in zip(rows, d["models"]):
        p = m["probability"]
        there = "" if m["applies"] else " " + if_it_were(m)
        c.same(m["name"] + " answer", row[1], m["label"] + there + " contradicts the label" * m["contradicts"])
        c.same(m["name"] + " probability", row[2], fixed(p, 2))
        rates = [f"{100 * m['rates'][k]:.0f}" for k in ("plasmacytoma_like", "intramedullary", "indeterminate")]
        c.same(m["name"] + " rates", row[-1], ", ".join(rates))
        c.same(m["name"] + " interval", row[3],
               DASH if p is None else interval(m["low"], m["high"], lambda x: fixed(x, 2)))


def variant_vaf(v):
    if v["vaf"] is None:
        return "not given"
    if v["vaf_low"] is None:
        return percent(v["vaf"])
    return f"{percent(v['vaf'])} ({percent(v['vaf_low'])} to {percent(v['vaf_high'])})"


def variants(c, page, d):
    rows = page_text.tables(page).get("Variants called and candidates refused by a filter", [])
    told = d["ras"]["variants"] + d["ras"].get("context_variants", [])
    c.same("variants", len(rows), len(told))
    for row, v in zip(rows, told):
        name = f"{v['gene']} {v['hgvs_p']}"
        c.same("variant", row[0].startswith(name), True)
        c.same(name + " place", row[1], f"{v['hgvs_c']} {v['chrom']}:{v['pos']} {v['ref']}>{v['alt']}")
        c.same(name + " filter", row[2].split(" VCF:")[0], v["filter"])
        c.same(name + " VAF", row[3], variant_vaf(v))
        unknown = v["depth"] is None and v["alt_depth"] is None
        c.same(name + " fragments", row[4], DASH if unknown else f"{count(v['alt_depth'])} / {count(v['depth'])}")
        sided = v["alt_f1r2"] is not None and v["alt_f2r1"] is not None
        c.same(name + " by strand", row[5], f"{count(v['alt_f1r2'])} + {count(v['alt_f2r1'])}" if sided else DASH)
        c.same(name + " LOD", row[6], fixed(v["lod"], 1))
        for e in v["evidence"]:
            counts = f"{e['source']} {count(e['alt_depth'])}/{count(e['depth'])}"
            if e["depth"] is not None or e["alt_depth"] is not None:
                c.same(name + " in " + e["source"], counts in row[7], True)


@functools.lru_cache(maxsize=None)
def codons_shown(ras):
    """({"KRAS 12": words of the list}, {("KRAS", "codon 12"): words of its mark}, words of the drawings)"""
    listed = {item.first("b").words(): item.words() for item in ras.first("ul", class_="codons").all("li")}
    drawn, words = {}, []
    for figure in ras.all("figure", class_="plot"):
        gene = figure.first("figcaption").first("b").words()
        words.append({t.words() for t in figure.all("text")})
        for title in figure.all("title"):
            drawn[gene, title.words().split(":")[0]] = title.words()
    return listed, drawn, words


def codons(c, page, d):
    """The list of hotspots, and every codon's mark in the strips."""
    listed, drawn, words = codons_shown(page_text.section(page, "ras"))
    transcripts = {}
    for k in d["every_codon"]:
        transcripts.setdefault(k["gene"], k["transcript"])  # the first is drawn
    limit = d["ras"]["lod95_limit"]
    every = {(k["gene"], k["codon"]): k for k in reversed(d["every_codon"])}
    for k in d["ras"]["codons"]:
        for key in ("state", "depth", "lod95"):
            c.same(f"{k['gene']} {k['codon']} {key}, twice", every[k["gene"], k["codon"]][key], k[key])
    for k in d["every_codon"]:
        seen = k["lod95"] is not None
        if k["required"]:
            name = f"{k['gene']} {k['codon']}"
            say = {"wild-type": "wild type ({} VAF would be seen)", "mutated": "mutated ({} VAF would be seen)" if seen else "mutated",
                   "not-assessable": "not assessable (only {} VAF would be seen)" if seen else "not assessable (no VAF would be seen)"}
            text = name + " " + say[k["state"]].format(percent(k["lod95"]))
            if k["depth"] is not None:
                text += f" {k['depth']} fragment{'' if k['depth'] == 1 else 's'}, {k['source']}"
            classes = k.get("lod95_by_class")
            if classes and seen:
                words_of = (("substitutions", "substitution"), ("multi-base", "multi_base"), ("in-frame indels", "indel"))
                text += "; " + ", ".join(f"{word} {percent(classes[key])}" for word, key in words_of)
            c.same(name, listed.get(name), text)
        mark = drawn.get((k["gene"], f"codon {k['codon']}"))
        if mark and k["transcript"] == transcripts[k["gene"]]:
            c.same(f"{k['gene']} codon {k['codon']} drawn", mark,
                   f"codon {k['codon']}: {k['state'] + ', ' if k['required'] else ''}{k['depth'] or 0} fragment{'' if k['depth'] == 1 else 's'}, "
                   + (f"lod95 {percent(k['lod95'])}" if seen else "no VAF would be seen"))
    for texts in words:
        c.same("limit for wild type", f"limit for wild type {100 * limit:g} %" in texts, True)


def listed(d):
    """(gene, codon, input) of every called or likely variant that an input lists, where its fragments are drawn."""
    for v in d["ras"]["variants"]:
        likely = v["filter"] == "PASS" or v["tier"] in ("hotspot", "likely-activating")
        for e in v["evidence"]:
            if likely and v["codon"] and e["source"] in ("rna", "dna") and (e["alone"] or v["sources"] == [e["source"]]):
                yield v["gene"], v["codon"], e["source"]


def at_codon(d, name, codon):
    """Of the evidence: (bases, {haplotype: [F1R2, F2R1]}), {haplotype: [[rows], [rows]]}"""
    gene, number, source = codon
    genes = {t["transcript"]: t["gene"] for t in d["ras"]["coverage"]}
    for input_name, found, drawn in d["evidence_rows"]:
        for refseq in found:
            if input_name == source and genes.get(refseq) == gene and number in found[refseq]:
                return found[refseq][number], drawn.get((refseq, number), {})
    raise KeyError(name)


def pictures(c, page, d):
    """The fragments drawn at each called codon: their bases, read back against the line of the reference."""
    if d["evidence_rows"] is None:
        return
    drawn = {}
    for box in page_text.section(page, "ras").all("div", class_="scroll"):
        pre = box.first("pre", class_="reads")
        if pre:
            drawn[box.attributes["aria-label"].split(";")[0]] = pre.text().split("\n")
    expected = {f"Bases around {g} codon {n} in {i}": (g, n, i) for g, n, i in listed(d)}
    genes = {t["gene"] for t in d["ras"]["coverage"]}
    c.same("pictures", sorted(n for n in drawn if n.split()[2] in genes and not n.endswith("normal")), sorted(expected))
    for name, codon in expected.items():
        lines = drawn.get(name, [])
        (bases, found), pictured = at_codon(d, name, codon)
        reference = lines[2][2:] if len(lines) > 2 else ""
        rows, shown = {}, None
        for line in lines[3:]:
            if line[:1] in "\u25b8\u25c2" and line:
                columns = line[2:2 + len(reference)].ljust(len(reference))
                text = "".join(r if b == "\u00b7" else "." if b == " " else b
                               for r, b in zip(reference, columns) if r not in " |")
                rows[shown].append(text + "".join(part for part in line[2 + len(reference):].split()))
            elif line:
                head, _, told = line.partition(": ")
                shown = {"insertion or deletion": "indel"}.get(head.split(",")[0], head.split(",")[0])
                rows[shown] = []
                counts = sum(found.get(shown, [0, 0]))
                c.same(f"{name}: {shown}", told.split(" of ")[1], f"{counts} fragment" + "s" * (counts != 1))
        for shown, seen in rows.items():
            plain = [t.upper() if "(" not in t else None for side in pictured.get(shown, [[], []]) for t in side]
            c.same(f"{name}: {shown} rows", len(seen), len(plain))
            for one, other in zip(seen, plain):
                if other is not None:
                    c.same(f"{name}: {shown}", one.upper(), other)


def haplotypes(c, page, d):
    """Above each picture what the codon shows, the most fragments first and the reference last."""
    if d["evidence_rows"] is None:
        return
    tables = page_text.tables(page)
    for gene, number, source in listed(d):
        name = f"{gene} codon {number}, {source}"
        (bases, found), _ = at_codon(d, name, (gene, number, source))
        shown = [[row[0].split(", ")[-1] == "reference", *map(int, row[1:4])] for row in tables.get(name, [])]
        told = [[hap == bases, sum(n), *n] for hap, n in found.items() if sum(n)]
        c.same(f"{name}: counts", sorted(shown), sorted(told))
        c.same(f"{name}: order", [row[:2] for row in shown],
               [row[:2] for row in sorted(told, key=lambda row: (row[0], -row[1]))])


def drawn(c, section, e):
    """The drawing's own words: the level per plasma cell, and the cut-offs."""
    figure, cut, two = section.first("svg"), e["cut_offs"], lambda x: fixed(x, 2)
    if not figure:
        return
    shift = e["log2_per_plasma_cell"] - e["log2_ratio"]
    c.same("drawing", figure.first("desc").words(),
           f"log2 {two(e['log2_per_plasma_cell'])}, 95 % interval {two(e['low'] + shift)} to {two(e['high'] + shift)}; "
           f"very high from {two(e['over_at'])} up, intermediate from {two(cut['intermediate_from'])} to "
           f"{two(cut['intermediate_to'])}, low from {two(e['not_at'])} down")


class known(dict):
    """Facts; one that is left out is not known."""

    def __missing__(self, name):
        return DASH


def expression(c, page, d):
    section = page_text.section(page, "expression")
    e, shown = d["ccnd1_expression"], page_text.facts(section)
    if e["fragments"] is None or not e["genes"]:
        c.same("expression facts", shown, {})
        return
    two = lambda x: fixed(x, 2)
    shown = known(shown)
    c.same("expression", shown["log2 ratio, 95 % interval"],
           f"{two(e['log2_ratio'])} ({two(e['low'])} to {two(e['high'])})")
    cut, share, levels = e["cut_offs"], e["plasma_share"], e["levels"]
    c.same("very high from", shown["Very high per plasma cell"], f"from {two(cut['very_high_from'])} up")
    c.same("intermediate", shown["Intermediate"], f"{two(cut['intermediate_from'])} to {two(cut['intermediate_to'])}")
    c.same("low from", shown["Low"], f"from {two(cut['low_to'])} down")
    c.same("not at, over at", [e["not_at"], e["over_at"]], [cut["low_to"], cut["very_high_from"]])
    drawn(c, section, e)
    c.same("lent", shown["From other cells, at most (log2)"], f"up to {two(e['other_cells_log2'])}")
    c.same("per cell", shown["log2 per plasma cell"], two(e["log2_per_plasma_cell"]))
    c.same("plasma share", shown["Plasma share of the RNA, 95 % interval"],
           f"{percent(share['value'])} ({percent(share['low'])} to {percent(share['high'])})")
    c.same("levels", shown["Probability of very high, intermediate, low"],
           ", ".join(fixed(levels[k], 3) for k in ("very_high", "intermediate", "low")))
    c.same("reference genes", shown["Reference genes"], f"{e['reference_genes']}, {e['reference_fragments']} fragments")
    c.same("spliced", shown["Spliced reads"], percent(e["spliced_fraction"]))
    c.same("plasma cells", shown["Plasma-cell content (log2)"], two(e["plasma_log2"]))
    for key, name in (("unspliced_share", "Unspliced at exon edges"), ("late_share", "Reads in the last third")):
        c.same(key, shown.get(name), None if e[key] is None else percent(e[key]))
    if e["cells"]:
        c.same("other cells", shown["Strongest other cells"], min(e["cells"], key=lambda x: x["log2"])["cell"])
    c.same("z", shown.get("z, percentile"),
           None if e["z"] is None else f"{two(e['z'])}, {fixed(e['percentile'], 1)}")
    c.same("cyclins", page_text.tables(page)["D-type cyclins"],
           [[g["gene"], count(g["fragments"]), two(g["log2_ratio"])] for g in e["genes"]])
    c.same("CCND1 fragments", page_text.tables(page)["D-type cyclins"][0][1], count(e["fragments"]))


def copies(c, page, d):
    n, section = d["ccnd1_copy_number"], page_text.section(page, "copies")
    shown = page_text.facts(section)
    c.same("copy number", section.first("span", class_="chip").words(), n["state"])
    if not n["arms"] and n["state"] == "not-assessable" and n["fragments_per_bin"] is None:
        c.same("copies facts", shown, {})
        return
    two = lambda x: fixed(x, 2)
    shown = known(shown)
    c.same("copies", shown["Copies, 95 % interval"],
           f"{two(n['copies'])} ({two(n['copies_low'])} to {two(n['copies_high'])})")
    c.same("purity", shown["Purity used"], "none, as if pure" if n["purity"] is None else percent(n["purity"]))
    c.same("hyperdiploid", shown["Hyperdiploid"], {None: "unknown", True: "yes", False: "no"}[n["hyperdiploid"]])
    c.same("fragments per bin", shown["Fragments per bin"], fixed(n["fragments_per_bin"], 1))
    c.same("noise", shown["Noise beyond counting"], percent(n["noise"]))
    c.same("wave", shown["Wave along bins (log2)"], fixed(n["wave"], 3))
    c.same("reference", shown["Measured against"], "the sample's own arms" if n["reference"]["kind"] == "none" else
           f"{n['reference']['kind']} ({n['reference']['normals']})")
    arms = section.first("ul", class_="arms")
    c.same("arms", [item.words() for item in arms.all("li")] if arms else [],
           [a["arm"] + two(a["copies"]) for a in n["arms"]])


def where(b):
    if b["exact"]:
        return "exact"
    return "imprecise: {:+d} to {:+d}, {:+d} to {:+d}".format(*b["range_a"], *b["range_b"])


def junction(c, page, d):
    j, section = d["igh_ccnd1"], page_text.section(page, "junction")
    shown = page_text.facts(section)
    c.same("junction", section.first("span", class_="chip").words(), j["state"])
    if j["split_fragments"] is None:
        c.same("junction facts", shown, {})
        return
    shown = known(shown)
    c.same("split", shown["Split fragments"], count(j["split_fragments"]))
    c.same("discordant", shown["Discordant fragments"], count(j["discordant_fragments"]))
    c.same("needed", shown["Needed for a detection"], count(j["needed"]))
    c.same("coverage", shown["Physical coverage (DNA), fold"], fixed(j["physical_coverage"], 1))
    c.same("shown", shown["Fragments that can show a junction"], percent(j["shown_share"]))
    c.same("background", shown["Fragments expected by chance"], fixed(j["background"], 3))
    limit = j["limit_cells"]
    c.same("limit", shown["Would have shown from"], DASH if limit is None else
           f"{percent(limit)} of the cells" if limit <= 1 else "none: even a junction in every cell could be missed")
    c.same("powered", shown["Window with 95 % power"], percent(j["powered"]))
    c.same("RNA fragments", shown["RNA fragments that join"], count(j["rna_fragments"]))
    rows = page_text.tables(page).get("Breakpoints: last kept base on each side, and the side that is kept", [])
    c.same("breakpoints", [row[1:6] for row in rows],
           [[f"{b['chrom_a']}:{b['pos_a']}, {b['kept_a']} kept", f"{b['chrom_b']}:{b['pos_b']}, {b['kept_b']} kept",
             count(b["split_fragments"]), count(b["discordant_fragments"]), where(b)] for b in j["breakpoints"]])


def identity(c, page, d):
    i, tables = d["identity"], page_text.tables(page)
    section = page_text.section(page, "identity")
    words = {"same": "same person", "different": "different persons"}
    c.same("identity", section.first("span", class_="chip").words(), words.get(i["state"], i["state"]))
    c.same("persons", tables.get("Inputs compared by common SNPs", []),
           [[f"{p['a']} and {p['b']}", p["state"], count(p["sites"]), percent(p["concordance"]), fixed(p["log_odds"], 1),
             fixed(p["log_odds_relative"], 1)] for p in i["pairs"]])
    told = []
    for n in i["inputs"]:
        k = n["contamination"]
        share = DASH if k["fraction"] is None else \
            f"{percent(k['fraction'])} ({percent(k['low'])} to {percent(k['high'])})"
        told.append([n["input"], k["state"], share, count(k["sites"]), count(k["fragments"]), percent(k["error_rate"]),
                     count(n["sites"]), count(n["fragments"])])
    c.same("contamination", tables.get("Contamination", []), told)
    if told:
        c.same("SNPs", f"Out of {i['snps']} common SNPs of the panel." in section.words(), True)


def library(c, page, d):
    """The libraries' facts, input by input."""
    section = page_text.section(page, "library")
    shown = [{row.first("dt").words(): row.first("dd").words() for row in box.all("div")}
             for box in section.all("dl", class_="facts")]
    c.same("libraries", [h.words() for h in section.all("h3")], [b["input"] for b in d["library"]])
    c.same("libraries", len(shown), len(d["library"]))
    for facts, b in zip(shown, d["library"]):
        said, size = b["input"] + " library: ", b["insert_size"]
        for name, value in {
                "Kind": b["kind"], "Fragments": fixed(b["fragments"], 0), "Molecules": fixed(b["molecules"], 0),
                "Duplicates (expected by chance)": f"{percent(b['copies'])} ({percent(b['copies_by_chance'])})",
                "Molecules per fragment": fixed(b["molecules_per_fragment"], 3),
                "Fragments with a UMI": percent(b["umi"]) if b["umi"] else None,
                "Fragments in amplicons": percent(b["amplicon"]) if b["amplicon"] else None,
                "Molecules, at most": None if b["most_molecules"] is None else
                f"{fixed(b['most_molecules'], 0)}, {'as stated' if b['molecules_stated'] else 'assumed'}",
                "Insert size, 5 to 95 %": f"{fixed(size['median'], 0)} ({fixed(size['low'], 0)} to {fixed(size['high'], 0)})",
                "Read 1 forward": percent(b["first_read_forward"]), "Primers": fixed(b["primers"], 0)}.items():
            c.same(said + name, facts.get(name), None if value == DASH else value)
        c.same(said + "lanes", facts.get("Lanes of sequencing runs"),
               str(len(b["lanes"])) if b["lanes"] else "not known from the reads' names")
        e, damage = b["error_rate"], b["damage"]
        c.same(said + "damage", facts.get("Damage"), None if not e else "none seen" if not damage else
               f"{damage['haplotypes']} change{'' if damage['haplotypes'] == 1 else 's'} of {damage['substitution']}, VAF up to {percent(damage['highest_vaf'])}")
        c.same(said + "errors stated", facts.get("Error rate by base qualities"), percent(e["stated"], None) if e else None)
        c.same(said + "errors seen", facts.get("Error rate that was seen"), percent(e["seen"], None) if e else None)
        c.same(said + "spread", facts.get("Scatter of errors between positions (ln sd)"), fixed(e["spread"], 2, None) if e else None)


def rounded(x):
    """Three significant digits without an exponent, every digit of a whole number."""
    if x is None:
        return DASH
    if abs(x) < 1e15 and (abs(x) >= 1000 or x == math.floor(x)):
        return f"{x + 0:.0f}"
    return f"{x:.{2 - math.floor(math.log10(abs(x)))}f}" if 1e-9 <= abs(x) < 1e-4 else f"{x:.3g}"


def limits(c, page, d):
    """Beside the label: failed checks and warnings with value and limit, failed ones first; there is a next step."""
    box = page.first("div", class_="answer")
    items = [item.words() for item in box.first("ul").all("li")]
    for q in d["qc"]:
        if q["state"] != "pass":
            kind = "failed check" if q["state"] == "fail" else "warning"
            value = "" if q["value"] is None else f", value {rounded(q['value'])}"
            limit = "" if q["limit"] is None else f", limit {rounded(q['limit'])}"
            c.same(f"limited by {q['check']}", f"{q['check']}: {kind} ({q['input']}){value}{limit}: {words_of(q['message'])}"
                   in items, True)
    c.same("next steps", any(item.words() for item in list(box.all("ul"))[1].all("li")), True)


def quality(c, page, d):
    tables = page_text.tables(page)
    for caption, passed in (("Checks to look at", False), ("Checks that passed", True)):
        c.same(caption, tables.get(caption, []),
               [[q["check"], q["input"], q["state"], rounded(q["value"]), rounded(q["limit"]), words_of(q["message"])]
                for q in d["qc"] if (q["state"] == "pass") == passed])
    c.same("inputs", [[row[0], row[2], row[5]] for row in tables.get("What was read", [])],
           [[i["role"], i["format"] or DASH, count(i["records"])] for i in d["inputs"]])
    c.same("reads", tables.get("Reads over the panel, and those left out", []),
           [[r["input"], r["for"], count(r["seen"]),
             ", ".join(f"{k} {n}" for k, n in r["left_out"].items() if n) or "none"] for r in d.get("reads", [])])
    shown = page_text.facts(page_text.section(page, "provenance"))
    c.same("version", shown["Program"], "plasmastrat " + d["provenance"]["version"])
    c.same("panel checksum", shown["Panel checksum"], d["provenance"]["panel_checksum"])


PARTS = (verdict, caution, limits, markers, models, variants, codons, pictures, haplotypes, expression, copies, junction, identity, library, quality)


def page(d, root):
    c = Comparison(f"{d['sample_id']}.html")
    for part in PARTS:
        part(c, root, d)
    return c


# ---- cohort.tsv, plasmastrat_mqc.json, cohort.html --------------------------------------------------------------------

def worst(d):
    """The deciding codon that is least covered; one that nobody saw counts as worst."""
    return max((k for k in d["ras"]["codons"] if k["required"]),
               key=lambda k: math.inf if k["lod95"] is None else k["lod95"])


def mutating(d):
    return [v for v in d["ras"]["variants"] if v["filter"] == "PASS" and v["tier"] in ("hotspot", "likely-activating")]


def states(d, state):
    return sum(q["state"] == state for q in d["qc"])


def numbers(d):
    """The numbers of a cohort row, by the name of their TSV column."""
    p = d["probability"] or {}
    e, n, j = d["ccnd1_expression"], d["ccnd1_copy_number"], d["igh_ccnd1"]
    return {"probability": p.get("plasmacytoma_like"), "probability_low": p.get("low"),
            "probability_high": p.get("high"), "ras_lod95_worst": worst(d)["lod95"], "ccnd1_log2_ratio": e["log2_ratio"],
            "ccnd1_copies": n["copies"], "ccnd1_copies_low": n["copies_low"], "ccnd1_copies_high": n["copies_high"],
            "igh_split_fragments": j["split_fragments"], "igh_discordant_fragments": j["discordant_fragments"],
            "qc_warnings": states(d, "warn"), "qc_failures": states(d, "fail")}


def tsv(d, row):
    c = Comparison("cohort.tsv: " + d["sample_id"])
    for name, x in numbers(d).items():
        c.same(name, row[name], six(x))
    c.same("ras_variants", row["ras_variants"],
           ",".join(f"{v['gene']}:{v['hgvs_p']}:{six(v['vaf'])}" for v in mutating(d)) or MISSING)
    for name, value in (("label", d["label"]), ("ras", d["ras"]["state"]), ("ccnd1", d["ccnd1"]["state"]),
                        ("ccnd1_cause", d["ccnd1"]["cause"]), ("ccnd1_expression", d["ccnd1_expression"]["state"]),
                        ("ccnd1_copy_number", d["ccnd1_copy_number"]["state"]), ("igh_ccnd1", d["igh_ccnd1"]["state"])):
        c.same(name, row[name], value)
    return c


def multiqc(d, row):
    c = Comparison("plasmastrat_mqc.json: " + d["sample_id"])
    told = numbers(d)
    vafs = [v["vaf"] for v in mutating(d) if v["vaf"] is not None]
    told["ras_vaf"] = 100 * max(vafs) if vafs else None
    told["ras_lod95_worst"] = None if told["ras_lod95_worst"] is None else 100 * told["ras_lod95_worst"]
    for name in ("probability", "ras_vaf", "ras_lod95_worst", "ccnd1_log2_ratio", "ccnd1_copies", "qc_warnings",
                 "qc_failures"):
        c.same(name, six(row.get(name)), six(told[name]))
    return c


def cohort_page(d, row):
    """`row`: the texts of the sample's cells."""
    c = Comparison("cohort.html: " + d["sample_id"])
    n, two = numbers(d), lambda x: fixed(x, 2)
    dashed = lambda low, high: "" if n[low] is None else interval(n[low], n[high], two, DASH)
    c.same("probability", row[2], two(n["probability"]) + dashed("probability_low", "probability_high"))
    for v in mutating(d):
        if v["vaf"] is not None:
            c.same("RAS", f"{v['gene']} {v['hgvs_p'][2:]} {percent(v['vaf'])}" in row[3], True)
    w = worst(d)
    c.same("lod95", row[4], percent(w["lod95"]) + ("no VAF at " if w["lod95"] is None else "") + f"{w['gene']}:{w['codon']}")
    c.same("log2", row[6], two(n["ccnd1_log2_ratio"]) + d["ccnd1_expression"]["state"])
    copies_shown = dashed("ccnd1_copies_low", "ccnd1_copies_high")
    c.same("copies", row[7].startswith(two(n["ccnd1_copies"]) + (f" ({copies_shown})" if copies_shown else "")), True)
    if n["igh_split_fragments"] or n["igh_discordant_fragments"]:
        c.same("junction", row[8], d["igh_ccnd1"]["state"]
               + f"{n['igh_split_fragments']} split, {n['igh_discordant_fragments']} pairs")
    return c


# ---- ID.ras.vcf.gz ---------------------------------------------------------------------------------------------------

def read_vcf(path):
    records = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            f = line.rstrip("\n").split("\t")
            info = dict(field.partition("=")[::2] for field in f[7].split(";"))
            records[(f[0], int(f[1]), f[3], f[4])] = (f[6], info, dict(zip(f[8].split(":"), f[9].split(":"))))
    return records


def vcf(d, records):
    c = Comparison(d["sample_id"] + ".ras.vcf.gz")
    told = d["ras"]["variants"] + d["ras"].get("context_variants", [])
    junctions = [r for r in records.values() if r[1].get("SVTYPE") == "BND"]
    c.same("records", len(records) - len(junctions), len(told))
    for v in told:
        name = f"{v['gene']} {v['hgvs_p']}"
        record = records.get((v["chrom"], v["pos"], v["ref"], v["alt"]))
        c.same(name + " is there", record is not None, True)
        if not record:
            continue
        filters, info, call = record
        c.same(name + " filter", filters, v["filter"])
        c.same(name + " LOD", info.get("LOD", MISSING), six(v["lod"]))
        c.same(name + " DP", call["DP"], count(v["depth"], MISSING))
        c.same(name + " AD", call["AD"].split(",")[1], count(v["alt_depth"], MISSING))
        c.same(name + " AF", call["AF"], six(v["vaf"]))
        for field, key in (("ADF", "f1r2"), ("ADR", "f2r1")):
            c.same(f"{name} {field}", call[field], f"{count(v['ref_' + key], MISSING)},{count(v['alt_' + key], MISSING)}")
    for i, b in enumerate(d["igh_ccnd1"]["breakpoints"] if d["igh_ccnd1"]["state"] == "detected" else []):
        mates = [r for (chrom, pos, _, _), r in records.items()
                 if r[1].get("SVTYPE") == "BND" and (chrom, pos) in ((b["chrom_a"], b["pos_a"]), (b["chrom_b"], b["pos_b"]))]
        c.same(f"breakpoint {i + 1} mates", len(mates), 2)
        for _, info, _ in mates:
            c.same("SPLIT", info["SPLIT"], count(b["split_fragments"]))
            c.same("DISC", info["DISC"], count(b["discordant_fragments"]))
    return c


# ---- every number of the JSON is either compared or listed here -------------------------------------------------------

UNSHOWN = (
    "model.prior_odds", "models.*.prior_odds", "models.*.plasmacytoma_at", "models.*.intramedullary_at",
    "models.*.markers", "ccnd1.log_odds", "ras.log_odds", "ras.context_codons", "ccnd1_expression.log_odds",
    "ccnd1_expression.reference_median", "ccnd1_expression.all_genes", "ccnd1_expression.cells",
    "ccnd1_expression.cohort", "ccnd1_expression.sense_share", "ccnd1_copy_number.log2_ratio",
    "ccnd1_copy_number.arms.*.log2_ratio", "ccnd1_copy_number.chromosome11", "ras.variants.*.codon",
    "ras.context_variants.*.codon", "ras.context_variants.*.evidence", "ras.variants.*.evidence.*.alone",
    "prior_odds", "model.weights", "ras.codons.*.codon",
    "igh_ccnd1.breakpoints.*.event", "ccnd1.log_likelihood", "ccnd1_expression.log_likelihood",
    "ccnd1_expression.plasma_share.markers",
    # of a marker without weight, and of exact breakpoints: see is_unshown
    "markers.*.log_likelihood_ratio", "markers.*.low", "markers.*.high", "igh_ccnd1.breakpoints.*.range_a",
    "igh_ccnd1.breakpoints.*.range_b",
)


def is_unshown(path, d):
    pattern = ".".join("*" if isinstance(p, int) else p for p in path)
    if path[0] == "markers" and d["markers"][path[1]]["state"] != "not-assessable":
        return False
    if path[:2] == ("igh_ccnd1", "breakpoints") and path[3] in ("range_a", "range_b"):
        return d["igh_ccnd1"]["breakpoints"][path[2]]["exact"]
    if path == ("ccnd1_copy_number", "reference", "normals"):
        n = d["ccnd1_copy_number"]
        return n["reference"]["kind"] == "none" or n["fragments_per_bin"] is None and n["state"] == "not-assessable"
    if path[0] == "rates":  # the other labels' are those of the chosen model in `models`
        return path[1] != d["label"].replace("-", "_")
    if path == ("identity", "snps"):
        return not d["identity"]["inputs"]
    return any(pattern == u or pattern.startswith(u + ".") for u in UNSHOWN)


def leaves(value, path=()):
    """(path, container, key) of every number."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        if isinstance(child, (dict, list)):
            yield from leaves(child, path + (key,))
        elif isinstance(child, (int, float)) and not isinstance(child, bool):
            yield path + (key,), value, key
