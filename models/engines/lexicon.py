"""How words are pronounced: the few a device needs out of a large dictionary, and a rule for the rest.

The dictionary of the acoustic model (CMUdict 0.7 in the ARPAbet, without stress marks) has 134,000 entries; loading
it whole costs tens of megabytes. Only the words of the corpus are kept. A word it lacks is put together from known
parts where possible (possessive, plural, two words written as one, letters of an abbreviation) and otherwise spelled by
letter-to-sound rules: the longest match of a small grapheme table, in the spirit of the NRL rules (Elovitz et al.
1976). The rules are rough, but a rough pronunciation can be recognised and a missing one cannot.

CMUdict is American. Every word with an R that most British speakers do not sound also gets the pronunciation without
it; on too few rendered sentences to be sure, that helped British voices and did not hurt American ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ...kernel.errors import CallerError, ServiceFault

__all__ = ["Lexicon", "guess"]

MAX_WORDS = 20_000
_ENTRY = re.compile(r"^(\S+?)(?:\((\d+)\))?\s+(.+)$")

_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        [
            "EY",
            "B IY",
            "S IY",
            "D IY",
            "IY",
            "EH F",
            "JH IY",
            "EY CH",
            "AY",
            "JH EY",
            "K EY",
            "EH L",
            "EH M",
            "EH N",
            "OW",
            "P IY",
            "K Y UW",
            "AA R",
            "EH S",
            "T IY",
            "Y UW",
            "V IY",
            "D AH B AH L Y UW",
            "EH K S",
            "W AY",
            "Z IY",
        ],
        strict=True,
    )
)
_SOUNDS: dict[str, str] = {
    "tion": "SH AH N", "sion": "ZH AH N", "ough": "AO", "augh": "AO", "eigh": "EY", "igh": "AY", "tch": "CH",
    "dge": "JH", "sch": "SH", "ing": "IH NG", "que": "K", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "wh": "W",
    "ck": "K", "ng": "NG", "qu": "K W", "wr": "R", "kn": "N", "gn": "N", "ee": "IY", "ea": "IY", "oo": "UW",
    "ou": "AW", "ow": "OW", "oa": "OW", "oi": "OY", "oy": "OY", "ai": "EY", "ay": "EY", "au": "AO", "aw": "AO",
    "ei": "EY", "ey": "IY", "ie": "IY", "ue": "UW", "ew": "UW", "ar": "AA R", "er": "ER", "ir": "ER", "or": "AO R",
    "ur": "ER", "bb": "B", "cc": "K", "dd": "D", "ff": "F", "gg": "G", "ll": "L", "mm": "M", "nn": "N", "pp": "P",
    "rr": "R", "ss": "S", "tt": "T", "zz": "Z", "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F",
    "g": "G", "h": "HH", "i": "IH", "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K",
    "r": "R", "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "Y", "z": "Z",
}  # fmt: skip
_LONG = {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW"}
_VOWELS = "aeiouy"
_VOWEL_PHONES = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])


def guess(word: str) -> str:
    """ARPAbet phones for a word nobody has seen. '' for a word without a letter of the Latin alphabet."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    if not letters:
        return ""
    if len(letters) <= 4 and not any(letter in _VOWELS for letter in letters):
        return " ".join(_LETTERS[letter] for letter in letters)
    phones: list[str] = []
    at, end = 0, len(letters)
    while at < end:
        rest = letters[at:]
        if re.fullmatch(r"[aeiou][bcdfgklmnprstvz]e", rest) and at > 0:  # the silent e of "plane"
            phones += [_LONG[rest[0]], "S" if rest[1] == "c" else _SOUNDS[rest[1]]]
            break
        if rest == "e" and at > 1 and not phones[-1].startswith(("IY", "EH")):
            break
        if rest[0] == "c" and rest[1:2] in ("e", "i", "y"):
            phones.append("S")
            at += 1
        elif rest[0] == "y" and at > 0:
            phones.append("IY" if at == end - 1 else "IH")
            at += 1
        elif rest[0] in "aou" and at == end - 1 and at > 0:
            phones.append({"a": "AH", "o": "OW", "u": "UW"}[rest[0]])
            at += 1
        else:
            size = next(n for n in (4, 3, 2, 1) if rest[:n] in _SOUNDS)
            phones.append(_SOUNDS[rest[:size]])
            at += size
    return " ".join(phones)


