from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from bluerill.bench.capped.journal import NAME, Journal, read_rows
from bluerill.kernel.errors import CallerError, ServiceFault
from support.capped import a_death, a_row


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [a_row(), a_death(), a_row(cap=None)]
    journal = Journal(tmp_path / "new" / "folder")
    for row in rows:
        journal.append(row)
    journal.close()
    assert read_rows(tmp_path / "new" / "folder") == rows


@pytest.mark.parametrize("kept", [0, 1, 40])
def test_a_line_that_was_cut_off_is_left_out_and_then_cut_away(tmp_path: Path, kept: int) -> None:
    journal = Journal(tmp_path)
    journal.append(a_row())
    journal.close()
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole + whole[:kept])
    assert read_rows(tmp_path) == [a_row()]
    again = Journal(tmp_path)
    again.append(a_death())
    again.close()
    assert read_rows(tmp_path) == [a_row(), a_death()]


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(a_row())
    journal.close()
    (tmp_path / NAME).write_bytes(b'{"schema": 1}\n' + (tmp_path / NAME).read_bytes())
    with pytest.raises(CallerError, match=rf"{NAME}:1: not a row"):
        read_rows(tmp_path)


def test_a_full_disk_keeps_the_rows_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    journal.append(a_row())
    real = os.write

    def full(fd: int, data: bytes) -> int:
        if len(data) < 200:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(fd, data[:100])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ServiceFault, match="No space left on device"):
        journal.append(a_death())
    monkeypatch.undo()
    journal.close()
    assert read_rows(tmp_path) == [a_row()]


def test_no_results_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="expected results of bluerill bench"):
        read_rows(tmp_path)
