from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models import files
from bluerill.models.files import stamp_of, verified
from bluerill.models.messages import ModelFile


def pinned(path: Path, stamp: str = "") -> ModelFile:
    return ModelFile(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), stamp)


def test_a_pinned_file_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"weights")
    file = pinned(path)
    stamps = verified([file])
    assert stamps == {str(path): stamp_of(str(path))}
    monkeypatch.setattr(files, "sha256_of", lambda path: pytest.fail("it was hashed again"))
    assert verified([pinned(path, stamps[str(path)])]) == stamps


def test_a_file_that_changes_after_its_pin_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"weights")
    file = pinned(path, verified([pinned(path)])[str(path)])
    before = path.stat()
    path.write_bytes(b"evil ws")  # as long as before
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(CallerError, match="not the file that was trusted"):
        verified([file])


def test_a_file_without_a_pin_is_only_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"weights")
    assert verified([ModelFile(str(path))]) == {}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("m.gguf", "absolute path"),
        ("/nowhere/m.gguf", "No such file"),
        ("/dev/zero", "regular file"),
        ("/a\0b", "absolute"),
    ],
)
def test_what_is_no_model_file(path: str, words: str) -> None:
    with pytest.raises(CallerError, match=words):
        verified([ModelFile(path)])


def test_a_model_has_only_so_many_files() -> None:
    with pytest.raises(CallerError, match="at most 64"):
        verified([ModelFile("/x")] * 65)
