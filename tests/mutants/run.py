#!/usr/bin/env python3
"""Changes of the code that a test must notice. In a copy of the tree, one at a time.

run.py chosen [N]             the mutants of chosen.txt (N: a seeded sample), each against the suites it names
run.py random N [PATH...]     N seeded random changes of the sources below PATH (default: src), against the units that name the
                              file's functions, the suites about its folder, and then all other units that hold the changed
                              code and the end-to-end suites
A mutant that no test notices is printed. SEED chooses (default 1); FIRST: pass over so many draws (to run in pieces);
NAME: a part of the names of the chosen ones to run.
Closes with "N passed, N failed": noticed and not.
A random change that alters nothing a user can see is written into equivalent.txt with its reason, and not drawn again.
"""
import itertools
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SEED = os.environ.get("SEED", "1")
CC = os.environ.get("CC") or ("ccache cc" if shutil.which("ccache") else "cc")
SUITES = ["golden", "results"]  # of any change, after all others
# Which suites are about the files whose names begin so; the short ones first.
SUITES_OF = [
    ("src/callers/ccnd1/", ["normals", "expression", "imports"]), ("src/callers/identity/", ["identity"]),
    ("src/cli/batch", ["batch"]), ("src/cli/cohort", ["carry_over", "batch"]),
    ("src/cli/evidence", ["evidence"]), ("src/cli/explain", ["evidence"]),
    ("src/cli/ledger", ["batch"]), ("src/cli/lod", ["lod"]), ("src/cli/reference", ["normals", "expression"]),
    ("src/cli/report", ["batch", "carry_over"]), ("src/cli/sheet", ["sheet"]), ("src/cli/stratify", ["evidence"]),
    ("src/cli/validate", ["validate"]), ("src/cli/", ["terminal"]), ("src/evidence/", ["evidence"]),
    ("src/io/cnv", ["imports"]), ("src/io/tables/", ["imports", "expression"]), ("src/io/vcf/", ["vcf", "imports"]),
    ("src/panel/expression", ["expression"]), ("src/panel/normals", ["normals"]), ("src/report/cohort/", ["batch"]),
    ("src/report/html/", ["pages"]), ("src/report/json/", ["expression", "normals"]),
    ("src/report/explain", ["evidence"]), ("src/report/validation/", ["validate"]),
    ("src/validate/", ["validate"]),
]
SHORT = {"KILLS": "3", "FLIPS": "60", "FUZZ_CHANGES": "5", "REMOTE_MB": "60", "JOBS": "1"}
LONGEST = 300  # seconds; a mutant that hangs is noticed


class Tree:
    """A copy of the repository that builds, with what its tests need."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "tree"
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                                stdout=subprocess.PIPE, check=False).stdout.decode().split("\0")
        for name in filter(None, listed):
            if (ROOT / name).is_file():
                (self.path / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.path / name)
        if not self.path.exists():  # no git: a release
            shutil.copytree(ROOT, self.path, ignore=shutil.ignore_patterns("build*", "plasmastrat"))
        self.checked, self.bytes = {}, {}
        self.units = sorted(p.stem for p in (self.path / "tests/unit").glob("test_*.c"))
        self.text = {u: (self.path / f"tests/unit/{u}.c").read_text() for u in self.units}

    def make(self, *targets):
        return subprocess.run(["make", "-j2", f"CC={CC}", "CFLAGS=-O1", "WARN=-w", *targets], cwd=self.path,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, suite, settings):
        """What the suite prints at its end; its exit status."""
        env = {**os.environ, **SHORT, **settings, "PLASMASTRAT": str(self.path / "plasmastrat"),
               "SUITES": "" if suite.startswith("unit/") else suite}
        unit = [f"build/tests/{suite}"] if suite.startswith("unit/") else []
        r = subprocess.Popen(["tests/run.sh", *unit], cwd=self.path, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace")
        try:
            return r.communicate(timeout=LONGEST)[0], r.returncode
        except subprocess.TimeoutExpired:
            r.terminate()  # it ends what it has started
            r.communicate()
            return "hangs", 1

    def is_sound(self, suite, settings=()):
        """Does the suite pass on the code as it is? One that does not would notice everything."""
        key = suite, str(settings)
        if key not in self.checked:
            self.checked[key] = self.build_for(suite).returncode == 0 and self.run(suite, dict(settings))[1] == 0
            if not self.checked[key]:
                print(f"{suite}: fails without a mutant: not used", flush=True)
        return self.checked[key]

    def build_for(self, suite):
        target = f"build/tests/{suite}" if suite.startswith("unit/") else "plasmastrat"
        return self.make(target)


    def keep_programs(self):
        """The units and the program as they are without a mutant."""
        self.bytes = {suite: self.program_of(suite).read_bytes() for suite in [f"unit/{u}" for u in self.units] + ["program"]}

    def program_of(self, suite):
        return self.path / (f"build/tests/{suite}" if suite.startswith("unit/") else "plasmastrat")

    def is_changed(self, suite):
        """Does its program hold the changed code? A unit takes from the library what it needs only."""
        return suite not in self.bytes or self.bytes[suite] != self.program_of(suite).read_bytes()


def code_of(text):
    """The text with comments, strings, characters and preprocessor lines blanked: what may be changed."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', blank, text,
                  flags=re.S | re.M)


