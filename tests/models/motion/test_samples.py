"""Even samples from uneven ones: jitter, gaps, nonsense and clocks that go back."""

from __future__ import annotations

import numpy as np
import pytest

from bluerill.models.motion.samples import MOST_ACC, RATE, Steady, mirrored


def rows(times: np.ndarray) -> np.ndarray:
    """Rows whose x acceleration is the time."""
    made: np.ndarray = np.c_[times, times, np.zeros((len(times), 5))]
    return made


def test_uneven_rows_become_even_however_they_come_in() -> None:
    rng = np.random.default_rng(1)
    times = np.sort(rng.uniform(0, 3, 300))
    whole = np.concatenate(Steady().feed(rows(times)))
    steady = Steady()
    parts = np.concatenate([piece for at in range(0, 300, 7) for piece in steady.feed(rows(times[at : at + 7]))])
    assert np.allclose(whole, parts)
    assert np.allclose(np.diff(whole[:, 0]), 1 / RATE)
    assert steady.gaps == steady.dropped == 0


def test_a_gap_begins_a_new_piece_and_nothing_is_guessed_in_it() -> None:
    steady = Steady()
    times = np.r_[np.arange(0, 1, 0.01), np.arange(5, 6, 0.01)]
    first, second = steady.feed(rows(times))
    assert steady.broke == [True, True]
    assert first[-1, 0] < 1
    assert second[0, 0] >= 5
    assert steady.ends == pytest.approx([0.98, 5.98])


def test_what_is_no_number_or_goes_back_is_dropped_and_counted() -> None:
    steady = Steady()
    given = rows(np.arange(0, 1, 0.01))
    given[10, 3] = np.nan
    given[20, 0] = 0.05
    given[30, 1] = 1e9
    even = np.concatenate(steady.feed(given))
    assert steady.dropped == 2
    assert np.isfinite(even).all()
    assert even[:, 0].max() == MOST_ACC


def test_a_clock_that_begins_anew_begins_a_new_piece() -> None:
    steady = Steady()
    steady.feed(rows(np.arange(100, 101, 0.01)))
    again = [piece for at in range(5) for piece in steady.feed(rows(np.arange(0.1 * at, 0.1 * at + 0.1, 0.01)))]
    assert sum(map(len, again)) > 10


def test_a_right_wrist_is_a_left_one_in_a_mirror() -> None:
    some = np.arange(12.0).reshape(2, 6)
    assert np.array_equal(mirrored(mirrored(some)), some)
    assert mirrored(some)[0].tolist() == [-0.0, 1, 2, 3, -4, -5]
