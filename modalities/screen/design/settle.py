"""From wishes to a brief: what was said is kept, what was left open is chosen to suit it, by mood and seed.

Every field draws from its own stream of chance, so that a wish about one changes nothing else, and the same words with
the same seed are the same face.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import msgspec

from .brief import MAX_WORDS, Brief, Colours, Fact, Kind, Place
from .moods import MOODS, Mood
from .oklch import Tone, tone_of
from .seats import seats
from .wishes import Wishes, read_wishes

_USUAL: Final[tuple[Kind, ...]] = ("steps", "battery", "heart", "weather", "unread")
NEUTRAL: Final = 0.03
"""Chroma below which a colour has no hue that could be a theme."""
_PLAIN_GROUNDS: Final = ("glow", "sunray", "fade", "plain", "brushed", "linen", "sector", "mesh", "waves")


def brief_of(text: str, seed: int | None = None, *, photo: Sequence[str] = ()) -> Brief:
    """The brief that some words ask for. ``photo`` are the colours of a picture, largest share first."""
    return settled(read_wishes(text), text, seed, photo=photo)


def settled(wishes: Wishes, text: str = "", seed: int | None = None, *, photo: Sequence[str] = ()) -> Brief:
    """Every field decided. Without a seed the words are one."""
    chosen = zlib.crc32(" ".join(text.lower().split()).encode()) if seed is None else seed % (1 << 32)
    mood = _mood(wishes, chosen)
    pick = _Picker(chosen, mood)
    style = _style(wishes, pick)
    layout = "dial" if style != "digital" else wishes.choices.get("layout") or pick("layout")
    colours = _of_photo(_colours(wishes), photo, pick)
    fields: dict[str, Any] = {
        "name": name_of(text),
        "words": " ".join(text.split())[:MAX_WORDS],
        "style": style,
        "layout": layout,
        "mood": wishes.moods[0] if wishes.moods else "",
        "colours": colours,
        "seed": chosen,
        "chroma": min(max(mood.chroma * wishes.scales.get("chroma", 1.0), 0.0), 2.0),
        "harmony": wishes.choices.get("harmony") or pick("harmony"),
        "hands": wishes.choices.get("hands") or pick("hands"),
        "font": wishes.choices.get("font") or pick("font"),
        "thick": _within(mood.thick * wishes.scales.get("thick", 1.0), 0.6, 1.7),
        "long": _within(wishes.scales.get("long", 1.0), 0.8, 1.1),
        "size": _within(wishes.scales.get("size", 1.0), 0.7, 1.3),
        "ambient": wishes.choices.get("ambient") or ("bare" if wishes.amount < 0 else "outline"),
        "bezel": wishes.flags.get("bezel", style == "analog" and wishes.moods[:1] == ["diver"]),
    }
    fields |= _look(wishes, pick, colours, photo, style)
    fields |= _marks(wishes, pick, style, layout)
    fields |= _contents(wishes, pick, style, layout, mood, small_seconds=fields["second"] == "dial")
    return Brief(**fields)


def changed(brief: Brief, text: str) -> tuple[Brief, Wishes]:
    """The brief with the wishes of some words: what they do not touch stays as it is."""
    wishes = read_wishes(text)
    seed = zlib.crc32(text.lower().encode(), brief.seed) if wishes.new else brief.seed
    mood = _mood(wishes, seed) if wishes.moods else MOODS.get(brief.mood, MOODS[""])
    pick = _Picker(seed, mood)
    now: dict[str, Any] = {name: value for name, value in wishes.choices.items() if name != "layout"}
    style = _restyled(brief, wishes)
    if "layout" in wishes.choices:
        style = "digital"
        now["layout"] = wishes.choices["layout"]
    elif style != brief.style:
        now["layout"] = pick("layout") if style == "digital" else "dial"
    now["style"] = style
    for name, by in wishes.scales.items():
        low, high = {"thick": (0.5, 2.0), "long": (0.8, 1.1), "size": (0.7, 1.3), "chroma": (0.0, 2.0)}[name]
        now[name] = _within(getattr(brief, name) * by, low, high)
    now |= wishes.flags
    if wishes.moods:
        now |= {"mood": wishes.moods[0], "font": now.get("font") or pick("font"), "chroma": mood.chroma}
        if brief.ground != "photo":
            now |= {"ground": now.get("ground") or pick("ground"), "scheme": now.get("scheme") or pick("scheme")}
        if brief.colours == Colours():
            now["hue"] = _hue(pick)
    if wishes.shift:
        order = ("dark", "rich", "light")
        at = order.index(now.get("scheme", brief.scheme)) + (1 if wishes.shift > 0 else -1)
        now["scheme"] = order[min(max(at, 0), 2)]
    now["colours"] = _recoloured(brief, wishes)
    if now["colours"].theme and now["colours"].theme != brief.colours.theme:
        now["hue"] = round(tone_of(now["colours"].theme).hue, 1)
    for name in wishes.new & {"font", "hands", "ground"}:
        now[name] = pick.other(name, getattr(brief, name))
    if wishes.new & {"colour", "all"}:
        now |= {"hue": _hue(pick), "colours": Colours(), "harmony": pick("harmony")}
    if "all" in wishes.new:
        now |= {
            "seed": seed,
            **{name: pick.other(name, getattr(brief, name)) for name in ("ground", "hands", "indices")},
        }
    now |= _recontent(brief, wishes, style, now.get("layout", brief.layout))
    return msgspec.structs.replace(brief, **now), wishes


class _Picker:
    """Draws a field's value from what suits a mood, the same for a seed every time."""

    def __init__(self, seed: int, mood: Mood) -> None:
        self._seed = seed
        self._mood = mood

    def chance(self, name: str) -> Random:
        return Random(f"{self._seed}:{name}")

    def __call__(self, name: str) -> str:
        return self.chance(name).choice(self._of(name))

    def other(self, name: str, than: str) -> str:
        """Another value than one."""
        return self.chance(name).choice([value for value in self._of(name) if value != than] or [than])

    def hues(self) -> tuple[float, ...]:
        return self._mood.hues

    def _of(self, name: str) -> list[str]:
        return [value.strip() for value in getattr(self._mood, name).split(",")]


