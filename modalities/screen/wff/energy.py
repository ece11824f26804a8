"""An energy label: what a face costs a watch's battery beside other faces, from A to G.

On an OLED the always-on picture costs by the light of its pixels, all day; drawing costs processor time while somebody
looks, about a tenth of it. The scale is ours: it orders faces, it predicts no hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .check import Metric

LOOKED_AT: Final = 0.1
"""The share of the day somebody looks, as wearers do with a screen that wakes at a raised wrist."""
CLASSES: Final = ((2.0, "A"), (3.5, "B"), (5.0, "C"), (7.0, "D"), (10.0, "E"), (14.0, "F"))


def energy_label(metrics: Iterable[Metric]) -> str:
    """The letter for a face's measured figures; '' if what it needs was not measured."""
    by_name = {metric.name: metric.value for metric in metrics}
    lit, frame = by_name.get("ambient_lit_weighted"), by_name.get("frame_time_p95")
    rate = by_name.get("pictures_a_second")
    if not (isinstance(lit, (int, float)) and isinstance(frame, (int, float)) and isinstance(rate, (int, float))):
        return ""
    busy = frame * rate / 10  # per cent of a core
    cost = float(lit) + LOOKED_AT * busy
    return next((letter for most, letter in CLASSES if cost <= most), "G")
