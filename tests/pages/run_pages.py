#!/usr/bin/env python3
"""The pages people look at, and the agreement of all outputs.

Without a browser: every number that two outputs share is the same in both (agree.py), the README prints the rules that
the page prints, MultiQC shows the table, hostile text is escaped. With Chromium: pages load without an error or a
request, nothing is cut, contrast is enough, table and plot work with mouse and keys.

Prints a line per failed check and `ok N, failed N, skipped N`. $PLASMASTRAT: the program; $CHROMIUM: the browser.
"""
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
import urllib.parse

import agree
import browser
import expand
import page_text

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("PLASMASTRAT", ROOT / "plasmastrat")).resolve()
DATA = ROOT / "testdata"
IDS = ("PCL01", "IMM01", "IND01", "NAS01", "VCF01", "B3701", "WGS01", "LIB01", "IMP01")
HOSTILE = "<script>window.hostile=1</script><img src=x onerror=window.hostile=1>\"'&amp;"
TYPED_CHECKS = 170  # about as many as the typed results have
counts = {"ok": 0, "failed": 0, "skipped": 0}


def check(name, good, detail=""):
    counts["ok" if good else "failed"] += 1
    if not good:
        print(f"FAILED: {name}: {str(detail)[:600]}")
    return good


def skip(why, checks=1):
    counts["skipped"] += checks
    print("skipped:", why)


def run(*arguments, **more):
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          **more)


def load(path):
    with open(path, encoding="utf-8") as text:
        return json.load(text)


# ---- the same numbers everywhere ------------------------------------------------------------------------------------

class Answers:
    """One sample in every output."""

    def __init__(self, folder, name, cohort=True):
        self.json = load(folder / f"{name}.json")
        evidence = folder / f"{name}.evidence.gz"  # results of typed numbers have none
        self.rows = list(expand.counts(evidence, self.json["ras"])) if evidence.exists() else None
        self.page = page_text.read(folder / f"{name}.html")
        self.vcf = agree.read_vcf(folder / f"{name}.ras.vcf.gz")
        self.tsv = self.multiqc = self.row = None
        if cohort:
            with open(folder / "cohort.tsv", encoding="utf-8") as table:
                rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
                self.tsv = next(row for row in rows if row["sample_id"] == name)
            self.multiqc = load(folder / "plasmastrat_mqc.json")["data"][name]
            rows = page_text.table(page_text.section(page_text.read(folder / "cohort.html"), "all").first("table"))
            self.row = next(row for row in rows if row[0] == name)

    def compare(self):
        shown = {**self.json, "every_codon": expand.codons(self.json["ras"]), "evidence_rows": self.rows}
        compared = [agree.page(shown, self.page), agree.vcf(self.json, self.vcf)]
        if self.tsv:
            compared += [agree.tsv(self.json, self.tsv), agree.multiqc(self.json, self.multiqc),
                         agree.cohort_page(self.json, self.row)]
        return compared


def changed(x):
    """Another number that every rounding tells from x."""
    return x + 7 if isinstance(x, int) else x * 1.37 + 0.11


def every_number_is_compared(name, answers):
    """Each number of the JSON, changed, must be noticed; agree.UNSHOWN lists those that nothing else shows."""
    unnoticed = set()
    for path, holder, key in list(agree.leaves(answers.json)):
        if agree.is_unshown(path, answers.json) or (path[:2] == ("ras", "coverage") and not is_drawn(answers.json, path)):
            continue
        kept, holder[key] = holder[key], changed(holder[key])
        if not any(c.complaints for c in answers.compare()):
            unnoticed.add(".".join(map(str, path)))
        holder[key] = kept
    check(f"{name}: a change of any number is noticed", not unnoticed, sorted(unnoticed))


def is_drawn(d, path):
    """The strips show the first transcript of a deciding gene."""
    coverage = d["ras"]["coverage"]
    gene = coverage[path[2]]["gene"]
    first = next(i for i, t in enumerate(coverage) if t["gene"] == gene)
    return path[2] == first and any(depth for t in coverage for depth in t["depth"])


def agreement(out):
    for name in IDS:
        answers = Answers(out, name)
        for c in answers.compare():
            check(f"{c.name} agrees", not c.complaints and c.checked > 0, c.complaints or "nothing was compared")
        if name == "PCL01":
            every_number_is_compared(name, answers)


