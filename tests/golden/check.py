#!/usr/bin/env python3
"""Checks used by run.sh; each prints what is wrong and exits 1.

  check.py labels EXPECTED.tsv FOLDER     every sample of the table against FOLDER/ID.json
  check.py cohort FOLDER ID[:STATUS] ...  cohort.tsv: the contract's columns, a row per sample in this order
  check.py same A.json B.json [KEY...]    equal text of every value, apart from `inputs`, `provenance.run` and top KEYs
  check.py schema SCHEMA FILE...          JSON Schema (exit 77 when python3-jsonschema is not installed)
  check.py flip FILE OUT FRACTION         a copy with one bit changed at this place
"""
import json
import os
import sys

COHORT = ("sample_id status label probability ras ras_variants ccnd1 ccnd1_cause ccnd1_expression ccnd1_copy_number "
          "igh_ccnd1 hyperdiploid message").split()


def table(path):
    with open(path) as handle:
        lines = [line.rstrip("\n").split("\t") for line in handle]
    return lines[0], [dict(zip(lines[0], row)) for row in lines[1:]]


def load(path):
    with open(path) as handle:
        return json.load(handle, parse_float=str, parse_int=str)  # numbers as they are written


def labels(expected, folder):
    for row in table(expected)[1]:
        path = os.path.join(folder, row["sample_id"] + ".json")
        try:
            doc = load(path)
        except (OSError, ValueError) as error:
            yield "%s: %s" % (path, error)
            continue
        called = sorted("%s:%s" % (v["gene"], v["protein"]) for v in doc["ras"]["variants"]
                        if v["filter"] == "PASS" and v["tier"] != "synonymous")
        got = {"sample_id": doc["sample_id"], "label": doc["label"], "ras": doc["ras"]["state"],
               "ccnd1": doc["ccnd1"]["state"], "ccnd1_cause": doc["ccnd1"]["cause"], "variants": ",".join(called) or "."}
        for key, want in row.items():
            if got[key] != want:
                yield "%s: %s is %s, expected %s" % (row["sample_id"], key, got[key], want)


def cohort(folder, *samples):
    header, found = table(os.path.join(folder, "cohort.tsv"))
    if header[:len(COHORT)] != COHORT:
        yield "cohort.tsv columns begin %s" % header[:len(COHORT)]
        return
    want = [(s.split(":") + ["ok"])[:2] for s in samples]
    got = [[r["sample_id"], r["status"]] for r in found]
    if got != want:
        yield "cohort.tsv rows are %s, expected %s" % (got, want)
    for r in found:
        path = os.path.join(folder, r["sample_id"] + ".json")
        if r["status"] == "ok":
            doc = load(path)
            for key, value in (("label", doc["label"]), ("ras", doc["ras"]["state"]), ("ccnd1", doc["ccnd1"]["state"]),
                               ("ccnd1_cause", doc["ccnd1"]["cause"]), ("igh_ccnd1", doc["igh_ccnd1"]["state"]),
                               ("ccnd1_expression", doc["ccnd1_expression"]["state"]),
                               ("ccnd1_copy_number", doc["ccnd1_copy_number"]["state"])):
                if r[key] != value:
                    yield "%s: cohort.tsv says %s %s, JSON says %s" % (r["sample_id"], key, r[key], value)
        else:
            if not r["message"] or r["message"] == ".":
                yield "%s: failed without a message" % r["sample_id"]
            if os.path.exists(path):
                yield "%s: failed but its JSON is there" % r["sample_id"]


def same(a, b, *skipped):
    docs = [load(a), load(b)]
    for doc in docs:
        for key in ("inputs",) + skipped:
            doc.pop(key, None)
        doc.get("provenance", {}).pop("run", None)

    def walk(x, y, path):
        if type(x) is not type(y):
            yield "%s: %r and %r" % (path, x, y)
        elif isinstance(x, dict):
            if list(x) != list(y):
                yield "%s: keys %s and %s" % (path, list(x), list(y))
            else:
                for key in x:
                    yield from walk(x[key], y[key], path + "." + key)
        elif isinstance(x, list) and len(x) == len(y):
            for i, (p, q) in enumerate(zip(x, y)):
                yield from walk(p, q, "%s[%d]" % (path, i))
        elif x != y:
            yield "%s: %r and %r" % (path, x, y)
    yield from list(walk(docs[0], docs[1], ""))[:5]


def schema(path, *files):
    try:
        import jsonschema
    except ImportError:
        sys.exit(77)
    with open(path) as handle:
        validator = jsonschema.validators.validator_for(json.load(handle))
    with open(path) as handle:
        document = json.load(handle)
    validator.check_schema(document)
    for name in files:
        with open(name) as handle:
            for error in list(validator(document).iter_errors(json.load(handle)))[:5]:
                yield "%s: %s: %s" % (name, "/".join(map(str, error.path)), error.message[:200])


def flip(path, out, fraction):
    with open(path, "rb") as handle:
        data = bytearray(handle.read())
    data[int(len(data) * float(fraction))] ^= 0x10
    with open(out, "wb") as handle:
        handle.write(data)
    return []


def main():
    commands = {f.__name__: f for f in (labels, cohort, same, schema, flip)}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    bad = list(commands[sys.argv[1]](*sys.argv[2:]))
    for line in bad:
        print(line)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
