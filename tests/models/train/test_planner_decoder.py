"""How the decoder is trained: branches do not see each other, and copying is there before anything is learned."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("torch", reason="training needs the extra 'train'")
pytest.importorskip("tokenizers", reason="training needs the extra 'train'")

import torch

from bluerill.models.decoder.prompt import Parameter, Tool
from bluerill.models.train.planner_decoder import heads, vocabulary
from bluerill.models.train.planner_decoder.batches import Pack, batched, coded
from bluerill.models.train.planner_decoder.network import Decoder, Shape

PIECES = 289  # all that the few words below give
TOOL = Tool("get_weather", "the weather of a city", [Parameter("city", "string", "the city")])


def pack(*asks: tuple[str, str]) -> Pack:
    raw = {"tools": [TOOL], "asks": [{"text": t, "calls": [["get_weather", {"city": c}]]} for t, c in asks]}
    return msgspec.json.decode(msgspec.json.encode(raw), type=Pack)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return vocabulary.learned(["weather in oslo and rome " * 20, "#get_weather the city -city str"], 400)


@pytest.fixture(scope="module")
def net() -> Decoder:
    torch.manual_seed(1)
    made = Decoder(Shape(PIECES, 320, 2, 5, 64))
    with torch.no_grad():
        made.embed.weight.copy_(heads.laid_out(torch.randn(PIECES, heads.CONTENT), 320))
    heads.with_copying(made, 1)
    return made


def logits(net: Decoder, one: Pack, tokenizer: Any) -> Any:
    batch = batched([coded(one, tokenizer)])
    with torch.no_grad():
        return net.hidden(batch.tokens, batch.places, batch.mask)[0], batch


def test_a_request_sees_the_tools_and_itself_only(net: Decoder, tokenizer: Any) -> None:
    both, _ = logits(net, pack(("weather in oslo", "oslo"), ("rome weather", "rome")), tokenizer)
    alone, batch = logits(net, pack(("rome weather", "rome")), tokenizer)
    prefix = coded(pack(), tokenizer)
    start = len(prefix.tokens)
    assert torch.allclose(both[-(len(alone) - start) :], alone[start:], atol=1e-4)
    assert torch.allclose(both[:start], alone[:start], atol=1e-4)
    assert int((batch.weights == 1).sum()) == len(tokenizer.encode('[{"get_weather":{"city":"rome"}}]').ids) + 1


def test_it_can_copy_before_it_has_learned_anything(net: Decoder) -> None:
    once = torch.randint(20, PIECES, (2, 40), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        guessed = net(torch.cat([once, once], 1))[:, 40:-1].argmax(-1)
    assert float((guessed == once[:, 1:]).float().mean()) > 0.7


def test_llama_computes_what_torch_computes(net: Decoder, tokenizer: Any, tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="training needs the extra 'train'")
    if not os.environ.get("BLUERILL_APART"):
        pytest.skip("llama.cpp's ggml and the voice detector's cannot share a process: BLUERILL_APART=1")
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    from bluerill.models.engines.llama.context import Row
    from bluerill.models.messages import LoadOptions
    from bluerill.models.train.planner_decoder.export import write_gguf

    write_gguf(net.state_dict(), net.shape, tokenizer, tmp_path / "d.gguf", eight_bit=False)
    from bluerill.models.engines.llama.context import Context

    context = Context(str(tmp_path / "d.gguf"), LoadOptions(ctx=256, kv_type="f32"))
    numbers = context.tokenize("weather in oslo 123", special=False, parse=False)
    assert numbers == tokenizer.encode("weather in oslo 123").ids
    output = context.decode([Row(0, 0, numbers, True)])[0]
    with torch.no_grad():
        expected = net(torch.tensor([numbers]))[0, -1].numpy()
    assert abs(context.logits(output) - expected).max() < 2e-2
    context.close()


def test_training_can_go_on_from_a_file_that_was_shipped(net: Decoder, tokenizer: Any, tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="export needs the extra 'train'")
    from bluerill.models.train.planner_decoder.begin import read_gguf
    from bluerill.models.train.planner_decoder.export import write_gguf

    write_gguf(net.state_dict(), net.shape, tokenizer, tmp_path / "d.gguf")
    weights, shape, pieces = read_gguf(tmp_path / "d.gguf")
    assert shape == net.shape
    assert pieces.encode("weather in rome, 42").ids == tokenizer.encode("weather in rome, 42").ids
    for name, weight in net.state_dict().items():
        assert torch.allclose(weights[name], weight, atol=float(weight.abs().max()) / 100), name


def test_a_file_of_another_kind_is_no_beginning(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf", reason="export needs the extra 'train'")
    from bluerill.models.train.planner_decoder.begin import read_gguf

    writer = gguf.GGUFWriter(str(tmp_path / "x.gguf"), "mamba")
    writer.add_name("x")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ValueError, match="expected a decoder of plans"):
        read_gguf(tmp_path / "x.gguf")
