"""One file from the web onto the disk: resumed, bounded, verified, and there whole or not at all.

HTTP ranges as RFC 9110 sections 13 and 14 say: a part of an earlier try is continued only if the server confirms, by
``If-Range``, that its file is still the same one. What the part came from is noted beside it. A server that ignores
ranges, has another file by now, cuts the connection, or says something else about sizes than it does, is survived or
refused in one line. Runs in a thread of a command or of a child, never in the core (it imports ssl).
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import re
import shutil
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ..kernel.errors import BudgetExceeded, CallerError, ServiceFault
from .transfer import Cancelled, Meter, Progress

__all__ = ["Fetch", "Patience", "download"]

BLOCK = 256 << 10
MAX_BYTES = 64 << 30
"""One file, if nobody says how large it is."""
SPARE = 32 << 20
"""Free bytes that a download leaves on the disk."""
MAX_REDIRECTS = 5
MAX_RETRY_AFTER_S = 60.0
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
_LATER = (408, 425, 429, 500, 502, 503, 504)


class Patience(NamedTuple):
    """``tries`` in a row without progress, waits doubling from ``first_s``, ``silence_s`` without a byte."""

    tries: int = 6
    first_s: float = 1.0
    longest_s: float = 30.0
    silence_s: float = 30.0
    all_tries: int = 500


PATIENCE = Patience()


class Fetch(NamedTuple):
    """What is wanted: ``sha256`` and ``size`` if they are known ('' and 0 if not), ``most`` bytes at all."""

    url: str
    target: Path
    sha256: str = ""
    size: int = 0
    most: int = MAX_BYTES


class Origin(msgspec.Struct, frozen=True):
    """Where a part came from; kept beside it."""

    url: str
    etag: str = ""
    modified: str = ""
    total: int = 0

    @property
    def validator(self) -> str:
        """What If-Range can be asked with: a strong entity tag, else the date of the last change."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


class _Again(Exception):
    """This try did not finish, but the next one may: why, and not before how many seconds."""

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows few redirects, and never one that gives up encryption."""

    max_redirections = MAX_REDIRECTS

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise CallerError(f"{req.full_url}: expected https to stay, it redirects to {newurl[:200]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(
    fetch: Fetch,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    patience: Patience = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Fetch the file; returns its SHA-256. The caller holds the lock of the target's folder.

    Raises CallerError (the address, the size or the hash is wrong), BudgetExceeded (no room), Cancelled (what has come
    is kept for the next time), ServiceFault (the server could not be reached or gave up).
    """
    _check_url(fetch)
    return _Download(fetch, progress, cancel or threading.Event(), patience, clock).run()


def _check_url(fetch: Fetch) -> None:
    try:
        parts = urllib.parse.urlsplit(fetch.url)
        host = parts.hostname
    except ValueError as error:
        raise CallerError(f"{fetch.url[:200]!r} is no address: {error}") from None
    if parts.scheme not in ("http", "https") or not host or any(ord(c) <= 32 for c in fetch.url):
        raise CallerError(f"expected an http(s) address, got {fetch.url[:200]!r}")
    if parts.username or parts.password:
        raise CallerError("an address with a password in it would be kept in the card; leave it out")
    if parts.scheme == "http" and not fetch.sha256 and host not in ("127.0.0.1", "localhost", "::1"):
        raise CallerError(f"{fetch.url[:200]}: anybody on the way could change it; use https, or give its --sha256")


