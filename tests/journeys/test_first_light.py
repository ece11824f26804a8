"""First light: a recorded voice enters a real browser, and the whole device answers. Nothing here is a stand-in.

The page runs in Chromium with a WAV file as its microphone; ``bluerill watch`` runs as a person would run it. What is
asserted: the transcript on the page, the plan, the row in the durable store, and the pixels of the timer card.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soxr
from playwright.sync_api import Page

from bluerill.modalities.screen.palette import AMBER
from bluerill.modalities.voice.audio import read_pcm
from journeys.browser import Watching, chromium, needs_chromium, watch_page

pytestmark = [pytest.mark.browser, pytest.mark.audio, needs_chromium]
SAID = "set a timer for five minutes"
RUNNING = (0.02, 0.5)
"""A running timer's card has a wide amber ring; a paused one's ring is grey, with one amber word in it."""
PAUSED = (0.001, 0.01)


@contextmanager
def running_watch(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``bluerill watch`` on a home of its own; its page's address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bluerill", "watch", "--no-browser", "--port", "0"],
        env={**os.environ, "BLUERILL_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), f"the watch did not start: {url!r}"
        yield process, url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def microphone_file(pcm: bytes, path: Path) -> Path:
    """A 48 kHz WAV with a little room noise around the speech: what a microphone of a quiet room would give."""
    speech = soxr.resample(np.frombuffer(pcm, "<i2").astype(np.float32), 16_000, 48_000)
    random = np.random.default_rng(1)
    samples = np.concatenate([np.zeros(48_000 // 2), speech, np.zeros(48_000 * 4)])
    samples = np.clip(samples + random.normal(0, 20, len(samples)), -32767, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples.tobytes())
    return path


class Spoken(NamedTuple):
    """A recording, what is typed before it, and what must come of it."""

    microphone: Path
    typed: str
    transcript: str
    call: str
    reply: str
    stored: str
    card: tuple[float, float]
    """Between which shares of the glass the timer card's amber must be."""


@pytest.fixture(params=["human", "espeak"])
def spoken(request: pytest.FixtureRequest, tmp_path: Path) -> Spoken:
    """A person's recording where the public data is there; a rendered voice in any case."""
    path = tmp_path / "microphone.wav"
    if request.param == "human":
        data: Path = request.getfixturevalue("data")
        pcm = read_pcm(data / "speech_misc" / "ha_commands" / "pause_timer.wav")
        return Spoken(microphone_file(pcm, path), SAID, "pause timer", "pause_timer", "paused", '"paused"', PAUSED)
    pytest.importorskip("espeakng_loader", reason="espeakng-loader (extra speak) renders the voice")
    from bluerill.models.engines.espeak import EspeakEngine

    pcm = EspeakEngine("en-us", 150).say(SAID).tobytes()
    return Spoken(microphone_file(pcm, path), "", "timer for five minutes", "start_timer", "5 minutes", "300", RUNNING)


def wait_for_asr(page: Page) -> None:
    """Until the monitor shows the recogniser running (the first start builds its language model)."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('#services tr')]
        .some(r => /^\\s*asr/.test(r.textContent) && /running/.test(r.textContent))""",
        timeout=60_000,
    )


def timer_rows(home: Path) -> list[str]:
    """The rows of the timers skill in the store, read past the device."""
    with sqlite3.connect(f"file:{home / 'store' / 'store.db'}?mode=ro", uri=True) as database:
        return [
            bytes(value).decode()
            for (value,) in database.execute("select value from rows where space = 'skills/timers'")
        ]


def share_of_hue(watching: Watching, colour: tuple[int, int, int]) -> float:
    """The share of the glass's pixels that have a colour's hue, however bright the watch's screen is set."""
    share: float = watching.page.evaluate(
        """([r, g, b]) => { const c = document.getElementById('glass'), most = Math.max(r, g, b);
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
        for (let i = 0; i < d.length; i += 4) {
          const m = Math.max(d[i], d[i + 1], d[i + 2]);
          if (m > 90 && Math.abs(d[i] / m - r / most) < 0.1 && Math.abs(d[i + 1] / m - g / most) < 0.1
              && Math.abs(d[i + 2] / m - b / most) < 0.1) n++;
        }
        return n / (c.width * c.height); }""",
        [*colour],
    )
    return share


def wait_for_hue(watching: Watching, colour: tuple[int, int, int], low: float, high: float) -> None:
    """Until the glass shows that much of a colour (cards slide in)."""
    for _look in range(50):
        if low < share_of_hue(watching, colour) < high:
            return
        watching.page.wait_for_timeout(100)
    raise AssertionError(f"{share_of_hue(watching, colour):.4f} of the glass has the colour, expected {low} to {high}")


def test_speak_to_the_watch_and_it_answers(spoken: Spoken, own_home: Path, tmp_path: Path) -> None:
    with (
        running_watch(own_home) as (_, url),
        chromium(spoken.microphone) as browser,
        watch_page(browser, url) as watching,
    ):
        page = watching.page
        wait_for_asr(page)
        calls = 0
        if spoken.typed:
            page.fill("#words", spoken.typed)
            page.press("#words", "Enter")
            page.wait_for_selector("#log .call")
            calls = 1
            wait_for_hue(watching, AMBER, *RUNNING)
        page.click("#mic")
        page.wait_for_function(f"() => document.querySelectorAll('#log .call').length > {calls}", timeout=60_000)
        said = page.inner_text("#log").lower()
        assert spoken.transcript in said
        assert spoken.call in page.inner_text("#plan")
        assert spoken.reply in said
        page.wait_for_function("() => document.querySelectorAll('#spans *').length > 0")
        wait_for_hue(watching, AMBER, *spoken.card)
        shots = Path(os.environ.get("BLUERILL_SHOTS") or tmp_path)
        page.screenshot(path=str(shots / f"first-light-{spoken.call}.png"))
        asked = subprocess.run(
            [sys.executable, "-m", "bluerill", "ask", "--json", "how long is left on my timer"],
            env={**os.environ, "BLUERILL_HOME": str(own_home)},
            capture_output=True,
            text=True,
            check=True,
        )
        answer = json.loads(asked.stdout)
        assert answer["calls"][0]["name"] == "timer_status"
        assert "error" not in answer["calls"][0]
        assert [c for c in watching.complaints if "bluetooth" not in c] == []
    rows = timer_rows(own_home)  # once the device, which holds the store alone, has ended
    assert any(spoken.stored in row for row in rows), rows
