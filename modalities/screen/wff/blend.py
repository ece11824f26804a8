"""Blend modes: how a stamp meets what is already there, as Android's PorterDuff and BlendMode define them.

All are one formula (W3C Compositing and Blending, level 1): a coverage rule for source and destination, or a colour
function where both are. They work on floats, in the box of the stamp only; the plain mode never comes here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from .affine import Box, meet
from .stamp import Stamp, cropped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[Any]

COVERAGE: Final = (
    "CLEAR", "SRC", "DST", "SRC_OVER", "DST_OVER", "SRC_IN", "DST_IN", "SRC_OUT", "DST_OUT", "SRC_ATOP", "DST_ATOP",
    "XOR", "PLUS", "MODULATE",
)  # fmt: skip
SEPARABLE: Final = (
    "COLOR_BURN", "COLOR_DODGE", "DARKEN", "DIFFERENCE", "EXCLUSION", "HARD_LIGHT", "LIGHTEN", "MULTIPLY", "OVERLAY",
    "SCREEN", "SOFT_LIGHT",
)  # fmt: skip
WHOLE: Final = ("HUE", "SATURATION", "COLOR", "LUMINOSITY")
MODES: Final = frozenset((*COVERAGE, *SEPARABLE, *WHOLE))
EVERYWHERE: Final = frozenset(("CLEAR", "SRC", "SRC_IN", "DST_IN", "SRC_OUT", "DST_ATOP"))
"""Modes that also change where the source is transparent."""


def blend(target: Image.Image, stamp: Stamp, bounds: Box, dx: int = 0, dy: int = 0) -> None:
    """Blend a stamp into a picture (RGB or RGBA) whose top left corner is (dx, dy).

    ``bounds`` is the box of the part: modes that also act where the source is empty act within it. Raises ValueError
    for an unknown mode.
    """
    import numpy as np

    if stamp.blend not in MODES:
        raise ValueError(f"expected a blend mode, found {stamp.blend!r}")
    area = bounds if stamp.blend in EVERYWHERE else stamp.box
    inside = meet(area, (dx, dy, dx + target.width, dy + target.height))
    if inside is None:
        return
    place = (inside[0] - dx, inside[1] - dy, inside[2] - dx, inside[3] - dy)
    under = target.crop(place).convert("RGBA")
    over = Image.new("RGBA", under.size)
    part = cropped(stamp, inside)
    if part is not None:
        over.paste(part.picture(), (part.left - inside[0], part.top - inside[1]))
    source = np.asarray(over, np.float32) / np.float32(255)
    ground = np.asarray(under, np.float32) / np.float32(255)
    result = _mixed(stamp.blend, source, ground)
    picture = Image.fromarray((np.clip(result, 0, 1) * 255 + 0.5).astype(np.uint8), "RGBA")
    if target.mode == "RGB":
        flat = Image.new("RGB", picture.size)
        flat.paste(picture, (0, 0), picture)
        target.paste(flat, place)
    else:
        target.paste(picture, place)


def _mixed(mode: str, source: Pixels, ground: Pixels) -> Pixels:
    """Straight alpha in and out."""
    import numpy as np

    sa, da = source[..., 3:], ground[..., 3:]
    sc, dc = source[..., :3], ground[..., :3]
    if mode in COVERAGE:
        colour, alpha = _covered(mode, sc * sa, sa, dc * da, da)
    else:
        mix = _WHOLE[mode](sc, dc) if mode in WHOLE else _SEPARABLE[mode](sc, dc)
        colour = sc * sa * (1 - da) + dc * da * (1 - sa) + sa * da * mix
        alpha = sa + da * (1 - sa)
    straight = np.where(alpha > 1e-6, colour / np.maximum(alpha, 1e-6), 0)
    whole: Pixels = np.concatenate([straight, alpha], axis=-1)
    return whole


def _covered(mode: str, s: Pixels, sa: Pixels, d: Pixels, da: Pixels) -> tuple[Pixels, Pixels]:
    """Porter and Duff's rules on colours multiplied by their alpha."""
    import numpy as np

    if mode == "PLUS":
        return np.minimum(s + d, 1), np.minimum(sa + da, 1)
    if mode == "MODULATE":
        return s * d, sa * da
    one, none = np.ones_like(sa), np.zeros_like(sa)
    fs, fd = {
        "CLEAR": (none, none), "SRC": (one, none), "DST": (none, one), "SRC_OVER": (one, 1 - sa),
        "DST_OVER": (1 - da, one), "SRC_IN": (da, none), "DST_IN": (none, sa), "SRC_OUT": (1 - da, none),
        "DST_OUT": (none, 1 - sa), "SRC_ATOP": (da, 1 - sa), "DST_ATOP": (1 - da, sa), "XOR": (1 - da, 1 - sa),
    }[mode]  # fmt: skip
    return s * fs + d * fd, sa * fs + da * fd