# what is found -> what takes its place
RULES = [
    (r"(?<=[\w)\]] )(==|!=|<=|>=|<|>|&&|\|\|)(?= [\w(!*&-])",
     {"==": ["!="], "!=": ["=="], "<=": ["<", ">"], ">=": [">", "<"], "<": ["<=", ">="], ">": [">=", "<="], "&&": ["||"],
      "||": ["&&"]}),
    (r"(?<=[\w)\]] )([+\-*/])(?= [\w(])", {"+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"]}),
    (r"(?<=[\w)\]] )([+-]=)(?= )", {"+=": ["-="], "-=": ["+="]}),
    (r"(?<![\w.\[])(\d+)(?![\w.\]])", lambda found: [str(int(found) + 1)] + (["0"] if found == "1" else [])),
    (r"(?<=\bif \()(?=[^\n]*\))", lambda found: ["!"]),
    (r"(?<=return )(-1|0|1)(?=;)", {"-1": ["0"], "0": ["1", "-1"], "1": ["0"]}),
    (r"(?<=[;{}:]\n)( +(?!return|break|continue|goto|case|default|static|const|free|fclose|else|if|for|while|do)[\w>.\[\]*-]+"
     r"(?: [-+*/|&]?= |\(|\+\+|--)[^\n{}]*;)(?=\n)", lambda found: [";"] if "free(" not in found else []),
]


def changes(path, text):
    """Every (offset, old, new) of a file."""
    code = code_of(text)
    for pattern, put in RULES:
        for m in re.finditer(pattern, code):
            old = text[m.start():m.end()]
            if old != m[0]:  # a string or comment within
                old = text[m.start():m.end()]
            for new in (put(old) if callable(put) else put[old]):
                if put is RULES[4][1]:
                    end = closing(code, m.start())
                    if end:
                        yield m.start(), text[m.start():end], f"!({text[m.start():end]})"
                else:
                    yield m.start(), old, new


def closing(code, at):
    """Offset of the bracket that closes the one before `at`."""
    depth = 1
    for i in range(at, len(code)):
        depth += (code[i] == "(") - (code[i] == ")")
        if depth == 0:
            return i
    return None


def order(tree, name, text):
    """The units that name the file's functions, most of them first; the suites about it; all other units and suites."""
    functions = set(re.findall(r"^(?!static)[\w *]+?\b(\w+)\([^;]*?\) \{$", text, flags=re.M))
    stem = pathlib.Path(name).stem
    named = {unit: sum(len(re.findall(rf"\b{f}\b", tree.text[unit])) > 0 for f in functions) + 3 * (stem in unit)
             for unit in tree.units}
    units = sorted(tree.units, key=lambda unit: (-named[unit], unit))
    own = [suite for begin, suites in SUITES_OF if name.startswith(begin) for suite in suites]
    return list(dict.fromkeys([f"unit/{u}" for u in units if named[u]] + own + [f"unit/{u}" for u in units] + SUITES))


def noticed(tree, suites, settings):
    """The suite that fails, None when none does; "builds not" when the change is no program, "changes nothing" when it is
    the same."""
    if tree.build_for("program").returncode != 0:
        return "builds not"
    if "program" in tree.bytes and not tree.is_changed("program"):
        return "changes nothing"
    for suite in suites:
        built = tree.build_for(suite)
        if built.returncode != 0:
            return "builds not"
        if tree.is_changed(suite) and tree.run(suite, settings)[1] != 0:
            return suite
    return None


def try_change(tree, name, at, old, new, suites, settings=()):
    path = tree.path / name
    whole = path.read_text()
    assert whole[at:at + len(old)] == old
    path.write_text(whole[:at] + new + whole[at + len(old):])
    try:
        return noticed(tree, suites, dict(settings))
    finally:
        path.write_text(whole)
        os.utime(path)  # newer than the mutant's object


def sections(path):
    """[(name, file, suites, old, new)] of chosen.txt."""
    form = re.compile(r"^mutant ([^\n]+)\nfile ([^\n]+)\nsuites ([^\n]+)\n<<<<\n(.*?)\n====\n(.*?)\n?>>>>$", re.S | re.M)
    text = path.read_text()
    found = [(m[1], m[2], m[3].split(), m[4], m[5]) for m in form.finditer(text)]
    assert len(found) == len(re.findall(r"^mutant ", text, flags=re.M)), f"{path}: a section is not whole"
    return found