def fixtures(scratch):
    """The unit tests' typed results have what the test data have not: copies, arms, refused candidates."""
    program = PROGRAM.parent / "tests/unit/test_report"
    program = program if program.exists() else ROOT / "build/tests/unit/test_report"
    if not program.exists():
        subprocess.run(["make", "-C", str(ROOT), "build/tests/unit/test_report"], capture_output=True, check=False)
        program = ROOT / "build/tests/unit/test_report"
    if not program.exists():
        skip("typed results: tests/unit/test_report cannot be built here", TYPED_CHECKS)
        return None
    folder = scratch / "typed"
    folder.mkdir()
    subprocess.run([str(program), str(folder)], capture_output=True, check=False)
    for name in ("positive", "negative"):
        answers = Answers(folder, name, cohort=False)
        answers.json["sample_id"] = answers.page.first("h1").words()
        for c in answers.compare():
            check(f"typed {name}: {c.name[-40:]} agrees", not c.complaints and c.checked > 0, c.complaints)
        if name == "negative":
            every_number_is_compared("typed negative", answers)
    return folder


def rules(out):
    """src/callers/README.md, the page and the cause in the JSON tell the same rules."""
    readme = (ROOT / "src" / "callers" / "README.md").read_text(encoding="utf-8").split("| rule |")[1].split("\n\n")[0].splitlines()[2:]
    readme = [[cell.strip() or "any" for cell in line.strip("| \n").split("|")] if line.count("|") == 7 else line
              for line in readme]
    for name in IDS:
        d, page = load(out / f"{name}.json"), page_text.read(out / f"{name}.html")
        rows = page_text.tables(page)["The rules, tried from the top: the first that fits decides"]
        decided = [row for row in rows if row[0].endswith("decided")]
        check(f"{name}: README's rules are the page's", [[r[0].split()[0], *r[1:]] for r in rows] == readme, readme)
        check(f"{name}: one rule decided, with the JSON's answer",
              [row[4:6] for row in decided] == [[d["ccnd1"]["state"], d["ccnd1"]["cause"]]], decided)


# ---- MultiQC --------------------------------------------------------------------------------------------------------

# Cells of MultiQC's table that have words, are not hidden by the report's own choice, and cannot be seen.
MULTIQC_CELLS = """(() => {
  const table = document.querySelector("#plasmastrat_table, table"), cells = Array.from(table.querySelectorAll("tbody td"));
  const seen = cells.filter(c => c.textContent.trim() && !c.classList.contains("hidden"));
  return seen.length < 20 ? ["no table"] : seen.filter(c => {
    const deep = Array.from(c.querySelectorAll("*")).filter(e => !e.children.length && e.textContent.trim()).pop() || c;
    const badge = deep.classList.contains("badge") || deep.classList.contains("label") && deep !== c;
    return getComputedStyle(c).display !== "table-cell" || !badge && getComputedStyle(deep).color === "rgb(255, 255, 255)";
  }).map(c => c.className + ": " + c.textContent.trim());
})()"""


def multiqc(out, scratch):
    program = shutil.which("multiqc")
    if not program:
        skip("MultiQC: not installed (Debian: multiqc)")
        return
    folder = scratch / "multiqc"
    done = subprocess.run([program, "--force", "--outdir", str(folder), str(out / "plasmastrat_mqc.json")],
                          capture_output=True, text=True, check=False)
    table = folder / "multiqc_data/multiqc_plasmastrat.txt"
    tables = list((folder / "multiqc_data").glob("multiqc_plasmastrat*.txt")) if folder.exists() else []
    if not check("MultiQC makes its report", done.returncode == 0 and tables, done.stderr[-600:]):
        return
    table = tables[0]
    with open(table, encoding="utf-8") as lines:
        rows = {row["Sample"]: row for row in csv.DictReader(lines, delimiter="\t")}
    told = load(out / "plasmastrat_mqc.json")["data"]
    check("MultiQC has every sample", set(rows) == set(told), sorted(rows))
    for name, values in told.items():
        for key, value in values.items():
            shown = rows.get(name, {}).get(key)
            same = float(shown) == value if isinstance(value, (int, float)) and shown else shown == str(value)
            check(f"MultiQC: {name} {key}", same, f"{shown}, expected {value}")
    if browser.find():
        with browser.Browser(browser.find()) as chromium, chromium.open(folder / "multiqc_report.html") as page:
            bad = page.run(MULTIQC_CELLS)
            check("MultiQC: every cell can be read", bad == [], bad)
    page = (folder / "multiqc_report.html").read_text(encoding="utf-8", errors="replace")
    for text in ("Research use only", "P(plasmacytoma)", "t(11;14)", "plasmacytoma-like"):
        check(f"MultiQC's page shows '{text}'", text in page)


# ---- hostile text ---------------------------------------------------------------------------------------------------

