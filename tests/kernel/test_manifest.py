from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import ManifestError
from bluerill.kernel.manifest import Manifest, format_size, parse_size


def services(**tables: dict[str, Any]) -> dict[str, Any]:
    return {"device": {}, "services": {name: {"class": "m:C", **table} for name, table in tables.items()}}


@pytest.mark.parametrize(
    ("text", "size"), [("32M", 32 << 20), ("1.5G", 3 << 29), ("64KiB", 65536), ("100", 100), (7, 7)]
)
def test_sizes(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1M", "12X", "1e3M"])
def test_bad_sizes_say_what_was_found(text: str) -> None:
    with pytest.raises(ManifestError, match="expected a size"):
        parse_size(text)


def test_sizes_read_back() -> None:
    assert [format_size(n) for n in (32 << 20, 3 << 29, 65536, 100)] == ["32M", "1.5G", "64K", "100"]


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (services(a={"asks": ["b"]}), r"\[services.a\] asks 'b': no service has that name"),
        (services(a={"asks": ["a"]}), "may not name itself"),
        (services(a={"asks": ["b"]}, b={"asks": ["a"]}), "in a circle: a → b → a"),
        (services(a={"isolation": "child"}), "a child needs memory"),
        (services(a={"class": "nocolon"}), "expected 'module:Class'"),
        (services(a={"isolation": "thread"}), "thread"),
        (services(a={"surprise": 1}), "surprise"),
        (services(kernel={}), "kernel"),
        (services(**{"Bad Name": {}}), "Bad Name"),
        ({"device": {"ram": "lots"}, "services": {}}, "expected a size"),
    ],
)
def test_illegal_wirings_are_refused(table: dict[str, Any], text: str) -> None:
    with pytest.raises(ManifestError, match=text) as caught:
        Manifest.parse(table)
    assert "\n" not in str(caught.value)


def test_a_missing_or_broken_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        Manifest.load(tmp_path / "none.toml")
    broken = tmp_path / "device.toml"
    broken.write_bytes(b"\xff\xfe")
    with pytest.raises(ManifestError, match="is not TOML"):
        Manifest.load(broken)


def test_leaving_services_out_takes_the_rights_to_them_along() -> None:
    manifest = Manifest.parse(services(a={"asks": ["b"], "tells": ["c"]}, b={}, c={})).without("b", "c")
    assert list(manifest.services) == ["a"]
    assert manifest.services["a"].asks == () == manifest.services["a"].tells
    manifest.check()
