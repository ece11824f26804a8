"""Home Assistant's test sentences (ha_intents_en/tests) as plans of this device's actions.

An intent is mapped to the catalogue's action and its slots to arguments. A case is *covered* when the action can
express it; it is skipped, and counted by reason, where it names something the catalogue has not: another device or
media player, an area or floor of a house, or a command to be carried out later. A timer named by its length ("the five
minute timer") is covered: timers answer to it as a label. Labels, items and places are compared by their words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..agent.messages import PlannedCall
from ..agent.values.durations import durations, iso_duration
from ..agent.values.words import words

INTENTS = {
    "HassStartTimer": "start_timer", "HassIncreaseTimer": "adjust_timer", "HassDecreaseTimer": "adjust_timer",
    "HassCancelTimer": "cancel_timer", "HassCancelAllTimers": "cancel_timer", "HassPauseTimer": "pause_timer",
    "HassUnpauseTimer": "resume_timer", "HassTimerStatus": "timer_status", "HassGetCurrentTime": "get_time",
    "HassGetCurrentDate": "get_date", "HassGetWeather": "get_weather", "HassListAddItem": "add_to_list",
    "HassShoppingListAddItem": "add_to_list", "HassListRemoveItem": "remove_from_list",
    "HassListCompleteItem": "remove_from_list", "HassShoppingListCompleteItem": "remove_from_list",
    "HassSetVolume": "set_volume", "HassSetVolumeRelative": "set_volume", "HassMediaPlayerMute": "mute",
    "HassMediaPlayerUnmute": "mute",
}  # fmt: skip
_ARTICLES = {"the", "a", "an", "my"}


class Case(NamedTuple):
    """A sentence, its intent, what its slots are, and why it is not covered ('' where it is)."""

    text: str
    intent: str
    slots: dict[str, Any]
    skipped: str


def cases(folder: Path) -> Iterator[Case]:
    """Every test sentence of the intents above."""
    for intent in INTENTS:
        for file in sorted((folder / intent).glob("*.yaml")):
            for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
                for test in document.get("tests", []):
                    slots = test.get("slots") or {}
                    for text in test["sentences"]:
                        yield Case(text, intent, slots, _skipped(intent, slots))


def _skipped(intent: str, slots: dict[str, Any]) -> str:
    if "conversation_command" in slots:
        return "a command to be carried out later"
    if "area" in slots:
        return "names an area of a house"
    if "floor" in slots:
        return "names a floor of a house"
    if "name" in slots and intent in ("HassSetVolume", "HassSetVolumeRelative", "HassMediaPlayerMute",
                                      "HassMediaPlayerUnmute"):  # fmt: skip
        return "names another media player"
    return ""


def _seconds(slots: dict[str, Any], prefix: str = "") -> int:
    sizes = {"hours": 3600, "minutes": 60, "seconds": 1}
    return sum(int(slots.get(prefix + name, 0)) * size for name, size in sizes.items())


def _same(one: Any, other: str) -> bool:
    def plain(text: str) -> list[str]:
        return [word for word in words(text) if word not in _ARTICLES]

    return isinstance(one, str) and plain(one) == plain(other)


def _label(arguments: dict[str, Any], slots: dict[str, Any]) -> bool:
    label = arguments.get("label")
    if "name" in slots:
        return _same(label, str(slots["name"]))
    length = _seconds(slots, "start_")
    if not length:
        return label is None
    said = words(str(label))
    return any(end == len(said) and seconds == length for end, seconds in durations(said, 0))


def correct(case: Case, calls: list[PlannedCall]) -> bool:
    """The plan is one call of the right action with the right arguments, and no others."""
    if len(calls) != 1 or calls[0].name != INTENTS[case.intent]:
        return False
    arguments, slots, intent = calls[0].arguments, case.slots, case.intent
    if intent == "HassStartTimer":
        return arguments.get("duration") == iso_duration(_seconds(slots)) and _label(arguments, slots)
    if intent in ("HassIncreaseTimer", "HassDecreaseTimer"):
        sign = 1 if intent == "HassIncreaseTimer" else -1
        return arguments.get("change") == iso_duration(sign * _seconds(slots)) and _label(arguments, slots)
    if intent == "HassCancelAllTimers":
        return arguments == {"all": True}
    if intent in ("HassCancelTimer", "HassPauseTimer", "HassUnpauseTimer", "HassTimerStatus"):
        return "all" not in arguments and _label(arguments, slots)
    if intent in ("HassGetCurrentTime", "HassGetCurrentDate"):
        return "place" not in arguments
    if intent == "HassGetWeather":
        return _same(arguments.get("place"), slots["name"]) if "name" in slots else "place" not in arguments
    if intent.startswith(("HassList", "HassShopping")):
        named = arguments.get("list")
        right = _same(named, str(slots["name"])) if "name" in slots else named is None or _same(named, "shopping")
        return right and _same(arguments.get("item"), str(slots["item"]))
    if intent == "HassSetVolume":
        return arguments == {"level": slots["volume_level"]}
    if intent == "HassSetVolumeRelative":
        step, change = slots["volume_step"], arguments.get("change", 0)
        return bool(change > 0 if step == "up" else change < 0 if step == "down" else change == step)
    return arguments == {"on": intent == "HassMediaPlayerMute"}
