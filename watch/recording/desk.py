"""The desk at the owner's door where recordings begin and end. Imported when somebody asks for one."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from ... import __version__
from ...kernel.errors import CallerError
from ...kernel.loop import Kernel
from ...kernel.places import state_directory
from ...kernel.service import Port
from ...modalities.gesture.messages import Gestures, GetGestures
from ...modalities.screen.messages import Frame, Snapshot
from ...skills.chime import boot_id, suspended
from ...skills.localtime import device_zone, zone_name
from ...skills.messages import Catalogue, Export, Exported, GetCatalogue
from .entries import VERSION, Head
from .messages import GetRecording, Record, Recording, StopRecording
from .recorder import Recorder

__all__ = ["Desk", "masked"]

OWN: Final = "bluerill"
WAKE_S: Final = 20.0
LEAST: Final = 1 << 16
MOST: Final = 1 << 30
_SECRET: Final = re.compile(r"token|key|secret|passw|auth", re.IGNORECASE)
HIDDEN: Final = "(left out of the recording)"


class Desk:
    """Begins and ends the one recording there can be."""

    def __init__(self, port: Port, kernel: Kernel) -> None:
        self._port, self._kernel = port, kernel
        self._recorder: Recorder | None = None

    def close(self) -> None:
        """The device ends."""
        if self._recorder is not None:
            self._recorder.stop("the device ended")

    async def answer(self, body: Record | StopRecording | GetRecording) -> Recording:
        """Raises CallerError for what cannot be done."""
        if isinstance(body, Record):
            return await self._begin(body)
        if self._recorder is None:
            raise CallerError("nothing is being recorded")
        if isinstance(body, GetRecording):
            return self._recorder.state()
        recorder, self._recorder = self._recorder, None
        return recorder.stop()

    async def _begin(self, wish: Record) -> Recording:
        if self._recorder is not None and not self._recorder.ended:
            raise CallerError(f"the session is being recorded to {self._recorder.path} already")
        path = Path(wish.path)
        if not path.is_absolute():
            raise CallerError(f"expected an absolute path, got {wish.path[:100]!r}")
        if not LEAST <= wish.most <= MOST:
            raise CallerError(f"a recording has {LEAST >> 10} KiB to {MOST >> 20} MiB at most, got {wish.most} bytes")
        await self._woken()
        head = await self._head()
        self._recorder = Recorder(self._kernel, path, head, wish.most)
        return self._recorder.state()

    async def _woken(self) -> None:
        """What is the device and starts on demand is there before the recording begins: in a replay it is, too."""
        wiring = self._kernel.manifest.services
        if "gesture" in wiring:
            await self._port.ask("gesture", GetGestures(), Gestures, within=WAKE_S)
        if "screen" in wiring:
            _, lease = await self._port.borrow("screen", Snapshot(), Frame, within=WAKE_S)
            lease.release()

    async def _head(self) -> Head:
        catalogue = await self._port.ask("skills", GetCatalogue(), Catalogue)
        packages = sorted({each.package for each in catalogue.skills if each.package != OWN})
        _, lease = await self._port.borrow("store", Export(), Exported)
        with lease:
            rows: dict[str, dict[str, Any]] = msgspec.json.decode(lease.bytes())
        settings = self._kernel.manifest.services["skills"].settings
        clock = self._kernel.clock
        own = state_directory() / "gestures.toml"
        zone = device_zone(settings.get("zone", ""))
        return Head(
            recording=VERSION,
            version=__version__,
            made=datetime.fromtimestamp(clock.wall(), zone).isoformat(timespec="seconds"),
            wall=clock.wall(),
            elapsed=clock.elapsed() + suspended(),
            rate=clock.rate,
            boot=boot_id(),
            zone=zone_name(zone),
            packages=packages,
            settings=masked(settings.get("settings", {})),
            gestures=own.read_text("utf-8")[:65_536] if own.is_file() else "",
            rows=rows,
        )


def masked(settings: Any) -> dict[str, dict[str, Any]]:
    """The tables of the owner's settings without their secrets, and without where files lie."""
    return {
        name: {key: HIDDEN if _SECRET.search(key) else value for key, value in table.items()}
        for name, table in settings.items()
        if isinstance(table, dict) and name != "faces"
    }
