"""What a person sees of failures: one line, and a watch that goes on; alarms that ring once, whatever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from journeys.browser import chromium, needs_chromium, watch_page
from journeys.test_first_light import SAID, microphone_file, running_watch, wait_for_asr

pytestmark = [pytest.mark.browser, pytest.mark.audio, needs_chromium]


def bluerill(home: Path, *words: str) -> str:
    """Run the command line on a home and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bluerill", *words],
        env={**os.environ, "BLUERILL_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pid_of(home: Path, service: str) -> int:
    rows = json.loads(bluerill(home, "top", "--json"))["services"]
    return next(int(row["pid"]) for row in rows if row["name"] == service)


def test_killing_the_recogniser_mid_utterance_is_one_error_and_the_next_works(own_home: Path, tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader", reason="espeakng-loader (extra speak) renders the voice")
    from bluerill.models.engines.espeak import EspeakEngine

    sound = microphone_file(EspeakEngine("en-us", 150).say(SAID).tobytes(), tmp_path / "microphone.wav")
    with (
        running_watch(own_home) as (_, url),
        chromium(sound, loop=True) as browser,
        watch_page(browser, url) as watching,
    ):
        page = watching.page
        wait_for_asr(page)
        victim = pid_of(own_home, "asr")
        page.click("#mic")
        page.wait_for_function(
            "() => !['', 'Listening…'].includes(document.getElementById('live').textContent.trim())", timeout=30_000
        )
        os.kill(victim, signal.SIGKILL)
        page.wait_for_function(
            """() => /asr|listen/.test(document.getElementById('problem').textContent
            + document.getElementById('log').textContent)""",
            timeout=30_000,
        )
        wait_for_asr(page)
        assert page.locator("#log .call").count() == 0
        page.click("#mic")
        page.wait_for_selector("#log .call", timeout=60_000)
        assert "start_timer" in page.inner_text("#plan")
        assert pid_of(own_home, "asr") != victim


def test_a_timer_that_fell_due_while_the_watch_was_dead_rings_late_and_once(own_home: Path) -> None:
    with running_watch(own_home) as (process, _):
        bluerill(own_home, "ask", "set a timer for one second")
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with running_watch(own_home) as (process, url), chromium() as browser, watch_page(browser, url) as watching:
        watching.page.wait_for_selector("#ring-buttons:not([hidden])", timeout=30_000)
        watching.page.click("#dismiss")
        watching.page.wait_for_selector("#ring-buttons", state="hidden", timeout=10_000)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with running_watch(own_home) as (_, url), chromium() as browser, watch_page(browser, url) as watching:
        watching.page.wait_for_selector("#services .dot.running", timeout=30_000)
        assert watching.page.is_hidden("#ring-buttons")
        left = json.loads(bluerill(own_home, "ask", "--json", "how long is left on my timer"))
        assert "no timer" in left["reply"].lower()


@pytest.mark.parametrize("victim", ["screen", "web"])
def test_a_page_sees_the_ring_again_after_its_process_died(own_home: Path, victim: str) -> None:
    with running_watch(own_home) as (_, url), chromium() as browser, watch_page(browser, url) as watching:
        page = watching.page
        bluerill(own_home, "ask", "set a timer for one second called tea")
        page.wait_for_selector("#ring-buttons:not([hidden])", timeout=30_000)
        bluerill(own_home, "ask", "set a timer for ten minutes called eggs")
        before = pid_of(own_home, victim)
        page.evaluate("() => { document.getElementById('ring-buttons').hidden = true; }")
        os.kill(before, signal.SIGKILL)
        page.wait_for_selector("#ring-buttons:not([hidden])", timeout=30_000)
        assert pid_of(own_home, victim) != before
        page.click("#dismiss")
        page.wait_for_selector("#ring-buttons", state="hidden", timeout=10_000)
        label = "document.getElementById('glass').getAttribute('aria-label')"
        page.wait_for_function(f"() => /face|eggs/.test({label})")
        if "eggs" not in str(page.evaluate(f"() => {label}")):
            watching.touch(233, 233)  # a tap on the face shows the timers: it knows them again
        page.wait_for_function(f"() => /eggs/.test({label})")
