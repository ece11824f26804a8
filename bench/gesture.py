"""Measures the hands: strokes, wrist gestures, activity, gestures by example, and what they cost.

    python -m bluerill.bench.gesture [--json] [--data FOLDER] [--takes N] [--only PART]

- *strokes*: the $1 logs of people s08 and s09, whom nobody looked at while the templates were drawn (s02 to s07 were
  looked at); with the shipped templates, with a few of the person's own added, and with shapes that only they know;
- *wrist*: gestures of simulated arms with seeds that training never drew; false alarms on simulated everyday life and
  on everyday recordings of 19 people (15 of them were trained on as examples of no gesture, 4 were not); with
  ``--folds`` also on all 19 by networks that never saw them (which trains: five minutes of a core, needs torch);
- *activity*: people s16 to s19, and BasicMotions by cross-validation (which trains, and so needs torch);
- *hand*: poses from landmarks, by blocks left out (which trains, and so needs torch);
- *examples*: gestures that no network knows, from 1, 3 and 5 examples; and PickupGestureWiimoteZ.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernel.errors import CallerError
from ..modalities.gesture.recordings import stroke_points
from ..modalities.gesture.strokes import MODELS, Strokes, shipped
from ..modalities.gesture.wrist import Networks, Stream
from ..models.motion.activity import POSTURES
from ..models.motion.example import Examples, Segmenter, cut, distances, shape
from ..models.motion.hand import POSES
from ..models.motion.network import Panel
from ..models.train.gesture.arm import EVERYDAY, GESTURES, NOVEL, Arm, draw_arm, everyday, perform
from ..models.train.gesture.cases import posture_cases
from ..models.train.gesture.recordings import TRAIN_PEOPLE, UNSEEN_PEOPLE, evened, people, pickup
from .figures import percentile, share
from .one_axis import apart, by_kernels, everyone

Rows = NDArray[np.float64]
STROKE_SEEN, STROKE_UNSEEN = ("s02", "s03", "s04", "s05", "s06", "s07"), ("s08", "s09")
MERGED = np.array([0, 2, 1, 1, 2])
"""Five postures as still, walking, moving."""


def drawn(data: Path, names: Sequence[str]) -> Iterator[tuple[str, str, Rows]]:
    """Person, shape and points of every log."""
    for name in names:
        for path in sorted((data / "touch_strokes_dollar1" / name / "medium").glob("*.xml")):
            yield name, re.sub(r"\d+$", "", path.stem).replace("_", "-"), stroke_points(path)


def measure_strokes(data: Path) -> dict[str, Any]:
    result: dict[str, Any] = {}
    shipped, times = Strokes(), []
    for label, names in (("seen", STROKE_SEEN), ("unseen", STROKE_UNSEEN)):
        right = count = refused = 0
        for _, shape_name, points in drawn(data, names):
            began = time.thread_time()
            match = shipped.recognise(points)
            times.append((time.thread_time() - began) * 1000)
            count += 1
            refused += match is None
            right += match is not None and match.name == shape_name
        result[f"shipped templates, {label} people"] = {**share(right, count), "refused": refused}
    cases = list(drawn(data, STROKE_UNSEEN))
    for examples in (1, 3, 5):
        right = count = 0
        for seed in range(5):
            rng = np.random.default_rng(seed)
            for person in STROKE_UNSEEN:
                strokes, test = Strokes(), []
                for name in sorted({each[1] for each in cases}):
                    own = [points for who, what, points in cases if (who, what) == (person, name)]
                    order = rng.permutation(len(own))
                    strokes.add(name, [own[at] for at in order[:examples]])
                    test += [(name, own[at]) for at in order[examples:]]
                found = [strokes.recognise(points) for _, points in test]
                right += sum(m is not None and m.name == name for m, (name, _) in zip(found, test, strict=True))
                count += len(test)
        result[f"with {examples} of their own, unseen people"] = share(right, count)
    result["four shapes that only they know, unseen people"] = measure_own_shapes(cases)
    result["processor ms"] = {"p50": round(percentile(times, 0.5), 3), "p99": round(percentile(times, 0.99), 3)}
    return result


class Fewer(Panel):
    """The shipped networks as if they had never seen some shapes: what they gave these goes to the others."""

    def __init__(self, panel: Panel, without: Sequence[str]) -> None:
        self._panel = panel
        self._kept = [at for at, label in enumerate(panel.labels) if label not in without]
        self.labels = [panel.labels[at] for at in self._kept]

    def logs(self, windows: NDArray[Any]) -> NDArray[np.float32]:
        kept: NDArray[np.float32] = self._panel.logs(windows)[:, self._kept]
        return kept - np.logaddexp.reduce(kept, axis=1, keepdims=True)


def measure_own_shapes(cases: Sequence[tuple[str, str, Rows]]) -> dict[str, Any]:
    """Three examples of each of four shapes that the device does not have; all sixteen are drawn."""
    panel = Panel.load(sorted(MODELS.glob("*.npz")))
    names = sorted({each[1] for each in cases})
    result: dict[str, Any] = {}
    right, count = Counter[str](), Counter[str]()
    for seed in range(5):
        rng = np.random.default_rng(seed)
        for person in sorted({each[0] for each in cases}):
            new = [names[at] for at in rng.permutation(len(names))[:4]]
            strokes = Strokes({name: v for name, v in shipped().items() if name not in new}, Fewer(panel, new))
            test = []
            for name in names:
                own = [points for who, what, points in cases if (who, what) == (person, name)]
                order = rng.permutation(len(own))
                if name in new:
                    strokes.add(name, [own[at] for at in order[:3]])
                test += [(name, own[at]) for at in order[3:]]
            for name, points in test:
                match = strokes.recognise(points)
                kind = "theirs" if name in new else "the device's"
                count[kind] += 1
                right[kind] += match is not None and match.name == name
    for kind in sorted(count):
        result[kind] = share(right[kind], count[kind])
    return result


def streamed(networks: Networks, rows: Rows, step: int = 10) -> list[tuple[str, str]]:
    """(kind, name) of all that a live stream of these rows gives."""
    stream = Stream(networks, Examples())
    return [(s.kind, s.name) for at in range(0, len(rows), step) for s in stream.feed(rows[at : at + step])]


def wrist_of(found: list[tuple[str, str]]) -> list[str]:
    return [name for kind, name in found if kind == "wrist"]


def measure_wrist(data: Path, takes: int) -> dict[str, Any]:
    networks, rng = Networks.load(), np.random.default_rng(20_261)
    result: dict[str, Any] = {}
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for gesture in GESTURES:
        for _ in range(takes):
            found = wrist_of(streamed(networks, perform(rng, draw_arm(rng), gesture).rows))
            right[gesture] += found == [gesture]
            if found != [gesture]:
                wrong[f"{gesture} as {' and '.join(found) or 'nothing'}"] += 1
    result["unseen simulated arms"] = {
        **share(sum(right.values()), takes * len(GESTURES)),
        "each": {gesture: right[gesture] / takes for gesture in GESTURES},
        "wrong": dict(wrong.most_common(6)),
    }
    seconds, alarms = 0.0, Counter[str]()
    for kind in EVERYDAY:
        for _ in range(max(takes // 10, 2)):
            rows = everyday(rng, draw_arm(rng), kind, 30.0)
            seconds += float(rows[-1, 0])
            alarms.update(f"{name} in {kind}" for name in wrist_of(streamed(networks, rows)))
    turned, held = raises(rng, networks, takes * 2)
    result["raises that turn the glass by 30 degrees or more"] = share(held, turned)
    result["simulated everyday life"] = per_hour(sum(alarms.values()), seconds) | {"what": dict(alarms.most_common(6))}
    for label, names in (("15 people trained on", TRAIN_PEOPLE), ("4 unseen people", UNSEEN_PEOPLE)):
        seconds, count = 0.0, 0
        for recording in people(data, names):
            seconds += float(recording.rows[-1, 0])
            count += len(wrist_of(streamed(networks, recording.rows)))
        result[f"everyday recordings, {label}"] = per_hour(count, seconds)
    return result


def raises(rng: np.random.Generator, networks: Networks, count: int, least: float = 30.0) -> tuple[int, int]:
    """Of so many raises: how many turn the glass by at least ``least`` degrees, and how many of these are found. The
    others begin where the glass can nearly be seen."""
    turned = found = 0
    for _ in range(count):
        take = perform(rng, draw_arm(rng), "raise")
        acc, at = take.rows[:, 1:4], take.rows[:, 0]
        ends = [acc[at < take.begin].mean(axis=0), acc[at > take.end + 0.3].mean(axis=0)]
        one, other = (each / np.linalg.norm(each) for each in ends)
        if np.degrees(np.arccos(np.clip(one @ other, -1, 1))) >= least:
            turned += 1
            found += wrist_of(streamed(networks, take.rows)) == ["raise"]
    return turned, found


def measure_folds(data: Path) -> dict[str, Any]:
    """Alarms on everyone's recordings by networks that never saw them; which trains, and so needs torch."""
    try:
        from ..models.train.gesture.folds import left_out
    except ModuleNotFoundError as error:
        return {"everyday recordings, people left out": f"skipped: {error.name} is not installed (extra train)"}
    alarms, seconds, count = left_out(data)
    return {f"everyday recordings, {count} people, each left out": per_hour(alarms, seconds)}


