"""One GGUF model with its context: decoding, and the state of each sequence in it.

Every sequence has a stream of cells of its own (``kv_unified = false``). In a shared pool the cells of a restored
sequence would come to lie elsewhere, floating-point sums would run in another order, and the last bits would differ.
In a stream of its own a sequence's cells lie in the order of its tokens, before and after a restore, whatever others
do.

Layers that forget (sliding windows, recurrent states) cannot go back. :meth:`Context.trim` says whether it could;
:meth:`Context.storable` says whether a snapshot is the whole truth. A sliding-window cache is a ring: a snapshot of
one that has turned is right, but its cells come back in another order, so it is not used.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ....kernel.errors import BudgetExceeded, CallerError, ServiceFault
from ...messages import LoadOptions
from .library import KV_TYPES, Abort, errors_said, library

__all__ = ["Aborted", "Context", "Row"]

SMALL = 32 << 20
"""Bytes of weights below which a second thread costs more than it computes."""
MAX_BATCH = 8192


class Row(NamedTuple):
    """Tokens of one sequence to decode from ``position``; ``logits`` asks for those of its last token."""

    slot: int
    position: int
    tokens: Sequence[int]
    logits: bool


class Aborted(Exception):
    """The graph was ended early; the sequences are as they were before it."""


class Context:
    """The model at ``path``. Raises CallerError for a file or options that llama.cpp refuses, BudgetExceeded when it
    cannot allocate."""

    def __init__(self, path: str, options: LoadOptions, *, repack: bool = False, embeddings: bool = False) -> None:
        self.lib = lib = library()
        self.abort = Abort()
        self._model: Any = None
        self._context: Any = None
        errors_said()
        self._model = self._load(path, options, repack)
        self.vocab = lib.llama_model_get_vocab(self._model)
        self.n_vocab = int(lib.llama_vocab_n_tokens(self.vocab))
        self.trained_ctx = int(lib.llama_model_n_ctx_train(self._model))
        self.recurrent = bool(lib.llama_model_is_recurrent(self._model))
        self.hybrid = bool(lib.llama_model_is_hybrid(self._model))
        self.window = int(lib.llama_model_n_swa(self._model))
        self.encoder = bool(lib.llama_model_has_encoder(self._model))
        try:
            self._open(path, options, embeddings)
        except BaseException:
            self.close()
            raise

    def _load(self, path: str, options: LoadOptions, repack: bool) -> Any:
        lib = self.lib
        wanted = lib.llama_model_default_params()
        wanted.n_gpu_layers = 0
        wanted.load_mode = lib.LLAMA_LOAD_MODE_MMAP if options.mmap else lib.LLAMA_LOAD_MODE_NONE
        wanted.use_extra_bufts = repack
        wanted.check_tensors = False
        model = lib.llama_model_load_from_file(os.fsencode(path), wanted)
        if not model:
            raise _refused(path, errors_said() or "llama.cpp gives no reason")
        return model

    def _threads(self) -> int:
        """All cores, but one for a small model: its threads would wait for each other longer than they compute."""
        return 1 if self.lib.llama_model_size(self._model) < SMALL else len(os.sched_getaffinity(0))

    def _open(self, path: str, options: LoadOptions, embeddings: bool) -> None:
        lib = self.lib
        if not 1 <= options.seqs <= 64 or not 1 <= options.batch <= MAX_BATCH or options.ctx < 1:
            raise CallerError(
                f"expected 1 to 64 seqs, a batch of 1 to {MAX_BATCH} and a positive ctx, "
                f"got {options.seqs}, {options.batch}, {options.ctx}"
            )
        wanted = lib.llama_context_default_params()
        ctx = min(options.ctx, self.trained_ctx) if self.trained_ctx else options.ctx
        wanted.n_ctx = ctx * options.seqs
        wanted.n_batch = max(options.batch, options.seqs)
        wanted.n_ubatch = min(options.ubatch, wanted.n_batch)
        wanted.n_seq_max = options.seqs
        wanted.n_threads = wanted.n_threads_batch = options.threads or self._threads()
        wanted.type_k = wanted.type_v = KV_TYPES[options.kv_type]
        wanted.kv_unified = False
        wanted.embeddings = embeddings
        wanted.no_perf = True
        wanted.abort_callback = self.abort.function
        wanted.abort_callback_data = self.abort.address
        self._context = lib.llama_init_from_model(self._model, wanted)
        if not self._context:
            raise _refused(path, errors_said() or f"no context with {options}")
        self.memory = lib.llama_get_memory(self._context)
        # llama.cpp rounds up to 256 cells; learned positions end where training did.
        self.ctx = min(int(lib.llama_n_ctx_seq(self._context)), self.trained_ctx or 1 << 30)
        self.n_batch = int(lib.llama_n_batch(self._context))
        self.n_ubatch = int(lib.llama_n_ubatch(self._context))
        self.pooling = int(lib.llama_pooling_type(self._context))
        self._batch = _Batch(lib, self.n_batch)
        self._copying: set[int] = set()

    @property
    def model(self) -> Any:
        return self._model

    @property
    def handle(self) -> Any:
        return self._context

    # --- decoding

    def decode(self, rows: Sequence[Row], all_outputs: bool = False) -> list[int]:
        """Decode rows of different sequences in one graph; for each, the index of its last output.

        Raises Aborted, or ServiceFault; the sequences are then as before, except those that cannot go back
        (recurrent ones), which are empty.
        """
        batch, ends = self._batch, []
        at = 0
        for row in rows:
            at = batch.add(at, row, all_outputs)
            ends.append(at - 1)
        batch.batch.n_tokens = at
        status = self.lib.llama_decode(self._context, batch.batch)
        self._copying.clear()
        if status == 0:
            return ends
        for row in rows:
            self.trim(row.slot, row.position)
        if status == 2:
            raise Aborted
        raise ServiceFault(f"llama.cpp could not decode {at} tokens (status {status}): {errors_said() or 'no reason'}")

    def logits(self, output: int) -> npt.NDArray[np.float32]:
        """The logits of an output, float32 [n_vocab]: a view, valid until the next decoding, that may be edited."""
        pointer = self.lib.llama_get_logits_ith(self._context, output)
        if not pointer:
            raise ServiceFault(f"llama.cpp has no logits for output {output}")
        view: npt.NDArray[np.float32] = np.ctypeslib.as_array(pointer, shape=(self.n_vocab,))
        return view

    # --- the state of sequences

    def last_position(self, slot: int) -> int:
        """The position of the last token that the sequence remembers, -1 if none."""
        return int(self.lib.llama_memory_seq_pos_max(self.memory, slot)) if self.memory else -1

    def forget(self, slot: int) -> None:
        if self.memory:
            self.lib.llama_memory_seq_rm(self.memory, slot, -1, -1)

    def trim(self, slot: int, position: int) -> bool:
        """Forget what comes from ``position`` on. If the sequence cannot go back so far, it is emptied: False."""
        if not self.memory:
            return position == 0
        last = self.last_position(slot)
        if last < position:
            if last == position - 1:
                return True
            self.forget(slot)
            return False
        # A ring that has turned lets go of the end, but the window before it is gone already.
        first = int(self.lib.llama_memory_seq_pos_min(self.memory, slot))
        whole = position > 0 and (not self.window or first <= max(0, position - self.window))
        removed = whole and bool(self.lib.llama_memory_seq_rm(self.memory, slot, position, -1))
        if removed and self.last_position(slot) == position - 1:
            return True
        self.forget(slot)
        return position == 0

    def copy(self, source: int, target: int) -> None:
        """The whole state of a sequence into an empty one; the bytes move with the next decoding."""
        self.lib.llama_memory_seq_cp(self.memory, source, target, -1, -1)
        self._copying.add(source)

    def storable(self, slot: int) -> bool:
        """Whether a snapshot of this sequence brings back exactly what it was."""
        return not self.window or self.last_position(slot) < self.window

    def state_bytes(self, slot: int) -> int:
        return int(self.lib.llama_state_seq_get_size(self._context, slot)) if self.memory else 0

    def snapshot(self, slot: int) -> bytearray:
        """The state of a sequence. Raises ServiceFault if it could not be read whole, MemoryError."""
        size = self.state_bytes(slot)
        buffer = bytearray(size)
        view = (ctypes.c_uint8 * size).from_buffer(buffer)
        got = int(self.lib.llama_state_seq_get_data(self._context, view, size, slot))
        if got != size:
            raise ServiceFault(f"llama.cpp gave {got} of {size} bytes of a sequence's state")
        return buffer

    def restore(self, slot: int, state: bytearray, position: int) -> bool:
        """Bring a sequence of ``position`` tokens back. False, and the sequence empty, if it did not come back so."""
        self.forget(slot)
        if slot in self._copying:
            return False  # its cells are still to be copied from: they must not be written now
        view = (ctypes.c_uint8 * len(state)).from_buffer(state)
        read = int(self.lib.llama_state_seq_set_data(self._context, view, len(state), slot))
        if read == len(state) and self.last_position(slot) == position - 1:
            return True
        self.forget(slot)
        return False

    # --- text

    def tokenize(self, text: str, *, special: bool, parse: bool) -> list[int]:
        """Tokens of a text; ``special`` adds what the model wants around it, ``parse`` reads control tokens in it.

        Raises CallerError if it is longer than the context.
        """
        data = text.encode("utf-8", "replace")
        room = min(len(data) + 8, 8 * self.ctx + 64)
        tokens = (ctypes.c_int32 * room)()
        n = int(self.lib.llama_tokenize(self.vocab, data, len(data), tokens, room, special, parse))
        if n < 0:
            raise CallerError(f"the text has {-n} tokens, the context is {self.ctx}")
        return list(tokens[:n])

    def piece(self, token: int) -> bytes:
        """The bytes of a token; nothing for control tokens."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            n = int(self.lib.llama_token_to_piece(self.vocab, token, buffer, room, 0, False))
            if n >= 0:
                return buffer.raw[:n]
            room = -n

    def ends(self, token: int) -> bool:
        """Whether the token ends a generation."""
        return bool(self.lib.llama_vocab_is_eog(self.vocab, token))

    def meta(self, key: str) -> str:
        """A value of the file's metadata as text, '' if there is none."""
        room = 1024
        while True:
            buffer = ctypes.create_string_buffer(room)
            n = int(self.lib.llama_model_meta_val_str(self._model, key.encode(), buffer, room))
            if n < room:
                return buffer.value.decode("utf-8", "replace") if n >= 0 else ""
            room = n + 1

    def close(self) -> None:
        """Free the context and the model."""
        context, self._context = self._context, None
        model, self._model = self._model, None
        if context:
            self.lib.llama_free(context)
        if model:
            self.lib.llama_model_free(model)


