#!/usr/bin/env python3
"""Small seeds for fuzz_json from results: make_json.py OUT_FOLDER ID.json...

Most codons, genes and bins are left out, and the panel's checksum is the one that the target gives its panel.
"""
import json
import os
import sys

folder = sys.argv[1]
for path in sys.argv[2:]:
    with open(path) as handle:
        doc = json.load(handle)
    ras, rna, cn = doc["ras"], doc["ccnd1_expression"], doc["ccnd1_copy_number"]
    ras["codons"] = [c for c in ras["codons"] if c["required"]]
    ras["context_codons"] = ras["context_codons"][:3]
    rna["all_genes"] = [g for g in rna["all_genes"] if g["role"] == "cyclin"]
    cn["chromosome11"] = cn["chromosome11"][:4]
    for row in doc.get("counts", []):
        row["codons"] = {name: " ".join(text.split()[9:20]) for name, text in row["codons"].items()}
    doc["reads"] = doc["reads"][:2] + doc["reads"][4:6]
    doc["provenance"]["panel_checksum"] = "0" * 16
    with open(os.path.join(folder, os.path.basename(path)), "w") as handle:
        json.dump(doc, handle, indent=1)
        handle.write("\n")
