"""The trace ring and its export."""

from __future__ import annotations

import json
import timeit
from itertools import pairwise
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.limits import MAX_FRAME_BYTES
from bluerill.kernel.message import Lane
from bluerill.kernel.trace import (
    ASK,
    COUNT,
    DONE,
    FAIL,
    HANDLE,
    MARK,
    NOTIFY,
    REPLY,
    TELL,
    Trace,
    TraceEvent,
    pack_events,
    perfetto,
    unpack_events,
)

MS = 1_000_000

TURN: list[TraceEvent] = [
    (0 * MS, TELL, "voice.transcript", "asr", 7, (1, Lane.INTERACTIVE, "session")),
    (1 * MS, HANDLE, "voice.transcript", "session", 7, (1, Lane.INTERACTIVE, "asr")),
    (2 * MS, ASK, "agent.plan", "session", 7, (2, Lane.INTERACTIVE, "planner")),
    (3 * MS, HANDLE, "agent.plan", "planner", 7, (2, Lane.INTERACTIVE, "session")),
    (4 * MS, MARK, "matched", "planner", 7, ("timer",)),
    (5 * MS, DONE, "agent.plan", "planner", 7, (2,)),
    (6 * MS, REPLY, "agent.plan", "session", 7, (2,)),
    (7 * MS, ASK, "skills.run", "session", 7, (3, Lane.BACKGROUND, "skills")),
    (8 * MS, COUNT, "reserved", "kernel", 0, (123,)),
    (9 * MS, FAIL, "skills.run", "session", 7, (3,)),
    (10 * MS, DONE, "voice.transcript", "session", 7, (1,)),
]


def exported(events: list[TraceEvent], **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(perfetto(events, **more))["traceEvents"]
    return found


def test_the_ring_keeps_the_newest_and_counts_what_it_dropped() -> None:
    trace = Trace(4)
    for n in range(10):
        trace.record(n, MARK, str(n), "me")
    assert [event[0] for event in trace.events()] == [6, 7, 8, 9]
    assert (trace.recorded, trace.dropped) == (10, 6)
    trace.clear()
    assert (trace.events(), trace.recorded, trace.dropped) == ([], 0, 0)
    with pytest.raises(CallerError):
        Trace(0)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 8, 9])
def test_events_are_in_order_at_every_fill(count: int) -> None:
    trace = Trace(4)
    for n in range(count):
        trace.record(n, MARK, "", "me")
    assert [event[0] for event in trace.events()] == list(range(max(0, count - 4), count))


def test_recording_is_cheap() -> None:
    trace = Trace()
    best = min(timeit.repeat(lambda: trace.record(1, ASK, "a.b", "me", 1, (1,)), number=20_000, repeat=5)) / 20_000
    assert best < 2e-6  # measured 0.2 us; the margin is for a busy machine


def test_messages_per_second_looks_at_the_last_second_only() -> None:
    trace = Trace(1000)
    for n in range(100):
        trace.record(n * 100 * MS, TELL if n % 2 else MARK, "m", "me")  # five messages a second
    assert trace.messages_per_s(99 * 100 * MS) == pytest.approx(5, abs=1)
    assert trace.messages_per_s(60_000 * MS) == 0


def test_messages_per_second_of_a_ring_that_wrapped_uses_the_time_it_covers() -> None:
    trace = Trace(100)
    for n in range(1000):
        trace.record(n * MS, NOTIFY, "n", "me")  # a thousand a second, the ring covers a tenth
    assert trace.messages_per_s(1000 * MS) == pytest.approx(1000, rel=0.02)
    assert Trace().messages_per_s(0) == 0


def test_the_export_follows_the_trace_event_format() -> None:
    needed = {
        "X": {"name", "cat", "ts", "dur", "pid", "tid"},
        "i": {"name", "cat", "ts", "pid", "tid", "s"},
        "s": {"name", "cat", "ts", "pid", "tid", "id"},
        "t": {"name", "cat", "ts", "pid", "tid", "id"},
        "f": {"name", "cat", "ts", "pid", "tid", "id", "bp"},
        "C": {"name", "ts", "pid", "args"},
        "M": {"name", "pid", "args"},
    }
    for event in exported(TURN):
        assert needed[event["ph"]] <= set(event), event
        assert isinstance(event["pid"], int)
        assert event.get("ts", 0) >= 0
        assert event.get("dur", 0) >= 0
        if event["ph"] == "i":
            assert event["s"] in "gpt"


