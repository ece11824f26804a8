"""Weather from Open-Meteo. The last answer is kept and, without a network, given with its age ("offline, from 14:05");
with none kept the watch says that it has none. Nothing is made up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from ...kernel.errors import ServiceFault
from .. import meteo
from ..contract import Card, Glance, Place, Refusal, Reply, Say, Skill, When, action
from ..forecast_speech import ForecastSpeech
from ..localtime import zone_name
from ..meteo import Forecast, Spot, View, words_of
from ..places import place_name
from ..sky import sky_view
from ..speech import clock, relative_day

FRESH = timedelta(minutes=30)
MAX_KEPT = 12
"""Places whose forecast is kept."""
HOME = "home"
"""The row of the place that the owner said."""
What = Literal["rain", "snow", "temperature", "wind", "humidity", "sun", "uv"]


class Weather(Skill):
    """Weather and forecasts, from Open-Meteo; the last one is kept for when there is no network."""

    name = "weather"
    grants = ("store", "screen", f"network:{meteo.FORECAST_HOST}", f"network:{meteo.GEOCODING_HOST}")
    words = {
        "rain": ["raining", "rainy", "wet", "shower", "showers", "an umbrella", "umbrella", "precipitation", "drizzle"],
        "snow": ["snowing", "snowy", "snowfall"],
        "temperature": [
            "cold",
            "hot",
            "warm",
            "freezing",
            "chilly",
            "cool",
            "degrees",
            "the temperature",
            "jacket",
            "a jacket",
            "coat",
            "a coat",
            "sweater",
            "a sweater",
            "gloves",
        ],
        "wind": ["windy", "wind speed", "stormy", "breezy", "a storm"],
        "humidity": ["humid", "muggy"],
        "sun": ["sunny", "sunrise", "sunset", "sunshine", "clear", "daylight"],
        "uv": ["uv index", "u v", "sunscreen", "sun cream"],
    }
    options = {
        "place": 'your home, for weather without a place, such as "Berlin"; what you say ("my home is in Berlin") goes before it',
        "units": '"metric" (default) or "imperial"',
    }
    rules = {
        "weather": "(weather|forecast|weather forecast|weather report|conditions|weather conditions)",
        "ask": "(what is|what's|whats|how is|how's|hows|what will|what does|tell me|show me|show|give me|check|get|get me|look up|read|i want|any|find|i need|i need to know|ask for|let me know|confirm|how will)",
        "is": "(is it|is it going to|is it gonna|will it|will there|will there be|is there|is there going to be|does it look like|do you think it will|are we expecting|will we have|might it|could it|should i expect|is it supposed to)",
        "in": "(in|for|at|over|around|near)",
    }

    async def start(self) -> None:
        kept = await self._kept(await self._home())
        if kept is not None:
            await self._show(meteo.view_now(kept[1]), *kept)

    @action(
        "<ask> [me] [the] [current|local] <weather> [be] [like] [outside|now|right now|please|look like]",
        "<ask> [me] [the] [current|local] <weather> [be] [like] [look like] <in> {place}",
        "<ask> [me] [the] <weather> [be] [like] [look like] [for|on] {when}",
        "<ask> [me] {when} <weather>",
        "<ask> [me] [the] <weather> [be] [like] [for|on] {when} <in> {place}",
        "<ask> [me] [the] <weather> [be] [like] <in> {place} [for|on] {when}",
        "<ask> [me] [the] {place} <weather> [[for|on] {when}]",
        "<weather> [please|today|update]",
        "<weather> <in> {place} [[for|on] {when}]",
        "<weather> [for|on] {when} [<in> {place}]",
        "<is> [be] {what} [today|outside|now|soon|later]",
        "<is> [be] {what} [on] {when} [<in> {place}]",
        "<is> [be] {what} <in> {place} [[on] {when}]",
        "how {what} (is it|will it be|is it going to be) [outside|now|today]",
        "how {what} (is it|will it be|is it going to be) <in> {place} [[on] {when}]",
        "how {what} (is it|will it be|is it going to be) [on] {when} [<in> {place}]",
        "(do i|will i|should i) (need|take|bring|wear|want) [my] {what} [outside]",
        "(do i|will i|should i) (need|take|bring|wear|want) [my] {what} [on] {when} [<in> {place}]",
        "(what is|what's|how is|tell me|show me|how high is|how strong is) [the] {what} [like] [outside|now|today|level|speed]",
        "(what is|what's|how is|tell me|show me|how high is|how strong is) [the] {what} [like] <in> {place} [[on] {when}]",
        "(what is|what's|what will) [the] {what} [be] [like] [on] {when} [<in> {place}]",
        "(should i|do i need to|do i have to|will i need to|will i have to|should we|do we need to) (wear|bring|take|carry|put on) [a|an|my|the] {what} [on] [{when}] [<in> {place}]",
        "(any|are there any|is there any|is there a|what is the|what are the) (sign|signs|chance|chances|likelihood) of {what} [on] [{when}] [<in> {place}]",
        "is it [currently|still] {what} [right now|now|outside] [<in> {place}]",
        "how much {what} (will there be|will we get|are we getting|is expected) [{when}] [<in> {place}]",
        "(will|is|how will) the weather [be|going to be] [bad|good|nice|fine|okay] [{when}] [<in> {place}]",
        "(how is|how's|what is|what's) (it|the climate|it like) (outside|here|out there) [{when}]",
        "how (does it feel|is it) (outside|out there)",
        "(what is|what's|tell me|give me) {when} weather [like] [<in> {place}]",
        "status of [the] weather",
        "<ask> [me] {when} <weather> <in> {place}",
        "{when} <weather> [<in> {place}]",
        "(what|how) will be the weather [like] [on|for|at|in] [{when}] [<in> {place}]",
        Say(
            "(what|how) will be the [highest|lowest|high|low] temperature [like] [on|for|at|in] [{when}] [<in> {place}]",
            {"what": "temperature"},
        ),
        "(what|how) (is|will|are) the weather [be] (supposed|going|expected) to be [like] [on] [{when}] [<in> {place}]",
        "on {when} (what|how) (is|will) the weather [be] [supposed to be] [like]",
        "<weather> (of|for) [the] {when}",
        Say("how many degrees (is it|are there) [outside|now]", {"what": "temperature"}),
        Say("how many degrees (is it|are there) <in> {place}", {"what": "temperature"}),
        Say("what temperature (is it|will it be) [outside|now]", {"what": "temperature"}),
        Say("what temperature (is it|will it be) (in|for|at) {place}", {"what": "temperature"}),
        Say(
            "(when|what time) (is|does|will|was) [the] (sunrise|sunset|sun set|sun rise|sun come up|sun go down) [be] [today]",
            {"what": "sun"},
        ),
        Say(
            "(when|what time) (is|does|will) [the] (sunrise|sunset|sun set|sun rise|sun go down) [be] [on] {when}",
            {"what": "sun"},
        ),
        Say(
            "(when|what time) (is|does|will) [the] (sunrise|sunset|sun set|sun rise|sun go down) [be] (in|at) {place}",
            {"what": "sun"},
        ),
        Say("(do|will|should) i need to dress [up] warm [today|outside]", {"what": "temperature"}),
        Say("(do|will|should) i need to dress [up] warm {when}", {"what": "temperature"}),
        "(is it|will it be) (nice|good weather|fine|bad weather|cloudy|foggy) [outside|today]",
        "(is it|will it be) (nice|good weather|fine|bad weather|cloudy|foggy) [on] {when} [<in> {place}]",
        examples=("what is the weather like", "will it rain tomorrow in london", "what is the temperature outside"),
        reads=True,
        purpose="get the weather[ for {place}]",
    )
    async def get_weather(
        self, place: Place | None = None, when: When | None = None, what: What | None = None
    ) -> Reply:
        """Say the weather now, or of a coming day or hour.

        place: where; the home place if not given
        when: a day or a moment; now if not given
        what: one thing of it
        """
        spot, forecast, made = await self._forecast(place or await self._home())
        now = self.device.now()
        view, title = _view(forecast, when, made if made is not None else now)
        if view is None:
            raise Refusal(f"I have no forecast for {spot.name} {self._speech.day(when, now)}.")
        label = "" if made is None else _label(made, now)
        said = self._speech.said(view, what, spot.name, when, now)
        card = Card(
            kind="weather",
            title=spot.name,
            text=f"{title}{', ' if title else ''}{words_of(view.code)}",
            lines=[*self._speech.lines(view), *([label] if label else [])],
            icon=_icon(view.code),
        )
        if when is None and place is None:
            await self._show(view, spot, forecast, made)
        result = {
            "place": spot.name, "when": when or "", "what": what or "", "description": words_of(view.code),
            **{key: value for key, value in meteo.plain(view).items() if value not in (None, "")},
            "offline": made is not None,
        }  # fmt: skip
        return Reply(f"{said}{f' ({label})' if label else ''}.", result, card)

    @action(
        "(my home|my house|home|my home town|my hometown|my home city) is [in] {place}",
        "(set|change) (my|the|our) (location|home|home place|home town|home city|weather place|place) to {place}",
        "(use|take) {place} (as my home|as my location|for the weather)",
        examples=("my home is in Berlin", "set my location to Oslo"),
        purpose="set your home to {place}",
    )
    async def set_home_place(self, place: Place) -> Reply:
        """Remember where the owner is at home; weather asked for without a place is that of this one.

        place: a town or city
        """
        before = await self.device.get(HOME)
        name = place_name(place)
        await self.device.put(HOME, name)
        card = Card(kind="weather", title="Home", text=name, icon="weather")
        return Reply(f"Your home is {name} now.", {"place": name}, card, undo={"home": before})

    async def undo(self, what: Any) -> Reply:
        await self.device.put(HOME, what["home"])
        return Reply(f"Your home is {what['home']} again." if what["home"] else "I have forgotten your home.")

    # where from

    @property
    def _speech(self) -> ForecastSpeech:
        return ForecastSpeech(imperial=self.device.settings.get("units") == "imperial")

    async def _home(self) -> str:
        """What the owner said, else the place of the settings, else the city the watch's zone is named after."""
        place = await self.device.get(HOME) or self.device.settings.get("place")
        if isinstance(place, str) and place:
            return place
        city = zone_name(self.device.now().tzinfo).rpartition("/")[2].replace("_", " ")  # type: ignore[arg-type]
        return "" if city in ("UTC", "GMT", "Etc") or not city.replace(" ", "").isalpha() else city

    async def _forecast(self, place: str) -> tuple[Spot, Forecast, datetime | None]:
        """Spot, forecast, and when it was made if it is an old one because there is no network."""
        if not place:
            raise Refusal("I don't know where you are. Say where, for example: my home is in Berlin.")
        now = self.device.now()
        kept = await self._kept(place)
        if kept is not None and timedelta() <= now - kept[2] < FRESH:
            return kept[0], kept[1], None
        try:
            spot = kept[0] if kept is not None else meteo.read_spot(await self.device.fetch(meteo.spot_url(place)))
            if spot is None:
                raise Refusal(f"I know no place called {place_name(place)}.")
            fresh = meteo.read_forecast(await self.device.fetch(meteo.forecast_url(spot)))
        except (ServiceFault, ValueError) as error:
            if kept is None:
                why = (
                    "can't reach the weather service"
                    if isinstance(error, ServiceFault)
                    else "don't understand the weather service"
                )
                raise Refusal(f"I {why}, and I have no earlier forecast for {place_name(place)}.") from None
            return kept
        await self._keep(place, spot, fresh, now)
        return spot, fresh, None

    async def _kept(self, place: str) -> tuple[Spot, Forecast, datetime] | None:
        row = await self.device.get(_key(place)) if place else None
        if row is None:
            return None
        try:
            return (
                msgspec.convert(row["spot"], Spot),
                msgspec.convert(row["forecast"], Forecast),
                datetime.fromisoformat(row["at"]),
            )
        except (msgspec.ValidationError, KeyError, ValueError):  # written by another version
            return None

    async def _keep(self, place: str, spot: Spot, forecast: Forecast, now: datetime) -> None:
        rows = await self.device.scan("place/")
        oldest = sorted(rows, key=lambda key: str(rows[key]["at"]))
        for key in oldest[: max(0, len(rows) - MAX_KEPT + 1)]:
            if key != _key(place):
                await self.device.put(key, None)
        row = {"spot": meteo.plain(spot), "forecast": meteo.plain(forecast), "at": now.isoformat(timespec="seconds")}
        await self.device.put(_key(place), row)

    async def _show(self, view: View, spot: Spot, forecast: Forecast, made: datetime | None) -> None:
        if view.temperature is None:
            return
        line = f"{self._speech.degrees(view.temperature)} {words_of(view.code)}"
        sky = sky_view(forecast, spot.timezone, made if made is not None else self.device.now())
        imperial = self.device.settings.get("units") == "imperial"
        await self.device.glance(Glance(weather=line, sky=msgspec.structs.replace(sky, fahrenheit=imperial)))


def _key(place: str) -> str:
    return "place/" + " ".join(place.lower().split())[:80]


def _view(forecast: Forecast, when: str | None, now: datetime) -> tuple[View | None, str]:
    """What of the forecast is meant; an old forecast's ``now`` is the hour it is by now."""
    if when is None:
        return meteo.view_now(forecast), ""
    day = date.fromisoformat(when[:10])
    if "T" in when:
        return meteo.view_hour(forecast, datetime.fromisoformat(when)), clock(datetime.fromisoformat(when))
    if day == now.date():
        return meteo.view_day(forecast, day), "today"
    return meteo.view_day(forecast, day), relative_day(day, now.date()).removeprefix("on ")


def _label(made: datetime, now: datetime) -> str:
    day = "" if made.date() == now.date() else f" {relative_day(made.date(), now.date())}"
    return f"offline, from {clock(made)}{day}"


def _icon(code: int) -> str:
    if code <= 1:
        return "sun"
    if code <= 48:
        return "cloud"
    if 71 <= code <= 77 or code in (85, 86):
        return "snow"
    return "storm" if code >= 95 else "rain"
