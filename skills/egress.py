"""Egress: the one process that reaches the network, by https, to hosts that were granted, and no further.

Deny by default: who asks decides which hosts (the kernel vouches for the sender). A package's are those that the owner
agreed to, read from the register at each request, so that a grant taken back is gone at once. Only an address that the
owner wrote into a skill's settings may be without https or on another port: it may be a device in the house. Redirects
are not followed (they would leave the grant); what is sent and what is answered is bounded, in size and in time as a
whole, not only between two packets. The standard library does the work in a thread; nothing of it is imported in the
core process.
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
from . import register
from .messages import Fetch, Fetched

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

SYSTEM_HOSTS: dict[str, tuple[str, ...]] = {
    "skills": ("api.open-meteo.com", "geocoding-api.open-meteo.com", "www.ecb.europa.eu", "feeds.bbci.co.uk"),
}
"""What Bluerill's own skills need; other packages are granted theirs by the device's owner (``register.py``)."""

SYSTEM_OPTIONS = {"skills": {"world": ("network:@feed",)}}
"""Options of Bluerill's own skills in which the owner may write an address, as grants by skill."""

MAX_BYTES = 4 * 1024 * 1024
MAX_URL = 2_000
MAX_TIMEOUT_S = 30.0
MAX_BODY = 64 * 1024
HEADERS = frozenset({"accept", "authorization", "content-type"})
"""What a skill may say beside its request; no other one can pretend to be somebody, or smuggle a second request."""
WORKERS = 4
_CHUNK = 16 * 1024


class EgressService(Service):
    """``hosts`` are the granted hosts by sender, ``register`` the folder in which the owner's decisions on packages are
    kept, ``settings`` the file of the owner's settings. ``loopback`` (for tests) allows ``http://127.0.0.1`` to
    everyone.
    """

    concurrency: ClassVar[int] = WORKERS

    def __init__(
        self,
        hosts: Mapping[str, Sequence[str]] | None = None,
        loopback: bool = False,
        register: str = "",
        settings: str = "",
    ) -> None:
        self._register, self._settings = register, settings
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
        _check_sent(request)
        work = asyncio.get_running_loop().run_in_executor(
            self._threads, _send, self._opener, request, host, timeout, most
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
        if register.origin(url) in self._agreed(sender):
            return host
        if parts.scheme != "https" or port not in (None, 443):
            raise CapabilityError(
                f"only https on its own port leaves this device, got {parts.scheme}://{host}:{port or ''}"
            )
        if host not in self._hosts.get(sender, ()):
            raise CapabilityError(f"service {sender!r} may not reach {host!r}; granted: {self._granted(sender)}")
        return host

    def _granted(self, sender: str) -> str:
        return ", ".join(sorted({*self._hosts.get(sender, ()), *self._agreed(sender)})) or "nothing"

    def _agreed(self, sender: str) -> set[str]:
        """Where a package (or, by the owner's settings, the device's own skills) may go now, as origins. Raises
        ServiceFault if what was agreed to cannot be read."""
        if sender in SYSTEM_OPTIONS:
            own = _tables(self._settings)
            return {
                found
                for skill, grants in SYSTEM_OPTIONS[sender].items()
                for found in register.origins(grants, own.get(skill, {}))
            }
        if not self._register or not sender.startswith("skill-"):
            return set()
        packages = register.read(self._register).packages.values()
        package = next((each for each in packages if register.address(each.package) == sender), None)
        if package is None:
            return set()
        tables = _tables(self._settings)
        return {
            found
            for name in package.running
            for found in register.origins(package.agreed[name].grants, tables.get(name, {}))
        }


def _tables(path: str) -> dict[str, dict[str, Any]]:
    """The owner's settings by skill; none if there is no such file."""
    import tomllib

    if not path:
        return {}
    try:
        with open(path, "rb") as file:
            tables = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ServiceFault(f"{path}: the owner's settings cannot be read: {error}") from error
    return {name: table for name, table in tables.items() if isinstance(table, dict)}


def _check_sent(request: Fetch) -> None:
    if len(request.body) > MAX_BODY:
        raise CallerError(f"a request carries at most {MAX_BODY} bytes, got {len(request.body)}")
    if request.body and request.method == "GET":
        raise CallerError("a GET carries no body; use POST")
    for name, value in request.headers.items():
        if name.lower() not in HEADERS:
            raise CallerError(f"a request may carry the headers {', '.join(sorted(HEADERS))}; got {name[:40]!r}")
        if len(value) > 2_000 or not value.isprintable() or not value.isascii():
            raise CallerError(f"the header {name!r} has at most 2000 printable ASCII characters")


def _opener() -> OpenerDirector:
    """An opener that follows no redirect. Imported here: only the egress process may pay for http and ssl."""
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any, **__: Any) -> None:
            return None

    opener = urllib.request.build_opener(NoRedirect())
    opener.addheaders = [("User-Agent", "bluerill"), ("Accept", "*/*")]
    return opener


def _send(opener: OpenerDirector, request: Fetch, host: str, timeout: float, most: int) -> bytes:
    import urllib.error
    from http.client import HTTPException
    from urllib.request import Request

    end = time.monotonic() + timeout
    try:
        body_sent = request.body if request.method == "POST" else None
        sent = Request(request.url, body_sent, request.headers, method=request.method)
        with opener.open(sent, timeout=timeout) as answer:
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
