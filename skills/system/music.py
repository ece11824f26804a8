"""Music, radio, podcasts and audiobooks, through a provider (``player/``).

What plays is a queue with a place in it, kept in the store, so that "next", "go on" and "what is this" mean the same
after a restart. Every reply carries the provider's label; the simulated player makes no sound.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..contract import Card, Refusal, Reply, Say, Skill, Text, action
from ..player.provider import Provider, Track, Wanted
from ..player.simulated import SimulatedPlayer
from ..speech import capital, joined

GENRES = (
    "jazz", "rock", "pop", "blues", "folk", "classical", "country", "hip hop", "rap", "reggae", "soul", "techno",
    "metal", "punk", "disco", "opera", "ragtime", "latin", "electronic", "funk", "gospel", "christmas",
)  # fmt: skip
MAX_QUEUE = 50


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """The queue, the place in it, and whether it plays."""

    queue: tuple[Track, ...] = ()
    at: int = 0
    playing: bool = False

    @property
    def track(self) -> Track | None:
        return self.queue[self.at] if self.at < len(self.queue) else None


class Music(Skill):
    """Music, radio, podcasts and audiobooks. The player is simulated: it makes no sound."""

    name = "music"
    contract = (1, 2)
    grants = ("store", "screen")
    simulated = True
    rules = {
        "play": "(play|start|put on|start playing|begin playing|listen to|hear|let me hear|let us hear|let us listen to|let me listen to|i want to hear|i want to listen to|i would like to hear|i would like to listen to|i want to play|queue|queue up|shuffle|stream|pull up|turn on|resume)",
        "hear": "(play|put on|listen to|hear|let me hear|let us hear|let us listen to|i want to hear|i want to listen to|i would like to hear|i would like to listen to|queue|queue up|shuffle|stream)",
        "some": "[me|us] [some|a|any|all|all the|all of|a bit of|a little|more|something from|anything from|something|anything|the|my] [good|new|old|best|latest|favourite|favorite|nice|random|great|top]",
        "music": "(music|song|songs|tune|tunes|track|tracks|hits|playlist|stuff|records|numbers)",
        "pl": "(playlist|play list|mix)",
        "the": "[the|this|that|my|these]",
        "item": "(music|song|track|tune|playback|player|album|playlist|radio|podcast|audiobook|audio book|book|sound|playing|episode|station|media)",
        "book": "(audiobook|audio book|audiobooks|book|audible book)",
        "read": "(play|start|read|read me|resume|resume playing|continue|continue with|continue reading|continue playing|resume reading|start reading|keep reading|go on with|put on|open|listen to|i want to listen to|i want to hear|let me hear|i would like to listen to|i would like to hear|carry on with|start playing)",
        "left": "[from|at] (where|the place|the place where|the place that|the spot|the spot where|the part|the part where|the point where) (i|we) [last|had|have] (left off|left it|left|stopped|paused|ended|was|were) [listening|reading] [last|last time|yesterday|before]",
        "pod": "(podcast|podcasts|pod cast|show podcast)",
    }

    @property
    def _player(self) -> Provider:
        return SimulatedPlayer(self.device)

    @action(
        Say(
            "(play|start|put on|resume|continue|begin|turn on|tune in|tune in to|tune into|play some|start playing|unpause|go on with|keep playing|listen to|i want to hear|i want to listen to|i would like to hear|i would like to listen to|let us hear|let me hear) <some> <music>"
        ),
        Say(
            "(music|play|play on|resume playing|continue playing|resume playback|music please|play something|start playing|play anything|play me something)"
        ),
        "<hear> <some> [music|song|songs|tracks|hits] (by|from|of) {artist}",
        "<play> <some> {artist} (songs|song|tracks|music|hits|tunes)",
        "<play> <some> (song|track|tune|piece) [called|named] {query}",
        "<hear> <some> [song|track|tune] {query} (by|from) {artist}",
        "<hear> {query} by {artist}",
        "<play> <some> album [called|named] {album} [(by|from) {artist}]",
        "<play> <some> {album} album [(by|from) {artist}]",
        "<play> <some> (songs|song|tracks|music) (from|on) [the] album {album}",
        "<play> <some> {playlist} <pl>",
        "<play> <some> <pl> [called|named|for] {playlist}",
        "<play> <some> (songs|music|song) (from|on|in) [the|my] {playlist} <pl>",
        *[
            Say(f"<play> <some> {genre} [music|songs|tunes|tracks|song|beats] [please]", {"genre": genre})
            for genre in GENRES
        ],
        "<play> <some> {genre} (music|genre|beats)",
        "<play> <some> (music|songs|something|anything) (for|to) {query}",
        "(play|put on|queue|queue up|stream) <some> {query}",
        "play {query}",
        examples=("play some jazz", "play Clair de lune by Debussy", "play my workout playlist"),
        purpose="play [{query}] music",
    )
    async def play_music(
        self,
        query: Text | None = None,
        artist: Text | None = None,
        album: Text | None = None,
        genre: Text | None = None,
        playlist: Text | None = None,
    ) -> Reply:
        """Play music; without more, go on with what was playing (simulated: no sound).

        query: a title, or anything
        artist: who made it
        album: from which album
        genre: of which kind
        playlist: from which playlist
        """
        wanted = Wanted("music", query or "", artist or "", album or "", genre or "", playlist or "")
        return await self._start(wanted, wanted == Wanted(), "music")

    @action(
        "(pause|stop|halt|end|quit|cut|kill|suspend|stop playing|turn off|switch off|shut off) <the> <item> [please]",
        "(turn|switch|shut) <the> (music|song|radio|podcast|player|audiobook) off",
        "(music|radio|playback|podcast|audiobook) (off|stop|pause)",
        "(stop playing|stop playback|pause playback|no more music)",
        examples=("pause the music", "stop playing"),
        purpose="pause the music",
    )
    async def pause_music(self) -> Reply:
        """Pause what plays."""
        player, state = self._player, await self._state()
        if state.track is None or not state.playing:
            raise Refusal(f"Nothing is playing ({player.label}).")
        await player.pause()
        await self._keep(msgspec.structs.replace(state, playing=False))
        card = self._card(player, state.track, "Paused")
        return Reply(
            f"Paused ({player.label}).", self._result(state.track, playing=False), card, undo={"playing": True}
        )

    @action(
        "(next|skip) <the> [current] (song|track|tune|one|piece|station|chapter)",
        "<hear> [the] [very] (next|following) (song|track|tune|one|number|piece|hit) [(on|in|from|of) [this|the|my] [particular|current] (playlist|play list|album|list|queue)]",
        "<hear> (another|a different|some other) (song|track|tune|one)",
        "<hear> the (song|track) after this [one]",
        "(play|go to|jump to|skip to|give me|put on|move to|hear|switch to) [the] next (song|track|tune|one|piece|chapter|station)",
        "(skip|skip it|skip this|skip that|skip ahead|skip forward|next please)",
        "(skip|pass) (this|that|it) [song|track|tune|one] and (play|go to|go on to|move on to|skip to) <the> next [song|track|tune|one]",
        "(change|switch) <the> (song|track|tune)",
        "(i do not|i don't) (like|want) (this|that) (song|track|one|tune)",
        "(song|track) (forward|skip)",
        examples=("next song", "skip this track"),
        purpose="skip to the next one",
    )
    async def next_track(self) -> Reply:
        """Go on to the next piece, station, episode or chapter."""
        return await self._move(1)

    @action(
        "(previous|last|prior) (song|track|tune|one|piece|chapter|station)",
        "(play|go to|go back to|back to|skip to|skip back to|jump to|jump back to|return to|switch to|put on) [the] (previous|last|prior) (song|track|tune|one|piece|chapter|station)",
        "(go|skip|jump) back [a|one] (song|track|tune|piece|chapter)",
        "(play|put) [the] (song|track|one) before [this|that] [again]",
        examples=("previous song", "go back to the last track"),
        purpose="go back to the one before",
    )
    async def previous_track(self) -> Reply:
        """Go back to the piece, station, episode or chapter before."""
        return await self._move(-1)

    @action(
        "(play|start|turn on|switch on|put on|open|listen to|i want to listen to|i would like to listen to|go to|resume|begin|put|stream) [me] [the|some|a|my|any|to] [local|random|favourite|favorite|car|fm|am|internet] (radio|radio station|radio channel|station|fm|fm radio|am radio) [on] [please]",
        "(turn|switch) [the] radio on",
        "<hear> [the|some|a|my] [local|live] (radio|radio station) [please]",
        "(radio|radio on|radio please|start radio|open radio|change the station|change station|next radio station)",
        "<play> [the] (radio station|radio channel|radio|station|channel) [called|named] {station}",
        "<play> [the|my] {station} (radio|radio station|station|fm|radio channel)",
        "<play> {station} on [the|my] radio",
        "(tune in to|tune into|tune to|tune the radio to|tune in|set the radio to|turn the radio to|switch the radio to|put the radio on|change the station to|change station to|change the channel to|switch the station to|change the radio to) [the] [station|radio|channel|radio station] {station}",
        "<play> [the] [radio] (fm|am|frequency|station) {station}",
        "(tune|turn|set|switch|change) [it|the radio] to [the] (fm|am|frequency|station|channel) {station}",
        "(find|find me|look for|search for) [a|the] [radio] station (called|for|with) {station}",
        examples=("turn on the radio", "play City Jazz radio", "tune in to Morning Air"),
        purpose="play [{station}] radio",
    )
    async def play_radio(self, station: Text | None = None) -> Reply:
        """Play the radio (simulated: no sound).

        station: which station
        """
        return await self._start(Wanted("radio", station or ""), not station, "station")

    @action(
        "<play> [me] [the|a|my|some|any|this|that] [latest|newest|last|new|next|current|favourite|favorite|recent|most recent] [episode of] [the|my|this|that] <pod> [episode|episodes] [please]",
        "<play> [me] [the|a|my|some|any] [latest|newest|last|new|next|current] [episode of] [the|my] <pod> [called|named|about|on|from|by|with] {name}",
        "<play> [me] [the|my|a|some] [latest|newest|last|new|next|current] [episode of|of] [the|my] {name} <pod>",
        "<play> [me] [the|a] (latest|newest|last|new|next|current|most recent|first) episode [of {name}]",
        "<play> [me] [the|an|another] episode of {name}",
        "(next|skip to the next|go to the next|jump to the next|skip to next|go to next) (episode|podcast) [please]",
        "(podcast|podcasts) [please]",
        "(find|find me|look for|search for|download|get|get me) [a|the|some] <pod> (about|on|called|named|from|by) {name}",
        examples=("play my podcast", "play the latest episode of Small Devices"),
        purpose="play the podcast[ {name}]",
    )
    async def play_podcast(self, name: Text | None = None) -> Reply:
        """Play a podcast; without a name the next episode of the one that was on (simulated: no sound).

        name: which one
        """
        state = await self._state()
        if not name and state.track is not None and state.track.kind == "podcast" and state.playing:
            return await self._move(1)
        return await self._start(Wanted("podcast", name or ""), not name, "podcast")

    @action(
        "<read> [me] [the|a|an|my|this|that|some|more of my|current] [last|last played|latest|current|recent|recently added|recently paused|new|next] <book> [<left>|again|from the beginning|from the start] [please]",
        "<read> [me] [the|my|an] <book> [called|named|of|about|by|titled] {name}",
        "<read> [me] [the|my] {name} <book> [please]",
        "<read> [me] [the|my] <book> {name} <left>",
        "<read> [me] [the|my] {name} <book> <left>",
        "(<read>|pick up|take up) [me] {name} <left>",
        "(continue|go on|carry on|keep reading|resume|pick up|play|start|read) (<left>|from [the] last (played|read|listened))",
        "(continue reading|resume reading|keep reading) [my book|the book]",
        "(continue reading|resume reading|keep reading|start reading) {name}",
        "(audiobook|audiobooks|audio book) [please]",
        examples=("play my audiobook", "continue reading Treasure Island"),
        purpose="read the audiobook[ {name}]",
    )
    async def play_audiobook(self, name: Text | None = None) -> Reply:
        """Read an audiobook aloud; without a name go on with the one that was on (simulated: no sound).

        name: which one
        """
        return await self._start(Wanted("audiobook", name or ""), not name, "audiobook")

    @action(
        "(what|which) (song|track|music|tune|artist|album|piece|band|podcast|station|radio station|book|playlist) (is|is this|is that|is it|is on|is playing) [playing|on|called] [now|right now|currently|at the moment]",
        "(what is|what's) [currently|now] (playing|on the radio|on) [now|right now|currently|at the moment]",
        "(what|which) (song|music|track|tune|station|podcast) (am i|are we) (listening to|hearing)",
        "what (am i|are we) listening to",
        "(who|what band|which band|which artist|what artist|which singer) (is this|sings this|is singing|is singing this|is playing|sang this|plays this|made this|is this by|is singing now)",
        "(who|what band|which artist|what artist) (sings|sang|plays|wrote|performs|is singing|is performing|is the artist of|made) (this|that|the|the current) (song|track|tune|piece|music)",
        "(what is|what's|tell me|give me|show me|say|do you know) the (name|title|artist|singer|album) (of|for) (this|the|that|the current) (song|track|tune|piece|music|artist) [playing|now] [called]",
        "(what is|what's) (this|that|the|the current) (song|track|tune|piece|music) [called|playing|named]",
        "(who is|who's) (the|this) (artist|singer|band|musician|composer)",
        "(name|identify|tell me) (this|that|the current) (song|track|tune)",
        "(whose|what) (song|music) is (this|that)",
        "(current song|song name|now playing|song title)",
        examples=("what song is this", "what is playing"),
        reads=True,
        purpose="say what is playing",
    )
    async def what_is_playing(self) -> Reply:
        """Say what plays."""
        player, state = self._player, await self._state()
        if state.track is None:
            raise Refusal(f"Nothing is playing ({player.label}).")
        how = "This is" if state.playing else "Paused is"
        card = self._card(player, state.track, "Playing" if state.playing else "Paused")
        result = self._result(state.track, playing=state.playing)
        return Reply(f"{how} {state.track.name} ({player.label}).", result, card)

    async def undo(self, what: Any) -> Reply:
        player = self._player
        if "playing" in what:
            state = msgspec.structs.replace(await self._state(), playing=what["playing"])
        else:
            state = msgspec.convert(what["state"], State)
        await self._keep(state)
        if state.track is None or not state.playing:
            await player.pause()
            return Reply(f"Silence again ({player.label}).")
        await player.play(state.track)
        return Reply(f"Back to {state.track.name} ({player.label}).")

    async def _start(self, wanted: Wanted, anything: bool, noun: str) -> Reply:
        """Play what is wanted; ``anything``: what was on of that kind, else what there is."""
        player, before = self._player, await self._state()
        if anything and before.track is not None and before.track.kind == wanted.kind:
            state = msgspec.structs.replace(before, playing=True)
        else:
            found = (await player.find(wanted))[:MAX_QUEUE]
            if not found:
                there = joined((await player.names(wanted.kind))[:6], "or")
                what = " ".join(each for each in (wanted.query, wanted.album, wanted.genre, wanted.playlist) if each)
                by = f"{' ' if what else ''}by {wanted.artist}" if wanted.artist else ""
                raise Refusal(f"The {player.label} has no {noun} for {what}{by}. It has {there}.")
            state = State(tuple(found), 0, playing=True)
        return await self._played(player, before, state)

    async def _move(self, by: int) -> Reply:
        player, before = self._player, await self._state()
        if not before.queue:
            raise Refusal(f"Nothing is playing ({player.label}).")
        state = State(before.queue, (before.at + by) % len(before.queue), playing=True)
        return await self._played(player, before, state)

    async def _played(self, player: Provider, before: State, state: State) -> Reply:
        track = state.track
        assert track is not None
        await player.play(track)
        await self._keep(state)
        verb = "Reading" if track.kind == "audiobook" else "Playing"
        said = f"{verb} {track.name} ({player.label}; no sound)."
        return Reply(
            said, self._result(track, playing=True), self._card(player, track, verb),
            undo={"state": msgspec.to_builtins(before)},
        )  # fmt: skip

    def _card(self, player: Provider, track: Track, title: str) -> Card:
        lines = [each for each in (track.artist, track.album, player.label) if each]
        return Card("reply", title=title, text=capital(track.title), lines=lines, icon="music")

    def _result(self, track: Track, *, playing: bool) -> dict[str, Any]:
        return {
            "title": track.title, "artist": track.artist, "album": track.album, "kind": track.kind, "playing": playing,
            "simulated": True,
        }  # fmt: skip

    async def _state(self) -> State:
        return msgspec.convert(await self.device.get("state", {}), State)

    async def _keep(self, state: State) -> None:
        await self.device.put("state", msgspec.to_builtins(state))
