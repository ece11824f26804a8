"""An ONNX graph read for its size alone: initializers, where external data lies, how much is alive at once.

The file is protocol buffers (``onnx.proto`` of the ONNX specification, IR version 3 and later), walked field by field
with only the few fields that matter decoded; weights are passed over, not read. Depth, fields, names and shapes are
bounded, and external data must lie in regular files inside the model's own folder (a location of ``../…`` or a
symbolic link out of it would let a model read any file). Raises nothing but CallerError.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ...kernel.errors import CallerError
from ..shapes import OnnxShape
from .bounded import BoundedFile
from .protobuf import BYTES, VARINT, Field, Wire

__all__ = ["external_path", "externals_of", "read_onnx"]

MAX_VALUES = 500_000
MAX_NODES = 200_000
MAX_ENDS = 4_096
"""Inputs and outputs of one node."""
MAX_DEPTH = 8
"""Graphs inside nodes of graphs."""
MAX_DIMENSIONS = 32
MAX_BYTES = 1 << 45
_WIDTHS = {
    1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 8: 0, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16,
    17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8,
}  # fmt: skip
"""Bits of an element by TensorProto.DataType; a string (8) has no fixed size."""


class _Tensor(NamedTuple):
    bytes: int
    elements: int
    external: bool


def external_path(folder: Path, location: str) -> Path:
    """The file a model's external data lies in. Raises CallerError if that is outside of the model's folder."""
    parts = PurePosixPath(location).parts
    if not parts or location.startswith(("/", "\\")) or ".." in parts or "\\" in location or "\0" in location:
        raise CallerError(f"{folder}: external data must lie inside this folder, got location {location[:80]!r}")
    path = folder / location
    if not path.resolve().is_relative_to(folder.resolve()):
        raise CallerError(f"{path}: external data leads out of {folder}")
    if not path.is_file():
        raise CallerError(f"{path}: expected the model's external data, found no file")
    return path


def read_onnx(path: Path) -> OnnxShape:
    """The shape of one graph. Raises CallerError naming file, offset, expected and found."""
    with BoundedFile(path, most=1 << 62) as file:
        return _Walk(file).model()


def externals_of(path: Path) -> list[tuple[Path, str]]:
    """The files of a graph's external data, each with its location as the graph says it. Raises CallerError."""
    with BoundedFile(path, most=1 << 62) as file:
        walk = _Walk(file)
        walk.model()
        return [(path.parent / location, location) for location in sorted(walk.locations)]


