from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from bluerill.bench.capped.plot.chart import Axis, ticks
from bluerill.bench.capped.plot.pictures import pictures, svg
from bluerill.bench.capped.report import write_report
from bluerill.bench.capped.rows import Span
from support.capped import a_death, a_row

ROWS = [a_row(), a_row(cap=None), a_row(cap=24), a_death(cap=24, rep=1), a_death(), a_row("<script>", 64)]


def test_the_page_stands_alone(tmp_path: Path) -> None:
    [page, *plots] = write_report(ROWS, tmp_path)
    text = page.read_text("utf-8")
    assert not re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!data:)""", text.split("</style>", 1)[1])
    assert "default-src 'none'" in text
    assert "<script>:" not in text
    assert "&lt;script&gt;" in text
    assert {path.name for path in plots} == {"latency.png", "quality.png", "memory.png"}
    for path in plots:
        with Image.open(path) as picture:
            assert picture.width == 2700


def test_every_cell_can_be_pointed_at(tmp_path: Path) -> None:
    [page, *_] = write_report(ROWS, tmp_path)
    text = page.read_text("utf-8")
    assert "planner, 16M: oom, 0 of 1" in text
    assert "planner, 24M: p50 2 ms, p90 3 ms; survived 1 of 2" in text
    assert "the floor is between 16M and 64M" in text


def test_a_trace_is_drawn_with_what_each_bar_is() -> None:
    spans = [
        Span("wait", "helper", "voice", 10.0, 260.0), Span("load", "helper", "", 12.0, 250.0),
        Span("run", "helper", "voice", 251.0, 300.0), Span("unload", "helper", "", 301.0, 310.0),
    ]  # fmt: skip
    [drawn] = pictures([a_row("mixed", cap=None, spans=spans)])
    assert drawn.name == "gantt"
    text = svg(drawn)
    for said in ("helper is loaded: 0.012 to 0.250 s, 238 ms", "helper computes for voice: 0.251 to 0.300 s, 49 ms",
                 "voice request of helper waits for its first token: 0.010 to 0.260 s, 250 ms"):  # fmt: skip
        assert said in text
    assert "seconds since the trace began" in text


def test_no_caps_no_pictures() -> None:
    assert pictures([a_row(cap=None)]) == []


def test_an_axis_has_two_ticks_at_least_and_they_are_inside() -> None:
    for low, high, log in ((0.1, 900.0, True), (3.1, 3.4, True), (0.0, 1.05, False), (0.0, 151.0, False)):
        axis = Axis("", low, high, log, str)
        found = ticks(axis)
        assert len(found) >= 2
        assert all(low * 0.999 <= value <= high * 1.001 for value in found)
        assert all(0 <= axis.at(value) <= 1.001 for value in found)
