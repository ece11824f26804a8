"""N-grams are trained on sentences and written as the device reads them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

from bluerill.models.encoder.network import Files
from bluerill.models.encoder.ngrams import Ngrams
from bluerill.models.train.planner_encoder.ngrams import main, save, trained
from bluerill.models.train.planner_encoder.rows import Row

SAID = {"get_time": ["what time is it", "tell me the time"], "other.joke": ["tell me a joke", "make me laugh"]}
ROWS = [Row(text.split(), label, source="own.x") for label, texts in SAID.items() for text in texts] * 40


def test_what_was_trained_is_what_the_device_reads(tmp_path: Path) -> None:
    net = trained(ROWS, list(SAID), epochs=3)
    save(net, tmp_path / "ngrams.npz")
    ngrams = Ngrams.load(tmp_path / "ngrams.npz")
    for at, texts in enumerate(SAID.values()):
        for text in texts:
            logs = ngrams.logs(text.split())
            assert logs.argmax() == at
            assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-4)


def test_the_command_takes_the_labels_of_the_network_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in ROWS[:8]))
    names = tmp_path / "encoder.json"
    names.write_bytes(msgspec.json.encode(Files(["other.joke", "get_time", "mute"], ["O"], [])))
    out = tmp_path / "ngrams.npz"
    assert main(["--examples", str(tmp_path / "rows.jsonl"), "--names", str(names), "--out", str(out)]) == 0
    assert Ngrams.load(out).labels == 3
