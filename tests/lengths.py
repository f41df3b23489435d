#!/usr/bin/env python3
"""Functions fit a screen: none of src/ has 50 lines or more, half of them have fewer than 12; no line of src/ and include/
has more than 120 columns. Reads what clang-format wrote: a function begins with its name in the first column and ends with
a brace there."""
import glob
import re
import statistics
import sys

LONGEST, MEDIAN, COLUMNS = 49, 12, 120


def functions(path):
    """(lines, first line) of each function."""
    begins = name = None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if begins is None and re.match(r"[A-Za-z_][^=;]*\(", line):
            name = number
        if begins is None and name and line.rstrip().endswith("{"):
            begins = name
        if line.startswith("}"):
            if begins:
                yield number - begins + 1, begins
            begins = name = None
        elif begins is None and line.rstrip().endswith(";"):
            name = None


def main():
    failed, lengths = 0, []
    for path in sorted(glob.glob("src/**/*.c", recursive=True)):
        for length, line in functions(path):
            lengths.append(length)
            if length > LONGEST:
                failed += print(f"lengths: {path}:{line}: a function of {length} lines") is None
    if len(lengths) < 1000 or statistics.median(lengths) >= MEDIAN:
        failed += print(f"lengths: {len(lengths)} functions, median {statistics.median(lengths or [0])} lines") is None
    for path in sorted(glob.glob("src/**/*.[ch]", recursive=True) + glob.glob("include/**/*.h", recursive=True)):
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            if len(line.rstrip("\n")) > COLUMNS and '"' not in line:
                failed += print(f"lengths: {path}:{number}: {len(line) - 1} columns") is None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
