"""The protocol between page and device: typed JSON for control, binary for audio and pictures.

From the page, every text frame is one JSON object whose ``type`` names one of the structs below; unknown types,
unknown fields and values of the wrong type or size are refused with one line. Towards the page, messages of the
device are passed on as ``{"type": wire name, "body": {…}}``, so a page sees what a service would.

Binary frames begin with one byte that says what they are, little-endian throughout:

    page → device   1  audio    u32 seq, then s16le samples (16 kHz mono, at most 4096 bytes)
    page → device   4  piece    u32 offset, then bytes of the face or picture that was announced
    device → page   2  picture  u32 seq, u16 x, y, width, height, u8 format (0 png, 1 webp, 2 jpeg), u8 full, data
    device → page   3  speech   u32 id, u32 rate, then s16le samples
"""

from __future__ import annotations

import struct
from typing import Annotated, Final, Literal

import msgspec

from ...kernel.errors import CallerError
from ...kernel.message import Body
from ...modalities.screen.messages import Frame
from ...modalities.voice.messages import RATE

MAX_MESSAGE: Final = 64 * 1024
"""Bytes of one WebSocket message from a page; more closes the connection (1009)."""
MAX_TEXT: Final = 2000
"""Characters of a typed request."""
MAX_PCM: Final = 4096
_AUDIO: Final = struct.Struct("<BI")
_PICTURE: Final = struct.Struct("<BIHHHHBB")
_SPEECH: Final = struct.Struct("<BII")
_FORMATS: Final = {"png": 0, "webp": 1, "jpeg": 2}

Id = Annotated[str, msgspec.Meta(max_length=128)]
Document = Annotated[str, msgspec.Meta(max_length=60_000)]
Means = Annotated[str, msgspec.Meta(max_length=304)]
Reading = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]
Sample = tuple[Reading, Reading, Reading, Reading, Reading, Reading, Reading]
Pixel = Annotated[float, msgspec.Meta(ge=-4096, le=4096)]


class FromPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """The base of what a page may say."""


class Listen(FromPage, frozen=True, tag="listen"):
    """Open a stream for this page's microphone; answered by ``page.listening`` before audio is taken."""

    mode: Literal["wake", "push", "always"]


class Unlisten(FromPage, frozen=True, tag="unlisten"):
    """End the stream."""


class Talk(FromPage, frozen=True, tag="talk"):
    """The talk button went down or up."""

    down: bool


class Finger(FromPage, frozen=True, tag="touch"):
    phase: Literal["down", "move", "up"]
    x: Pixel
    y: Pixel
    finger: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    at: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0.0
    """Seconds on the page's clock."""
    contact: Annotated[float, msgspec.Meta(ge=0, le=4096)] = 0.0


class Turned(FromPage, frozen=True, tag="crown"):
    degrees: Annotated[float, msgspec.Meta(ge=-720, le=720)] = 0.0
    pressed: bool = False


class Moved(FromPage, frozen=True, tag="motion"):
    """How the wrist moved: rows of seconds, acceleration x y z (m/s²), rotation x y z (rad/s)."""

    samples: Annotated[list[Sample], msgspec.Meta(min_length=1, max_length=128)]
    source: Annotated[str, msgspec.Meta(max_length=40)] = "phone"


class Taught(FromPage, frozen=True, tag="teach"):
    """One more example of a gesture of the owner's: a stroke's points, or samples of motion."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    points: Annotated[list[tuple[Pixel, Pixel]], msgspec.Meta(max_length=512)] = []
    samples: Annotated[list[Sample], msgspec.Meta(max_length=512)] = []
    means: Annotated[list[Means], msgspec.Meta(max_length=8)] = []


class Unlearned(FromPage, frozen=True, tag="forget-gesture"):
    """Forget a gesture of the owner's."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]


class Known(FromPage, frozen=True, tag="gestures"):
    """Which gestures there are."""


class Ask(FromPage, frozen=True, tag="ask"):
    """A typed request; ``id`` is echoed in the answer."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
    id: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0


class Pressed(FromPage, frozen=True, tag="press"):
    button: Literal["dismiss", "snooze", "stop"]
    id: Id = ""


class Spoken(FromPage, frozen=True, tag="spoken"):
    """This page's loudspeaker began or ended saying something."""

    active: bool
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""


