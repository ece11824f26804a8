from __future__ import annotations

from bluerill.bench.capped.compare import compare
from bluerill.bench.capped.rows import Quality
from support.capped import a_death, a_row


def reps(ms: float, count: int = 5) -> list[float]:
    """Repetitions that differ as starts do."""
    return [ms * (1 + 0.04 * (number % 3 - 1)) for number in range(count)]


def test_a_run_differs_from_itself_by_nothing() -> None:
    rows = [a_row(rep=rep, ms=ms) for rep, ms in enumerate(reps(2.0))]
    [found] = compare(rows, rows)
    assert (found.verdict, found.ratio, found.thin) == ("noise", 1.0, False)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 1.0 < found.high


def test_twice_as_slow_is_no_noise_and_the_interval_holds_two() -> None:
    one = [a_row(rep=rep, ms=ms) for rep, ms in enumerate(reps(2.0))]
    other = [a_row(rep=rep, ms=ms) for rep, ms in enumerate(reps(4.0))]
    [slower], [faster] = compare(one, other), compare(other, one)
    assert (slower.verdict, faster.verdict) == ("slower", "faster")
    assert (slower.low or 0) <= 2.0 <= (slower.high or 0)


def test_within_what_starts_differ_by_is_noise() -> None:
    one = [a_row(rep=rep, ms=ms) for rep, ms in enumerate(reps(2.00))]
    other = [a_row(rep=rep, ms=ms) for rep, ms in enumerate(reps(2.02))]
    assert compare(one, other)[0].verdict == "noise"


def test_one_repetition_makes_nothing_sure() -> None:
    assert compare([a_row()], [a_row()])[0].verdict == "noise"
    [found] = compare([a_row()], [a_row(ms=4.0)])
    assert (found.thin, found.verdict) == (True, "unsure")


def test_life_and_death_are_told_apart() -> None:
    assert compare([a_row(cap=16)], [a_death()])[0].verdict == "dies"
    assert compare([a_death()], [a_row(cap=16)])[0].verdict == "lives"
    assert compare([a_death()], [a_death()])[0].verdict == "noise"


def test_qualities_differ_when_their_intervals_do_not_meet() -> None:
    worse = Quality("exact call", 0.5, 200, "higher", "sentences", 0.43, 0.57)
    assert compare([a_row()], [a_row(quality=worse)])[0].quality_apart
    assert not compare([a_row()], [a_row()])[0].quality_apart


def test_only_what_both_have_is_compared() -> None:
    assert [each.cap for each in compare([a_row(cap=32), a_row(cap=64)], [a_row(cap=64)])] == [64 << 20]
