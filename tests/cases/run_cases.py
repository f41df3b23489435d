#!/usr/bin/env python3
"""Runs `plasmastrat sample` on inputs that once gave wrong answers (cases.tsv) and checks the right ones.

Skipped, and counted as skipped, where the folder of cases is not there. Rows given as arguments (a part of a case's name) run alone.
"""
import json, os, re, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = os.environ.get("CASES", os.path.join(ROOT, "..", "shared", "cases"))
PROGRAM = os.path.abspath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))


def passing(doc):
    return [v for v in doc["ras"]["variants"] if v["filter"] == "PASS"]


def field(doc, path):
    """The value at a path such as ras.state; codon:KRAS12.depth and qc.CHECK reach into lists."""
    if path == ".":
        return doc
    if path.startswith("codon:"):
        gene, codon, key = re.match(r"codon:([A-Z]+)(\d+)\.(\w+)", path).groups()
        return next(c[key] for c in doc["ras"]["codons"] if c["gene"] == gene and c["codon"] == int(codon))
    if path.startswith("var:"):
        protein, _, key = path[4:].partition(".")
        return next((v[key or "vaf"] for v in passing(doc) if v["protein"] == protein), None)
    if path.startswith("qc."):
        states = [q["state"] for q in doc["qc"] if q["check"] == path[3:]]
        return max(states, key=["pass", "warn", "fail"].index, default="pass")
    for key in path.split("."):
        doc = doc[int(key)] if isinstance(doc, list) and key.isdigit() and int(key) < len(doc) else \
            doc.get(key) if isinstance(doc, dict) else None
    return doc


def word(value):
    return {True: "true", False: "false", None: "null"}.get(value, str(value)) if not isinstance(value, (int, float)) \
        or isinstance(value, bool) else "%g" % value


def holds(claim, doc, status, err):
    """One claim, or several joined by '|' with fields of their own, of which one must hold."""
    parts = re.split(r"\|(?=[\w.:]+(?:!=|=|~))", claim)
    if len(parts) > 1:
        return any(holds(p, doc, status, err) for p in parts)
    name, how, wanted = re.match(r"(.+?)(!=|=|~)(.*)", claim).groups()
    if name == "exit":
        return word(status) == wanted
    if name == "stderr":
        return wanted.lower() in err.lower()
    if doc is None:
        return False
    if name == "pass":
        return len(passing(doc)) == int(wanted)
    value = field(doc, name)
    if how == "~":
        return any(w.lower() in json.dumps(value).lower() for w in wanted.split("|"))
    if how == "!=":
        return word(value) != wanted
    span = re.fullmatch(r"([\d.]+?)\.\.([\d.]+)", wanted)
    if span:
        return value is not None and float(span[1]) <= value <= float(span[2])
    return word(value) in wanted.split("|") or (wanted == "none" and value is None)


def run(row):
    case, arguments, expect = row
    folder = os.path.join(CASES, case)
    arguments = arguments.split()
    if "--id" not in arguments:
        arguments = ["--id", "x"] + arguments
    ran = subprocess.run([PROGRAM, "sample", "-o", "-", "-@1"] + arguments, cwd=folder, capture_output=True, text=True)
    try:
        doc = json.loads(ran.stdout)
    except ValueError:
        doc = None
    claims = expect.split(" ")
    broken = [c for c in claims if not holds(c, doc, ran.returncode, ran.stderr)]
    if not any(c.startswith("exit") or "|exit" in c for c in claims) and ran.returncode != 0:
        broken.append("exit=0: " + ran.stderr.strip()[:200])
    got = ""
    if broken and doc:
        got = " got ras=%s pass=%s cn=%s igh=%s expr=%s ccnd1=%s/%s label=%s" % (
            doc["ras"]["state"], [(v["protein"], v["vaf"], v["depth"]) for v in passing(doc)][:4],
            doc["ccnd1_copy_number"]["state"], doc["igh_ccnd1"]["state"], doc["ccnd1_expression"]["state"],
            doc["ccnd1"]["state"], doc["ccnd1"]["cause"], doc["label"])
    return case, " ".join(arguments), broken, got


def main():
    with open(os.path.join(HERE, "cases.tsv")) as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("##")][1:]
    rows = [r for r in rows if len(sys.argv) < 2 or any(a in r[0] for a in sys.argv[1:])]
    there = [r for r in rows if os.path.isdir(os.path.join(CASES, r[0]))]
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        for case, arguments, broken, got in pool.map(run, there):
            failed += bool(broken)
            if broken:
                print("%s: %s: not true: %s;%s" % (case, arguments, "; ".join(broken), got))
    if len(there) < len(rows):
        print("skipped: %d rows whose case is not in %s" % (len(rows) - len(there), CASES))
    print("%d passed, %d failed, %d skipped" % (len(there) - failed, failed, len(rows) - len(there)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
