"""Real Chromium for journeys: found on the machine, driven by Playwright, with a WAV file as its microphone.

Import as ``from journeys.browser import chromium, needs_chromium``.
"""

from __future__ import annotations

import functools
import os
import shutil
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FLAGS = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Where the browser is: BLUERILL_CHROMIUM, else the PATH, else Debian's place; '' if nowhere."""
    named = os.environ.get("BLUERILL_CHROMIUM", "")
    places = [named] if named else [shutil.which(name) or "" for name in _NAMES] + ["/usr/bin/chromium"]
    return next((place for place in places if place and Path(place).is_file()), "")


needs_chromium = pytest.mark.skipif(
    not find_chromium(), reason="no Chromium on the PATH: apt-get install chromium (or set BLUERILL_CHROMIUM)"
)


@contextmanager
def chromium(microphone: Path | None = None, *, flags: Sequence[str] = (), loop: bool = False) -> Iterator[Browser]:
    """A headless browser; ``microphone`` is played once as the fake microphone (a tone without it)."""
    extra = [*flags]
    if microphone is not None:
        extra.append(f"--use-file-for-fake-audio-capture={microphone.resolve()}{'' if loop else '%noloop'}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*_FLAGS, *extra])
        try:
            yield browser
        finally:
            browser.close()


class Watching:
    """A page of the watch, with what it complained about."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("requestfailed", lambda request: self.complaints.append(f"failed {request.url}: {request.failure}"))

    def _console(self, message: ConsoleMessage) -> None:
        # Reading pixels back is the tests' own doing.
        if message.type in ("error", "warning") and "willReadFrequently" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def _error(self, error: Error) -> None:
        self.complaints.append(f"exception: {error}")

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """The colour of the glass at a place of its own pixels."""
        red, green, blue, _ = self.page.evaluate(
            "([x, y]) => [...document.getElementById('glass').getContext('2d').getImageData(x, y, 1, 1).data]", [x, y]
        )
        return (red, green, blue)

    def lit(self) -> float:
        """Share of the glass's pixels that are not black."""
        share: float = self.page.evaluate(
            """() => { const c = document.getElementById('glass');
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let n = 0; for (let i = 0; i < d.length; i += 4) if (d[i] + d[i + 1] + d[i + 2] > 24) n++;
            return n / (c.width * c.height); }"""
        )
        return share

    def touch(self, x: float, y: float) -> None:
        """A click on the glass at a place of its own pixels."""
        glass = self.page.locator("#glass")
        box = glass.bounding_box()
        size = self.page.evaluate("() => document.getElementById('glass').width")
        assert box is not None
        glass.click(position={"x": x * box["width"] / size, "y": y * box["height"] / size})

    def wait_connected(self) -> None:
        self.page.wait_for_selector("#link[data-state=open]")
        self.page.wait_for_function("() => document.getElementById('glass').dataset.seq !== undefined")


@contextmanager
def watch_page(
    browser: Browser, url: str, *, width: int = 1440, height: int = 900, dark: bool = False, **options: Any
) -> Iterator[Watching]:
    """Open the watch's link and wait until it shows a picture."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", **options
    )
    context.set_default_timeout(15_000)
    try:
        watching = Watching(context, context.new_page())
        watching.page.goto(url)
        watching.wait_connected()
        yield watching
    finally:
        context.close()


@functools.cache
def tone(folder: Path, seconds: float = 3.0) -> Path:
    """A 440 Hz tone as a 48 kHz WAV, for a microphone whose sound can be recognised by counting."""
    import array
    import math

    rate = 48_000
    samples = array.array(
        "h", (int(12000 * math.sin(2 * math.pi * 440 * i / rate)) for i in range(int(rate * seconds)))
    )
    path = folder / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path
