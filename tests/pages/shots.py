#!/usr/bin/env python3
"""Pictures of report pages to look at: shots.py FOLDER PAGE.html...

Writes PAGE.phone.png, .laptop.png, .dark.png and .pdf (A4) of each page into FOLDER.
"""
import pathlib
import sys

import browser

VIEWS = (("phone", 390, 844, False), ("laptop", 1280, 800, False), ("dark", 1280, 800, True))


def main():
    program = browser.find()
    if len(sys.argv) < 3 or not program:
        sys.exit(__doc__ if program else "shots: no chromium")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with browser.Browser(program) as chromium:
        for page in map(pathlib.Path, sys.argv[2:]):
            for name, width, height, dark in VIEWS:
                with chromium.open(page, width, height, dark) as shown:
                    shown.picture(folder / f"{page.stem}.{name}.png")
            with chromium.open(page) as shown:
                shown.pdf(folder / f"{page.stem}.pdf")


if __name__ == "__main__":
    main()
