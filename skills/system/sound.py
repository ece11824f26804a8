"""The loudspeaker: volume from 0 to 100, and mute, which keeps the volume for later."""

from __future__ import annotations

from typing import Any

from ..contract import Card, Glance, Level, LevelChange, Refusal, Reply, Say, Skill, action

FIRST = 50
STEP = 10


class Sound(Skill):
    """Volume and mute."""

    name = "sound"
    grants = ("store", "screen")
    rules = {
        "volume": "[the|my|your] (volume|sound|speaker|speakers|loudness|audio|(media|music|radio|speaker|sound) volume|volume (of|on|in) [the|my|your] (music|radio|media|speaker|speakers|music player|player|sound|song|current song)) [level]",
        "pct": "[percent|%|per cent]",
        "turn": "(turn|crank|bring|put|push|pump|move|make)",
    }

    async def start(self) -> None:
        await self._show(await self._state())

    @action(
        "(set|change|put|turn|adjust|make|bring|move|fix) <volume> (to|at|up to|down to) {level} <pct>",
        "<volume> [to|at|up to|down to] {level} <pct>",
        "(turn|bring) (up|down) <volume> to {level} <pct>",
        "(increase|raise|lower|decrease|reduce) <volume> to {level} <pct>",
        "(increase|raise|adjust|boost|turn up|bring up|turn down|lower|decrease|reduce|drop) <volume> [by] {change} <pct>",
        "(turn|bring) <volume> (up|down) [by] {change} <pct>",
        "(turn|bring) (up|down) <volume> [by] {change} <pct>",
        "<volume> (up|down) [by] {change} <pct>",
        "{level} <pct> volume",
        Say(
            "(turn|crank|bring|pump|push|put|move) <volume> up [a bit|a little|a little bit|some|more|please]",
            {"change": STEP},
        ),
        Say("(turn|crank|bring|pump) up <volume> [a bit|a little|a little bit|some|please]", {"change": STEP}),
        Say("(increase|raise|boost|up) <volume> [a bit|a little|a little bit|some]", {"change": STEP}),
        Say("(<volume> (up|louder|higher)|louder volume)", {"change": STEP}),
        Say(
            "(turn|make) [the|this|that] (music|radio|song|sound|volume) (up|louder|a bit louder|a little louder)",
            {"change": STEP},
        ),
        Say("(speak|talk) [a bit|a little|a little bit|much] [more] (loud|loudly|louder|up)", {"change": STEP}),
        Say("(i can not hear|can not hear) [you|it|anything|a thing|a word] [speak up|turn it up]", {"change": STEP}),
        Say(
            "(louder|speak up|speak louder|talk louder|i can't hear you|it's too quiet|that's too quiet|too quiet|make it louder|a bit louder|turn it up) [please]",
            {"change": STEP},
        ),
        Say("(turn|make|put|set|change|adjust) <volume> (higher|louder|high|loud)", {"change": 10}),
        Say("(turn|crank|pump) up [the|this|that|my] (music|radio|song|media)", {"change": 10}),
        Say("(more|higher) volume", {"change": 10}),
        Say("(i want|i need) <volume> [to be] (up|louder|higher|turned up)", {"change": 10}),
        Say("(loud|loudly)", {"change": 10}),
        Say("(make it|set it|put it|turn it) (quieter|lower|softer|low)", {"change": -10}),
        Say(
            "(turn|make|put|set|change|adjust) <volume> [to] (lower|softer|quieter|low|very low|soft|very soft)",
            {"change": -10},
        ),
        Say("(turn|bring) down [the|this|that|my] (music|radio|song|media|noise)", {"change": -10}),
        Say("(lessen|soften|quieten) <volume>", {"change": -10}),
        Say("(you are|you're|it is|it's|this is) [really|way] too loud", {"change": -10}),
        Say("(turn|bring|put|move) <volume> down [a bit|a little|a little bit|some|more|please]", {"change": -STEP}),
        Say("(turn|bring) down <volume> [a bit|a little|a little bit|some|please]", {"change": -STEP}),
        Say("(decrease|lower|reduce|down|drop) <volume> [a bit|a little|a little bit|some]", {"change": -STEP}),
        Say("(<volume> (down|lower|quieter|softer)|lower volume)", {"change": -STEP}),
        Say(
            "(turn|make) [the|this|that] (music|radio|song|sound|volume) (down|quieter|softer|a bit quieter|a little quieter)",
            {"change": -STEP},
        ),
        Say(
            "(speak|talk) [a bit|a little|a little bit|much] [more] (quiet|quietly|soft|softly|quieter|softer)",
            {"change": -STEP},
        ),
        Say(
            "(quieter|softer|speak quieter|speak softer|speak softly|talk quieter|it's too loud|that's too loud|too loud|make it quieter|a bit quieter|turn it down) [please]",
            {"change": -STEP},
        ),
        Say(
            "(set|turn|put|bring|crank) <volume> [up] (to|at) [the] (max|maximum|full|highest|loudest)", {"level": 100}
        ),
        Say("(max|maximum|full) volume", {"level": 100}),
        Say(
            "(set|turn|put|make|change) <volume> (on|to|at|up to) [the|its] (loudest|highest|maximum|max) [setting|level]",
            {"level": 100},
        ),
        Say("(speak|talk) as (loud|loudly) as (you can|possible)", {"level": 100}),
        Say("(turn|crank) <volume> (all the way|fully|right) up", {"level": 100}),
        Say("(set|turn|put|bring) <volume> [down] (to|at) [the] (min|minimum|lowest|quietest)", {"level": 10}),
        Say("(set|turn|put) <volume> (to|at) (half|fifty percent|the middle|medium)", {"level": 50}),
        examples=("set the volume to 40 percent", "turn it up", "volume down by 20"),
        purpose="change the volume",
    )
    async def set_volume(self, level: Level | None = None, change: LevelChange | None = None) -> Reply:
        """Set the volume, or change it.

        level: 0 (silent) to 100
        change: how much louder, or quieter if negative
        """
        if level is None and change is None:
            raise Refusal("Set the volume to what?")
        state = await self._state()
        before = 0 if state["muted"] else state["volume"]
        wanted = level if level is not None else before + (change or 0)
        now = min(100, max(0, wanted))
        undo = {"volume": state["volume"], "muted": state["muted"]}
        await self._keep({"volume": now, "muted": False})
        card = Card(kind="device", title="Volume", text=f"{now} %", icon="volume", value=now / 100)
        said = f"Volume at {now} percent."
        if level is None and now == before:
            said = "The volume is already at its highest." if now == 100 else "The volume is already at its lowest."
        return Reply(said, {"volume": now, "muted": False}, card, undo=undo)

    @action(
        Say(
            "(mute|silence|hush|quiet) [the|my|your|all] [volume|sound|sounds|speaker|audio|yourself|watch|everything] [please]",
            {"on": True},
        ),
        Say(
            "(mute|silence) [the|my|all] (music|media|song|radio|player|playback|podcast) [in here|here|please]",
            {"on": True},
        ),
        Say("(turn|switch) off [the|your|my|all] (sound|volume|audio|sounds)", {"on": True}),
        Say("(turn|switch) [the|your|my] (sound|volume|audio|sounds) off", {"on": True}),
        Say("(be|stay|keep|go) (quiet|silent|mute)", {"on": True}),
        Say("(turn|shut|switch) off [the|your|my|media] (speaker|speakers|media volume)", {"on": True}),
        Say("(sound|speakers|speaker|volume|audio) off", {"on": True}),
        Say("(silent mode|mute mode|silent) [on]", {"on": True}),
        Say("(no speaking|no talking|do not make a sound|do not say anything)", {"on": True}),
        Say("(set|change|switch|turn|put) [the|my] volume to mute", {"on": True}),
        Say("(i do not|i don't) want [any] sound", {"on": True}),
        Say("do not (talk|speak)", {"on": True}),
        Say("(do not|stop) (making sounds|making noise)", {"on": True}),
        Say("(quiet|silence) on", {"on": True}),
        Say(
            "(put|place|set|turn) [the|my|your] (sound|speaker|speakers|volume|settings) (to|on) (mute|silent)",
            {"on": True},
        ),
        Say("(set|switch|turn|go|put it|set it) (to|on|on to) (mute|silent)", {"on": True}),
        Say(
            "(mute|silence) [the|my|your] (speakers|volume control|settings|microphone|sound on [the|my] speakers)",
            {"on": True},
        ),
        Say("(enter|start|set) (silent|silence|mute) mode", {"on": True}),
        Say("(no|without) sound", {"on": True}),
        Say(
            "(set|put|switch|turn) [the|my] (watch|sound|speaker|device) (to|on|on to) (mute|silent|silent mode)",
            {"on": True},
        ),
        Say("(go|turn on|enable|activate) (silent|mute|silent mode|mute mode)", {"on": True}),
        Say(
            "(unmute|un mute|unsilence) [the|my|your] [volume|sound|sounds|speaker|audio|yourself|watch|everything] [please]",
            {"on": False},
        ),
        Say(
            "(unmute|un mute|unsilence) [the|my|all] (music|media|song|radio|player|playback|podcast) [in here|here|please]",
            {"on": False},
        ),
        Say("(turn|switch) [the|your|my] (sound|volume|audio|sounds) (on|back on)", {"on": False}),
        Say("(turn|switch) (on|back on) [the|your|my] (sound|volume|audio|sounds)", {"on": False}),
        Say("(turn off|disable|leave|end) (silent|mute|silent mode|mute mode)", {"on": False}),
        Say("you can (speak|talk) [again|now]", {"on": False}),
        examples=("mute", "unmute", "turn the sound off"),
        purpose="switch the sound on or off",
    )
    async def mute(self, on: bool) -> Reply:
        """Mute the watch, or give it its voice back.

        on: true to mute
        """
        state = await self._state()
        await self._keep({"volume": state["volume"] or (0 if on else FIRST), "muted": on})
        volume = state["volume"] or FIRST
        card = Card(kind="device", title="Muted" if on else "Volume", text="" if on else f"{volume} %", icon="volume")
        said = "Muted." if on else f"Sound on, volume at {volume} percent."
        undo = {"volume": state["volume"], "muted": state["muted"]}
        return Reply(said, {"muted": on, "volume": 0 if on else volume}, card, undo=undo)

    @action(hidden=True, reads=True)
    async def get_volume(self) -> Reply:
        """The volume as it is (for the device's status)."""
        state = await self._state()
        said = "Muted." if state["muted"] else f"Volume at {state['volume']} percent."
        return Reply(said, {"volume": 0 if state["muted"] else state["volume"], "muted": state["muted"]})

    async def undo(self, what: Any) -> Reply:
        await self._keep(what)
        return Reply("Muted again." if what["muted"] else f"Volume back at {what['volume']} percent.")

    async def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = await self.device.get("state", {"volume": FIRST, "muted": False})
        return state

    async def _keep(self, state: dict[str, Any]) -> None:
        await self.device.put("state", state)
        await self._show(state)

    async def _show(self, state: dict[str, Any]) -> None:
        await self.device.glance(Glance(volume=0 if state["muted"] else state["volume"]))