def hostile(scratch):
    """Text from outside in every place that takes it: ids, paths, VCF fields, sheet columns, model names, messages."""
    folder = scratch / "hostile"
    folder.mkdir()
    name = "a&b<b onclick=x>'\"<img src=x onerror=window.hostile=1>"  # an id is a file name: no '/'
    path = folder / f"{name}.vcf"
    text = (DATA / "VCF01.mutect2.vcf").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^(chr12\t25245347\t.*?)\tPASS\t", r"\1\t<img/src=x/onerror=window.hostile=1>\t", text)
    path.write_text(text, encoding="utf-8")
    model = (ROOT / "panels/common/model.rationale.tsv").read_text(encoding="utf-8")
    model = re.sub(r"(?m)^name\t[^\t\n]*", lambda m: "name\t" + HOSTILE, model)
    model = re.sub(r"(?m)^question\t[^\t\n]*", lambda m: "question\t" + HOSTILE, model)
    (folder / "model.tsv").write_text(model, encoding="utf-8")
    missing = HOSTILE.replace("/", "") + ".bam"
    (folder / "sheet.tsv").write_text("sample_id\tvcf\trna\t<script>alert(1)</script>\x1b[31m\n"
                                      f"{name}\t{path.name}\t.\tx\nfails<b>\t.\t{missing}\ty\n", encoding="utf-8")
    done = run("batch", folder / "sheet.tsv", "-o", folder / "out", "--model", folder / "model.tsv")
    check("hostile batch: one sample fails", done.returncode == 1 and "1 of 2 samples failed" in done.stderr, done.stderr)
    check("hostile batch: the ignored column is named on stderr", "<script>alert(1)</script>?[31m" in done.stderr, done.stderr)
    check("hostile batch: no escape reaches the terminal", "\x1b" not in done.stderr, ascii(done.stderr))
    pages = [folder / "out" / f"{name}.html", folder / "out" / "cohort.html"]
    for page in pages:
        if not check(f"hostile {page.name[-12:]} is there", page.exists()):
            return []
        root = page_text.read(page)
        scripts = len(list(root.all("script")))
        check("hostile: no script but the page's own", scripts == (page.name == "cohort.html"), scripts)
        check("hostile: no element from text", root.first("img") is None and
              not any("onclick" in e.attributes or "onerror" in e.attributes for e in root.all()))
        check("hostile: the text itself is shown", "<img src=x onerror=window.hostile=1>" in root.words())
    words = page_text.read(pages[0]).words()
    check("hostile: the model's name is shown", HOSTILE in words)
    check("hostile: the page links to the sample", any(
        (pages[1].parent / urllib.parse.unquote(a.attributes["href"])).exists()
        for a in page_text.read(pages[1]).all("a") if a.attributes.get("href", "").endswith(".html")))
    return pages


# ---- in the browser -------------------------------------------------------------------------------------------------

# Texts whose contrast with what lies below them is under WCAG's 4.5 : 1.
CONTRAST = """(() => {
  const colour = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, below) => { const a = top.length > 3 ? top[3] : 1; return [0, 1, 2].map(i => top[i] * a + below[i] * (1 - a)); };
  const light = c => { const f = c.slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
  const ground = e => { const stack = []; for (; e; e = e.parentElement) stack.push(colour(getComputedStyle(e).backgroundColor));
    return stack.reverse().reduce((below, top) => top.length < 3 ? below : over(top, below), [255, 255, 255]); };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    if (!text || e.closest("script, style, title, desc, .skip, option") || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), drawn = e.closest("svg");
    const front = colour(drawn ? style.fill : style.color), back = ground(drawn ? drawn.parentElement : e);
    const a = light(over(front, back)), b = light(back), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(text.slice(0, 30) + " " + ratio.toFixed(2));
  }
  return bad;
})()"""

# Texts that reach over the edge of what holds them: their card, or the box that scrolls.
CUT = """(() => {
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    if (!text || e.closest("script, style, title, desc, .skip, option, #samples thead th.m")) continue;
    const scrolls = e.closest(".scroll"), box = e.closest(".chip, td, th, li, section, .verdict, .page");
    if (!box || scrolls && box.contains(scrolls)) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const a = range.getBoundingClientRect(), b = box.getBoundingClientRect();
    if (!a.width) continue;
    if (a.right > b.right + 1 || a.left < b.left - 1) bad.push(text.slice(0, 40) + " in " + box.tagName);
    else if (!scrolls && a.right > innerWidth + 1) bad.push(text.slice(0, 40) + " beyond the window");
  }
  return bad;
})()"""

# Drawn texts of one picture that lie over each other.
COLLIDE = """(() => {
  const bad = [];
  document.querySelectorAll("main svg, header svg").forEach(svg => {
    if (svg.parentElement.closest("svg")) return;
    const list = Array.from(svg.querySelectorAll("text")).map(t => [t.textContent, t.getBoundingClientRect()]).filter(t => t[1].width);
    list.forEach(([text, a], i) => list.slice(i + 1).forEach(([other, b]) => {
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3) bad.push(text + " / " + other);
    }));
  });
  return bad;
})()"""

