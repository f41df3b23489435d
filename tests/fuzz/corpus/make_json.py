#!/usr/bin/env python3
"""Small seeds for fuzz_json from results: make_json.py OUT_FOLDER ID.json...

What a row does not hold is left out; the target makes the digest fit.
"""
import json
import os
import sys

KEPT = ("schema", "digest", "sample_id", "status", "label", "probability", "leaning", "reasons", "model", "ccnd1", "ras",
        "ccnd1_expression", "ccnd1_copy_number", "igh_ccnd1", "qc", "specimen", "purity", "identity")
folder = sys.argv[1]
for path in sys.argv[2:]:
    with open(path) as handle:
        doc = {key: value for key, value in json.load(handle).items() if key in KEPT}
    ras, rna = doc["ras"], doc["ccnd1_expression"]
    ras["codons"] = [c for c in ras["codons"] if c["required"]]
    for key in ("coverage", "context_codons"):
        ras.pop(key)
    rna.pop("all_genes")
    doc["ccnd1_copy_number"].pop("chromosome11")
    with open(os.path.join(folder, os.path.basename(path)), "w") as handle:
        json.dump(doc, handle, indent=1)
        handle.write("\n")
