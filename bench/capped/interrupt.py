"""Stopping while somebody else's loop has the main thread: LoadGen's, which knows nothing of signals.

Python runs a handler when its main thread comes back to Python, which LoadGen's does at the next query; an exception
raised there would go through code that does not expect one. So while it runs a signal only says so (``stop``), and
the KeyboardInterrupt comes when LoadGen has returned. If that takes longer than ``GRACE_S``, because the next query is
far away, the process ends then and there: rows are on the disk, children end with their core, and the janitor of the
run removes the rest.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GRACE_S = 1.5
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held(stop: Callable[[], None]) -> Iterator[None]:
    """Signals call ``stop`` at once, and raise KeyboardInterrupt at the end. Elsewhere than in the main thread nothing
    is changed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    over, came = threading.Event(), threading.Event()
    watch = threading.Thread(target=_watch, args=(ours, stop, over, came), name="interrupt", daemon=True)
    before = {number: signal.signal(number, lambda *_: None) for number in NUMBERS}
    wakeup = signal.set_wakeup_fd(theirs.fileno())
    watch.start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        theirs.close()
        watch.join()
        ours.close()
    if came.is_set():
        raise KeyboardInterrupt


def _watch(ours: socket.socket, stop: Callable[[], None], over: threading.Event, came: threading.Event) -> None:
    while data := ours.recv(16):
        if any(number in NUMBERS for number in data):
            came.set()
            stop()
            if not over.wait(GRACE_S):
                os.write(sys.stderr.fileno(), b"\nstopped; the rows that were finished are kept\n")
                os._exit(130)
