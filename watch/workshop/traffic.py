"""Messages between a package and the device, recorded once and replayed: ``tests/traffic.jsonl``.

Recorded, the package's utterances are carried out on the bench, with the real store and the real network as far as the
package is granted it. Replayed, there is neither: what the package asks is compared with what it asked then, to the
letter and in order, and answered as it was. So a skill that lives on a web service is tested without one, and a change
of what it sends is seen. The clock is the bench's, and chance is seeded.

A line is one message: ``{"from", "to", "wire", "body"}``, and for an ask its ``answer`` (``wire``, ``body``, ``data``
as base64) or ``error`` (code, text).
"""

from __future__ import annotations

import base64
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import BluerillError, CallerError, error_from
from ...kernel.files import read_bounded
from ...kernel.message import Body, body_type
from ...kernel.service import Leased
from ...skills import register
from ...skills.contract import Skill
from ...skills.egress import EgressService
from ...skills.messages import Invoke
from ...skills.testing import Bench
from .package import Package

__all__ = ["FILE", "record", "replay"]

FILE = "tests/traffic.jsonl"
MAX_BYTES = 4 << 20
SEED = 2026
_HOST, _SKILLS = Bench.HOST, Bench.SKILLS


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a recording."""

    from_: str = msgspec.field(name="from")
    to: str
    wire: str
    body: dict[str, Any] = {}
    answer: dict[str, Any] | None = None
    error: list[str] = []


async def record(package: Package) -> tuple[Path, int]:
    """Carry out every utterance and write the file; returns it and how many messages it has. Raises CallerError."""
    calls = _calls(package)
    if not calls:
        raise CallerError(
            f"{package.folder}: there is nothing to record: no [[hear]] in tests/utterances.toml has a call"
        )
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = await Bench.of(*package.skills, state=Path(folder))
        hosts = {_HOST: [host for cls in package.skills for host in _hosts(cls)]}
        await bench.add("egress", EgressService(hosts))
        _hook(bench, lines)
        await _carry_out(bench, calls)
        await bench.close()
    path = package.folder / FILE
    text = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    if len(text) > MAX_BYTES:
        raise CallerError(f"{path}: a recording has at most {MAX_BYTES} bytes, this one has {len(text)}")
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)
    except OSError as error:
        raise CallerError(f"{path}: cannot be written: {error.strerror}") from error
    return path, len(lines)


async def replay(package: Package) -> list[str]:
    """What went otherwise than it was recorded, one line each; the first ends it. Raises CallerError."""
    path = package.folder / FILE
    lines = _read(path)
    asked = [line for line in lines if line.from_ == _SKILLS]
    then = iter([line for line in lines if line.from_ == _HOST])
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = await Bench.of(*package.skills, state=Path(folder))
        deliver = bench.ask

        async def answered(sender: str, to: str, body: Body) -> Any:
            if sender != _HOST:
                return await deliver(sender, to, body)
            return _as_then(bench, next(then, None), to, body, wrong)

        bench.ask = answered  # type: ignore[method-assign]
        random.seed(SEED)
        for line in asked:
            try:
                done = await bench.ask(_SKILLS, _HOST, Invoke(**line.body))
                got: dict[str, Any] = {"answer": _told(done), "error": []}
            except BluerillError as error:
                got = {"answer": None, "error": [error.code, str(error)]}
            await bench.settle()
            if got != {"answer": line.answer, "error": line.error} and not wrong:
                wrong.append(
                    f"{line.body.get('action')}: expected {_short(line.answer or line.error)}, got {_short(got)}"
                )
            if wrong:
                break
        bench.ask = deliver  # type: ignore[method-assign]
        await bench.close()
    left = next(then, None)
    if not wrong and left is not None:
        wrong.append(f"it no longer asks {left.to} {left.wire} {_short(left.body)}")
    return wrong[:1]


def _as_then(bench: Bench, line: Line | None, to: str, body: Body, wrong: list[str]) -> Any:
    """The answer that was given to the same question. Raises what was raised then."""
    plain = msgspec.to_builtins(body)
    if line is None or (line.to, line.wire, line.body) != (to, body.wire, plain):
        then = "nothing" if line is None else f"{line.to} {line.wire} {_short(line.body)}"
        wrong.append(f"it asks {to} {body.wire} {_short(plain)}, and asked {then} when it was recorded")
        raise CallerError(wrong[-1])
    if line.error:
        raise error_from(*line.error)
    answer = line.answer or {}
    told = msgspec.convert(answer.get("body", {}), body_type(answer["wire"])) if answer else None
    if told is not None and "data" in answer:
        return Leased(told, bench.services[_HOST].port.offer(base64.b64decode(answer["data"])))
    return told


def _hook(bench: Bench, lines: list[Line]) -> None:
    """Write down what goes to the package and what it asks."""
    deliver = bench.ask

    async def kept(sender: str, to: str, body: Body) -> Any:
        if _HOST not in (sender, to):
            return await deliver(sender, to, body)
        place = len(lines)
        lines.append(Line(sender, to, body.wire, msgspec.to_builtins(body)))
        try:
            answer = await deliver(sender, to, body)
        except BluerillError as error:
            lines[place] = msgspec.structs.replace(lines[place], error=[error.code, str(error)])
            raise
        lines[place] = msgspec.structs.replace(lines[place], answer=_told(answer))
        return answer

    bench.ask = kept  # type: ignore[method-assign]


async def _carry_out(bench: Bench, calls: Sequence[tuple[str, dict[str, Any]]]) -> None:
    random.seed(SEED)
    for name, arguments in calls:
        try:
            await bench.ask(_SKILLS, _HOST, Invoke(name, arguments))
        except BluerillError:
            pass  # written down, as what it answered then
        await bench.settle()


def _told(answer: Any) -> dict[str, Any] | None:
    if answer is None:
        return None
    body = getattr(answer, "body", answer)
    lease = getattr(answer, "lease", None)
    told: dict[str, Any] = {"wire": body.wire, "body": msgspec.to_builtins(body)}
    if lease is not None:
        told["data"] = base64.b64encode(lease.bytes()).decode()
    return told


def _calls(package: Package) -> list[tuple[str, dict[str, Any]]]:
    said = package.utterances()
    return [] if said is None else [(each.call, each.arguments) for each in said.hear if each.call in package.actions]


def _hosts(cls: type[Skill]) -> list[str]:
    return [grant.removeprefix(register.NETWORK) for grant in cls.grants if grant.startswith(register.NETWORK)]


def _read(path: Path) -> list[Line]:
    data = read_bounded(path, MAX_BYTES)
    try:
        return [msgspec.json.decode(line, type=Line) for line in data.splitlines() if line.strip()]
    except msgspec.DecodeError as error:
        raise CallerError(f"{path}: {error}; record it anew: bluerill skills test --record") from None


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 120 else f"{text[:117]}..."
