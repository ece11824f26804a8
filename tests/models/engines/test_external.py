from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluerill.kernel.errors import CallerError
from bluerill.models.engines.external import confined, external_data
from support.model_engines import needs, weights_of, write_affine

pytestmark = needs("onnx")


def test_places_are_read_as_the_file_has_them(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(weights_of())
    path = write_affine(tmp_path / "a.onnx", external="w.bin")
    [place] = external_data(path)
    assert place == ("w.bin", 0, 64)
    assert confined(path) == [tmp_path / "w.bin"]
    assert external_data(write_affine(tmp_path / "b.onnx")) == []


@pytest.mark.parametrize("name", ["../w.bin", "/etc/passwd", "sub/../../w.bin", "a\\..\\w.bin", "..", "w\0.bin"])
def test_a_place_outside_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "w.bin").write_bytes(weights_of())
    (tmp_path / "model").mkdir()
    with pytest.raises(CallerError, match="not inside its folder; refused"):
        confined(write_affine(tmp_path / "model" / "a.onnx", external=name))


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(weights_of())
    model = tmp_path / "model"
    model.mkdir()
    (model / "w.bin").symlink_to(tmp_path / "secret.bin")
    with pytest.raises(CallerError, match="outside its folder; refused"):
        confined(write_affine(model / "a.onnx", external="w.bin"))
    (model / "v.bin").write_bytes(weights_of())
    (model / "inner.bin").symlink_to(model / "v.bin")
    assert confined(write_affine(model / "b.onnx", external="inner.bin")) == [model / "v.bin"]


def test_a_place_that_is_not_there_or_too_short(tmp_path: Path) -> None:
    path = write_affine(tmp_path / "a.onnx", external="w.bin")
    with pytest.raises(CallerError, match="is not there"):
        confined(path)
    (tmp_path / "w.bin").write_bytes(b"short")
    with pytest.raises(CallerError, match="which has 5"):
        confined(path)


def test_a_place_inside_a_subgraph_is_found_too(tmp_path: Path) -> None:
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    hidden = numpy_helper.from_array(np.ones(4, np.float32), "hidden")
    hidden.ClearField("raw_data")
    hidden.data_location = TensorProto.EXTERNAL
    entry = hidden.external_data.add()
    entry.key, entry.value = "location", "../../secret"
    inner = helper.make_graph([helper.make_node("Constant", [], ["c"], value=hidden)], "inner", [], [])
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    graph = helper.make_graph([node], "outer", [], [])
    (tmp_path / "a.onnx").write_bytes(helper.make_model(graph).SerializeToString())
    assert {place.location for place in external_data(tmp_path / "a.onnx")} == {"../../secret"}


@pytest.mark.parametrize(
    "data", [b"", b"\x80\x04cos\nsystem\n.", b"GGUF\x03\0\0\0", b"\x3a\xff\xff\xff\xff\x0f", b"\0" * 99]
)
def test_what_is_no_onnx_is_one_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.onnx").write_bytes(data)
    with pytest.raises(CallerError, match=r"a\.onnx"):
        external_data(tmp_path / "a.onnx")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_file_is_an_answer_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.onnx"
    raw = bytearray(write_affine(path, external="w.bin").read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    with suppress(CallerError):
        external_data(path)
