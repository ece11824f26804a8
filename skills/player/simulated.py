"""The simulated player: a small shelf of old music, invented stations and programmes, and no sound.

It is the default provider, so that the skill can be tried without a service. Whatever it says is labelled. The music
and the books are in the public domain; stations and podcasts are invented.
"""

from __future__ import annotations

from ..contract import Device
from ..matching import best
from .provider import Kind, Track, Wanted


def _album(album: str, artist: str, genre: str, playlists: tuple[str, ...], *titles: str) -> tuple[Track, ...]:
    return tuple(Track(title, "music", artist, album, genre, playlists) for title in titles)


def _parts(kind: Kind, name: str, *titles: str) -> tuple[Track, ...]:
    return tuple(Track(title, kind, name) for title in titles)


SHELF = (
    *_album(
        "Suite bergamasque",
        "Claude Debussy",
        "classical",
        ("relax", "sleep", "favourites"),
        "Clair de lune",
        "Passepied",
    ),
    *_album(
        "Nocturnes", "Frédéric Chopin", "classical", ("relax", "piano"), "Nocturne in E flat", "Nocturne in C minor"
    ),
    *_album(
        "The Four Seasons", "Antonio Vivaldi", "classical", ("morning", "focus"), "Spring", "Summer", "Autumn", "Winter"
    ),
    *_album(
        "Symphony No. 5", "Ludwig van Beethoven", "classical", ("workout", "favourites"), "Allegro con brio", "Finale"
    ),
    *_album("Goldberg Variations", "Johann Sebastian Bach", "classical", ("focus", "study"), "Aria", "Variation 1"),
    *_album(
        "Ragtime Classics", "Scott Joplin", "ragtime", ("party", "favourites"), "The Entertainer", "Maple Leaf Rag"
    ),
    *_album("Early Jazz", "The Old River Band", "jazz", ("dinner", "party"), "Tiger Rag", "Saint James Infirmary"),
    *_album(
        "Delta Evenings", "The Old River Band", "blues", ("dinner", "relax"), "Frankie and Johnny", "Careless Love"
    ),
    *_album(
        "Songs of the Road", "The Harbour Singers", "folk", ("travel", "favourites"), "Shenandoah", "Scarborough Fair"
    ),
    *_album("Sea Shanties", "The Harbour Singers", "folk", ("workout", "travel"), "Drunken Sailor", "Wellerman"),
    *_album("Carols", "The Harbour Singers", "christmas", ("christmas",), "Silent Night", "Jingle Bells"),
    *_album("Dances", "Johann Strauss", "waltz", ("dance", "party"), "The Blue Danube", "Radetzky March"),
    Track("Morning Air", "radio", genre="classical"),
    Track("City Jazz", "radio", genre="jazz"),
    Track("Rock One", "radio", genre="rock"),
    Track("Radio News", "radio", genre="news"),
    Track("Bluerill FM", "radio", genre="pop"),
    *_parts("podcast", "Small Devices", "Episode 3: a bell that never rings", "Episode 2: memory", "Episode 1: begin"),
    *_parts("podcast", "The Long Walk", "Over the pass", "Along the river"),
    *_parts("podcast", "Kitchen Science", "Why bread rises", "Salt"),
    *_parts("audiobook", "Pride and Prejudice", "Chapter 1", "Chapter 2", "Chapter 3"),
    *_parts("audiobook", "The Time Machine", "Chapter 1", "Chapter 2"),
    *_parts("audiobook", "Treasure Island", "Chapter 1", "Chapter 2"),
    *_parts("audiobook", "Alice's Adventures in Wonderland", "Chapter 1", "Chapter 2"),
)


class SimulatedPlayer:
    """Finds on the shelf; playing is only a state that the skill keeps."""

    label = "simulated player"

    def __init__(self, device: Device) -> None:
        self._device = device

    async def find(self, wanted: Wanted) -> list[Track]:
        found = [track for track in SHELF if track.kind == wanted.kind]
        if wanted.artist:
            found = best(found, wanted.artist, lambda track: [track.artist])
        if wanted.album:
            found = best(found, wanted.album, lambda track: [track.album])
        if wanted.genre:
            found = best(found, wanted.genre, lambda track: [track.genre])
        if wanted.playlist:
            found = best(found, wanted.playlist, lambda track: list(track.playlists))
        if wanted.query:
            found = best(
                found,
                wanted.query,
                lambda track: [track.title, track.artist, track.album, track.genre, track.name, *track.playlists],
            )
        return found

    async def names(self, kind: Kind) -> list[str]:
        there = [track for track in SHELF if track.kind == kind]
        return list(dict.fromkeys(track.genre if kind == "music" else track.artist or track.title for track in there))

    async def play(self, track: Track) -> None:
        """Nothing sounds."""

    async def pause(self) -> None:
        """Nothing sounded."""
