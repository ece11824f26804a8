"""Faces that mean harm: each ends in one clear error, in bounded memory, whatever form it comes in."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bluerill.bench.faces_hostile import ARCHIVES, DOCUMENTS, JUDGED, VECTORS, huge_picture, with_picture, with_vector
from bluerill.modalities.screen.wff import resources as limits
from bluerill.modalities.screen.wff.check import check
from bluerill.modalities.screen.wff.effort import MAX_DRAW_S
from bluerill.modalities.screen.wff.face import load, load_all, read
from bluerill.modalities.screen.wff.problem import FaceError
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from support.wff import device
from support.wff_faces import GROUP, document, face

MEMORY = 32 << 20
"""Of Python's own; the screen's process has 64 MB for everything."""


@contextmanager
def bounded() -> Iterator[None]:
    """Fails if more memory than allowed was held at once."""
    tracemalloc.start()
    try:
        yield
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert held < MEMORY, f"{held >> 20} MiB"


def one_line(error: BaseException) -> bool:
    return 20 < len(str(error)) < 400 and "\n" not in str(error) and "expected" in str(error)


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_refused_while_it_is_read(make: Callable[[], bytes]) -> None:
    data = make()
    with bounded(), pytest.raises(FaceError) as caught:
        read(data, name="face.xml")
    assert one_line(caught.value)
    assert "root:" not in str(caught.value)


@pytest.mark.parametrize("make", JUDGED.values(), ids=JUDGED)
def test_a_document_is_judged_by_what_it_says(make: Callable[[], bytes]) -> None:
    data = make()
    with bounded():
        report = check(read(data))
    assert len(report.problems) < 10
    assert all(len(str(problem)) < 1_000 for problem in report.problems)


@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_is_refused(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path / "face.zip")
    with bounded(), pytest.raises(FaceError) as caught:
        load(path)
    assert one_line(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["face.zip"]


def test_an_archive_may_not_unpack_one_large_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the sum of all, a single member has a limit of its own; so has a document."""
    monkeypatch.setattr(limits, "MAX_TOTAL", 1 << 40)
    path = ARCHIVES["200 KB to 208 MB"](tmp_path / "face.zip")
    with bounded():
        found = load(path)
        with pytest.raises(FaceError, match="at most 8 MiB"):
            found.resources.image("zeros1")


def test_a_huge_picture_is_refused_by_its_header(tmp_path: Path) -> None:
    picture = huge_picture()
    assert len(picture) < 20_000
    (tmp_path / "face.zip").write_bytes(with_picture(picture))
    with bounded():
        [report] = [check(face) for face in load_all(tmp_path / "face.zip")]
    [error] = report.errors
    assert "at most 4,194,304 pixels, found 12250 by 12250" in error.message


@pytest.mark.parametrize("make", VECTORS.values(), ids=VECTORS)
def test_a_vector_drawable_is_drawn_or_left_out_in_time(make: Callable[[], str], tmp_path: Path) -> None:
    (tmp_path / "face.zip").write_bytes(with_vector(make()))
    renderer = FaceRenderer(load(tmp_path / "face.zip"), (466, 466))
    begin = time.thread_time()
    renderer.draw(device())
    assert time.thread_time() - begin < MAX_DRAW_S
    assert len(renderer.notes) <= 1
    assert all("\n" not in str(note) and len(str(note)) < 400 for note in renderer.notes)


def test_many_configurations_do_not_multiply() -> None:
    """2^200 combinations of options: an upper bound is found without trying them."""
    option = '<BooleanConfiguration id="{0}"><BooleanOption id="TRUE">{1}</BooleanOption></BooleanConfiguration>'
    report = check(face("".join(option.format(f"b{i}", GROUP.format("")) for i in range(200))))
    assert report.valid


def test_many_mistakes_cost_no_more_than_some() -> None:
    data = document("<Grop/>" * 10_000).encode()
    with bounded():
        report = check(read(data))
    assert len(report.problems) <= 1_000


def test_numbers_of_a_face_are_finite_and_small() -> None:
    assert (face().width, face().height) == (450, 450)
    wide = read(document().replace("450", "9" * 300).encode())
    assert wide.width == 450
    assert not check(wide).valid or wide.root.get("width").startswith("999")
