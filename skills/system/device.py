"""The watch itself: brightness, modes, battery, apps, and finding the phone.

Brightness and modes are real (the screen obeys them). There is no phone and no battery behind a simulated watch: what
they answer comes from the simulated sensors and a simulated phone, and is said to be so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from ..contract import Card, Glance, Level, LevelChange, Refusal, Reply, Say, Skill, action
from ..speech import capital, joined, plural

FIRST = 70
STEP = 15
BATTERY_EVERY = timedelta(minutes=5)
_RING_PHONE = timedelta(seconds=30)
MODES = ("do_not_disturb", "airplane", "theatre", "power_saving")
Mode = Literal["do_not_disturb", "airplane", "theatre", "power_saving"]

App = Literal[
    "timers", "alarms", "reminders", "lists", "notes", "weather", "health", "clock", "faces", "settings", "calendar",
    "messages", "music", "wallet", "news", "memory",
]  # fmt: skip
APPS: dict[App, tuple[str, list[str]]] = {
    "timers": ("timer_status", ["timer", "countdown"]),
    "alarms": ("list_alarms", ["alarm", "alarm clock"]),
    "reminders": ("list_reminders", ["reminder"]),
    "lists": ("show_list", ["shopping list", "list", "to do", "groceries"]),
    "notes": ("list_notes", ["note", "notebook", "memo"]),
    "weather": ("get_weather", ["forecast"]),
    "health": ("get_health", ["fitness", "activity", "steps", "step counter", "workout"]),
    "clock": ("get_time", ["time", "watch"]),
    "faces": ("list_faces", ["watch faces", "face"]),
    "settings": ("device_status", ["setting", "status", "system"]),
    "calendar": ("list_events", ["events", "agenda", "schedule", "diary"]),
    "messages": ("read_messages", ["message", "texts", "inbox"]),
    "music": ("what_is_playing", ["player", "music player", "songs"]),
    "wallet": ("list_passes", ["passes", "tickets", "cards"]),
    "news": ("get_news", ["headlines"]),
    "memory": ("recall", ["memories", "facts"]),
}
"""The apps of the watch: each shows what an action of a skill answers; and what else they are called."""
SINGULAR = frozenset(["weather", "clock", "health", "calendar", "music", "wallet", "news", "memory"])
"""Those of which one says "here is"."""


class Watch(Skill):
    """Brightness, modes, battery, apps and finding the phone. Battery and phone are simulated."""

    name = "device"
    grants = (
        "store",
        "screen",
        "speaker",
        "sensors",
        "call:get_volume",
        *(f"call:{each}" for app, (each, _) in APPS.items() if app != "settings"),
    )
    words = {
        "do_not_disturb": [
            "dnd",
            "don't disturb",
            "quiet",
            "silent",
            "do not disturb mode",
            "focus",
            "privacy",
            "no interruptions",
        ],
        "airplane": ["aeroplane", "flight", "plane", "offline", "airplane mode", "flight mode"],
        "theatre": ["theater", "cinema", "movie", "night", "sleep", "theater mode", "bedtime"],
        "power_saving": [
            "power saver",
            "battery saver",
            "battery saving",
            "low power",
            "power save",
            "saver",
            "eco",
            "energy saving",
        ],
        **{app: called for app, (_, called) in APPS.items()},
    }
    rules = {
        "brightness": "[the|my] (brightness|screen brightness|display brightness|backlight|screen light|display|screen) [level]",
        "pct": "[percent|%|per cent]",
        "mode": "{mode} [mode]",
    }

    async def start(self) -> None:
        await self.device.glance(
            Glance(brightness=await self._brightness(), modes=await self._modes(), battery=self._battery())
        )
        await self.device.after("battery", BATTERY_EVERY, {}, keep=False)

    @action(
        "(what's|what is|how's|how is|how much is|check|show|tell me|show me|give me) [me] [the|my|your] [watch|current|device|watch's] [battery|power] (battery|charge|battery level|battery status|battery percentage|battery life|power level|remaining battery) [left|level|status|now|like]",
        "how much (battery|charge|power|juice|battery life) [is|do i have|do you have|have i got|have you got] [left|remaining]",
        "how (full|charged|empty) is [the|my|your] [watch|battery]",
        "(is|are) [the|my|your] (battery|watch|you) (low|full|charged|charging|empty|dying|running out|running low)",
        "(battery|battery level|battery status|battery life|battery percentage) [please]",
        "(do i|do you) need to (charge|be charged|recharge) [the|my] [watch]",
        "how long (will|does) [the|my|your] battery last",
        "(what's|what is) [the|my|your] battery (at|on)",
        examples=("how much battery is left", "battery level"),
        reads=True,
        purpose="read the battery",
    )
    async def get_battery(self) -> Reply:
        """Say how full the battery is (simulated)."""
        level, charging = self._battery(), bool(self.device.sensor("charging"))
        await self.device.glance(Glance(battery=level))
        lines = ["charging", "simulated"] if charging else ["simulated"]
        card = Card(kind="device", title="Battery", text=f"{level} %", lines=lines, icon="battery", value=level / 100)
        said = f"The simulated battery is at {level} percent{' and charging' if charging else ''}."
        return Reply(said, {"battery": level, "charging": charging, "simulated": True}, card)

    @action(
        "(set|change|put|turn|adjust|make|dim|brighten|bring) <brightness> (to|at|up to|down to) {level} <pct>",
        "(brightness|screen brightness) [to|at] {level} <pct>",
        "(increase|raise|lower|decrease|reduce|turn up|turn down) <brightness> to {level} <pct>",
        "(increase|raise|brighten|turn up|lower|decrease|reduce|dim|turn down) <brightness> by {change} <pct>",
        "(turn|bring) <brightness> (up|down) by {change} <pct>",
        "{level} <pct> brightness",
        Say(
            "(increase|raise|brighten|turn up|boost|bring up) <brightness> [a bit|a little|a little bit|some|please]",
            {"change": STEP},
        ),
        Say("(turn|bring|put) <brightness> up [a bit|a little|a little bit|some|please]", {"change": STEP}),
        Say("make <brightness> [a bit|a little] brighter", {"change": STEP}),
        Say(
            "(brighter|brightness up|more brightness|it's too dark|too dark|the screen is too dark|i can't see the screen|brighten up)",
            {"change": STEP},
        ),
        Say(
            "(decrease|lower|dim|turn down|reduce|bring down) <brightness> [a bit|a little|a little bit|some|please]",
            {"change": -STEP},
        ),
        Say("(turn|bring|put) <brightness> down [a bit|a little|a little bit|some|please]", {"change": -STEP}),
        Say("make <brightness> [a bit|a little] (dimmer|darker|less bright)", {"change": -STEP}),
        Say(
            "(dimmer|darker|brightness down|less brightness|it's too bright|too bright|the screen is too bright|dim it)",
            {"change": -STEP},
        ),
        Say(
            "(set|turn|put|bring) <brightness> [up|all the way up] (to|at) [the] (max|maximum|full|highest|brightest)",
            {"level": 100},
        ),
        Say("(max|maximum|full) brightness", {"level": 100}),
        Say(
            "(set|turn|put|bring) <brightness> [down|all the way down] (to|at) [the] (min|minimum|lowest|dimmest)",
            {"level": 5},
        ),
        Say("(min|minimum|lowest) brightness", {"level": 5}),
        Say("(set|turn|put) <brightness> (to|at) (half|medium|the middle)", {"level": 50}),
        examples=("set the brightness to 60 percent", "make the screen brighter", "dim the screen"),
        purpose="change the brightness",
    )
    async def set_brightness(self, level: Level | None = None, change: LevelChange | None = None) -> Reply:
        """Set how bright the screen is, or change it.

        level: 0 to 100
        change: how much brighter, or darker if negative
        """
        if level is None and change is None:
            raise Refusal("Set the brightness to what?")
        before = await self._brightness()
        now = min(100, max(0, level if level is not None else before + (change or 0)))
        await self._keep_brightness(now)
        card = Card(kind="device", title="Brightness", text=f"{now} %", icon="sun", value=now / 100)
        said = f"Brightness at {now} percent."
        if level is None and now == before:
            said = f"The screen is already as {'bright' if now else 'dark'} as it gets."
        return Reply(said, {"brightness": now}, card, undo={"brightness": before})

    @action(
        Say("(turn|switch|put) on [the|my] <mode>", {"on": True}),
        Say("(turn|switch|put) [the|my] <mode> on", {"on": True}),
        Say("(enable|activate|start|enter|begin|use|engage|set) [the|my] <mode>", {"on": True}),
        Say("(go|switch|change) (into|in|to|in to) <mode>", {"on": True}),
        Say("(set|put|switch) [the|my] (watch|device|phone|screen) (to|in|into|on) <mode>", {"on": True}),
        Say("<mode> [mode] on", {"on": True}),
        Say("(turn|switch) off [the|my] <mode>", {"on": False}),
        Say("(turn|switch) [the|my] <mode> off", {"on": False}),
        Say("(disable|deactivate|stop|leave|exit|end|quit|cancel) [the|my] <mode>", {"on": False}),
        Say("(take|get) [the|my] (watch|device) (out of|off) <mode>", {"on": False}),
        Say("<mode> [mode] off", {"on": False}),
        examples=("turn on do not disturb", "switch airplane mode off"),
        purpose="switch {mode}",
    )
    async def set_mode(self, mode: Mode, on: bool) -> Reply:
        """Turn a mode of the watch on or off.

        mode: which one
        on: true to turn it on
        """
        modes = await self._modes()
        before = mode in modes
        modes = [each for each in MODES if (each in modes and each != mode) or (each == mode and on)]
        await self.device.put("modes", modes)
        await self.device.glance(Glance(modes=modes))
        name = capital(mode.replace("_", " "))
        card = Card(kind="device", title=name, text="on" if on else "off", icon=mode)
        said = f"{name} is {'already ' if before == on else ''}{'on' if on else 'off'}."
        undo = None if before == on else {"mode": mode, "on": before}
        return Reply(said, {"mode": mode, "on": on, "modes": modes}, card, undo=undo)

    @action(
        "(find|locate|ring|ping|buzz|look for|search for|call) [my|the] (phone|mobile|mobile phone|cell phone|cellphone|smartphone|handset)",
        "where [is|did i (put|leave)] [my|the] (phone|mobile|mobile phone|cell phone|cellphone)",
        "where's my (phone|mobile|cell phone)",
        "(i can't find|i lost|i have lost|i've lost|help me find|help me look for|i misplaced) my (phone|mobile|mobile phone|cell phone|cellphone)",
        "make my (phone|mobile) ring",
        "(tell me|do you know|do you remember|can you tell me|show me) where (my (phone|mobile|cell phone|cellphone) is|i (left|put) my (phone|mobile|cell phone|cellphone))",
        "find phone",
        examples=("find my phone", "where is my phone"),
        purpose="find your phone",
    )
    async def find_phone(self) -> Reply:
        """Let the phone ring (a simulated phone: none is paired)."""
        await self.device.put("phone", {"ringing": True, "since": self.device.now().isoformat(timespec="seconds")})
        await self.device.after("phone", _RING_PHONE, {})
        card = Card(kind="device", title="Find phone", text="ringing", lines=["simulated phone"], icon="phone")
        return Reply(
            "Ringing the simulated phone; no real one is paired.",
            {"ringing": True, "simulated": True},
            card,
            undo={"phone": True},
        )

    @action(
        "(open|launch|start|show|go to|bring up|run|switch to|take me to|open up|pull up) [me] [the|my] {name} (app|application|screen|page|tile|widget)",
        "(open|launch|open up) [the|my] {name}",
        "(open|launch|start|run) [the] app {name}",
        examples=("open the weather app", "open settings"),
        purpose="open {name}",
    )
    async def open_app(self, name: App) -> Reply:
        """Open an app of the watch.

        name: which one
        """
        arguments = {"metric": "steps"} if name == "health" else {}
        if name == "settings":  # this skill's own, which it cannot call while it is being waited for
            shown = (await self.device_status()).result
        else:
            shown = await self.device.call(APPS[name][0], **arguments)
        card = Card(kind="notice", title=capital(name), lines=_lines(shown)[:20], icon=name)
        return Reply(f"Here {'is' if name in SINGULAR else 'are'} {name}.", {"app": name, "shown": shown}, card)

    @action(
        "(what's|what is|how's|how is|show|tell me|give me|check) [me] [the|my|your] (device|watch|system) [status|state|info|information|settings]",
        "(device|watch|system) (status|state|info|information)",
        "(what|which) (modes|mode) (are|is) [turned] (on|active|enabled)",
        "(status|status report)",
        "how (is|are) (the watch|you|everything) doing",
        "(what's|what is) the brightness [level|at|set to]",
        "how bright is [the|my] (screen|display|watch)",
        Say("is [the|my] (watch|device) (ok|okay|working|alright|all right)"),
        examples=("device status", "how is the watch doing"),
        reads=True,
        purpose="check the watch",
    )
    async def device_status(self) -> Reply:
        """Say how the watch is: battery (simulated), brightness, volume and modes."""
        battery, brightness, modes = self._battery(), await self._brightness(), await self._modes()
        sound = await self.device.call("get_volume")
        named = [each.replace("_", " ") for each in modes]
        volume = "muted" if sound["muted"] else f"volume {sound['volume']}"
        lines = [f"Battery {battery} % (simulated)", f"Brightness {brightness} %", capital(volume)]
        lines += [capital(each) for each in named]
        modes_said = f" {capital(joined(named))} {'is' if len(named) == 1 else 'are'} on." if named else ""
        said = f"Simulated battery {battery} percent, brightness {brightness}, {volume}.{modes_said}"
        result = {"battery": battery, "brightness": brightness, "modes": modes, **sound, "simulated": ["battery"]}
        return Reply(said, result, Card(kind="device", title="Watch", lines=lines, icon="watch", value=battery / 100))

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        if key == "phone":
            await self.device.put("phone", {"ringing": False})
            return
        await self.device.glance(Glance(battery=self._battery()))
        await self.device.after("battery", BATTERY_EVERY, {}, keep=False)

    async def undo(self, what: Any) -> Reply:
        if "brightness" in what:
            await self._keep_brightness(what["brightness"])
            return Reply(f"Brightness back at {what['brightness']} percent.")
        if "phone" in what:
            await self.device.put("phone", {"ringing": False})
            await self.device.forget("phone")
            return Reply("The simulated phone is silent.")
        return await self.set_mode(what["mode"], what["on"])

    def _battery(self) -> int:
        return round(self.device.sensor("battery"))

    async def _brightness(self) -> int:
        level: int = await self.device.get("brightness", FIRST)
        return level

    async def _keep_brightness(self, level: int) -> None:
        await self.device.put("brightness", level)
        await self.device.glance(Glance(brightness=level))

    async def _modes(self) -> list[str]:
        modes: list[str] = await self.device.get("modes", [])
        return modes


def _lines(result: dict[str, Any]) -> list[str]:
    """What an action answered, as lines of a screen: items of its lists, else its plain values."""
    for value in result.values():
        if isinstance(value, list) and value:
            return [_line(each) for each in value]
    plain = {key: value for key, value in result.items() if isinstance(value, str | int | float) and value != ""}
    return [f"{capital(key.replace('_', ' '))}: {value}" for key, value in plain.items()] or [
        plural(0, "entry", "entries")
    ]


def _line(value: object) -> str:
    if isinstance(value, dict):
        return "  ".join(str(value[key]) for key in ("time", "label", "text", "name", "state") if value.get(key))
    return str(value)
