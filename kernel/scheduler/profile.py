"""What one model costs in bytes and seconds: the numbers that every decision is computed from.

The profile says what is known before the first run (the card, the estimate, the last calibration). What is seen
at run time (costs.py) takes its place as soon as there is any.
"""

from __future__ import annotations

import msgspec


class Profile(msgspec.Struct, frozen=True, gc=False):
    """One model as it will be loaded. Bytes, seconds, tokens per second."""

    model: str
    anon: int
    """Anonymous memory of the loaded server without its jobs; a KV cache allocated as a whole belongs here."""
    file: int
    """File-backed memory: mapped weights, counted whole."""
    load_s: float
    """Reading the weights: bytes / storage bandwidth."""
    init_s: float = 0.05
    """Starting the server and making its context."""
    prefill_tps: float = 200.0
    tpot_s: float = 0.03
    """Seconds per decoded token of one sequence."""
    peak_anon: int = 0
    """Anonymous memory while loading, if that is more than afterwards (quantised at load time, say)."""
    kv_token: int = 0
    """KV bytes that each token of a job takes."""
    kv_fixed: int = 0
    """Bytes that every job takes however short it is (recurrent state)."""
    kv_whole: bool = False
    """The cache is allocated as a whole while loading: ``anon`` contains it, and jobs reserve nothing."""
    n_ctx: int = 4096
    """Tokens one job may have, prompt and output together."""
    n_batch: int = 64
    """Tokens of one prefill quantum."""
    seqs: int = 1
    """Jobs that may have state in the server at once, and decode as one batch."""
    batch_cost: float = 0.25
    """What each further sequence adds to the time of a decoding step, as a share of tpot_s."""
    storable: bool = True
    """Whether a job's state can be written out and read back exactly; false for what would be silently wrong."""
    pinned: bool = False
    """Never evicted, except when the budget itself shrinks below it."""

    def state(self, tokens: int) -> int:
        """Bytes of a job's state after so many tokens: what storing it writes."""
        return self.kv_fixed + self.kv_token * min(tokens, self.n_ctx)

    def kv(self, tokens: int) -> int:
        """Bytes to reserve for a job that may reach so many tokens."""
        return 0 if self.kv_whole else self.state(tokens)
