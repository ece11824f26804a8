"""Egress: the one process that reaches the network, by https GET, to hosts that were granted, and no further.

Deny by default: who asks decides which hosts (the kernel vouches for the sender), redirects are not followed (they
would leave the grant), answers are bounded in size and in time as a whole, not only between two packets. The standard
library does the work in a thread; nothing of it is imported in the core process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from ..kernel.errors import CallerError, CapabilityError, DeadlineExceeded, ServiceFault
from ..kernel.service import Call, Leased, Service, handles
from .messages import Fetch, Fetched

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

SYSTEM_HOSTS: dict[str, tuple[str, ...]] = {
    "skills": ("api.open-meteo.com", "geocoding-api.open-meteo.com", "www.ecb.europa.eu"),
}
"""What Bluerill's own skills need; third-party hosts are granted theirs by the device's owner."""

MAX_BYTES = 4 * 1024 * 1024
MAX_URL = 2_000
MAX_TIMEOUT_S = 30.0
WORKERS = 4
_CHUNK = 16 * 1024


class EgressService(Service):
    """``hosts`` are the granted hosts by sender. ``loopback`` (for tests) allows ``http://127.0.0.1`` to everyone."""

    concurrency: ClassVar[int] = WORKERS

    def __init__(self, hosts: Mapping[str, Sequence[str]] | None = None, loopback: bool = False) -> None:
        granted = SYSTEM_HOSTS if hosts is None else hosts
        self._hosts = {sender: frozenset(names) for sender, names in granted.items()}
        self._loopback = loopback

    async def start(self) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="egress")
        self._opener = _opener()

    async def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    @handles(Fetch)
    async def fetch(self, request: Fetch, call: Call) -> Leased:
        """The body of a page, as the lease. Raises CapabilityError, CallerError, ServiceFault, DeadlineExceeded."""
        host = self._check(request.url, call.sender)
        timeout = min(max(request.timeout_s, 0.1), MAX_TIMEOUT_S)
        most = min(max(request.max_bytes, 1), MAX_BYTES)
        work = asyncio.get_running_loop().run_in_executor(
            self._threads, _get, self._opener, request.url, host, timeout, most
        )
        done, _ = await asyncio.wait({work}, timeout=timeout + 1.0)
        if not done:
            raise DeadlineExceeded(f"{host} gave no answer within {timeout:g} s")
        body = work.result()
        return Leased(Fetched(200, b""), self.port.offer(body))

    def _check(self, url: str, sender: str) -> str:
        if len(url) > MAX_URL or not url.isascii() or any(letter <= " " for letter in url):
            raise CallerError(f"a URL has at most {MAX_URL} printable ASCII characters, got {url[:60]!r}")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise CallerError(f"not a URL: {url[:60]!r} ({error})") from None
        if parts.username or parts.password:
            raise CallerError("a URL may not carry a user name or password")
        if self._loopback and parts.scheme == "http" and host == "127.0.0.1":
            return host
        if parts.scheme != "https" or port not in (None, 443):
            raise CapabilityError(
                f"only https on its own port leaves this device, got {parts.scheme}://{host}:{port or ''}"
            )
        if host not in self._hosts.get(sender, ()):
            raise CapabilityError(f"service {sender!r} may not reach {host!r}; granted: {self._granted(sender)}")
        return host

    def _granted(self, sender: str) -> str:
        return ", ".join(sorted(self._hosts.get(sender, ()))) or "nothing"


def _opener() -> OpenerDirector:
    """An opener that follows no redirect. Imported here: only the egress process may pay for http and ssl."""
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any, **__: Any) -> None:
            return None

    opener = urllib.request.build_opener(NoRedirect())
    opener.addheaders = [("User-Agent", "bluerill"), ("Accept", "*/*")]
    return opener


def _get(opener: OpenerDirector, url: str, host: str, timeout: float, most: int) -> bytes:
    import urllib.error
    from http.client import HTTPException

    end = time.monotonic() + timeout
    try:
        with opener.open(url, timeout=timeout) as answer:
            body = bytearray()
            while chunk := answer.read1(_CHUNK):
                body += chunk
                if len(body) > most:
                    raise ServiceFault(f"{host} sent more than {most} bytes")
                if time.monotonic() > end:
                    raise DeadlineExceeded(f"{host} was not done within {timeout:g} s")
            return bytes(body)
    except urllib.error.HTTPError as error:
        error.close()
        raise ServiceFault(f"{host} answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise ServiceFault(f"{host} could not be reached: {error.reason}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise ServiceFault(f"{host} could not be reached: {type(error).__name__}: {error}") from None
