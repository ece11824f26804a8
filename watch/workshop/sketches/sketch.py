"""What a sketch makes: a package of one skill, as data until it is tried, agreed to and kept."""

from __future__ import annotations

import re
from string import Template
from typing import Any, NamedTuple

import msgspec
import tomli_w

from ....skills.loader import GROUP

__all__ = ["Hear", "Made", "Step", "Unmade", "clean", "ident", "package", "pyproject", "split", "spoken", "title"]

MAX_WORDS = 6
_FILLERS = ("my ", "the ", "our ", "a ", "an ", "your ", "some ")
_UNWANTED = frozenset('"\\{}[]()<>|$`')
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


class Unmade(Exception):
    """Raised by a sketch that understands what is wanted and cannot make it; the text is said to the owner."""


class Hear(msgspec.Struct, frozen=True):
    """A text, and the call it must come to."""

    text: str
    call: str
    arguments: dict[str, Any] = {}


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of the story that a made skill must live through: a call, what is said (a pattern), how much time passes
    afterwards (seconds), and what is said unasked meanwhile. ``refuses``: it is refused, in these words."""

    call: str
    arguments: dict[str, Any] = {}
    says: str = ""
    refuses: bool = False
    passes: float = 0.0
    then: str = ""


class Made(NamedTuple):
    """A skill as it was written. ``code`` is the body of its class; ``hear`` and ``story`` are its tests.

    In the code every sentence begins with ``~`` and every example with ``~~``: where ``lead`` is not empty, that is how
    each of them begins, so that no other skill can take it.
    """

    sketch: str
    name: str
    summary: str
    grants: tuple[str, ...]
    code: str
    hear: list[Hear]
    story: list[Step]
    no_match: list[str]
    imports: str = ""
    lead: str = ""


_CODE = Template('''\
"""Made on request: $asked."""

from __future__ import annotations

$imports
from bluerill.skills.contract import $contract, Reply, Skill, action


class $cls(Skill):
    """$summary"""

    name = "$name"
    version = "$version"
    grants = $grants

$body''')

_CONTRACT = ("Card", "Day", "Number", "Refusal")

_PYPROJECT = Template("""\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "$package"
version = "$version"
description = "A skill made by Bluerill on request"
dependencies = ["bluerill"]

[project.entry-points."$group"]
$name = "$module:$cls"

[tool.setuptools]
packages = ["$module"]
""")


def package(made: Made, asked: str, version: str) -> dict[str, str]:
    """The text of each file of the package, by path."""
    cls = "".join(part.capitalize() for part in made.name.split("-"))
    module = f"{made.name.replace('-', '_')}_skill"
    used = [name for name in _CONTRACT if re.search(rf"\b{name}\b", made.code)]
    words = {
        "asked": clean(asked, 200) or made.name,
        "imports": made.imports,
        "contract": ", ".join(used) or "Card",
        "cls": cls,
        "summary": made.summary,
        "name": made.name,
        "version": version,
        "grants": repr(made.grants),
        "body": _led(made),
    }
    example = f"ask {made.lead} to " if made.lead else ""
    said = {
        "hear": [{"text": f"{example}{h.text}", "call": h.call, "arguments": h.arguments} for h in made.hear],
        "no_match": {"texts": made.no_match},
    }
    return {
        "pyproject.toml": pyproject(made.name, version, module, cls),
        f"{module}/__init__.py": _CODE.substitute(words).replace("import Card, Reply", "import Reply", not used),
        "tests/utterances.toml": tomli_w.dumps(said),
        "tests/story.toml": tomli_w.dumps({"step": [msgspec.to_builtins(each) for each in made.story]}),
    }


def pyproject(name: str, version: str, module: str, cls: str) -> str:
    """The package's own description."""
    return _PYPROJECT.substitute(
        name=name, version=version, module=module, cls=cls, package=f"made-{name}", group=GROUP
    )


def _led(made: Made) -> str:
    sentence, example = (f"(ask|tell) {made.lead} [to|for] ", f"ask {made.lead} to ") if made.lead else ("", "")
    return made.code.replace('"~~', f'"{example}').replace('"~', f'"{sentence}')


# reading what was asked for


def clean(text: str, most: int = 80) -> str:
    """A text that can stand in a string or a docstring: printable, without quotes, backslashes and braces."""
    kept = "".join(c if c.isprintable() and c not in _UNWANTED else " " for c in text.replace("’", "'"))
    return " ".join(kept.split())[:most].strip()


def spoken(text: str) -> str:
    """The words of something as people say it, without its article: ``my Birthday!`` → ``birthday``.

    Raises Unmade if there are none, or too many to be said again and again.
    """
    lowered = text.lower().replace("’", "'").replace("-", " ").strip()
    while lowered.startswith(_FILLERS):
        lowered = lowered.partition(" ")[2].strip()
    found = _WORD.findall(lowered)
    if not found or len(found) > MAX_WORDS or any(letter.isdigit() for letter in lowered):
        raise Unmade(f"I need a short name for that, in words: {clean(text, 60) or 'it has none'}.")
    return " ".join(found)


def ident(words: str, most: int = 24) -> str:
    """A name in Python: ``glasses of water`` → ``glasses_of_water``."""
    return re.sub(r"[^a-z]+", "_", words.lower().replace("'", "")).strip("_")[:most].strip("_") or "thing"


def title(words: str) -> str:
    return words[:1].upper() + words[1:]


def split(text: str) -> list[str]:
    """The things of an enumeration: ``pizza, pasta or a salad`` → three."""
    parts = re.split(r"\s*(?:,|;|\bor\b|\band\b)\s*", text.strip(" .:"))
    return [clean(part, 60) for part in parts if clean(part, 60)]
