"""What pocketsphinx makes of sentences: they are rendered as speech, a little noisy, and recognised.

The encoder is shown what no template knows, and that is often what was misheard. How words are misheard is not invented
here: each sentence is said in a voice of espeak-ng and decoded. Which are said, and each one's voice, pace, noise and
recogniser, are drawn by the texts and a seed alone: the same in any order, in any number of processes, after a stop.
espeak-ng says nothing twice quite alike, though, so that what was heard is kept in a file (:class:`Hearings`). Which of
it is trained on is decided anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from ...engines.engine import SpeechEngine
from ..whisper_nano.rooms import Rooms
from ..whisper_nano.voices import EspeakVoices
from .rows import Row

__all__ = ["MOST_ERRORS", "Hearing", "Hearings", "Listener", "Progress", "errors", "misheard", "ordered", "tellable"]

LEAST, MOST = 2, 10
"""Words of a sentence that is said; of longer ones too little is left."""
MOST_ERRORS = 0.6
"""Word errors for each word said, above which nobody could tell what was asked."""
WEIGHTS = {"own": 4.0, "nlu_eval": 3.0, "clinc150": 1.5, "snips": 1.0}
"""How early the sentences of a source come; others, templates among them, never do: templates are read by templates."""
REFUSED = 0.15
"""And those that no action serves, to the others."""
GENERAL = 0.1
"""The share that the engine with an open vocabulary hears, where there is one."""
READINGS, FAR = 12, 20.0
"""So many readings, none of which costs so much more than the first, are what the planner is asked about."""
CLEAN = 0.5
QUIET, LOUD = 25.0, 10.0
"""Decibels of speech over noise; :data:`CLEAN` of all have none."""
ACCENTS = ("en-us", "en-us", "en-us", "en-gb-x-rp", "en-us-nyc")
TIMBRES = (
    "Alex", "Denis", "Gene", "Henrique", "Hugo", "Mike", "Nguyen", "Reed", "adam", "aunty",
    "benjamin", "caleb", "croak", "ed", "edward", "edward2", "f1", "f4", "f5", "grandpa", "john", "klatt",
    "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "m1", "m2", "m4", "m5", "m6", "m8", "max", "michel",
    "mike2", "pablo", "paul", "sandro", "steph", "steph2", "steph3",
)  # fmt: skip
"""Those of ``voices.py`` of which pocketsphinx, which learned from Americans, hears five words in six of the device's
own sentences: from others it hears nothing that anybody could tell."""
PACE = (145.0, 15.0)
"""Words per minute."""
_TRIES = 4
_LIGHT_WORDS = """
a all am an and any are at be by can could did do does for from get give had has have how i in is it let make
me my need now of off on or out please put set should show so some tell that the there this to turn up us want
was we what when where which who will with would you your"""
_LIGHT = frozenset(_LIGHT_WORDS.split())
"""Words that say little of what is asked."""
_DECISIVE = frozenset(("off", "up", "down", "no", "not", "never"))
"""Little words that turn a request into another one, often with no more than the same words beside them."""


class Hearing(msgspec.Struct):
    """A sentence and its readings, likeliest first, each as one text in normal form. ``by`` is the recogniser."""

    said: str
    heard: list[str]
    by: str = ""


class Listener:
    """Voices, noise and recognisers. ``normal`` gives the normal form of a text; ``general`` is heard by now and then,
    None for never; ``noise`` is the public data's folder, None for noise that is made here."""

    def __init__(
        self,
        engine: SpeechEngine,
        general: SpeechEngine | None,
        normal: Callable[[str], list[str]],
        noise: Path | None = None,
        seed: int = 1,
    ) -> None:
        self._engine, self._general, self._normal, self._seed = engine, general, normal, seed
        self._rooms = Rooms(np.random.default_rng(seed), noise)

    def hear(self, text: str) -> Hearing:
        """What is heard of a text; nothing where no voice can say it."""
        number = _number(text, self._seed)
        random = Random(number)
        open_ear = random.random() < GENERAL
        engine = self._general if open_ear and self._general is not None else self._engine
        voices = EspeakVoices(random, ACCENTS, TIMBRES, PACE)
        sound = next((said for _ in range(_TRIES) if len(said := voices.say(text))), np.zeros(0, np.int16))
        noisy = self._noisy((sound / 32_768).astype(np.float32), np.random.default_rng(number))
        engine.start()
        engine.feed((np.clip(noisy, -1, 1) * 32_767).astype("<i2").tobytes())
        near = [guess.text for guess in engine.finish() if guess.cost <= FAR][:READINGS]
        by = "general" if engine is self._general else "skills"
        return Hearing(text, [" ".join(self._normal(reading)) for reading in near], by)

    def _noisy(self, wave: npt.NDArray[np.float32], random: np.random.Generator) -> npt.NDArray[np.float32]:
        """With quiet around it, and noise under all of it."""
        wave = np.pad(wave, 16 * 300)
        if random.random() < CLEAN or not wave.any():
            return wave
        noises = self._rooms.noises
        if noises and random.random() < 0.7:
            source = noises[int(random.integers(len(noises)))]
        else:
            coloured = np.fft.rfft(random.normal(0, 1, 1 << 16)) * np.arange(1, (1 << 15) + 2) ** -random.uniform(0, 1)
            source = np.fft.irfft(coloured).astype(np.float32)
        start = int(random.integers(0, max(1, len(source) - len(wave))))
        piece = np.resize(source[start:], len(wave))
        level = float(np.sqrt((wave[np.abs(wave) > 0.02 * np.abs(wave).max()] ** 2).mean()))
        gain = level / (float(np.sqrt((piece**2).mean())) + 1e-6) * 10 ** (-random.uniform(LOUD, QUIET) / 20)
        return np.asarray(wave + gain * piece, np.float32)