def test_slices_have_their_length_lane_and_outcome() -> None:
    slices = {(e["name"], e["cat"].split(",")[0]): e for e in exported(TURN) if e["ph"] == "X"}
    assert set(slices) == {
        ("voice.transcript", "handle"),
        ("agent.plan", "ask"),
        ("agent.plan", "handle"),
        ("skills.run", "ask"),
    }
    asked = slices["agent.plan", "ask"]
    assert (asked["ts"], asked["dur"], asked["cat"]) == (2000.0, 4000.0, "ask,interactive")
    failed = slices["skills.run", "ask"]
    assert (failed["args"]["outcome"], failed["args"]["to"], failed["cat"]) == ("fail", "skills", "ask,background")


def test_a_flow_leads_from_ask_through_handle_to_reply() -> None:
    flow = [e for e in exported(TURN) if e.get("id") == "7.2"]
    assert [(e["ph"], e["ts"]) for e in sorted(flow, key=lambda e: e["ts"])] == [
        ("s", 2000.0),
        ("t", 3000.0),
        ("f", 6000.0),
    ]
    # every point lies within a slice of its thread, or Perfetto drops it
    slices = [e for e in exported(TURN) if e["ph"] == "X"]
    for point in flow:
        assert any(s["tid"] == point["tid"] and s["ts"] <= point["ts"] <= s["ts"] + s["dur"] for s in slices), point


def test_a_tell_flows_to_its_handler() -> None:
    flow = sorted((e for e in exported(TURN) if e.get("id") == "7.1"), key=lambda e: e["ts"])
    assert [e["ph"] for e in flow] == ["s", "t"]


def test_slices_of_one_thread_never_overlap_partly() -> None:
    # four overlapping asks, ending in another order than they began
    events: list[TraceEvent] = [(n * MS, ASK, "a.b", "me", 1, (n, Lane.INTERACTIVE, "you")) for n in range(4)]
    events += [((10 + order) * MS, REPLY, "a.b", "me", 1, (n,)) for order, n in enumerate([0, 3, 1, 2])]
    by_thread: dict[int, list[tuple[float, float]]] = {}
    for event in exported(events):
        if event["ph"] == "X":
            by_thread.setdefault(event["tid"], []).append((event["ts"], event["ts"] + event["dur"]))
    assert len(by_thread) == 4
    for spans in by_thread.values():
        spans.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_processes_and_threads_are_named() -> None:
    named = [e for e in exported(TURN, processes={"asr": (4242, "asr#3")}) if e["ph"] == "M"]
    assert {e["pid"]: e["args"]["name"] for e in named if e["name"] == "process_name"} == {1: "core", 4242: "asr#3"}
    threads = {e["args"]["name"] for e in named if e["name"] == "thread_name"}
    assert {"asr", "session", "session asks", "planner"} <= threads


def test_a_cut_trace_exports_what_it_has() -> None:
    assert exported([]) == []
    assert [e["ph"] for e in exported([(5, DONE, "a.b", "me", 1, (1,))]) if e["ph"] != "M"] == []
    unfinished = [e for e in exported([(5, HANDLE, "a.b", "me", 1, (1, 1, "you"))]) if e["ph"] == "X"]
    assert unfinished[0]["args"]["outcome"] == "unfinished"
    assert json.loads(perfetto([], dropped=3))["otherData"]["dropped_events"] == 3


def test_events_of_a_child_carry_its_own_name_and_fit_a_frame() -> None:
    trace = Trace()
    for n in range(5000):
        trace.record(n, ASK, "a.b" * 20, "somebody-else", 1, (n, Lane.CONTROL, "you" * 20))
    data = pack_events(trace)
    assert len(data) <= MAX_FRAME_BYTES // 2
    events = unpack_events(data, "asr")
    assert {event[3] for event in events} == {"asr"}
    assert events[-1][0] == 4999
    assert unpack_events(b"garbage", "asr") == []
    assert unpack_events(data[:-1], "asr") == []