def chosen(tree, n):
    passed = failed = 0
    every = [m for m in sections(HERE / "chosen.txt") if os.environ.get("NAME", "") in m[0]]
    draw = random.Random(SEED)
    for name, file, words, old, new in every:  # also of those that are not drawn
        path = tree.path / file
        times = path.read_text().count(old) if path.is_file() else 0
        if times != 1:
            failed += 1
            print(f"{name}: FAILED: its text is {times} times in {file}: mend chosen.txt", flush=True)
    if failed:
        return passed, failed
    for name, file, words, old, new in every if n is None or n >= len(every) else draw.sample(every, n):
        suites = [w for w in words if "=" not in w]
        settings = [w.split("=", 1) for w in words if "=" in w]
        path = tree.path / file
        start = time.monotonic()
        if not all([tree.is_sound(suite, settings) for suite in suites]):
            killer = "its suite fails without it"
            good = False
        else:
            killer = try_change(tree, file, path.read_text().index(old), old, new, suites, settings)
            good = killer in suites
        passed, failed = passed + good, failed + (not good)
        print(f"{name}: {'noticed by ' + killer if good else 'FAILED: ' + (killer or 'not noticed by ' + ' '.join(suites))}"
              f" ({time.monotonic() - start:.0f} s)", flush=True)
    return passed, failed


def known_equivalent():
    """(file, line, changed line) without spaces around."""
    path = HERE / "equivalent.txt"
    rows = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {(r[0], r[1].strip(), r[2].strip()) for r in rows}


def lines_of(text, at, old, new):
    """The line or lines of a change, before and after."""
    beg, end = text.rfind("\n", 0, at) + 1, text.find("\n", at + len(old))
    return text[beg:end].strip(), (text[beg:at] + new + text[at + len(old):end]).strip()


def sample(n, paths):
    """Endless seeded draws of changes below the paths."""
    files = sorted({f for p in paths for f in ([ROOT / p] if (ROOT / p).is_file() else (ROOT / p).rglob("*.c"))})
    draw, known = random.Random(SEED), known_equivalent()
    every = []
    for file in files:
        text, name = file.read_text(), str(file.relative_to(ROOT))
        every += [(name, text, *c) for c in changes(name, text)]
    draw.shuffle(every)
    print(f"{len(every)} changes of {len(files)} files; seed {SEED}", flush=True)
    for name, text, at, old, new in every:
        if (name, *lines_of(text, at, old, new)) not in known:
            yield name, text, at, old, new


def at_random(tree, n, paths):
    passed = failed = 0
    broken, none = set(), (None, "builds not", "changes nothing")
    first = int(os.environ.get("FIRST", 0))
    tree.keep_programs()
    for draw, (name, text, at, old, new) in enumerate(itertools.islice(sample(n, paths), first, None), first + 1):
        if passed + failed == n:
            break
        start = time.monotonic()
        before, after = lines_of(text, at, old, new)
        suites = order(tree, name, text)
        killer = try_change(tree, name, at, old, new, [s for s in suites if s not in broken])
        while killer not in none and not tree.is_sound(killer):
            broken.add(killer)
            killer = try_change(tree, name, at, old, new, [s for s in suites[suites.index(killer):] if s not in broken])
        if killer in none[1:]:
            continue
        passed, failed = passed + bool(killer), failed + (not killer)
        line = text.count("\n", 0, at) + 1
        print(f"{draw}: {'ok' if killer else 'SURVIVES'} {name}:{line} {killer or ''} ({time.monotonic() - start:.0f} s)\n"
              f"    - {before}\n    + {after}", flush=True)
    print(f"score: {100 * passed / max(1, passed + failed):.0f} % of {passed + failed}")
    return passed, failed


def main():
    mode, *rest = sys.argv[1:] or ["chosen"]
    with tempfile.TemporaryDirectory(prefix="plasmastrat-mutants.") as folder:
        tree = Tree(folder)
        built = tree.make("all", *(f"build/tests/unit/{u}" for u in tree.units if mode != "chosen"))
        if built.returncode != 0:
            sys.exit(f"mutants: the tree itself does not build:\n{built.stdout[-2000:]}")
        if mode == "chosen":
            passed, failed = chosen(tree, int(rest[0]) if rest else None)
        else:
            passed, failed = at_random(tree, int(rest[0]), rest[1:] or ["src"])
    print(f"{passed} passed, {failed} failed")
    return 1 if failed and mode == "chosen" else 0


if __name__ == "__main__":
    sys.exit(main())