# On phone and tablet: cells of stacked tables that cannot be seen without scrolling sideways, or have lost their column's name.
STACKED = """(() => {
  const bad = [];
  document.querySelectorAll("table.stack tbody td").forEach(td => {
    const a = td.getBoundingClientRect(), label = getComputedStyle(td, "::before").content;
    const head = td.closest("table").tHead.rows[0].cells[td.cellIndex].textContent;
    if (getComputedStyle(td).display === "none" && !td.textContent.trim()) return;
    if (!a.width || !a.height || a.left < 0 || a.right > innerWidth) bad.push(td.textContent.slice(0, 40) + " out of sight");
    if (!label.includes(head)) bad.push(td.textContent.slice(0, 20) + " is not named " + head);
  });
  return bad;
})()"""

# Words of a table's heading that are broken inside: not at a blank, a hyphen or a soft hyphen.
BROKEN = """(() => {
  const bad = [];
  const top = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return (Array.from(range.getClientRects()).pop() || {}).top; /* the last: a soft hyphen before it has one too */
  };
  document.querySelectorAll("thead th, table.small th").forEach(th => {
    if (th.getBoundingClientRect().width < 2) return;
    const walk = document.createTreeWalker(th, NodeFilter.SHOW_TEXT), node = () => walk.currentNode;
    while (walk.nextNode())
      for (const word of node().textContent.matchAll(/[^\\s\\u00ad-]+/g))
        if (Math.abs(top(node(), word.index) - top(node(), word.index + word[0].length - 1)) > 3) bad.push(word[0]);
  });
  return bad;
})()"""

# Texts of a drawing that a box which hides what does not fit cuts off.
HIDDEN = """Array.from(document.querySelectorAll(".plot text")).filter(t => {
  const plot = t.closest(".plot"), a = t.getBoundingClientRect(), b = plot.getBoundingClientRect();
  return getComputedStyle(plot).overflowX !== "visible" && a.width && (a.left < b.left - 1 || a.right > b.right + 1);
}).map(t => t.textContent)"""

# Boxes that scroll sideways and do not show it: no shade at their edge, or one that anything as wide hides.
UNHINTED = """Array.from(document.querySelectorAll(".scroll")).filter(e => e.scrollWidth > e.clientWidth &&
  getComputedStyle(e).backgroundImage.split("linear-gradient").length < 5).map(e => e.getAttribute("aria-label"))"""

# Drawn fragments that do not fit.
WIDE_READS = """Array.from(document.querySelectorAll("pre.reads")).map(e => e.parentElement).filter(e => e.clientWidth &&
  e.scrollWidth > e.clientWidth).map(e => e.getAttribute("aria-label"))"""

STRUCTURE = """({
  lang: document.documentElement.lang, title: document.title, h1: document.querySelectorAll("h1").length,
  main: document.querySelectorAll("main").length, header: document.querySelectorAll("header").length,
  footer: document.querySelectorAll("footer").length,
  headless: Array.from(document.querySelectorAll("th")).filter(th => !th.scope).length,
  uncaptioned: Array.from(document.querySelectorAll("table")).filter(t => !t.caption && !t.closest("[aria-labelledby]")).length,
  unnamed: Array.from(document.querySelectorAll("svg")).filter(s => !s.closest("[aria-hidden=true]") && !s.parentElement.closest("svg") &&
    !(s.getAttribute("role") && (s.querySelector("title") && s.querySelector("desc") || s.getAttribute("aria-label")))).length,
  orphans: Array.from(document.querySelectorAll("[aria-labelledby]")).filter(e => !document.getElementById(e.getAttribute("aria-labelledby"))).length,
  twice: (ids => ids.length - new Set(ids).size)(Array.from(document.querySelectorAll("[id]")).map(e => e.id)),
  anchors: Array.from(document.querySelectorAll("a[href^='#']")).filter(a => !document.getElementById(a.getAttribute("href").slice(1))).length,
  levels: Array.from(document.querySelectorAll("h1,h2,h3")).map(h => +h.tagName[1]).some((l, i, a) => i && l > a[i - 1] + 1)
})"""


def clean(name, page):
    check(f"{name}: no error in the console", not page.errors, page.errors)
    check(f"{name}: no request", not page.requests, page.requests)


