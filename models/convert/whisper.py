"""Whisper checkpoints to ONNX: an encoder, a decoder with a cache, and a table of what surrounds them.

    encoder.onnx  mel (n, mels, frames) → cross_k_i, cross_v_i (n, frames / 2, width) for each decoder layer i,
                  computed once an utterance; letters (n, frames / 2, alphabet) where the checkpoint has a CTC head
    decoder.onnx  tokens (n, m), cross_k_i, cross_v_i, past_k_i, past_v_i (n, p, width)
                  → logits (n, m, vocabulary), k_i, v_i (n, p + m, width), heads (n, h, m, frames / 2): the
                  cross-attention scores of the alignment heads
    model.json    dimensions, marks, suppressed tokens, languages, and the bytes of each token

The checkpoint is read with ``weights_only``: a pickle that is more than weights is refused. Rows of the vocabulary that
are all zero (a checkpoint that uses a part of it) are left out; their common logit, 0, is put back by the runner.
"""

from __future__ import annotations

import base64
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError, ServiceFault
from ..engines.whisper_files import Marks, WhisperFiles
from .graph import Graph

__all__ = ["convert_whisper"]

Array = npt.NDArray[np.float32]
State = dict[str, Array]


def read_checkpoint(path: Path) -> tuple[dict[str, int], State, dict[str, Any]]:
    """Dimensions, weights as float32, and what else is in it. Raises CallerError for what is no Whisper checkpoint."""
    torch = _library("torch")
    try:
        with path.open("rb") as file:
            saved = torch.load(file, map_location="cpu", weights_only=True)
        dims = {name: int(value) for name, value in saved["dims"].items()}
        state = {name: value.float().numpy() for name, value in saved["model_state_dict"].items()}
    except OSError as error:
        raise CallerError(f"{path}: {error.strerror or error}") from None
    except (RuntimeError, LookupError, TypeError, ValueError, EOFError, AttributeError) as error:
        raise CallerError(f"{path} is not a Whisper checkpoint: {' '.join(str(error).split())[:200]}") from None
    except Exception as error:  # UnpicklingError: weights_only met something that is no weight
        if type(error).__name__ != "UnpicklingError":
            raise
        raise CallerError(f"{path} holds more than weights and is refused") from None
    return dims, state, saved


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise ServiceFault(f"conversion needs {name}: pip install 'bluerill[convert]'") from None


def convert_whisper(path: Path, out: Path, eight_bit: bool = True) -> WhisperFiles:
    """Write ``encoder.onnx``, ``decoder.onnx`` and ``model.json`` into the folder ``out`` (made if absent).

    Raises CallerError for what is no checkpoint, ServiceFault when torch, openai-whisper or onnx is missing.
    """
    dims, state, saved = read_checkpoint(path)
    _library("onnx")
    used = np.flatnonzero(np.abs(state["decoder.token_embedding.weight"]).max(axis=1) > 0)
    head = saved.get("ctc")
    letters = None if head is None else (head["weight"].float().numpy(), head["bias"].float().numpy())
    align = alignment_heads(path.stem, dims)
    out.mkdir(parents=True, exist_ok=True)
    _write(encoder(dims, state, letters, eight_bit), out / "encoder.onnx")
    _write(decoder(dims, state, used, align, eight_bit), out / "decoder.onnx")
    about = describe(dims, used, "" if head is None else str(head["letters"]))
    (out / "model.json").write_bytes(msgspec.json.encode(about))
    return about


