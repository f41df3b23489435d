#!/usr/bin/env python3
"""usage: range_server.py FOLDER LOG      serves a folder on 127.0.0.1 as object stores do (byte ranges), prints the port,
and writes a line "PATH BYTES" for every answer. Ends with its standard input."""
import http.server
import os
import re
import sys
import threading

FOLDER, LOG = sys.argv[1:3]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        path = os.path.join(FOLDER, self.path.lstrip("/"))
        if not os.path.isfile(path):
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        size = os.path.getsize(path)
        asked = re.match(r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2]), size - 1) if asked and asked[2] else size - 1
        self.send_response(206 if asked else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        sent = 0
        if body:
            with open(path, "rb") as file:
                file.seek(first)
                try:
                    while sent < last - first + 1:
                        block = file.read(min(65536, last - first + 1 - sent))
                        self.wfile.write(block)
                        sent += len(block)
                except OSError:
                    self.close_connection = True  # the client has what it wanted
        with open(LOG, "a") as log:
            log.write(f"{self.path} {sent}\n")

    def do_GET(self):
        self.answer(True)

    def do_HEAD(self):
        self.answer(False)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
