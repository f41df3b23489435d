#!/usr/bin/env python3
"""What a person sees who runs one sample on a terminal: how far reading is, and nothing of it anywhere else.

$PLASMASTRAT is the program under test. Terminals are pseudo-terminals.
"""
import fcntl
import gzip
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "testdata"
PROGRAM = os.environ.get("PLASMASTRAT", str(HERE.parent.parent / "plasmastrat"))
CLEAR = "\r\x1b[K"
ENOUGH_DRAWN = 4  # lines, after which a slow run is let go
passed = failed = 0


def check(truth, what):
    global passed, failed
    if truth:
        passed += 1
    else:
        failed += 1
        print("FAILED:", what)


def block(data):
    """A BGZF block."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = deflate.compress(data) + deflate.flush()
    return (struct.pack("<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(packed) + 25) + packed +
            struct.pack("<2I", zlib.crc32(data), len(data)))


def long_bam(path, megabytes):
    """The records of a sample's RNA over and over, in no order."""
    bam = gzip.decompress((DATA / "PCL01.rna.bam").read_bytes())
    n_text = struct.unpack_from("<I", bam, 4)[0]
    text = bam[8:8 + n_text].replace(b"SO:coordinate", b"SO:unsorted")
    at = 8 + n_text
    n_contigs = struct.unpack_from("<I", bam, at)[0]
    end = at + 4
    for _ in range(n_contigs):
        end += 8 + struct.unpack_from("<I", bam, end)[0]
    header = bam[:4] + struct.pack("<I", len(text)) + text + bam[at:end]
    records = b"".join(block(bam[i:i + 65000]) for i in range(end, len(bam), 65000))
    with open(path, "wb") as out:
        out.write(b"".join(block(header[i:i + 65000]) for i in range(0, len(header), 65000)))
        while out.tell() < megabytes * 1000000:
            out.write(records)
        out.write(block(b""))


class Run:
    """A run whose stderr is a pseudo-terminal; stdout is a pipe, or another one."""

    def __init__(self, *arguments, columns=80, term="xterm", stdin=None, stdout=subprocess.PIPE, slow=False):
        self.screen, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen([PROGRAM, *arguments], stdin=stdin or subprocess.DEVNULL,
                                        stdout=theirs if stdout == "terminal" else stdout, stderr=theirs,
                                        env={**os.environ, "TERM": term})
        os.close(theirs)
        self.seen = b""
        self.slow = slow

    def end(self):
        """Waits; what the terminal got. A slow run is held up, as by a slow disk, until it has drawn enough."""
        while True:
            ready = select.select([self.screen], [], [], 0.002)[0]
            if ready:
                try:
                    self.seen += os.read(self.screen, 65536)
                except OSError:
                    break
            elif self.slow and self.seen.count(CLEAR.encode()) < ENOUGH_DRAWN and self.process.poll() is None:
                self.process.send_signal(signal.SIGSTOP)
                time.sleep(0.3)
                self.process.send_signal(signal.SIGCONT)
        if self.process.stdout:
            self.out = self.process.stdout.read().decode()
        self.status = self.process.wait(timeout=60)
        os.close(self.screen)
        return self.seen.decode(errors="replace")


