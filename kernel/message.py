"""Messages: typed bodies, the envelope around them, and their encoding.

A body is a frozen :class:`msgspec.Struct` with a wire name::

    @message("voice.transcribe")
    class Transcribe(Body, frozen=True):
        utterance: int

A request is a verb, its answer a noun, a negative answer its own message; a stream is start / chunk / stop.
Inside one process a body travels as the object it is (it is frozen, so sharing is safe); between processes it
is msgpack. Payloads above :data:`limits.LEASE_ABOVE` travel as a lease beside the body (see ``lease.py``).

Every envelope carries: its id, the sender *with generation*, lane, deadline, trace id and taint labels, which
propagate to whatever is sent while it is handled.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, IntFlag
from typing import Any, ClassVar, TypeVar

import msgspec

from .errors import CallerError
from .limits import MAX_FRAME_BYTES


class Lane(IntEnum):
    """Three lanes, strictly ordered: a lower number is always served first."""

    CONTROL = 0
    INTERACTIVE = 1
    BACKGROUND = 2


class Taint(IntFlag):
    """Where a value came from; labels are joined (or-ed) when values are."""

    NONE = 0
    USER = 1  # spoken, typed or touched by the owner
    LOCAL = 2  # made by this device: clock, sensors, store
    UNTRUSTED = 4  # anything an outsider could have written


LANES: tuple[Lane, ...] = tuple(Lane)
"""Lanes by number: an index is four times as fast as a call of the enum, and each message needs one."""
TAINTS: tuple[Taint, ...] = tuple(Taint(bits) for bits in range(8))
"""Labels by their bits, for the same reason."""


class Kind(IntEnum):
    """What a frame is; only ASK is answered, by exactly one REPLY or ERROR."""

    ASK = 0
    TELL = 1
    NOTIFY = 2
    REPLY = 3
    ERROR = 4
    CREDIT = 5
    CANCEL = 6
    HELLO = 7
    STOP = 8
    TRACE = 9
    CLOCK = 10


class Body(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The base of all message bodies. Fields must be encodable by msgspec."""

    wire: ClassVar[str] = ""


B = TypeVar("B", bound=Body)
_TYPES: dict[str, type[Body]] = {}


def message(wire: str) -> Callable[[type[B]], type[B]]:
    """Give a body its wire name (``wing.verb`` or ``wing.noun``), unique in the process.

    Raises CallerError if another class already has the name.
    """

    def register(cls: type[B]) -> type[B]:
        held = _TYPES.get(wire)
        if held is not None and (held.__module__, held.__qualname__) != (cls.__module__, cls.__qualname__):
            raise CallerError(f"wire name {wire!r} is taken by {held.__module__}.{held.__qualname__}")
        cls.wire = wire
        _TYPES[wire] = cls
        return cls

    return register


def body_type(wire: str) -> type[Body]:
    """The class registered for a wire name. Raises CallerError if its module was never imported."""
    try:
        return _TYPES[wire]
    except KeyError:
        raise CallerError(f"no message is named {wire!r} in this process") from None


def known_messages() -> dict[str, type[Body]]:
    """Every registered body by wire name (a copy)."""
    return dict(_TYPES)


class Packed(msgspec.Struct, eq=False, gc=False):
    """A body that is still (or already) msgpack: what only passes through is never decoded."""

    wire: str
    data: bytes


class Frame(msgspec.Struct, array_like=True, gc=False):
    """The envelope as it crosses a process boundary; ``body`` is msgpack of the registered type.

    ``deadline`` is in seconds of CLOCK_MONOTONIC (shared by all processes of one host); 0 means none. ``sender`` is
    filled in by the kernel from the connection, never believed from the wire. The fields an :class:`Answer` has too
    come first.
    """

    kind: int
    id: int
    wire: str = ""
    body: bytes = b""
    lease_bytes: int = -1
    to: str = ""
    lane: int = Lane.INTERACTIVE.value
    deadline: float = 0.0
    trace: int = 0
    taint: int = 0
    sender: str = ""
    generation: int = 0


class Answer(msgspec.Struct, array_like=True, gc=False):
    """The beginning of a :class:`Frame`, as which it is read: nothing else of an answer needs to travel."""

    kind: int
    id: int
    wire: str
    body: bytes
    lease_bytes: int = -1


_encoder = msgspec.msgpack.Encoder()
_frame_decoder = msgspec.msgpack.Decoder(Frame)
_decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {}


def encode_body(body: Body) -> bytes:
    """Msgpack of a body. Raises CallerError if a field cannot be encoded."""
    try:
        return _encoder.encode(body)
    except (TypeError, ValueError, OverflowError) as error:
        raise CallerError(f"message {body.wire!r} cannot be encoded: {error}") from error


def decode_body(wire: str, data: bytes) -> Body:
    """The body of a frame. Raises CallerError naming the message, the field and what was found."""
    decoder = _decoders.get(wire)
    if decoder is None:
        decoder = _decoders[wire] = msgspec.msgpack.Decoder(body_type(wire))
    try:
        decoded: Body = decoder.decode(data)
    except (msgspec.DecodeError, ValueError) as error:
        raise CallerError(f"message {wire!r} does not decode: {error}") from error
    return decoded


def pack(body: Body | Packed) -> tuple[str, bytes]:
    """The wire name and the msgpack of a body, encoding it if needed."""
    return (body.wire, body.data) if isinstance(body, Packed) else (body.wire, encode_body(body))


def unpack(body: Body | Packed) -> Body:
    """The body as an object, decoding it if needed. Raises CallerError."""
    return decode_body(body.wire, body.data) if isinstance(body, Packed) else body


def encode_frame(frame: Frame | Answer) -> bytes:
    """Msgpack of a frame. Raises CallerError above :data:`limits.MAX_FRAME_BYTES`."""
    data = _encoder.encode(frame)
    if len(data) > MAX_FRAME_BYTES:
        to = getattr(frame, "to", "its asker")
        raise CallerError(
            f"message {frame.wire!r} to {to!r} is {len(data)} bytes, at most {MAX_FRAME_BYTES}; send a lease"
        )
    return data


def decode_frame(data: bytes | memoryview) -> Frame:
    """One frame. Raises CallerError if the bytes are not one."""
    try:
        return _frame_decoder.decode(data)
    except (msgspec.DecodeError, ValueError) as error:
        raise CallerError(f"frame of {len(data)} bytes does not decode: {error}") from error
