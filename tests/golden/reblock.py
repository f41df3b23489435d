#!/usr/bin/env python3
"""Cuts the same BAM into other blocks.

  reblock.py IN OUT cuts      blocks of any size: records lie over their ends; some blocks are empty
  reblock.py IN OUT tiny      blocks of a few bytes
  reblock.py IN OUT stored    full blocks that are not compressed, several end-of-file blocks
"""
import gzip
import random
import struct
import sys
import zlib


def block(data, level):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    return (b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(packed) + 25) + packed +
            struct.pack("<II", zlib.crc32(data), len(data)))


def main(source, target, way):
    with gzip.open(source) as handle:
        data = handle.read()
    rng, at = random.Random(3), 0
    with open(target, "wb") as out:
        while at < len(data):
            size = {"cuts": rng.randrange(1, 65000), "tiny": rng.randrange(1, 900), "stored": 65200}[way]
            out.write(block(data[at:at + size], 0 if way == "stored" else 1))
            at += size
            if way == "cuts" and rng.random() < 0.1:
                out.write(block(b"", 6))
        for _ in range(3 if way == "stored" else 1):
            out.write(block(b"", 6))


main(*sys.argv[1:])