def per_hour(count: int, seconds: float) -> dict[str, float]:
    """A rate, and what it can be at most (95 %; Poisson, exact for no alarms)."""
    hours = seconds / 3600
    most = 3.0 if not count else count + 1.96 * count**0.5 + 1.92
    return {
        "alarms": count,
        "minutes": round(hours * 60, 1),
        "an hour": round(count / hours, 2),
        "at most": round(most / hours, 1),
    }


def macro_f1(truth: NDArray[Any], found: NDArray[Any], count: int) -> tuple[float, list[float]]:
    each = [
        2 * float(((truth == n) & (found == n)).sum()) / max(float((truth == n).sum() + (found == n).sum()), 1.0)
        for n in range(count)
    ]
    return round(float(np.mean(each)), 4), [round(value, 3) for value in each]


def measure_activity(data: Path) -> dict[str, Any]:
    posture = Panel.load(POSTURES)
    windows, truth = posture_cases(people(data, UNSEEN_PEOPLE))
    found = np.concatenate([posture.chances(part).argmax(axis=1) for part in np.array_split(windows, 20)])
    five, each = macro_f1(truth, found, 5)
    three, merged = macro_f1(MERGED[truth], MERGED[found], 3)
    result: dict[str, Any] = {
        "unseen people, five labels": {"macro F1": five, "each": dict(zip(posture.labels, each, strict=True))},
        "unseen people, still / moving / walking": {"macro F1": three, "each": merged, "n": len(truth)},
    }
    try:
        from ..models.train.gesture.activity import cross_validated
    except ModuleNotFoundError as error:
        result["BasicMotions, cross-validated"] = f"skipped: {error.name} is not installed (extra train)"
    else:
        result["BasicMotions, cross-validated"] = share(*cross_validated(data))
    return result


