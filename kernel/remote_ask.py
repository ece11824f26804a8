"""What came over a link, in the core from a child and in a child from the core: envelopes answered by frames."""

from __future__ import annotations

from typing import Any

from .errors import BluerillError
from .lease import Lease
from .limits import MAX_ERROR_TEXT
from .message import Answer, Body, Kind, Packed, pack
from .port import Envelope

_REPLY, _ERROR = Kind.REPLY.value, Kind.ERROR.value  # plain: an enum's attribute takes four times as long


class LinkAsk(Envelope, eq=False):
    """An ask that came over a link, and is answered over it once."""

    link: Any = None  # Link

    def reply(self, body: Body | Packed, lease: Lease | None = None) -> None:
        if self.answered:
            if lease is not None:
                lease.release()
            return
        self._finish()
        try:
            wire, data = pack(body)
            if lease is None:
                self.link.send(Answer(_REPLY, self.id, wire, data))
            else:
                self.link.send(Answer(_REPLY, self.id, wire, data, lease.size), lease.fd)
        except BluerillError as error:
            self.link.send(error_frame(self.id, error))
        finally:
            if lease is not None:
                lease.release()

    def fail(self, error: BluerillError) -> None:
        if not self.answered:
            self._finish()
            self.link.send(error_frame(self.id, error))

    def _finish(self) -> None:
        self.answered = True


class RemoteAsk(LinkAsk, eq=False):
    """An ask of a child, in the core. ``asked`` are those of its connection that wait for an answer."""

    asked: Any = None  # dict[int, RemoteAsk]

    def _finish(self) -> None:
        self.answered = True
        self.asked.pop(self.id, None)


class RemoteTell(Envelope, eq=False):
    """A tell that came over a link; its credit goes back once it has a place."""

    owner: Any = None  # Traffic

    def accepted(self) -> None:
        self.owner.give_credit()


def error_frame(number: int, error: BluerillError) -> Answer:
    """The answer of an ask that failed."""
    return Answer(_ERROR, number, error.code, str(error)[:MAX_ERROR_TEXT].encode("utf-8", "replace"))
