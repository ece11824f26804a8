"""What the screen is told of all skills together: each names its own rings and timers, the screen gets whole lists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from .messages import Glance, RingView, TimerView

__all__ = ["Glances"]


class Glances:
    """``whole`` is everything said so far, for a screen that starts anew."""

    def __init__(self) -> None:
        self.whole = Glance()
        self._rings: dict[str, list[RingView]] = {}
        self._timers: dict[str, list[TimerView]] = {}

    def without_others(self, there: Collection[str]) -> list[Glance]:
        """What the screen has to be told because only these are left."""
        gone = [each for each in self._timers if each not in there]
        told = [changed for each in gone if (changed := self.joined(each, Glance(timers=[]))) is not None]
        for each in gone:
            del self._timers[each]
        return told

    def joined(self, skill: str, said: Glance) -> Glance | None:
        """What the screen has to be told because a skill said this; None for nothing."""
        if said.rings is not None:
            self._rings[skill] = said.rings
        if said.timers is not None:
            self._timers[skill] = said.timers
        changed: dict[str, Any] = {
            name: value for name in said.__struct_fields__ if (value := getattr(said, name)) is not None
        }
        if "rings" in changed:
            changed["rings"] = sorted((ring for each in self._rings.values() for ring in each), key=lambda r: r.since)
        if "timers" in changed:
            changed["timers"] = [timer for each in self._timers.values() for timer in each]
        if not changed:
            return None
        self.whole = msgspec.structs.replace(self.whole, **changed)
        return Glance(**changed)
