"""Pictures for a multimodal model: its projector (libmtmd) turns them into embeddings that stand in the prompt.

A picture is a uint8 tensor [height, width, 3]; it stands where the text says ``<__media__>``, or before the text where
the text does not say. The prompt is then no list of tokens but of *chunks*, each decoded by the library in one call; a
sequence that was dropped computes them again, pictures included.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ....kernel.errors import CallerError, ServiceFault
from ...formats.gguf import read_gguf
from ..tensors import Array
from .context import Aborted, Context
from .library import errors_said, multimodal

__all__ = ["Pictured", "Projector"]

MAX_PICTURES = 16
MAX_PIXELS = 16_000_000


class Projector:
    """The projector at ``path`` for a model. Raises ServiceFault when the build has no libmtmd, CallerError when the
    file is no projector of this model."""

    def __init__(self, path: str, context: Context, threads: int) -> None:
        self._lib = lib = multimodal()
        self._context = context
        read_gguf(Path(path))
        errors_said()
        wanted = lib.mtmd_context_params_default()
        wanted.use_gpu = False
        wanted.print_timings = False
        wanted.warmup = False
        wanted.n_threads = threads or len(os.sched_getaffinity(0))
        self._handle = lib.mtmd_init_from_file(os.fsencode(path), context.model, wanted)
        if not self._handle:
            raise CallerError(f"{path}: no projector for this model: {errors_said() or 'libmtmd gives no reason'}")
        if not lib.mtmd_support_vision(self._handle):
            self.close()
            raise CallerError(f"{path}: this projector takes no pictures")
        self.marker = lib.mtmd_default_marker().decode()

    def prompt(self, text: str, pictures: Sequence[Array], *, special: bool) -> Pictured:
        """The chunks of a text with its pictures. Raises CallerError for pictures that are none."""
        if not 0 < len(pictures) <= MAX_PICTURES:
            raise CallerError(f"1 to {MAX_PICTURES} pictures come with a prompt, got {len(pictures)}")
        for picture in pictures:
            right = picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
            if not right or not 0 < picture.shape[0] * picture.shape[1] <= MAX_PIXELS:
                raise CallerError(
                    f"a picture is uint8 [height, width, 3] of at most {MAX_PIXELS} pixels, "
                    f"got {picture.dtype.name} {list(picture.shape)}"
                )
        marks = text.count(self.marker)
        if marks == 0:
            text = self.marker * len(pictures) + text
        elif marks != len(pictures):
            raise CallerError(f"the text has {marks} places for {len(pictures)} pictures ({self.marker})")
        if text.endswith(self.marker):
            raise CallerError("text must follow the last picture: the answer goes on from it")
        return Pictured(self._context, self._lib, self._handle, self._chunks(text, pictures, special))

    def _chunks(self, text: str, pictures: Sequence[Array], special: bool) -> Any:
        lib = self._lib
        bitmaps = [self._bitmap(picture) for picture in pictures]
        chunks = lib.mtmd_input_chunks_init()
        try:
            data = text.encode("utf-8", "replace")
            given = lib.mtmd_input_text(data, len(data), special, True)
            array = (ctypes.c_void_p * len(bitmaps))(*bitmaps)
            status = lib.mtmd_tokenize(self._handle, chunks, ctypes.byref(given), array, len(bitmaps))
        finally:
            for bitmap in bitmaps:
                lib.mtmd_bitmap_free(bitmap)
        if status != 0:
            lib.mtmd_input_chunks_free(chunks)
            raise CallerError(f"the pictures cannot be read (status {status}): {errors_said() or 'no reason given'}")
        return chunks

    def _bitmap(self, picture: Array) -> Any:
        height, width, _ = picture.shape
        pixels = np.ascontiguousarray(picture)
        data = pixels.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        return self._lib.mtmd_bitmap_init(width, height, data)

    def close(self) -> None:
        handle, self._handle = self._handle, None
        if handle:
            self._lib.mtmd_free(handle)


class Pictured:
    """A prompt as chunks; ``tokens`` and ``positions`` are what it takes of the context."""

    def __init__(self, context: Context, lib: Any, handle: Any, chunks: Any) -> None:
        self._context = context
        self._lib = lib
        self._handle = handle
        self._chunks = chunks
        self._count = int(lib.mtmd_input_chunks_size(chunks))
        self._next = 0
        self.tokens = int(lib.mtmd_helper_get_n_tokens(chunks))
        self.positions = int(lib.mtmd_helper_get_n_pos(chunks))

    @property
    def done(self) -> bool:
        return self._next >= self._count

    def step(self, slot: int, position: int) -> int:
        """Decode the next chunk; the position after it. The logits of the last chunk's last token can be read then.
        Raises Aborted, and ServiceFault."""
        lib = self._lib
        after = ctypes.c_int32(position)
        status = lib.mtmd_helper_eval_chunk_single(
            self._handle,
            self._context.handle,
            lib.mtmd_input_chunks_get(self._chunks, self._next),
            position,
            slot,
            self._context.n_batch,
            self._next == self._count - 1,
            ctypes.byref(after),
        )
        if status == 2:
            raise Aborted
        if status != 0:
            raise ServiceFault(f"a picture could not be decoded (status {status}): {errors_said() or 'no reason'}")
        self._next += 1
        return after.value

    def again(self) -> None:
        """Begin at the first chunk."""
        self._next = 0

    def close(self) -> None:
        chunks, self._chunks = self._chunks, None
        if chunks:
            self._lib.mtmd_input_chunks_free(chunks)
