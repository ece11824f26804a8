"""Messages keep one form: frozen, named, documented, handled, and the same after a journey."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from bluerill.kernel.message import decode_body, encode_body
from bluerill.watch.commands.pages import answers, handlers, load_messages, parts, summary

MESSAGES = load_messages()
_WIRE = re.compile(r"^[a-z]+\.[a-z]+(-[a-z]+)*$")


@pytest.mark.parametrize("wire", MESSAGES)
def test_a_message_is_frozen_and_refuses_unknown_fields(wire: str) -> None:
    config: Any = MESSAGES[wire].__struct_config__
    assert config.frozen
    assert config.forbid_unknown_fields


@pytest.mark.parametrize("wire", MESSAGES)
def test_a_message_has_a_name_and_says_what_it_is(wire: str) -> None:
    assert _WIRE.match(wire), f"expected wing.verb in lower case, got {wire!r}"
    assert len(summary(MESSAGES[wire])) > 15, f"{wire}: expected a docstring"


@pytest.mark.parametrize("wire", MESSAGES)
def test_a_wire_name_is_its_class_in_kebab_case(wire: str) -> None:
    words = re.findall(r"[A-Z][a-z]*", MESSAGES[wire].__qualname__)
    assert wire.partition(".")[2] == "-".join(words).lower()


@pytest.mark.parametrize("wire", MESSAGES)
def test_what_a_message_is_made_of_is_frozen_too(wire: str) -> None:
    for field in msgspec.structs.fields(MESSAGES[wire]):
        for part in parts(field.type):
            assert part.__struct_config__.frozen, (
                f"{wire}.{field.name}: {part.__qualname__} could be changed on its way"
            )
            assert summary(part)


_SAMPLE = {int: 7, float: 0.5, str: "tëxt", bytes: b"\x00\xff", bool: True}


def sample(cls: type[msgspec.Struct]) -> Any:
    """A message with something in every plain field that has no default; None if one is not plain."""
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(cls):
        if field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT:
            continue
        if field.type in _SAMPLE:
            given[field.name] = _SAMPLE[field.type]
        elif getattr(field.type, "__origin__", None) in (dict, list):
            given[field.name] = field.type.__origin__()
        elif getattr(field.type, "__origin__", None) is tuple and set(field.type.__args__) <= set(_SAMPLE):
            given[field.name] = tuple(_SAMPLE[each] for each in field.type.__args__)
        elif isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            given[field.name] = sample(field.type)
        elif hasattr(field.type, "__args__") and isinstance(field.type.__args__[0], str):
            given[field.name] = field.type.__args__[0]  # a Literal
        else:
            return None
    return cls(**given)


@pytest.mark.parametrize("wire", MESSAGES)
def test_a_message_survives_the_journey(wire: str) -> None:
    body = sample(MESSAGES[wire])
    if body is None:
        pytest.skip("it has a field that needs another message's part")
    assert decode_body(wire, encode_body(body)) == body


def test_most_messages_are_sent_on_that_journey() -> None:
    left = [wire for wire, body in MESSAGES.items() if sample(body) is None]
    assert len(left) <= 2, left


_COMING = {"models.infer", "models.next", "models.cancel-stream", "models.prefetch", "models.get-models"}
"""What the broker of models will handle; it is written against these."""


def test_every_message_is_handled_or_is_an_answer() -> None:
    handled, answering = handlers(), answers(MESSAGES.values())
    lost = [wire for wire, body in MESSAGES.items() if body not in handled and wire not in {*answering, *_COMING}]
    assert not lost, f"nobody handles {lost}, and no docstring says '→' of them"


def test_a_message_that_asks_says_its_answer() -> None:
    handled, answering = handlers(), answers(MESSAGES.values())
    for wire, body in MESSAGES.items():
        told = summary(body)
        if body in handled and told.startswith("Ask "):
            assert "→" in told, f"{wire}: expected '→ Answer' in its docstring"
        if wire in answering and body not in handled:
            assert not told.startswith(("Ask ", "Tell ")), f"{wire} is an answer, not a request"
