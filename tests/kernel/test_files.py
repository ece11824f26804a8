from __future__ import annotations

from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.kernel.files import read_bounded


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"12345")
    assert read_bounded(file, 5) == b"12345"
    with pytest.raises(CallerError, match=r"--x it: expected at most 4 bytes, got more"):
        read_bounded(file, 4, "--x it")


def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="none: cannot be read: No such file"):
        read_bounded(tmp_path / "none", 5)
    with pytest.raises(CallerError, match="cannot be read: Is a directory"):
        read_bounded(tmp_path, 5)
