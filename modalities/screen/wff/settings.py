"""Settings of a drawing as words: ``NAME=VALUE`` into the owner's choices, slots' providers and sources' values.

``CONFIGURATION.theme=2`` chooses an option, ``flavor=night`` a flavor, ``slot.1=WATCH_BATTERY:RANGED_VALUE`` a slot's
provider and type; everything else is a data source that shall say something else than the device: a number, ``TRUE``,
``null``, a colour, several colours, ``icon:NAME`` (an icon of the watch), or text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ....kernel.errors import CallerError
from ..icons import ICONS
from .complications import PROVIDERS, icon_png
from .expression import Value, colour
from .expression.sources import find
from .expression.value import spelled

MAX_SETTINGS = 500


class Settings(NamedTuple):
    """Choices of configurations (and ``flavor``, ``slot.…``), and what sources shall say."""

    wishes: dict[str, str]
    overrides: dict[str, Value]


def read_settings(words: Iterable[str]) -> Settings:
    """Settings from ``NAME=VALUE`` words. Raises CallerError for one that means nothing."""
    found = Settings({}, {})
    for count, word in enumerate(words):
        name, sign, value = word.partition("=")
        name = name.strip().removeprefix("[").removesuffix("]")
        if not sign or not name or count >= MAX_SETTINGS:
            raise CallerError(f"expected NAME=VALUE, got {word[:80]!r}")
        if name == "flavor":
            found.wishes[name] = value
        elif name.startswith("slot."):
            provider = value.partition(":")[0]
            if provider not in PROVIDERS:
                raise CallerError(
                    f"{name}: expected a provider ({', '.join(sorted(PROVIDERS))}), got {provider[:60]!r}"
                )
            found.wishes[name] = value
        elif name.startswith("CONFIGURATION.") and name.count(".") == 1:
            found.wishes[name.removeprefix("CONFIGURATION.")] = value
        else:
            found.overrides[name] = read_value(name, value)
    return found


def read_value(name: str, text: str) -> Value:
    """What a source shall say. Raises CallerError for a source that no version has, or an unknown icon."""
    head, _, rest = name.partition(".")
    slot, _, field = rest.rpartition(".")
    bare = f"COMPLICATION.{field}" if head == "COMPLICATION" and slot else name
    if find(bare) is None and field != "TYPE":
        raise CallerError(f"expected a data source of the format, got {name[:80]!r}")
    plain = text.strip()
    if plain.lower() == "null":
        return None
    if plain.upper() in ("TRUE", "FALSE"):
        return plain.upper() == "TRUE"
    if plain.startswith("icon:"):
        icon = plain.removeprefix("icon:")
        if icon not in ICONS:
            raise CallerError(f"{name}: expected an icon ({', '.join(sorted(ICONS))}), got {icon[:60]!r}")
        return icon_png(icon)
    colours = [colour(part) for part in plain.split()] if plain.startswith("#") else []
    known = [one for one in colours if one is not None]
    if known and len(known) == len(colours):
        return tuple(known) if len(known) > 1 or name.endswith("COLORS") else known[0]
    if field == "WEIGHTED_ELEMENTS_WEIGHTS":
        return tuple(float(number) for part in plain.split() if (number := spelled(part)) is not None)
    number = spelled(plain)
    return text if number is None else number
