"""What the session itself listens for and says: the words that silence the device at once, and what is said when
nothing was understood."""

from __future__ import annotations

from .phrasing import stripped
from .values.words import MAX_CHARACTERS, tokenize

__all__ = ["NOT_HEARD", "STOP", "clean", "stops"]

STOP = frozenset(
    [
        "stop", "stop it", "stop that", "stop now", "be quiet", "quiet", "silence", "shut up", "hush", "enough",
        "that is enough", "okay stop", "please stop", "stop please", "stop talking", "stop speaking", "dismiss",
        "i am awake", "i am up", "shush", "okay okay", "turn it off", "stop ringing", "stop the noise",
        "stop the ringing",
    ]
)  # fmt: skip
NOT_HEARD = {
    "vocabulary": "Sorry, I didn't catch that.",
    "too-long": "That was too long for me; please say it in one or two sentences.",
    "fault": "Sorry, I could not listen just now.",
}


_BARE = frozenset(["turn it off"])
"""With politeness around them these ask for something else: the light, perhaps."""


def stops(text: str) -> bool:
    """Whether a text, politeness aside, says nothing but to be silent: "would you please shut up now"."""
    tokens = tokenize(text)
    for part in stripped(tokens):
        said = " ".join(token.text for token in part)
        if said in STOP and (said not in _BARE or len(part) == len(tokens)):
            return True
    return False


def clean(text: str) -> str:
    """A text that can be kept and sent: bounded, and with no half characters in it."""
    return text[: MAX_CHARACTERS + 1].encode("utf-8", "replace").decode("utf-8")