def _hard_light(s: Pixels, d: Pixels) -> Pixels:
    import numpy as np

    found: Pixels = np.where(s <= 0.5, 2 * s * d, 1 - 2 * (1 - s) * (1 - d))
    return found


def _soft_light(s: Pixels, d: Pixels) -> Pixels:
    import numpy as np

    curve = np.where(d <= 0.25, ((16 * d - 12) * d + 4) * d, np.sqrt(d))
    found: Pixels = np.where(s <= 0.5, d - (1 - 2 * s) * d * (1 - d), d + (2 * s - 1) * (curve - d))
    return found


def _dodge(s: Pixels, d: Pixels) -> Pixels:
    import numpy as np

    return np.where(d <= 0, 0, np.where(s >= 1, 1, np.minimum(1, d / np.maximum(1 - s, 1e-6)))).astype(np.float32)


def _burn(s: Pixels, d: Pixels) -> Pixels:
    import numpy as np

    return np.where(d >= 1, 1, np.where(s <= 0, 0, 1 - np.minimum(1, (1 - d) / np.maximum(s, 1e-6)))).astype(np.float32)


def _darken(s: Pixels, d: Pixels) -> Pixels:
    import numpy as np

    return np.minimum(s, d)


def _lighten(s: Pixels, d: Pixels) -> Pixels:
    import numpy as np

    return np.maximum(s, d)


_SEPARABLE: dict[str, Callable[[Pixels, Pixels], Pixels]] = {
    "MULTIPLY": lambda s, d: s * d,
    "SCREEN": lambda s, d: s + d - s * d,
    "OVERLAY": lambda s, d: _hard_light(d, s),
    "DARKEN": _darken,
    "LIGHTEN": _lighten,
    "DIFFERENCE": lambda s, d: abs(s - d),
    "EXCLUSION": lambda s, d: s + d - 2 * s * d,
    "HARD_LIGHT": _hard_light,
    "SOFT_LIGHT": _soft_light,
    "COLOR_DODGE": _dodge,
    "COLOR_BURN": _burn,
}


def _light(c: Pixels) -> Pixels:
    light: Pixels = 0.3 * c[..., :1] + 0.59 * c[..., 1:2] + 0.11 * c[..., 2:3]
    return light


def _with_light(c: Pixels, light: Pixels) -> Pixels:
    import numpy as np

    c = c + (light - _light(c))
    mean, low, high = _light(c), c.min(-1, keepdims=True), c.max(-1, keepdims=True)
    c = np.where(low < 0, mean + (c - mean) * mean / np.maximum(mean - low, 1e-6), c)
    return np.where(high > 1, mean + (c - mean) * (1 - mean) / np.maximum(high - mean, 1e-6), c).astype(np.float32)


def _spread(c: Pixels) -> Pixels:
    spread: Pixels = c.max(-1, keepdims=True) - c.min(-1, keepdims=True)
    return spread


def _with_spread(c: Pixels, spread: Pixels) -> Pixels:
    import numpy as np

    low, own = c.min(-1, keepdims=True), _spread(c)
    return np.where(own > 1e-6, (c - low) * spread / np.maximum(own, 1e-6), 0).astype(np.float32)


_WHOLE: dict[str, Callable[[Pixels, Pixels], Pixels]] = {
    "HUE": lambda s, d: _with_light(_with_spread(s, _spread(d)), _light(d)),
    "SATURATION": lambda s, d: _with_light(_with_spread(d, _spread(s)), _light(d)),
    "COLOR": lambda s, d: _with_light(s, _light(d)),
    "LUMINOSITY": lambda s, d: _with_light(d, _light(s)),
}
