"""The matcher against hassil's own recogniser: what it matches, we match, with the same free words."""

from __future__ import annotations

from random import Random

import pytest
from hassil import Intents, recognize_all

from bluerill.agent.corpus import Sampler
from bluerill.agent.plan import Planner
from bluerill.agent.template import compile_template, required_words, unglue, words_of
from bluerill.agent.templates import Sentence as Said
from bluerill.agent.values.words import tokenize, words
from bluerill.kernel.errors import ManifestError
from support.small_catalogue import CATALOGUE, NOW

PLANNER = Planner(CATALOGUE)


def hassil_matches(template: str, rules: dict[str, str], text: str, slots: dict[str, str | None]) -> bool:
    """Whether hassil itself matches; ``slots`` gives the words of typed slots, None for a wildcard."""
    lists = {name: {"wildcard": True} if said is None else {"values": [said]} for name, said in slots.items()}
    intents = Intents.from_dict(
        {
            "language": "en",
            "intents": {"it": {"data": [{"sentences": [template]}]}},
            "lists": lists,
            "expansion_rules": rules,
        }
    )
    return any(True for _found in recognize_all(text, intents))


def test_every_sampled_sentence_is_matched_by_hassil_too() -> None:
    sampler, random = Sampler(PLANNER.templates), Random(1)
    checked = 0
    for number, template in enumerate(PLANNER.templates.templates):
        for _time in range(8):
            walk = sampler._walk(number, random)
            assert walk.words, template.text
            names = [bound.slot.name for bound in walk.bound]
            if len(set(names)) < len(names):
                continue
            text = " ".join(walk.words)
            slots: dict[str, str | None] = {p.name: "nothing" for p in template.action.parameters}
            for bound in walk.bound:
                said = " ".join(walk.words[bound.start : bound.end])
                slots[bound.slot.name] = None if bound.slot.kind in ("text", "place", "person") else said
            assert hassil_matches(template.text, template.action.rules, text, slots), (template.text, text)
            match = PLANNER.templates.match(Said.of(text, tokenize(text), NOW.date()), NOW)
            assert match is not None, (template.text, text)
            checked += 1
    assert checked > 150


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("set [a] timer", [{"set"}, {"timer"}]),
        ("(start|set) timer[s]", [{"start", "set"}, {"timer", "timers"}]),
        ("{label} timer", [{"timer"}]),
        ("[please] {label}", []),
        ("(turn up|louder) now", [{"turn", "louder"}, {"now"}]),
        ("<the> list", [{"a", "the"}, {"list"}]),
    ],
)
def test_required_words_are_necessary(template: str, expected: list[set[str]]) -> None:
    found = required_words(template, {"the": "(the|a)"})
    assert [set(words_of(clause)) for clause in found] == expected


def test_glued_endings_become_whole_words() -> None:
    assert unglue("timer[s] [un]mute walk(ing|ed)") == "(timer|timers) (unmute|mute) (walking|walked)"
    with pytest.raises(ManifestError, match="glues a word"):
        compile_template("x{label}", {}, {}, "s", {})


@pytest.mark.parametrize("template", ["(a", "a) b", "{unknown} x", "<norule> x", "a " * 2000])
def test_wrong_templates_are_their_authors_mistake(template: str) -> None:
    with pytest.raises(ManifestError):
        compile_template(template, {}, {}, "s", {})


def test_rules_that_never_end_are_refused() -> None:
    with pytest.raises(ManifestError):
        compile_template("<a> x", {}, {"a": "<b>", "b": "<a>"}, "s", {})


def test_hassil_is_not_imported_by_the_planner() -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from bluerill.agent.plan import Planner\n"
        "from bluerill.skills.messages import *\n"
        "from datetime import datetime, UTC\n"
        "c = Catalogue('x', [ActionInfo('a', 's', '', [], [SentenceInfo('do it')])])\n"
        "assert Planner(c).plan('do it', datetime.now(UTC)).calls\n"
        "heavy = {'hassil', 'yaml', 'unicode_rbnf', 'numpy', 'pydantic', 'email', 'http', 'zipfile'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_words_are_the_same_on_both_sides() -> None:
    assert words("What's up") == words("what is up")
