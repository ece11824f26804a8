"""Names and paths become models with a price; what was measured is kept, and a damaged memory of it is set aside."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import msgspec
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.limits import MIB
from bluerill.models.cards import Card, CardFile, card, models_folder, write_card
from bluerill.models.catalogue import DeviceCatalogue
from bluerill.models.describe import describe
from bluerill.models.estimate import estimate
from bluerill.models.inspect import Inspected
from bluerill.models.known import Known
from bluerill.models.shelf import add
from support.model_files import gguf

LOG = logging.getLogger("test")


class Looked:
    """Looks into files as a server would, and counts."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self, path: str) -> Inspected:
        self.times += 1
        about = describe(Path(path))
        return Inspected(about.engine, about.shape)


def catalogue(state: Path, looked: Looked | None = None) -> DeviceCatalogue:
    return DeviceCatalogue(state, looked or Looked(), LOG)


def find(shelf: DeviceCatalogue, name: str) -> Known:
    return asyncio.run(shelf.find(name))


def test_a_card_is_priced_by_its_shape_and_pinned(tmp_path: Path) -> None:
    added = add(gguf(tmp_path / "Tiny.gguf"), "tiny")
    known = find(catalogue(tmp_path), "tiny")
    assert added.shape is not None
    price = estimate(added.shape, known.options)
    assert (known.profile.anon, known.profile.file) == (price.anon, price.file)
    assert (known.key, known.engine) == ("tiny", "llama")
    [file] = known.files
    assert file.sha256 == added.files[0].sha256
    assert Path(file.path).is_relative_to(models_folder())


def test_finding_again_is_free_until_something_changed(tmp_path: Path) -> None:
    add(gguf(tmp_path / "Tiny.gguf"), "tiny")
    shelf = catalogue(tmp_path)
    first = find(shelf, "tiny")
    assert find(shelf, "tiny") is first
    write_card(msgspec.structs.replace(card("tiny"), note="seen again"))
    again = find(shelf, "tiny")
    assert again is not first
    assert again == first


def test_another_model_under_the_same_name_is_another_model(tmp_path: Path) -> None:
    add(gguf(tmp_path / "Tiny.gguf"), "tiny")
    shelf = catalogue(tmp_path)
    first = find(shelf, "tiny")
    old = card("tiny")
    write_card(msgspec.structs.replace(old, files=[msgspec.structs.replace(old.files[0], sha256="0" * 64)]))
    assert find(shelf, "tiny").key == "tiny (2)"
    write_card(old)
    assert find(shelf, "tiny").key == first.key


def test_files_that_are_not_here_say_how_to_get_them(tmp_path: Path) -> None:
    write_card(
        Card("far", "llama", "Far", "MIT", "", files=[CardFile("far.gguf", urls=["https://example.org/far.gguf"])])
    )
    with pytest.raises(CallerError, match="not on this device; bluerill models pull far"):
        find(catalogue(tmp_path), "far")
    with pytest.raises(CallerError, match="no model card is named 'nothing'"):
        find(catalogue(tmp_path), "nothing")


def test_a_path_is_looked_into_once_for_each_version_of_the_file(tmp_path: Path) -> None:
    path, looked = gguf(tmp_path / "Tiny.gguf"), Looked()
    shelf = catalogue(tmp_path, looked)
    known = find(shelf, str(path))
    assert known.files[0].path == str(path)
    assert find(shelf, str(path)) is known
    assert looked.times == 1
    path.unlink()
    gguf(path, block_count=3)
    assert find(shelf, str(path)).key == f"{path} (2)"
    assert looked.times == 2
    with pytest.raises(CallerError, match="absolute path"):
        find(shelf, "./Tiny.gguf")


def test_what_was_measured_is_reserved_also_after_a_restart(tmp_path: Path) -> None:
    add(gguf(tmp_path / "Tiny.gguf"), "tiny")
    shelf = catalogue(tmp_path)
    known = find(shelf, "tiny")
    learned = shelf.learned(known, 100 * MIB, known.profile.file, oom=False)
    assert learned.profile.anon == 105 * MIB
    assert find(shelf, "tiny") == learned
    assert find(catalogue(tmp_path), "tiny").profile.anon == 105 * MIB
    assert not list(tmp_path.glob(".*.part"))


def test_one_that_was_killed_gets_a_quarter_more(tmp_path: Path) -> None:
    add(gguf(tmp_path / "Tiny.gguf"), "tiny")
    shelf = catalogue(tmp_path)
    known = find(shelf, "tiny")
    assert shelf.learned(known, 0, 0, oom=True).profile.anon == pytest.approx(1.25 * known.profile.anon, rel=0.01)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"a": 3}', b"\x00" * 100])
def test_a_damaged_memory_is_set_aside(tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    add(gguf(tmp_path / "Tiny.gguf"), "tiny")
    plain = find(catalogue(tmp_path), "tiny")
    for name in ("measured.json", "stamps.json"):
        (tmp_path / name).write_bytes(damage)
    assert find(catalogue(tmp_path), "tiny") == plain
    assert "lost" in caplog.text


def test_verified_files_are_not_hashed_again(tmp_path: Path) -> None:
    add(gguf(tmp_path / "Tiny.gguf"), "tiny")
    shelf = catalogue(tmp_path)
    known = find(shelf, "tiny")
    shelf.stamped(known, {known.files[0].path: "1-2-3"})
    assert find(shelf, "tiny").files[0].stamp == "1-2-3"
    assert find(catalogue(tmp_path), "tiny").files[0].stamp == "1-2-3"
