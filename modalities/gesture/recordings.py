"""Recordings from files: motion as CSV, strokes as JSON or as the XML logs of the $1 study, landmarks of a hand as
JSON lines or CSV. Read in pieces, within bounds.

A CSV names its columns in the first line, in any order and with anything beside them: a time (``t`` in seconds, or
``timestamp`` in milliseconds), acceleration ``ax ay az`` and rotation ``gx gy gz``, or ``x_acc``…, ``acc_x``… and so
on. Cells that are no numbers make their row a gap; too many of them, and the file is refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...kernel.errors import CallerError
from ...models.motion.hand import LANDMARKS
from .messages import MAX_FRAMES, MAX_SAMPLES

__all__ = ["MAX_SECONDS", "Recording", "hand_frames", "motion_rows", "open_recording", "stroke_points"]

MAX_LINE: Final = 4_096
MAX_SECONDS: Final = 24 * 3600.0
MAX_STROKE_BYTES: Final = 1 << 20
MAX_POINTS: Final = 4_096
MOST_BAD: Final = 0.5
"""Of the rows: a file with more bad ones than this, and more than MANY_BAD, is no recording."""
MANY_BAD: Final = 1_000
_AXES: Final = ("x", "y", "z")
_NAMES: Final = [
    {"t", "time", "timestamp", "seconds", "t_s"},
    *({f"a{axis}", f"{axis}_acc", f"acc_{axis}", f"accel_{axis}", f"accelerometer_{axis}"} for axis in _AXES),
    *({f"g{axis}", f"{axis}_gyro", f"gyro_{axis}", f"gyroscope_{axis}"} for axis in _AXES),
]
_POINT: Final = re.compile(rb'<Point\s+X="(-?[\d.]{1,16})"\s+Y="(-?[\d.]{1,16})"')
PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")
"""How pictures begin, which are not read here."""
MS_STEP: Final = 1.0
"""Times that are further apart than this on average are milliseconds: nobody measures a wrist once a second."""

Rows = NDArray[np.float64]
_HAND: Final = 1 + 2 * LANDMARKS


class Recording(msgspec.Struct, frozen=True):
    """A file and what it is."""

    path: Path
    kind: str


class _Frame(msgspec.Struct):
    t: float
    landmarks: list[list[float]]


def open_recording(path: Path) -> Recording:
    """What a file is, by how it begins. Raises CallerError if it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(MAX_LINE).lstrip(b"\xef\xbb\xbf \r\n\t")
    except OSError as error:
        raise CallerError(f"cannot be read: {error.strerror}") from None
    if not head:
        raise CallerError("expected a recording, got an empty file")
    if head.startswith(PICTURES) or head[8:12] == b"WEBP":
        return Recording(path, "picture")
    if head[:1] in b"<[{":
        return Recording(path, "pose" if b'"landmarks"' in head else "stroke")
    return Recording(path, "pose" if b"x20" in head.partition(b"\n")[0].lower() else "motion")


def stroke_points(path: Path) -> Rows:
    """The points (n, 2) of a stroke: JSON ``[[x, y], …]`` or ``{"points": …}``, or a log of the $1 study.

    Raises CallerError.
    """
    with path.open("rb") as file:
        data = file.read(MAX_STROKE_BYTES + 1)
    if len(data) > MAX_STROKE_BYTES:
        raise CallerError(f"expected a stroke of at most {MAX_STROKE_BYTES >> 20} MiB, got more")
    try:
        if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
            found: Any = [(float(x), float(y)) for x, y in _POINT.findall(data)]
        else:
            found = msgspec.json.decode(data)
            found = found.get("points", []) if isinstance(found, dict) else found
        points = np.array(found, float)
    except (msgspec.DecodeError, RecursionError) as error:
        raise CallerError(f"expected a stroke as JSON [[x, y], …] or XML points: {error}") from None
    except (TypeError, ValueError, OverflowError):
        points = np.zeros((0, 0))
    if points.ndim != 2 or points.shape[1] < 2 or not 2 <= len(points) <= MAX_POINTS:
        raise CallerError(f"expected 2 to {MAX_POINTS} points [x, y] of a stroke, got something else")
    return points[:, :2]


