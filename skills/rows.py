"""Rows in a file: JSON documents by space and key, each with a checksum, each kept twice.

SQLite gives atomic, durable transactions (WAL and ``synchronous=FULL``: every acknowledged commit was fsynced) but
does not checksum its pages: most one-byte flips on the medium change data without any complaint. So each row carries
a CRC-32 over its space, key, sequence number and value, and is written to two tables in the same transaction, which
costs no further fsync. A flip hits one of the two; the other mends it at once, so that nothing acknowledged is lost,
also when the flipped byte was part of a key and the row seems to be missing. CRC-32 finds every error burst of up to
32 bits; its purpose is accidents, not forgery.

Damage that SQLite itself reports (a smashed header or page) is raised as :class:`Damaged`; ``salvage.py`` deals
with it. See https://sqlite.org/wal.html, https://sqlite.org/pragma.html#pragma_synchronous.
"""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ..kernel.errors import ServiceFault

_TABLE = (
    "CREATE TABLE {name}(space TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, seq INTEGER NOT NULL, "
    "sum INTEGER NOT NULL, PRIMARY KEY(space, key)) WITHOUT ROWID"
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (_TABLE.format(name="rows"),),
    (_TABLE.format(name="mirror"), "INSERT INTO mirror SELECT * FROM rows"),
    ("CREATE TABLE quarantine(id INTEGER PRIMARY KEY, space, key, value, reason TEXT NOT NULL)",),
)
"""Step n brings a file from ``user_version`` n to n + 1."""

QUARANTINE_ROWS = 200
_NO_PREFIX_END = "\U0010ffff"
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Damaged(Exception):
    """SQLite cannot read the file; the text says what it said."""


class Stored(NamedTuple):
    """A row as it lies in the file."""

    space: str
    key: str
    value: bytes
    seq: int
    sum: int

    @property
    def sound(self) -> bool:
        """Whether the checksum fits; a flip may also have changed a column's type."""
        return (
            type(self.space) is str
            and type(self.key) is str
            and type(self.value) is bytes
            and type(self.seq) is int
            and self.sum == checksum(self.space, self.key, self.value, self.seq)
        )


def checksum(space: str, key: str, value: bytes, seq: int) -> int:
    """CRC-32 over all that makes a row."""
    head = f"{seq}\0{space}\0{key}\0".encode("utf-8", "surrogatepass")
    return zlib.crc32(value, zlib.crc32(head))


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file's structure is broken (and not: locked, full, misused)."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGE


def is_full(error: sqlite3.Error) -> bool:
    """Whether SQLite says that there is no room on the medium."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_FULL


def one_line(what: object) -> str:
    """SQLite's reports may have several lines; a log has one."""
    return " ".join(str(what).split())[:200]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


