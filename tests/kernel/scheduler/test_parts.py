"""The small parts: percentiles, costs, peaks, the queue, the backlog, timers, room."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluerill.kernel.limits import MIB
from bluerill.kernel.scheduler.backlog import Backlog
from bluerill.kernel.scheduler.calibration import Peaks
from bluerill.kernel.scheduler.costs import Costs
from bluerill.kernel.scheduler.events import Klass, Submit
from bluerill.kernel.scheduler.job import Job, Phase
from bluerill.kernel.scheduler.percentiles import Rolling
from bluerill.kernel.scheduler.queue import RankQueue
from bluerill.kernel.scheduler.resident import Resident
from bluerill.kernel.scheduler.room import Room
from bluerill.kernel.scheduler.timers import Due, Timers
from support.models import profile


def a_job(number: int, klass: Klass = Klass.INTERACTIVE, key: float = 0.0) -> Job:
    job = Job(Submit(number, "a", klass, 10, 10), Resident(profile("a")), 0.0, number, 10.0, 1.0)
    job.rank = (int(klass), key, number)
    return job


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(0, 1))
def test_a_percentile_is_that_of_the_last_values(values: list[float], share: float) -> None:
    rolling = Rolling(16)
    for value in values:
        rolling.add(value)
    last = sorted(values[-16:])
    assert len(rolling) == len(last)
    assert rolling.at(share, 0.0) == last[min(len(last) - 1, int(share * len(last)))]


def test_a_percentile_of_nothing_is_the_default() -> None:
    assert Rolling().at(0.5, 7.0) == 7.0


def test_costs_are_guesses_until_something_was_seen() -> None:
    costs = Costs(profile("a", prefill_tps=100.0, tpot_s=0.02, load_s=1.0, init_s=0.1))
    assert costs.load_s == pytest.approx(1.1)
    assert costs.service_s(100, 50) == pytest.approx(1.0 + 1.0)
    costs.saw_load(2.0)
    costs.saw_quantum(50, 0, 1.0, 1)
    costs.saw_quantum(0, 2, 0.1, 1)
    costs.saw_quantum(0, 2, 0.125, 2)  # as one of two sequences: 0.05 s a token again
    assert costs.load_s == 2.0
    assert costs.tpot_s == pytest.approx(0.05)
    assert costs.service_s(100, 50) == pytest.approx(2.0 + 2.5)
    assert costs.quantum(0.02) == 1
    assert costs.quantum(0.26) == 6


def test_expected_length_is_the_ninetieth_percentile_and_never_nothing() -> None:
    costs = Costs(profile("a"))
    for tokens in range(1, 11):
        costs.saw_length(tokens)
    assert costs.expect_out(500) == 10
    assert costs.expect_out(4) == 4
    assert costs.expect_out(500, so_far=30) == 1  # longer than expected: there is at least one more
    assert costs.expect_out(30, so_far=30) == 0


def test_peaks_reserve_the_largest_of_the_last_with_a_margin() -> None:
    peaks = Peaks()
    assert peaks.reserve(50, 70) == (50, 70)
    peaks.add(100, 0)
    peaks.add(40, 60)
    assert peaks.reserve(50, 70) == (105, 60)
    peaks.clear()
    assert peaks.reserve(50, 70) == (50, 70)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["push", "remove"]), st.integers(0, 30), st.floats(0, 9))))
def test_the_queue_is_a_sorted_list(steps: list[tuple[str, int, float]]) -> None:
    queue, jobs, model = RankQueue(), [a_job(number) for number in range(31)], set[int]()
    for what, number, key in steps:
        job = jobs[number]
        if what == "push":
            job.rank = (1, key, number)
            queue.push(job)
            model.add(number)
        else:
            queue.remove(job)
            model.discard(number)
        head = min((jobs[n] for n in model), key=lambda each: each.rank, default=None)
        assert queue.head() is head
        assert len(queue) == len(model)
        assert {job.id for job in queue} == model


def test_the_backlog_counts_what_goes_before() -> None:
    backlog = Backlog()
    jobs = [a_job(1, Klass.VOICE, 5.0), a_job(2, key=3.0), a_job(3, key=8.0), a_job(4, Klass.BACKGROUND, 1.0)]
    for job in jobs:
        backlog.add(job, 10.0)
    assert backlog.ahead(Klass.VOICE, 1.0) == 0.0
    assert backlog.ahead(Klass.INTERACTIVE, 5.0) == 20.0
    assert backlog.ahead(Klass.BACKGROUND, float("inf")) == 40.0
    backlog.update(jobs[1], 4.0)
    assert backlog.ahead(Klass.INTERACTIVE, 5.0) == 14.0
    for job in jobs:
        backlog.remove(job)
    assert backlog.ahead(Klass.BACKGROUND, float("inf")) == 0.0


def test_timers_come_in_order_and_those_of_ended_jobs_are_swept() -> None:
    timers = Timers()
    jobs = [a_job(number) for number in range(1000)]
    for job in jobs:
        timers.at(2000.0 - job.id, Due.EXPIRE, job)
        job.phase = Phase.ENDED
    assert len(timers) < 600
    timers.at(2.0, Due.LOOK)
    timers.at(1.0, Due.WATCH)
    assert timers.pop(0.5) is None
    assert timers.pop(3.0) == (Due.WATCH, None)
    assert timers.pop(3.0) == (Due.LOOK, None)


def test_a_smaller_budget_counts_at_once_and_the_ledger_follows() -> None:
    room = Room(400 * MIB)
    room.reserve("a", 100 * MIB, 0)
    room.reserve("b", 100 * MIB, 0)
    room.rebudget(200 * MIB)
    assert room.available == 182 * MIB - 200 * MIB
    assert room.ledger.budget == 400 * MIB
    assert room.resize("a", 101 * MIB, 0) is None
    assert room.resize("a", 50 * MIB, 0) is not None
    assert room.ledger.budget == 200 * MIB
    room.release("b")
    assert room.available == 132 * MIB
    assert room.held("b") == 0
