"""A graph of two rules in place of a trained one, and the shipped one against its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")

from bluerill.kernel.errors import CallerError
from bluerill.models.convert.graph import Graph
from bluerill.models.encoder.network import Files, Network, _named, shipped

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "loud", "quiet"]
LABELS, TAGS = ["up", "down"], ["O", "B-TEXT"]


def write(folder: Path, labels: list[str] = LABELS) -> Path:
    """A network that says "up" of "loud" and tags every "quiet"."""
    graph = Graph("rules", eight_bit=False)
    numbers = graph.input("numbers", "int64", [1, "length"])
    says, marks = np.zeros((len(PIECES), 2), np.float32), np.zeros((len(PIECES), 2), np.float32)
    says[4, 0], says[5, 1] = 20.0, 20.0
    marks[:, 0], marks[5, 1] = 1.0, 2.0
    words: Any = graph.node("Gather", graph.weight(says), numbers)
    graph.output(graph.node("ReduceSum", words, graph.constant(1), keepdims=0), "labels", "float", [1, 2])
    graph.output(graph.node("Gather", graph.weight(marks), numbers), "tags", "float", [1, "length", 2])
    (folder / "encoder.onnx").write_bytes(graph.model().SerializeToString())
    (folder / "encoder.json").write_bytes(msgspec.json.encode(Files(labels, TAGS, PIECES)))
    return folder


def test_labels_come_with_probabilities_and_tags_by_word(tmp_path: Path) -> None:
    seen = Network(write(tmp_path)).see(["loud", "thing"])
    assert seen.labels[0][0] == "up"
    assert seen.labels[0][1] == pytest.approx(1.0, abs=1e-3)
    assert Network(tmp_path).see(["loud", "quiet"]).tags == ["O", "B-TEXT"]


def test_every_word_has_a_tag_also_beyond_what_fits(tmp_path: Path) -> None:
    assert len(Network(write(tmp_path)).see(["quiet"] * 200).tags) == 200


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="outputs of"):
        Network(write(tmp_path, ["up", "down", "left"]))
    (tmp_path / "encoder.json").write_text("[]")
    with pytest.raises(CallerError, match="not an encoder"):
        Network(tmp_path)


def test_the_shipped_model_is_as_its_card_says_and_works() -> None:
    seen = Network(shipped()).see(["will", "i", "need", "an", "umbrella", "in", "new", "york"])
    assert seen.labels[0][0].startswith("get_weather")
    assert seen.tags[-2:] == ["B-PLACE", "I-PLACE"]


def test_a_name_goes_on_where_that_is_not_unlikely() -> None:
    names = ["O", "B-TEXT", "I-TEXT", "B-WHEN"]

    def tags(*rows: list[float]) -> list[str]:
        return _named(np.log(np.array(rows, np.float32)), names)[0]

    begun = [0.02, 0.96, 0.01, 0.01]
    assert tags(begun, [0.6, 0.05, 0.3, 0.05]) == ["B-TEXT", "I-TEXT"]
    assert tags(begun, [0.1, 0.6, 0.25, 0.05]) == ["B-TEXT", "I-TEXT"]
    assert tags(begun, [0.85, 0.05, 0.05, 0.05]) == ["B-TEXT", "O"]
    assert tags(begun, [0.1, 0.1, 0.2, 0.6]) == ["B-TEXT", "B-WHEN"]
    assert tags([0.55, 0.4, 0.03, 0.02], [0.1, 0.05, 0.84, 0.01]) == ["B-TEXT", "I-TEXT"]
    assert tags([0.9, 0.06, 0.03, 0.01], [0.1, 0.05, 0.84, 0.01]) == ["O", "I-TEXT"]


def test_what_else_a_word_may_be_is_told_likeliest_first() -> None:
    row = np.log(np.array([[0.3, 0.5, 0.01, 0.19]], np.float32))
    assert _named(row, ["O", "B-TEXT", "I-TEXT", "B-WHEN"]) == (["B-TEXT"], [["O", "B-WHEN"]])
