"""A seed grammar of spoken watch commands, for measuring ears apart from any planner.

``(a|b)`` is a choice, ``[a]`` may be left out, ``{slot}`` is a value. The same template is used in two directions:
:func:`expand` draws sentences with the call they mean (numbers in words, lower case, as the recogniser's corpus
has them), and :func:`understand` reads words back into a call. It is deliberately smaller than the planner: the
voice bench uses it when it is given no planner, and the recogniser's tests use it as their corpus.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
HOURS = [*UNITS, "ten", "eleven", "twelve"]
UP_TO_99 = [*UNITS, *TEENS, *TENS, *(f"{ten} {unit}" for ten in TENS for unit in UNITS)]
UP_TO_59 = [*UNITS, *TEENS, *TENS[:4], *(f"{ten} {unit}" for ten in TENS[:4] for unit in UNITS)]
DAYS: list[str] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WHEN = ["today", "tomorrow", "tonight", "this evening", "tomorrow morning", *DAYS, *(f"on {day}" for day in DAYS)]
MINUTES = ["fifteen", "twenty", "thirty", "forty", "forty five", "fifty", "oh five", "ten"]
DURATIONS = [
    "one minute",
    "one hour",
    "an hour",
    "half an hour",
    "an hour and a half",
    "one hour and thirty minutes",
    "two and a half minutes",
    *(f"{n} minutes" for n in UP_TO_59[1:]),
    *(f"{n} seconds" for n in ("ten", "fifteen", "twenty", "thirty", "forty five", "fifty", "ninety")),
    *(f"{n} hours" for n in (*UNITS[1:], "ten", "twelve", "twenty four")),
    *(f"{n} minutes and {m} seconds" for n in UNITS[1:] for m in ("ten", "twenty", "thirty", "forty five")),
]
LENGTHS = [
    *(f"{n} minute" for n in UP_TO_59),
    *(f"{n} second" for n in ("ten", "fifteen", "twenty", "thirty", "forty five", "ninety")),
    *(f"{n} hour" for n in (*UNITS, "ten", "twelve")),
    "half hour",
]
"""As in "a five minute timer"."""
TIMES = [
    *(f"{h} {half}" for h in HOURS for half in ("a m", "p m", "o'clock", "thirty", "thirty a m", "thirty p m")),
    *(f"{h} {m}" for h in HOURS for m in MINUTES),
    *(f"{h} in the {part}" for h in HOURS for part in ("morning", "evening")),
    *(f"half past {h}" for h in HOURS),
    *(f"quarter {side} {h}" for h in HOURS for side in ("to", "past")),
    *(f"{h} tomorrow morning" for h in HOURS),
    "noon",
    "midnight",
]
_PLACES = [
    "london", "paris", "berlin", "new york", "tokyo", "chicago", "sydney", "madrid", "rome", "boston", "seattle",
    "toronto", "dublin", "amsterdam", "vienna", "san francisco", "los angeles", "hong kong", "singapore", "melbourne",
]  # fmt: skip
ITEMS: list[str] = [
    "milk",
    "bread",
    "butter",
    "eggs",
    "cheese",
    "apples",
    "bananas",
    "coffee",
    "tea",
    "sugar",
    "rice",
    "pasta",
    "chicken",
    "tomatoes",
    "onions",
    "soap",
    "batteries",
    "flour",
    "salt",
    "pepper",
    "yogurt",
    "orange juice",
    "toilet paper",
    "olive oil",
    "ice cream",
    "dog food",
]
LABELS = ["pizza", "pasta", "laundry", "tea", "eggs", "workout", "bread", "coffee", "homework", "chicken"]
TASKS = [
    "call mom", "buy flowers", "take out the trash", "water the plants", "pay the rent", "walk the dog",
    "take my medicine", "pick up the kids", "send the report", "book a table", "call the doctor", "feed the cat",
    "charge the car", "clean the kitchen", "buy a birthday present", "check the oven", "drink some water",
    "go to the gym",
]  # fmt: skip
NOTES = [
    "the car is on level three", "the meeting went well", "buy a new bike", "the code is four two seven",
    "try the new cafe on the corner", "ask sarah about the party", "the key is under the mat",
]  # fmt: skip
SLOTS: dict[str, list[str]] = {
    "duration": DURATIONS,
    "length": LENGTHS,
    "time": TIMES,
    "when": WHEN,
    "place": _PLACES,
    "level": [*UP_TO_59, "sixty", "seventy", "seventy five", "eighty", "ninety", "one hundred"],
    "number": UP_TO_99,
    "item": ITEMS,
    "label": LABELS,
    "task": TASKS,
    "note": NOTES,
    "list": ["shopping", "grocery", "to do"],
}
TEMPLATES: dict[str, tuple[str, ...]] = {
    "start_timer": (
        "(set|start) [a] timer for {duration}",
        "(set|start|create) a {length} timer",
        "(set|start) a {label} timer for {duration}",
        "timer for {duration}",
        "{length} timer",
    ),
    "timer_status": (
        "how much time is left",
        "how much time is left on (my|the) [{label}] timer",
        "how long is left on (my|the) timer",
        "what's left on (my|the) timer",
        "check [the] timer",
    ),
    "extend_timer": ("add {duration} to (my|the) [{label}] timer", "extend (my|the) timer by {duration}"),
    "shorten_timer": ("(take|remove) {duration} (off|from) (my|the) timer",),
    "pause_timer": ("pause [(the|my)] [{label}] timer",),
    "resume_timer": ("(resume|continue|unpause) [(the|my)] [{label}] timer",),
    "cancel_timer": ("(cancel|stop|delete) [(the|my)] [{label}] timer", "cancel all timers"),
    "start_stopwatch": ("start [the|a] stopwatch",),
    "stop_stopwatch": ("stop [the] stopwatch",),
    "lap_stopwatch": ("lap", "new lap"),
    "set_alarm": (
        "(set|create) an alarm for {time}",
        "(set|create) an alarm for {time} {when}",
        "wake me [up] at {time}",
        "alarm at {time}",
    ),
    "list_alarms": ("what alarms (are set|do i have)", "show [me] my alarms", "when is my next alarm"),
    "cancel_alarm": ("(cancel|delete|turn off) (my|the) alarm", "(cancel|delete) (my|the) {time} alarm"),
    "snooze": ("snooze", "snooze for {duration}", "snooze the alarm"),
    "get_time": ("what time is it", "what's the time", "what time is it in {place}", "tell me the time"),
    "get_date": ("what's the date", "what is the date today", "what day is it", "what's today's date"),
    "get_weather": (
        "(what's|how's) the weather [like] [{when}]",
        "(what's|how's) the weather [like] in {place} [{when}]",
        "what's the weather forecast [for {place}]",
        "is it going to rain [{when}]",
        "will it (rain|snow) [{when}] in {place}",
        "how (hot|cold) is it [outside]",
        "do i need an umbrella [{when}]",
    ),
    "add_to_list": ("add {item} to (my|the) {list} list", "put {item} on (my|the) {list} list"),
    "remove_from_list": ("(remove|take) {item} (off|from) (my|the) {list} list",),
    "show_list": ("what's on my {list} list", "show [me] my {list} list"),
    "set_volume": ("set [the] volume to {level} [percent]", "volume {level} [percent]"),
    "volume_up": ("(turn|turn it) up [the volume]", "turn the volume up", "volume up", "louder"),
    "volume_down": ("turn down [the volume]", "turn the volume down", "volume down", "quieter"),
    "mute": ("mute [the sound]",),
    "unmute": ("unmute [the sound]",),
    "add_reminder": (
        "remind me to {task} [at {time}]",
        "remind me to {task} {when}",
        "remind me in {duration} to {task}",
        "remind me to {task} in {duration}",
    ),
    "list_reminders": ("what are my reminders", "show [me] my reminders", "do i have any reminders"),
    "add_note": ("(take|make) a note {note}", "note that {note}"),
    "list_notes": ("show [me] my notes", "read my notes"),
    "get_steps": ("how many steps (have i taken|did i walk) [today]", "what's my step count"),
    "get_heart_rate": ("what's my heart rate", "check my heart rate", "how fast is my heart beating"),
    "get_calories": ("how many calories have i burned [today]",),
    "get_sleep": ("how (did i sleep|long did i sleep) [last night]",),
    "get_battery": ("how much battery [is left|do i have]", "what's my battery level", "battery level"),
    "set_brightness": ("set [the] brightness to {level} [percent]",),
    "brightness_up": ("(turn up|increase) the brightness", "make the screen brighter"),
    "brightness_down": ("(turn down|decrease) the brightness", "make the screen darker"),
    "mode_on": ("turn on {mode}", "(enable|start) {mode}"),
    "mode_off": ("turn off {mode}", "disable {mode}"),
    "find_phone": ("find my phone", "where is my phone", "ring my phone"),
    "calculate": (
        "what's {number} (plus|minus|times|divided by) {number2}",
        "what is {number} (plus|minus|times|divided by) {number2}",
    ),
    "convert": ("convert {number} (miles|kilometers|pounds|inches) to (kilometers|miles|kilos|centimeters)",),
    "lock_door": ("(lock|unlock) the (front|back) door",),
    "stop": ("stop", "cancel", "never mind", "be quiet", "cancel that", "undo that"),
    "follow_up": ("make it {duration}", "what about {when}", "and in {place}"),
}
SLOTS["mode"] = ["do not disturb", "airplane mode", "theatre mode", "power saving mode"]
SLOTS["number2"] = UP_TO_99

_TOKEN = re.compile(r"\{(\w+)\}|[\[\]()|]|[^\s\[\](){}|]+")
Call = tuple[str, tuple[tuple[str, str], ...]]
"""Intent, and its slots as sorted pairs of name and words; literal choices count as the slot ``word``."""


def _draw(tokens: list[str], at: int, rng: random.Random, out: list[str], live: bool) -> int:
    """Walk one alternative list from ``tokens[at]`` to its closing bracket, drawing words when ``live``."""
    closing = {"(": ")", "[": "]"}
    while at < len(tokens) and tokens[at] not in ")]":
        token = tokens[at]
        if token in closing:
            ends, starts, depth = at + 1, [at + 1], 1
            while depth:
                depth += (tokens[ends] in "([") - (tokens[ends] in ")]")
                if depth == 1 and tokens[ends] == "|":
                    starts.append(ends + 1)
                ends += 1
            if live and not (token == "[" and rng.random() < 0.5):
                chosen = rng.choice(starts)
                end = next((s - 1 for s in starts if s > chosen), ends - 1)
                _draw(tokens[chosen:end], 0, rng, out, True)
            at = ends
        else:
            out.append(token)
            at += 1
    return at


def _sentence(template: str, rng: random.Random) -> str:
    words: list[str] = []
    _draw([match.group(0) for match in _TOKEN.finditer(template)], 0, rng, words, True)
    return " ".join(rng.choice(SLOTS[w[1:-1]]) if w.startswith("{") else w for w in words)


def _pattern(template: str) -> re.Pattern[str]:
    parts: list[str] = []
    for match in _TOKEN.finditer(template):
        token = match.group(0)
        if token == "[":
            parts.append("(?:(?:")
        elif token == "]":
            parts.append("))?")
        elif token == "(":
            parts.append("(?:")
        elif token in ")|":
            parts.append(token)
        elif slot := match.group(1):
            words = "|".join(sorted((re.escape(v) for v in SLOTS[slot]), key=len, reverse=True))
            free = r"|[a-z' ]+?" if slot in ("task", "note", "item", "label") else ""
            parts.append(f" (?P<{slot}>{words}{free})")
        else:
            parts.append(f" {re.escape(token)}")
    return re.compile("".join(parts))


_PATTERNS = [(intent, _pattern(template)) for intent, templates in TEMPLATES.items() for template in templates]
_LITERALS = frozenset(
    [
        "plus",
        "minus",
        "times",
        "divided",
        "lock",
        "unlock",
        "front",
        "back",
        "miles",
        "kilometers",
        "pounds",
        "inches",
        "kilos",
        "centimeters",
        "rain",
        "snow",
    ]
)


def understand(text: str) -> list[Call]:
    """The call that these words mean, in a list, or no call at all."""
    for intent, pattern in _PATTERNS:
        if match := pattern.fullmatch(f" {text}"):
            slots = {name: words for name, words in match.groupdict().items() if words}
            if length := slots.pop("length", ""):
                slots["duration"] = length if length.startswith("one ") or length == "half hour" else f"{length}s"
            if literal := " ".join(w for w in text.split() if w in _LITERALS):
                slots["word"] = literal
            return [(intent, tuple(sorted(slots.items())))]
    return []


def expand(count: int, seed: int) -> list[str]:
    """``count`` different sentences, every template in turn. Stops early when the grammar is exhausted."""
    return sorted(set(_stream(count, seed)))


def _stream(count: int, seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    templates = [template for group in TEMPLATES.values() for template in group]
    seen: set[str] = set()
    for turn in range(count * 4):
        sentence = _sentence(templates[turn % len(templates)], rng)
        if sentence not in seen:
            seen.add(sentence)
            yield sentence
        if len(seen) >= count:
            return
