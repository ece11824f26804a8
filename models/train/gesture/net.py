"""The networks as torch trains them, and as the device reads them (``models/motion/network.py``)."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

__all__ = ["MotionNet", "fit", "save", "say"]

TOLD_S = 5.0
"""What takes longer says how far it is."""


class MotionNet(nn.Module):
    """(n, channels, time) → logits: convolutions of width five with these strides, then one hidden layer."""

    def __init__(
        self,
        channels: int,
        time: int,
        strides: Sequence[int],
        labels: int,
        *,
        wide: int = 24,
        hidden: int = 48,
        drop: float = 0.25,
    ) -> None:
        super().__init__()
        widths = [channels, *([wide] * (len(strides) - 1)), 32] if strides else [channels]
        self.conv = nn.ModuleList(
            nn.Conv1d(one, other, 5, stride) for one, other, stride in zip(widths, widths[1:], strides, strict=False)
        )
        for stride in strides:
            time = (time - 5) // stride + 1
        self.dense = nn.ModuleList([nn.Linear(widths[-1] * time, hidden), nn.Linear(hidden, labels)])
        self.drop = nn.Dropout(drop)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for conv in self.conv:
            x = torch.relu(conv(x))
        x = self.drop(x.transpose(1, 2).flatten(1))  # time before channels, as the numpy network lays them out
        out: torch.Tensor = self.dense[1](self.drop(torch.relu(self.dense[0](x))))
        return out


def fit(
    net: MotionNet,
    windows: NDArray[np.generic],
    labels: Sequence[int],
    *,
    epochs: int,
    weight: torch.Tensor | None = None,
    rate: float = 3e-3,
    smooth: float = 0.02,
    decay: float = 0.02,
    noise: float = 0.0,
    size: int = 256,
) -> None:
    """Cross entropy by AdamW, the rate falling linearly to nothing over so many epochs.

    ``windows`` is (n, time, channels), already scaled.
    """
    x = torch.from_numpy(np.asarray(windows, np.float32).clip(-5, 5).transpose(0, 2, 1).copy())
    y = torch.tensor(list(labels))
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
    began = time.monotonic()
    net.train()
    for epoch in range(epochs):
        total, parts = 0.0, torch.randperm(len(y)).split(size)
        for step, batch in enumerate(parts):
            for group in optimiser.param_groups:
                group["lr"] = rate * (1 - (epoch + step / len(parts)) / epochs) + 1e-5
            given = x[batch] + noise * torch.randn_like(x[batch]) if noise else x[batch]
            loss = nn.functional.cross_entropy(net(given), y[batch], weight=weight, label_smoothing=smooth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item()
        if time.monotonic() - began > TOLD_S:
            say(f"epoch {epoch + 1} of {epochs}: loss {total / len(parts):.3f}, {time.monotonic() - began:.0f} s")
    net.eval()


def save(
    net: MotionNet,
    out: Path,
    labels: Sequence[str],
    mean: NDArray[np.generic],
    scale: NDArray[np.generic],
    *,
    half: bool = False,
) -> None:
    """Write the arrays that the device reads; the weights in ``half`` precision."""
    kind = np.float16 if half else np.float32
    arrays: dict[str, NDArray[np.generic]] = {
        "labels": np.array(labels), "mean": mean.astype(np.float32), "scale": scale.astype(np.float32),
    }  # fmt: skip
    for place, conv in enumerate(net.conv):
        arrays[f"conv{place}.weight"] = conv.weight.detach().numpy().astype(kind)
        arrays[f"conv{place}.bias"] = conv.bias.detach().numpy().astype(kind)
        arrays[f"conv{place}.stride"] = np.array(conv.stride[0])
    for place, dense in enumerate(net.dense):
        arrays[f"dense{place}.weight"] = dense.weight.detach().numpy().astype(kind)
        arrays[f"dense{place}.bias"] = dense.bias.detach().numpy().astype(kind)
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, allow_pickle=False, **arrays)


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
