"""Downloads from a server on loopback that cuts the connection, lies about sizes, changes its file, or is slow."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bluerill.kernel.errors import BudgetExceeded, CallerError, ServiceFault
from bluerill.models.download import Fetch, Patience, download
from bluerill.models.transfer import Cancelled, Meter, Progress
from support.shop import Manner, Shop, shop

DATA = bytes(range(256)) * 4096
HASH = hashlib.sha256(DATA).hexdigest()
OTHER = DATA[::-1]
EAGER = Patience(tries=4, first_s=0.0, silence_s=10.0)


@pytest.fixture(name="web")
def _web() -> Iterator[Shop]:
    with shop(DATA) as made:
        yield made


class Got(NamedTuple):
    sha256: str
    notes: list[str]


def get(web: Shop, target: Path, sha256: str = HASH, size: int = 0, **more: int) -> Got:
    notes: list[str] = []
    found = download(
        Fetch(web.address(), target, sha256, size, **more),
        lambda at: notes.append(at.note) if at.note else None,
        patience=EAGER,
    )
    return Got(found, notes)


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_whole(web: Shop, tmp_path: Path) -> None:
    assert get(web, tmp_path / "m").sha256 == HASH
    assert (tmp_path / "m").read_bytes() == DATA
    assert leftovers(tmp_path) == ["m"]
    assert web.asked[0]["accept-encoding"] == "identity"


def test_a_cut_connection_goes_on_where_it_was(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(cut=300_000), Manner(cut=300_000), Manner()]
    got = get(web, tmp_path / "m")
    assert got.sha256 == HASH
    assert [each.get("range") for each in web.asked] == [None, "bytes=300000-", "bytes=600000-"]
    assert [each.get("if-range") for each in web.asked] == [None, '"one"', '"one"']
    assert web.sent == len(DATA)
    assert len(got.notes) == 2


def test_a_later_command_goes_on_where_the_first_one_was(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(cut=100_000), Manner(status=503)]
    with pytest.raises(ServiceFault, match="100000 bytes are kept, the same command goes on"):
        get(web, tmp_path / "m")
    assert leftovers(tmp_path) == ["m.part", "m.part.json"]
    web.script = [Manner()]
    assert get(web, tmp_path / "m").sha256 == HASH
    assert web.asked[-1]["range"] == "bytes=100000-"


def test_a_server_without_ranges_starts_again(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(cut=500_000, ranges=False), Manner(ranges=False)]
    got = get(web, tmp_path / "m")
    assert got.sha256 == HASH
    assert "the server cannot resume" in got.notes


def test_a_file_that_changed_on_the_server_starts_again(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(cut=500_000, data=OTHER), Manner(etag='"two"')]
    got = get(web, tmp_path / "m")
    assert got.sha256 == HASH
    assert "the file changed on the server" in got.notes
    assert (tmp_path / "m").read_bytes() == DATA


def test_a_server_that_mixes_two_files_is_found_out_by_the_hash(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(cut=500_000, data=OTHER), Manner(), Manner()]  # the same entity tag for both
    got = get(web, tmp_path / "m")
    assert got.sha256 == HASH
    assert "what was resumed does not have the pinned hash" in got.notes


@pytest.mark.parametrize("manner", [Manner(etag=""), Manner(etag='W/"weak"')])
def test_without_a_strong_validator_and_a_hash_nothing_is_resumed(web: Shop, tmp_path: Path, manner: Manner) -> None:
    web.script = [manner._replace(cut=400_000), manner]
    assert get(web, tmp_path / "m", sha256="").sha256 == HASH
    assert all("range" not in each for each in web.asked)


def test_the_date_of_the_last_change_is_a_validator_too(web: Shop, tmp_path: Path) -> None:
    dated = Manner(etag="", modified="Sun, 01 Nov 2026 10:00:00 GMT")
    web.script = [dated._replace(cut=400_000), dated]
    assert get(web, tmp_path / "m", sha256="").sha256 == HASH
    assert web.asked[1]["if-range"] == dated.modified


def test_a_wrong_hash_is_not_kept(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(data=OTHER)]
    with pytest.raises(ServiceFault, match=f"expected sha256 {HASH}, found"):
        get(web, tmp_path / "m")
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("manner", "size", "error", "said"),
    [
        (Manner(claim=len(DATA) + 5, ranges=False), 0, ServiceFault, f"cut at byte {len(DATA)} of {len(DATA) + 5}"),
        (Manner(claim=2000), len(DATA), CallerError, f"the card says {len(DATA)} bytes, the server 2000"),
        (Manner(claim=2000), 0, ServiceFault, "expected sha256"),
        (Manner(claim=-2), 2000, ServiceFault, "the server goes on sending"),
        (Manner(claim=-2, data=DATA[:500], ranges=False), len(DATA), ServiceFault, f"cut at byte 500 of {len(DATA)}"),
        (Manner(claim=1 << 50), 0, CallerError, "expected at most"),
        (Manner(headers=(("Content-Encoding", "gzip"),)), 0, CallerError, "found it encoded: gzip"),
        (Manner(status=404), 0, CallerError, "404 not there"),
        (Manner(status=401), 0, CallerError, "download it in a browser"),
        (Manner(status=503), 0, ServiceFault, "the server says 503, 4 tries without progress"),
        (Manner(status=302, headers=(("Location", "/again"),)), 0, CallerError, "302"),
    ],
)
def test_a_server_that_lies_or_refuses(
    web: Shop, tmp_path: Path, manner: Manner, size: int, error: type[Exception], said: str
) -> None:
    web.script = [manner]
    with pytest.raises(error) as caught:
        get(web, tmp_path / "m", size=size)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "m").exists()


def test_a_server_that_says_too_much_but_has_the_pinned_file(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(claim=len(DATA) + 5)]
    assert get(web, tmp_path / "m").sha256 == HASH


def test_a_server_that_gives_a_byte_at_a_time_does_not_go_on_for_ever(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(cut=10)]
    with pytest.raises(ServiceFault, match="4 tries without progress"):
        get(web, tmp_path / "m")
    assert len(web.asked) == 4


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with shop(b"") as gone:
        address = gone.address()
    with pytest.raises(ServiceFault, match="refused"):
        download(Fetch(address, tmp_path / "m"), patience=EAGER)


def test_a_full_disk_is_said_before_anything_comes(web: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 1_000_000))
    with pytest.raises(BudgetExceeded, match="1000000 are free"):
        get(web, tmp_path / "m")
    assert not list(tmp_path.glob("m.part"))


def test_what_is_here_in_whole_is_not_fetched_again(web: Shop, tmp_path: Path) -> None:
    web.script = [Manner(cut=0)]
    (tmp_path / "m.part").write_bytes(DATA)
    (tmp_path / "m.part.json").write_text(f'{{"url": "{web.address()}", "etag": "\\"one\\"", "total": {len(DATA)}}}')
    assert get(web, tmp_path / "m").sha256 == HASH
    assert web.sent == 0


@pytest.mark.parametrize("note", ['{"url": "http://elsewhere/"}', "{", ""])
def test_a_part_of_something_else_is_not_continued(web: Shop, tmp_path: Path, note: str) -> None:
    (tmp_path / "m.part").write_bytes(b"x" * 100)
    (tmp_path / "m.part.json").write_text(note)
    assert get(web, tmp_path / "m").sha256 == HASH
    assert "range" not in web.asked[0]


def test_cancelling_keeps_what_has_come(web: Shop, tmp_path: Path) -> None:
    web.gate, stop = threading.Event(), threading.Event()
    got: list[Progress] = []

    def progress(at: Progress) -> None:
        got.append(at)
        stop.set()
        assert web.gate is not None
        web.gate.set()

    ticks = iter(range(10_000))
    with pytest.raises(Cancelled, match="the same command goes on"):
        download(Fetch(web.address(), tmp_path / "m", HASH), progress, stop, EAGER, lambda: float(next(ticks)))
    assert got
    assert 0 < (tmp_path / "m.part").stat().st_size <= len(DATA)
    stop.clear()
    assert download(Fetch(web.address(), tmp_path / "m", HASH), None, stop, EAGER) == HASH


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://example.org/m", "expected an http"),
        ("file:///etc/passwd", "expected an http"),
        ("https://", "expected an http"),
        ("http://[::1", "no address"),
        ("https://a b/m", "expected an http"),
        ("https://me:secret@example.org/m", "password"),
        ("http://example.org/m", "anybody on the way could change it"),
    ],
)
def test_addresses_that_are_refused(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(CallerError, match=said) as caught:
        download(Fetch(url, tmp_path / "m"))
    assert "secret" not in str(caught.value)


def test_speed_and_time_left() -> None:
    seen: list[Progress] = []
    now = [0.0]
    meter = Meter("m", seen.append, lambda: now[0])
    for second in range(11):
        now[0] = float(second)
        meter.moved(second * 100, 2000)
    assert seen[-1].speed == pytest.approx(100)
    assert seen[-1].left_s == pytest.approx(10)
    now[0] = 10.01
    meter.moved(1001, 2000)
    assert seen[-1].done == 1000  # not more often than ten times a second
