"""``gesture-wrist`` and ``gesture-strokes``: what a hand means, from motion and from a finger's line.

*wrist*: recordings as they come from a watch, a tenth of a second at once, through the detector; right is the gesture
and nothing else, and nothing at all where none was made. Gestures are those of simulated arms that training never drew
(no recordings of them are under a licence that would allow more); the movement that must be taken for none is that of
people whom training never saw, where ``BLUERILL_DATA`` has it, else simulated too.

*strokes*: lines drawn by people whom nobody looked at while the templates were drawn, where the public data is there;
else the device's own templates drawn by a shaking hand, which is easy and only shows that it works.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from time import perf_counter_ns

import numpy as np
from numpy.typing import NDArray

from ..wire import Answer
from ..work import Prepared, Wanted

Rows = NDArray[np.float64]
UNSEEN_HANDS = ("s08", "s09")
NONE = "nothing"
STEP = 10
"""Rows at once: a tenth of a second."""
LONGEST = 1000
"""Rows of one recording of people: ten seconds."""


def prepare_wrist(wanted: Wanted) -> Prepared:
    """Recordings of gestures and of none."""
    from ....models.train.gesture.arm import EVERYDAY, GESTURES, draw_arm, everyday, perform
    from ....models.train.gesture.recordings import UNSEEN_PEOPLE, people

    rng = np.random.default_rng([wanted.seed, 20_262])
    takes = 1 if wanted.quick else 4
    cases = [(perform(rng, draw_arm(rng), name).rows, name) for name in GESTURES for _ in range(takes)]
    count = max(4, len(cases) // 3)
    data = Path(os.environ.get("BLUERILL_DATA", ""))
    if os.environ.get("BLUERILL_DATA") and (data / "imu_watch_geotec").is_dir():
        whole = [recording.rows for recording in people(data, UNSEEN_PEOPLE)]
        pieces = [rows[at : at + LONGEST] for rows in whole for at in range(0, len(rows) - LONGEST + 1, LONGEST)]
        still = pieces[:: max(1, len(pieces) // count)][:count]
        told = "recordings of people who make none (imu_watch_geotec)"
    else:
        still = [everyday(rng, draw_arm(rng), EVERYDAY[number % len(EVERYDAY)]) for number in range(count)]
        told = "of simulated arms that make none"
    gestures = len(cases)
    cases += [(rows, NONE) for rows in still]
    for number, (rows, _) in enumerate(cases):
        np.save(wanted.folder / f"{number}.npy", rows)
    return Prepared(
        "gesture-wrist", ".works.gesture:WristWork", wanted.folder, len(cases), [name for _, name in cases], "exact",
        "right gestures", f"{gestures} gestures of unseen simulated arms, {len(still)} {told}", "recording",
    )  # fmt: skip


def prepare_strokes(wanted: Wanted) -> Prepared:
    """Lines and the shapes they are meant to be."""
    from ....modalities.gesture.recordings import stroke_points
    from ....modalities.gesture.strokes import shipped

    rng = np.random.default_rng([wanted.seed, 20_263])
    most = 48 if wanted.quick else 192
    data = Path(os.environ.get("BLUERILL_DATA", "")) / "touch_strokes_dollar1"
    if os.environ.get("BLUERILL_DATA") and data.is_dir():
        paths = [path for name in UNSEEN_HANDS for path in sorted((data / name / "medium").glob("*.xml"))]
        paths = [paths[at] for at in rng.permutation(len(paths))[:most]]
        cases = [(stroke_points(path), re.sub(r"\d+$", "", path.stem).replace("_", "-")) for path in paths]
        told = "strokes of people whom nobody looked at before ($1 logs)"
    else:
        lines = [(line, name) for name, variants in shipped().items() for line in variants]
        cases = [(_shaken(rng, lines[at % len(lines)][0]), lines[at % len(lines)][1]) for at in range(most)]
        told = "of the device's own templates, drawn by a shaking hand"
    for number, (points, _) in enumerate(cases):
        np.save(wanted.folder / f"{number}.npy", points)
    return Prepared(
        "gesture-strokes", ".works.gesture:StrokeWork", wanted.folder, len(cases), [name for _, name in cases],
        "exact", "right shapes", f"{len(cases)} {told}", "stroke",
    )  # fmt: skip


def _shaken(rng: np.random.Generator, line: Rows) -> Rows:
    """A line, a little turned, stretched, and drawn by a hand that is not steady."""
    along = np.linspace(0.0, 1.0, 40)
    corners = np.linspace(0.0, 1.0, len(line))
    drawn = np.stack([np.interp(along, corners, line[:, axis]) for axis in (0, 1)], axis=1)
    turn = rng.normal(0.0, 0.1)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    size = float(np.ptp(drawn, axis=0).max())
    moved: Rows = drawn @ rotation * rng.uniform(0.8, 1.2, 2) + rng.normal(0.0, 0.012 * size, drawn.shape)
    return moved


class WristWork:
    """Sees one recording an item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        from ....modalities.gesture.wrist import Networks

        self.versions: dict[str, str] = {}
        self._folder = folder
        self._networks = Networks.load()

    def run(self, item: int) -> Answer:
        from ....modalities.gesture.wrist import Stream
        from ....models.motion.example import Examples

        rows = np.load(self._folder / f"{item}.npy")
        stream = Stream(self._networks, Examples())
        began = perf_counter_ns()
        found = [seen for at in range(0, len(rows), STEP) for seen in stream.feed(rows[at : at + STEP])]
        took = perf_counter_ns() - began
        names = [seen.name for seen in found if seen.kind == "wrist"]
        return Answer(item, took, " and ".join(names) or NONE, extra={"motion_s": float(rows[-1, 0] - rows[0, 0])})

    def close(self) -> None:
        """Nothing is held."""


class StrokeWork:
    """Recognises one stroke an item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        from ....modalities.gesture.strokes import Strokes

        self.versions: dict[str, str] = {}
        self._folder = folder
        self._strokes = Strokes()

    def run(self, item: int) -> Answer:
        points = np.load(self._folder / f"{item}.npy")
        began = perf_counter_ns()
        match = self._strokes.recognise(points)
        return Answer(item, perf_counter_ns() - began, NONE if match is None else match.name)

    def close(self) -> None:
        """Nothing is held."""
