"""One model: whether it is in memory, who works in it, who waits for it, and what it is worth.

              load                 ready               evict: drain          empty
    ABSENT ---------> LOADING ----------------> LOADED --------> DRAINING ----------> UNLOADING
       ^                 | failed, aborted        | died             | died              | gone
       +-----------------+------------------------+------------------+-------------------+

A model that drains is never turned back: what is asked of it meanwhile waits until it is gone and is then a reason to
load it again. That is one rule instead of a race, and it cannot deadlock, because draining needs nobody's consent.
"""

from __future__ import annotations

from enum import Enum

from .calibration import Peaks
from .costs import Costs
from .job import Job, Phase
from .profile import Profile
from .queue import RankQueue


class Place(Enum):
    ABSENT = "absent"
    LOADING = "loading"
    LOADED = "loaded"
    DRAINING = "draining"
    UNLOADING = "unloading"


LEAVING = frozenset({Place.DRAINING, Place.UNLOADING})
HELD = frozenset({Place.LOADING, Place.LOADED, Place.DRAINING, Place.UNLOADING})
"""Places in which it holds a reservation."""


class Resident:
    """A model that the policy was told of."""

    __slots__ = (
        "broken_until", "costs", "failures", "first_due", "flight", "flight_due", "flight_since", "forgotten", "freq",
        "freq_at", "group", "holders", "hurry", "kv_promised", "load_klass", "load_since", "loaded_at", "name",
        "not_before", "peaks", "place", "profile", "step", "trips", "used_at", "used_by", "waiting", "worth",
    )  # fmt: skip

    def __init__(self, profile: Profile) -> None:
        self.name = profile.model
        self.profile = profile
        self.costs = Costs(profile)
        self.peaks = Peaks()
        self.place = Place.ABSENT
        self.waiting = RankQueue()  # jobs without a seat
        self.holders: list[Job] = []  # jobs with a seat; at most profile.seqs
        self.flight: set[Job] = set()  # those whose quantum, or resuming, is under way
        self.group = 1
        self.flight_since = self.flight_due = 0.0
        self.first_due = False  # loaded for somebody who has not run yet
        self.hurry = False  # that somebody stands in the way of a more urgent job
        self.kv_promised = 0
        self.load_since = self.loaded_at = 0.0
        self.load_klass = 0
        self.freq = 0.0
        self.freq_at = 0.0
        self.worth = 0.0  # GDSF's L at its last use
        self.used_at = 0.0
        self.used_by = 2  # the class of its last job
        self.step = 0
        self.failures = 0
        self.trips = 0
        self.not_before = 0.0
        self.broken_until = 0.0
        self.forgotten = False

    def base(self) -> tuple[int, int]:
        """Bytes without jobs (anon, file): measured if it was, estimated otherwise."""
        return self.peaks.reserve(self.profile.anon, self.profile.file)

    def use(self, now: float, klass: int, half_life: float, inflation: float) -> None:
        """One more job wants it."""
        self.freq = self.frequency(now, half_life) + 1.0
        self.freq_at = self.used_at = now
        self.used_by = klass
        self.worth = inflation

    def frequency(self, now: float, half_life: float) -> float:
        """How often it was used of late: a count that halves every half-life."""
        return self.freq * 0.5 ** ((now - self.freq_at) / half_life) if self.freq else 0.0

    def strongest(self) -> int:
        """The class in force of its most urgent job; 3 if it has none."""
        head = self.waiting.head()
        klass = 3 if head is None else head.rank[0]
        for job in self.holders:
            if job.phase is not Phase.ENDED and job.rank[0] < klass:
                klass = job.rank[0]
        return klass
