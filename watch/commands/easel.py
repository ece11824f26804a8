"""What the verbs of ``bluerill face`` that draw share: their options, the moment, and the device at that moment."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, timedelta
from pathlib import Path

from ...kernel.errors import CallerError
from ...modalities.screen.wff.device import Device
from ...modalities.screen.wff.expression import Value
from ...modalities.screen.wff.face import Face, load
from ...modalities.screen.wff.renderer import MAX_SIDE, FaceRenderer
from ...modalities.screen.wff.settings import Settings, read_settings
from ...modalities.screen.wff.weather import sky_of_words
from ...skills.sensors import reading

DEFAULT_TIME = "10:08:32"
DEFAULT_SIZE = 466


def drawing_arguments(parser: argparse.ArgumentParser, *, sizes: bool = False) -> None:
    """The options of everything that draws a face."""
    parser.add_argument("file", metavar="FILE", help="a face: .xml, folder, .zip or .apk")
    parser.add_argument(
        "--at", metavar="TIME", default="", help="HH:MM[:SS] or an ISO date and time (default: the face's preview time)"
    )
    parser.add_argument("--ambient", action="store_true", help="the always-on picture")
    size = f"pixels (default {DEFAULT_SIZE})" + ("; may be given several times" if sizes else "")
    parser.add_argument("--size", metavar="N|WxH", action="append" if sizes else "store", help=size)
    parser.add_argument("--shape", choices=("round", "rect"), default="round", help="the screen")
    setting = "a source, CONFIGURATION.ID=OPTION, flavor=ID or slot.ID=PROVIDER:TYPE; may be given several times"
    parser.add_argument("--set", dest="settings", metavar="NAME=VALUE", action="append", default=[], help=setting)
    parser.add_argument("--locale", default="en_US", help="language and country, such as fr_FR (default en_US)")
    parser.add_argument("--12h", dest="half_day", action="store_true", help="the device's clock has twelve hours")


def size_of(text: str | None) -> tuple[int, int]:
    """``466`` or ``400x480`` as width and height. Raises CallerError."""
    found = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", text or str(DEFAULT_SIZE))
    if found is None:
        raise CallerError(f"--size: expected pixels such as 466 or 400x480, got {text!r}")
    wide = int(found[1])
    high = int(found[2]) if found[2] else wide
    if not (16 <= wide <= MAX_SIDE and 16 <= high <= MAX_SIDE):
        raise CallerError(f"--size: expected 16 to {MAX_SIDE} pixels, got {text}")
    return wide, high


def moment_of(text: str, face: Face) -> datetime:
    """When: a time of today, or a date and time; '' for the face's own preview time. Raises CallerError."""
    wanted = text or str(face.metadata.get("PREVIEW_TIME", ""))
    clock = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?", wanted.strip())
    now = datetime.now().astimezone()
    try:
        if clock is not None:
            micro = int((clock[4] or "0").ljust(6, "0"))
            return now.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3] or 0), microsecond=micro)
        moment = datetime.fromisoformat(wanted)
    except ValueError:
        if not text:
            return moment_of(DEFAULT_TIME, face)
        raise CallerError(f"--at: expected HH:MM[:SS] or an ISO date and time, got {text!r}") from None
    return moment if moment.tzinfo is not None else moment.astimezone()


def device_at(moment: datetime, args: argparse.Namespace, overrides: dict[str, Value]) -> Device:
    """The simulated watch at a moment: its sensors are a function of the time of day."""
    return Device(
        moment=moment,
        ambient=args.ambient,
        day24=not args.half_day,
        language=args.locale.replace("-", "_"),
        zone=str(getattr(moment.tzinfo, "key", "")),
        battery=round(reading("battery", moment)),
        steps=round(reading("steps", moment)),
        heart_rate=round(reading("heart_rate", moment)),
        sky=sky_of_words("12° partly cloudy"),
        next_alarm=(moment + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0, tzinfo=None),
        unread=2,
        overrides=overrides,
    )


def opened(file: str) -> Face:
    """The face of a file. Raises FaceError."""
    return load(Path(file))


def renderer_of(face: Face, args: argparse.Namespace, size: tuple[int, int], settings: Settings) -> FaceRenderer:
    """A renderer with the owner's choices."""
    return FaceRenderer(face, size, args.shape, wishes=settings.wishes, locale=args.locale.replace("-", "_"))


def settings_of(args: argparse.Namespace) -> Settings:
    """``--set``. Raises CallerError."""
    return read_settings(args.settings)
