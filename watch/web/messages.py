"""What the web service understands beside the messages of the other wings."""

from __future__ import annotations

from ...kernel.message import Body, message


@message("web.get-link")
class GetLink(Body, frozen=True):
    """Ask ``web`` for an address to open in a browser; it works once. → Link"""


@message("web.link")
class Link(Body, frozen=True):
    """``url`` carries the one-time token; ``origin`` is the address without it."""

    url: str
    origin: str
    port: int