def measure_hand(data: Path) -> dict[str, Any]:
    """Poses from landmarks, blocks of the recording left out whole; which trains, and so needs torch."""
    try:
        from ..models.train.gesture.poses import cross_validated as poses
    except ModuleNotFoundError as error:
        return {"poses": f"skipped: {error.name} is not installed (extra train)"}
    right, count, confused = poses(data)
    each = [round(float(row[at] / row.sum()), 3) for at, row in enumerate(confused)]
    return {"frames of blocks left out": {**share(right, count), "each": dict(zip(POSES, each, strict=True))}}


def example_of(rng: np.random.Generator, arm: Arm, name: str) -> Rows:
    """One movement, cut out as the device does; another one where nothing could be cut out."""
    while True:
        try:
            return cut(evened(perform(rng, arm, name, 0.8, 0.7).rows))
        except CallerError:
            continue


def measure_examples(data: Path, owners: int = 6) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for count in (1, 3, 5):
        rng = np.random.default_rng(7)
        right = accepted = mistaken = total = alarms = 0
        seconds = 0.0
        for _ in range(owners):
            arm, examples = draw_arm(rng), Examples()
            for name in NOVEL:
                for _ in range(count):
                    examples.add(name, example_of(rng, arm, name))
            for name in NOVEL:
                for _ in range(4):
                    movement = example_of(rng, arm, name)
                    near, taken = examples.nearest(movement), examples.recognise(movement)
                    total += 1
                    right += near is not None and near.name == name
                    accepted += taken is not None and taken.name == name
                    mistaken += taken is not None and taken.name != name
            for kind in EVERYDAY:
                rows = evened(everyday(rng, arm, kind, 15.0))
                seconds += len(rows) / 50
                alarms += sum(examples.recognise(movement) is not None for movement, _ in Segmenter().feed(rows))
        result[f"{count} examples"] = {
            "nearest": share(right, total)["accuracy"],
            "found and sure": share(accepted, total)["accuracy"],
            "taken for another": share(mistaken, total)["accuracy"],
            "n": total,
            "false alarms of ten gestures in simulated life": per_hour(alarms, seconds),
        }
    cases = pickup(data)
    shapes = np.array([flat(series) for series, _ in cases])
    ways = {
        "as the device compares": np.array([distances(shape, shapes) for shape in shapes]),
        "in four views of the one axis": apart([series for series, _ in cases]),
    }
    views = ways["in four views of the one axis"]
    ways["in four views and by random kernels"] = views / np.median(views) + by_kernels([each for each, _ in cases])
    labels = [each[1] for each in cases]
    for way, far in ways.items():
        for count in (1, 3, 4):
            result[f"PickupGestureWiimoteZ, {way}, {count} examples"] = nearest_of(far, labels, count)
        result[f"PickupGestureWiimoteZ, {way}, all others as examples"] = share(everyone(far, labels), len(labels))
    return result