class RowFile:
    """One open store file, used by one process at a time (it is locked).

    Raises Damaged when the file's structure is broken, ServiceFault when it is locked or from a newer Bluerill.
    """

    def __init__(self, path: Path, log: logging.Logger) -> None:
        self.path = path
        self.mended = 0
        self._log = log
        self._db = sqlite3.connect(path, isolation_level=None, timeout=0.2, cached_statements=32)
        self._db.text_factory = _text  # a flipped byte in a key must reach the checksum, not a decoding error
        try:
            self._prepare()
            self._structure()
            self.audit()
            self.seq: int = self._db.execute("SELECT coalesce(max(seq), 0) FROM rows").fetchone()[0]
            self.counts: dict[str, int] = dict(self._db.execute("SELECT space, count(*) FROM rows GROUP BY space"))
        except sqlite3.Error as error:
            self._db.close()
            if is_damage(error):
                raise Damaged(one_line(error)) from error
            raise ServiceFault(f"store {path} cannot be opened: {error} (is another device using it?)") from error
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        run = self._db.execute
        run("PRAGMA page_size=4096")
        run("PRAGMA locking_mode=EXCLUSIVE")
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        run("PRAGMA wal_autocheckpoint=100")
        run("PRAGMA cache_size=-256")
        run("PRAGMA cell_size_check=ON")
        version: int = run("PRAGMA user_version").fetchone()[0]
        if not 0 <= version <= len(MIGRATIONS):
            raise ServiceFault(
                f"store {self.path} has version {version}, this Bluerill knows up to {len(MIGRATIONS)}; update it"
            )
        for step in range(version, len(MIGRATIONS)):
            run("BEGIN IMMEDIATE")
            for statement in MIGRATIONS[step]:
                run(statement)
            run(f"PRAGMA user_version={step + 1}")
            run("COMMIT")

    def _structure(self) -> None:
        answer = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if answer != "ok":
            raise Damaged(one_line(answer))

    def close(self) -> None:
        """Fold the log into the file and close it."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            self._log.warning("store %s: the log could not be folded in: %s", self.path, error)
        self._db.close()

    # reading

    def get(self, space: str, key: str) -> Any | None:
        """The value, or None. Raises ServiceFault if the row is damaged and no good copy is left."""
        row = self._one("rows", space, key)
        if row is not None and row.sound:
            return msgspec.json.decode(row.value)
        if row is None and self._one("mirror", space, key) is None:
            return None
        lost = self.audit()
        row = self._one("rows", space, key)
        if row is not None:
            return msgspec.json.decode(row.value)
        if (space, key) in lost:
            raise ServiceFault(f"row {key!r} of {space!r} is damaged and has no good copy; it was put in quarantine")
        return None

    def scan(self, space: str, prefix: str, after: str, limit: int, max_bytes: int) -> tuple[dict[str, Any], bool]:
        """Rows by key, and whether there are more. Rows damaged beyond mending are left out (and logged)."""
        low, high = max(prefix, after), prefix + _NO_PREFIX_END
        part = f"space = ? AND key {'>' if after and after >= prefix else '>='} ? AND key < ?"
        count = "SELECT count(*) FROM {} WHERE " + part
        bounds = (space, low, high)
        both = [self._db.execute(count.format(table), bounds).fetchone()[0] for table in ("rows", "mirror")]
        found = list(self._many(f"SELECT * FROM rows WHERE {part} ORDER BY key LIMIT ?", (*bounds, limit + 1)))
        if both[0] != both[1] or not all(row.sound for row in found):
            self.audit()
            found = list(self._many(f"SELECT * FROM rows WHERE {part} ORDER BY key LIMIT ?", (*bounds, limit + 1)))
        rows: dict[str, Any] = {}
        size = 0
        for row in found:
            size += len(row.value) + len(row.key)
            if len(rows) == limit or (rows and size > max_bytes):
                return rows, True
            rows[row.key] = msgspec.json.decode(row.value)
        return rows, False

    def all(self) -> Iterator[Stored]:
        """Every sound row of the file."""
        return (row for row in self._many("SELECT * FROM rows", ()) if row.sound)

    def _one(self, table: str, space: str, key: str) -> Stored | None:
        sql = f"SELECT * FROM {table} WHERE space = ? AND key = ?"
        return next(self._many(sql, (space, key)), None)

    def _many(self, sql: str, values: tuple[Any, ...]) -> Iterator[Stored]:
        return map(Stored._make, self._db.execute(sql, values))

    # writing

    def put(self, space: str, rows: dict[str, bytes | None]) -> None:
        """Write (or with None delete) all or none; durable on return. Raises sqlite3.Error, then nothing changed."""
        seq = self.seq + 1
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        try:
            for key, value in rows.items():
                for table in ("rows", "mirror"):
                    if value is None:
                        run(f"DELETE FROM {table} WHERE space = ? AND key = ?", (space, key))
                    else:
                        row = (space, key, value, seq, checksum(space, key, value, seq))
                        run(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?, ?)", row)
            count: int = run("SELECT count(*) FROM rows WHERE space = ?", (space,)).fetchone()[0]
            run("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                run("ROLLBACK")
            raise
        self.seq = seq
        self.counts[space] = count

    def insert(self, rows: list[Stored]) -> None:
        """Take over sound rows from another file, with their sequence numbers."""
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        for table in ("rows", "mirror"):
            self._db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?, ?)", rows)
        run("COMMIT")
        self.seq = max([self.seq, *(row.seq for row in rows)])
        self.counts = dict(run("SELECT space, count(*) FROM rows GROUP BY space"))

    @property
    def pages(self) -> int:
        """Pages of the file that hold something."""
        total: int = self._db.execute("PRAGMA page_count").fetchone()[0]
        free: int = self._db.execute("PRAGMA freelist_count").fetchone()[0]
        return total - free

    def copy_to(self, path: Path) -> None:
        """Write a compact copy of the whole file. Raises sqlite3.Error."""
        self._db.execute("VACUUM INTO ?", (str(path),))

    # mending

    def audit(self) -> set[tuple[str, str]]:
        """Read both copies of every row; mend if anything is unsound or differs. Returns what had no good copy.

        A flipped key also breaks the order that lookups rely on, so both tables are read from end to end, and what
        is wrong with one row is mended by writing all of them anew.
        """
        copies = self._many("SELECT * FROM mirror", ())
        for row in self._many("SELECT * FROM rows", ()):
            if not row.sound or next(copies, None) != row:
                return self._rebuild()
        return set() if next(copies, None) is None else self._rebuild()

    def _rebuild(self) -> set[tuple[str, str]]:
        """Write both tables anew from the newest sound copy of each row; what is not sound goes to quarantine."""
        best: dict[tuple[str, str], Stored] = {}
        unsound: list[Stored] = []
        copies: dict[tuple[str, str], int] = {}
        for table in ("rows", "mirror"):
            for row in self._many(f"SELECT * FROM {table}", ()):
                if not row.sound:
                    unsound.append(row)
                    continue
                copies[row.space, row.key] = copies.get((row.space, row.key), 0) + 1
                held = best.get((row.space, row.key))
                if held is None or held.seq < row.seq:
                    best[row.space, row.key] = row
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        for table in ("rows", "mirror"):
            run(f"DELETE FROM {table}")
            self._db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)", best.values())
        quarantine = "INSERT INTO quarantine(space, key, value, reason) VALUES (?, ?, ?, 'checksum')"
        self._db.executemany(quarantine, [row[:3] for row in unsound])
        run(f"DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - {QUARANTINE_ROWS}")
        run("COMMIT")
        restored = [key for key, count in copies.items() if count < 2]
        lost = {(row.space, row.key) for row in unsound if (row.space, row.key) not in best}
        if len(unsound) <= len(restored):  # every unsound one was restored, some under the key it had before the flip
            lost = set()
        self.mended += len(restored) + len(lost)
        self._log.warning(
            "store rows damaged: restored=%s lost=%s (in quarantine)", _shown(restored), _shown(sorted(lost))
        )
        return lost


def _shown(keys: list[tuple[str, str]]) -> str:
    names = [f"{space}:{key}" for space, key in keys[:5]]
    return f"{len(keys)}{' ' if names else ''}{' '.join(names)}"
