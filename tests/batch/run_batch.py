#!/usr/bin/env python3
"""Nothing is lost: batches that are interrupted, killed, resumed, starved of disk.

Every check compares with an undisturbed run of the same sheet, byte by byte. $PLASMASTRAT is the program under test.
Random moments are seeded; KILLS (default 20) is how often a batch is killed with SIGKILL.
TESTS: the names of those to run (default: all).
"""
import fcntl
import os
import pathlib
import random
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = ROOT / "testdata"
PROGRAM = os.environ.get("PLASMASTRAT", str(HERE.parent.parent / "plasmastrat"))
COHORT = ["cohort.tsv", "cohort.html", "cohort.maf", "cbioportal_samples.txt", "plasmastrat_mqc.json"]
SUFFIXES = [".json", ".html", ".ras.vcf.gz", ".ras.vcf.gz.tbi", ".evidence.gz"]
passed = failed = skipped = 0


def check(truth, what):
    global passed, failed
    if truth:
        passed += 1
    else:
        failed += 1
        print("FAILED:", what)


def skip(what):
    global skipped
    skipped += 1
    print("skipped:", what)


def make_sheet(folder, n):
    """A sheet of n samples over copies of the test data, so that inputs can be changed."""
    shutil.copytree(DATA, folder / "data")
    rows = [line.split("\t") for line in (DATA / "sheet.tsv").read_text().splitlines()]
    head, rows = rows[0], [r for r in rows[1:]]
    where = {name: i for i, name in enumerate(head)}
    lines = ["\t".join(head)]
    for k in range(n):
        row = list(rows[k % len(rows)])
        row[where["sample_id"]] = f"S{k:03d}"
        for column in ("rna", "dna", "normal", "vcf"):
            if column in where and row[where[column]] not in ("", "."):
                row[where[column]] = "data/" + row[where[column]]
        lines.append("\t".join(row))
    sheet = folder / "sheet.tsv"
    sheet.write_text("\n".join(lines) + "\n")
    return sheet, [f"S{k:03d}" for k in range(n)]


def command(sheet, out, *more):
    return [PROGRAM, "batch", str(sheet), "-o", str(out), "-@", "2", *more]


