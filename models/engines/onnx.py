"""The engine ``onnx``: any ONNX graph by onnxruntime, tensors in and tensors out, alone, in a batch, or as a stream.

Memory comes first. Weights in external data stay a file mapping, because prepacking (a second copy in another layout)
is off; and the arena, which keeps the largest run's memory for ever, is off too (``arena = on`` turns it on, and then
shrinks it after every run). Threads do not spin between runs.

Settings:

- ``state``: ``input=output`` pairs with commas. The graph is then a *stream*: a session keeps these tensors, feeds each
  output back as the next chunk's input, and begins with zeros (symbolic sizes count as 1, or 0 with ``state_empty``).
- ``batch``: the name of a symbolic axis. Sessions that share a quantum are run as one, concatenated along it.
- ``prepack``, ``arena``: ``on`` or ``off`` (the default).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ...kernel.errors import BluerillError, BudgetExceeded, CallerError, ServiceFault
from ..messages import InferStart, LoadOptions, ModelFile, ModelInfo
from .contract import Engine, Payload, Quantum, Session, Step, known_settings, one_file
from .external import confined
from .tensors import Array, packed, unpacked

__all__ = ["OnnxEngine"]

SETTINGS = ("state", "state_empty", "batch", "prepack", "arena")
MAX_WAITING = 64
"""Chunks that one stream may have waiting."""
_TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(int16)": "int16",
    "tensor(int8)": "int8",
    "tensor(uint8)": "uint8",
    "tensor(uint16)": "uint16",
    "tensor(uint32)": "uint32",
    "tensor(uint64)": "uint64",
    "tensor(bool)": "bool",
}


class _Port(NamedTuple):
    """An input or output of the graph: its shape has a number, a name, or None (unknown) for each axis."""

    name: str
    dtype: str
    shape: tuple[int | str | None, ...]


class OnnxEngine(Engine):
    """See the module and :class:`~.contract.Engine`."""

    name: ClassVar[str] = "onnx"

    def __init__(self) -> None:
        self._session: Any = None
        self._run_options: Any = None
        self.interrupted = False
        self.inputs: dict[str, _Port] = {}
        self.outputs: dict[str, _Port] = {}
        self.state: dict[str, str] = {}
        self.empty = False
        self.batch = ""

    def load(self, model: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        settings = known_settings(self.name, options.settings, SETTINGS)
        flags = {name: settings.get(name, "off") for name in ("state_empty", "prepack", "arena")}
        if any(value not in ("on", "off") for value in flags.values()):
            raise CallerError(f"expected on or off, got {flags}")
        path = Path(one_file(files).path)
        confined(path)
        try:
            ort: Any = import_module("onnxruntime")
        except ImportError:
            raise ServiceFault("engine 'onnx' is not installed: pip install 'bluerill[onnx]'") from None
        self._open(ort, path, options, flags)
        self.empty = flags["state_empty"] == "on"
        self.inputs = {each.name: _port(each) for each in self._session.get_inputs()}
        self.outputs = {each.name: _port(each) for each in self._session.get_outputs()}
        self.state = self._pairs(settings.get("state", ""))
        self.batch = settings.get("batch", "")
        ports = [*self.inputs.values(), *self.outputs.values()]
        if self.batch and not all(self.batch in port.shape for port in ports):
            raise CallerError(f"{path}: not every input and output has an axis {self.batch!r} to batch along")
        return ModelInfo(
            model,
            self.name,
            ["run"],
            "onnx",
            self._session.get_modelmeta().graph_name,
            seqs=MAX_WAITING,
            batches=bool(self.batch),
            streams=bool(self.state),
            inputs=[name for name in self.inputs if name not in self.state],
            outputs=[name for name in self.outputs if name not in self.state.values()],
            version=str(ort.__version__),
        )

    def _open(self, ort: Any, path: Path, options: LoadOptions, flags: dict[str, str]) -> None:
        wanted = ort.SessionOptions()
        wanted.log_severity_level = 4
        wanted.intra_op_num_threads = options.threads
        wanted.inter_op_num_threads = 1
        wanted.enable_cpu_mem_arena = flags["arena"] == "on"
        wanted.enable_mem_pattern = False
        if flags["prepack"] == "off":
            wanted.add_session_config_entry("session.disable_prepacking", "1")
        wanted.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._shrink = flags["arena"] == "on"
        self._new_options = ort.RunOptions
        self.proceed()
        try:
            self._session = ort.InferenceSession(str(path), wanted, providers=["CPUExecutionProvider"])
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - its exceptions share no base but this; passed on by name
            raise _typed(str(path), error, loading=True) from None

    def _pairs(self, text: str) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            given, _, made = (part.strip() for part in pair.partition("="))
            if given not in self.inputs or made not in self.outputs:
                raise CallerError(
                    f"state {pair[:80]!r}: expected input=output of {list(self.inputs)} and {list(self.outputs)}"
                )
            pairs[given] = made
        return pairs

    def start(self, request: InferStart, payload: Payload) -> Session:
        if request.kind != "run":
            raise CallerError(f"an ONNX graph is run, it cannot {request.kind}")
        return OnnxSession(self, payload)

    def run(self, feeds: dict[str, Array]) -> dict[str, Array]:
        """One run of the graph. Raises CallerError for inputs it refuses, ServiceFault else."""
        try:
            made = self._session.run(None, feeds, self._run_options)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - its exceptions share no base but this; passed on by name
            if self.interrupted:
                raise _Interrupted from None
            raise _typed("this model", error, loading=False) from None
        return dict(zip(self.outputs, made, strict=True))

    def interrupt(self) -> None:
        self.interrupted = True
        self._run_options.terminate = True

    def proceed(self) -> None:
        self.interrupted = False
        self._run_options = self._new_options()
        if self._shrink:
            self._run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def together(self, sessions: Sequence[Session], quantum: Quantum) -> list[Step | Exception]:
        """Sessions whose next inputs agree but for the batch axis are run as one."""
        ready = [s for s in sessions if isinstance(s, OnnxSession) and s.due() is not None]
        if not self.batch or len(ready) < 2:
            return super().together(sessions, quantum)
        groups: dict[tuple[object, ...], list[OnnxSession]] = {}
        for session in ready:
            groups.setdefault(session.alike(), []).append(session)
        made: dict[int, Step | Exception] = {id(session): Step() for session in sessions}
        for group in groups.values():
            try:
                for session, step in zip(group, self._batched(group), strict=True):
                    made[id(session)] = step
            except _Interrupted:
                break
            except BluerillError as error:
                made.update({id(session): error for session in group})
        return [made[id(session)] for session in sessions]

    def _batched(self, group: list[OnnxSession]) -> list[Step]:
        feeds = [session.due() or {} for session in group]
        axis = {name: port.shape.index(self.batch) for name, port in {**self.inputs, **self.outputs}.items()}
        made = self.run({name: np.concatenate([feed[name] for feed in feeds], axis[name]) for name in self.inputs})
        first = next(iter(self.inputs))
        edges = np.cumsum([feed[first].shape[axis[first]] for feed in feeds])[:-1]
        parts = {name: np.split(array, edges, axis[name]) for name, array in made.items()}
        return [
            session.took({name: arrays[number] for name, arrays in parts.items()})
            for number, session in enumerate(group)
        ]

    def close(self) -> None:
        self._session = None


class OnnxSession(Session):
    """One run, or one stream of chunks with its state. Raises CallerError for inputs that the graph does not have."""

    def __init__(self, engine: OnnxEngine, payload: Payload) -> None:
        self._engine = engine
        self._chunks: deque[dict[str, Array]] = deque()
        self._last = not engine.state
        self._state = {name: _zeros(engine.inputs[name], engine.empty) for name in engine.state}
        if payload.tensors:
            self._push(payload)
        elif self._last:
            raise CallerError(f"expected the tensors {list(engine.inputs)}, got none")

    def _push(self, payload: Payload) -> None:
        given = unpacked(payload)
        wanted = [name for name in self._engine.inputs if name not in self._engine.state]
        if len(wanted) == 1 and list(given) == [""]:  # without a name: the only input there is
            given = {wanted[0]: given[""]}
        if set(given) != set(wanted):
            raise CallerError(f"expected the tensors {wanted}, got {list(given)[:20]}")
        for name, array in given.items():
            _fits(self._engine.inputs[name], array)
        self._chunks.append({name: array.copy() for name, array in given.items()})

    def feed(self, payload: Payload, last: bool) -> int:
        if self._last:
            raise CallerError("the last input of this sequence has come already")
        if len(self._chunks) >= MAX_WAITING:
            raise BudgetExceeded(f"{MAX_WAITING} inputs of this sequence wait already")
        if payload.tensors:
            self._push(payload)
        self._last = last
        return len(self._chunks)

    def due(self) -> dict[str, Array] | None:
        """The next inputs with the state, None if none wait."""
        return {**self._chunks[0], **self._state} if self._chunks else None

    def alike(self) -> tuple[object, ...]:
        """What two sessions must have in common to be run as one: every size but that of the batch axis."""
        engine, feed = self._engine, self.due() or {}
        sizes: list[object] = []
        for name, array in feed.items():
            axis = engine.inputs[name].shape.index(engine.batch)
            sizes.append((name, array.shape[:axis], array.shape[axis + 1 :]))
        return tuple(sizes)

    def took(self, made: dict[str, Array]) -> Step:
        """The chunk that was due is computed."""
        engine = self._engine
        self._chunks.popleft()
        self.position += 1
        for given, output in engine.state.items():
            self._state[given] = made.pop(output)
        tensors, data = packed(made)
        done = self._last and not self._chunks
        return Step(tensors=tensors, data=data, finish="stop" if done else "")

    def step(self, quantum: Quantum) -> Step:
        feeds = self.due()
        if feeds is None:
            return Step(finish="stop" if self._last else "")
        try:
            return self.took(self._engine.run(feeds))
        except _Interrupted:
            return Step()

    def pause(self, keep: object) -> tuple[Any, int]:
        return "memory", sum(array.nbytes for array in self._state.values())

    def close(self) -> None:
        self._chunks.clear()
        self._state.clear()


class _Interrupted(Exception):
    """The run was ended early; its inputs still wait."""


def _port(each: Any) -> _Port:
    return _Port(each.name, _TYPES.get(each.type) or str(each.type), tuple(each.shape))


def _zeros(port: _Port, empty: bool) -> Array:
    sizes = [size if isinstance(size, int) else 0 if empty and axis else 1 for axis, size in enumerate(port.shape)]
    return np.zeros(sizes, port.dtype)


def _fits(port: _Port, array: Array) -> None:
    right = len(port.shape) == array.ndim and all(
        not isinstance(wanted, int) or wanted == size for wanted, size in zip(port.shape, array.shape, strict=True)
    )
    if array.dtype.name != port.dtype or not right:
        raise CallerError(
            f"tensor {port.name!r}: expected {port.dtype} {list(port.shape)}, "
            f"got {array.dtype.name} {list(array.shape)}"
        )


def _typed(what: str, error: Exception, *, loading: bool) -> BluerillError:
    """The error of onnxruntime as ours: a file that does not load, or a refused argument, came from outside."""
    text = " ".join(str(error).split())[:300]
    kind = type(error).__name__
    if "bad_alloc" in text or "Failed to allocate" in text:
        return BudgetExceeded(f"{what} does not fit this server's share of memory: {text}")
    if loading or kind == "InvalidArgument":
        return CallerError(f"{what}: onnxruntime refused it: {kind}: {text}")
    return ServiceFault(f"{what}: onnxruntime failed: {kind}: {text}")
