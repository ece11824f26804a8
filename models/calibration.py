"""What models were measured to need, which from their first run on takes the place of the estimate.

Pure: no clock, no file. For each way of loading a model (its hash, engine and the options that decide memory) the last
few peaks are kept; a reservation is 1.05 times the largest of them, the estimate as long as there is none. A model
that was killed over its cap gets a quarter more than it had, until a run that ended well is measured. Anonymous and
file-backed bytes are learned apart, because they are reserved apart.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ..kernel.errors import CallerError, ServiceFault
from ..kernel.limits import ESTIMATE_GROWTH
from ..kernel.scheduler.calibration import MARGIN, RUNS
from .estimate import Estimate
from .messages import LoadOptions

__all__ = ["Calibration", "Reserve", "Way", "way"]

MAX_WAYS = 512
"""The ways used longest ago are forgotten first."""
MAX_GROWTH = 4.0
MAX_BYTES = 1 << 20
"""Of the JSON."""
_LARGEST = 1 << 46


class Way(NamedTuple):
    """One way to load a model: everything its memory depends on. ``model`` is its hash (or name, if it has none)."""

    model: str
    engine: str
    ctx: int
    batch: int
    ubatch: int
    kv_type: str
    threads: int
    seqs: int = 1
    mmap: bool = True
    settings: str = ""

    @property
    def key(self) -> str:
        return "|".join(str(part) for part in self)


def way(model: str, engine: str, options: LoadOptions) -> Way:
    """The way of these options."""
    settings = ",".join(f"{name}={value}" for name, value in sorted(options.settings.items()))
    return Way(
        model, engine, options.ctx, options.batch, options.ubatch, options.kv_type, options.threads, options.seqs,
        options.mmap, settings,
    )  # fmt: skip


class Reserve(NamedTuple):
    """What to reserve, in bytes, and whether it was measured."""

    anon: int
    file: int
    measured: bool


class Peaks(msgspec.Struct, omit_defaults=True):
    """The last peaks of one way, oldest first; ``growth`` counts what it was killed at; ``floor`` is what that was."""

    anon: list[int] = []
    file: list[int] = []
    growth: float = 1.0
    floor: int = 0


class Calibration:
    """Peaks by way, the one used last at the end."""

    def __init__(self, ways: dict[str, Peaks] | None = None) -> None:
        self._ways = dict(ways or {})

    def __len__(self) -> int:
        return len(self._ways)

    def reserve(self, of: Way, guess: Estimate) -> Reserve:
        """What to set aside: measured if it ran before, else the estimate; more if it was killed since."""
        found = self._ways.get(of.key)
        if found is None:
            return Reserve(guess.anon, guess.file, False)
        measured = bool(found.anon)
        anon = -int(-max(found.anon) * MARGIN // 1) if measured else guess.anon
        file = -int(-max(found.file) * MARGIN // 1) if measured else guess.file
        if found.growth > 1.0:
            anon = max(anon, -int(-found.floor * found.growth // 1))
        return Reserve(anon, file, measured)

    def measured(self, of: Way, anon: int, file: int) -> None:
        """A run ended well with these peaks. Raises CallerError for a negative or absurd one."""
        if not (0 <= anon < _LARGEST and 0 <= file < _LARGEST):
            raise CallerError(f"a peak is from 0 to {_LARGEST} bytes, got anon {anon}, file {file}")
        found = self._touch(of)
        found.anon = [*found.anon, anon][-RUNS:]
        found.file = [*found.file, file][-RUNS:]
        found.growth, found.floor = 1.0, 0

    def killed(self, of: Way, anon: int) -> None:
        """It was killed over its cap of so many anonymous bytes: next time it gets a quarter more than that."""
        if not 0 <= anon < _LARGEST:
            raise CallerError(f"a cap is from 0 to {_LARGEST} bytes, got {anon}")
        found = self._touch(of)
        if found.growth == 1.0 or anon > found.floor * found.growth:
            found.floor, found.growth = anon, 1.0
        found.growth = min(found.growth * ESTIMATE_GROWTH, MAX_GROWTH)

    def forget(self, model: str) -> None:
        """Drop what is known of a model (it was removed, or its file changed)."""
        self._ways = {key: peaks for key, peaks in self._ways.items() if key.split("|", 1)[0] != model}

    def _touch(self, of: Way) -> Peaks:
        found = self._ways.pop(of.key, None) or Peaks()
        self._ways[of.key] = found
        while len(self._ways) > MAX_WAYS:
            del self._ways[next(iter(self._ways))]
        return found

    def to_json(self) -> bytes:
        return msgspec.json.encode(self._ways)

    @classmethod
    def from_json(cls, data: bytes) -> Calibration:
        """What :meth:`to_json` wrote. Raises ServiceFault if it is damaged: the caller starts anew and says so."""
        if len(data) > MAX_BYTES:
            raise ServiceFault(f"calibrations have at most {MAX_BYTES} bytes, found {len(data)}")
        try:
            ways = msgspec.json.decode(data, type=dict[str, Peaks])
        except msgspec.DecodeError as error:
            raise ServiceFault(f"calibrations are damaged: {error}") from None
        kept: dict[str, Peaks] = {}
        for key, peaks in list(ways.items())[-MAX_WAYS:]:
            values = [*peaks.anon, *peaks.file, peaks.floor]
            if len(peaks.anon) != len(peaks.file) or any(not 0 <= value < _LARGEST for value in values):
                raise ServiceFault(f"calibrations are damaged: peaks of {key[:80]}")
            peaks.anon, peaks.file = peaks.anon[-RUNS:], peaks.file[-RUNS:]
            peaks.growth = min(max(peaks.growth, 1.0), MAX_GROWTH)
            kept[key] = peaks
        return cls(kept)
