from __future__ import annotations

import pytest

from bluerill.agent.jobs.queue import MAX_ENDED, MAX_EVENTS, MAX_WAITING, Queue, Record
from bluerill.kernel.errors import CallerError


def record(state: str = "waiting", number: int = 0) -> Record:
    return Record(number, "index", "Index", state=state)  # type: ignore[arg-type]


def test_jobs_are_done_in_the_order_they_came_and_paused_ones_are_passed_over() -> None:
    queue = Queue()
    first, before = queue.add(record())
    assert (first.id, before) == (1, 0)
    second, before = queue.add(record())
    assert (second.id, before) == (2, 1)
    assert queue.next() == first
    queue.steer(1, "pause")
    assert queue.next() == second
    queue.steer(1, "resume")
    following = queue.next()
    assert following is not None
    assert following.id == 1


def test_numbers_go_on_after_a_restart() -> None:
    queue = Queue([record("done", 7), record("waiting", 3)])
    assert [each.id for each in queue] == [3, 7]
    assert queue.add(record())[0].id == 8


def test_the_queue_is_bounded_and_so_is_what_is_remembered() -> None:
    queue = Queue()
    for _ in range(MAX_WAITING):
        assert not queue.full()
        queue.add(record())
    assert f"{MAX_WAITING} jobs are waiting" in queue.full()
    queue.steer(1, "cancel")
    assert not queue.full()
    ended = Queue([record("done", number) for number in range(1, MAX_ENDED + 4)])
    assert [each.id for each in ended.forget_oldest()] == [1, 2, 3]
    assert len(list(ended)) == MAX_ENDED
    noted = record()
    for at in range(100):
        noted = noted.noted(at, "x" * 1000)
    assert len(noted.events) == MAX_EVENTS
    assert len(noted.events[-1].text) == 300


@pytest.mark.parametrize(
    ("state", "verb", "then"),
    [
        ("waiting", "cancel", "cancelled"),
        ("running", "cancel", "cancelled"),
        ("paused", "cancel", "cancelled"),
        ("running", "pause", "paused"),
        ("paused", "resume", "waiting"),
        ("failed", "resume", "waiting"),
        ("done", "cancel", None),
        ("done", "resume", None),
        ("paused", "pause", None),
        ("running", "forget", None),
    ],
)
def test_what_may_be_done_to_a_job_depends_on_its_state(state: str, verb: str, then: str | None) -> None:
    queue = Queue([record(state, 4)])
    if then is None:
        with pytest.raises(CallerError, match=f"job 4 is {state}"):
            queue.steer(4, verb)  # type: ignore[arg-type]
        assert queue.get(4).state == state
    else:
        assert queue.steer(4, verb).state == then  # type: ignore[arg-type]


def test_a_job_that_is_not_there_is_said_not_to_be() -> None:
    queue = Queue([record("done", 4)])
    queue.steer(4, "forget")
    with pytest.raises(CallerError, match="there is no job 4"):
        queue.get(4)