class Synthesise(FromPage, frozen=True, tag="synthesise"):
    """The browser has no voices: send the words of ``page`` say ``id`` as sound."""

    id: Annotated[int, msgspec.Meta(ge=0, le=2**31)]


class Monitor(FromPage, frozen=True, tag="monitor"):
    """Send the kernel's status every second, or no longer."""

    on: bool


class WearFace(FromPage, frozen=True, tag="face"):
    """Show another face, or ambient mode."""

    face: Id = ""
    ambient: bool | None = None


class BringFace(FromPage, frozen=True, tag="bring-face"):
    """A watch face of ``size`` bytes follows in pieces; each is answered by ``page.piece`` before the next is sent, the
    last by ``page.face`` or a problem."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    size: Annotated[int, msgspec.Meta(ge=1, le=2**31)]


class StudioLook(FromPage, frozen=True, tag="studio-look"):
    """A picture of a face as it would be; answered by ``page.studio-look`` or ``page.studio-refused`` with the same
    ``id``."""

    id: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    face: Id
    document: Document = ""
    at: Annotated[int, msgspec.Meta(ge=0, le=1439)] = 608
    second: Annotated[int, msgspec.Meta(ge=0, le=59)] = 36
    ambient: bool = False
    size: Annotated[int, msgspec.Meta(ge=96, le=480)] = 466
    battery: Annotated[int, msgspec.Meta(ge=0, le=100)] = 82
    steps: Annotated[int, msgspec.Meta(ge=0, le=99_999)] = 6204
    heart_rate: Annotated[int, msgspec.Meta(ge=0, le=250)] = 72


class StudioRead(FromPage, frozen=True, tag="studio-read"):
    """A face's document, elements, findings and figures; of an edited document without figures."""

    id: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    face: Id
    document: Document = ""
    measured: bool = True


class StudioMake(FromPage, frozen=True, tag="studio-make"):
    """A new face of words; with ``change`` that face, changed by them."""

    id: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    words: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    change: Id = ""


class StudioKeep(FromPage, frozen=True, tag="studio-keep"):
    """Keep an edited face under a new name, and show it on the watch."""

    id: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    face: Id
    document: Annotated[str, msgspec.Meta(min_length=1, max_length=60_000)]


class StudioExport(FromPage, frozen=True, tag="studio-export"):
    """A face, edited or not, as a zip of a project; answered by ``page.studio-export`` or ``page.studio-refused``."""

    id: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    face: Id
    document: Document = ""


class Sensed(FromPage, frozen=True, tag="sense"):
    """Let a simulated sensor read this from now on; null lets it follow the day again."""

    metric: Id
    value: Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)] | None = None


class Notice(FromPage, frozen=True, tag="notice"):
    """A notification, as if somebody had sent it."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class Clocked(FromPage, frozen=True, tag="clock"):
    """Set the watch's clock: to a moment (Unix seconds), or forwards, or to run faster; ``follow`` lets it go by the
    machine's again. With none of these it only asks. Answered by ``kernel.clock-now``."""

    to: Annotated[float, msgspec.Meta(ge=0, le=1e10)] | None = None
    by: Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)] = 0.0
    rate: Annotated[float, msgspec.Meta(ge=0, le=1e6)] = 0.0
    follow: bool = False