def _mood(wishes: Wishes, seed: int) -> Mood:
    """The mood of the words; of several the first leads, and the second lends its hues and grounds."""
    if not wishes.moods:
        return MOODS[""]
    lead = MOODS[wishes.moods[0]]
    if len(wishes.moods) == 1:
        return lead
    other = MOODS[wishes.moods[1]]
    name = Random(f"{seed}:mix").choice(("ground", "font", "hands"))
    return msgspec.structs.replace(lead, hues=other.hues, **{name: getattr(other, name)})


def _style(wishes: Wishes, pick: _Picker) -> str:
    analog = wishes.analog and "analog" not in wishes.refused
    digital = (wishes.digital or "layout" in wishes.choices) and "digital" not in wishes.refused
    if analog and digital:
        return "hybrid"
    if analog or digital:
        return "analog" if analog else "digital"
    if "analog" in wishes.refused:
        return "digital"
    if "digital" in wishes.refused:
        return "analog"
    return pick("style")


def _restyled(brief: Brief, wishes: Wishes) -> str:
    if wishes.digits is not None and brief.style == "analog":
        return "hybrid"
    if wishes.digital and not wishes.analog:
        return "digital"
    if wishes.analog and brief.style == "digital" and wishes.choices.keys() <= {"hands", "indices", "second"}:
        return "analog"
    if "digital" in wishes.refused and brief.style == "hybrid":
        return "analog"
    return brief.style


def _colours(wishes: Wishes) -> Colours:
    return Colours(**{name: value for name, value in wishes.colours.items() if name in Colours.__struct_fields__})


