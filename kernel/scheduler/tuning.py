"""Every constant of the policy, in one place; sizes in bytes, times in seconds.

The five switches at the end exist for measurement: ``bench/scheduler_sim.py`` takes one mechanism away at a time and
prints what it was worth.
"""

from __future__ import annotations

import msgspec

from ..limits import ESTIMATE_GROWTH


class Tuning(msgspec.Struct, frozen=True):
    """How the policy weighs; the defaults are for one small device."""

    slots: int = 1
    """Quanta that run at once; a small device's cores are all used by one decode."""
    quantum_s: float = 0.020
    storage_bw: float = 400e6
    """Bytes per second of the storage that job states are written to."""
    abort_s: float = 0.1
    """A quantum that would go on for longer is cut off for a more urgent job; a shorter one is waited for."""
    ahead: int = 16
    """Tokens a stream may be ahead of its reader before it pauses."""
    min_residency_s: float = 1.0
    """A loaded model stays at least this long; a more urgent class than it was loaded for need not wait."""
    patience: float = 1.0
    """An idle model of a more urgent class stays for this many of its load times since its last use (ski rental)."""
    half_life_s: float = 300.0
    """How fast the use of a model is forgotten."""

    queues: tuple[int, int, int] = (32, 256, 1024)
    """Jobs per class, those running included."""
    horizons: tuple[float, float, float] = (2.0, 15.0, 900.0)
    """When a job without a deadline is due, per class."""
    ages: tuple[float, float, float] = (float("inf"), 30.0, 120.0)
    """A job without service for this long is lifted one class, one job at a time; per class."""
    lift_s: float = 0.25
    """Service that a lifted job gets, besides the time its model takes to load."""
    lift_share: float = 0.05
    """The share of time that lifted jobs may take."""

    pressure_some: float = 10.0
    pressure_full: float = 5.0
    """Percent of time. Above the first, background work is held and refused; above the second its memory is freed."""
    relief: float = 0.5
    """Pressure ends below this share of the threshold."""
    pressure_retry_s: float = 10.0

    growth: float = ESTIMATE_GROWTH
    """An estimate that was too low is raised by this."""
    crashes: int = 3
    """Ends without a completed job between after which a model is left alone; of those for memory, two."""
    circuit_first_s: float = 30.0
    circuit_limit_s: float = 600.0
    backoff_s: float = 0.05
    """Before the first reload after an end; doubles."""
    load_limit_s: float = 30.0
    """A load that takes longer, and ten times longer than expected, hangs."""
    hang_s: float = 10.0
    """A quantum that takes longer, and twenty times longer than expected, hangs."""
    prefetches: int = 4

    preempt: bool = True
    group: bool = True
    gdsf: bool = True
    refuse: bool = True
    batch: bool = True
