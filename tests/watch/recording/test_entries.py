"""The file of a recording: what is read, and what hostile ones end in."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.watch.recording import entries
from bluerill.watch.recording.entries import End, Entry, Head, read

HEAD = Head(
    recording=1, version="x", made="2026", wall=1.8e9, elapsed=5.0, rows={"skills/lists": {"list/shopping": []}}
)
ENTRY = Entry("in", 1.5, "web", "session", "agent.request", msgspec.Raw(b'{"text":"hi"}'), 1, 0, True, b"\x00\xff")


def written(folder: Path, *lines: object) -> Path:
    path = folder / "session.jsonl"
    path.write_bytes(b"".join((x if isinstance(x, bytes) else msgspec.json.encode(x)) + b"\n" for x in lines))
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    session = read(written(tmp_path, HEAD, ENTRY, End(True, 9.0)))
    assert session.head == HEAD
    assert [msgspec.json.encode(each) for each in session.entries] == [msgspec.json.encode(ENTRY)]
    assert session.seconds == 9.0


def test_one_that_was_cut_off_in_a_line_is_read_up_to_there(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, ENTRY, ENTRY)
    path.write_bytes(path.read_bytes()[:-20])
    session = read(path)
    assert (len(session.entries), session.end, session.seconds) == (1, None, 1.5)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "expected a recording, got an empty file"),
        ([b"\x00\xff\xfe"], "line 1: expected the head of a recording"),
        ([b"[" * 100_000], "line 1: expected the head of a recording"),
        ([HEAD, b'{"k":"in"}'], "line 2: expected an entry"),
        ([HEAD, b'{"k":"shell","t":0,"from":"a","to":"b"}'], "line 2: expected an entry"),
        ([HEAD, b'{"k":"in","t":1e400,"from":"a","to":"b"}'], "line 2: expected"),
        ([HEAD, b'{"k":"in","t":-5,"from":"a","to":"b"}'], "line 2: expected times that go forward"),
        ([HEAD, ENTRY, b'{"k":"in","t":0.1,"from":"a","to":"b"}'], "line 3: expected times that go forward"),
        ([HEAD, End(True, 1.0), ENTRY], "line 3: expected nothing after the end"),
        ([msgspec.structs.replace(HEAD, recording=7)], "line 1: expected a recording of version 1, got 7"),
    ],
)
def test_hostile_files_end_in_one_line(tmp_path: Path, lines: list[object], said: str) -> None:
    with pytest.raises(CallerError) as refused:
        read(written(tmp_path, *lines))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_line_and_a_file_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_LINE", 400)
    with pytest.raises(CallerError, match="line 2: expected at most 400 bytes a line"):
        read(written(tmp_path, HEAD, b'{"k":"' + b"x" * 500 + b'"}'))
    with pytest.raises(CallerError, match="1000 in all"):
        read(written(tmp_path, HEAD, *[ENTRY] * 20), most=1000)
    monkeypatch.setattr(entries, "MAX_ENTRIES", 3)
    with pytest.raises(CallerError, match="at most 3 entries"):
        read(written(tmp_path, HEAD, *[ENTRY] * 5))
