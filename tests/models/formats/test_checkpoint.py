from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.formats.checkpoint import read_checkpoint
from support.model_files import TINY, checkpoint


class Payload:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch pwned",)


def test_the_dimensions_are_read_without_running_anything(tmp_path: Path) -> None:
    found = read_checkpoint(checkpoint(tmp_path / "m.pt"))
    assert {name: getattr(found, name) for name in TINY} == TINY
    assert found.stored_bytes == 2 * found.parameters


def test_the_number_of_parameters_is_whispers() -> None:
    """37,184,256 and 71,825,408: counted by torch for tiny.en and base.en of openai-whisper."""
    from bluerill.models.cards import FOLDER, card

    for name, count in (("whisper-tiny-en", 37_184_256), ("whisper-base-en", 71_825_408)):
        assert card(name, FOLDER).parameters == count


def test_a_payload_is_refused_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallerError, match=r"expected weights only, found a call of (posix|nt)\.system"):
        read_checkpoint(checkpoint(tmp_path / "evil.pt", extra=Payload()))
    assert not (tmp_path / "pwned").exists()


def test_a_payload_of_a_newer_protocol_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.pt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"dims": TINY, "x": Payload()}, protocol=4))
    with pytest.raises(CallerError, match="found opcode STACK_GLOBAL"):
        read_checkpoint(tmp_path / "m.pt")


@pytest.mark.parametrize(
    ("dims", "stored", "said"),
    [
        ({**TINY, "n_vocab": 0}, 0, "found n_vocab 0"),
        ({**TINY, "n_text_state": 1 << 24}, 0, "expected dimensions from 1 to"),
        ({"n_mels": 80}, 0, "expected the dimensions of a Whisper model, found none of n_audio_ctx"),
        (TINY, 1000, "but 1000 bytes of weights"),
    ],
)
def test_impossible_dimensions(tmp_path: Path, dims: dict[str, int], stored: int, said: str) -> None:
    with pytest.raises(CallerError) as caught:
        read_checkpoint(checkpoint(tmp_path / "m.pt", dims, stored=stored))
    assert said in str(caught.value)


def test_archives_that_are_none_or_are_cut_off(tmp_path: Path) -> None:
    whole = checkpoint(tmp_path / "m.pt", stored=200_000).read_bytes()
    bad = tmp_path / "bad.pt"
    for data in (b"", b"PK\3\4", whole[:-30], whole[:100], whole[:-20], bytes(100_000)):
        bad.write_bytes(data)
        with pytest.raises(CallerError, match=r"bad\.pt: at byte"):
            read_checkpoint(bad)


def test_a_directory_that_claims_too_much(tmp_path: Path) -> None:
    data = bytearray(checkpoint(tmp_path / "m.pt").read_bytes())
    end = data.rfind(b"PK\5\6")
    data[end + 10 : end + 12] = (60_000).to_bytes(2, "little")
    (tmp_path / "m.pt").write_bytes(data)
    with pytest.raises(CallerError, match="at most 20000 members"):
        read_checkpoint(tmp_path / "m.pt")


def test_a_compressed_pickle_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(1 << 20))
    with pytest.raises(CallerError, match="stored as at most"):
        read_checkpoint(tmp_path / "m.pt")