def looks(chromium, path, name):
    for width, height, dark in ((1280, 800, False), (768, 1024, False), (390, 844, False), (1280, 800, True)):
        where = f"{name} at {width}{', dark' if dark else ''}"
        with chromium.open(path, width, height, dark) as page:
            page.run("document.querySelectorAll('details').forEach(d => d.open = true)")
            clean(where, page)
            wide = page.run("document.documentElement.scrollWidth")
            check(f"{where}: nothing is wider than the window", wide <= width, wide)
            for what, script in (("no text is cut", CUT), ("contrast is at least 4.5", CONTRAST),
                                 ("no drawn texts collide", COLLIDE), ("no heading breaks inside a word", BROKEN),
                                 ("no drawn text is cut", HIDDEN)):
                bad = page.run(script)
                check(f"{where}: {what}", not bad, bad)
            bad = page.run(UNHINTED)
            check(f"{where}: what scrolls shows it", not bad, bad)
            if width < 800:
                for what, script in (("every cell of a stack is seen and named", STACKED), ("reads fit", WIDE_READS)):
                    bad = page.run(script)
                    check(f"{where}: {what}", not bad, bad)
                if not path.name.startswith("cohort"):
                    aside = page.run("Array.from(document.querySelectorAll('table:not(.stack) td.text')).map(t => t.textContent)")
                    check(f"{where}: QC messages stand in a stack", not aside, aside)
            if width > 390 and not dark:
                wide = page.run("Array.from(document.querySelectorAll('.scroll:not(#samples)')).filter(e => "
                                "e.scrollWidth > e.clientWidth).map(e => e.getAttribute('aria-label'))")
                check(f"{where}: nothing has to be scrolled sideways", not wide, wide)
            if width == 1280 and not dark:
                found = page.run(STRUCTURE)
                check(f"{name}: lang, title, landmarks", found["lang"] == "en" and found["title"] and
                      found["h1"] == found["main"] == found["header"] == found["footer"] == 1, found)
                check(f"{name}: heads, captions, names, anchors", not any(found[k] for k in (
                    "headless", "uncaptioned", "unnamed", "orphans", "twice", "anchors", "levels")), found)
                paper = 1046 if name == "cohort" else 694  # A4 less the margins of @page, in CSS pixels
                page.call("Emulation.setDeviceMetricsOverride", width=paper, height=1000, deviceScaleFactor=1, mobile=False)
                page.call("Emulation.setEmulatedMedia", media="print")
                wide = page.run("document.documentElement.scrollWidth")
                check(f"{name}: nothing is wider than the paper", wide <= paper, wide)
                for what, script in (("no text is cut", CUT), ("reads fit", WIDE_READS),
                                     ("no heading breaks inside a word", BROKEN), ("no drawn text is cut", HIDDEN)):
                    bad = page.run(script)
                    check(f"{name} on paper: {what}", not bad, bad)
                page.size(width, height)
                page.run("document.querySelectorAll('details').forEach(d => d.open = false)")
                pdf = page.pdf()
                sheets = len(re.findall(rb"/Type ?/Page\b", pdf))
                check(f"{name}: at most 4 sheets of paper", name.startswith("cohort") or 1 <= sheets <= 4, sheets)
                sizes = set(re.findall(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+)", pdf))
                check(f"{name}: prints on A4", sizes and all(
                    sorted(round(float(x)) for x in size) in ([595, 842], [594, 842], [595, 841]) for size in sizes), sizes)


def sample_page(chromium, path, name, d):
    with chromium.open(path) as page:
        page.key("Tab")
        check(f"{name}: the first stop skips to the findings",
              page.run("document.activeElement.getAttribute('href')") == "#content")
        page.key("Tab")
        stop = page.run("[document.activeElement.closest('nav') !== null, getComputedStyle(document.activeElement).outlineStyle]")
        check(f"{name}: then the findings, visibly", stop == [True, "solid"], stop)
        page.key("Enter")
        check(f"{name}: a finding leads to its section", page.run("location.hash") == "#ras-all", page.run("location.hash"))
        page.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        figures = page.run("document.querySelectorAll('figure svg').length")
        wanted = 0 if d["probability"] is None or d["probability"]["plasmacytoma_like"] is None else 1
        wanted += 2 if any(k["depth"] for k in d["ras"]["codons"]) else 0
        wanted += d["ccnd1_expression"]["log2_ratio"] is not None
        wanted += 2 * bool(d["ccnd1_copy_number"]["chromosome11"]["beg"])
        wanted += bool(d["igh_ccnd1"]["breakpoints"])
        drawn = page.run("Array.from(document.querySelectorAll('figure > svg')).filter(s => s.getBoundingClientRect().width > 200).length")
        check(f"{name}: {wanted} pictures", drawn == wanted and figures >= drawn, drawn)
        clean(name, page)


def names(page):
    return page.run("Array.from(document.querySelectorAll('#samples tbody tr')).filter(r => !r.hidden).map(r => r.cells[0].textContent)")


def press_heading(page, title):
    page.run("(t => { const b = Array.from(document.querySelectorAll('#samples thead button')).find(b => "
             f"b.textContent.replace(/\\u00ad/g, '') === t); b.focus(); }})({json.dumps(title)})")
    page.key("Enter")
    return page.run("(() => { const h = document.activeElement.closest('th'); return h && h.getAttribute('aria-sort'); })()")


def cohort_page(chromium, out, samples):
    path = out / "cohort.html"
    done = {d["sample_id"]: d for d in samples}
    with chromium.open(path) as page:
        first = names(page)
        failed = [n for n in first if n not in done]
        check("cohort: every sample, failed first", sorted(first[len(failed):]) == sorted(done) and first[:len(failed)] == failed
              and failed, first)
        by = {
            "Probability": lambda d: (d["probability"] or {}).get("plasmacytoma_like"),
            "RAS lod95": lambda d: agree.worst(d)["lod95"],
            "CCND1 log2": lambda d: d["ccnd1_expression"]["log2_ratio"],
        }
        for title, number in by.items():
            for way, sign in (("ascending", 1), ("descending", -1)):
                said = press_heading(page, title)
                order = [number(done[n]) if n in done else None for n in names(page)]
                known = [sign * x for x in order if x is not None]
                check(f"cohort: sorted by {title} {way}", said == way and known == sorted(known) and
                      all(x is None for x in order[len(known):]), (said, order))
            check(f"cohort: {title} pressed again is unsorted", press_heading(page, title) == "none" and names(page) == first)
        check("cohort: sorted by name", press_heading(page, "Sample") == "ascending" and names(page) == sorted(first), names(page))
        press_heading(page, "Sample"), press_heading(page, "Sample")
        for title in page.run("Array.from(document.querySelectorAll('#samples thead button')).map(b => b.textContent.replace(/\\u00ad/g, ''))"):
            check(f"cohort: {title} can be sorted", press_heading(page, title) == "ascending" and sorted(names(page)) == sorted(first))
            press_heading(page, title), press_heading(page, title)

        page.run("document.getElementById('words').focus()")
        page.type("kras gly12asp")
        check("cohort: words filter", names(page) == [n for n in first if n in done and any(
            v["hgvs_p"] == "p.Gly12Asp" for v in agree.mutating(done[n]))] != [], names(page))
        check("cohort: the count follows", page.run("document.getElementById('shown').textContent").startswith(
            f"{len(names(page))} of {len(first)} "), page.run("document.getElementById('shown').textContent"))
        page.type(" nonsense")
        check("cohort: nothing left is said", names(page) == [] and page.run("!document.getElementById('none').hidden"))
        page.run("document.getElementById('reset').click()")
        check("cohort: reset", names(page) == first, names(page))
        page.run("(s => { s.value = 'indeterminate'; s.dispatchEvent(new Event('change')); })(document.getElementById('label'))")
        check("cohort: label filter", names(page) == [n for n in first if n in done and done[n]["label"] == "indeterminate"] != [], names(page))
        page.run("document.getElementById('reset').click()")

        points = page.run("Array.from(document.querySelectorAll('#plot a')).map(a => a.getAttribute('href'))")
        check("cohort: a point for every sample that was done, leading to its page",
              sorted(points) == sorted(f"./{n}.html" for n in done) and all((out / p).exists() for p in points), points)
        tallies = page.run("Array.from(document.querySelectorAll('dl.tallies div')).map(d => [d.firstChild.textContent, parseInt(d.lastChild.textContent)])")
        labels = [d["label"] for d in samples] + ["failed"] * len(failed)
        check("cohort: counts by label", all(labels.count(t) == n for t, n in tallies) and len(tallies) == 5, tallies)
        strips = page.run("Array.from(document.querySelectorAll('table.qc tbody tr')).map(r => Array.from(r.cells).map(c => c.textContent.trim()))")
        states = {(q["check"], q["input"]) for d in samples for q in d["qc"]}
        check("cohort: a strip for every check", {tuple(s[0].rsplit(" ", 1)) for s in strips} == states, strips)
        for s in strips:
            which = tuple(s[0].rsplit(" ", 1))
            told = [sum(any((q["check"], q["input"], q["state"]) == (*which, state) for q in d["qc"]) for d in samples)
                    for state in ("fail", "warn", "pass")]
            check(f"cohort: strip {which}", [int(x) for x in s[2:5]] == told, (s, told))

        page.run("document.querySelector('#plot a[tabindex=\"0\"]').focus()")
        page.key("ArrowRight")
        box = page.run("document.getElementById('picked').textContent")
        check("cohort: arrow keys go from point to point", "open its page" in box and page.run(
            "document.querySelectorAll('#samples tr.picked').length") == 1, box)
        page.key("Enter")
        check("cohort: a picked point links to its page", page.run(
            "document.querySelector('#picked a').getAttribute('href')") in points)
        clean("cohort", page)
    with chromium.open(path, fragment="#s3") as page:
        check("cohort: a link to a row shows it", page.run(
            "(b => b.top >= 0 && b.bottom <= innerHeight)(document.getElementById('s3').getBoundingClientRect())"))


def validation_page(out):
    """Every part of the page of a validation: criteria, differences, replicates of several runs, dilutions, mixtures in silico."""
    rows = [("P", "PCL01", "KRAS G12D", "30%", "", "A", "", ""), ("P2", "PCL01", "", "", "P", "A", "", ""),
            ("P3", "PCL01", "", "", "P", "B", "", ""), ("D1", "PCL01", "", "", "", "", "P", "1"), ("D2", "IMM01", "", "", "", "", "P", "0.004"),
            ("W", "IMM01", "wild-type", "", "", "", "", ""), ("N", "NAS01", "KRAS G12D", "", "", "", "", ""),
            ("I", "IND01", "NRAS Q61K", "25%", "", "", "", "")]
    head = "sample_id evidence expect_ras expect_vaf replicate_of run dilution_of fraction".split()
    rows = [(row[0], f"{row[1]}.evidence.gz", *row[2:]) for row in rows]
    (out / "truth.tsv").write_text("".join("\t".join(row) + "\n" for row in [head, *rows]), encoding="utf-8")
    (out / "protocol.tsv").write_text("measure\trelation\tlimit\tmin_n\nppa.ras\t>=\t95%\t20\nnpa.ras\t>=\t95%\t\n", encoding="utf-8")
    done = run("validate", out / "truth.tsv", "-o", out / "validation", "--protocol", out / "protocol.tsv", "--repeats", "2")
    check("validation: a page", done.returncode == 1 and "criteria failed" in done.stderr, done.stderr)
    return out / "validation" / "validation.html"


def in_browser(out, typed, hostile_pages):
    program = browser.find()
    if not program:
        skip("browser: no chromium (Debian: chromium)")
        return
    with browser.Browser(program) as chromium:
        for name in IDS:
            d = load(out / f"{name}.json")
            looks(chromium, out / f"{name}.html", name)
            sample_page(chromium, out / f"{name}.html", name, d)
        for name in ("positive", "negative", "unassessable", "failed") if typed else ():
            looks(chromium, typed / f"{name}.html", f"typed {name}")
        looks(chromium, out / "cohort.html", "cohort")
        looks(chromium, validation_page(out), "validation")
        cohort_page(chromium, out, [load(out / f"{name}.json") for name in IDS])
        for path in hostile_pages:
            with chromium.open(path) as page:
                clean("hostile page", page)
                check("hostile text runs nothing", page.run("window.hostile === undefined"))


# ---- for other programs: MAF and cBioPortal ---------------------------------------------------------------------------

# The columns that maftools::read.maf asks for, and cBioPortal's minimal MAF; GDC's first 34 come in this order.
MAF_NEEDS = {"Hugo_Symbol", "Chromosome", "Start_Position", "End_Position", "Reference_Allele", "Tumor_Seq_Allele2",
             "Variant_Classification", "Variant_Type", "Tumor_Sample_Barcode", "HGVSp_Short", "NCBI_Build",
             "t_ref_count", "t_alt_count"}
MAF_CLASSES = {"Missense_Mutation", "Nonsense_Mutation", "Silent", "In_Frame_Ins", "In_Frame_Del", "Frame_Shift_Ins",
               "Frame_Shift_Del", "Translation_Start_Site", "Nonstop_Mutation"}


def handed_on(out):
    lines = (out / "cohort.maf").read_text(encoding="utf-8").splitlines()
    check("MAF: version line", lines[0] == "#version gdc-1.0.0", lines[0])
    names = lines[1].split("\t")
    check("MAF: columns", MAF_NEEDS <= set(names) and names[:2] == ["Hugo_Symbol", "Entrez_Gene_Id"]
          and names[33] == "Matched_Norm_Sample_UUID", names)
    rows = [dict(zip(names, line.split("\t"))) for line in lines[2:]]
    check("MAF: a field for every column", all(line.count("\t") == len(names) - 1 for line in lines[1:]))
    samples = [load(out / f"{name}.json") for name in IDS]
    called = [(d["sample_id"], v) for d in samples for v in d["ras"]["variants"] + d["ras"]["context_variants"]
              if v["filter"] == "PASS" and v["tier"] != "synonymous"]
    check("MAF: every called variant", [(r["Tumor_Sample_Barcode"], r["HGVSc"], r["t_depth"], r["t_alt_count"]) for r in rows] ==
          [(name, v["hgvs_c"], agree.count(v["depth"], ""), agree.count(v["alt_depth"], "")) for name, v in called] != [], rows)
    check("MAF: known classes, types and alleles", all(
        r["Variant_Classification"] in MAF_CLASSES and r["Variant_Type"] in ("SNP", "DNP", "TNP", "ONP", "INS", "DEL")
        and r["Reference_Allele"] != r["Tumor_Seq_Allele2"] and int(r["Start_Position"]) <= int(r["End_Position"])
        and r["NCBI_Build"] in ("GRCh37", "GRCh38") for r in rows), rows)
    lines = (out / "cbioportal_samples.txt").read_text(encoding="utf-8").splitlines()
    heads, names = [line[1:].split("\t") for line in lines[:4]], lines[4].split("\t")
    check("cBioPortal: four lines of comments", all(line.startswith("#") for line in lines[:4])
          and all(len(head) == len(names) for head in heads), heads)
    check("cBioPortal: types and priorities", set(heads[2]) <= {"STRING", "NUMBER", "BOOLEAN"}
          and all(p.isdigit() for p in heads[3]), heads[2:])
    check("cBioPortal: names in capitals, the ids first", names[:2] == ["PATIENT_ID", "SAMPLE_ID"]
          and all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in names), names)
    rows = [dict(zip(names, line.split("\t"))) for line in lines[5:]]
    check("cBioPortal: every sample that was done, with its label", [(r["SAMPLE_ID"], r["PLASMASTRAT_LABEL"]) for r in rows]
          == [(d["sample_id"], d["label"]) for d in samples], rows)
    numbers = [name for name, kind in zip(names, heads[2]) if kind == "NUMBER"]
    check("cBioPortal: numbers are numbers", all(re.fullmatch(r"-?[0-9.e+-]*", r[name]) for r in rows for name in numbers), rows)