def feed(fifo, data, pieces, pause):
    with open(fifo, "wb", buffering=0) as out:
        for i in range(pieces):
            out.write(data[i * len(data) // pieces:(i + 1) * len(data) // pieces])
            time.sleep(pause)


def only_one_line(seen):
    """Every line on the terminal was taken away again."""
    return "\n" not in seen and seen.endswith(CLEAR) and all(part == "" or len(part) < 80 for part in seen.split(CLEAR))


def test_standard_input(folder, path):
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    data = path.read_bytes()[:]

    def run(**options):
        feeder = threading.Thread(target=feed, args=(fifo, data, 20, 0.1))
        feeder.start()
        with open(fifo, "rb") as stdin:
            r = Run("sample", "--id", "S", "--rna", "-", *options.pop("more", []), stdin=stdin, **options)
            start = time.monotonic()
            seen = r.end()
        feeder.join()
        return r, seen, time.monotonic() - start

    r, seen, _ = run()
    shown = re.findall(r"standard input: (\d+) MB read, [\d.]+ MB/s", seen)
    check(r.status == 0 and "Label" in r.out, f"standard input: {r.status} {seen[-300:]!r}")
    check(2 <= len(shown) <= 12 and shown == sorted(shown, key=int) and only_one_line(seen),
          f"standard input: bytes read, a few times a second, gone at the end: {seen!r}")
    check("left" not in seen and "%" not in seen, f"standard input: nobody knows its end: {seen!r}")
    plain = r.out
    r, seen, _ = run(more=["-q"])
    check(r.status == 0 and seen == "" and r.out == plain, f"-q: nothing: {seen!r}")
    r, seen, _ = run(term="dumb")
    check(r.status == 0 and seen == "" and r.out == plain, f"TERM=dumb: nothing: {seen!r}")
    feeder = threading.Thread(target=feed, args=(fifo, data, 20, 0.1))
    feeder.start()
    with open(fifo, "rb") as stdin:
        logged = subprocess.run([PROGRAM, "sample", "--id", "S", "--rna", "-"], stdin=stdin, capture_output=True,
                                text=True, env={**os.environ, "TERM": "xterm"})
    feeder.join()
    check(logged.returncode == 0 and logged.stderr == "" and logged.stdout == plain, f"no terminal: {logged.stderr!r}")
    feeder = threading.Thread(target=feed, args=(fifo, data[:len(data) // 2], 20, 0.1))
    feeder.start()
    with open(fifo, "rb") as stdin:
        r = Run("sample", "--id", "S", "--rna", "-", stdin=stdin)
        seen = r.end()
    feeder.join()
    check(r.status == 1 and re.search(r"read, [\d.]+ MB/s" + re.escape(CLEAR) + "plasmastrat: error: ", seen),
          f"an error comes on a line of its own: {seen!r}")


def test_file(folder, path):
    r = Run("sample", "--rna", str(path), "-@", "2", slow=True)
    seen = r.end()
    shown = re.findall(r"long\.bam: (\d+) % of (\d+) MB read, [\d.]+ MB/s, \d+:\d\d left", seen)
    check(r.status == 0 and len(shown) >= 2 and only_one_line(seen), f"a file: {r.status} {seen!r}")
    check([int(a) for a, _ in shown] == sorted(int(a) for a, _ in shown) and
          all(int(b) == round(path.stat().st_size / 1e6) for _, b in shown), f"a file: share of its bytes: {shown}")
    r = Run("sample", "--rna", str(path), "-@", "2", slow=True, columns=30)
    seen = r.end()
    check(all(len(part) < 30 for part in seen.split(CLEAR)) and "long.bam" in seen, f"30 columns: {seen!r}")
    cram = folder / "long.cram"
    made = subprocess.run(["samtools", "view", "-C", "--output-fmt-option", "no_ref=1", "-o", str(cram), str(path)],
                          stderr=subprocess.PIPE)
    check(made.returncode == 0, f"a CRAM: {made.stderr}")
    for threads in ("1", "2"):
        r = Run("sample", "--rna", str(cram), "-@", threads, slow=True)
        seen = r.end()
        check(r.status == 0 and re.search(r"long\.cram: \d+ % of \d+ MB read, [\d.]+ MB/s, \d+:\d\d left", seen) and
              only_one_line(seen), f"a CRAM, {threads} threads: {r.status} {seen!r}")


def test_short(folder):
    start = time.monotonic()
    r = Run("sample", "--rna", str(DATA / "PCL01.rna.bam"), "--dna", str(DATA / "PCL01.dna.bam"))
    seen = r.end()
    check(r.status == 0 and (seen == "" or time.monotonic() - start > 1), f"nothing in the first second: {seen!r}")
    r = Run("sample", "--rna", str(DATA / "PCL01.rna.bam"), "--dna", str(DATA / "PCL01.dna.bam"), "-@", "1", slow=True)
    seen = r.end()
    check(r.status == 0 and (seen == "" or (only_one_line(seen) and re.search(r"\d+ of \d+ parts read", seen))),
          f"by index: parts: {seen!r}")


def test_summaries(folder):
    """One screen of 80 columns and 24 lines, one of them the prompt's; wrapped at the terminal's width."""
    head, *rows = [line.split("\t") for line in (DATA / "sheet.tsv").read_text().splitlines()]
    for row in rows:
        cell = dict(zip(head, row))
        arguments = ["sample", "--id", cell["sample_id"], "--specimen", cell["specimen"], "-q"]
        for column in ("rna", "dna", "vcf"):
            arguments += [f"--{column}", str(DATA / cell[column])] if cell[column] != "." else []
        plain = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        lines = plain.splitlines()
        check(10 < len(lines) < 24 and max(map(len, lines)) <= 80, f"{row[0]}: one screen:\n{plain}")
        check(lines[-2].startswith("Details    -o DIR") and "not a diagnosis" in lines[-1],
              f"{row[0]}: where the rest is: {lines[-2:]}")
        for columns in (50, 80, 132):
            seen = re.sub("\x1b\\[[0-9;]*m", "", Run(*arguments, columns=columns, stdout="terminal").end())
            lines = seen.split("\r\n")
            check(seen.replace("\r\n", "\n") == plain or columns != 80, f"{row[0]}: a terminal of 80 columns as a file")
            check((len(lines) <= 24 or columns < 80) and max(map(len, lines)) <= columns and (columns <= 80 or max(map(len, lines)) > 80),
                  f"{row[0]}: {columns} columns:\n{seen}")
    for more, where in ((["-o", str(folder / "o")], f"{folder}/o/VCF01.html"), (["--json", str(folder / "a.json")], "a.json")):
        r = subprocess.run([PROGRAM, *arguments, "--id", "VCF01", *more], capture_output=True, text=True)
        check(r.stdout == "", f"-q with files: no summary: {r.stdout}")
        r = subprocess.run([PROGRAM, *[a for a in arguments if a != "-q"], "--id", "VCF01", "--force", *more],
                           capture_output=True, text=True)
        shown = re.sub(r"\s+", "", r.stdout)
        check("Details" in shown and where in shown, f"{more}: Details: {r.stdout} {r.stderr}")


def main():
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError as why:  # no devpts, as in many containers and build roots
        print(f"skipped: there are no pseudo-terminals here: {why}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    with tempfile.TemporaryDirectory(prefix="plasmastrat-terminal.") as name:
        folder = pathlib.Path(name)
        path = folder / "long.bam"
        long_bam(path, 20)
        test_standard_input(folder, path)
        test_file(folder, path)
        test_short(folder)
        test_summaries(folder)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
