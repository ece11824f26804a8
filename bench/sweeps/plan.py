"""What a sweep is made of: units, each a run of ``bluerill bench`` of its own. Pure: words in, units out.

A unit is one workload, or one model loaded in one way, under all caps (the floor is looked for among them), with one
seed, on one device. So a sweep can be cut off between any two of them, and they can run on as many machines as there
are.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import msgspec

from ...kernel.errors import CallerError
from ..capped.options import Options

PLAN = "sweep.json"
MOST_UNITS = 4096
PASSED = ("ram", "scenario", "repeat", "near", "seconds", "load_seconds", "minutes", "mechanism")
"""Options that every unit is given as they are."""


class Unit(msgspec.Struct, frozen=True):
    """One run: ``words`` are its options, ``device`` is where ('' = anywhere)."""

    name: str
    words: tuple[str, ...]
    device: str = ""


class Plan(msgspec.Struct, frozen=True):
    """All units, in their order."""

    units: tuple[Unit, ...]


def plan_of(args: argparse.Namespace, options: Options, seeds: Sequence[int], devices: Sequence[str]) -> Plan:
    """The units of checked options. Raises CallerError for too many."""
    common = [word for name in PASSED for word in (f"--{name.replace('_', '-')}", str(getattr(args, name)))]
    common += ["--quick"] if args.quick else []
    things: list[tuple[str, tuple[str, ...]]] = [(name, ("--workloads", name)) for name in options.workloads]
    for model, variant in product(options.models, options.variants):
        ways = [word for name, value in variant.changes.items() for word in ("--set", f"{name}={_text(value)}")]
        things.append((Path(model).stem + variant.suffix, ("--models", model, *ways)))
    units = [
        _unit(label, (*words, "--seed", str(seed), *common), seed, device)
        for device, seed, (label, words) in product(devices, seeds, things)
    ]
    if len(units) > MOST_UNITS:
        raise CallerError(f"expected at most {MOST_UNITS} units, got {len(units)}: fewer seeds, workloads or ways")
    return Plan(tuple(units))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unit(label: str, words: tuple[str, ...], seed: int, device: str) -> Unit:
    told = hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]  # the same options come to the same folder
    shown = re.sub(r"[^\w.=-]+", "_", f"{label}-{seed}{'-' + device if device else ''}")[:80]
    return Unit(f"{shown}-{told}", words, device)


def seeds_of(text: str, usual: int) -> tuple[int, ...]:
    """``7,8,9``. Raises CallerError."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return tuple(dict.fromkeys(int(word) for word in words)) or (usual,)
    except ValueError:
        raise CallerError(f"--seeds: expected whole numbers with commas, got {text[:40]!r}") from None


def keep_plan(folder: Path, plan: Plan) -> None:
    """Write the plan, or find that the folder holds this very one. Raises CallerError if it holds another."""
    path = folder / PLAN
    data = msgspec.json.format(msgspec.json.encode(plan), indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            if msgspec.json.decode(path.read_bytes(), type=Plan) != plan:
                raise CallerError(f"{folder}: holds another sweep; choose another --out, or ask for the same again")
            return
        path.write_bytes(data)
    except (OSError, msgspec.DecodeError) as error:
        raise CallerError(f"{path}: expected a folder that can be written, got: {error}") from None
