"""What is asked for on the command line, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import msgspec

from ...kernel.errors import CallerError
from ...kernel.limits import MIB
from ...kernel.manifest import parse_size
from ...models.messages import LoadOptions

DEFAULT_CAPS = "32M,48M,64M,96M,128M,256M,1G,none"
LEAST = 8 * MIB
"""Below that no Python starts: a cap of 5 MiB measures the interpreter's death and nothing else."""
BUNDLED = (
    "planner", "keyword", "gesture-wrist", "gesture-strokes", "face", "codes", "sandbox", "asr-nano",
    "asr-pocketsphinx", "device", "talk",
)  # fmt: skip
KERNEL = (
    "kernel-ask", "kernel-link", "kernel-lanes", "kernel-timer", "kernel-preempt", "kernel-lease", "kernel-load",
)  # fmt: skip
SUITES = {"kernel": KERNEL, "mixed": ("mixed",), "agent": ("talk",)}
"""Scenarios that are workloads rather than a way to ask one: the kernel's own operations, requests of three classes
that compete, and a spoken request from the ear to the mouth."""
OTHERS = (*KERNEL, "mixed")
SETTABLE = ("ctx", "batch", "ubatch", "kv_type", "threads", "mmap")
MOST_VARIANTS = 64
MECHANISMS = ("auto", "cgroup-v2", "cgroup-v1", "rlimit")
SCENARIOS = ("single-stream", "multi-stream", "server", "offline", "load", "shrink", "chaos", *SUITES)


class Variant(NamedTuple):
    """One way to load the models: which options differ from the usual, and what that is called."""

    changes: Mapping[str, object]
    suffix: str


AS_IT_IS = Variant({}, "")


class Options(NamedTuple):
    """One run of the benchmark."""

    caps: tuple[int | None, ...]
    workloads: tuple[str, ...]
    models: tuple[str, ...]
    scenarios: tuple[str, ...]
    repeat: int
    near: int
    seed: int
    seconds: float
    load_seconds: float
    minutes: float
    out: Path
    mechanism: str
    quick: bool
    resume: bool = False
    variants: tuple[Variant, ...] = (AS_IT_IS,)


def caps_of(text: str) -> tuple[int | None, ...]:
    """``32M,64M,none``, largest first. Raises CallerError."""
    found: set[int | None] = set()
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word.lower() == "none":
            found.add(None)
            continue
        size = parse_size(word)
        if size < LEAST:
            raise CallerError(
                f"--ram {word}: expected {LEAST // MIB}M or more, because Python itself needs about that; "
                f"for example --ram {DEFAULT_CAPS}"
            )
        found.add(size)
    if not found:
        raise CallerError(f"--ram: expected sizes and none, for example {DEFAULT_CAPS}; got {text[:40]!r}")
    return tuple(sorted(found, key=lambda cap: -(1 << 62) if cap is None else -cap))


def chosen(text: str, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    """Names from a list with commas; all for ''. Raises CallerError."""
    words = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for word in words:
        if word not in known:
            raise CallerError(f"{what} must be of {', '.join(known)}; got {word[:40]!r}")
    return words


def variants_of(pairs: Sequence[str]) -> tuple[Variant, ...]:
    """``["ctx=512,1024", "kv_type=q8_0"]``: every combination. Raises CallerError for options that cannot be."""
    names, values = [], []
    for pair in pairs:
        name, equals, text = pair.partition("=")
        words = [word.strip() for word in text.split(",") if word.strip()]
        if name not in SETTABLE or not equals or not words:
            raise CallerError(f"--set takes NAME=VALUE,… with a name of {', '.join(SETTABLE)}; got {pair[:60]!r}")
        names.append(name)
        values.append(words)
    found = []
    for chosen in product(*values):
        given = dict(zip(names, chosen, strict=True))
        try:
            loaded = msgspec.convert(given, LoadOptions, strict=False)
        except msgspec.ValidationError as error:
            raise CallerError(f"--set: {error}") from None
        suffix = " ".join(f"{name}={value}" for name, value in given.items())
        found.append(Variant({name: getattr(loaded, name) for name in names}, f" {suffix}" if suffix else ""))
    if len(found) > MOST_VARIANTS:
        raise CallerError(f"--set: expected at most {MOST_VARIANTS} combinations, got {len(found)}")
    return tuple(found)


def changed(usual: LoadOptions, variant: Variant) -> LoadOptions:
    """How a model is loaded in that way. A batch is never larger than the context, nor its parts than the batch."""
    options: LoadOptions = msgspec.structs.replace(usual, **variant.changes)
    batch = min(options.batch, options.ctx)
    return msgspec.structs.replace(options, batch=batch, ubatch=min(options.ubatch, batch))


def size_text(cap: int | None) -> str:
    """A cap as it is written."""
    if cap is None:
        return "none"
    mib = cap / MIB
    return f"{mib / 1024:.3g}G" if mib >= 1024 else f"{mib:.0f}M" if mib >= 10 else f"{mib:.2g}M"