# ---- axe-core: what keeps people from using a page --------------------------------------------------------------------

AXE_VERSION = "4"
AXE_RUN = """axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.filter(v =>
  v.impact === "serious" || v.impact === "critical").map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target).join(" | ")))"""


def find_axe():
    """axe-core's source: $AXE, or npm's, kept in build/axe. None: there is none here."""
    kept = ROOT / "build/axe/node_modules/axe-core/axe.min.js"
    path = pathlib.Path(os.environ.get("AXE", kept))
    if not path.exists() and path == kept and shutil.which("npm"):
        kept.parents[2].mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(["npm", "install", "--silent", "--prefix", str(kept.parents[2]), "axe-core@" + AXE_VERSION],
                           capture_output=True, check=False, timeout=60)
        except subprocess.TimeoutExpired:
            pass
    return path.read_text(encoding="utf-8") if path.exists() else None


def accessible(pages):
    program, axe = browser.find(), find_axe()
    if not program or not axe:
        skip("axe-core: no chromium, or no axe-core from npm", 2 * len(pages))
        return
    with browser.Browser(program) as chromium:
        for path in pages:
            for width, dark in ((1366, False), (390, True)):
                with chromium.open(path, width, 900, dark) as page:
                    page.run("document.querySelectorAll('details').forEach(d => d.open = true)")
                    page.run(axe + ";0")
                    bad = page.run(AXE_RUN)
                    check(f"{path.stem} at {width}: axe-core finds nothing serious", bad == [], bad)


