#!/usr/bin/env python3
"""How long cohort.html of many samples takes to open: bench_cohort.py [SAMPLES] (default 2000).

The cohort is what `batch` makes of small test files under many names.
Prints, for five fresh tabs, the milliseconds from navigation to the load event and to the first frame drawn after it, and
those of a sort and a filter.
"""
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("PLASMASTRAT", str(ROOT / "plasmastrat"))
TIMES = """new Promise(done => requestAnimationFrame(() => setTimeout(() => {
  const t = performance.getEntriesByType("navigation")[0];
  done([t.loadEventEnd, performance.now()].map(Math.round));
})))"""
WORK = """(() => { const start = performance.now(); %s; document.body.offsetHeight; return Math.round(performance.now() - start); })()"""


def sheet(folder, n):
    """n samples: VCF and DNA inputs, which are the quickest, and one missing file in a hundred."""
    data = ROOT / "testdata"
    kinds = [("", f"{data}/NAS01.dna.bam"), (f"{data}/VCF01.mutect2.vcf", ""), (f"{data}/VCF01.mutect2.vcf", f"{data}/NAS01.dna.bam")]
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(("sample_id", "vcf", "dna", "specimen"))
    for i in range(n):
        vcf, dna = ("gone.vcf", "") if i % 100 == 99 else kinds[i % 3]
        writer.writerow((f"LAB24-{i:05d}", vcf, dna, ("lesion", "marrow", "unknown")[i % 3]))
    path = pathlib.Path(folder) / "sheet.tsv"
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    program = browser.find()
    if not program:
        sys.exit("bench_cohort: no chromium")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([PROGRAM, "batch", str(sheet(folder, n)), "-o", folder + "/out", "-q"],
                       stderr=subprocess.DEVNULL, check=False)
        page = pathlib.Path(folder) / "out/cohort.html"
        print(f"{n} samples, {page.stat().st_size / 1e6:.1f} MB")
        with browser.Browser(program) as chromium:
            for i in range(5):
                with chromium.open(page) as shown:
                    load, frame = shown.run(TIMES)
                    sort = shown.run(WORK % "document.querySelectorAll('#samples thead button')[2].click()")
                    search = shown.run(WORK % ("(w => { w.value = 'kras'; w.dispatchEvent(new Event('input')); })"
                                               "(document.getElementById('words'))"))
                    print(json.dumps({"load_ms": load, "drawn_ms": frame, "sort_ms": sort, "filter_ms": search}))


if __name__ == "__main__":
    main()
