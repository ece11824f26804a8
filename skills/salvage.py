"""Last good copies of the store, and what to do when the store's file itself is broken.

A copy is made with ``VACUUM INTO`` (a logical copy: it reads every row, so damage is not carried over unseen), then
opened and audited, fsynced, and only then renamed over the former one: there is always one whole copy. When the file
cannot be opened, it is moved aside, not deleted, and a new one is built from the copy and from every sound row that
can still be read out of the broken file; where both have a row the later one (by sequence number) wins.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path

from ..kernel.errors import ServiceFault
from .rows import Damaged, RowFile, Stored

KEEP_BROKEN = 3
PAGE = 4096


def copy_path(path: Path) -> Path:
    """Where the last good copy of a store lies."""
    return path.with_name(path.name + ".copy")


def make_copy(rows: RowFile, log: logging.Logger) -> None:
    """Replace the last good copy. Raises ServiceFault if it cannot be written; the former one is kept then."""
    target = copy_path(rows.path)
    fresh = target.with_name(target.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        rows.copy_to(fresh)
        check = RowFile(fresh, log)
        check.close()
        if check.mended:
            raise ServiceFault(f"the copy {fresh} was damaged while it was written")
        descriptor = os.open(fresh, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        fresh.replace(target)
        _sync_folder(target.parent)
    except (sqlite3.Error, Damaged, OSError) as error:
        for leftover in (fresh, Path(f"{fresh}-wal"), Path(f"{fresh}-shm")):
            leftover.unlink(missing_ok=True)
        raise ServiceFault(f"store {rows.path} could not be copied: {error}") from error


def open_or_restore(path: Path, log: logging.Logger) -> RowFile:
    """Open a store; if its file is broken, build a new one from its copy and what can still be read.

    Raises ServiceFault if it is locked, from a newer Bluerill, or its folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        empty = not path.exists() or path.stat().st_size == 0
        if not (empty and copy_path(path).exists()):
            return RowFile(path, log)
        reason = "it is empty or gone"  # SQLite would take that for a new store
    except Damaged as error:
        reason = str(error)
    except OSError as error:
        raise ServiceFault(f"store {path} cannot be opened: {error}") from error
    aside = _move_aside(path)
    found, complete = _readable(aside, log)
    best: dict[tuple[str, str], Stored] = {}
    copied = 0
    if not complete:  # with one whole table the copy could only bring back what was deleted since
        for row in _copied(copy_path(path), log):
            best[row.space, row.key] = row
            copied += 1
    for row in found:
        held = best.get((row.space, row.key))
        if held is None or held.seq <= row.seq:
            best[row.space, row.key] = row
    rows = RowFile(path, log)
    rows.insert(list(best.values()))
    log.error(
        "store was damaged (%s): moved to %s, restored rows=%d (copy=%d, salvaged=%d)",
        reason, aside.name, len(best), copied, len(found),
    )  # fmt: skip
    return rows


def _move_aside(path: Path) -> Path:
    taken = sorted(path.parent.glob(f"{path.name}.damaged-*[0-9]"), key=lambda each: int(each.name.rpartition("-")[2]))
    for old in taken[: max(0, len(taken) - KEEP_BROKEN + 1)]:
        old.unlink(missing_ok=True)
        Path(f"{old}-wal").unlink(missing_ok=True)
    number = int(taken[-1].name.rpartition("-")[2]) + 1 if taken else 1
    aside = path.with_name(f"{path.name}.damaged-{number}")
    if path.exists():
        path.replace(aside)
    log_file = Path(f"{path}-wal")
    if log_file.exists():
        log_file.replace(f"{aside}-wal")
    Path(f"{path}-shm").unlink(missing_ok=True)
    return aside


def _readable(path: Path, log: logging.Logger) -> tuple[list[Stored], bool]:
    """Sound rows of a broken file, read from both ends of both tables, and whether one table was whole.

    If nothing can be read because the first page (header and schema) is broken, it is read once more under the
    first page of a new store: the same migrations put the same tables at the same pages.
    """
    if not path.exists() or path.stat().st_size == 0:
        return [], False
    found, complete = _sound_rows(path)
    if found:
        return found, complete
    patient = path.with_name(path.name + ".patient")
    try:
        _transplant_head(path, patient, log)
        return _sound_rows(patient)
    except (OSError, sqlite3.Error, Damaged, ServiceFault) as error:
        log.warning("nothing could be read from %s: %s", path.name, error)
        return [], False
    finally:
        for leftover in ("", "-wal", "-shm"):
            Path(f"{patient}{leftover}").unlink(missing_ok=True)


def _transplant_head(path: Path, patient: Path, log: logging.Logger) -> None:
    patient.unlink(missing_ok=True)
    RowFile(patient, log).close()
    head = bytearray(patient.read_bytes()[:PAGE])
    body = path.read_bytes()[PAGE:]
    head[28:32] = (1 + len(body) // PAGE).to_bytes(4, "big")  # pages in the file
    head[32:40] = bytes(8)  # no free pages: they are not wanted here
    patient.write_bytes(head + body)


def _sound_rows(path: Path) -> tuple[list[Stored], bool]:
    found: dict[tuple[str, str], Stored] = {}
    complete = False
    for table in ("rows", "mirror"):
        for order in ("ASC", "DESC"):
            whole, rows = _table_rows(path, table, order)
            for row in rows:
                held = found.get((row.space, row.key))
                if held is None or held.seq < row.seq:
                    found[row.space, row.key] = row
            if whole:
                complete = True
                break
    return list(found.values()), complete


def _table_rows(path: Path, table: str, order: str) -> tuple[bool, list[Stored]]:
    rows: list[Stored] = []
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=0.2)
    except sqlite3.Error:
        return False, rows
    try:
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for values in db.execute(f"SELECT * FROM {table} ORDER BY space {order}, key {order}"):
            row = Stored._make(values)
            if not row.sound:
                return False, rows
            rows.append(row)
        return True, rows
    except (sqlite3.Error, TypeError):
        return False, rows
    finally:
        db.close()


def _copied(path: Path, log: logging.Logger) -> list[Stored]:
    if not path.exists():
        return []
    try:
        copy = RowFile(path, log)
    except (Damaged, ServiceFault) as error:
        log.error("the store's copy %s cannot be read either: %s", path.name, error)
        return []
    try:
        return list(copy.all())
    except sqlite3.Error as error:
        log.error("the store's copy %s cannot be read to its end: %s", path.name, error)
        return []
    finally:
        copy.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
