"""What a provider of sound does: find what is meant, and play what it is told to.

A provider speaks for a service, a phone's player or a simulation. It knows nothing of sentences and replies: the skill
``music`` asks it to find, queues what it found, and says what plays, with the provider's label.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

Kind = Literal["music", "radio", "podcast", "audiobook"]


class Track(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that can play: a piece, a station, an episode, a chapter."""

    title: str
    kind: Kind = "music"
    artist: str = ""
    """Who made it; of an episode or a chapter the programme or the book."""
    album: str = ""
    genre: str = ""
    playlists: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``Clair de lune by Claude Debussy``; ``Morning Air``."""
        if not self.artist:
            return self.title
        return f"{self.title} by {self.artist}" if self.kind == "music" else f"{self.artist}: {self.title}"


class Wanted(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was asked for. ``query`` may be anything: a title, a name, a genre, a playlist."""

    kind: Kind = "music"
    query: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    playlist: str = ""


class Provider(Protocol):
    """A player. Every method may raise ServiceFault when it cannot be reached."""

    label: str
    """Whose player it is, in words that are added to every reply."""

    async def find(self, wanted: Wanted) -> list[Track]:
        """What fits, the best first, at most a hundred; nothing if nothing does."""
        ...

    async def names(self, kind: Kind) -> list[str]:
        """Some of what there is of a kind, to tell the owner what could be asked for."""
        ...

    async def play(self, track: Track) -> None:
        """Begin to play (or go on with) this."""
        ...

    async def pause(self) -> None:
        """Stop, and keep the place."""
        ...