def _number(text: str, seed: int) -> int:
    return int.from_bytes(blake2b(f"{seed} {text}".encode(), digest_size=6).digest())


def ordered(rows: Iterable[Row], seed: int = 1) -> list[Row]:
    """The sentences to say, each text once, the likely useful ones early: a weighted sample without replacement
    (Efraimidis and Spirakis 2006) whose draws are the texts' hashes, so that a new sentence moves no other. A text
    with two labels, or with what is written otherwise than it is said, is left out."""
    labels: dict[str, set[str]] = {}
    keyed: dict[str, tuple[float, Row]] = {}
    for row in rows:
        text = " ".join(row.words)
        labels.setdefault(text, set()).add(row.label)
        weight = WEIGHTS.get(row.source.partition(".")[0], 0.0) * (REFUSED if row.label.startswith("other.") else 1.0)
        plain = all(word.replace("'", "").isalpha() and word.isascii() for word in row.words)
        if row.split == "train" and weight > 0.0 and plain and LEAST <= len(row.words) <= MOST:
            drawn = ((_number(text, seed) + 1) / (2**48 + 1)) ** (1 / weight)
            keyed.setdefault(text, (drawn, row))
    one = [(drawn, text, row) for text, (drawn, row) in keyed.items() if len(labels[text]) == 1]
    return [row for _, _, row in sorted(one, key=lambda each: (-each[0], each[1]))]


def errors(said: Sequence[str], heard: Sequence[str]) -> float:
    """Word errors (substitutions, insertions and deletions) for each word said."""
    before = list(range(len(heard) + 1))
    for row, word in enumerate(said, 1):
        now = [row]
        for column, other in enumerate(heard, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (word != other)))
        before = now
    return before[-1] / max(1, len(said))


def tellable(said: Sequence[str], heard: Sequence[str]) -> bool:
    """Whether something was misheard, and what was asked can still be told: half of what carries meaning is left, and
    nothing was turned round."""
    if _DECISIVE & (set(said) ^ set(heard)):
        return False
    meant = {word for word in said if word not in _LIGHT}
    left = 2 * len(meant & set(heard)) >= max(1, len(meant))
    return list(said) != list(heard) and left and errors(said, heard) <= MOST_ERRORS


class Progress(NamedTuple):
    """How far it is: sentences said, rows kept, and the errors a word of all first readings, summed."""

    tried: int
    kept: int
    lost: float


class Hearings:
    """What was heard so far, a file of one line a sentence; a line that a stop cut off is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.known: dict[str, Hearing] = {}
        whole = path.read_bytes() if path.exists() else b""
        for line in whole.splitlines():
            try:
                each = msgspec.json.decode(line, type=Hearing)
            except msgspec.DecodeError:
                continue
            self.known[each.said] = each
        if whole and not whole.endswith(b"\n"):
            with path.open("ab") as file:
                file.write(b"\n")

    def add(self, each: Hearing) -> None:
        """Keep one, at once."""
        self.known[each.said] = each
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(each) + b"\n")


def misheard(
    rows: Sequence[Row],
    hearings: Hearings,
    hear: Callable[[Iterable[str]], Iterable[Hearing]],
    count: int,
    allowed: Callable[[Row], bool] = lambda row: True,
    tell: Callable[[Progress], bool] = lambda progress: True,
) -> list[Row]:
    """At most ``count`` rows of what was heard of ``rows`` (see :func:`ordered`).

    Of each that was not heard rightly it is the likeliest reading that is :func:`tellable`, ``allowed`` and no other
    row's. All that is heard is kept in ``hearings`` as it comes, and what is known is not said again. ``hear`` gives
    the hearings of texts in their order, and may be lazy; ``tell`` is told how far it is; once it
    answers False nothing more is said, and only what is known already is used.
    """
    kept: dict[str, Row] = {}
    tried, lost, going = 0, 0.0, True
    fresh = iter(hear(text for row in rows if (text := " ".join(row.words)) not in hearings.known))
    for row in rows:
        text = " ".join(row.words)
        each = hearings.known.get(text)
        if each is None:
            if not going:
                continue
            each = next(fresh)
            hearings.add(each)
        tried += 1
        lost += errors(row.words, (each.heard or [""])[0].split())
        for reading in each.heard if each.heard[:1] != [text] else ():
            made = Row(reading.split(), row.label, None, f"misheard.{row.source}", "train")
            if reading not in kept and tellable(row.words, made.words) and allowed(made):
                kept[reading] = made
                break
        going = tell(Progress(tried, len(kept), lost)) and going
        if len(kept) >= count:
            break
    return list(kept.values())
