"""A small catalogue for the agent's tests, in general words; the real one is tested with the real skills."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bluerill.skills.messages import ActionInfo, Catalogue, ParameterInfo, SentenceInfo

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 14, 5, tzinfo=ZONE)
"""A Friday."""


def action(name: str, skill: str, parameters: str, *sentences: str | tuple[str, dict[str, object]]) -> ActionInfo:
    """``parameters`` is ``name:kind name?:kind``."""
    infos = []
    for word in parameters.split():
        parameter, kind = word.split(":")
        infos.append(ParameterInfo(parameter.rstrip("?"), kind, required=not parameter.endswith("?")))
    said = [SentenceInfo(s) if isinstance(s, str) else SentenceInfo(*s) for s in sentences]
    rules = {"the": "[the|my|a|an]"}
    return ActionInfo(name, skill, name.replace("_", " "), infos, said, rules)


MODES = ParameterInfo(
    "mode", "choice", choices={"airplane": ["airplane mode", "flight mode"], "theatre": ["theatre mode", "cinema mode"]}
)
CATALOGUE = Catalogue(
    "small-1",
    [
        action("get_time", "clock", "place?:place", "what time is it [in {place}]", "what is <the> time [in {place}]"),
        action(
            "set_alarm", "alarms", "time:time repeat?:repeat label?:text",
            "set <the> alarm [for] {time} [{repeat}]", "set <the> alarm [for] {repeat} {time}",
            "wake me [up] {time} [{repeat}]",
            "wake me [up] {repeat} {time}",
        ),
        action(
            "start_timer", "timers", "duration:duration label?:text",
            "(set|start) <the> [new] timer[s] for {duration} [(called|named) {label}]",
            "[set|start] <the> {duration} timer",
            "[set|start] <the> {duration} timer (called|named|for) {label}",
            "[set|start] <the> {label} timer for {duration}",
        ),
        action(
            "adjust_timer", "timers", "change:change label?:text",
            "add {change} to <the> [{label}] timer", "(take|remove) {change} (off|from) <the> [{label}] timer",
        ),
        action("cancel_timer", "timers", "label?:text", "(cancel|stop) <the> [{label}] timer"),
        action("pause_timer", "timers", "label?:text", "pause <the> [{label}] timer"),
        action("add_reminder", "reminders", "text:text when?:when",
               "remind me to {text} [{when}]", "remind me {when} to {text}", "{when} remind me to {text}"),
        action("add_to_list", "lists", "item:text list?:text", "add {item} to <the> [{list}] list"),
        action("get_weather", "weather", "place?:place when?:when",
               "what is <the> weather [like] [(in|for) {place}] [{when}]",
               "what is <the> weather [like] {when} [in {place}]"),
        action("set_volume", "sound", "level?:level change?:change-level",
               "(set|turn) [up|down] <the> volume to {level}", ("turn up <the> volume", {"change": 10}),
               ("turn <the> volume up", {"change": 10}),
               ("turn down <the> volume", {"change": -10}), ("turn <the> volume down", {"change": -10}),
               "turn <the> volume (up|down) by {change}", "turn (up|down) <the> volume by {change}"),
        action("set_brightness", "device", "level?:level change?:change-level", "set <the> brightness to {level}",
               ("turn down <the> brightness", {"change": -10}), ("turn <the> brightness down", {"change": -10})),
        action("mute", "sound", "on:bool", ("mute [<the> sound]", {"on": True}),
               ("unmute [<the> sound]", {"on": False})),
        ActionInfo("set_mode", "device", "set a mode", [MODES, ParameterInfo("on", "bool")],
                   [SentenceInfo("turn {on} {mode}"), SentenceInfo("turn {mode} {on}")]),
        action("calculate", "maths", "expression:expression", "what is {expression}", "calculate {expression}"),
        action("add_note", "notes", "text:text", "(make|take) a note [that|saying] {text}"),
    ],
)  # fmt: skip
