"""How long a frame of the glass takes: draw, compare, encode; per stage, as p50 and p95 in milliseconds.

    python -m bluerill.bench.screen

The figure to hold is 16 ms (one frame at 60 Hz) at 466 x 466, per stage, after the first frame.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from ..agent.messages import Show, State
from ..modalities.screen.encode import Differ
from ..modalities.screen.faces import bundled
from ..modalities.screen.renderer import Renderer
from ..modalities.screen.scene import Scene
from ..skills.messages import Card, Glance, RingView, TimerView

START = 1_795_170_576.0
"""A fixed Unix time (2026-11-20 10:29:36 UTC), so that two runs draw the same."""


def _glance() -> Glance:
    return Glance(battery=82, steps=6204, heart_rate=72, weather="12° light rain", next_alarm="2026-11-21T07:00")


def _stages() -> dict[str, Callable[[Scene], None]]:
    timer = TimerView("1", "Tea", 600, ends_at=START + 400)
    return {
        "analog": lambda scene: None,
        "digital": lambda scene: scene.turn_faces(1, START - 9),
        "minimal": lambda scene: scene.turn_faces(2, START - 9),
        "face change": lambda scene: None,
        "listening": lambda scene: scene.state(State("listening", "set a timer for ten minutes"), START),
        "thinking": lambda scene: scene.state(State("thinking", "set a timer for ten minutes"), START),
        "card": lambda scene: scene.show(Show(Card("weather", "Berlin", "12° and light rain until four"), 60), START),
        "timer": lambda scene: (scene.glance(Glance(timers=[timer])), scene.show(Show(Card("timer"), 60), START))[0],
        "ring": lambda scene: scene.glance(Glance(rings=[RingView("a", "alarm", "Wake up")])),
    }


def measure(frames: int = 150, *, side: int = 466, fps: int = 30) -> dict[str, dict[str, float]]:
    """Per stage: p50, p95 and worst frame time in ms, and bytes a frame."""
    results: dict[str, dict[str, float]] = {}
    for name, prepare in _stages().items():
        scene = Scene(bundled(), zone="UTC", fps=fps)
        scene.glance(_glance())
        scene.touched_at = START
        renderer, differ = Renderer(scene, side), Differ()
        prepare(scene)
        differ.patch(renderer.draw(START), moving=False)
        times: list[float] = []
        sizes: list[int] = []
        for frame in range(1, frames + 1):
            now = START + frame / fps
            if name == "face change" and frame % 8 == 1:
                scene.turn_faces(1, now)
            begin = time.perf_counter()
            patch = differ.patch(renderer.draw(now), moving=True)
            times.append((time.perf_counter() - begin) * 1000)
            sizes.append(len(patch.data) if patch is not None else 0)
        ranked = sorted(times)
        results[name] = {
            "p50_ms": round(statistics.median(ranked), 2),
            "p95_ms": round(ranked[int(len(ranked) * 0.95)], 2),
            "max_ms": round(ranked[-1], 2),
            "bytes": round(statistics.mean(sizes)),
        }
    return results


def main(arguments: list[str] | None = None) -> int:
    """Print the table, or one JSON document with ``--json``."""
    results: dict[str, Any] = measure()
    if "--json" in (sys.argv[1:] if arguments is None else arguments):
        print(json.dumps({"bench": "screen", "side": 466, "stages": results}))
        return 0
    print(f"{'stage':<14}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}{'bytes':>8}")
    for name, row in results.items():
        print(f"{name:<14}{row['p50_ms']:>8}{row['p95_ms']:>8}{row['max_ms']:>8}{row['bytes']:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
