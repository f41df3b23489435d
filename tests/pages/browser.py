"""Headless Chromium driven over its debugging pipe: no driver program and no Python package is needed.

Messages are JSON objects, each ended by a NUL byte; the browser reads them on descriptor 3 and answers on 4
(Chrome DevTools Protocol). A Page keeps what the page did wrong: console errors, exceptions, and requests.
"""
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60  # seconds for one answer


class BrowserError(RuntimeError):
    pass


def find():
    """The browser's path, or None. $CHROMIUM names another one."""
    for name in (os.environ.get("CHROMIUM"),) + NAMES:
        path = name and shutil.which(name)
        if path:
            return path
    return None


class Browser:
    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="pages-browser-")
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()

        def place_descriptors():  # in the child: 3 is read, 4 is written
            os.dup2(to_read, 13)
            os.dup2(from_write, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-default-apps", "--force-color-profile=srgb",
             "--font-render-hinting=none", "--user-data-dir=" + self.folder, "--remote-debugging-pipe", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=place_descriptors)
        os.close(to_read)
        os.close(from_write)
        self.input, self.output = to_write, from_read
        self.buffer, self.number, self.pages = b"", 0, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (BrowserError, OSError):
            self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self.input)
        os.close(self.output)
        shutil.rmtree(self.folder, ignore_errors=True)

    def message(self, until):
        while b"\0" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.output], [], [], left)[0]:
                raise BrowserError("the browser does not answer")
            block = os.read(self.output, 1 << 20)
            if not block:
                raise BrowserError("the browser has ended")
            self.buffer += block
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, session=None, **parameters):
        self.number += 1
        number = self.number
        request = {"id": number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.input, data):]
        until = time.monotonic() + PATIENCE
        while True:
            answer = self.message(until)
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]
            self.happened(answer)

    def happened(self, event):
        page = self.pages.get(event.get("sessionId"))
        if page:
            page.happened(event["method"], event["params"])

    def wait_for(self, condition):
        until = time.monotonic() + PATIENCE
        while not condition():
            self.happened(self.message(until))

    def open(self, path, width=1280, height=900, dark=False, fragment=""):
        return Page(self, pathlib.Path(path).resolve().as_uri() + fragment, width, height, dark)


class Page:
    def __init__(self, browser, address, width, height, dark):
        self.browser, self.address = browser, address
        self.errors, self.requests, self.loaded = [], [], False
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.size(width, height, dark)
        self.started = time.monotonic()
        self.call("Page.navigate", url=address)
        browser.wait_for(lambda: self.loaded)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.pages.pop(self.session, None)
        self.browser.call("Target.closeTarget", targetId=self.target)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def happened(self, method, event):
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
            self.errors.append(" ".join(str(a.get("value", a.get("description"))) for a in event["args"]))
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            self.errors.append(event["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.errors.append("dialog: " + event["message"])
        elif method == "Network.requestWillBeSent" and event["request"]["url"] != self.address.split("#")[0]:
            self.requests.append(event["request"]["url"])

    def size(self, width, height, dark=False, touch=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.call("Emulation.setEmulatedMedia", media="",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def run(self, script):
        """The value of a JavaScript expression; promises are awaited."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(answer["exceptionDetails"].get("exception", {}).get("description", script))
        return answer["result"].get("value")

    def key(self, name, code=None, text=None, shift=False):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39,
                 "ArrowDown": 40}
        text = {"Enter": "\r", " ": " "}.get(name, text)
        event = {"key": name, "code": code or name, "windowsVirtualKeyCode": codes.get(name, 0),
                 "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", **event, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def picture(self, path, whole=True):
        clip = {}
        if whole:
            box = self.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"clip": {"x": 0, "y": 0, "width": box["width"], "height": box["height"], "scale": 1},
                    "captureBeyondViewport": True}
        data = self.call("Page.captureScreenshot", format="png", **clip)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def pdf(self, path=None):
        data = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
        data = base64.b64decode(data)
        if path:
            pathlib.Path(path).write_bytes(data)
        return data
