"""The network: Whisper's own modules with a CTC head on the encoder, run on inputs of any length.

``whisper.model.AudioEncoder`` insists on its full window; here the sinusoidal positions are cut to the input, which
makes an utterance of two seconds cost a fifth. That it gives the same transcripts in a padded window is trained
(``batches.PADDED``). Residual sums stay in the type of autocast, which halves the time on CPUs with bfloat16.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import asdict
from math import log
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from whisper.model import ModelDimensions, Whisper

from .batches import Batch
from .tokens import LETTERS, Pieces

__all__ = ["Nano", "begun", "checkpoint", "load", "write_packed"]

FULL = 51_864
"""Rows of the vocabulary of Whisper's English checkpoints."""
CONTEXT = 500


class Nano(nn.Module):
    """``net`` is a Whisper whose vocabulary is the table of word pieces in use; ``letters`` the CTC head."""

    def __init__(self, pieces: int, width: int = 192, heads: int = 3, encoder: int = 5, decoder: int = 2) -> None:
        super().__init__()
        self.dims = ModelDimensions(80, CONTEXT, width, heads, encoder, pieces, 64, width, heads, decoder)
        self.net: Any = Whisper(self.dims)
        self.letters = nn.Linear(width, len(LETTERS))
        with torch.no_grad():  # as loud as the positions that are added to it
            self.net.encoder.conv1.weight.mul_(2.0)
            self.net.encoder.conv2.weight.mul_(3.0)
        nn.init.normal_(self.net.decoder.token_embedding.weight, std=0.03)
        nn.init.normal_(self.net.decoder.positional_embedding, std=0.01)

    def encode(self, mel: Any) -> Any:
        """(n, 80, frames) to (n, frames / 2, width)."""
        encoder = self.net.encoder
        x = F.gelu(F.conv1d(mel, encoder.conv1.weight, encoder.conv1.bias, padding=1))
        x = F.gelu(F.conv1d(x, encoder.conv2.weight, encoder.conv2.bias, stride=2, padding=1))
        x = x.permute(0, 2, 1)
        x = x + encoder.positional_embedding[: x.shape[1]].to(x.dtype)
        for block in encoder.blocks:
            x = _block(block, x, None)
        return _norm(encoder.ln_post, x)

    def decode(self, tokens: Any, heard: Any) -> Any:
        """Logits over the pieces for each position."""
        decoder = self.net.decoder
        x = decoder.token_embedding(tokens) + decoder.positional_embedding[: tokens.shape[1]]
        x = x.to(heard.dtype)
        for block in decoder.blocks:
            x = _block(block, x, heard, causal=True)
        return F.linear(_norm(decoder.ln, x), decoder.token_embedding.weight)

    def losses(self, batch: Batch, smooth: float = 0.05) -> tuple[Any, Any]:
        """CTC loss a letter, and cross entropy a word piece (with Whisper's unused rows in the denominator, as they
        will be when it runs: their logit is 0)."""
        mel = torch.from_numpy(batch.mel).to(torch.bfloat16 if torch.is_autocast_enabled("cpu") else torch.float32)
        heard = self.encode(mel)
        scores = self.letters(heard).float().log_softmax(-1).transpose(0, 1)
        frames = torch.full((len(mel),), scores.shape[0], dtype=torch.int32)
        sizes = torch.from_numpy(batch.sizes)
        ctc = F.ctc_loss(scores, torch.from_numpy(batch.letters), frames, sizes, reduction="sum", zero_infinity=True)
        pieces = torch.from_numpy(batch.pieces).long()
        logits = self.decode(pieces[:, :-1].clamp(min=0), heard).float()
        target = pieces[:, 1:]
        unused = logits.new_full((*logits.shape[:2], 1), log(FULL - logits.shape[-1]))
        flat = torch.cat([logits, unused], -1).log_softmax(-1)
        known = target >= 0
        picked = flat.gather(-1, target.clamp(min=0)[..., None])[..., 0][known]
        spread = flat[..., :-1].mean(-1)[known]
        entropy = -((1 - smooth) * picked + smooth * spread).mean()
        return ctc / max(1, int(sizes.sum())), entropy


