"""A small convolutional network over a window of motion, in numpy: forward only, from an ``.npz`` of plain arrays.

Two or three convolutions with a stride (each followed by max(0, x)) and two dense layers; a hundred thousand products a
window, which takes numpy less time than it takes a general runtime to be called from another process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ..arrays import made_of

__all__ = ["Network", "Panel"]

MAX_BYTES: Final = 4 << 20
FLOOR: Final = 1e-9

Array = NDArray[np.float32]


class Network:
    """Weights and labels. Arrays: ``conv{i}.weight`` (out, in, width), ``conv{i}.bias``, ``conv{i}.stride``,
    ``dense{i}.weight`` (out, in), ``dense{i}.bias``, ``mean`` and ``scale`` (per channel), ``labels``."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.labels: list[str] = [str(each) for each in arrays["labels"]]
        self._mean = np.asarray(arrays["mean"], np.float32)
        self._scale = np.asarray(arrays["scale"], np.float32)
        self._conv: list[tuple[Array, Array, int]] = []
        while f"conv{len(self._conv)}.weight" in arrays:
            name = f"conv{len(self._conv)}"
            weight = np.asarray(arrays[f"{name}.weight"], np.float32)
            flat = weight.reshape(len(weight), -1).T
            self._conv.append((flat, np.asarray(arrays[f"{name}.bias"], np.float32), int(arrays[f"{name}.stride"])))
        self._dense: list[tuple[Array, Array]] = []
        while f"dense{len(self._dense)}.weight" in arrays:
            name = f"dense{len(self._dense)}"
            weight = np.asarray(arrays[f"{name}.weight"], np.float32)
            self._dense.append((weight.T, np.asarray(arrays[f"{name}.bias"], np.float32)))

    @classmethod
    def load(cls, path: Path) -> Network:
        """Raises CallerError for a file that is no such network."""
        return made_of(path, cls, "a network", MAX_BYTES)

    def chances(self, windows: NDArray[Any]) -> Array:
        """(n, time, channels) → (n, labels), each row summing to one."""
        x = ((windows - self._mean) / self._scale).astype(np.float32)
        np.clip(x, -5, 5, out=x)
        for weight, bias, stride in self._conv:
            width = len(weight) // x.shape[2]
            view = sliding_window_view(x, width, axis=1)[:, ::stride]  # (n, time, channels, width)
            x = view.reshape(*view.shape[:2], -1) @ weight + bias
            np.maximum(x, 0, out=x)
        x = x.reshape(len(x), -1)
        for place, (weight, bias) in enumerate(self._dense):
            x = x @ weight + bias
            if place + 1 < len(self._dense):
                np.maximum(x, 0, out=x)
        x -= x.max(axis=1, keepdims=True)
        np.exp(x, out=x)
        x /= x.sum(axis=1, keepdims=True)
        return x


class Panel:
    """Several networks of the same labels, asked together: the mean of their log probabilities."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks
        self.labels = networks[0].labels

    @classmethod
    def load(cls, paths: Iterable[Path]) -> Panel:
        """Raises CallerError for a file that is no network."""
        return cls([Network.load(path) for path in paths])

    def logs(self, windows: NDArray[Any]) -> Array:
        """(n, time, channels) → (n, labels): mean log probabilities."""
        total: Array = np.mean([np.log(each.chances(windows) + FLOOR) for each in self._networks], axis=0)
        return total

    def chances(self, windows: NDArray[Any]) -> Array:
        """(n, time, channels) → (n, labels), each row summing to one."""
        x = np.exp(self.logs(windows))
        whole: Array = x / x.sum(axis=1, keepdims=True)
        return whole