class _Batch:
    """A ``llama_batch`` over arrays of our own, filled without a loop over tokens."""

    def __init__(self, lib: Any, room: int) -> None:
        self._token = np.zeros(room, np.int32)
        self._position = np.zeros(room, np.int32)
        self._slots = np.ones(room, np.int32)
        self._slot = np.zeros(room, np.int32)
        self._pointers = self._slot.ctypes.data + 4 * np.arange(room, dtype=np.uint64)
        self._logits = np.zeros(room, np.int8)
        int32, int8 = ctypes.POINTER(ctypes.c_int32), ctypes.POINTER(ctypes.c_int8)
        self.batch = lib.llama_batch()
        self.batch.token = self._token.ctypes.data_as(int32)
        self.batch.pos = self._position.ctypes.data_as(int32)
        self.batch.n_seq_id = self._slots.ctypes.data_as(int32)
        self.batch.seq_id = self._pointers.ctypes.data_as(ctypes.POINTER(int32))
        self.batch.logits = self._logits.ctypes.data_as(int8)

    def add(self, at: int, row: Row, all_outputs: bool) -> int:
        """Put a row in; where the next one goes."""
        end = at + len(row.tokens)
        self._token[at:end] = row.tokens
        self._position[at:end] = np.arange(row.position, row.position + len(row.tokens))
        self._slot[at:end] = row.slot
        self._logits[at:end] = all_outputs
        if row.logits:
            self._logits[end - 1] = 1
        return end


def _refused(path: str, why: str) -> CallerError | BudgetExceeded:
    if "alloc" in why or "out of memory" in why:
        return BudgetExceeded(f"{path} does not fit this server's share of memory: {why}")
    return CallerError(f"{path}: llama.cpp refused it: {why}")
