"""The course of a run: which workload is measured when, so that the time suffices for all of them (see ``pace.py``)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from math import inf

from .measure import Effort
from .options import Options
from .pace import CAPS_UNTIL, FLOORS_UNTIL, USUAL_UNTIL, Cost, allowance_of
from .rows import Row
from .sweep import Phase, Step, Survey
from .work import Prepared

Progress = Callable[[str, float, float], None]
"""What is being measured, the share that is done, and the seconds that are left."""
Measure = Callable[[Prepared, Step, int, Effort], Row]
"""One repetition of a workload, the how manyeth it is, and with how much effort."""
SHORT = 0.25
"""Of the seconds of a repetition, those of one near a floor."""
LATEST = 0.85
"""Of the time of a run: later a whole device is not begun with."""
USUAL_S = 20.0
"""How long a repetition may take that is no device's."""
SHORT_S = 0.5
"""What the items of such a one take at most, about."""


class Leg:
    """One workload on its way."""

    def __init__(self, work: Prepared, survey: Survey) -> None:
        self.work, self.survey = work, survey
        self.reps: dict[int | None, int] = {}
        self.cost = Cost(0.0, 0.0)
        self.over = False
        """Nothing more is to be measured of it: it fails even without a cap."""

    def survived(self, caps: Sequence[int | None]) -> list[int | None]:
        return [cap for cap in caps if self.survey.survival(cap)[0]] if not self.over else []

    def learn(self, row: Row, spent_s: float, seconds: float) -> None:
        """What a repetition cost; the largest counts, for a cap makes nothing quicker. Quick items are asked again for
        so many ``seconds``."""
        if row.latency.first_ms is None or row.near:
            return
        items = sum(row.samples_ns) / 1e9
        each = items / max(1, len(row.samples_ns))
        found = Cost(max(0.0, spent_s - items), max(each * self.work.items, seconds))
        self.cost = Cost(max(self.cost.fixed_s, found.fixed_s), max(self.cost.items_s, found.items_s))


class Course:
    """``go`` measures; afterwards ``left_out`` and ``unrepeated`` say what the time did not suffice for, ``lacking``
    what does not run at all. The time counts from ``began`` of the ``clock`` on."""

    def __init__(
        self, legs: list[Leg], options: Options, measure: Measure, progress: Progress, began: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.legs, self._options, self._measure, self._progress = legs, options, measure, progress
        self.lacking: list[tuple[str, str]] = []
        self.left_out: list[tuple[str, int | None]] = []
        self.unrepeated: list[str] = []
        self._began, self._clock = began, clock
        self._allowance, self._until = inf, CAPS_UNTIL

    def go(self) -> None:
        """All phases."""
        patient = [leg for leg in self.legs if leg.work.patience_s > USUAL_S]
        usual = [leg for leg in self.legs if leg not in patient]
        for some, until in ((usual, USUAL_UNTIL if patient else CAPS_UNTIL), (patient, CAPS_UNTIL)):
            self._until = until  # who may take long comes last
            for leg in some:  # its largest cap tells what a workload takes, and how long
                if some is usual or self._elapsed() < LATEST:
                    self._step(leg, 0)
            self._turns(self._cap, some)
        self._turns(lambda leg: self._room(leg, FLOORS_UNTIL, SHORT_S) and self._step(leg, 1), self.legs)
        self._repeat()
        going = [leg for leg in self.legs if not leg.over]
        self.left_out = [(leg.work.name, cap) for leg in going for cap in leg.survey.waiting()]
        self.unrepeated = [leg.work.name for leg in going if leg.survey.unsure()]

    def _turns(self, step: Callable[[Leg], bool], legs: Sequence[Leg]) -> None:
        """One step of each workload after the other, as long as any has one."""
        going = list(legs)
        while going:
            going = [leg for leg in going if step(leg)]

    def _repeat(self) -> None:
        """Near the floors: next is who had the least time so far, so that quick workloads have many repetitions."""
        spent = dict.fromkeys(range(len(self.legs)), 0.0)
        while spent:
            number = min(spent, key=spent.__getitem__)
            leg, began = self.legs[number], self._clock()
            if self._room(leg, 1.0, SHORT_S) and self._step(leg, 2):
                spent[number] += self._clock() - began
            else:
                del spent[number]

    def _cap(self, leg: Leg) -> bool:
        """Another of the caps that were asked for; none is left out as long as there is any time."""
        rest = [(each.cost, len(each.survey.waiting())) for each in self.legs if not each.over and each.reps]
        self._allowance = allowance_of(rest, (self._until - self._elapsed()) * self._whole_s())
        return bool(leg.survey.waiting()) and self._room(leg, 1.0, self._allowance) and self._step(leg, 0)

    def _room(self, leg: Leg, until: float, items_s: float) -> bool:
        """Whether a repetition of a workload, with so many seconds for its items, is over before that share of the
        time is."""
        return self._elapsed() * self._whole_s() + leg.cost.within(items_s) <= until * self._whole_s()

    def _step(self, leg: Leg, upto: Phase) -> bool:
        """The next repetition of a workload; whether there was one."""
        step = None if leg.over else leg.survey.next(upto)
        if step is None:
            return False
        name = leg.work.name
        self._progress(name, min(1.0, self._elapsed()), max(1.0, self._whole_s() * (1.0 - self._elapsed())))
        rep = leg.reps[step.cap] = leg.reps.get(step.cap, -1) + 1
        seconds = self._options.seconds
        share = self._allowance / max(leg.cost.items_s, 1e-9)
        effort = Effort(min(seconds, self._allowance), False, leg.work.patience_s, min(1.0, share))
        if step.near:
            effort = Effort(seconds * SHORT, True, leg.work.patience_s)
        began = self._clock()
        row = self._measure(leg.work, step, rep, effort)
        leg.learn(row, self._clock() - began, seconds)
        if row.outcome == "failed" and step.cap is None:
            self.lacking.append((name, row.error))  # what does not even run without a cap says nothing about caps
            leg.over = True
            return False
        leg.survey.told(step.cap, row.survived, certain=row.outcome == "refused", peak=row.memory.peak or 0)
        return True

    def _whole_s(self) -> float:
        return self._options.minutes * 60

    def _elapsed(self) -> float:
        """The share of the time that is over."""
        return (self._clock() - self._began) / self._whole_s()
