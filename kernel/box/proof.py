"""The box, seen and not believed: a throwaway process closes it around itself and then tries what it keeps out.

python -P -m bluerill.kernel.box.proof        prints the walls, one JSON list
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable

import msgspec

from .box import close
from .spec import BoxSpec, Wall

_WITHIN_S = 20.0


def prove() -> list[Wall]:
    """The walls that stand on this machine, each tried. A box that cannot be closed is one wall that does not stand."""
    words = [sys.executable, "-P", "-m", __name__]
    try:
        done = subprocess.run(words, stdin=subprocess.PIPE, capture_output=True, timeout=_WITHIN_S, check=True)
        return msgspec.json.decode(done.stdout, type=list[Wall])
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        return [Wall("box", False, lines[-1] if lines else f"its trial ended with {error.returncode}")]
    except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError) as error:
        return [Wall("box", False, f"it could not be tried: {error}")]


def _tried(wall: Wall) -> Wall:
    leaks = [name for name, attempt in _ATTEMPTS.get(wall.name, ()) if wall.stands and _works(attempt)]
    if leaks:
        return Wall(wall.name, False, f"it stands, but {' and '.join(leaks)} still works: {wall.what}")
    return wall


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _start() -> None:
    if not os.fork():
        os._exit(0)
    os.wait()


_ATTEMPTS: dict[str, tuple[tuple[str, Callable[[], object]], ...]] = {
    "files": (
        ("reading /proc of the parent", lambda: os.close(os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY))),
        ("reading /etc/passwd", lambda: os.close(os.open("/etc/passwd", os.O_RDONLY))),
    ),
    "calls": (
        ("a socket", lambda: socket.socket().close()),
        ("a second process", _start),
        ("signalling the parent", lambda: os.kill(os.getppid(), 0)),
    ),
}

if __name__ == "__main__":
    os.write(1, msgspec.json.encode([_tried(wall) for wall in close(BoxSpec())]))