class Located(FromPage, frozen=True, tag="location"):
    """Where the watch is; answered by ``skills.invoked``."""

    place: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class BringPicture(FromPage, frozen=True, tag="bring-picture"):
    """A picture of ``size`` bytes follows in pieces, as a face does; what is in it is told by ``page.seen``. Words that
    follow are taken when it has been looked at."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    size: Annotated[int, msgspec.Meta(ge=1, le=2**31)]


class Steered(FromPage, frozen=True, tag="job"):
    """Cancel, pause, resume or forget a job."""

    id: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    to: Literal["cancel", "pause", "resume", "forget"]


class Begun(FromPage, frozen=True, tag="job-begin"):
    """Begin a job of a kind that needs no files."""

    kind: Literal["summarise", "index", "pull"]
    model: Id = ""


class SpeechModel(FromPage, frozen=True, tag="speech-model"):
    """Hear by a model from now on ('' = by the device's own recogniser)."""

    model: Id


class Budget(FromPage, frozen=True, tag="budget"):
    """Give the device another memory budget while it runs; answered by ``kernel.budget-state`` or a problem."""

    bytes: Annotated[int, msgspec.Meta(ge=1, le=2**44)]


class Skills(FromPage, frozen=True, tag="skills"):
    """What other people's skills ask for and hold; answered by ``skills.questions`` and ``skills.grants``."""


class SkillsHeld(FromPage, frozen=True, tag="skills-held"):
    """Only what they hold."""


class Decided(FromPage, frozen=True, tag="decide"):
    """The owner's answer to an open question."""

    id: Id
    yes: bool


class GrantMoved(FromPage, frozen=True, tag="grant"):
    """A grant is taken back from a skill, or given again."""

    skill: Id
    grant: Id
    held: bool


class Considered(FromPage, frozen=True, tag="consider"):
    """Put the question about a skill that waits."""

    skill: Id


class Cards(FromPage, frozen=True, tag="cards"):
    """Which models are here, or could be."""


Said = (
    Listen
    | Unlisten
    | Talk
    | Finger
    | Turned
    | Moved
    | Taught
    | Unlearned
    | Known
    | Sensed
    | Notice
    | Clocked
    | Located
    | BringPicture
    | Ask
    | Pressed
    | Spoken
    | Synthesise
    | Monitor
    | WearFace
    | Steered
    | Begun
    | Budget
    | Cards
    | Skills
    | SkillsHeld
    | Decided
    | GrantMoved
    | Considered
    | SpeechModel
    | BringFace
    | StudioLook
    | StudioRead
    | StudioMake
    | StudioKeep
    | StudioExport
)  # fmt: skip
_decoder: Final[msgspec.json.Decoder[Said]] = msgspec.json.Decoder(Said)
_encoder: Final = msgspec.json.Encoder()


def decode(text: str | bytes) -> Said:
    """What the page said. Raises CallerError saying what is wrong, in one line."""
    try:
        # msgspec, like RFC 8259 allows, lets the last of duplicate keys win; every field is validated either way.
        return _decoder.decode(text)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError) as error:
        raise CallerError(f"page message of {len(text)} characters: {error}") from None


def decode_audio(data: bytes) -> tuple[int, bytes]:
    """Sequence number and samples of a binary frame. Raises CallerError."""
    if len(data) < _AUDIO.size or data[0] != 1:
        kind = data[0] if data else "nothing"
        raise CallerError(f"page frame: expected kind 1 (audio) with a {_AUDIO.size} byte head, got {kind}")
    _, seq = _AUDIO.unpack_from(data)
    pcm = data[_AUDIO.size :]
    if not pcm or len(pcm) % 2 or len(pcm) > MAX_PCM:
        raise CallerError(f"page audio: expected 2 to {MAX_PCM} bytes of 16-bit samples, got {len(pcm)}")
    return seq, pcm


def is_piece(data: bytes) -> bool:
    """Whether a binary frame is a piece of a face or a picture."""
    return data[:1] == b"\x04"


def decode_piece(data: bytes) -> tuple[int, bytes]:
    """Offset and bytes of a piece. Raises CallerError."""
    if len(data) <= _AUDIO.size:
        raise CallerError(f"page piece: expected a {_AUDIO.size} byte head and bytes, got {len(data)} bytes")
    _, offset = _AUDIO.unpack_from(data)
    return offset, data[_AUDIO.size :]


def forward(body: Body) -> bytes:
    """A message of the device, as the page gets it."""
    return _encoder.encode({"type": body.wire, "body": body})


def own(kind: str, **fields: object) -> bytes:
    """A message of the web service itself: ``page.KIND``."""
    return _encoder.encode({"type": f"page.{kind}", "body": fields})


def picture(frame: Frame, data: bytes) -> bytes:
    """A frame of the glass as a binary message."""
    head = _PICTURE.pack(
        2, frame.seq & 0xFFFFFFFF, frame.x, frame.y, frame.width, frame.height, _FORMATS[frame.format], frame.full
    )
    return head + data


def speech(number: int, pcm: bytes) -> bytes:
    """Spoken audio as a binary message."""
    return _SPEECH.pack(3, number, RATE) + pcm
