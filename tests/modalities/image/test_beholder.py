"""What models of the owner's see: the contracts of classifiers, CLIP-like encoders, describers and hands, with a puppet
of the broker."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bluerill.kernel.errors import CallerError
from bluerill.kernel.message import Body
from bluerill.modalities.image import views
from bluerill.modalities.image.beholder import Beholder
from bluerill.models.engines.contract import Payload
from bluerill.models.engines.tensors import packed, unpacked
from bluerill.models.messages import Infer, Inference, Refused
from support.lone_port import LonePort
from support.vision_models import OPEN_HAND

SEA = Image.new("RGB", (300, 200), "#0010f0")


class Broker:
    """Answers every inference with ``outputs`` (or says ``text``), and keeps what it was asked."""

    def __init__(self, text: str = "", **outputs: Any) -> None:
        self.asked: list[Infer] = []
        self._text, self._outputs = text, {name: np.asarray(each, np.float32) for name, each in outputs.items()}

    def __call__(self, body: Body) -> Body:
        assert isinstance(body, Infer)
        self.asked.append(body)
        tensors, data = packed(self._outputs)
        return Inference(self._text, tensors=tensors, data=data)


def beholder(broker: Any, **table: Any) -> Beholder:
    return Beholder(LonePort("image", {"models": broker}), table)


def test_a_classifiers_logits_become_the_likeliest_labels(tmp_path: Path) -> None:
    (tmp_path / "names").write_text("rose\nmoss\nsea\n")
    broker = Broker(other=np.zeros(7), scores=[[0.0, 1.0, 5.0]])
    labels = beholder(broker, labels={"model": "m", "names": f"{tmp_path}/names", "size": 16, "layout": "nhwc"}).labels
    found = asyncio.run(labels(SEA))
    assert found[0].label == "sea"
    assert found[0].confidence == pytest.approx(np.exp(5) / (1 + np.exp(1) + np.exp(5)), abs=1e-3)
    (asked,) = broker.asked
    (shown,) = unpacked(Payload(asked.tensors, asked.data)).values()
    assert shown.shape == (1, 16, 16, 3)
    assert shown[0, 5, 5, 2] == pytest.approx((0xF0 / 255 - 0.406) / 0.225, abs=1e-4)  # as ImageNet's networks expect


def test_an_encoders_vector_is_compared_with_those_of_the_labels(tmp_path: Path) -> None:
    np.savez(tmp_path / "names.npz", names=["rose", "sea"], vectors=[[1.0, 0, 0], [0.6, 0.8, 0]])
    broker = Broker(image_embeds=[[0.5, 0.9, 0.1]])
    named = {"model": "m", "names": f"{tmp_path}/names.npz", "size": 16}
    assert [each.label for each in asyncio.run(beholder(broker, labels=named).labels(SEA))] == ["sea"]
    with pytest.raises(CallerError, match="expected an output of 3 numbers"):
        asyncio.run(beholder(Broker(image_embeds=[[0.5, 0.9]]), labels=named).labels(SEA))


def test_a_sentence_of_a_model_that_sees() -> None:
    broker = Broker("A blue\n field. ")
    assert asyncio.run(beholder(broker, description={"model": "smolvlm"}).description(SEA)) == "A blue field."
    (asked,) = broker.asked
    assert asked.messages[0].content.startswith("Say in one short sentence")
    assert (asked.tensors[0].dtype, asked.tensors[0].shape) == ("uint8", [200, 300, 3])


def test_a_hand_is_looked_for_in_the_whole_and_then_where_it_was() -> None:
    points = np.zeros((21, 3), np.float32)
    points[:, :2] = OPEN_HAND / 4 + [32, 50]
    broker = Broker(xyz=points.reshape(1, 63), score=[[0.9]], handedness=[[0.1]])
    hand = asyncio.run(beholder(broker, hand={"model": "h", "size": 64}).hand(SEA, scale=2.0))
    assert hand is not None
    assert (hand.pose, hand.confidence, len(broker.asked)) == ("open-hand", 0.9, 2)
    unsure = Broker(xyz=points.reshape(1, 63), score=[[0.2]])
    assert asyncio.run(beholder(unsure, hand={"model": "h", "size": 64}).hand(SEA)) is None
    logits = Broker(xyz=points.reshape(1, 63), score=[[-3.0]])
    assert asyncio.run(beholder(logits, hand={"model": "h", "size": 64}).hand(SEA)) is None


def test_what_is_refused_or_wrong_is_said(tmp_path: Path) -> None:
    def full(body: Body) -> Body:
        return Refused("needs 900 MiB, 200 are free")

    (tmp_path / "names").write_text("rose\n")
    named = {"model": "m", "names": f"{tmp_path}/names", "size": 16}
    with pytest.raises(CallerError, match="model 'm': needs 900 MiB, 200 are free"):
        asyncio.run(beholder(full, labels=named).labels(SEA))
    with pytest.raises(CallerError, match="no numbers"):
        asyncio.run(beholder(Broker(scores=[[np.nan]]), labels=named).labels(SEA))
    with pytest.raises(CallerError, match="no numbers"):
        asyncio.run(beholder(Broker(xyz=np.full((1, 63), np.inf), sure=[[1]]), hand={"model": "h"}).hand(SEA))
    labels, hand = {"model": "m", "layout": "chwn"}, {"model": "m", "siez": 9}
    tables: list[dict[str, Any]] = [{"labels": {}}, {"labels": labels}, {"hand": hand}]
    for table in tables:
        with pytest.raises(CallerError, match=r"settings.toml \[image\]"):
            beholder(full, **table)


def test_places_in_a_square_are_places_in_the_picture() -> None:
    box = views.Box(100.0, -50.0, 300.0)
    corner = np.zeros((21, 3))
    corner[:, :2] = [64, 32]
    places, _ = views.read_hand({"a": corner.reshape(1, 63), "b": np.ones((1, 1))}, box, 64)
    assert places[0].tolist() == [400.0, 100.0, 0.0]
    around = views.region(np.array([[10.0, 20, 0], [110, 60, 0]]))
    assert (around.left, around.top, around.side) == (-15.0, -35.0, 150.0)
    beyond = views.squared(SEA, views.Box(400, 300, 64), 8)
    assert beyond.getcolors() == [(64, (0, 0, 0))]
