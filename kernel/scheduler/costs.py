"""What a job will take: the cost model, fed by what earlier jobs took.

    t = [cold] load + prompt left / prefill rate + q90(tokens out) * seconds per token

Rates are medians of the last quanta, because a job is a sum of many; load times and lengths are 90th percentiles,
because a job is only one of them. Predicting from measured history is Clockwork's idea (Gujarati et al., OSDI 2020).
"""

from __future__ import annotations

from math import ceil

from .percentiles import Rolling
from .profile import Profile

ENOUGH = 8
"""Lengths to have seen before they replace what the client allows."""


class Costs:
    """Seconds and tokens of one model. The public numbers are kept ready: they are read far more often than fed."""

    __slots__ = ("_load", "_out", "_prefill", "_step", "load_s", "out_q90", "prefill_s", "profile", "tpot_s")

    def __init__(self, profile: Profile) -> None:
        self._load, self._prefill, self._step, self._out = Rolling(16), Rolling(), Rolling(), Rolling()
        self.describe(profile)

    def describe(self, profile: Profile) -> None:
        """Other guesses; what was seen still counts more."""
        self.profile = profile
        self.load_s = self._load.at(0.9, profile.load_s + profile.init_s)
        self.prefill_s = self._prefill.at(0.5, 1.0 / profile.prefill_tps)
        self.tpot_s = self._step.at(0.5, profile.tpot_s)
        self.out_q90 = self._out.at(0.9, 0.0) if len(self._out) >= ENOUGH else float("inf")

    def saw_load(self, seconds: float) -> None:
        self._load.add(seconds)
        self.load_s = self._load.at(0.9, seconds)

    def saw_quantum(self, prompt: int, tokens: int, seconds: float, group: int) -> None:
        """One job's share of a quantum; what mixes prefill and decoding tells nothing sure and is left out."""
        if prompt > 8 and tokens <= 1:
            self._prefill.add(seconds / prompt)
            self.prefill_s = self._prefill.at(0.5, seconds / prompt)
        elif tokens and not prompt:
            step = seconds / tokens / (1.0 + self.profile.batch_cost * (group - 1))
            self._step.add(step)
            self.tpot_s = self._step.at(0.5, step)

    def saw_length(self, tokens: int) -> None:
        self._out.add(tokens)
        if len(self._out) >= ENOUGH:
            self.out_q90 = self._out.at(0.9, tokens)

    def expect_out(self, n_out: int, so_far: int = 0) -> float:
        """Tokens still to come: the 90th percentile of what this model produced, at most what was allowed."""
        return max(min(n_out, self.out_q90) - so_far, min(1, n_out - so_far))

    def service_s(self, prompt_left: int, n_out: int, so_far: int = 0) -> float:
        """Seconds of computing left for a job that has the device to itself."""
        return prompt_left * self.prefill_s + self.expect_out(n_out, so_far) * self.tpot_s

    def quantum(self, seconds: float, group: int = 1) -> int:
        """Tokens that each of ``group`` jobs decodes in one quantum."""
        return max(1, ceil(seconds / (self.tpot_s * (1.0 + self.profile.batch_cost * (group - 1))) - 1e-9))