class Lexicon:
    """Pronunciations of some words, from a dictionary file. ``guessed`` are the words the rules had to spell."""

    def __init__(self, dictionary: Path, words: Iterable[str]) -> None:
        wanted = set(words)
        if len(wanted) > MAX_WORDS:
            raise CallerError(f"a recogniser knows at most {MAX_WORDS} words, the corpus has {len(wanted)}")
        bases = wanted | {part for word in wanted for part in _parts(word)}
        found: dict[str, list[str]] = {}
        try:
            with dictionary.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    name = line.partition(" ")[0].partition("(")[0]
                    if name in bases and (entry := _ENTRY.match(line)):
                        found.setdefault(name, []).append(entry.group(3).strip())
        except OSError as error:
            raise ServiceFault(f"pronouncing dictionary {dictionary} cannot be read: {error}") from error
        self.phones: dict[str, list[str]] = {}
        self.guessed: list[str] = []
        self.unsayable: list[str] = []
        for word in sorted(wanted):
            sounds = found.get(word) or _compose(word, found)
            if not sounds and (spelled := guess(word)):
                sounds = [spelled]
                self.guessed.append(word)
            if sounds:
                self.phones[word] = [*sounds, *_without_r(sounds)]
            else:
                self.unsayable.append(word)

    def write(self, path: Path) -> None:
        """Write a dictionary in the format of Sphinx: ``word phones``, alternatives as ``word(2)``."""
        with path.open("w", encoding="utf-8") as out:
            for word, sounds in self.phones.items():
                for number, phones in enumerate(sounds, 1):
                    out.write(f"{word if number == 1 else f'{word}({number})'} {phones}\n")


def _without_r(sounds: list[str]) -> list[str]:
    """The same words in accents that drop an R not before a vowel (most of Britain, Australia, parts of the US)."""
    found: list[str] = []
    for phones in sounds:
        said: list[str] = []
        split = phones.split()
        for at, phone in enumerate(split):
            before_vowel = at + 1 < len(split) and split[at + 1] in _VOWEL_PHONES
            if phone == "R" and at > 0 and split[at - 1] in _VOWEL_PHONES and not before_vowel:
                continue
            said.append("AH" if phone == "ER" and not before_vowel else phone)
        if (text := " ".join(said)) not in sounds and text not in found:
            found.append(text)
    return found


def _parts(word: str) -> Iterable[str]:
    if "'" in word:
        yield word.split("'", 1)[0]
    if word.endswith("s"):
        yield word[:-1]
    for cut in range(2, len(word) - 1):
        yield word[:cut]
        yield word[cut:]


def _compose(word: str, found: dict[str, list[str]]) -> list[str]:
    """A word from known parts: a plural or possessive, else the most even split into two known words."""
    stem = word.split("'", 1)[0] if word.endswith("'s") else word[:-1] if word.endswith("s") else ""
    if stem in found and stem:
        out = []
        for phones in found[stem]:
            last = phones.rsplit(" ", 1)[-1]
            hiss = (
                "IH Z"
                if last in ("S", "Z", "SH", "ZH", "CH", "JH")
                else "S"
                if last in ("P", "T", "K", "F", "TH")
                else "Z"
            )
            out.append(f"{phones} {hiss}")
        return out
    for cut in sorted(range(3, len(word) - 2), key=lambda c: abs(2 * c - len(word))):
        left, right = word[:cut], word[cut:]
        if left in found and right in found:
            return [f"{found[left][0]} {found[right][0]}"]
    return []
