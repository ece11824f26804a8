"""What drawing costs, and whether it is repeatable."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from .check import Metric
from .face import Face
from .renderer import FaceRenderer
from .subject import SIDE, device

FRAME_LIMIT_MS: Final = 16.0
FRAMES: Final = 120


def frame_time(face: Face) -> Iterator[Metric]:
    """Processor time of a frame at 466 by 466: 95 of 100 of two minutes at the face's own rate, the first left out."""
    times = frame_times(face, FRAMES)
    p95 = sorted(times)[int(len(times) * 0.95)]
    yield Metric("frame_time_p95", round(p95, 2), "ms", FRAME_LIMIT_MS, p95 <= FRAME_LIMIT_MS, profile="live")
    renderer = FaceRenderer(face, (SIDE, SIDE))
    renderer.draw(device(10, 58, 30))
    yield Metric("pictures_a_second", round(1 / max(renderer.period, 1 / 30), 3), "")


def frame_times(face: Face, count: int) -> list[float]:
    """Milliseconds of processor time of frames one after the other, each as far from the last as the face itself says,
    a frame of 30 a second to a second."""
    renderer = FaceRenderer(face, (SIDE, SIDE))
    now = device(10, 58, 30)
    renderer.draw(now)
    times = []
    for _ in range(count):
        now = now._replace(moment=now.moment + timedelta(seconds=min(max(renderer.period, 1 / 30), 1.0)))
        begin = time.thread_time()
        renderer.draw(now)
        times.append((time.thread_time() - begin) * 1000)
    return times


def deterministic(face: Face) -> Iterator[Metric]:
    """Whether two renderers draw the same pixels at the same moment, active and ambient; the value is their hash."""
    hashes = []
    for _ in range(2):
        renderer = FaceRenderer(face, (SIDE, SIDE))
        digest = hashlib.sha256()
        for ambient in (False, True):
            digest.update(renderer.draw(device(10, 8, 36, ambient=ambient), still=True).tobytes())
        hashes.append(digest.hexdigest()[:16])
    yield Metric("deterministic", hashes[0], "", None, hashes[0] == hashes[1])
