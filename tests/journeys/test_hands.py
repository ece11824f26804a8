"""Hands and eyes: a finger, a recorded wrist and a dropped picture, in a real browser, on a whole device.

What is asserted: what the page says was made of them, and the rows of the durable store.
"""

from __future__ import annotations

import base64
import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bluerill.models.train.gesture.arm import draw_arm, perform
from bluerill.watch.cli import main
from journeys.browser import Watching, chromium, needs_chromium, watch_page
from journeys.test_first_light import microphone_file, running_watch, wait_for_asr

pytestmark = [pytest.mark.browser, pytest.mark.process, needs_chromium]

DROP = """([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@contextmanager
def whole_watch(home: Path) -> Iterator[Watching]:
    """A page of a whole device."""
    home.mkdir()
    (home / "gestures.toml").write_text('star = "ask add a note star gazing"\n')
    with running_watch(home) as (_, url), chromium() as browser, watch_page(browser, url) as watching:
        yield watching
        assert watching.complaints == []


def drop(watch: Watching, path: Path, kind: str) -> None:
    watch.page.evaluate(DROP, [path.name, kind, base64.b64encode(path.read_bytes()).decode()])


def draw(watch: Watching, points: list[tuple[float, float]]) -> None:
    """Draw on the glass, in its own pixels."""
    box = watch.page.locator("#glass").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"] / 466, box["y"] + y * box["height"] / 466) for x, y in points]
    mouse = watch.page.mouse
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=8)
    mouse.up()


def double_tap(watch: Watching) -> None:
    """Twice on the glass, as fast as a hand, however slow the machine."""
    box = watch.page.locator("#glass").bounding_box()
    assert box is not None
    watch.page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)


def wait_made(watch: Watching, gesture: str, meaning: str) -> None:
    watch.page.wait_for_function(
        """([gesture, meaning]) => [...document.querySelectorAll('#made li')]
        .some((line) => line.firstChild.textContent === gesture && line.lastChild.textContent.startsWith(meaning))""",
        arg=[gesture, meaning],
        timeout=30_000,
    )


def ask(watch: Watching, words: str) -> None:
    watch.page.fill("#words", words)
    watch.page.click(".send")


def stored(home: Path, skill: str) -> list[str]:
    """The rows of a skill in the store of a watch that is off: key and value."""
    with sqlite3.connect(f"file:{home / 'store' / 'store.db'}?mode=ro", uri=True) as database:
        rows = database.execute("select key, value from rows where space = ?", (f"skills/{skill}",))
        return [f"{key} {bytes(value).decode()}" for key, value in rows]


def keep(watch: Watching, name: str) -> None:
    folder = os.environ.get("BLUERILL_SHOTS")
    if folder:
        watch.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def wait_rings(watch: Watching) -> None:
    ask(watch, "set a timer for one second")
    watch.page.wait_for_selector("#ring-buttons:not([hidden])", timeout=30_000)


def test_a_finger_turns_faces_draws_and_dismisses(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with whole_watch(home) as watch:
        draw(watch, [(330, 233), (130, 233)])
        wait_made(watch, "swipe-left", "nothing")
        watch.page.wait_for_function(
            "() => document.querySelector('#faces button[aria-pressed=true]').textContent === 'digital'"
        )
        turns = [math.radians(144 * n - 144) for n in range(6)]
        draw(watch, [(233 + 130 * math.sin(turn), 240 - 130 * math.cos(turn)) for turn in turns])
        wait_made(watch, "star", "ask add a note star gazing")
        watch.page.wait_for_selector(".log .mine small:has-text('by star')")
        wait_rings(watch)
        double_tap(watch)
        wait_made(watch, "double-tap", "dismiss")
        watch.page.wait_for_selector("#ring-buttons", state="hidden")
        keep(watch, "gestures")
    assert any("star gazing" in row for row in stored(home, "notes"))
    assert not any("ringing" in row for row in stored(home, "timers"))


def test_a_recorded_double_flick_dismisses_what_rings(tmp_path: Path) -> None:
    home, recording = tmp_path / "home", tmp_path / "flick.csv"
    rng = np.random.default_rng(3)
    rows = perform(rng, draw_arm(rng), "double-flick").rows
    np.savetxt(recording, rows, delimiter=",", header="t,ax,ay,az,gx,gy,gz", comments="", fmt="%.5f")
    with whole_watch(home) as watch:
        wait_rings(watch)
        drop(watch, recording, "text/csv")
        wait_made(watch, "double-flick", "dismiss")
        watch.page.wait_for_selector("#ring-buttons", state="hidden")
    assert not any("ringing" in row for row in stored(home, "timers"))


def poster(path: Path) -> Path:
    picture = Image.new("RGB", (900, 500), "#fff8e0")
    said = "Dentist appointment\n30 November 2031\n9:30"
    ImageDraw.Draw(picture).multiline_text((60, 80), said, fill="black", font_size=64)
    picture.save(path)
    return path


def test_a_picture_and_words_are_one_turn_that_a_double_tap_agrees_to(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr", reason="rapidocr is not installed: pip install 'bluerill[see]'")
    home = tmp_path / "home"
    with whole_watch(home) as watch:
        drop(watch, poster(tmp_path / "poster.png"), "image/png")
        watch.page.wait_for_selector("#picture:not([hidden])")
        ask(watch, "remind me of this")  # while it is still being looked at
        watch.page.wait_for_selector(".log .choice", timeout=60_000)
        assert "Dentist appointment" in watch.page.locator("#picture-words").inner_text()
        keep(watch, "picture")
        double_tap(watch)
        wait_made(watch, "double-tap", "yes")
        watch.page.wait_for_selector(".log .mine small:has-text('by double-tap')")
    (row,) = [row for row in stored(home, "reminders") if "dentist" in row and not row.startswith("~")]
    assert "2031-11-30T09:30" in row


def recorder(home: Path, path: Path) -> subprocess.Popen[str]:
    """``bluerill record`` beside the watch, once it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bluerill", "record", str(path), "--json"],
        env={**os.environ, "BLUERILL_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "Ctrl-C ends it" in process.stderr.readline()
    return process


def test_a_session_of_the_page_is_recorded_and_comes_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, session = tmp_path / "home", tmp_path / "session.jsonl"
    with whole_watch(home) as watch:
        process = recorder(home, session)
        ask(watch, "add milk and bread to my shopping list")
        watch.page.wait_for_selector(".log .mine", timeout=30_000)
        watch.page.wait_for_function("() => document.querySelector('#glass').ariaLabel.includes('milk')")
        box = watch.page.locator("#glass").bounding_box()
        assert box is not None
        watch.page.mouse.click(box["x"] + 180 * box["width"] / 466, box["y"] + 291 * box["height"] / 466)
        wait_made(watch, "tap", "nothing")
        keep(watch, "marked")
        ask(watch, "cross that off")
        watch.page.wait_for_selector(".log .mine small:has-text('bread that was touched')", timeout=30_000)
        watch.page.click("#h-inject")
        watch.page.select_option("#clock select", "3600")
        watch.page.click("#clock .solid")
        watch.page.wait_for_function("() => document.querySelector('#clocked').textContent.includes('3600 times')")
        keep(watch, "clock")
        watch.page.click("#clock-now")
        watch.page.wait_for_function("() => document.querySelector('#clocked').textContent.startsWith('as this')")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert json.loads(out)["turns"] == 2
    assert main(["replay", "--json", str(session)]) == 0, capsys.readouterr()
    told = json.loads(capsys.readouterr().out)
    assert told["equal"]
    assert all(told["parts"][part]["recorded"] for part in ("plans", "store", "screens", "words", "gestures"))


def test_a_picture_and_a_voice_are_one_turn(tmp_path: Path) -> None:
    """A dropped poster, and "remind me of this" into the microphone: it becomes a reminder of what the poster says."""
    pytest.importorskip("rapidocr", reason="rapidocr is not installed: pip install 'bluerill[see]'")
    pytest.importorskip("espeakng_loader", reason="espeakng-loader (extra speak) renders the voice")
    from bluerill.models.engines.espeak import EspeakEngine

    home = tmp_path / "home"
    home.mkdir()
    microphone = microphone_file(EspeakEngine("en-us", 150).say("remind me of this").tobytes(), tmp_path / "said.wav")
    with (
        running_watch(home) as (_, url),
        chromium(microphone) as browser,
        watch_page(browser, url) as watch,
    ):
        wait_for_asr(watch.page)
        drop(watch, poster(tmp_path / "poster.png"), "image/png")
        watch.page.wait_for_function(
            "() => document.querySelector('#picture-words').textContent.includes('Dentist')", timeout=60_000
        )
        watch.page.click("#mic")
        watch.page.wait_for_selector(".log .choice", timeout=60_000)
        assert "remind me of this" in watch.page.inner_text("#log").lower()
        keep(watch, "picture-and-voice")
        double_tap(watch)
        wait_made(watch, "double-tap", "yes")
        watch.page.wait_for_selector(".log .mine small:has-text('by double-tap')")
    (row,) = [row for row in stored(home, "reminders") if "dentist" in row and not row.startswith("~")]
    assert "2031-11-30T09:30" in row
