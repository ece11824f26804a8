"""``bluerill bench``: what this device can do with how much memory."""

from __future__ import annotations

import argparse

from ...bench.capped import command
from .style import paint, table


def arguments(parser: argparse.ArgumentParser) -> None:
    command.arguments(parser)


def run(args: argparse.Namespace) -> int:
    return command.run(args, paint, table)
