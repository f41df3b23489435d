#!/usr/bin/env python3
"""Makes src/report/report.png, the README's picture: the top of the demo's page of PCL01. Needs Chromium.

Usage: tests/pages/picture.py [PAGE [PNG]]   (default: demo/PCL01.html, after `make demo`)
"""
import base64
import pathlib
import sys

import browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 1100, 622


def main():
    page = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "demo/PCL01.html"
    out = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "src/report/report.png"
    program = browser.find()
    if not program or not page.exists():
        sys.exit(f"picture: no {'chromium' if page.exists() else page}")
    with browser.Browser(program) as chromium, chromium.open(page, WIDTH, HEIGHT) as shown:
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": 1}
        data = shown.call("Page.captureScreenshot", format="png", clip=clip)["data"]
    out.write_bytes(base64.b64decode(data))
    print(f"{out}: {out.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
