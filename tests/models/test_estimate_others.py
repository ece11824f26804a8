from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.cards import FOLDER, card
from bluerill.models.estimate import Estimate, estimate, estimate_file
from bluerill.models.messages import LoadOptions
from bluerill.models.shapes import OnnxShape, WhisperShape
from support.model_files import checkpoint, onnx, onnx_tensor

MIB = 1 << 20
GRAPH = OnnxShape(inline_bytes=64 * MIB, external_bytes=0, graph_bytes=2000, largest_bytes=4 * MIB, nodes=32)


def weights(found: Estimate) -> tuple[int, int]:
    parts = [each for each in found.parts if each.group == "weights"]
    return sum(each.anon for each in parts), sum(each.file for each in parts)


def test_weights_in_the_graph_are_copied_once() -> None:
    """Measured: 64 MiB inside the file take 65.6 MiB of anonymous memory, 69 at the peak."""
    assert weights(estimate(GRAPH)) == (68 * MIB, 0)


def test_external_weights_stay_mapped_unless_they_are_prepacked() -> None:
    outside = msgspec.structs.replace(GRAPH, inline_bytes=0, external_bytes=64 * MIB)
    assert weights(estimate(outside)) == (0, 64 * MIB)
    assert weights(estimate(outside, LoadOptions(settings={"prepack": "on"}))) == (68 * MIB, 0)
    assert weights(estimate(outside, LoadOptions(mmap=False))) == (68 * MIB, 0)


def test_activations_are_for_the_rows_at_once() -> None:
    shape = msgspec.structs.replace(GRAPH, activation_bytes=8192)
    assert estimate(shape, LoadOptions(seqs=2000)).compute == 2000 * 8192
    assert not estimate(shape).note


def test_a_graph_that_gives_no_sizes_is_guessed_and_says_so() -> None:
    found = estimate(msgspec.structs.replace(GRAPH, unknown=7))
    assert found.compute == 16 * MIB
    assert "no size for 7 values" in found.note


def test_caches_fed_back_grow_with_the_context() -> None:
    shape = msgspec.structs.replace(GRAPH, state_bytes=100)
    assert estimate(shape, LoadOptions(ctx=50, seqs=2)).kv == 2 * 100 * 50 * 2


def test_whisper_is_what_was_measured() -> None:
    """tiny.en and base.en with random weights, loaded by torch in a child: 384.0 and 583.8 MiB of anonymous memory at
    the peak of loading, 148.1 of files."""
    for name, peak in (("whisper-tiny-en", 384.0), ("whisper-base-en", 583.8)):
        shape = card(name, FOLDER).shape
        assert isinstance(shape, WhisperShape)
        found = estimate(shape)
        assert peak * MIB <= found.anon <= 1.1 * peak * MIB
        assert 148.1 * MIB <= found.file <= 1.1 * 148.1 * MIB


def test_whisper_s_caches_by_hand(tmp_path: Path) -> None:
    """K and V in 32 bits of 1 layer x 64 wide x (48 tokens + 100 frames)."""
    found = estimate_file(checkpoint(tmp_path / "m.pt"))
    assert found.kv == 2 * 4 * 1 * 64 * (48 + 100)
    assert estimate_file(tmp_path / "m.pt", LoadOptions(seqs=3)).kv == 3 * found.kv


def test_a_folder_of_graphs_is_priced_together(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("encoder.onnx", "decoder.onnx"):
        onnx(tmp_path / name, onnx_tensor("w", [1000], bytes(4000)))
    assert estimate_file(tmp_path).weights == 2 * 4000 + 4000
    with pytest.raises(CallerError, match="expected 1 to 16 ONNX graphs, found 0"):
        estimate_file(tmp_path / "empty")


@pytest.mark.parametrize("seqs", [0, 1 << 30])
def test_options_that_make_no_sense(seqs: int) -> None:
    for shape in (GRAPH, card("whisper-tiny", FOLDER).shape):
        assert shape is not None
        with pytest.raises(CallerError, match="seqs"):
            estimate(shape, LoadOptions(seqs=seqs))
