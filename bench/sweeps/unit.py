"""One unit, measured: ``bluerill bench`` in a process of its own, its results as bytes that can travel.

This function is all that runs elsewhere. It needs Bluerill installed there, and the models it is told of.
"""

from __future__ import annotations

import ctypes
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..capped.journal import NAME

LEFT_OUT = (".png", ".html")
"""Drawn anew of all rows together."""
MOST_BYTES = 256 << 20
SPARE_S = 180.0
"""Beyond the time that the unit was given: preparing, LoadGen, and what was begun when the time was up."""


class Outcome(NamedTuple):
    """What a unit came to: a zip of its folder, or why there is none."""

    results: bytes
    error: str
    seconds: float


def measure_unit(words: tuple[str, ...], folder: str = "", within: float = 600.0) -> Outcome:
    """Run it; in ``folder``, where a cut off run goes on, or in a temporary one."""
    if not folder:
        with tempfile.TemporaryDirectory(prefix="bluerill-sweep-") as temporary:
            return measure_unit(words, temporary, within)
    began, out = time.monotonic(), Path(folder)
    rows = out / NAME
    again = ["--resume"] if rows.is_file() and b"\n" in rows.read_bytes() else []
    command = [sys.executable, "-m", "bluerill", "bench", *words, "--out", str(out), *again]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=_die_with_me(),
    ) as child:  # fmt: skip
        try:
            _, said = child.communicate(timeout=within + SPARE_S)
        except subprocess.TimeoutExpired:
            child.terminate()
            child.communicate()
            return Outcome(b"", f"not done within {within + SPARE_S:g} s", time.monotonic() - began)
        except BaseException:
            child.terminate()
            child.wait()
            raise
    lines = [line for line in said.splitlines() if line.strip()]
    if child.returncode:
        why = lines[-1] if lines else f"it ended with {child.returncode}"
        return Outcome(b"", why.removeprefix("bluerill bench: ")[:400], time.monotonic() - began)
    return Outcome(packed(out), "", time.monotonic() - began)


def packed(folder: Path) -> bytes:
    """The files of a run, without what is drawn."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in LEFT_OUT:
                archive.write(path, path.relative_to(folder))
    return data.getvalue()


def unpacked(results: bytes, folder: Path) -> None:
    """Write them. Raises ValueError for an archive that would write elsewhere, or too much."""
    with zipfile.ZipFile(io.BytesIO(results)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise ValueError(f"expected at most {MOST_BYTES >> 20} MiB of results")
        for info in infos:
            target = (folder / info.filename).resolve()
            if not target.is_relative_to(folder.resolve()):
                raise ValueError(f"results name a file outside of their folder: {info.filename[:80]!r}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(info))


def _die_with_me() -> Callable[[], None] | None:
    """A run does not outlive who asked for it: a cluster kills a task without asking (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def tie() -> None:
        libc.prctl(1, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return tie
