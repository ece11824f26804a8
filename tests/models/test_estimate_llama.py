"""KV caches worked out by hand for each kind of layer and each type, and the rest against what llama.cpp reports."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.estimate import Estimate, estimate, estimate_file
from bluerill.models.estimate_llama import kv_bytes, state_bytes
from bluerill.models.formats.ggml import kv_type
from bluerill.models.formats.llama import read_llama
from bluerill.models.messages import LoadOptions
from bluerill.models.shapes import KvLayers, LlamaShape, RecurrentLayers
from support.gguf import array, header, key, number, numbers, text
from support.model_files import gguf

MIB = 1 << 20
PLAIN = LlamaShape(
    "llama", weights_bytes=10 * MIB, header_bytes=0, vocabulary=1000, embedding=256, feed_forward=768, heads=8,
    queries=256, keys=64, layers=4, trained_ctx=1 << 20, kv=[KvLayers(4, 64, 64)],
)  # fmt: skip


def sum_of(shape: LlamaShape, **changes: object) -> Estimate:
    return estimate(shape, msgspec.structs.replace(LoadOptions(), **changes))


@pytest.mark.parametrize(
    ("kind", "row"),  # bytes of 64 elements
    [("f32", 256), ("f16", 128), ("bf16", 128), ("q8_0", 68), ("q5_1", 48), ("q5_0", 44), ("q4_1", 40), ("q4_0", 36),
     ("iq4_nl", 36)],
)  # fmt: skip
def test_full_attention_in_every_type(kind: str, row: int) -> None:
    """4 layers x (K + V) x 2048 cells."""
    assert kv_bytes(PLAIN.kv[0], kv_type(kind), 2048, 512, 1, full=True, unified=False) == 4 * 2 * row * 2048
    assert kv_type("q8_0").row(64) / 64 == 1.0625
    assert kv_type("q4_0").row(64) / 64 == 0.5625


def test_keys_and_values_of_different_width() -> None:
    assert kv_bytes(KvLayers(3, 128, 64), kv_type("f16"), 256, 512, 1, full=True, unified=False) == 3 * 384 * 256


@pytest.mark.parametrize(
    ("ctx", "window", "ubatch", "seqs", "unified", "cells", "streams"),
    [
        (4096, 512, 512, 1, False, 1024, 1),  # 512 + 512
        (4096, 512, 100, 1, False, 768, 1),  # 612 padded to 256
        (512, 4096, 512, 1, False, 512, 1),  # a window wider than the context
        (4096, 512, 512, 4, False, 1024, 4),  # a stream each
        (16384, 512, 512, 4, True, 2560, 1),  # 4 windows and one micro-batch in one stream
    ],
)
def test_a_sliding_window(
    ctx: int, window: int, ubatch: int, seqs: int, unified: bool, cells: int, streams: int
) -> None:
    layers = KvLayers(5, 64, 64, window)
    found = kv_bytes(layers, kv_type("f16"), ctx, ubatch, seqs, full=False, unified=unified)
    assert found == 5 * 256 * cells * streams
    assert kv_bytes(layers, kv_type("f16"), ctx, ubatch, seqs, full=True, unified=unified) == 5 * 256 * ctx * streams


def test_recurrent_states_do_not_depend_on_the_context() -> None:
    """Mamba: n_seq x layers x 4 x [(d_conv - 1) d_inner + d_state d_inner] = 2 x 4 x 4 x [3 x 512 + 16 x 512]."""
    shape = msgspec.structs.replace(PLAIN, kv=[], recurrent=[RecurrentLayers(4, 3 * 512, 16 * 512)])
    assert state_bytes(shape, 2) == 2 * 4 * 4 * 512 * 19
    assert sum_of(shape, seqs=2, ctx=256).kv == sum_of(shape, seqs=2, ctx=8192).kv == 2 * 4 * 4 * 512 * 19


def test_the_context_is_padded_and_ends_where_training_did() -> None:
    assert sum_of(PLAIN, ctx=1).kv == sum_of(PLAIN, ctx=256).kv == 4 * 256 * 256
    short = msgspec.structs.replace(PLAIN, trained_ctx=512)
    assert sum_of(short, ctx=4096).kv == sum_of(short, ctx=512).kv


def test_sequences_have_a_cache_each() -> None:
    assert sum_of(PLAIN, ctx=256, seqs=3).kv == 3 * sum_of(PLAIN, ctx=256).kv


def part(found: Estimate, name: str) -> int:
    [one] = [each.bytes for each in found.parts if each.name == name]
    return one


@pytest.mark.parametrize(
    ("changes", "shape", "said"),  # what llama.cpp (llama-cpp-python 0.3.36) says of its compute buffer, in MiB
    [
        ({}, {}, 8.51),
        ({"ctx": 8192}, {}, 14.51),
        ({"ubatch": 128}, {}, 2.13),
        ({"settings": {"flash": "off"}}, {}, 38.76),
        ({}, {"feed_forward": 3072}, 22.01),
        ({}, {"embedding": 1024, "feed_forward": 3072, "heads": 16, "queries": 1024, "keys": 256}, 28.01),
        ({"ubatch": 1024, "batch": 1024}, {}, 17.02),
        ({}, {"embedding": 512, "heads": 32, "queries": 2048, "keys": 512, "feed_forward": 1024}, 13.01),
        ({"seqs": 4, "ctx": 512, "settings": {"unified": "on"}}, {}, 8.51),
    ],
)
def test_compute_is_what_llama_cpp_reserves(changes: dict[str, object], shape: dict[str, int], said: float) -> None:
    found = part(sum_of(msgspec.structs.replace(PLAIN, vocabulary=4096, **shape), **changes), "activations")
    assert found / MIB == pytest.approx(said, abs=0.02)


def test_logits_count_for_the_tokens_that_want_them() -> None:
    wide = msgspec.structs.replace(PLAIN, vocabulary=262_144)
    assert part(sum_of(wide), "activations") == part(sum_of(PLAIN), "activations")
    whole = part(sum_of(wide, settings={"outputs": "512"}), "activations")
    assert whole == 4 * 512 * 262_144 + 4 * 512 * 3 * 256


def test_weights_are_file_backed_unless_they_are_read_or_copied() -> None:
    mapped, read = sum_of(PLAIN), sum_of(PLAIN, mmap=False)
    assert mapped.total == read.total
    assert mapped.file - read.file == read.anon - mapped.anon == 10 * MIB
    tied = msgspec.structs.replace(PLAIN, repacked_bytes=9 * MIB, dropped_bytes=8 * MIB)
    copied = sum_of(tied, settings={"repack": "on"})
    assert (copied.anon - mapped.anon, mapped.file - copied.file) == (9 * MIB, 8 * MIB)
    assert sum_of(tied).total == mapped.total


def test_the_groups_are_all_of_it() -> None:
    found = sum_of(PLAIN)
    assert found.weights + found.kv + found.compute + found.fixed == found.total == found.anon + found.file


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ctx": -1}, "ctx must be from 1"),
        ({"seqs": 0}, "seqs must be from 1"),
        ({"ubatch": 1 << 40}, "ubatch must be from 1"),
        ({"kv_type": "q6_k"}, "a KV cache is kept as"),
        ({"settings": {"outputs": "many"}}, "outputs must be a number"),
    ],
)
def test_options_that_make_no_sense(changes: dict[str, object], said: str) -> None:
    with pytest.raises(CallerError, match=said):
        sum_of(PLAIN, **changes)


# --- from a header to a shape


def write(path: Path, architecture: str, **given: object) -> Path:
    """A header without tensors."""
    keys = [key("general.architecture", text(architecture))]
    for name, value in given.items():
        full = f"{architecture}.{name.replace('__', '.')}"
        keys.append(key(full, numbers(*value) if isinstance(value, tuple) else number(int(str(value)))))
    path.write_bytes(header(3, 0, len(keys)) + b"".join(keys))
    return path


BASE = {"block_count": 6, "embedding_length": 64, "attention__head_count": 4, "attention__head_count_kv": 2}


def test_grouped_queries(tmp_path: Path) -> None:
    found = read_llama(gguf(tmp_path / "m.gguf"))
    assert found.kv == [KvLayers(2, 32, 32)]
    assert (found.vocabulary, found.queries, found.keys, found.trained_ctx) == (300, 64, 32, 4096)
    assert found.weights_bytes == 38_400 + 8_192
    assert not found.unsure


def test_heads_of_their_own_width(tmp_path: Path) -> None:
    path = write(tmp_path / "m", "qwen3", **BASE, attention__key_length=128, attention__value_length=96)
    assert read_llama(path).kv == [KvLayers(6, 256, 192)]


@pytest.mark.parametrize(
    ("architecture", "given", "kv"),
    [
        ("gemma3", {"attention__sliding_window": 512}, [KvLayers(5, 32, 32, 512), KvLayers(1, 32, 32)]),
        ("gemma3", {}, [KvLayers(6, 32, 32)]),
        ("gemma2", {}, [KvLayers(3, 32, 32, 4096), KvLayers(3, 32, 32)]),
        ("gpt-oss", {"attention__sliding_window": 128}, [KvLayers(3, 32, 32, 128), KvLayers(3, 32, 32)]),
        ("cohere2moe", {"attention__sliding_window": 64}, [KvLayers(2, 32, 32), KvLayers(4, 32, 32, 64)]),
        ("phi3", {"attention__sliding_window": 64}, [KvLayers(6, 32, 32)]),  # llama.cpp switches it off
        ("gemma3", {"attention__sliding_window": 8, "attention__sliding_window_pattern": (1, 0, 0, 0, 0, 0)},
         [KvLayers(1, 32, 32, 8), KvLayers(5, 32, 32)]),
        ("llama4", {}, [KvLayers(5, 32, 32, 8192), KvLayers(1, 32, 32)]),
        ("bert", {}, []),
    ],
)  # fmt: skip
def test_windows_by_architecture(
    tmp_path: Path, architecture: str, given: dict[str, object], kv: list[KvLayers]
) -> None:
    assert read_llama(write(tmp_path / "m", architecture, **BASE, **given)).kv == kv


def test_latent_attention_keeps_no_values(tmp_path: Path) -> None:
    given = {**BASE, "attention__head_count_kv": 1, "attention__key_length": 576, "attention__value_length": 512}
    mla = {"attention__key_length_mla": 192, "attention__value_length_mla": 128}
    assert read_llama(write(tmp_path / "m", "deepseek2", **given, **mla)).kv == [KvLayers(6, 576, 0)]


def test_recurrent_and_hybrid_layers(tmp_path: Path) -> None:
    ssm = {"ssm__conv_kernel": 4, "ssm__inner_size": 128, "ssm__state_size": 16}
    mamba = read_llama(write(tmp_path / "a", "mamba", block_count=6, embedding_length=64, **ssm))
    assert (mamba.kv, mamba.recurrent) == ([], [RecurrentLayers(6, 3 * 128, 16 * 128)])
    mamba2 = read_llama(write(tmp_path / "b", "mamba2", block_count=6, embedding_length=64, **ssm, ssm__group_count=2))
    assert mamba2.recurrent == [RecurrentLayers(6, 3 * (128 + 2 * 2 * 16), 16 * 128)]
    heads = {**BASE, "attention__head_count_kv": (0, 0, 2, 0, 0, 2)}
    lfm2 = read_llama(write(tmp_path / "c", "lfm2", **heads, shortconv__l_cache=3))
    assert (lfm2.kv, lfm2.recurrent) == ([KvLayers(2, 32, 32)], [RecurrentLayers(4, 128, 0)])
    rwkv = read_llama(write(tmp_path / "d", "rwkv6", block_count=2, embedding_length=64, wkv__head_size=16))
    assert rwkv.recurrent == [RecurrentLayers(2, 128, 1024)]
    falcon = read_llama(write(tmp_path / "e", "falcon-h1", **BASE, **ssm))
    assert (falcon.kv, falcon.recurrent[0].layers) == ([KvLayers(6, 32, 32)], 6)
    qwen = read_llama(write(tmp_path / "f", "qwen3next", **BASE, **ssm))
    assert (qwen.kv, qwen.recurrent[0].layers) == ([KvLayers(1, 32, 32)], 5)


def test_an_unknown_architecture_is_priced_as_full_attention_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "m", "zebra", **BASE, attention__sliding_window=8)
    assert read_llama(path).kv == [KvLayers(6, 32, 32)]
    assert "zebra is taken for plain full attention" in estimate_file(path).note


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"embedding_length": 64}, "llama.block_count: expected a number from 0 to 512, found none"),
        ({**BASE, "block_count": 4000}, "llama.block_count: expected a number from 0 to 512, found 4000"),
        ({**BASE, "attention__head_count": (1, 2)}, "llama.attention.head_count: expected 6 numbers"),
        ({**BASE, "embedding_length": 1 << 30}, "llama.embedding_length: expected a number"),
    ],
)
def test_metadata_that_is_missing_or_impossible(tmp_path: Path, given: dict[str, object], said: str) -> None:
    with pytest.raises(CallerError) as caught:
        read_llama(write(tmp_path / "m", "llama", **given))
    assert said in str(caught.value)


def test_a_part_of_a_model_is_none(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(
        header(3, 0, 2) + key("general.architecture", text("llama")) + key("split.count", number(3))
    )
    with pytest.raises(CallerError, match="found one of 3 parts"):
        read_llama(tmp_path / "m")


def test_tokens_and_merges_are_counted(tmp_path: Path) -> None:
    merges = array(8, [b"\3\0\0\0\0\0\0\0a b"] * 500)
    keys = key("general.architecture", text("llama")) + key("llama.block_count", number(0))
    keys += key("llama.embedding_length", number(8)) + key("tokenizer.ggml.merges", merges)
    (tmp_path / "m").write_bytes(header(3, 0, 4) + keys)
    assert read_llama(tmp_path / "m").merges == 500
