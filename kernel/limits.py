"""Every constant of the kernel, in one place. Sizes in bytes, times in seconds."""

from __future__ import annotations

KIB = 1024
MIB = 1024 * KIB

MAX_FRAME_BYTES = 96 * KIB
"""One frame on a socket; above LEASE_ABOVE the payload should be a lease."""
LEASE_ABOVE = 16 * KIB
MAX_LEASE_BYTES = 64 * MIB
"""One borrowed block."""
MAX_LEASES_HELD = 64
"""Blocks one connection may hold at once."""

LANE_CAPACITY = (64, 256, 256)
"""Places in a mailbox per lane: control, interactive, background."""
CREDITS = 64
"""Frames a connection may have unacknowledged in one direction."""
CREDIT_BATCH = 16
"""Credits are given back in batches of this many."""

DEFAULT_DEADLINE_S = 5.0
MAX_PENDING_ASKS = 1024
"""Unanswered asks one service may have."""
MAX_ASK_DEPTH = 16
"""How deep a chain of asks may grow; the manifest forbids cycles, this bounds the rest."""

TRACE_EVENTS = 8192
"""Events the trace ring keeps."""
TRACE_SHIPPED = 600
"""Events a child hands over when the trace is looked at; must fit a frame."""
MAX_ERROR_TEXT = 500
"""Characters of an error text that cross a process boundary."""

HELLO_TIMEOUT_S = 20.0
"""A child process that has not said hello by then is killed."""
STOP_GRACE_S = 1.0
"""Between asking a child to stop and SIGKILL."""

MAKE_ROOM_S = 3.0
"""How long a service that does not fit waits for those who start children to make room."""
SHRINK_S = 10.0
"""How long a smaller budget waits for the same."""

RESTART_INTENSITY = 5
RESTART_PERIOD_S = 60.0
MIN_RUN_S = 1.0
BACKOFF_FIRST_S = 0.05
BACKOFF_LIMIT_S = 5.0
"""Supervision: at most RESTART_INTENSITY restarts in RESTART_PERIOD_S, then quarantine; a run shorter than
MIN_RUN_S doubles the back-off."""

HEADROOM_FIXED = 8 * MIB
HEADROOM_SHARE = 0.05
"""The ledger never promises the last 8 MiB + 5 % of the budget."""

ESTIMATE_GROWTH = 1.25
"""A child killed over its cap gets a reservation this much larger when it restarts."""
