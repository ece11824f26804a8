from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.cards import Card, CardFile, card, models_folder, verify, write_card
from bluerill.models.download import Patience
from bluerill.models.pull import pull
from support.model_files import gguf
from support.shop import Manner, Shop, shop

EAGER = Patience(tries=3, first_s=0.0)


@pytest.fixture(name="web")
def _web(tmp_path: Path) -> Iterator[Shop]:
    with shop(gguf(tmp_path / "source.gguf").read_bytes()) as made:
        yield made


def offered(web: Shop, **changes: object) -> Card:
    made = Card("tiny", "llama", "Tiny", "CC0-1.0", web.url, files=[CardFile("tiny.gguf", urls=[web.address()])])
    write_card(made)
    return made


def test_by_name_it_is_pinned_at_the_first_time(web: Shop) -> None:
    offered(web)
    web.script = [Manner(cut=20_000), Manner()]
    made = pull("tiny", patience=EAGER)
    assert len(made.files[0].sha256) == 64
    assert made.files[0].urls == [web.address()]
    assert made.shape is not None
    assert verify(made) == []
    assert card("tiny") == made
    asked = len(web.asked)
    assert pull("tiny", patience=EAGER) == made
    assert len(web.asked) == asked  # what is here is not fetched again


def test_a_change_after_the_pin_is_refused(web: Shop, tmp_path: Path) -> None:
    offered(web)
    made = pull("tiny", patience=EAGER)
    (models_folder() / "tiny" / "tiny.gguf").unlink()
    web.data = gguf(tmp_path / "other.gguf", name="Other").read_bytes()
    with pytest.raises(Exception, match=r"bytes|sha256"):
        pull("tiny", patience=EAGER)
    assert card("tiny") == made
    assert not (models_folder() / "tiny" / "tiny.gguf").exists()


def test_by_address_its_card_is_made(web: Shop) -> None:
    made = pull(web.address("Some-Model.gguf?download=true"), patience=EAGER)
    assert (made.name, made.engine, made.title) == ("some-model", "llama", "Tiny")
    assert made.source.endswith("Some-Model.gguf?download=true")
    assert (models_folder() / "some-model" / "Some-Model.gguf").is_file()


def test_a_page_instead_of_a_model_is_not_kept(web: Shop) -> None:
    web.data = b"<!DOCTYPE html>log in first"
    with pytest.raises(CallerError, match="found a file that begins with b'<!DOCTYPE"):
        pull(web.address(), patience=EAGER)
    assert list((models_folder() / "m").iterdir()) == []


def test_the_next_address_is_tried(web: Shop) -> None:
    notes: list[str] = []
    file = CardFile("m.gguf", urls=[web.address("a"), web.address("b")])
    write_card(Card("two", "llama", "Two", "CC0-1.0", "", files=[file]))
    web.script = [Manner(status=404), Manner()]
    pull("two", progress=lambda at: notes.append(at.note), patience=EAGER)
    assert [each["path"] for each in web.asked] == ["/a", "/b"]
    assert any("trying its next address" in note for note in notes)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("silero-vad", "has no address to pull from"),
        ("nothing", "no model card is named"),
        ("https://example.org/", "expected the address of a file"),
    ],
)
def test_what_cannot_be_pulled(what: str, said: str) -> None:
    with pytest.raises(CallerError, match=said):
        pull(what)


def test_a_wrong_engine_is_said(web: Shop) -> None:
    write_card(Card("ear", "whisper", "Ear", "MIT", "", files=[CardFile("m.pt", urls=[web.address()])]))
    with pytest.raises(CallerError, match="engine 'whisper' does not run what this is, a model for 'llama'"):
        pull("ear", patience=EAGER)
