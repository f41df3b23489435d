#!/usr/bin/env python3
"""Inputs over HTTP, from a server in this process that knows byte ranges and counts what it sends.

The same JSON as from local files; nothing written to the working directory; and of a big indexed BAM (REMOTE_MB, default
250) only a small share is sent. The big file is a sample of testdata with filler between: reads that lie all over
the genome and carry an incompressible tag, so that 1 GB is as far apart as in a whole-genome file of that size.
Prints `N passed, N failed`. $PLASMASTRAT: the program.
"""
import gzip
import http.server
import json
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.realpath(os.environ.get("PLASMASTRAT", os.path.join(ROOT, "plasmastrat")))
DATA = os.path.join(ROOT, "testdata")
MEGABYTES = int(os.environ.get("REMOTE_MB", "250"))
SHARE = 0.02
CUTS = int(os.environ.get("REMOTE_CUTS", "8"))  # runs for each fault of the server; `make soak` takes more
passed = failed = 0


def check(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED: %s %s" % (name, more))


# ---- the server -----------------------------------------------------------------------------------------------------
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root, sent, requests = "", 0, []
    fault, chance = None, random.Random(int(os.environ.get("REMOTE_SEED", "5")))  # cap: shorter replies; drop: half of the replies break off; busy: 503 now and then
    index_busy = 0
    lock = threading.Lock()

    def setup(self):
        # what lies in the buffers when the client hangs up counts as sent: keep it small, as on a real line
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        super().setup()

    def log_message(self, *unused):
        pass

    def answer(self, code, headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def do_GET(self):
        path = os.path.join(self.root, os.path.basename(self.path.split("?")[0]))
        with self.lock:
            self.requests.append((self.path, self.headers.get("Range")))
        if not os.path.isfile(path):
            return self.answer(404, {"Content-Length": 0})
        if self.index_busy and path.endswith(("i", "x")):  # so many requests of an index are refused
            Handler.index_busy -= 1
            return self.answer(503, {"Content-Length": 0})
        size = os.path.getsize(path)
        first, last, asked = 0, size - 1, None if "whole" in self.path else re.match(
            r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
        if asked:
            first, last = int(asked[1]), min(size - 1, int(asked[2] or size - 1))
            if self.fault == "busy" and self.chance.random() < 0.4:
                return self.answer(503, {"Content-Length": 0})
            if self.fault == "cap" and asked[2] and first < last:
                last = self.chance.randrange(first, last)
            if first > last:
                return self.answer(416, {"Content-Length": 0, "Content-Range": "bytes */%d" % size})
            self.answer(206, {"Content-Length": last - first + 1, "Content-Range": "bytes %d-%d/%d" % (first, last, size)})
        else:
            self.answer(200, {"Content-Length": size, "Accept-Ranges": "bytes"})
        with open(path, "rb") as handle:
            left = last - first + 1
            dropped = re.search(r"dropped=(\d+)", self.path)
            if dropped and left > int(dropped[1]):  # the line is lost after so many bytes, where a block ends
                left = last_end(handle, first + int(dropped[1])) - first
                self.close_connection = True
            handle.seek(first)
            hung = re.search(r"hung=(\d+)", self.path)
            if hung and left > int(hung[1]):  # so many bytes, and then nothing
                self.wfile.write(handle.read(int(hung[1])))
                time.sleep(20)
                self.close_connection = True
                return
            if asked and self.fault == "drop" and asked[2] and self.chance.random() < 0.5:
                left = self.chance.randrange(left)
                self.close_connection = True
            try:
                while left:
                    data = handle.read(min(16384, left))
                    self.wfile.write(data)
                    left -= len(data)
                    with self.lock:
                        Handler.sent += len(data)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True


def last_end(handle, limit):
    """Where the last BGZF block before the limit ends."""
    at = end = 0
    while at < limit:
        handle.seek(at)
        end, at = at, at + struct.unpack("<H", handle.read(18)[16:])[0] + 1
    return end


def serve(folder):
    Handler.root = folder
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *unused: None  # a client that hangs up is no error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "http://127.0.0.1:%d/" % server.server_address[1]


# ---- the big file ---------------------------------------------------------------------------------------------------
def block(data, level):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    return (b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(packed) + 25) + packed +
            struct.pack("<II", zlib.crc32(data), len(data)))


def records(data):
    """(header bytes, contig lengths, [record bytes]) of an inflated BAM."""
    at = 8 + struct.unpack_from("<i", data, 4)[0]
    n, at, lengths = struct.unpack_from("<i", data, at)[0], at + 4, []
    for _ in range(n):
        name = struct.unpack_from("<i", data, at)[0]
        lengths.append(struct.unpack_from("<i", data, at + 4 + name)[0])
        at += 8 + name
    header, out = data[:at], []
    while at < len(data):
        size = 4 + struct.unpack_from("<i", data, at)[0]
        out.append(data[at:at + size])
        at += size
    return header, lengths, out


def place(record):
    return struct.unpack_from("<II", record, 4)


def make_big(source, target):
    with gzip.open(source) as handle:
        header, lengths, real = records(handle.read())
    rng = random.Random(1)
    noise = bytes(rng.randrange(256) for _ in range(60000))
    count = MEGABYTES * 1000000 // 60000
    step = sum(lengths) // count + 1
    filler = []
    for contig, length in enumerate(lengths):
        for pos in range(rng.randrange(step), length - 100, step):
            body = (struct.pack("<iiBBHHHiiii", contig, pos, 7, 60, 4681, 1, 0, 10, -1, -1, 0) + b"filler\0" +
                    struct.pack("<I", 10 << 4) + b"\x11" * 5 + b"\x1e" * 10 + b"ZZBC" + struct.pack("<I", 59000) +
                    noise[pos % 999:pos % 999 + 59000])
            filler.append(struct.pack("<i", len(body)) + body)
    everything = sorted(real + filler, key=place)
    with open(target, "wb") as out:
        out.write(block(header, 6) if len(header) < 60000 else b"".join(
            block(header[i:i + 60000], 6) for i in range(0, len(header), 60000)))
        held = b""
        for record in everything + [None]:
            if held and (record is None or len(held) + len(record) > 62000):
                out.write(block(held, 1))
                held = b""
            held += record or b""
        out.write(block(b"", 6))
    subprocess.run(["samtools", "index", target], check=True)


# ---- the program ----------------------------------------------------------------------------------------------------
def run(folder, *args, good=True):
    done = subprocess.run([PROGRAM, "sample", "--id", "S", "-o", "-", *args], cwd=folder, capture_output=True, timeout=300)
    if good and done.returncode:
        print("FAILED: %s: %s" % (" ".join(args), done.stderr.decode()))
    return done


def answer(folder, *args):
    text = run(folder, *args).stdout
    doc = json.loads(text) if text else {}
    doc.pop("inputs", None)
    doc.get("provenance", {}).pop("run", None)
    return doc


def main():
    T = tempfile.mkdtemp()
    try:
        store, here = os.path.join(T, "store"), os.path.join(T, "here")
        os.makedirs(store)
        os.makedirs(here)
        url = serve(store)
        for name in os.listdir(DATA):
            if name.startswith("PCL01.") and ".bam" in name or ".cram" in name:
                shutil.copy(os.path.join(DATA, name), store)
        local = lambda name: os.path.join(store, name)
        dna = answer(here, "--dna", local("PCL01.dna.bam"))
        check("the sample itself", dna)
        for threads in ("-@1", "-@3"):
            check("indexed BAM " + threads, answer(here, "--dna", url + "PCL01.dna.bam", threads) == dna)
            check("signed URL " + threads, answer(here, "--dna", url + "PCL01.dna.bam?key=a.b/c", threads) == dna)
            check("indexed CRAM " + threads, answer(here, "--dna", url + "PCL01.dna.cram", threads) == dna)
        shutil.copy(local("PCL01.dna.bam"), local("noindex.bam"))
        check("streamed BAM", answer(here, "--dna", url + "noindex.bam", "-@2") == dna)
        check("named index", answer(here, "--dna", url + "noindex.bam##idx##" + url + "PCL01.dna.bam.bai") == dna)
        lost = run(here, "--dna", url + "noindex.bam?dropped=150000", good=False)
        check("a line that is lost, streamed", lost.returncode == 1 and b"noindex.bam" in lost.stderr, lost.stderr)
        lost = run(here, "--dna", url + "PCL01.dna.bam?dropped=30000", good=False)
        check("a line that is lost, by index", (lost.returncode == 1 and b"PCL01.dna.bam" in lost.stderr) or
              (lost.returncode == 0 and json.loads(lost.stdout)["ras"] == dna["ras"]), lost.stderr)
        # Guards against: ranges.c read_range(): a short reply, or one that breaks off, passes for the end of the file
        for fault in ("cap", "drop", "busy"):
            same = errors = 0
            for _ in range(CUTS):
                Handler.fault = fault
                done = run(here, "--dna", url + "PCL01.dna.bam", "-q", good=False)
                Handler.fault = None
                doc = json.loads(done.stdout) if done.returncode == 0 else {}
                same += done.returncode == 0 and {**doc, "inputs": 0} == {**dna, "inputs": 0}
                errors += done.returncode == 1 and b"PCL01.dna.bam" in done.stderr and not done.stdout
            check("replies with fault %s: %d the same, %d errors" % (fault, same, errors),
                  same + errors == CUTS and (same == CUTS or fault != "cap") and same)
        # Guards against: reads_index.c: an index whose server is busy passes for none, or for a damaged one
        for name in ("PCL01.dna.bam", "PCL01.dna.cram"):
            Handler.index_busy = 3
            busy = run(here, "--dna", url + name, good=False)
            doc = json.loads(busy.stdout) if busy.returncode == 0 else {}
            check("an index at the fourth request, " + name, doc and doc["ras"] == dna["ras"] and b"index" not in busy.stderr, busy.stderr)
            Handler.index_busy = 10 ** 6
            busy = run(here, "--dna", url + name, good=False)
            check("an index that is refused, " + name, busy.returncode == 1 and
                  b"index cannot be fetched: the server is too busy (503)" in busy.stderr, busy.stderr)
            Handler.index_busy = 0
        # Guards against: remote.c: a server that goes silent holds the program for ever
        for name, wanted in (("PCL01.dna.bam?hung=40000", 6), ("PCL01.dna.bam?hung=100000", 6), ("noindex.bam?hung=0", 6)):
            start = time.monotonic()
            hung = run(here, "--dna", url + name, "--timeout", "2", good=False)
            took = time.monotonic() - start
            check("a silent server, " + name, hung.returncode == 1 and b"a server sent nothing for 2 s (--timeout)" in
                  hung.stderr and b"index is damaged" not in hung.stderr and took < wanted + 2, "%.1f s %s" % (took, hung.stderr))
        slow = run(here, "--dna", url + "PCL01.dna.bam", "--timeout", "0", good=False)
        check("no such time-out", slow.returncode == 2 and b"--timeout" in slow.stderr, slow.stderr)
        # an index of that name in the working directory belongs to another file
        with open(os.path.join(here, "PCL01.dna.bam.bai"), "wb") as out:
            out.write(b"not an index")
        check("a local index of that name", answer(here, "--dna", url + "PCL01.dna.bam") == dna)
        os.remove(os.path.join(here, "PCL01.dna.bam.bai"))
        gone = run(here, "--dna", url + "gone.bam", good=False)
        check("not there", gone.returncode == 1 and b"gone.bam: cannot be opened: the server has no such file (404)" in
              gone.stderr and not gone.stdout, gone.stderr)
        with open(local("PCL01.dna.bam"), "rb") as handle, open(local("cut.bam"), "wb") as out:
            data = handle.read()
            out.write(data[:len(data) // 2] + data[-28:])
        shutil.copy(local("PCL01.dna.bam.bai"), local("cut.bam.bai"))
        cut = run(here, "--dna", url + "cut.bam", good=False)
        check("index of a longer file", cut.returncode == 1 and b"cut.bam" in cut.stderr, cut.stderr)
        flipped = bytearray(data)
        flipped[len(data) * 6 // 10] ^= 8
        with open(local("flipped.bam"), "wb") as out:
            out.write(flipped)
        shutil.copy(local("PCL01.dna.bam.bai"), local("flipped.bam.bai"))
        bad = run(here, "--dna", url + "flipped.bam", good=False)
        check("one bit changed", bad.returncode == 1 and b"flipped.bam" in bad.stderr, bad.stderr)

        shutil.copy(local("PCL01.dna.bam"), local("whole.bam"))
        shutil.copy(local("PCL01.dna.bam.bai"), local("whole.bam.bai"))
        whole = run(here, "--dna", url + "whole.bam", good=False)
        check("a server without byte ranges", whole.returncode == 1 and re.search(
            rb"whole\.bam: .*; or its server does not send byte ranges\n", whole.stderr), whole.stderr)

        for kind in ("rna", "dna"):
            make_big(local("PCL01.%s.bam" % kind), local("big.bam"))
            size = os.path.getsize(local("big.bam"))
            # the index, opening and the blocks around each place of the panel cost nearly the same for any size: the
            # bound is 2 % of 1 GB
            most = SHARE * max(size, 1e9)
            here_read = answer(here, "--" + kind, local("big.bam"))
            for threads in ("-@1", "-@4"):
                Handler.sent = 0
                check("big BAM, %s %s" % (kind, threads),
                      here_read and answer(here, "--" + kind, url + "big.bam", threads) == here_read)
                print("big BAM, %s %s: %.0f MB, sent %.2f MB: %.2f %%" % (
                    kind, threads, size / 1e6, Handler.sent / 1e6, 100 * Handler.sent / size))
                check("share of the big BAM, %s %s" % (kind, threads), Handler.sent < most)
        check("nothing in the working directory", os.listdir(here) == [], os.listdir(here))
    finally:
        shutil.rmtree(T)
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


sys.exit(main())