def _of_photo(colours: Colours, photo: Sequence[str], pick: _Picker) -> Colours:
    """The accent of a picture's own colours, where none was asked for: its strongest, seldom its opposite."""
    if not photo or colours != Colours():
        return colours
    strongest = max((tone_of(each) for each in photo), key=lambda tone: tone.chroma)
    if strongest.chroma < NEUTRAL or pick.chance("photo").random() < 0.25:
        return colours
    accent = Tone(max(strongest.light, 0.78), max(strongest.chroma, 0.11), strongest.hue)
    return Colours(accent=accent.hex)


def _recoloured(brief: Brief, wishes: Wishes) -> Colours:
    asked = dict(wishes.colours)
    held = msgspec.structs.asdict(brief.colours)
    if "theme" in asked:
        held |= {"second": "", "accent": "", "ground": ""}
    return Colours(**{**held, **asked})


def _hue(pick: _Picker) -> float:
    chance = pick.chance("hue")
    return round((chance.choice(pick.hues()) + chance.uniform(-12, 12)) % 360, 1)


def _look(wishes: Wishes, pick: _Picker, colours: Colours, photo: Sequence[str], style: str) -> dict[str, Any]:
    """Scheme, hue and ground, of what was said, of the picture, or of the mood."""
    scheme = wishes.choices.get("scheme") or pick("scheme")
    if wishes.shift:
        scheme = "light" if wishes.shift > 0 else "dark"
    ground = wishes.choices.get("ground") or pick("ground")
    if photo:
        coloured = sorted(photo, key=lambda each: -tone_of(each).chroma)
        hue = tone_of(colours.theme or coloured[0]).hue
        return {"scheme": "dark", "hue": round(hue, 1), "ground": "photo"}
    if ground == "stripe" and style == "digital" and "ground" not in wishes.choices:
        ground = "fade"  # stripes run through figures
    if ground == "stars" and "scheme" not in wishes.choices and not colours.ground:
        scheme = "dark"
    lead = colours.ground or colours.theme
    hue = _hue(pick)
    tints = [
        each
        for each in (colours.theme, colours.ground, colours.second, colours.marks, colours.hands)
        if each and tone_of(each).chroma >= NEUTRAL
    ]
    if tints:
        hue = round(tone_of(tints[0]).hue, 1)
    if colours.ground and "scheme" not in wishes.choices:
        light = tone_of(colours.ground).light
        scheme = "light" if light > 0.72 else "dark" if light < 0.36 else "rich"
    elif lead and "scheme" not in wishes.choices and not wishes.shift:
        tone = tone_of(lead)
        if ground == "stars":
            scheme = "dark"
        elif tone.chroma < NEUTRAL:
            scheme = "light" if tone.light > 0.8 else "dark"
        elif tone.light < 0.34 and scheme == "light":
            scheme = "rich"
    return {"scheme": scheme, "hue": hue, "ground": ground}


def _marks(wishes: Wishes, pick: _Picker, style: str, layout: str) -> dict[str, Any]:
    """Indices, track and second hand."""
    indices = wishes.choices.get("indices") or pick("indices")
    if "indices" in wishes.refused:
        indices = "none"
    elif wishes.scales.get("size", 1.0) > 1 and "indices" not in wishes.choices:
        indices = pick.chance("indices").choice(("arabic", "quarter-arabic"))  # "big numbers" are to be seen
    elif wishes.amount < 0 and "indices" not in wishes.choices:
        indices = pick.chance("indices").choice(("quarters", "ticks", "dots", "batons"))
    second = wishes.choices.get("second") or pick("second")
    if "second" in wishes.refused or (
        wishes.amount < 0 and "second" not in wishes.choices and pick.chance("quiet").random() < 0.6
    ):
        second = "none"
    if second == "dial" and "second" not in wishes.choices and _wants_bottom(wishes):
        second = "tick"  # small seconds that nobody asked for make way
    if style == "digital" and second in ("tick", "sweep", "dial"):
        second = "ring" if "second" in wishes.choices or layout == "rings" else "none"
    track = wishes.flags.get("track", wishes.amount >= 0 and pick.chance("track").random() < 0.75)
    return {"indices": indices, "second": second, "track": track}


