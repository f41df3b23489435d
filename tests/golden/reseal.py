#!/usr/bin/env python3
"""reseal.py IN OUT OLD NEW: evidence with a text replaced (it must be there), its digest and checksum made to fit."""
import gzip
import re
import sys

PRIME, MASK = 0x100000001B3, (1 << 64) - 1


def short_hash(data):  # FNV-1a with the finaliser of MurmurHash3: ps_hash
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * PRIME) & MASK
    h = ((h ^ h >> 33) * 0xFF51AFD7ED558CCD) & MASK
    h = ((h ^ h >> 33) * 0xC4CEB9FE1A85EC53) & MASK
    return h ^ h >> 33


def long_hash(data):  # eight bytes at a time: ps_hash_long
    h, whole = 0xCBF29CE484222325 ^ len(data), len(data) // 8 * 8
    for at in range(0, whole, 8):
        h = ((h ^ int.from_bytes(data[at:at + 8], "little")) * 0x9E3779B97F4A7C15) & MASK
        h = (h << 31 | h >> 33) & MASK
    rest = short_hash(data[whole:])
    return short_hash(h.to_bytes(8, "little") + rest.to_bytes(8, "little"))


text = gzip.open(sys.argv[1], "rb").read()
old, new = (argument.encode() for argument in sys.argv[3:5])
assert old in text, old
text = text.replace(old, new)
content = text[text.index(b'"content":') + 10:text.rindex(b'\n,"checksum":"')]
text = re.sub(rb'"digest":"[0-9a-f]{16}","content"', b'"digest":"%016x","content"' % long_hash(content), text)
head = text[:text.rindex(b',"checksum":"')]
with open(sys.argv[2], "wb") as out:
    out.write(gzip.compress(head + b',"checksum":"%016x"}\n' % long_hash(head), mtime=0))
