from __future__ import annotations

from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.formats.onnx import external_path, externals_of, read_onnx
from support.model_files import field, onnx, onnx_tensor, onnx_value

WEIGHT = onnx_tensor("w", [8, 4], bytes(128))


def test_weights_inside_the_graph_are_counted(tmp_path: Path) -> None:
    found = read_onnx(onnx(tmp_path / "m.onnx", WEIGHT))
    assert (found.inline_bytes, found.external_bytes, found.parameters) == (128, 0, 32)
    assert (found.nodes, found.opset, found.largest_bytes) == (1, 17, 128)


def test_weights_beside_the_graph_are_counted_and_found(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(1000))
    outside = onnx_tensor("w", [8, 4], external={"location": "w.bin", "offset": "512", "length": "128"})
    path = onnx(tmp_path / "m.onnx", outside)
    assert (read_onnx(path).inline_bytes, read_onnx(path).external_bytes) == (0, 128)
    assert externals_of(path) == [(tmp_path / "w.bin", "w.bin")]


def test_what_is_alive_at_once(tmp_path: Path) -> None:
    path = onnx(
        tmp_path / "m.onnx",
        WEIGHT,
        inputs=(onnx_value("x", ["batch", 8]), onnx_value("past_key", [2, "past", 16])),
        values=(onnx_value("y", ["batch", 4]),),
    )
    found = read_onnx(path)
    assert found.activation_bytes == 8 * 4 + 4 * 4
    assert found.unknown == 0
    assert found.state_bytes == 2 * 16 * 4


def test_values_without_a_size_are_counted(tmp_path: Path) -> None:
    assert read_onnx(onnx(tmp_path / "m.onnx", WEIGHT)).unknown == 1


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "a/../../secret", "", "..", "a\\b", "a\0b"])
def test_external_data_stays_in_the_folder(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret").write_bytes(bytes(128))
    inside = tmp_path / "model"
    inside.mkdir()
    path = onnx(inside / "m.onnx", onnx_tensor("w", [8, 4], external={"location": location}))
    with pytest.raises(CallerError, match="must lie inside this folder"):
        read_onnx(path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(128))
    inside = tmp_path / "model"
    inside.mkdir()
    (inside / "w.bin").symlink_to("../secret")
    with pytest.raises(CallerError, match="leads out of"):
        external_path(inside, "w.bin")


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (onnx_tensor("w", [8, 4], bytes(100)), "expected a tensor of 128 bytes for its shape, found 100"),
        (onnx_tensor("w", [1 << 40, 1 << 40], b""), "expected a shape of at most"),
        (onnx_tensor("w", [1 << 30], b""), "bytes that hold it"),
        (field(2, 99), "expected a data type of a tensor, found 99"),
        (field(1, 1) * 40 + field(2, 1), "expected at most 32 dimensions"),
        (onnx_tensor("w", [8], external={"location": "w.bin", "length": "9"}), "expected 32 bytes of external data"),
        (onnx_tensor("w", [8], external={"location": "w.bin", "offset": "-1"}), "a number as its offset"),
        (onnx_tensor("w", [8], external={"location": "none.bin"}), "expected the model's external data, found no file"),
    ],
)
def test_a_bad_tensor_is_one_clear_error(tmp_path: Path, weight: bytes, said: str) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(64))
    with pytest.raises(CallerError) as caught:
        read_onnx(onnx(tmp_path / "m.onnx", weight))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (field(1, 9), "expected an ONNX model with a version and a graph, found no graph"),
        (field(1, 9) + field(7, b""), "expected a graph with nodes, found none"),
        (field(7, field(1, b"")), "found version 0"),
        (b"\x08" + b"\xff" * 10, "expected a number of at most 10 bytes"),
        (b"\x08", "expected a number, found the end of its message"),
        (b"\x3a\xff\xff\xff\xff\x0f", "expected field 7 to end by byte"),
        (b"\x0b", "expected a wire type of protocol buffers, found 3"),
        (b"\x00", "expected a field number of protocol buffers, found 0"),
    ],
)
def test_a_file_that_is_no_graph(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "m.onnx").write_bytes(data)
    with pytest.raises(CallerError) as caught:
        read_onnx(tmp_path / "m.onnx")
    assert said in str(caught.value)


@pytest.mark.parametrize("where", ["function", "training", "sparse", "attribute", "sparse attribute"])
def test_external_data_is_confined_wherever_it_hides(tmp_path: Path, where: str) -> None:
    weight = onnx_tensor("w", [8], external={"location": "../secret"})
    node = field(5, field(5, weight))
    hidden = {
        "function": field(25, field(7, node)),
        "training": field(20, field(1, field(1, node))),
        "sparse": field(7, field(1, b"") + field(15, field(1, weight))),
        "attribute": field(7, field(1, node)),
        "sparse attribute": field(7, field(1, field(5, field(22, field(1, weight))))),
    }[where]
    (tmp_path / "m.onnx").write_bytes(field(1, 9) + hidden + field(7, field(1, field(4, "Relu"))))
    with pytest.raises(CallerError, match="must lie inside this folder"):
        read_onnx(tmp_path / "m.onnx")


def test_graphs_in_graphs_are_followed_only_so_far(tmp_path: Path) -> None:
    graph = field(1, field(4, "If"))
    for _ in range(20):
        graph = field(1, field(4, "If") + field(5, field(6, graph)))
    (tmp_path / "m.onnx").write_bytes(field(1, 9) + field(7, graph))
    with pytest.raises(CallerError, match="graphs at most 8 deep"):
        read_onnx(tmp_path / "m.onnx")


def test_what_the_onnx_package_writes_is_read(tmp_path: Path) -> None:
    package = pytest.importorskip("onnx", reason="the onnx package is not installed")
    helper, kind = package.helper, package.TensorProto.FLOAT
    weight = helper.make_tensor("w", kind, [8, 4], [0.5] * 32)
    ends = [helper.make_tensor_value_info(name, kind, ["n", size]) for name, size in (("x", 8), ("y", 4))]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", ends[:1], ends[1:], [weight])
    package.save(helper.make_model(graph), str(tmp_path / "m.onnx"))
    found = read_onnx(tmp_path / "m.onnx")
    assert (found.inline_bytes, found.parameters, found.nodes) == (128, 32, 1)
