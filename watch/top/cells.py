"""Rows and cells of the monitor's tables, as styled text. Colours are the names of the theme in ``theme.py``."""

from __future__ import annotations

from rich.text import Text

from ...agent.jobs.messages import JobView
from ...agent.messages import Turn
from ...kernel.manifest import format_size
from ...kernel.status import ServiceStatus
from ...models.messages import Resident
from .theme import AMBER, BLUE, FAINT, GREEN, INK, RED, SOFT, TEAL, TRACK, VIOLET
from .view import ClassRow, Share, bar, milliseconds, provenance, span, told

STATES = {
    "running": GREEN, "ready": GREEN, "done": GREEN, "busy": TEAL, "loading": BLUE, "starting": BLUE, "waiting": AMBER,
    "paused": AMBER, "stopping": AMBER, "leaving": AMBER, "quarantined": RED, "failed": RED,
}  # fmt: skip
KINDS = {
    "anon": (TEAL, "█"),
    "file": (BLUE, "█"),
    "spare": (TRACK, "█"),
    "free": (FAINT, "·"),
    "headroom": (AMBER, "▒"),
}
USE = 10
DONE = 12
NARROW = "\u00a0"
"""A space at which no line is broken."""


def state(name: str) -> Text:
    """A dot and the state's name."""
    return Text.assemble(("● ", STATES.get(name, FAINT)), (name, INK if name != "absent" else FAINT))


def memory(service: ServiceStatus) -> Text:
    """A bar of anonymous, then file-backed memory in what is promised."""
    if not service.reserved:
        return Text("in the core" if service.isolation == "core" else "", FAINT)
    anon = service.anon if service.anon or service.file else service.charge
    share = min(1.0, (anon + service.file) / service.reserved)
    filled = bar(share, USE)
    of_anon = round(len(filled.rstrip()) * anon / max(1, anon + service.file))
    colour = AMBER if share > 0.85 else TEAL
    text = Text.assemble((filled[:of_anon], f"{colour} on {TRACK}"), (filled[of_anon:], f"{BLUE} on {TRACK}"), " ")
    text.append(format_size(anon), INK)
    if service.file:
        text.append(f" + {format_size(service.file)}", BLUE)
    return text.append(f" / {format_size(service.reserved)}", FAINT)


def service_row(service: ServiceStatus) -> list[Text]:
    """Name with its generation, state, lane, memory, what was handled, errors."""
    where = service.starter and f" of {service.starter}"
    generation = f"#{service.generation}" if service.generation else ""
    return [
        Text.assemble(
            (service.name, f"bold {INK}"), (generation, AMBER if service.generation > 1 else FAINT), (where, FAINT)
        ),
        state(service.state),
        Text(service.lane, FAINT),
        memory(service),
        Text(f"{service.handled}", SOFT, justify="right"),
        Text(f"{service.errors}" if service.errors else "", RED, justify="right"),
    ]


SERVICE_HEADS = ("service", "state", "lane", "memory (anon + file)", "calls", "errors")


def ledger_bar(shares: list[Share], widths: list[int]) -> Text:
    """The whole budget as one bar."""
    return Text.assemble(
        *((KINDS[share.kind][1] * width, KINDS[share.kind][0]) for share, width in zip(shares, widths, strict=True))
    )


def ledger_legend(shares: list[Share]) -> Text:
    """What its colours mean, with sizes."""
    text = Text()
    for share in shares:
        colour, mark = KINDS[share.kind]
        text.append(f"{mark}{mark}{NARROW}", colour)
        text.append(f"{share.name}{NARROW}", SOFT)
        text.append(f"{format_size(share.bytes)}", f"bold {INK}").append("   ")
    return text


def job_row(job: JobView, now: float) -> list[Text]:
    """Number, title, state, progress, how long it will take."""
    share = job.done / job.total if job.total > 0 else 1.0 if job.state == "done" else 0.0
    colour = STATES.get(job.state, FAINT)
    percent = f"{job.steps:>3} ch" if job.steps else ""
    if job.total > 0 or job.state == "done":
        percent = f"{min(100, int(100 * share)):>3} %"
    return [
        Text(f"{job.id}", FAINT, justify="right"),
        Text(job.title, f"bold {INK}"),
        state(job.state),
        Text.assemble((bar(share, DONE), f"{colour} on {TRACK}"), (f" {percent}", SOFT)),
        Text(_left(job, now), SOFT),
    ]


def job_said(job: JobView | None) -> Text:
    """What there is to say of one job, in full."""
    if job is None:
        return Text()
    said = job.said or job.problem
    return Text(said, RED if job.state == "failed" else AMBER if job.problem else SOFT)


def _left(job: JobView, now: float) -> str:
    """How long a running job may still take, going by how long it took so far."""
    if job.state != "running" or job.total <= 0 or job.done <= 0 or not job.began:
        return ""
    ran = max(0.0, now - job.began)
    return f"about {span(ran * (job.total - job.done) / job.done)} left"


JOB_HEADS = ("id", "job", "state", "progress", "")


def model_row(model: Resident) -> list[Text]:
    """Name, state with its sequences, memory, speed."""
    return [
        Text(model.model, f"bold {INK}"),
        state(model.state).append(f" ×{model.seqs}" if model.seqs else "", SOFT),
        Text.assemble((format_size(model.anon), TEAL), (" + ", FAINT), (format_size(model.file), BLUE)),
        Text(f"{model.tokens_s:.1f}" if model.tokens_s else "", VIOLET, justify="right"),
        Text(span(model.idle_s) if model.idle_s >= 1 else "", FAINT),
    ]


MODEL_HEADS = ("model", "state", "anon + file", "tok/s", "idle")


def class_line(rows: list[ClassRow]) -> Text:
    """The queue by class with its latencies, on one line each."""
    text = Text()
    for at, row in enumerate(rows):
        text.append("\n" if at else "")
        text.append(f"{row.name:<12}", SOFT)
        text.append(f"{row.queued:>3} waiting ", f"bold {INK}" if row.queued else FAINT)
        text.append(bar(min(1.0, row.queued / 20), 8), f"{TEAL} on {TRACK}")
        text.append(f"  p50 {milliseconds(row.p50_ms):>6}  p95 {milliseconds(row.p95_ms):>6}", SOFT)
    return text


def turn_lines(turns: list[Turn]) -> Text:
    """The last turns: the words, where they came from and what they pointed at, and what came of them."""
    text = Text()
    for turn in turns:
        good = turn.outcome in ("done", "asked")
        text.append(f"{'' if not text else chr(10)}{turn.text[:80] or '(nothing was understood)'}", INK)
        text.append(f"\n  {provenance(turn)}\n", FAINT)
        text.append(f"  {told(turn)}", GREEN if good else AMBER)
    return text or Text("nobody has said anything yet", FAINT)
