"""A row of ``results.jsonl``: one repetition of one workload under one cap. The published schema is made of these.

Bytes, seconds' fractions as named (``_ms``, ``_ns``), rates per second. ``null`` means not measured, never zero.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SCHEMA = "bluerill.bench/1"
Outcome = Literal["ok", "degraded", "oom", "refused", "timeout", "failed"]
"""``ok`` every item was answered; ``degraded`` some were not; ``oom`` it died of its cap, or an allocation failed;
``refused`` it said beforehand that the memory does not suffice; ``timeout`` it was too slow to be waited for;
``failed`` anything else."""
SURVIVED: tuple[Outcome, ...] = ("ok", "degraded")


class Machine(msgspec.Struct, frozen=True):
    """Where it ran. ``load`` is the mean number of running processes of the last minute when the row was begun."""

    cpu: str
    cores: int
    ram: int
    kernel: str
    python: str
    load: float
    storage_mb_s: float | None = None


class Cap(msgspec.Struct, frozen=True):
    """What bounded it. ``bytes`` None = no cap. ``limit_read`` is the limit as the kernel gave it back, ``enforced``
    whether that is the one asked for and the child was seen inside. ``uncached`` are the bytes of the model's files
    that were asked out of the page cache before, ``cached`` those still in it; ``via`` is who gave us the group."""

    mechanism: str
    bytes: int | None
    limit_read: int | None
    enforced: bool
    swap: Literal["off", "on", "none"]
    scope: Literal["process", "device"]
    uncached: int = 0
    cached: int | None = None
    via: Literal["", "systemd-run"] = ""


class Model(msgspec.Struct, frozen=True):
    """The weights, where the workload has some."""

    name: str
    engine: str
    bytes: int
    sha256: str = ""
    quant: str = ""
    ctx: int = 0
    ubatch: int = 0
    kv: str = ""
    mmap: bool = True
    threads: int = 0


class Estimated(msgspec.Struct, frozen=True):
    """What ``bluerill models estimate`` says before it runs, for a whole server; ``error`` = total / peak - 1."""

    anon: int
    file: int
    error: float | None = None


class Memory(msgspec.Struct, frozen=True):
    """What the cage was charged. ``mapped_file`` are file pages the process itself had mapped at the end: what of
    them exceeds ``file`` was charged to somebody who had read the same file before (shared libraries mostly)."""

    peak: int | None = None
    charge: int | None = None
    anon: int | None = None
    file: int | None = None
    mapped_file: int | None = None
    refaults: int | None = None
    read_bytes: int | None = None
    reads_per_weight: float | None = None


class Latency(msgspec.Struct, frozen=True):
    """Times. ``start_ms`` from before the process exists to its readiness, ``load_ms`` of that for loading;
    ``first_ms`` the first item, which the percentiles leave out. ``cpu_ms`` is the p50 of processor time, ``wait_ms``
    the p50 seen from outside, pipe included."""

    start_ms: float | None = None
    load_ms: float | None = None
    first_ms: float | None = None
    p50_ms: float | None = None
    p90_ms: float | None = None
    p99_ms: float | None = None
    cpu_ms: float | None = None
    wait_ms: float | None = None
    ttft_ms: float | None = None
    tpot_ms: float | None = None
    prefill_tps: float | None = None
    decode_tps: float | None = None
    per_s: float | None = None


class Quality(msgspec.Struct, frozen=True):
    """How good the answers of this very run were: ``n`` marks, ``low`` and ``high`` their 95 % interval where there is
    one, ``data`` what they were given to."""

    metric: str
    value: float
    n: int
    better: Literal["higher", "lower"]
    data: str
    low: float | None = None
    high: float | None = None


class Energy(msgspec.Struct, frozen=True):
    """Joules per item of the whole package, and where that was read."""

    joules: float
    source: str


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Something that took a while, in ms since the trace began: a load, a quantum (run) or an unload of a model, or the
    wait of a request for its first token; of which class, where it is somebody's."""

    what: Literal["load", "run", "unload", "wait"]
    model: str
    klass: str
    begin_ms: float
    end_ms: float


class LoadGenResult(msgspec.Struct, frozen=True):
    """What MLPerf LoadGen says, its percentiles beside ours (``ours_ms`` by percentile), both from the moment it wanted
    to ask to completion; ``issued_ms`` are ours from the moment we were asked, ``late_ms`` is how long after the one
    the other was. ``agreement`` is the largest difference of theirs and ours. Where the workload speaks also the time
    to the first token and between tokens. For Server also what was asked for, the bound on the latency, and the
    *goodput*: right answers within the bound, per second of the whole test, so that what failed or came late counts as
    nothing."""

    valid: bool
    scenario: str
    queries: int
    result: str
    theirs_ms: dict[str, float]
    ours_ms: dict[str, float]
    agreement: float
    logs: str
    asked_per_s: float | None = None
    bound_ms: float | None = None
    goodput_per_s: float | None = None
    issued_ms: dict[str, float] = {}
    late_ms: dict[str, float] = {}
    theirs_ttft_ms: dict[str, float] = {}
    ours_ttft_ms: dict[str, float] = {}
    theirs_tpot_ms: dict[str, float] = {}
    ours_tpot_ms: dict[str, float] = {}


class Row(msgspec.Struct, frozen=True):
    """One repetition. ``run`` is the same for all rows of a run; ``near`` marks those made to count survival. ``parts``
    are times of an item's stages, or of each kind of items: ``n``, and percentiles in ms. ``spans`` is what was done
    when, of a trace. ``device`` is the node of a sweep."""

    schema: str
    run: str
    at: str
    machine: Machine
    build: dict[str, str]
    workload: str
    scenario: str
    cap: Cap
    rep: int
    seed: int
    outcome: Outcome
    near: bool = False
    error: str = ""
    model: Model | None = None
    estimate: Estimated | None = None
    memory: Memory = Memory()
    latency: Latency = Latency()
    samples_ns: list[int] = []
    quality: Quality | None = None
    energy: Energy | None = None
    loadgen: LoadGenResult | None = None
    parts: dict[str, dict[str, float]] = {}
    spans: list[Span] = []
    device: str = ""

    @property
    def survived(self) -> bool:
        return self.outcome in SURVIVED


def schema() -> dict[str, Any]:
    """The JSON Schema of a row."""
    made = msgspec.json.schema(Row)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, **made}