class _Walk:
    def __init__(self, file: BoundedFile) -> None:
        self.file = file
        self.wire = Wire(file)
        self.folder = file.path.parent
        self.fields = 0
        self.inline = self.external = self.elements = self.largest = self.nodes = 0
        self.values: dict[str, int] = {}
        """Bytes of values whose shape the graph says, by name."""
        self.state = 0
        self.locations: set[str] = set()
        self.steps: list[tuple[list[str], list[str]]] = []
        """Inputs and outputs of each node of the outermost graph."""
        self.initializers: set[str] = set()

    def model(self) -> OnnxShape:
        file = self.file
        version = opset = 0
        graphs: list[Field] = []
        for field in self.wire.message(0, file.size):
            if field.number == 1 and field.kind == VARINT:
                version = field.value
            elif field.number == 7 and field.kind == BYTES:
                graphs.append(field)  # several are one in parts: protocol buffers merge them
            elif field.number == 8 and field.kind == BYTES:
                opset = max(opset, self.opset(field))
            elif field.number == 20:  # training: its graphs
                for inner in self.wire.inside(field):
                    if inner.number in (1, 2) and inner.kind == BYTES:
                        self.graph(inner, 1)
            elif field.number == 25:  # a function: its nodes
                for inner in self.wire.inside(field):
                    if inner.number == 7 and inner.kind == BYTES:
                        self.node(inner, 1)
        if not graphs or not 1 <= version <= 64:
            found = f"version {version}" if graphs else "no graph"
            file.fail("an ONNX model with a version and a graph", found, 0)
        for each in graphs:
            self.graph(each, 0)
        if not self.nodes:
            file.fail("a graph with nodes", "none", graphs[0].start)
        alive, unknown = self.alive()
        return OnnxShape(
            inline_bytes=self.inline,
            external_bytes=self.external,
            graph_bytes=max(0, file.size - self.inline),
            largest_bytes=self.largest,
            activation_bytes=alive,
            unknown=unknown,
            state_bytes=self.state,
            nodes=self.nodes,
            opset=opset,
            parameters=self.elements,
        )

    def opset(self, field: Field) -> int:
        domain, version = "", 0
        for inner in self.wire.inside(field):
            if inner.number == 1 and inner.kind == BYTES:
                domain = self.wire.text(inner)
            elif inner.number == 2 and inner.kind == VARINT:
                version = inner.value
        return min(version, 1 << 16) if domain in ("", "ai.onnx") else 0

    def graph(self, field: Field, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.file.fail(f"graphs at most {MAX_DEPTH} deep", "a deeper one", field.start)
        for inner in self.wire.inside(field):
            if inner.kind != BYTES:
                continue
            if inner.number == 1:
                self.node(inner, depth)
            elif inner.number == 5:
                self.count(self.tensor(inner, depth == 0))
            elif inner.number == 15:
                self.sparse(inner)
            elif inner.number in (11, 12, 13) and depth == 0:
                self.value(inner, inner.number == 11)

    def node(self, field: Field, depth: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.file.fail(f"at most {MAX_NODES} nodes", "more", field.start)
        inputs: list[str] = []
        outputs: list[str] = []
        for inner in self.wire.inside(field):
            if inner.kind != BYTES:
                continue
            if inner.number in (1, 2) and depth == 0:
                (inputs if inner.number == 1 else outputs).append(self.wire.text(inner))
                if len(inputs) + len(outputs) > MAX_ENDS:
                    self.file.fail(f"at most {MAX_ENDS} inputs and outputs of a node", "more", field.start)
            elif inner.number == 5:
                for part in self.wire.inside(inner):
                    if part.kind == BYTES and part.number in (5, 10):
                        self.count(self.tensor(part, False))
                    elif part.kind == BYTES and part.number in (22, 23):
                        self.sparse(part)
                    elif part.kind == BYTES and part.number in (6, 11):
                        self.graph(part, depth + 1)
        if depth == 0:
            self.steps.append((inputs, outputs))

    def sparse(self, field: Field) -> None:
        """A SparseTensorProto: its values and where they are."""
        for inner in self.wire.inside(field):
            if inner.number in (1, 2) and inner.kind == BYTES:
                self.count(self.tensor(inner, False))

    def count(self, tensor: _Tensor) -> None:
        if tensor.external:
            self.external += tensor.bytes
        else:
            self.inline += tensor.bytes
        self.elements += tensor.elements
        self.largest = max(self.largest, tensor.bytes)

    def tensor(self, field: Field, outermost: bool) -> _Tensor:
        """A TensorProto: what it takes, and whether it lies in another file."""
        dims: list[int] = []
        kind = stored = strings = 0
        external: dict[str, str] = {}
        elsewhere = False
        for inner in self.wire.inside(field):
            if inner.number == 1:
                dims += self.wire.numbers(inner, MAX_DIMENSIONS)
                if len(dims) > MAX_DIMENSIONS:
                    self.file.fail(f"at most {MAX_DIMENSIONS} dimensions", "more", field.start)
            elif inner.number == 2 and inner.kind == VARINT:
                kind = inner.value
            elif inner.number == 6 and inner.kind == BYTES:
                strings += inner.bytes
            elif inner.number == 8 and inner.kind == BYTES and outermost and len(self.initializers) < MAX_VALUES:
                self.initializers.add(self.wire.text(inner))
            elif inner.number == 9 and inner.kind == BYTES:
                stored = inner.bytes
            elif inner.number == 13 and inner.kind == BYTES and len(external) < 16:
                external.update([self.entry(inner)])
            elif inner.number == 14:
                elsewhere = inner.value == 1
        if kind not in _WIDTHS:
            self.file.fail("a data type of a tensor", str(kind), field.start)
        elements = self.product(dims, field.start)
        size = strings if kind == 8 else -(-elements * _WIDTHS[kind] // 8)
        if elsewhere:
            self.check_external(external, size, field.start)
        elif stored and kind != 8 and stored != size:
            self.file.fail(f"a tensor of {size} bytes for its shape", f"{stored}", field.start)
        elif not stored and kind != 8 and size > 16 * field.bytes:  # varints may be shorter than their type
            self.file.fail(f"a tensor of {size} bytes", f"{field.bytes} bytes that hold it", field.start)
        return _Tensor(size, elements, elsewhere)

    def product(self, dims: list[int], at: int) -> int:
        elements = 1
        for each in dims:
            elements *= each
            if elements > MAX_BYTES:
                self.file.fail(f"a shape of at most {MAX_BYTES} elements", "x".join(map(str, dims[:8])), at)
        return elements

    def entry(self, field: Field) -> tuple[str, str]:
        key = value = ""
        for inner in self.wire.inside(field):
            if inner.number == 1 and inner.kind == BYTES:
                key = self.wire.text(inner)
            elif inner.number == 2 and inner.kind == BYTES:
                value = self.wire.text(inner)
        return key, value

    def check_external(self, entries: dict[str, str], size: int, at: int) -> None:
        location = entries.get("location", "")
        path = external_path(self.folder, location)
        self.locations.add(location)
        if len(self.locations) > MAX_ENDS:
            self.file.fail(f"at most {MAX_ENDS} files of external data", "more", at)
        numbers = []
        for key in ("offset", "length"):
            given = entries.get(key, "0")
            if not given.isdecimal() or len(given) > 18:
                self.file.fail(f"external data with a number as its {key}", repr(given[:30]), at)
            numbers.append(int(given))
        offset, length = numbers
        there = path.stat().st_size
        if (length and length != size) or offset + size > there:
            self.file.fail(
                f"{size} bytes of external data at {offset} of {path.name}", f"{length} of {there} bytes", at
            )

    def value(self, field: Field, given: bool) -> None:
        """A ValueInfoProto of a tensor: remembers its bytes if its shape is said (unknown sizes count as 1)."""
        name, kind, open_dims = "", 0, 0
        dims: list[int] = []
        for inner in self.wire.inside(field):
            if inner.number == 1 and inner.kind == BYTES:
                name = self.wire.text(inner)
            elif inner.number == 2 and inner.kind == BYTES:
                kind, dims, open_dims = self.tensor_type(inner)
        if not name or kind not in _WIDTHS or len(self.values) >= MAX_VALUES:
            return
        size = self.product(dims, field.start) * _WIDTHS[kind] // 8
        if given and open_dims and any(word in name.lower() for word in ("past", "cache", "state", "kv")):
            self.state += size
        elif open_dims <= 1 or given:
            self.values[name] = size

    def tensor_type(self, field: Field) -> tuple[int, list[int], int]:
        kind = open_dims = 0
        dims: list[int] = []
        for inner in self.wire.inside(field):
            if inner.number != 1 or inner.kind != BYTES:
                continue
            for part in self.wire.inside(inner):
                if part.number == 1 and part.kind == VARINT:
                    kind = part.value
                elif part.number == 2 and part.kind == BYTES:
                    for dim in self.wire.inside(part):
                        known = [each.value for each in self.wire.inside(dim) if each.number == 1]
                        dims.append(known[0] if known and known[0] < MAX_BYTES else 1)
                        open_dims += not known
                        if len(dims) > MAX_DIMENSIONS:
                            self.file.fail(f"at most {MAX_DIMENSIONS} dimensions", "more", part.start)
        return kind, dims, open_dims

    def alive(self) -> tuple[int, int]:
        """The most bytes of values alive at once when nodes run in order, and how many values have no size."""
        last: dict[str, int] = {}
        for step, (inputs, _) in enumerate(self.steps):
            for name in inputs:
                last[name] = step
        unknown = 0
        made = {name for _, outputs in self.steps for name in outputs}
        now = sum(size for name, size in self.values.items() if name in last and name not in made)
        peak = now
        for step, (inputs, outputs) in enumerate(self.steps):
            for name in outputs:
                if name in self.values:
                    now += self.values[name]
                elif name:
                    unknown += 1
            peak = max(peak, now)
            for name in {*inputs}:
                if last[name] == step and name not in self.initializers:
                    now -= self.values.get(name, 0)
        return peak, unknown
