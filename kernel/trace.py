"""What happened, in a ring: the last TRACE_EVENTS events, cheap enough to be always on.

Recording is one tuple stored into a preallocated list; the oldest entry is overwritten and counted as dropped.
What has both ends (an ask and its reply, handling and its end) is one entry, recorded at the end: half the work for
each message, and a ring that reaches twice as far back. Nothing is formatted until somebody asks. Events are times on
CLOCK_MONOTONIC, which all processes of one host share, so that the rings of several processes can be laid side by
side.

An event is ``(ts_ns, phase, name, who, trace_id, args)``. Phases come in pairs that the export joins by message id:
the asker records ASK and later REPLY (or FAIL), the handler HANDLE and later DONE; TELL, NOTIFY, MARK stand alone,
and COUNT is a number over time. ``args`` is ``(message id, lane, peer)``, where the id may be anything hashable that
no other message of the trace shares: for ASK, HANDLE, TELL with the lane and the other party; for REPLY, FAIL, DONE
only the id is needed; for COUNT it is ``(value,)``; for the rest whatever is worth showing.

The export is the Trace Event Format (JSON array form inside an object; "Trace Event Format", Google, 2016), which
Perfetto and chrome://tracing read: "X" slices for handling and asking, "s"/"t"/"f" flows for the path of a message
from asker to handler and back, "M" names for processes and threads, "C" counters. Slices of one thread must nest, so
each service gets as many threads as it ever had overlapping work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from .errors import CallerError
from .limits import MAX_FRAME_BYTES, TRACE_EVENTS, TRACE_SHIPPED
from .message import Lane

ASK: Final = "ask"
REPLY: Final = "reply"
FAIL: Final = "fail"
HANDLE: Final = "handle"
DONE: Final = "done"
TELL: Final = "tell"
NOTIFY: Final = "notify"
MARK: Final = "mark"
COUNT: Final = "count"

MESSAGES: Final = frozenset({ASK, REPLY, FAIL, TELL, NOTIFY})
"""Phases that are a message being sent."""

TraceEvent = tuple[int, str, str, str, int, tuple[Any, ...]]
_Span = tuple[float, float, str, str, str, str, int, tuple[Any, ...]]
_OPENS: Final = {ASK: (REPLY, FAIL), HANDLE: (DONE,)}
_LANES: Final = {lane.value: lane.name.lower() for lane in Lane}


class Trace:
    """A ring of ``capacity`` events."""

    __slots__ = ("_at", "_ring", "_total", "capacity")

    def __init__(self, capacity: int = TRACE_EVENTS) -> None:
        if capacity < 1:
            raise CallerError(f"a trace keeps at least one event, got {capacity}")
        self.capacity = capacity
        self._ring: list[TraceEvent | _Span | None] = [None] * capacity
        self._at = 0
        self._total = 0

    def record(
        self, ts_ns: int, phase: str, name: str, who: str, trace_id: int = 0, args: tuple[Any, ...] = ()
    ) -> None:
        """Keep one event. ``name`` is the wire name or what is marked or counted, ``who`` the service."""
        at = self._at
        self._ring[at] = (ts_ns, phase, name, who, trace_id, args)
        at += 1
        if at == self.capacity:
            self._total += at
            at = 0
        self._at = at

    def span(
        self, began: float, ended: float, opens: str, closes: str, name: str, who: str, trace_id: int, *args: Any
    ) -> None:
        """Keep two events at once, ``opens`` at ``began`` and ``closes`` at ``ended`` (seconds on the same clock)."""
        at = self._at
        self._ring[at] = (began, ended, opens, closes, name, who, trace_id, args)
        at += 1
        if at == self.capacity:
            self._total += at
            at = 0
        self._at = at

    @property
    def recorded(self) -> int:
        """Entries ever recorded."""
        return self._total + self._at

    @property
    def dropped(self) -> int:
        """Entries overwritten by newer ones."""
        return max(0, self.recorded - self.capacity)

    def events(self) -> list[TraceEvent]:
        """What is kept, oldest first (a copy)."""
        ring = self._ring[self._at :] + self._ring[: self._at] if self._total else self._ring[: self._at]
        events: list[TraceEvent] = []
        for entry in ring:
            if entry is None:
                continue
            if len(entry) == 6:
                events.append(entry)
            else:
                began, ended, opens, closes, name, who, trace_id, args = entry
                events.append((int(began * 1e9), opens, name, who, trace_id, args))
                events.append((int(ended * 1e9), closes, name, who, trace_id, args))
        events.sort(key=_when)
        return events

    def clear(self) -> None:
        self._ring = [None] * self.capacity
        self._at = self._total = 0

    def messages_per_s(self, now_ns: int, window_s: float = 1.0) -> float:
        """Messages sent in the last ``window_s`` seconds, per second; over what the ring still covers if less."""
        since = now_ns - int(window_s * 1e9)
        count = 0
        oldest = now_ns
        for back in range(1, self.capacity + 1):
            entry = self._ring[self._at - back]
            if entry is None:
                break
            ts_ns = entry[0] if len(entry) == 6 else int(entry[1] * 1e9)
            if ts_ns < since:
                break
            oldest = ts_ns
            if len(entry) == 6:
                count += entry[1] in MESSAGES
            elif entry[2] == ASK:  # the question and its answer
                count += 2
        else:
            window_s = min(window_s, max((now_ns - oldest) / 1e9, 1e-6))
        return count / window_s


def _when(event: TraceEvent) -> int:
    return event[0]


def pack_events(trace: Trace, open_events: Iterable[TraceEvent] = ()) -> bytes:
    """The newest events of a child's ring, and those that are not in it yet, to be sent to the core.

    At most TRACE_SHIPPED, and never above a frame.
    """
    events = sorted([*trace.events(), *open_events], key=_when)[-TRACE_SHIPPED:]
    data = msgspec.msgpack.encode(events)
    while len(data) > MAX_FRAME_BYTES // 2:
        events = events[len(events) // 2 + 1 :]
        data = msgspec.msgpack.encode(events)
    return data


def unpack_events(data: bytes, who: str) -> list[TraceEvent]:
    """Events of the child ``who``; that name is put in, whatever they claim. What does not decode is no events."""
    try:
        events = msgspec.msgpack.decode(data, type=list[TraceEvent])
    except (msgspec.DecodeError, ValueError):
        return []
    return [(ts, phase, name, who, trace_id, args) for ts, phase, name, _, trace_id, args in events[:TRACE_SHIPPED]]


def perfetto(
    events: Iterable[TraceEvent], processes: Mapping[str, tuple[int, str]] | None = None, dropped: int = 0
) -> bytes:
    """Trace Event Format JSON of events from one or several rings.

    ``processes`` says in which process a service runs, as (pid, process name); a service not named there is in the core
    (process 1). ``dropped`` is shown in the metadata, so that a cut trace says that it is one.
    """
    ordered = sorted(events, key=lambda event: event[0])
    export = _Export(processes or {}, ordered[0][0] if ordered else 0)
    for event in ordered:
        export.add(event)
    export.finish(ordered[-1][0] if ordered else 0)
    return msgspec.json.encode(
        {"displayTimeUnit": "ms", "otherData": {"dropped_events": dropped}, "traceEvents": export.names + export.out}
    )


class _Export:
    """Turns events into trace event objects, in time order."""

    def __init__(self, processes: Mapping[str, tuple[int, str]], origin_ns: int) -> None:
        self.out: list[dict[str, Any]] = []
        self.names: list[dict[str, Any]] = []
        self._processes = processes
        self._origin = origin_ns
        self._seen: set[int] = set()
        self._tids: dict[tuple[str, str, int], int] = {}
        self._busy: dict[tuple[str, str], list[bool]] = {}
        self._open: dict[
            tuple[str, str, object], tuple[TraceEvent, int, int]
        ] = {}  # (kind, who, id) -> event, slot, tid

    def add(self, event: TraceEvent) -> None:
        ts_ns, phase, name, who, trace_id, args = event
        if phase in _OPENS:
            self._begin(event)
        elif phase in (REPLY, FAIL, DONE):
            self._end(event, HANDLE if phase == DONE else ASK)
        elif phase == COUNT:
            pid = self._process(who)
            value = args[0] if args else 0
            self.out.append({"ph": "C", "name": name, "pid": pid, "ts": self._us(ts_ns), "args": {name: value}})
        else:
            tid = self._thread(who, "handles", 0)
            shown = {"trace": trace_id, "args": [str(arg) for arg in args]}
            self.out.append(
                {
                    "ph": "i",
                    "s": "t",
                    "name": name,
                    "cat": phase,
                    "pid": self._process(who),
                    "tid": tid,
                    "ts": self._us(ts_ns),
                    "args": shown,
                }
            )
            if phase == TELL and args:
                self._flow("s", ts_ns, who, tid, args[0], trace_id)

    def finish(self, last_ns: int) -> None:
        """Close what never ended (still running, or its end was lost) at the end of the trace."""
        for (kind, _, _), (begun, _, tid) in list(self._open.items()):
            self._slice(begun, last_ns, tid, kind, "unfinished")

    def _begin(self, event: TraceEvent) -> None:
        ts_ns, kind, _, who, trace_id, args = event
        message = args[0] if args else 0
        row = "handles" if kind == HANDLE else "asks"
        busy = self._busy.setdefault((who, row), [])
        slot = busy.index(False) if False in busy else len(busy)
        if slot == len(busy):
            busy.append(True)
        busy[slot] = True
        tid = self._thread(who, row, slot)
        self._open[(kind, who, message)] = (event, slot, tid)
        self._flow("s" if kind == ASK else "t", ts_ns, who, tid, message, trace_id)

    def _end(self, event: TraceEvent, kind: str) -> None:
        ts_ns, phase, _, who, trace_id, args = event
        message = args[0] if args else 0
        found = self._open.pop((kind, who, message), None)
        if found is None:
            return  # its beginning was overwritten in the ring
        begun, slot, tid = found
        self._busy[(who, "handles" if kind == HANDLE else "asks")][slot] = False
        if kind == ASK:
            self._flow("f", ts_ns, who, tid, message, trace_id)
        self._slice(begun, ts_ns, tid, kind, phase)

    def _slice(self, begun: TraceEvent, end_ns: int, tid: int, kind: str, outcome: str) -> None:
        ts_ns, _, name, who, trace_id, args = begun
        lane = _LANES.get(args[1], "interactive") if len(args) > 1 else "interactive"
        shown = {"trace": trace_id, "message": args[0] if args else 0, "outcome": outcome}
        if len(args) > 2:
            shown["to" if kind == ASK else "from"] = str(args[2])
        self.out.append(
            {
                "ph": "X",
                "name": name,
                "cat": f"{kind},{lane}",
                "pid": self._process(who),
                "tid": tid,
                "ts": self._us(ts_ns),
                "dur": max(0, end_ns - ts_ns) / 1000,
                "args": shown,
            }
        )

    def _flow(self, ph: str, ts_ns: int, who: str, tid: int, message: object, trace_id: int) -> None:
        """One point of the path of a message; points with one id and category are joined."""
        point = {
            "ph": ph,
            "name": "message",
            "cat": "message",
            "id": f"{trace_id:x}.{message}",
            "pid": self._process(who),
            "tid": tid,
            "ts": self._us(ts_ns),
        }
        if ph == "f":
            point["bp"] = "e"  # bind to the enclosing slice, not to the next one
        self.out.append(point)

    def _process(self, who: str) -> int:
        pid, name = self._processes.get(who, (1, "core"))
        if pid not in self._seen:
            self._seen.add(pid)
            self.names.append({"ph": "M", "name": "process_name", "pid": pid, "args": {"name": name}})
        return pid

    def _thread(self, who: str, row: str, slot: int) -> int:
        key = (who, row, slot)
        tid = self._tids.get(key)
        if tid is None:
            tid = self._tids[key] = len(self._tids) + 1
            shown = who if row == "handles" else f"{who} asks"
            if slot:
                shown = f"{shown} ({slot + 1})"
            self.names.append(
                {"ph": "M", "name": "thread_name", "pid": self._process(who), "tid": tid, "args": {"name": shown}}
            )
        return tid

    def _us(self, ts_ns: int) -> float:
        return (ts_ns - self._origin) / 1000
