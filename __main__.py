"""``python -m bluerill``: the same door as the ``bluerill`` command."""

from .watch.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