def motion_rows(path: Path) -> Iterator[Rows]:
    """A CSV's rows (t in seconds from the first, acceleration, rotation), at most MAX_SAMPLES at once; NaN for what
    is no number. Raises CallerError in one line that names the line of the file."""
    with path.open("r", encoding="utf-8-sig", errors="replace", newline="") as file:
        header = _line(file, 1)
        places = _places(header)
        first, unit = np.nan, 0.0
        rows: list[list[float]] = []
        bad = number = 0
        while line := _line(file, number + 2):
            number += 1
            row = _numbers(line, places)
            bad += row is None
            if bad > MANY_BAD and bad > MOST_BAD * number:
                raise CallerError(f"line {number + 1}: {bad} of {number} rows have cells that are no numbers")
            rows.append(row if row is not None else [np.nan] * 7)
            if len(rows) >= MAX_SAMPLES:
                first, unit, scaled = _scaled(np.array(rows), first, unit)
                yield scaled
                rows = []
        if bad == number:
            raise CallerError(f"expected rows of numbers below the names of the columns, got {number} without")
        if rows:
            yield _scaled(np.array(rows), first, unit)[2]


def hand_frames(path: Path) -> Iterator[Rows]:
    """A recording of a hand's landmarks: rows (t, then x and y of 21 points), at most MAX_FRAMES at once. JSON lines
    ``{"t": seconds, "landmarks": [[x, y], …]}``, or a CSV of the columns t, x0, y0 … x20, y20. Frames without numbers
    are NaN. Raises CallerError in one line that names the line of the file."""
    with path.open("r", encoding="utf-8-sig", errors="replace", newline="") as file:
        first = _line(file, 1)
        as_json = first.lstrip()[:1] == "{"
        places = [] if as_json else _hand_places(first)
        rows: list[list[float]] = []
        bad = number = 0
        line = first if as_json else _line(file, 2)
        while line:
            number += 1
            row = _frame(line) if as_json else _numbers(line, places)
            bad += row is None
            if bad > MANY_BAD and bad > MOST_BAD * number:
                raise CallerError(f"line {number}: {bad} of {number} frames are none")
            rows.append(row if row is not None else [np.nan] * _HAND)
            if len(rows) >= MAX_FRAMES:
                yield np.array(rows)
                rows = []
            line = _line(file, number + 2)
        if bad == number:
            raise CallerError(f"expected frames of {LANDMARKS} landmarks, got {number} lines without")
        if rows:
            yield np.array(rows)


def _hand_places(header: str) -> list[int]:
    names = [name.strip().lower() for name in next(csv.reader([header]), [])]
    wanted = ["t", *(f"{axis}{number}" for number in range(LANDMARKS) for axis in "xy")]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise CallerError(f"line 1: expected columns t, x0, y0 … x20, y20; {', '.join(missing[:6])} missing")
    return [names.index(name) for name in wanted]


def _frame(line: str) -> list[float] | None:
    try:
        found = msgspec.json.decode(line, type=_Frame)
    except (msgspec.DecodeError, RecursionError):
        return None
    if len(found.landmarks) != LANDMARKS or any(len(point) < 2 for point in found.landmarks):
        return None
    return [found.t, *(value for point in found.landmarks for value in point[:2])]


def _line(file: io.TextIOBase | Any, number: int) -> str:
    line: str = file.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        raise CallerError(f"line {number}: expected at most {MAX_LINE} characters, got more")
    return line


def _places(header: str) -> list[int]:
    names = [name.strip().lower() for name in next(csv.reader([header]), [])]
    places = [next((at for at, name in enumerate(names) if name in known), -1) for known in _NAMES]
    missing = [sorted(known, key=len)[0] for known, place in zip(_NAMES, places, strict=True) if place < 0]
    if missing:
        got = ", ".join("".join(c if c.isprintable() else "?" for c in name) for name in names[:12])[:120]
        raise CallerError(f"line 1: expected columns t, ax, ay, az, gx, gy, gz; {', '.join(missing)} missing in: {got}")
    return places


def _numbers(line: str, places: list[int]) -> list[float] | None:
    cells = line.rstrip("\r\n").split(",")
    try:
        return [float(cells[place]) for place in places]
    except (ValueError, IndexError):
        return None


def _scaled(rows: Rows, first: float, unit: float) -> tuple[float, float, Rows]:
    """The rows in seconds since ``first``, which the first good row sets; and what they were scaled by."""
    times = rows[np.isfinite(rows[:, 0]), 0]
    if not unit and len(times):
        first = float(times[0])
        steps = np.abs(np.diff(times))
        unit = 1e-3 if len(steps) and float(np.median(steps)) > MS_STEP else 1.0
    rows[:, 0] = (rows[:, 0] - first) * unit
    if np.nanmax(np.abs(rows[:, 0]), initial=0.0) > MAX_SECONDS:
        raise CallerError(f"expected a recording of at most {MAX_SECONDS / 3600:.0f} hours, got one that is longer")
    return first, unit, rows
