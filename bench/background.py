"""What background work costs a voice: how long the recogniser may be busy with a recording when somebody speaks.

``python -m bluerill.bench.background``. Measured is computing time of the process, not time on the clock, so that what
else the machine does changes nothing. A recording is heard in pieces of at most ``LONGEST_S`` (``voice/pieces.py``);
what a voice can have to wait for is the longest single step of that: taking a quarter of a second of sound, or the
final decode of a piece. The samples of somebody who speaks meanwhile are kept, so a turn longer than that step is
answered no later.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from ..agent.jobs.clerk import ASK_BYTES
from ..modalities.voice.messages import RATE
from ..modalities.voice.pieces import LONGEST_S
from ..models.engines.espeak import EspeakEngine
from ..models.engines.registry import open_engine

SENTENCES = (
    "set a timer for five minutes", "what time is it", "add milk to the shopping list", "turn the volume down",
    "remind me to call the dentist tomorrow at nine", "what is the weather in paris", "stop", "start a stopwatch",
)  # fmt: skip
PIECES = 12


def piece(voice: EspeakEngine, first: int) -> bytes:
    """As much rendered speech as the longest piece holds."""
    parts: list[np.ndarray] = []
    size = int(LONGEST_S * RATE)
    while sum(map(len, parts)) < size:
        parts.append(np.asarray(voice.say(SENTENCES[(first + len(parts)) % len(SENTENCES)]), np.float64))
    sound = np.concatenate(parts)[:size] + np.random.default_rng(first).normal(0, 20, size)
    return np.clip(sound, -32_767, 32_767).astype("<i2").tobytes()


def main() -> int:
    """Print the steps and their computing time."""
    voice = EspeakEngine("en-us", 150)
    taking: list[float] = []
    deciding: list[float] = []
    with TemporaryDirectory() as cache:
        engine = open_engine("auto", cache=Path(cache))
        engine.learn(list(SENTENCES), "bench")
        for number in range(PIECES):
            pcm = piece(voice, number)
            engine.start()
            for at in range(0, len(pcm), ASK_BYTES):
                began = time.process_time()
                engine.feed(pcm[at : at + ASK_BYTES])
                taking.append(time.process_time() - began)
            began = time.process_time()
            engine.finish()
            deciding.append(time.process_time() - began)
        engine.close()
    for what, times in (("taking 0.26 s of sound", taking), (f"deciding a piece of {LONGEST_S:g} s", deciding)):
        print(f"{what:28} p50 {median(times) * 1e3:6.1f} ms   most {max(times) * 1e3:6.1f} ms of computing")
    print(f"goal: no step above half a second; {'met' if max(taking + deciding) <= 0.5 else 'not met'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
