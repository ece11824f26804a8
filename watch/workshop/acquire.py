"""Bringing a package of skills into a folder of its own: a wheel, a folder with a pyproject.toml, or a name.

pip does the work. A wheel is only unpacked: nothing of it runs. A folder is built first, which runs what its author
wrote with the rights of who installs it, as it does for pip everywhere. What a package needs is taken from Bluerill's
own environment where it is there, and put beside it where it is not; never another Bluerill, and only as wheels.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import msgspec

from ...kernel.errors import CallerError, ServiceFault
from ...skills import loader

__all__ = ["Acquired", "acquire"]

WITHIN_S = 300.0
MAX_BYTES = 256 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(==[\w.+!-]{1,40})?\Z")
_OURS = loader.OWN


class Acquired(msgspec.Struct, frozen=True):
    """A package in its folder."""

    package: str
    version: str
    entries: list[str]
    folder: str
    source: str = ""
    """What it came from."""


def acquire(source: str, into: Path) -> Acquired:
    """Unpack the package that ``source`` names into a new folder below ``into``.

    Raises CallerError (no such package, or it has no skills), ServiceFault (pip could not).
    """
    into.mkdir(parents=True, exist_ok=True)
    folder = into / f"{re.sub(r'[^A-Za-z0-9]+', '-', Path(source).name)[:40].strip('-')}-{uuid.uuid4().hex[:8]}"
    try:
        with tempfile.TemporaryDirectory(prefix="bluerill-") as work:
            wheel = _wheel(source, Path(work))
            _check_size(wheel)
            _pip("install", "--no-deps", "--no-compile", "--target", str(folder), str(wheel))
            needs = _needs(wheel, Path(work))
            if needs:
                _pip("install", "--no-deps", "--no-compile", "--only-binary=:all:", "--target", str(folder), *needs)
        return _found(folder, wheel, source)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _wheel(source: str, work: Path) -> Path:
    path = Path(source).expanduser()
    if path.suffix == ".whl" and path.is_file():
        return path
    if path.is_dir():
        if not (path / "pyproject.toml").is_file():
            raise CallerError(f"{path}: expected a wheel, a folder with a pyproject.toml, or a package's name")
        # A folder that is built leaves its build folder behind, so a copy is built.
        copy = work / "source"
        shutil.copytree(path, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", ".venv", "build", "dist"))
        _pip("wheel", "--no-deps", "--wheel-dir", str(work / "wheels"), str(copy))
    elif _NAME.match(source):
        _pip("download", "--no-deps", "--only-binary=:all:", "--dest", str(work / "wheels"), source)
    else:
        raise CallerError(f"{source[:200]}: expected a wheel, a folder with a pyproject.toml, or a package's name")
    return next((work / "wheels").glob("*.whl"))


def _check_size(wheel: Path) -> None:
    try:
        with ZipFile(wheel) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except (BadZipFile, OSError) as error:
        raise CallerError(f"{wheel.name}: is not a wheel: {error}") from error
    if size > MAX_BYTES:
        raise CallerError(f"{wheel.name}: expected at most {MAX_BYTES >> 20} MiB unpacked, got {size >> 20}")


def _needs(wheel: Path, work: Path) -> list[str]:
    """What the package needs that is not in this environment, as exact versions."""
    with ZipFile(wheel) as archive:
        told = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(told[0]).decode("utf-8", "replace") if told else ""
    wanted = re.findall(r"^Requires-Dist: *([A-Za-z0-9._-]+)(.*)$", metadata, re.MULTILINE)
    if all(_plain(name) == _OURS or "extra ==" in rest for name, rest in wanted):
        return []  # the usual case, and asking pip takes a second
    report = work / "report.json"
    _pip("install", "--dry-run", "--quiet", "--only-binary=:all:", "--report", str(report), str(wheel))
    told_of: Any = msgspec.json.decode(report.read_bytes())
    found = {_plain(each["metadata"]["name"]): each["metadata"]["version"] for each in told_of["install"]}
    if _OURS in found:
        raise CallerError(f"{wheel.name}: needs another Bluerill than this one (it would take {found[_OURS]})")
    found.pop(_plain(wheel.name.partition("-")[0]), None)
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _found(folder: Path, wheel: Path, source: str) -> Acquired:
    package = _plain(wheel.name.partition("-")[0])
    entries = [each for each in loader.entry_points([str(folder)]) if each.package == package]
    whence = str(Path(source).expanduser().absolute()) if Path(source).expanduser().exists() else source
    if not entries:
        raise CallerError(f'{source}: the package {package!r} has no skills: no entry points of "{loader.GROUP}"')
    return Acquired(package, entries[0].version, [f"{each.name}={each.value}" for each in entries], str(folder), whence)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pip(*words: str) -> None:
    """Run pip. Raises ServiceFault with the line in which it says why."""
    quiet = ("--disable-pip-version-check", "--no-input", "--no-warn-conflicts") if words[0] == "install" else (
        "--disable-pip-version-check", "--no-input")  # fmt: skip
    command = [sys.executable, "-m", "pip", words[0], *quiet, *words[1:]]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        raise ServiceFault(f"pip {words[0]} did not end within {WITHIN_S:g} s") from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        why = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "no reason")
        raise ServiceFault(f"pip {words[0]} could not: {why.removeprefix('ERROR: ')[:300]}")
