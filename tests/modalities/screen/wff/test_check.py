"""The report: verdict, versions, metrics, and measures that others bring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bluerill.modalities.screen.wff.check import MAX_PROBLEMS, Metric, check
from bluerill.modalities.screen.wff.face import Face, load
from bluerill.modalities.screen.wff.gather import gather
from bluerill.modalities.screen.wff.problem import FaceError
from support.wff_faces import GROUP, IMAGE, archive, document, face, folder, picture

MANIFEST = (
    '<manifest xmlns:android="urn:a"><application><property '
    'android:name="com.google.wear.watchface.format.version" android:value="{}"/></application></manifest>'
)
LATER = GROUP.format('<Transform target="x" value="[WEATHER.TEMPERATURE]"/>')


def bright(judged: Face) -> Iterator[Metric]:
    yield Metric("lit", judged.width / 1000, "share", 0.15, passed=judged.width < 150)


def test_a_report_with_measures() -> None:
    report = check(face(), [bright])
    assert report.valid
    assert not report.passed
    assert report.metrics == (Metric("lit", 0.45, "share", 0.15, False),)
    assert check(face()).passed


def test_an_invalid_face_is_not_measured() -> None:
    report = check(face("<Nothing/>"), [bright])
    assert (report.valid, report.versions, report.metrics) == (False, (), ())
    assert len(report.errors) == 1


@pytest.mark.parametrize(("declared", "valid"), [(1, False), (2, True), (5, True)])
def test_the_declared_version_decides(tmp_path: Path, declared: int, valid: bool) -> None:
    files = {"AndroidManifest.xml": MANIFEST.format(declared), "res/raw/watchface.xml": document(LATER)}
    report = check(load(folder(tmp_path, files)))
    assert (report.declared, report.valid, report.versions) == (declared, valid, (2, 3, 4, 5))
    assert bool(report.errors) is not valid


def test_memory_is_measured_of_a_folder(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "raw/watchface.xml": document(IMAGE.format(1200, "a")),
        "drawable/a.png": picture(1200, 1200),
    }
    report = check(load(folder(tmp_path, files)))
    figures = {metric.name: (metric.value, metric.passed) for metric in report.metrics}
    assert figures == {
        "memory_ambient": (5_760_000, True),
        "memory_ambient_32mb": (5_760_000, False),
        "memory_active": (5_760_000, True),
        "memory_active_32mb": (5_760_000, False),
    }
    assert report.passed  # a profile it does not fit is no error
    assert check(face()).metrics == ()


def test_a_missing_picture_fails_the_folder_but_no_version(tmp_path: Path) -> None:
    files = {"raw/watchface.xml": document(IMAGE.format(9, "gone")), "values/strings.xml": "<resources/>"}
    report = check(load(folder(tmp_path, files)))
    assert (report.valid, report.passed, len(report.errors)) == (True, False, 1)


def test_what_only_the_reference_validator_refuses_counts_unless_tolerated() -> None:
    judged = face(GROUP.format('<ScreenReader stringId=""/>'))
    assert not check(judged).valid
    assert check(judged, tolerant=True).valid


def test_problems_are_bounded_and_in_order() -> None:
    report = check(face("<g/>" * 15_000 + GROUP.format("")))
    assert len(report.problems) == MAX_PROBLEMS
    scene = "\n".join([GROUP.format("<a/>"), GROUP.format("").replace("<Group", '<Group pivotX="2"'), "<b/>"])
    assert [each.line for each in check(face(scene)).problems] == [1, 2, 3]


def test_faces_are_gathered(tmp_path: Path) -> None:
    project = folder(tmp_path / "one", {"res/raw/watchface.xml": document()})
    assert gather(project) == [project]
    archive(tmp_path / "two.zip", {"raw/watchface.xml": document()})
    folder(tmp_path / "three" / "src", {"face.xml": document(), "info.xml": "<WatchFaceInfo/>", "notes.txt": "x"})
    names = [path.relative_to(tmp_path).as_posix() for path in gather(tmp_path)]
    assert names == ["two.zip", "one/res/raw/watchface.xml", "three/src/face.xml"]
    with pytest.raises(FaceError, match="found nothing"):
        gather(tmp_path / "four")
    with pytest.raises(FaceError, match="found none"):
        gather(folder(tmp_path / "five", {"notes.txt": "x"}))