def _norm(layer: Any, x: Any) -> Any:
    return F.layer_norm(x, layer.normalized_shape, layer.weight.to(x.dtype), layer.bias.to(x.dtype), layer.eps)


def _block(block: Any, x: Any, heard: Any, causal: bool = False) -> Any:
    y = _norm(block.attn_ln, x)
    x = x + _attend(block.attn, y, y, causal)
    if heard is not None and block.cross_attn is not None:
        x = x + _attend(block.cross_attn, _norm(block.cross_attn_ln, x), heard, False)
    y = _norm(block.mlp_ln, x)
    return x + F.linear(
        F.gelu(F.linear(y, block.mlp[0].weight, block.mlp[0].bias)), block.mlp[2].weight, block.mlp[2].bias
    )


def _attend(layer: Any, x: Any, source: Any, causal: bool) -> Any:
    def heads(module: Any, y: Any) -> Any:
        return F.linear(y, module.weight, module.bias).unflatten(-1, (layer.n_head, -1)).transpose(1, 2)

    out = F.scaled_dot_product_attention(
        heads(layer.query, x), heads(layer.key, source), heads(layer.value, source), is_causal=causal
    )
    return F.linear(out.transpose(1, 2).flatten(2), layer.out.weight, layer.out.bias)


def checkpoint(nano: Nano, pieces: Pieces, half: bool = True) -> dict[str, Any]:
    """A checkpoint that ``whisper.load_model`` reads: the full vocabulary, unused rows zero. What is ours beyond it is
    under ``ctc`` (the head and its alphabet) and ``pieces``."""
    kind = torch.float16 if half else torch.float32
    state = {name: value.detach().to(kind) for name, value in nano.net.state_dict().items()}
    small = state["decoder.token_embedding.weight"]
    full = small.new_zeros((FULL, small.shape[1]))
    full[torch.tensor(pieces.table)] = small
    state["decoder.token_embedding.weight"] = full
    head = {name: value.detach().to(kind) for name, value in nano.letters.state_dict().items()}
    return {
        "dims": {**asdict(nano.dims), "n_vocab": FULL},
        "model_state_dict": state,
        "ctc": {**head, "letters": LETTERS},
        "pieces": list(pieces.table),
    }


def write_packed(value: dict[str, Any], path: Path) -> None:
    """A checkpoint as torch writes it, its archive deflated (which torch reads): most of the vocabulary is zeros."""
    plain = io.BytesIO()
    torch.save(value, plain)
    with zipfile.ZipFile(plain) as loose, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for entry in loose.infolist():
            packed.writestr(entry.filename, loose.read(entry.filename))


def load(path: Path) -> tuple[Nano, Pieces]:
    """A nano from a checkpoint of :func:`checkpoint`."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    dims, pieces = saved["dims"], Pieces(saved["pieces"])
    nano = Nano(
        len(pieces.table), dims["n_audio_state"], dims["n_audio_head"], dims["n_audio_layer"], dims["n_text_layer"]
    )
    state = dict(saved["model_state_dict"])
    state["decoder.token_embedding.weight"] = state["decoder.token_embedding.weight"][torch.tensor(pieces.table)]
    nano.net.load_state_dict({name: value.float() for name, value in state.items()})
    nano.letters.load_state_dict({name: saved["ctc"][name].float() for name in ("weight", "bias")})
    return nano.eval(), pieces


def begun(nano: Nano, pieces: Pieces, path: Path) -> None:
    """Give a new nano the weights of a finished one of the same shape; pieces that one did not know keep their own."""
    before, known = load(path)
    place = {piece: at for at, piece in enumerate(known.table)}
    state = before.state_dict()
    name = "net.decoder.token_embedding.weight"
    table = nano.state_dict()[name].clone()
    for at, piece in enumerate(pieces.table):
        if piece in place:
            table[at] = state[name][place[piece]]
    nano.load_state_dict({**state, name: table})
