"""What a monitor shows, made of what the services say: rows, bars and words. Pure, and without any terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ...agent.jobs.messages import Jobs
from ...agent.messages import Turn
from ...kernel.manifest import format_size
from ...kernel.status import ServiceStatus, Status
from ...models.messages import Latency, Models

CLASSES = ("voice", "interactive", "background")
HISTORY = 60
"""Looks of which rates are kept."""


class View(msgspec.Struct, frozen=True):
    """One look at the device. A device without jobs or models has None there."""

    status: Status
    jobs: Jobs | None = None
    models: Models | None = None
    at: float = 0.0
    """When it was, in Unix seconds."""
    turns: list[Turn] = []
    """The last turns, latest last."""


class ClassRow(msgspec.Struct, frozen=True):
    """Requests of one class: how many wait, and how long half and all but one in twenty took (0 = not known)."""

    name: str
    queued: int
    p50_ms: float = 0.0
    p95_ms: float = 0.0


class Share(msgspec.Struct, frozen=True):
    """A part of the memory budget."""

    name: str
    bytes: int
    kind: str
    """``anon``, ``file``, ``spare`` (promised and not used), ``free`` or ``headroom``."""


SORTS: dict[str, Callable[[ServiceStatus], Any]] = {
    "as wired": lambda service: 0,
    "memory": lambda service: -service.charge,
    "share": lambda service: -(service.charge / service.reserved if service.reserved else 0),
    "handled": lambda service: -service.handled,
    "errors": lambda service: (-service.errors, -service.generation),
    "name": lambda service: service.name,
}


def services(status: Status, order: str) -> list[ServiceStatus]:
    """The services in an order of :data:`SORTS`."""
    return sorted(status.services, key=SORTS[order])


def ledger(status: Status) -> list[Share]:
    """The whole budget in parts: what is used, by class, what is promised beyond, what is free, what stays free."""
    anon = file = spare = 0
    for service in status.services:
        used = service.anon + service.file
        anon += service.anon if used else service.charge
        file += service.file
        spare += max(0, service.reserved - max(service.charge, used))
    free = max(0, status.budget - status.headroom - status.reserved)
    return [
        Share("anonymous", anon, "anon"),
        Share("file-backed", file, "file"),
        Share("promised", spare, "spare"),
        Share("free", free, "free"),
        Share("headroom", status.headroom, "headroom"),
    ]


def widths(shares: Sequence[Share], columns: int) -> list[int]:
    """How many columns each part gets: in proportion, at least one where there is anything, together all."""
    total = sum(share.bytes for share in shares)
    if total <= 0 or columns <= 0:
        return [0 for _ in shares]
    got = [max(1, int(columns * share.bytes / total)) if share.bytes else 0 for share in shares]
    rest = [columns * share.bytes / total - width for share, width in zip(shares, got, strict=True)]
    while sum(got) != columns:
        step = 1 if sum(got) < columns else -1
        able = [at for at, width in enumerate(got) if width + step >= 1 and shares[at].bytes]
        if not able:
            break
        at = max(able, key=lambda each: step * rest[each])
        got[at] += step
        rest[at] -= step
    return got


def classes(models: Models) -> list[ClassRow]:
    """The queue by class, voice first."""
    names = [*CLASSES, *sorted(set(models.queued) - set(CLASSES))]
    none = Latency(0.0, 0.0, 0)
    took = {name: models.latency.get(name, none) for name in names}
    return [ClassRow(name, models.queued.get(name, 0), took[name].p50_ms, took[name].p95_ms) for name in names]


def bar(share: float, width: int) -> str:
    """``██████▌   `` of a share between 0 and 1, to an eighth of a column."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (" ▏▎▍▌▋▊▉"[part] if part else "")).ljust(width)


def span(seconds: float) -> str:
    """``42 s``, ``12 min``, ``3 h 05 min``, ``2 d 4 h``."""
    s = int(seconds)
    if s < 60:
        return f"{s} s"
    if s < 3600:
        return f"{s // 60} min"
    if s < 86_400:
        return f"{s // 3600} h {s % 3600 // 60:02} min"
    return f"{s // 86_400} d {s % 86_400 // 3600} h"


def milliseconds(ms: float) -> str:
    """``0.4 ms``, ``38 ms``, ``1.2 s``; a dash where nothing is known."""
    if ms <= 0:
        return "–"
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"


def headline(status: Status) -> str:
    """One line about the whole device."""
    caps = status.mechanism.partition(":")[0].partition("(")[0].strip()
    return f"{status.host}, up {span(status.uptime_s)}, caps by {caps or 'nothing'}"


def ledger_line(status: Status) -> str:
    """The ledger in words."""
    parts = {share.kind: share.bytes for share in ledger(status)}
    return (
        f"{format_size(status.reserved)} of {format_size(status.budget)} promised: "
        f"{format_size(parts['anon'])} anonymous and {format_size(parts['file'])} file-backed in use; "
        f"{format_size(parts['free'])} free, {format_size(status.headroom)} headroom never promised"
    )


def provenance(turn: Turn) -> str:
    """Where a turn came from, who planned it, and what "this" in it was: ``voice, templates 0.97; this: picture``."""
    by = f"{turn.planner} {turn.confidence:.2f}" if turn.planner else "no planner"
    seen = f"; “this” is the {turn.seen}" if turn.seen else ""
    return f"{turn.source}, {by}{seen}"


def told(turn: Turn) -> str:
    """What came of a turn: the actions, or its outcome where there were none."""
    calls = " → ".join(call.name for call in turn.calls)
    return calls if turn.outcome == "done" and calls else f"{calls} {turn.outcome}".strip()