def part(work, *arguments):
    """A part that cannot go on is a failure; the others are still made."""
    try:
        return work(*arguments)
    except Exception as error:  # whatever a broken page does to its reader
        check(work.__name__, False, "".join(traceback.format_exception(error))[-500:])
        return None


def main():
    if not PROGRAM.exists():
        sys.exit(f"pages: {PROGRAM} is not there: run make, or set PLASMASTRAT")
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        out = scratch / "out"
        rows = (DATA / "demo.tsv").read_text(encoding="utf-8").splitlines()
        head = rows[0].split("\t")
        lines = [rows[0]] + ["\t".join(cell if head[i] in ("sample_id", "specimen") or cell == "." else str(DATA / cell)
                                       for i, cell in enumerate(row.split("\t"))) for row in rows[1:]]
        lines.append("\t".join({"sample_id": "GONE01", "rna": "gone.bam"}.get(h, ".") for h in head))
        (scratch / "sheet.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        done = run("batch", scratch / "sheet.tsv", "-o", out)
        check("batch of testdata and one missing file", done.returncode == 1 and "1 of 10 samples failed" in done.stderr, done.stderr)
        check("progress in plain lines", "plasmastrat: 10/10 samples, 1 failed\n" in done.stderr and "\r" not in done.stderr, done.stderr)
        quiet = run("batch", scratch / "sheet.tsv", "-o", out, "--force", "-q", "--reproducible")
        check("-q shows no progress", "/10 samples" not in quiet.stderr, quiet.stderr)
        part(agreement, out)
        typed = part(fixtures, scratch)
        part(rules, out)
        part(handed_on, out)
        for name in IDS:
            size = (out / f"{name}.html").stat().st_size
            check(f"{name}: the page is under 150 KB", size < 150 * 1000, size)
        part(multiqc, out, scratch)
        part(in_browser, out, typed, part(hostile, scratch) or [])
        part(accessible, [out / f"{name}.html" for name in (*IDS, "cohort")]
             + [typed / f"{name}.html" for name in ("positive", "negative", "failed") if typed])
    print(f"ok {counts['ok']}, failed {counts['failed']}, skipped {counts['skipped']}")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