def _write(model: Any, path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(model.SerializeToString())
    part.replace(path)


def alignment_heads(name: str, dims: dict[str, int]) -> list[tuple[int, int]]:
    """(layer, head) of those whose attention follows the sound: known for OpenAI's checkpoints by name, else all of the
    later half of the layers."""
    known = _library("whisper")._ALIGNMENT_HEADS.get(name)
    layers, heads = dims["n_text_layer"], dims["n_text_head"]
    if known is not None:
        gzip: Any = import_module("gzip")
        flags = np.frombuffer(gzip.decompress(base64.b85decode(known)), dtype=bool).reshape(-1, heads)
        if len(flags) == layers:
            return [(int(layer), int(head)) for layer, head in np.argwhere(flags)]
    return [(layer, head) for layer in range(layers // 2, layers) for head in range(heads)]


def describe(dims: dict[str, int], used: npt.NDArray[np.int64], letters: str) -> WhisperFiles:
    """What the runner must know beside the graphs."""
    tokenizers = _library("whisper.tokenizer")
    multilingual = dims["n_vocab"] >= 51_865
    languages = dims["n_vocab"] - 51_765 - int(multilingual) if multilingual else 0
    tokenizer = tokenizers.get_tokenizer(multilingual, num_languages=languages or 99, language="en", task="transcribe")
    names = list(tokenizers.LANGUAGES)[:languages]
    marks = Marks(
        start=tokenizer.sot, end=tokenizer.eot, transcribe=tokenizer.transcribe, translate=tokenizer.translate,
        previous=tokenizer.sot_prev, begin_lm=tokenizer.sot_lm, no_speech=tokenizer.no_speech,
        no_timestamps=tokenizer.no_timestamps, first_timestamp=tokenizer.timestamp_begin,
    )  # fmt: skip
    words = [tokenizer.encoding.decode_single_token_bytes(token) for token in range(tokenizer.eot)]
    return WhisperFiles(
        dims=dims, marks=marks, letters=letters, blank=list(tokenizer.encode(" ")),
        suppress=sorted(tokenizer.non_speech_tokens),
        languages={name: int(tokenizer.to_language_token(name)) for name in names},
        used=[] if len(used) == dims["n_vocab"] else [int(row) for row in used],
        tokens=[base64.b64encode(words[row]).decode() for row in used if row < len(words)],
    )  # fmt: skip


def encoder(dims: dict[str, int], state: State, letters: tuple[Array, Array] | None, eight_bit: bool) -> Any:
    """The encoder's graph, and of each decoder layer the keys and values it attends to."""
    g = Graph("whisper-encoder", eight_bit)
    width, heads = dims["n_audio_state"], dims["n_audio_head"]
    x = g.input("mel", "float", ["n", dims["n_mels"], "frames"])
    for name, stride in (("conv1", 1), ("conv2", 2)):
        weight, bias = g.weight(state[f"encoder.{name}.weight"]), g.weight(state[f"encoder.{name}.bias"])
        x = g.gelu(g.node("Conv", x, weight, bias, kernel_shape=[3], pads=[1, 1], strides=[stride]))
    x = g.node("Transpose", x, perm=[0, 2, 1])
    length = g.node("Gather", g.node("Shape", x), g.constant(1))
    places = g.node("Slice", g.weight(state["encoder.positional_embedding"]), g.constant(0), length, g.constant(0))
    x = g.node("Add", x, places)
    for layer in range(dims["n_audio_layer"]):
        at = f"encoder.blocks.{layer}"
        y = _norm(g, x, state, f"{at}.attn_ln")
        q, k, v = (_linear(g, y, state, f"{at}.attn.{name}") for name in ("query", "key", "value"))
        x = g.node("Add", x, _linear(g, g.attend(q, k, v, count=heads, width=width)[0], state, f"{at}.attn.out"))
        x = g.node("Add", x, _mlp(g, x, state, at))
    x = _norm(g, x, state, "encoder.ln_post")
    for layer in range(dims["n_text_layer"]):
        for short, name in (("k", "key"), ("v", "value")):
            value = _linear(g, x, state, f"decoder.blocks.{layer}.cross_attn.{name}")
            g.output(value, f"cross_{short}_{layer}", "float", ["n", "heard", width])
    if letters is not None:
        g.output(g.node("LogSoftmax", g.linear(x, *letters), axis=-1), "letters", "float", ["n", "heard", "alphabet"])
    return g.model()


def decoder(
    dims: dict[str, int], state: State, used: npt.NDArray[np.int64], align: list[tuple[int, int]], eight_bit: bool
) -> Any:
    """The decoder's graph."""
    g = Graph("whisper-decoder", eight_bit)
    width, heads = dims["n_text_state"], dims["n_text_head"]
    tokens = g.input("tokens", "int64", ["n", "m"])
    layers = range(dims["n_text_layer"])
    cross = [[g.input(f"cross_{s}_{i}", "float", ["n", "heard", width]) for s in "kv"] for i in layers]
    past = [[g.input(f"past_{s}_{i}", "float", ["n", "past", width]) for s in "kv"] for i in layers]
    before = g.node("Gather", g.node("Shape", past[0][0]), g.constant(1))
    count = g.node("Gather", g.node("Shape", tokens), g.constant(1))
    after = g.node("Add", before, count)
    x, table = g.embed(tokens, state["decoder.token_embedding.weight"][used])
    places = g.weight(state["decoder.positional_embedding"])
    x = g.node("Add", x, g.node("Slice", places, before, after, g.constant(0)))
    mask = _mask(g, before, count, after)
    scores: dict[int, str] = {}
    for layer in layers:
        at = f"decoder.blocks.{layer}"
        y = _norm(g, x, state, f"{at}.attn_ln")
        q, k, v = (_linear(g, y, state, f"{at}.attn.{name}") for name in ("query", "key", "value"))
        k, v = (g.node("Concat", past[layer][n], new, axis=1) for n, new in enumerate((k, v)))
        g.output(k, f"k_{layer}", "float", ["n", "all", width])
        g.output(v, f"v_{layer}", "float", ["n", "all", width])
        x = g.node(
            "Add", x, _linear(g, g.attend(q, k, v, count=heads, width=width, mask=mask)[0], state, f"{at}.attn.out")
        )
        y = _norm(g, x, state, f"{at}.cross_attn_ln")
        q = _linear(g, y, state, f"{at}.cross_attn.query")
        mixed, scores[layer] = g.attend(q, *cross[layer], count=heads, width=width)
        x = g.node("Add", x, _linear(g, mixed, state, f"{at}.cross_attn.out"))
        x = g.node("Add", x, _mlp(g, x, state, at))
    g.output(g.logits(_norm(g, x, state, "decoder.ln"), table), "logits", "float", ["n", "m", len(used)])
    picked = [g.node("Gather", scores[layer], g.constant(head), axis=1) for layer, head in align]
    g.output(g.node("Concat", *picked, axis=1), "heads", "float", ["n", len(align), "m", "heard"])
    return g.model()


def _mask(g: Graph, before: str, count: str, after: str) -> str:
    """(m, p + m): nothing is attended to before it was said."""
    one, zero = g.weight(np.array(1), "c"), g.weight(np.array(0), "c")
    scalars = [g.node("Squeeze", each, g.constant(0)) for each in (before, count, after)]
    rows = g.node("Add", g.node("Range", zero, scalars[1], one), scalars[0])
    columns = g.node("Range", zero, scalars[2], one)
    late = g.node("Greater", g.node("Unsqueeze", columns, g.constant(0)), g.node("Unsqueeze", rows, g.constant(1)))
    return g.node("Where", late, g.number(-1e9), g.number(0))


def _norm(g: Graph, x: str, state: State, at: str) -> str:
    return g.norm(x, state[f"{at}.weight"], state[f"{at}.bias"])


def _linear(g: Graph, x: str, state: State, at: str) -> str:
    return g.linear(x, state[f"{at}.weight"], state.get(f"{at}.bias"))


def _mlp(g: Graph, x: str, state: State, at: str) -> str:
    y = _linear(g, _norm(g, x, state, f"{at}.mlp_ln"), state, f"{at}.mlp.0")
    return _linear(g, g.gelu(y), state, f"{at}.mlp.2")
