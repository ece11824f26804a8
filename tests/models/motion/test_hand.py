"""Poses of the hand from landmarks."""

from __future__ import annotations

import numpy as np
import pytest

from bluerill.models.motion.hand import FEATURES, LANDMARKS, MODEL, POSES, Poses, settled
from bluerill.models.motion.network import Network


def hand(spread: float) -> np.ndarray:
    """A right hand seen from its back: fingers upwards, ``spread`` how far they reach."""
    points = [(0.0, 0.0), (-20, -10), (-35, -22), (-45, -32), (-52, -40)]
    for x in (-18, -5, 8, 20):
        points += [(x, -40), (x * 1.1, -40 - 15 * spread), (x * 1.2, -40 - 28 * spread), (x * 1.3, -40 - 40 * spread)]
    return np.array(points, float)


def test_place_size_and_side_make_no_difference() -> None:
    one = hand(1.0)
    others = np.stack([one, one * 7 + 300, one * np.array([-1, 1])])
    first, larger, left = settled(others)
    assert first.shape == (FEATURES,)
    np.testing.assert_allclose(first, larger, atol=1e-9)
    np.testing.assert_allclose(first, left, atol=1e-9)


def test_a_hand_without_extent_is_nothing() -> None:
    assert np.isfinite(settled(np.zeros((2, LANDMARKS, 2)))).all()


class Always(Network):
    """Sees what the first coordinate of the second landmark says."""

    def __init__(self) -> None:
        self.labels = list(POSES)
        self.sure = 0.95

    def chances(self, windows: np.ndarray) -> np.ndarray:
        wide = windows[:, 0, 2] < 0
        return np.array(
            [[self.sure, 0, 1 - self.sure, 0] if each else [0, self.sure, 0, 0] for each in wide], np.float32
        )


def frames(seconds: float, begin: float = 0.0) -> np.ndarray:
    at = np.arange(begin, begin + seconds, 0.1)
    one = hand(1.0)
    rows: np.ndarray = np.c_[at, np.tile(one.ravel(), (len(at), 1))]
    return rows


def test_a_pose_counts_when_it_is_held_and_once() -> None:
    poses = Poses(Always())
    assert poses.feed(frames(0.3)) == []
    (held,) = poses.feed(frames(2.0, 0.3))
    assert held.pose == "open-hand"
    assert held.at == pytest.approx(0.4)
    assert poses.feed(frames(1.0, 2.3)) == []
    assert [each.pose for each in poses.feed(frames(1.0, 9.0))] == ["open-hand"], "the hand was gone meanwhile"


def test_a_frame_that_nobody_could_read_does_not_end_a_pose() -> None:
    network = Always()
    poses = Poses(network)
    found = poses.feed(frames(1.0))
    network.sure = 0.4
    found += poses.feed(frames(0.2, 1.0))
    network.sure = 0.95
    found += poses.feed(frames(1.0, 1.2))
    assert [each.pose for each in found] == ["open-hand"]


def test_unsure_frames_and_nonsense_hold_nothing() -> None:
    network = Always()
    network.sure = 0.5
    assert Poses(network).feed(frames(3.0)) == []
    bad = frames(3.0)
    bad[:, 5] = np.nan
    assert Poses(Always()).feed(bad) == []
    backwards = frames(1.0)[::-1].copy()
    assert Poses(Always()).feed(backwards) == []


def test_the_shipped_network_knows_an_open_hand_from_a_fist() -> None:
    network = Network.load(MODEL)
    chances = network.chances(settled(np.stack([hand(1.2), hand(-0.5)]))[:, None])
    assert [POSES[int(np.argmax(row))] for row in chances] == ["open-hand", "fist"]