class _Download:
    def __init__(
        self,
        fetch: Fetch,
        progress: Callable[[Progress], None] | None,
        cancel: threading.Event,
        patience: Patience,
        clock: Callable[[], float],
    ) -> None:
        self.fetch, self.cancel, self.patience = fetch, cancel, patience
        self.meter = Meter(fetch.target.name, progress, clock)
        self.part = fetch.target.with_name(fetch.target.name + ".part")
        self.note = fetch.target.with_name(fetch.target.name + ".part.json")
        self.digest = hashlib.sha256()
        self.have = 0
        self.origin = Origin(fetch.url)
        self.resumed = False

    def run(self) -> str:
        try:
            self._take_up()
            while True:
                self._loop()
                found = self.digest.hexdigest()
                if not self.fetch.sha256 or found == self.fetch.sha256:
                    break
                if not self.resumed:
                    self._discard()
                    raise ServiceFault(
                        f"{self.fetch.url}: expected sha256 {self.fetch.sha256}, found {found}; it was not kept"
                    )
                self._restart("what was resumed does not have the pinned hash")
            self.part.replace(self.fetch.target)
            self.note.unlink(missing_ok=True)
            _sync(self.fetch.target.parent)
            return found
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise BudgetExceeded(f"{self.part}: the disk is full after {self.have} bytes") from None
            raise ServiceFault(f"{self.part}: {error.strerror or error}") from None

    def _take_up(self) -> None:
        """Continue with the part of an earlier try, if it came from the same address."""
        try:
            self.origin = msgspec.json.decode(self.note.read_bytes()[:65536], type=Origin)
            with self.part.open("rb") as file:
                while block := file.read(BLOCK):
                    self.digest.update(block)
                    self.have += len(block)
        except (OSError, msgspec.DecodeError):
            self._restart("")
            return
        if self.origin.url != self.fetch.url or self.have > (self.origin.total or self.fetch.most):
            self._restart("")

    def _restart(self, why: str) -> None:
        self._discard()
        self.have, self.resumed = 0, False
        self.digest, self.origin = hashlib.sha256(), Origin(self.fetch.url)
        if why:
            self.meter.say(why, 0)

    def _discard(self) -> None:
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def _loop(self) -> None:
        failed = tries = 0
        while True:
            if self.cancel.is_set():
                raise Cancelled(f"{self.fetch.url}: cancelled after {self.have} bytes; the same command goes on")
            before, tries = self.have, tries + 1
            try:
                self._try()
                return
            except _Again as again:
                failed = 0 if self.have >= before + BLOCK else failed + 1
                if failed >= self.patience.tries or tries >= self.patience.all_tries:
                    raise ServiceFault(
                        f"{self.fetch.url}: {again}, {failed} tries without progress; {self.have} bytes are kept, "
                        "the same command goes on"
                    ) from None
                wait = min(self.patience.first_s * 2 ** max(0, failed - 1), self.patience.longest_s)
                wait = max(wait, min(again.wait_s, MAX_RETRY_AFTER_S)) if self.patience.first_s else 0.0
                self.meter.say(f"{again}; trying again in {wait:.0f} s", self.have)
                self.cancel.wait(wait)

    def _try(self) -> None:
        request = urllib.request.Request(self.fetch.url, headers={"Accept-Encoding": "identity"})
        request.add_header("User-Agent", "bluerill")
        if self.have and not (self.origin.validator or self.fetch.sha256):
            self._restart("")  # nothing would tell whether the rest is of the same file
        if self.have:
            request.add_header("Range", f"bytes={self.have}-")
            if self.origin.validator:
                request.add_header("If-Range", self.origin.validator)
        opener = urllib.request.build_opener(_Redirects())
        try:
            with opener.open(request, timeout=self.patience.silence_s) as response:
                self._receive(response)
        except urllib.error.HTTPError as error:
            with error:
                self._refused(error)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise ServiceFault(f"{self.fetch.url}: {reason.verify_message}; it is not who it says it is") from None
            raise _Again(f"{_line(reason) or 'the connection was cut'} at byte {self.have}") from None

    def _refused(self, error: urllib.error.HTTPError) -> None:
        if error.code == 416 and self.have:
            total = re.fullmatch(r"bytes \*/(\d{1,15})", error.headers.get("Content-Range", ""))
            if total and int(total[1]) == self.have:
                return  # all of it was here already
            self._restart("the server has another file by now")
            raise _Again("what was here does not fit the server's file")
        if error.code in _LATER:
            after = error.headers.get("Retry-After", "")
            seconds = float(after) if after.isdecimal() and len(after) < 6 else 0.0
            raise _Again(f"the server says {error.code}", seconds)
        known = {401: "a login is needed", 403: "not allowed", 404: "not there", 410: "gone"}
        why = known.get(error.code) or _line(error.reason)
        hint = "; its owner may ask for a login: download it in a browser, then: bluerill models add FILE"
        raise CallerError(f"{self.fetch.url}: {error.code} {why}{hint if error.code in (401, 403) else ''}")

    def _receive(self, response: Any) -> None:
        headers = response.headers
        encoding = headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("", "identity"):
            raise CallerError(f"{self.fetch.url}: expected the file itself, found it encoded: {encoding[:40]}")
        total = self._continue(response) if response.status == 206 else self._begin(response)
        self._check_size(total)
        self.origin = Origin(self.fetch.url, headers.get("ETag", ""), headers.get("Last-Modified", ""), total)
        self.note.write_bytes(msgspec.json.encode(self.origin))
        with self.part.open("ab" if self.have else "wb") as file:
            self._copy(response, file, total)
            file.flush()
            os.fsync(file.fileno())
        if self.have < (total or self.fetch.size):
            raise _Again(f"the connection was cut at byte {self.have} of {total or self.fetch.size}")

    def _read(self, response: Any) -> bytes:
        try:
            block: bytes = response.read1(BLOCK)
            return block
        except (OSError, http.client.HTTPException) as error:
            raise _Again(f"{_line(error) or 'the connection was cut'} at byte {self.have}") from None

    def _begin(self, response: Any) -> int:
        """The whole file comes, whether it was asked for or not; its size, 0 if the server does not say."""
        if self.have:
            same = self.origin.validator and self.origin.validator in (
                response.headers.get("ETag"), response.headers.get("Last-Modified"),
            )  # fmt: skip
            self._restart("the server cannot resume" if same else "the file changed on the server")
        length = response.headers.get("Content-Length", "")
        return int(length) if length.isdecimal() and len(length) < 20 else 0

    def _continue(self, response: Any) -> int:
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if not self.have or not match or int(match[1]) != self.have:
            found = response.headers.get("Content-Range", "no range")[:60]
            self._restart(f"expected bytes from {self.have}, the server sends {found}")
            raise _Again("the server sends another range than was asked for")
        total = int(match[3])
        known = self.origin.total
        changed = self.origin.etag and response.headers.get("ETag", self.origin.etag) != self.origin.etag
        if (known and total != known) or changed:
            self._restart("the file changed on the server")
            raise _Again("the file changed on the server")
        self.resumed = True
        return total

    def _check_size(self, total: int) -> None:
        if self.fetch.size and total and total != self.fetch.size:
            raise CallerError(f"{self.fetch.url}: the card says {self.fetch.size} bytes, the server {total}")
        if total > self.fetch.most:
            raise CallerError(f"{self.fetch.url}: expected at most {self.fetch.most} bytes, the server says {total}")
        free, need = shutil.disk_usage(self.part.parent).free, max(0, (total or self.fetch.size) - self.have)
        if free < need + SPARE:
            raise BudgetExceeded(f"{self.part.parent}: {need + SPARE} bytes are needed, {free} are free")

    def _copy(self, response: Any, file: Any, total: int) -> None:
        limit = total or self.fetch.size or self.fetch.most
        while block := self._read(response):
            self.have += len(block)
            if self.have > limit:
                self._discard()
                raise ServiceFault(f"{self.fetch.url}: expected {limit} bytes, the server goes on sending")
            file.write(block)
            self.digest.update(block)
            self.meter.moved(self.have, total or self.fetch.size)
            if self.cancel.is_set():
                file.flush()
                raise Cancelled(f"{self.fetch.url}: cancelled after {self.have} bytes; the same command goes on")


def _line(text: object) -> str:
    return " ".join(str(text).split())[:120]


def _sync(folder: Path) -> None:
    """Make a rename last: a directory is written back too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