def _wants_bottom(wishes: Wishes) -> bool:
    return any(place.startswith("bottom") for place in (wishes.date or "", *(fact.place for fact in wishes.facts)))


def _contents(
    wishes: Wishes, pick: _Picker, style: str, layout: str, mood: Mood, *, small_seconds: bool
) -> dict[str, Any]:
    """Date, digits and facts with their places."""
    facts = list(wishes.facts)
    chance = pick.chance("facts")
    count = mood.facts + max(wishes.amount, 0) * 2 if wishes.amount >= 0 else 0
    if layout in ("rows", "tiles", "rings"):
        count = max(count, 3)
    spare: list[Kind] = [
        kind for kind in _USUAL if kind not in wishes.refused and all(fact.kind != kind for fact in facts)
    ]
    if not facts and "facts" not in wishes.refused and count:
        facts = [Fact(kind) for kind in _sample(chance, spare, count)]
    elif layout in ("rows", "tiles", "rings") and len(facts) < 3:
        facts += [Fact(kind) for kind in _sample(chance, spare, 3 - len(facts))]
    date = wishes.date
    if date is None:
        bare = "date" in wishes.refused or (wishes.amount < 0 and chance.random() < 0.7)
        date = None if bare or chance.random() < 0.2 else ""
    placed, date_at, digits_at = seats(facts, date, style, wishes.digits or "", small_seconds)
    return {
        "facts": placed, "date": date_at, "digits": digits_at,
        "date_long": wishes.date_long or (style == "digital" and pick.chance("date").random() < 0.4),
    }  # fmt: skip


def _sample(chance: Random, kinds: Sequence[Kind], count: int) -> list[Kind]:
    """Some of the kinds, in an order of chance."""
    return chance.sample(list(kinds), min(count, len(kinds)))


def _recontent(brief: Brief, wishes: Wishes, style: str, layout: str) -> dict[str, Any]:
    """Facts and date after a change: those refused go, those named again move, new ones find a seat."""
    refused = wishes.refused
    named = {fact.kind: fact for fact in wishes.facts}
    kept = [
        named.pop(fact.kind, fact) if named.get(fact.kind, fact).place else fact
        for fact in brief.facts
        if fact.kind not in refused
    ]
    if "facts" in refused:
        kept = []
    held = {fact.kind for fact in kept}
    kept += [fact for kind, fact in named.items() if kind not in held]
    if wishes.amount < 0:
        kept = kept[:1]
    date: Place | None = None if brief.date == "none" else brief.date
    if "date" in refused:
        date = None
    elif wishes.date is not None:
        date = wishes.date or (brief.date if brief.date != "none" else "")
    fields: dict[str, Any] = {"date_long": brief.date_long or wishes.date_long}
    if "second" in refused:
        fields["second"] = "none"
    if "indices" in refused:
        fields["indices"] = "none"
    digits = wishes.digits if wishes.digits is not None else ("" if brief.digits == "none" else brief.digits)
    placed, date_at, digits_at = seats(kept, date, style, digits, brief.second == "dial")
    return fields | {"facts": placed, "date": date_at, "digits": digits_at}


def name_of(text: str) -> str:
    """A short name from the first words that mean something."""
    skip = {
        "a",
        "an",
        "the",
        "me",
        "my",
        "face",
        "watch",
        "watchface",
        "with",
        "make",
        "please",
        "and",
        "of",
        "at",
        "on",
        "in",
        "no",
    }
    words = ["".join(sign for sign in word if sign.isalnum()) for word in text.lower().split()]
    kept = [word for word in words if word.isascii() and word and word not in skip][:3]
    return " ".join(kept)[:28].strip() or "face"


def _within(value: float, low: float, high: float) -> float:
    return round(min(max(value, low), high), 3)
