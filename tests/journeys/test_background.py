"""A long recording is written down in the background: a voice comes first, and not even a kill stops it.

No browser here: ``bluerill watch`` runs as a person would run it, ``bluerill talk`` speaks to its ears.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from bluerill.agent.jobs.messages import GetJob, GetJobs, JobDetail, Jobs, JobView
from bluerill.kernel.message import Body
from bluerill.kernel.status import GetStatus, Status
from bluerill.watch.control import SocketFront
from journeys.test_first_light import running_watch
from journeys.test_recovery import bluerill

pytestmark = [pytest.mark.audio, pytest.mark.process]
R = TypeVar("R", bound=Body)
SENTENCES = ("set a timer for five minutes", "what time is it", "add milk to the shopping list", "turn the volume down")
ROUNDS = 3


def write(path: Path, parts: list[Any]) -> Path:
    """Sound with a little noise as a WAV."""
    sound = np.concatenate(parts).astype(float)
    sound += np.random.default_rng(1).normal(0, 20, len(sound))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.clip(sound, -32_767, 32_767).astype("<i2").tobytes())
    return path


def ask(home: Path, to: str, body: Body, expect: type[R]) -> R:
    """Ask the running device through its control socket, as the command line does."""

    async def asked() -> R:
        front = await SocketFront.connect(str(home / "device.sock"))
        try:
            return await front.ask(to, body, expect, within=30.0)
        finally:
            await front.close()

    return asyncio.run(asked())


def the_job(home: Path) -> JobView:
    [job] = ask(home, "jobs", GetJobs(), Jobs).jobs
    return job


def until(home: Path, done: Callable[[JobView], bool], within_s: float = 400.0) -> JobView:
    """The job, as soon as it is as it should be."""
    end = time.monotonic() + within_s
    while True:
        job = the_job(home)
        if done(job):
            return job
        assert job.state in ("waiting", "running"), job
        assert time.monotonic() < end, f"it took more than {within_s:.0f} s: {job}"
        time.sleep(0.1)


def wait_for(home: Path, *names: str) -> None:
    """Until these services run (the first start builds the recogniser's language model)."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        status = ask(home, "kernel", GetStatus(), Status)
        if all(each.state == "running" for each in status.services if each.name in names):
            return
        time.sleep(0.1)
    pytest.fail(f"{names} do not run")


def test_a_recording_is_written_down_while_a_timer_is_spoken_and_after_a_kill(own_home: Path, tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader", reason="espeakng-loader (extra speak) renders the voice")
    from bluerill.models.engines.espeak import EspeakEngine

    voice = EspeakEngine("en-us", 150)
    silence = np.zeros(24_000)
    said = [voice.say(text) for text in SENTENCES]
    recording = write(tmp_path / "long.wav", [part for _ in range(ROUNDS) for each in said for part in (each, silence)])
    request = write(tmp_path / "request.wav", [silence, voice.say("set a timer for ten minutes"), silence])

    with running_watch(own_home) as (process, _):
        wait_for(own_home, "ears", "asr")
        bluerill(own_home, "jobs", "add", "transcribe", str(recording))
        before = until(own_home, lambda job: job.done > 0)
        turn = json.loads(bluerill(own_home, "talk", str(request), "--json").splitlines()[0])
        assert turn["calls"][0]["name"] == "start_timer"
        assert turn["calls"][0]["arguments"] == {"duration": "PT10M"}
        after = the_job(own_home)
        assert after.state == "running", "the recording was not long enough to be in the way"
        assert after.steps >= before.steps
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    with running_watch(own_home):
        assert the_job(own_home).steps >= after.steps
        job = until(own_home, lambda job: job.state == "done")
        lines = ask(own_home, "jobs", GetJob(job.id), JobDetail).lines
        assert any("goes on after a restart" in line.text for line in lines)
        left = json.loads(bluerill(own_home, "ask", "--json", "how long is left on my timer"))
        assert "minutes" in left["reply"]

    written = (tmp_path / "long.wav.txt").read_text().splitlines()
    times = [line.split("  ")[0] for line in written]
    assert times == sorted(set(times)), "a piece is there twice"
    texts = [line.split("  ")[1] for line in written]
    assert len(texts) == ROUNDS * len(SENTENCES)
    assert sum(text in SENTENCES for text in texts) >= len(texts) * 3 / 4, texts
    assert texts.count(SENTENCES[0]) == ROUNDS


def test_the_command_line_follows_a_job_to_its_end_without_a_running_device(own_home: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "BLUERILL_HOME": str(own_home)}
    bluerill(own_home, "ask", "take a note the car is on level three")
    bluerill(own_home, "jobs", "add", "index")  # kept, not done
    kept = json.loads(bluerill(own_home, "jobs", "list", "--json"))["jobs"]
    assert [job["state"] for job in kept] == ["waiting"]
    detail = json.loads(bluerill(own_home, "jobs", "add", "summarise", "--wait", "--json"))
    assert detail["value"]["picked"] == ["the car is on level three"]
    assert "the car is on level three" in bluerill(own_home, "jobs", "find", "car")
    refused = subprocess.run(
        [sys.executable, "-m", "bluerill", "jobs", "add", "infer", "--model", "m", "--input", "no", "--output", "out",
         "--wait"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "expected a file, found nothing" in refused.stdout
