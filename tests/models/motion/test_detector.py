"""The shipped networks on simulated arms that training never saw: gestures are found, everyday life is let pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.motion.activity import HELD, Activity
from bluerill.models.motion.detector import ENDS, MODELS, WINDOW, Detector, at_rest
from bluerill.models.motion.network import MAX_BYTES, Network, Panel
from bluerill.models.motion.samples import Steady
from bluerill.models.train.gesture.arm import GESTURES, draw_arm, everyday, perform

NETWORK = Panel.load(MODELS)


def found(rows: np.ndarray, step: int = 16) -> list[str]:
    """The gestures in rows that come a few at a time."""
    steady, detector = Steady(), Detector(NETWORK)
    names = []
    for at in range(0, len(rows), step):
        for number, piece in enumerate(steady.feed(rows[at : at + step])):
            names += [spotted.gesture for spotted in detector.feed(piece, steady.ends[number])]
    return names


@pytest.mark.parametrize("gesture", GESTURES)
def test_a_gesture_of_an_unseen_arm_is_found_once(gesture: str) -> None:
    rng = np.random.default_rng(99)
    takes = [perform(rng, draw_arm(rng), gesture).rows for _ in range(8)]
    assert sum(found(take) == [gesture] for take in takes) >= 7


def test_it_does_not_matter_how_the_rows_come() -> None:
    rng = np.random.default_rng(4)
    rows = perform(rng, draw_arm(rng), "double-flick").rows
    assert found(rows, 1) == found(rows, 7) == found(rows, 512) == ["double-flick"]


def test_typing_and_walking_are_no_gestures() -> None:
    rng = np.random.default_rng(5)
    for kind in ("type", "walk", "settle"):
        assert found(everyday(rng, draw_arm(rng), kind, 20.0)) == []


@pytest.mark.parametrize(
    ("gravity", "turning", "told"),
    [
        ((0.1, 0.3, 0.94), 0.3, True),
        ((0.1, 0.3, 0.94), 1.2, False),
        ((-0.8, 0.3, 0.5), 0.1, False),
        ((0, 1, 0), 0.1, False),
    ],
)
def test_a_raise_ends_with_the_glass_held_to_the_eyes(
    gravity: tuple[float, float, float], turning: float, told: bool
) -> None:
    rows = np.tile([*(9.81 * np.array(gravity)), turning, 0, 0], (20, 1))
    assert at_rest(rows, ENDS["raise"]) is told


def test_a_still_wrist_costs_nothing() -> None:
    detector = Detector(NETWORK)
    assert detector.feed(np.tile([0.1, 0.2, 9.8, 0, 0, 0.01], (40 * WINDOW, 1)), 60.0) == []
    assert detector.looked == 0


def test_activity_is_told_when_it_changes_and_only_then() -> None:
    activity, rng = Activity(), np.random.default_rng(2)
    still = np.tile([0.1, -3.0, 9.2, 0, 0, 0.0], (HELD + 500, 1)) + rng.normal(0, 0.03, (HELD + 500, 6))
    told = activity.feed(still, 0.0)
    assert [doing.activity for doing in told] == ["still"]
    assert activity.now == "still"


def test_a_file_that_is_no_network_is_refused_in_one_line(tmp_path: Path) -> None:
    bad, large = tmp_path / "bad.npz", tmp_path / "large.npz"
    bad.write_bytes(b"PK\x03\x04 nothing")
    large.write_bytes(bytes(MAX_BYTES + 1))
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, labels=np.array([{"a": 1}], dtype=object))
    for path in (bad, large, pickled, tmp_path / "gone.npz"):
        with pytest.raises(CallerError, match=path.name):
            Network.load(path)