def run(sheet, out, *more, **options):
    return subprocess.run(command(sheet, out, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=300, **options)


def contents(out):
    return {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()} if out.is_dir() else {}


def temporaries(out):
    return [p.name for p in out.rglob(".*") if p.is_file() and p.parent == out]


def whole(out, wanted, but=()):
    """Every visible file is one of the undisturbed run's, whole; those in `but` may tell of failed samples."""
    return all(wanted.get(name) == data for name, data in contents(out).items()
               if not name.startswith(".") and name not in but)


def test_resume(folder, sheet, ids, wanted):
    out = folder / "resume"
    check(run(sheet, out, "-q").returncode == 0, "batch")
    check(contents(out) == wanted, "a second batch gives the same bytes")
    r = run(sheet, out)
    check(r.returncode == 1 and "--resume" in r.stderr and contents(out) == wanted,
          "a batch over existing results is refused before anything is run, and says --resume")

    def stamps():
        files = {i: [out / (i + s) for s in SUFFIXES] for i in ids}
        return {i: [p.stat().st_mtime_ns if p.exists() else None for p in paths] for i, paths in files.items()}

    before = stamps()
    r = run(sheet, out, "--resume")
    check(r.returncode == 0 and stamps() == before and contents(out) == wanted, "nothing to do: nothing is done again")
    check(f"--resume: {len(ids)} of {len(ids)} samples done before and kept\n" in r.stderr and "again" not in r.stderr,
          f"nothing to do: says so: {r.stderr}")

    def repeats(what, which, same=True):
        old = stamps()
        result = run(sheet, out, "--resume")
        changed = {i for i, s in stamps().items() if s != old.get(i)}
        check(result.returncode == 0 and changed == set(which), f"{what}: {sorted(changed)} instead of {which}")
        if same:
            check(contents(out) == wanted, f"{what}: same bytes as undisturbed")

    (out / "S001.html").write_bytes(wanted["S001.html"][:1000])
    repeats("a page cut short", ["S001"])
    data = bytearray(wanted["S002.json"])
    data[len(data) // 2] ^= 1
    (out / "S002.json").write_bytes(data)
    repeats("a flipped bit in a result", ["S002"])
    (out / "S003.ras.vcf.gz.tbi").unlink()
    (out / "cohort.tsv").unlink()
    repeats("files that are missing", ["S003"])
    (out / ".plasmastrat" / "S004").write_text("plasmastrat-ledger\t1\n")
    repeats("a ledger cut short", ["S004"])
    users = [ids[k] for k, line in enumerate(sheet.read_text().splitlines()[1:]) if "PCL01.rna" in line]
    for p in (folder / "data").glob("PCL01.rna*"):
        os.utime(p)
    repeats("an input that was written again", users)
    old = stamps()
    r = run(sheet, out, "--resume", "--specimen", "lesion", "--model", "rationale")
    check(r.returncode == 0 and all(stamps()[i] != old[i] for i in ids), "other options: all is done again")
    check(f"--resume: 0 of {len(ids)} samples" in r.stderr and f"--resume: {len(ids)} done again, as their inputs" in r.stderr,
          f"other options: says so: {r.stderr}")
    old = stamps()
    r = run(sheet, out, "--resume", "--specimen", "lesion", "--model", "rationale", "--molecules", "20")
    check(r.returncode == 0 and all(stamps()[i] != old[i] for i in ids), "--molecules: all is done again")


def test_edited_knowledge(folder, sheet):
    """What a panel or a model of the user's own holds is an input too, also when it was edited within its second."""
    small = folder / "small.tsv"
    small.write_text("\n".join(sheet.read_text().splitlines()[:3]) + "\n")
    panel, model = folder / "panel", folder / "model.tsv"
    check(subprocess.run([PROGRAM, "panel", "export", "grch38", str(panel)], stdout=subprocess.DEVNULL).returncode == 0, "panel export")
    model.write_text((ROOT / "panels/common/model.rationale.tsv").read_text().replace("name\trationale", "name\tmine"))
    limits = panel / "limits.tsv"

    def edit(path, pattern, changed):
        stamp, before = path.stat(), path.read_text()
        path.write_text(re.sub(pattern, changed, before, count=1, flags=re.M))
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        return path.read_text() != before and path.stat().st_size == stamp.st_size

    for name, options, path, pattern, changed in (
            ("panel", ["-p", str(panel)], limits, r"^(cn_gain_copies\t2\.)5", r"\g<1>6"),
            ("model", ["--model", str(model)], model, r"^(ras\+\t1\.)2", r"\g<1>3")):
        out = folder / f"edited {name}"
        check(run(small, out, *options).returncode == 0, f"a {name} of one's own")
        r = run(small, out, *options, "--resume")
        check(r.returncode == 0 and "2 of 2 samples done before and kept" in r.stderr, f"{name}: kept: {r.stderr}")
        check(edit(path, pattern, changed), f"{name}: its text is edited")
        r = run(small, out, *options, "--resume")
        check(r.returncode == 0 and "0 of 2 samples" in r.stderr, f"an edited {name}: all is done again: {r.stderr}")


def test_two_at_once(folder, sheet, wanted):
    """One folder takes one batch at a time; the second is told, and spoils nothing."""
    out = folder / "shared"
    (out / ".plasmastrat").mkdir(parents=True)
    first = os.open(out / ".plasmastrat", os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    r = run(sheet, out)
    check(r.returncode == 1 and f"{out}: another batch is writing here" in r.stderr and not contents(out),
          f"two at once: the second is refused: {r.stderr}")
    os.close(first)
    r = run(sheet, out)
    check(r.returncode == 0 and contents(out) == wanted, "two at once: the folder is free when the first has ended")


def test_earlier_results(folder, sheet, ids, wanted):
    """A run that fails loses no result of an earlier one."""
    out = folder / "earlier"
    check(run(sheet, out, "-q").returncode == 0, "batch")
    kept = out / ".plasmastrat" / ".before"

    def names(i):
        return [i + s for s in SUFFIXES]

    def rows():
        return {line.split("\t")[0]: line.split("\t")[1] for line in (out / "cohort.tsv").read_text().splitlines()}

    users = [i for i, line in zip(ids, sheet.read_text().splitlines()[1:]) if "IMM01.dna" in line]
    bam = folder / "data" / "IMM01.dna.bam"
    bam.rename(folder / "away")
    r = run(sheet, out, "--resume")
    check(r.returncode == 1 and all(rows()[i] == "failed" for i in users) and
          not any(n in contents(out) for i in users for n in names(i)), f"an input is away: {r.stderr}")
    (folder / "away").rename(bam)
    r = run(sheet, out, "--resume")
    check(r.returncode == 0 and contents(out) == wanted and f"{len(ids)} of {len(ids)} samples done before" in r.stderr,
          f"the input is back: nothing is done again: {r.stderr}")

    whole_bam = bam.read_bytes()
    bam.write_bytes(whole_bam[:len(whole_bam) // 2])
    r = run(sheet, out, "--resume")
    there = contents(out)
    check(r.returncode == 1 and not any(n in there for i in users for n in names(i)), "a damaged input: no old answer beside it")
    check(all((kept / n).read_bytes() == wanted[n] for i in users for n in names(i)) and
          f"notice: {users[0]}: its files of an earlier run are kept in {kept}" in r.stderr, f"but it is kept: {r.stderr}")
    bam.write_bytes(whole_bam)
    r = run(sheet, out, "--resume")
    check(r.returncode == 0 and contents(out) == wanted and not list(kept.iterdir()), "a whole input: a new answer, once")

    limit = 100000
    r = run(sheet, out, "--force", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    there = {**contents(kept), **contents(out)}
    check(r.returncode == 1 and "failed" in rows().values() and all(there[n] == wanted[n] for i in ids for n in names(i)),
          f"files that may not be long: nothing is lost: {r.stderr[:300]}")
    check(run(sheet, out, "--resume").returncode == 0 and contents(out) == wanted, "and --resume ends as if undisturbed")

    index = folder / "data" / "IMM01.dna.bam.csi"
    os.utime(index)
    r = run(sheet, out, "--resume")
    check(f"{len(users)} done again, as their inputs" in r.stderr, f"an index that is new: {r.stderr}")
    (out / ".plasmastrat" / f".{ids[0]}.abc123").touch()
    run(sheet, out, "--resume")
    check(not (out / ".plasmastrat" / f".{ids[0]}.abc123").exists(), "--resume clears what killed runs left with the ledger")


def test_inputs_are_not_overwritten(folder, sheet):
    """No result takes the place of what any sample reads."""
    out = folder / "over"
    bam = folder / "data" / "IMM01.dna.bam"
    check(subprocess.run([PROGRAM, "sample", "--id", "A", "--dna", str(bam), "-o", str(out), "-q"]).returncode == 0, "sample")
    before = contents(out)
    other = folder / "over.tsv"
    other.write_text(f"sample_id\tdna\tvcf\nA\t{bam}\t.\nB\t.\tover/A.ras.vcf.gz\n")
    (out / "cohort.tsv").write_text(f"sample_id\tdna\nC\t{bam}\n")
    cases = ((run(other, out, "--resume"), "A.ras.vcf.gz"), (run(out / "cohort.tsv", out, "--force"), "cohort.tsv"),
             (subprocess.run([PROGRAM, "sample", "--id", "A", "--dna", str(bam), "--force-sites", str(out / "A.ras.vcf.gz"),
                              "-o", str(out), "--force"], capture_output=True, text=True), "A.ras.vcf.gz"))
    for r, name in cases:
        check(r.returncode == 1 and re.search(re.escape(name) + ": is the input .*, and would be overwritten", r.stderr),
              f"{name}: {r.stderr}")
    now = contents(out)
    check(all(now[n] == before[n] for n in before) and "sample_id\tdna\n" in (out / "cohort.tsv").read_text(),
          "inputs are as they were")


def test_column_names(folder, sheet):
    """A matched normal that another column name hides changes the answers and stands in no file: an error."""
    lines = sheet.read_text().splitlines()
    named = folder / "named.tsv"
    for column, error in (("norml", "did you mean normal?"), ("DNA_bam", "did you mean dna?"), ("notes", "")):
        named.write_text("\t".join([lines[0], column]) + "\n" + lines[1] + "\t.\n")
        r = run(named, folder / "named", "--force")
        check(r.returncode == 2 and error in r.stderr if error else
              r.returncode == 0 and r.stderr.count("columns ignored: " + column) == 1, f"column {column}: {r.stderr[:300]}")
        r = run(named, folder / "named", "--force", "-q")
        check(r.returncode == 2 if error else not r.stderr, f"column {column} with -q: {r.stderr[:300]}")


def test_sheet_from_standard_input(folder, sheet):
    r = subprocess.run([PROGRAM, "batch", "-", "-o", str(folder / "stdin"), "-q"], input=sheet.read_text(), text=True,
                       cwd=sheet.parent, capture_output=True)
    check(r.returncode == 0 and (folder / "stdin" / "cohort.tsv").exists(), f"sheet on standard input: {r.stderr[:300]}")


def test_missing_inputs(folder, sheet, ids):
    """What is not there is said before the work, which may take days, and not only when its sample's turn comes."""
    lines = sheet.read_text().splitlines()
    where = {name: i for i, name in enumerate(lines[0].split("\t"))}

    def edited(name, edits):
        rows = [line.split("\t") for line in lines]
        for row, column, value in edits:
            rows[row][where[column]] = value
        path = folder / name
        path.write_text("\n".join("\t".join(r) for r in rows) + "\n")
        return path

    absent = [(3, "rna", "data/absent.bam"), (7, "dna", "data/IMM01.dna.bam##idx##data/absent.csi"),
              (8, "dna", "data/absent.bam##idx##data/IMM01.dna.bam.csi"), (9, "rna", "data"),
              (11, "vcf", str(folder / "data" / "absent.vcf"))]
    fine = [(2, "dna", "data/IMM01.dna.bam##idx##data/IMM01.dna.bam.csi"),
            (10, "vcf", "https://127.0.0.1:1/absent.vcf")]
    missing = edited("missing.tsv", absent + fine[:1])
    r = run(missing, folder / "missing")
    said = [line for line in r.stderr.splitlines() if "input files" in line]
    check(len(said) == 1 and "warning: 5 input files" in said[0] and r.stderr.startswith(said[0]),
          f"missing inputs: one warning before anything else: {r.stderr[:600]}")
    check(f"{missing}:4: S002: rna: {folder}/data/absent.bam" in said[0] and "and 2 more" in said[0] and
          f"{missing}:8: S006: dna: {folder}/data/absent.csi" in said[0], f"missing inputs: which: {said}")
    rows = {line.split("\t")[0]: line.split("\t")[1] for line in (folder / "missing" / "cohort.tsv").read_text().splitlines()}
    bad = {"S002", "S006", "S007", "S008", "S010"}
    check(r.returncode == 1 and {i for i in ids if rows[i] == "failed"} == bad, "missing inputs: the others are done")
    check("input files" not in run(missing, folder / "missing", "--force", "-q").stderr, "missing inputs: -q, no warning")
    r = run(edited("url.tsv", fine), folder / "missing", "--force")
    check("input file" not in r.stderr, "inputs: a URL is not looked for as a file, an index is")

    out = folder / "missing-fast"
    r = run(sheet, out, "-q")
    (out / "S000.json").unlink()
    r = run(missing, out, "--resume", "--fail-fast", "-v")
    rows = {line.split("\t")[0]: line.split("\t") for line in (out / "cohort.tsv").read_text().splitlines()}
    check(r.returncode == 1 and not (out / "S000.json").exists() and "5 input files" in r.stderr and
          "--fail-fast" in r.stderr, f"--fail-fast: refused before any sample is run: {r.stderr}")
    check(list(rows)[1:] == ids and all(rows[i][1] == "failed" for i in bad) and rows["S000"][1] == "failed" and
          rows["S003"][1] == "ok", "--fail-fast: a row for every sample, ok for those that --resume finds done")
    check("absent.bam: cannot be read: No such file" in "\t".join(rows["S002"]) and "not run" in "\t".join(rows["S000"]),
          "--fail-fast: each row says why")


def test_failed_sample(folder, sheet, ids):
    out = folder / "failed"
    broken = folder / "broken.tsv"
    lines = sheet.read_text().splitlines()
    lines.insert(2, lines[1].replace("S000", "BAD").replace("data/", "nowhere/"))
    broken.write_text("\n".join(lines) + "\n")
    r = run(broken, out)
    rows = {line.split("\t")[0]: line.split("\t") for line in (out / "cohort.tsv").read_text().splitlines()[1:]}
    check(r.returncode == 1 and rows["BAD"][1] == "failed" and rows[ids[0]][1] == "ok", "one failed, the others done")
    stamp = (out / (ids[0] + ".json")).stat().st_mtime_ns
    r = run(broken, out, "--resume")
    check(r.returncode == 1 and "BAD" in r.stderr, "--resume tries a failed sample again and says that it fails")
    check((out / (ids[0] + ".json")).stat().st_mtime_ns == stamp, "--resume leaves the others alone")
    for p in (folder / "data").glob("PCL01.dna.bam*"):
        p.rename(str(p) + ".away")
    r = run(sheet, out, "--resume")
    check(r.returncode == 1 and not list(out.glob(ids[0] + ".*")), "a sample that fails now has no older answer beside it")
    check((out / (ids[1] + ".json")).exists(), "the others have theirs")
    for p in (folder / "data").glob("PCL01.dna.bam*.away"):
        p.rename(str(p)[:-5])
    r = run(broken, folder / "fast", "--fail-fast", "-@", "1")
    rows = (folder / "fast" / "cohort.tsv").read_text().splitlines()[1:]
    check(r.returncode == 1 and len(rows) == len(ids) + 1, "--fail-fast: a row for every sample")


def test_signals(folder, sheet, ids, wanted):
    draw = random.Random(11)
    check(run(sheet, folder / "other", "-q", "--specimen", "lesion", "--prior", "2").returncode == 0, "with options")
    other = contents(folder / "other")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        name = signal.Signals(number).name
        out = folder / f"it's {name}"
        options = ["--specimen", "lesion", "--prior", "2"]
        p = subprocess.Popen(command(sheet, out, *options), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             preexec_fn=lambda: signal.signal(number, signal.SIG_DFL)) # a job in the background has it ignored
        while p.poll() is None and not list(out.glob("*.json")): # in the middle, however fast or slow
            time.sleep(0.002)
        time.sleep(draw.random() * 0.02)
        p.send_signal(number)
        said = p.communicate(timeout=60)[1]
        check(p.returncode == 1, f"{name}: exit status 1, not {p.returncode}")
        check("--resume" in said and "samples finished" in said, f"{name}: says how to go on: {said[-200:]}")
        check(not temporaries(out), f"{name}: no temporaries stay: {temporaries(out)}")
        check(whole(out, other), f"{name}: what is there is whole")
        told = re.search(r"continue with: (plasmastrat batch .* --resume)\n", said)
        words = shlex.split(told[1]) if told else []
        check(words == ["plasmastrat", *command(sheet, out, *options)[1:], "--resume"], f"{name}: with these options: {said}")
        r = subprocess.run([PROGRAM, *words[1:]], capture_output=True, text=True)
        check(r.returncode == 0 and contents(out) == other, f"{name}: --resume ends as if undisturbed")
        check("done again" not in r.stderr, f"{name}: nothing is done twice: {r.stderr}")
    r = run(sheet, folder / "nohup", "-q", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    check(r.returncode == 0, "nohup")


def test_waiting_for_a_pipe():
    """A signal ends a run that waits for its standard input, whichever thread waits, wherever in the file."""
    for role, name in (("--dna", "PCL01.dna.bam"), ("--vcf", "VCF01.mutect2.vcf")):
        data = (DATA / name).read_bytes()
        for threads in ("1", "4"):
            for number, n in ((signal.SIGTERM, 0), (signal.SIGINT, 100), (signal.SIGHUP, 60000)):
                p = subprocess.Popen([PROGRAM, "sample", "--id", "S", role, "-", "-@", threads], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
                os.write(p.stdin.fileno(), data[:min(n, len(data) - 1)])
                time.sleep(0.3)
                p.send_signal(number)
                try:
                    p.wait(20)
                except subprocess.TimeoutExpired:
                    p.kill()
                check(p.returncode == 1 and b"interrupted by" in p.stderr.read(),
                      f"{role} -, {n} bytes, -@{threads}: {signal.Signals(number).name}: {p.returncode}")
                p.stdin.close()


def test_kills(folder, sheet, wanted, kills):
    draw = random.Random(12)
    out = folder / "kill"
    done = bad = rounds = 0
    while done < kills:
        p = subprocess.Popen(command(sheet, out, "--resume", "-q"), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        try:
            p.wait(timeout=0.02 + draw.random() * 0.2)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
            done += 1
        else:
            rounds += 1
            bad += p.returncode != 0 or contents(out) != wanted
            shutil.rmtree(out)
        bad += not whole(out, wanted)
    r = run(sheet, out, "--resume")
    check(bad == 0, f"{bad} of {kills} kills left a file that is not whole")
    check(r.returncode == 0 and contents(out) == wanted, f"after {kills} kills and {rounds} ends, --resume is right")
    check(not temporaries(out), f"--resume clears what killed runs left: {temporaries(out)}")


def test_no_space(folder, sheet, wanted):
    out = folder / "limit"
    r = run(sheet, out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)))
    check(r.returncode == 1 and ("S000.json" in r.stderr or "S000.html" in r.stderr) and "File too large" in r.stderr,
          f"file size limit: an error that names the file: {r.returncode} {r.stderr[:300]}")
    check(not temporaries(out) and whole(out, wanted, COHORT), "file size limit: nothing half written")
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)],
                      stderr=subprocess.DEVNULL).returncode != 0:
        skip("a full disk: a small file system cannot be mounted here")
        return
    try:
        out = disk / "out"
        r = run(sheet, out)
        check(r.returncode == 1 and "No space left" in r.stderr and str(out) in r.stderr,
              f"full disk: an error that names the file: {r.returncode} {r.stderr[:300]}")
        check(not temporaries(out) and whole(out, wanted, COHORT), "full disk: nothing half written")
        test_full_disk_resumes(disk, sheet, wanted)
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_full_disk_resumes(disk, sheet, wanted):
    """The batch stops, rather than compute all further samples for nothing, and goes on once there is room."""
    n = sum(name.endswith(".ras.vcf.gz") for name in wanted)
    for free in (60, 800, 1910): # the disk is full at other files
        subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)
        out = disk / f"free{free}"
        ballast = disk / "ballast"
        room = os.statvfs(disk)
        ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - free * 1024))
        r = run(sheet, out)
        done = sum((out / ".plasmastrat" / name[:-5]).exists() and (out / name).exists() for name in wanted
                   if name.endswith(".json"))
        check(r.returncode == 1 and r.stderr.count("No space left") == 1 and
              f"{done} of {n} samples finished" in r.stderr and done < n and
              f"batch {sheet} -o {out} -@ 2 --resume\n" in r.stderr, f"full disk, {free} kB: stops: {done}: {r.stderr[:500]}")
        check("failed" not in r.stderr and not (out / "cohort.tsv").exists(),
              f"full disk, {free} kB: the other samples have not failed: {r.stderr[:500]}")
        check(not temporaries(out) and whole(out, wanted), f"full disk, {free} kB: nothing half written")
        again = run(sheet, out, "--resume")
        check(again.returncode == 1 and "No space left" in again.stderr, f"full disk, {free} kB: still full: {again.stderr}")
        ballast.unlink()
        r = run(sheet, out, "--resume")
        check(r.returncode == 0 and contents(out) == wanted, f"full disk, {free} kB: --resume ends as if undisturbed")
        shutil.rmtree(out)


def main():
    with tempfile.TemporaryDirectory(prefix="plasmastrat-batch.") as name:
        folder = pathlib.Path(name)
        sheet, ids = make_sheet(folder, 24)
        plain = folder / "plain"
        r = run(sheet, plain)
        check(r.returncode == 0, f"the undisturbed batch: {r.stderr[-300:]}")
        wanted = contents(plain)
        check(len(wanted) == len(ids) * len(SUFFIXES) + len(COHORT), "all files of the undisturbed batch")
        tests = (
            (test_resume, folder, sheet, ids, wanted), (test_edited_knowledge, folder, sheet),
            (test_two_at_once, folder, sheet, wanted), (test_earlier_results, folder, sheet, ids, wanted),
            (test_inputs_are_not_overwritten, folder, sheet),
            (test_column_names, folder, sheet), (test_sheet_from_standard_input, folder, sheet),
            (test_missing_inputs, folder, sheet, ids), (test_failed_sample, folder, sheet, ids),
            (test_signals, folder, sheet, ids, wanted), (test_waiting_for_a_pipe,),
            (test_kills, folder, sheet, wanted, int(os.environ.get("KILLS", "20"))), (test_no_space, folder, sheet, wanted))
        for test, *arguments in tests:
            if test.__name__ in os.environ.get("TESTS", test.__name__).split(","):
                test(*arguments)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main())
