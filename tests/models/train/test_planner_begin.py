"""An encoder that was exported is read back as it was, and goes on from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra 'train'")
pytest.importorskip("onnx", reason="training needs the extra 'train'")
pytest.importorskip("onnxruntime", reason="the encoder needs the extra 'onnx'")

import torch

from bluerill.models.encoder.network import Files, shipped
from bluerill.models.encoder.network import Network as Runtime
from bluerill.models.encoder.pieces import Pieces
from bluerill.models.train import precision
from bluerill.models.train.planner_encoder import train
from bluerill.models.train.planner_encoder.begin import begun, read_graph
from bluerill.models.train.planner_encoder.export import graph_of, write_graph
from bluerill.models.train.planner_encoder.network import Encoder
from bluerill.models.train.planner_encoder.rows import Row

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "wake", "me", "at", "five", "play", "jazz", "now", *"abcdefgh"]
LABELS, TAGS = ["other.a", "play_music", "set_alarm"], ["O", "B-WHEN"]
SENTENCES: list[list[str]] = [[*text.split()] for text in ("wake me at five", "play jazz", "now a b c wake", "me")]


@pytest.fixture(scope="module")
def net() -> Encoder:
    torch.manual_seed(4)
    made = Encoder(len(PIECES), len(LABELS), len(TAGS), 2, 48, 96)
    made.eval()
    with torch.no_grad():
        for each in made.parameters():
            each.add_(0.1 * torch.randn_like(each))  # the norms' weights and the places too
    return made


def exported(net: Encoder, folder: Path, eight_bit: bool) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_graph(graph_of(net.state_dict(), len(net.blocks), eight_bit), folder)
    (folder / "encoder.json").write_bytes(msgspec.json.encode(Files(LABELS, TAGS, PIECES)))
    return folder


def logits(net: Encoder, pieces: Pieces, words: list[str]) -> Any:
    numbers, _ = pieces.encode(words)
    with torch.no_grad():
        return net(torch.tensor([numbers]), torch.ones(1, len(numbers), dtype=torch.bool))[0][0].numpy()


@pytest.mark.parametrize("eight_bit", [True, False])
def test_a_model_read_back_says_what_its_graph_says(net: Encoder, tmp_path: Path, eight_bit: bool) -> None:
    folder = exported(net, tmp_path, eight_bit)
    start = read_graph(folder)
    assert (start.files.labels, start.files.tags, start.files.pieces) == (LABELS, TAGS, PIECES)
    back = begun(start, LABELS, TAGS).eval()
    for name, value in net.state_dict().items():
        error = float((back.state_dict()[name] - value).abs().max())
        assert error <= (float(value.abs().max()) / 127 if eight_bit else 1e-6), name
    runtime = Runtime(folder)
    for words in SENTENCES:
        graph = runtime.logits(words)
        assert np.abs(graph - logits(back, Pieces(PIECES), words)).max() < (0.1 if eight_bit else 1e-3)


def test_what_was_read_back_is_exported_without_another_loss(net: Encoder, tmp_path: Path) -> None:
    first = read_graph(exported(net, tmp_path / "a", True))
    again = read_graph(exported(begun(first, LABELS, TAGS), tmp_path / "b", True))
    for name, value in first.weights.items():
        assert torch.allclose(value, again.weights[name], atol=1e-6), name


def test_new_names_come_last_and_begin_as_the_mean(net: Encoder, tmp_path: Path) -> None:
    start = read_graph(exported(net, tmp_path, True))
    labels, tags = start.labels(["set_alarm", "zoom", "add_event"]), start.tags(["O", "B-NEW"])
    assert (labels, tags) == ([*LABELS, "add_event", "zoom"], [*TAGS, "B-NEW"])
    words = SENTENCES[0]
    old = logits(begun(start, LABELS, TAGS).eval(), Pieces(PIECES), words)
    new = logits(begun(start, labels, tags).eval(), Pieces(PIECES), words)
    assert np.allclose(new[:3], old, atol=1e-5)
    assert np.allclose(new[3:], old.mean(), atol=1e-4)
    with pytest.raises(ValueError, match="come first"):
        begun(start, LABELS[::-1], TAGS)


def test_another_graph_is_refused(tmp_path: Path) -> None:
    onnx: Any = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    ends = [helper.make_tensor_value_info(name, kind, [1]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "other", ends[:1], ends[1:])
    onnx.save_model(helper.make_model(graph), str(tmp_path / "encoder.onnx"))
    (tmp_path / "encoder.json").write_bytes(msgspec.json.encode(Files(LABELS, TAGS, PIECES)))
    with pytest.raises(ValueError, match="planner's encoder"):
        read_graph(tmp_path)


def test_the_shipped_encoder_is_read_back() -> None:
    folder = shipped()
    start = read_graph(folder)
    net = begun(start, start.files.labels, start.files.tags).eval()
    runtime, pieces = Runtime(folder), Pieces(start.files.pieces)
    runtime.files.beside = 0.0  # the n-grams' opinion is none of the graph's
    for words in (["wake", "me", "at", "five"], ["will", "it", "rain", "in", "oslo"], ["who", "was", "the", "king"]):
        graph, torched = runtime.logits(words), logits(net, pieces, words)
        assert graph.argmax() == torched.argmax()
        assert np.corrcoef(graph, torched)[0, 1] > 0.995


def test_training_goes_on_from_an_export_with_several_files(net: Encoder, tmp_path: Path) -> None:
    folder = exported(net, tmp_path / "onnx", True)
    rows = [Row(words, label, [*["O"] * len(words)], "own") for words in SENTENCES for label in LABELS]
    held = [Row(["play", "jazz", "now"], "play_music", None, "own", "held")]
    misheard = [Row(["pay", "jazz"], "play_music", None, "misheard.own"), Row(["new"], "zoom", None, "misheard.own")]
    files = [tmp_path / "examples.jsonl", tmp_path / "misheard.jsonl"]
    for path, some in zip(files, (rows + held, misheard), strict=True):
        path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in some))
    out = tmp_path / "out"
    arguments = ["--examples", *map(str, files), "--begin", str(folder), "--folder", str(out), "--epochs", "1"]
    assert train.main([*arguments, "--batch", "8"]) == 0
    made = torch.load(out / "encoder.pt", weights_only=True)
    assert made["labels"] == [*LABELS, "zoom"]
    assert made["pieces"] == PIECES
    before, after = read_graph(folder).weights["words.weight"], made["weights"]["words.weight"]
    assert torch.equal(before, after)  # the embeddings do not learn


def test_bfloat16_is_used_where_the_processor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for has in (True, False):
        precision.quick_bfloat16.cache_clear()
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda has=has: {"avx2": True, "avx512_bf16": has, "l2": 9},
                            raising=False)  # fmt: skip
        with precision.mixed():
            made = torch.ones(2, 2) @ torch.ones(2, 2)
        assert made.dtype == (torch.bfloat16 if has else torch.float32)
    precision.quick_bfloat16.cache_clear()
