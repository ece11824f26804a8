"""``bluerill watch``: the whole simulated watch, as a local page."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from ...kernel import eventloop
from ...kernel.errors import CallerError, ManifestError
from ...kernel.status import GetStatus, Status
from ..boot import DeviceBusy, boot, fit, load_manifest
from ..control import ControlService, LocalFront
from ..recording.messages import Record, Recording
from ..web.messages import GetLink, Link
from .style import paint

DEFAULT_PORT = 8466


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, metavar="N", help=f"TCP port (default {DEFAULT_PORT}; 0: any)"
    )
    parser.add_argument("--ram", default="", metavar="SIZE", help="memory budget of the device, e.g. 512M")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--record", type=Path, metavar="FILE", help="record the session from the beginning")


def run(args: argparse.Namespace) -> int:
    if not 0 <= args.port <= 65535:
        raise CallerError(f"--port: expected 0 to 65535, got {args.port}")
    return eventloop.run(_watch(args))


async def _watch(args: argparse.Namespace) -> int:
    # The secret keeps open pages admitted when the page's server restarts; links are asked for, and work once.
    manifest = load_manifest(ram=args.ram, port=args.port or _free_port(), secret=os.urandom(24).hex())
    for problem in fit(manifest):
        raise ManifestError(problem)
    try:
        device = boot(manifest)
    except DeviceBusy as busy:
        raise CallerError(f"{busy}; it is running already: use its page, or 'bluerill top'") from None
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    print(paint("starting the watch …", "dim"), file=sys.stderr, flush=True)
    async with device:
        control = device.kernel.local("control")
        assert isinstance(control, ControlService)
        front = LocalFront(control)
        if args.record is not None:
            await front.ask("control", Record(str(args.record.absolute())), Recording, within=30.0)
        url = (await front.ask("web", GetLink(), Link, within=20.0)).url
        print(url, flush=True)
        print(paint("the watch is on this page; Ctrl-C ends it", "dim"), file=sys.stderr, flush=True)
        if not args.no_browser:
            await _open_browser(url)
        waiter = loop.create_task(ended.wait())
        failed = loop.create_task(_gone(front))
        done, _ = await asyncio.wait({waiter, failed}, return_when=asyncio.FIRST_COMPLETED)
        for task in (waiter, failed):
            task.cancel()
        if failed in done:
            raise failed.exception() or ManifestError("the page ended")
    print(paint("the watch is off", "dim"), file=sys.stderr)
    return 0


def _free_port() -> int:
    """A port that is free now, chosen here so that a page's server that restarts is found where it was."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def _gone(front: LocalFront) -> None:
    """Ends, with what happened, when the page's service gave up for good."""
    while True:
        await asyncio.sleep(1.0)
        status = await front.ask("kernel", GetStatus(), Status)
        for service in status.services:
            if service.name == "web" and service.state == "quarantined":
                raise ManifestError(f"the page cannot be served: {service.problem}")


async def _open_browser(url: str) -> None:
    """Open the page if this machine has a screen and a browser; say so if not."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print("no screen here: open the address above in a browser on this machine", file=sys.stderr)
        return
    import webbrowser

    opened = await asyncio.get_running_loop().run_in_executor(None, webbrowser.open, url)
    if not opened:
        print("no browser was found: open the address above", file=sys.stderr)
