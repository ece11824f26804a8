"""The guard of the door: who may load the page and open its WebSocket.

A page on 127.0.0.1 is reachable from every website the owner visits and, by DNS rebinding, under any name. So: the
Host header must be exactly our address; an Origin, where there is one, must be ours, and a WebSocket must have one;
the first request must bring a one-time token, which is exchanged for a cookie that scripts cannot read (HttpOnly)
and other sites cannot cause to be sent (SameSite=Strict), and a redirect takes the token out of the address bar.
Headers forbid everything the page does not need (Content Security Policy level 3, Permissions Policy).
Comparisons are constant-time. Rates are token buckets.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, urlsplit

MAX_LINKS: Final = 16
"""One-time tokens that wait to be used; the oldest is forgotten first."""


def security_headers(origin: str) -> dict[str, str]:
    """Sent with every answer."""
    socket = origin.replace("http://", "ws://", 1)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
        f"connect-src 'self' {socket}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    return {
        "Content-Security-Policy": policy,
        "Permissions-Policy": "microphone=(self), camera=(self), accelerometer=(self), gyroscope=(self), "
        "geolocation=(), usb=(), serial=(), payment=(), display-capture=()",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


class Guard:
    """Decides for one server. ``secret`` keeps cookies valid over a restart; without it they are random."""

    def __init__(self, host: str, port: int, *, token: str = "", secret: str = "") -> None:
        self.authority = f"{host}:{port}"
        self.origin = f"http://{self.authority}"
        # Cookies ignore ports: the name keeps two watches on one machine apart.
        self.cookie_name = f"bluerill_{port}"
        key = secret.encode() if secret else secrets.token_bytes(32)
        self._session = hmac.new(key, b"bluerill page session", hashlib.sha256).hexdigest()
        self._tokens: deque[str] = deque(maxlen=MAX_LINKS)
        if token:
            self._tokens.append(token)

    def link(self) -> str:
        """An address that lets one browser in, once."""
        token = secrets.token_urlsafe(24)
        self._tokens.append(token)
        return f"{self.origin}/?token={token}"

    def host_ok(self, host: str | None) -> bool:
        """Exactly our address: no other name, no other port, no missing port."""
        return host is not None and hmac.compare_digest(host.encode(), self.authority.encode())

    def origin_ok(self, origin: str | None, *, required: bool) -> bool:
        """Our origin; absent is well only where a browser sends none (plain navigation)."""
        if origin is None:
            return not required
        return hmac.compare_digest(origin.encode(), self.origin.encode())

    def admit(self, token: str) -> bool:
        """Use a token up. False if it is unknown or used."""
        given = token.encode()
        for held in list(self._tokens):
            if hmac.compare_digest(held.encode(), given):
                self._tokens.remove(held)
                return True
        return False

    def known(self, cookie_header: str | None) -> bool:
        """Whether the request carries our session cookie."""
        if not cookie_header or len(cookie_header) > 4096:
            return False
        jar = SimpleCookie()
        try:
            jar.load(cookie_header)
        except CookieError:
            return False
        held = jar.get(self.cookie_name)
        return held is not None and hmac.compare_digest(held.value.encode(), self._session.encode())

    @property
    def cookie(self) -> str:
        """The Set-Cookie value. Not ``Secure``: the page is plain HTTP on loopback, where that would lose it."""
        return f"{self.cookie_name}={self._session}; Path=/; HttpOnly; SameSite=Strict"


def split(target: str) -> tuple[str, str]:
    """Path and token of a request target; the token is '' where there is none."""
    parts = urlsplit(target)
    return parts.path, parse_qs(parts.query, max_num_fields=8).get("token", [""])[0]


class Bucket:
    """A token bucket: ``rate`` a second on average, ``burst`` at once."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst = rate, burst
        self._level, self._at = burst, now

    def take(self, now: float) -> bool:
        """Spend one; False if there is none."""
        self._level = min(self._level + (now - self._at) * self.rate, self.burst)
        self._at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True