def nearest_of(far: Rows, labels: Sequence[str], count: int) -> dict[str, Any]:
    """How often the nearest of so many examples of each label is right, over twenty draws of them."""
    right = total = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        known: list[int] = []
        test: list[int] = []
        for label in sorted(set(labels)):
            order = rng.permutation([at for at, each in enumerate(labels) if each == label]).tolist()
            known += order[:count]
            test += order[count:]
        for at in test:
            right += labels[known[int(np.argmin(far[at, known]))]] == labels[at]
        total += len(test)
    return share(right, total)


def flat(series: Rows) -> Rows:
    return shape((series - series.mean()) / (series.std() + 1e-6))


def measure_cost(data: Path) -> dict[str, Any]:
    """Processor time a second of stream, as it comes ten times a second."""
    networks = Networks.load()
    recordings = [recording.rows for recording in people(data, UNSEEN_PEOPLE)]
    still = np.zeros((6000, 7))
    still[:, 0], still[:, 3] = np.arange(6000) / 100, 9.81
    result = {}
    for label, streams in (("walking, sitting down, getting up", recordings), ("still", [still])):
        seconds = sum(float(rows[-1, 0]) for rows in streams)
        began = time.process_time()
        for rows in streams:
            streamed(networks, rows)
        result[f"{label}, % of a core"] = round((time.process_time() - began) / seconds * 100, 2)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA", "../shared/data")))
    parser.add_argument(
        "--only", metavar="PART", help="strokes, wrist, activity, examples, hand, cost or (with --folds) folds"
    )
    parser.add_argument("--folds", action="store_true", help="train networks without some people, and measure on them")
    parser.add_argument("--takes", type=int, default=200, help="simulated takes of each gesture")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not (args.data / "imu_watch_geotec").is_dir():
        raise SystemExit(f"{args.data}: expected the public recordings here; set BLUERILL_DATA")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "strokes": lambda: measure_strokes(args.data),
        "wrist": lambda: measure_wrist(args.data, args.takes),
        "activity": lambda: measure_activity(args.data),
        "examples": lambda: measure_examples(args.data),
        "hand": lambda: measure_hand(args.data),
        "cost": lambda: measure_cost(args.data),
    }
    if args.folds:
        parts["folds"] = lambda: measure_folds(args.data)
    report: dict[str, Any] = {}
    for name, measure in parts.items():
        if args.only not in (None, name):
            continue
        report[name] = measure()
        if not args.json:
            print(name)
            for what, value in report[name].items():
                print(f"  {what}: {json.dumps(value)}", flush=True)
    if args.json:
        print(json.dumps(report))


if __name__ == "__main__":
    main()
