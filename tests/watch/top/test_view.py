from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bluerill.models.messages import Models
from bluerill.watch.top.view import Share, bar, classes, headline, ledger, milliseconds, services, span, widths
from support.scenes import MIB, status


def test_the_ledger_is_the_whole_budget_in_parts() -> None:
    seen = status()
    parts = {share.kind: share.bytes // MIB for share in ledger(seen)}
    assert parts["anon"] == 24 + 61 + 31 + 29 + 24 + 38  # where nobody can tell the parts, all counts as anonymous
    assert parts["file"] == 22 + 9 + 8 + 6 + 96
    assert parts["headroom"] == 34
    assert parts["free"] == 512 - 34 - 470
    over = msgspec.structs.replace(seen, reserved=600 * MIB)
    assert {share.kind: share.bytes for share in ledger(over)}["free"] == 0


@given(st.lists(st.integers(0, 1 << 30), min_size=1, max_size=8), st.integers(8, 200))
def test_a_bar_is_filled_to_its_end_and_nothing_is_invisible(sizes: list[int], columns: int) -> None:
    got = widths([Share("x", size, "anon") for size in sizes], columns)
    assert sum(got) == (columns if any(sizes) else 0)
    assert all(width >= 1 for size, width in zip(sizes, got, strict=True) if size)
    assert all(width == 0 for size, width in zip(sizes, got, strict=True) if not size)


def test_services_in_every_order() -> None:
    seen = status()
    assert [each.name for each in services(seen, "as wired")][:2] == ["core", "store"]
    assert services(seen, "memory")[0].name == "model-1"
    assert services(seen, "share")[0].name == "model-1"
    assert services(seen, "handled")[0].name == "ears"
    assert services(seen, "errors")[0].name == "egress"
    assert services(seen, "name")[0].name == "asr"


def test_classes_come_voice_first_and_unknown_ones_last() -> None:
    rows = classes(Models(queued={"background": 6, "else": 1}))
    assert [(row.name, row.queued) for row in rows] == [
        ("voice", 0), ("interactive", 0), ("background", 6), ("else", 1),
    ]  # fmt: skip


def test_figures_are_short() -> None:
    assert [span(each) for each in (3, 60, 3700, 200_000)] == ["3 s", "1 min", "1 h 01 min", "2 d 7 h"]
    assert [milliseconds(each) for each in (0, 0.42, 38.4, 1200)] == ["–", "0.4 ms", "38 ms", "1.2 s"]
    assert bar(0.5, 4) == "██  "
    assert bar(0.5625, 4) == "██▎ "
    assert (bar(-1, 3), bar(9, 3)) == ("   ", "███")
    assert headline(status()) == "linux, up 3 h 15 min, caps by cgroup2"
