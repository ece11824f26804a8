"""The ``bluerill`` command: parse the words, import the one command that was meant, turn errors into one line.

Exit status: 0 done, 1 could not be done, 2 wrong usage or bad input. With ``--json`` exactly one JSON document (or one
line per input for the batch verbs) is on stdout and nothing else; everything else goes to stderr. Imports stay small:
``bluerill ask`` must accept a command within 250 ms of being started.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from ..kernel.lean import import_asyncio

_COMMANDS = {
    # verb: (module, one line, example)
    "watch": ("watch", "open the simulated watch as a local page"),
    "ask": ("ask", "one typed request through the whole device"),
    "talk": ("talk", "speech (files or the microphone) through the whole device"),
    "plan": ("plan", "plan requests without executing anything"),
    "hear": ("hear", "speech to text only"),
    "see": ("see", "what is in a picture: codes, text, colours"),
    "gesture": ("gesture", "gestures in a recording of motion or of a finger; and your own: teach, list, forget"),
    "inject": ("inject", "give the running watch touches, motion, sensor readings, notifications, pictures"),
    "record": ("record", "the session of the running watch on file: all that comes in, and what it comes to"),
    "replay": ("replay", "a recorded session once more, on the virtual clock; says where it differs"),
    "skills": (
        "skills",
        "what the watch can do: list, info, install, remove, enable, disable; yours: make, new, test",
    ),
    "audit": ("audit", "what changed something, who asked for it, and what came of it"),
    "face": ("face", "watch faces of the Watch Face Format: new, check, render, gif, diff, export"),
    "calendar": ("calendar", "the calendar: list, import and export iCalendar files"),
    "models": ("models", "model cards and weights: list, pull, add, verify, estimate, convert, info, remove, tune"),
    "infer": ("infer", "ask a model, in the words of the model"),
    "ram": ("ram", "change the memory of the running device"),
    "jobs": ("jobs", "long work in the background: list, add, show, log, cancel, pause, resume, forget, find"),
    "top": ("top", "live monitor of the running device"),
    "trace": ("trace", "write what happened as a Perfetto trace"),
    "mcp": ("mcp", "offer the skills as tools to other programs (Model Context Protocol)"),
    "bench": ("bench", "what this device can do with how much memory: workloads and models under caps"),
    "doctor": ("doctor", "what works on this machine, what does not, and the mend"),
    "completion": ("completion", "shell completion for bash, zsh or fish"),
}


def build_parser(only: str = "") -> argparse.ArgumentParser:
    """The parser; with ``only`` just that command's options are filled in (the rest are names)."""
    from .. import __version__

    parser = argparse.ArgumentParser(
        prog="bluerill",
        description="An agent operating layer for small devices, on a simulated watch.",
        epilog="Run 'bluerill COMMAND --help' for one command. Files: BLUERILL_HOME (default: XDG directories).",
    )
    parser.add_argument("--version", action="version", version=f"bluerill {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for verb, (module, line) in _COMMANDS.items():
        sub = commands.add_parser(verb, help=line, description=line[0].upper() + line[1:] + ".")
        if only in ("", verb):
            import_module(f".commands.{module}", __package__).arguments(sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the console script. Returns the exit status."""
    import_asyncio()
    words = list(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in words if not word.startswith("-")), "")
    parser = build_parser(only=verb if verb in _COMMANDS else "-")
    args = parser.parse_args(words)
    _log_to_stderr()
    from ..kernel.errors import BluerillError, CallerError

    command = import_module(f".commands.{_COMMANDS[args.command][0]}", __package__)
    try:
        status: int = command.run(args)
        sys.stdout.flush()
        return status
    except CallerError as error:
        print(f"bluerill {args.command}: {error}", file=sys.stderr)
        return 2
    except BluerillError as error:
        print(f"bluerill {args.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        # whoever read our output has seen enough (head, less); do not complain again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _log_to_stderr() -> None:
    import logging

    level = os.environ.get("BLUERILL_LOG", "ERROR").upper()
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
