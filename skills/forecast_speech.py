"""How a forecast is said and shown: one sentence, a few lines, in the owner's units.

Open-Meteo answers in degrees Celsius and kilometres an hour; ``imperial`` says Fahrenheit and miles instead. A value
that the forecast does not have is left out or said to be unknown, never guessed.
"""

from __future__ import annotations

from datetime import date, datetime

from .meteo import View, words_of
from .speech import capital, part_of_day, relative_day, spoken_clock


class ForecastSpeech:
    """Words for the weather of a moment."""

    def __init__(self, *, imperial: bool = False) -> None:
        self.imperial = imperial

    def degrees(self, celsius: float | None) -> str:
        """``9°``, ``?`` where the forecast does not say."""
        if celsius is None:
            return "?"
        return f"{round(celsius * 9 / 5 + 32 if self.imperial else celsius)}°"

    def _number(self, celsius: float | None) -> str:
        """``minus 3``"""
        return self.degrees(celsius).rstrip("°").replace("-", "minus ")

    def _warmth(self, celsius: float | None) -> str:
        shown = self._number(celsius)
        return f"{shown} degree{'' if shown in ('1', 'minus 1') else 's'}"

    def _speed(self, kmh: float | None) -> str:
        if kmh is None:
            return "unknown"
        return f"{round(kmh / 1.609344)} miles an hour" if self.imperial else f"{round(kmh)} kilometres an hour"

    def day(self, when: str | None, now: datetime) -> str:
        """``now``, ``tomorrow``, ``on Friday afternoon at 3:00 PM``."""
        if when is None:
            return "now"
        day = relative_day(date.fromisoformat(when[:10]), now.date())
        if "T" not in when:
            return day
        moment = datetime.fromisoformat(when)
        return (
            f"{day} at {spoken_clock(moment)}"
            if moment.minute
            else f"{day} {part_of_day(moment)} at {spoken_clock(moment)}"
        )

    def said(self, view: View, what: str | None, place: str, when: str | None, now: datetime) -> str:
        """One sentence, without its full stop."""
        where = f"in {place}"
        time = "" if when is None else f" {self.day(when, now)}"
        if what is not None:
            return self._one_thing(view, what, where, time)
        sky = words_of(view.code)
        rain = f", {round(view.rain_chance)} percent chance of rain" if view.rain_chance else ""
        if view.temperature is not None and when is None:
            high = f", up to {self._warmth(view.high)} today" if view.high is not None else ""
            return f"It's {self._warmth(view.temperature)} and {sky} {where}{high}{rain}"
        if view.temperature is not None:
            return f"{capital(time.strip())} {where}: {sky}, {self._warmth(view.temperature)}{rain}"
        return f"{capital(time.strip())} {where}: {sky}, {self._number(view.low)} to {self._warmth(view.high)}{rain}"

    def _one_thing(self, view: View, what: str, where: str, time: str) -> str:
        if what == "rain":
            chance = round(view.rain_chance or 0)
            likely = "No rain expected" if chance < 15 else "Rain is possible" if chance < 50 else "Yes, expect rain"
            return f"{likely} {where}{time}, {chance} percent chance"
        if what == "snow":
            return (
                f"Expect snow {where}{time}, {view.snow_cm:g} centimetres"
                if view.snow_cm
                else f"No snow expected {where}{time}"
            )
        if what == "temperature":
            if view.temperature is None:
                return f"Between {self._number(view.low)} and {self._warmth(view.high)} {where}{time}"
            feels = f", feels like {self._number(view.feels)}" if view.feels is not None else ""
            return f"{capital(self._warmth(view.temperature))} {where}{time}{feels}"
        if what == "wind":
            return f"Wind {'up to ' if view.temperature is None else 'at '}{self._speed(view.wind)} {where}{time}"
        if what == "humidity":
            return (
                f"Humidity {round(view.humidity)} percent {where}{time}"
                if view.humidity is not None
                else f"I only know the humidity by the hour {where}"
            )
        if what == "uv":
            return (
                f"UV index {view.uv:.0f} {where}{time}" if view.uv is not None else f"I have no UV index {where}{time}"
            )
        rise, sets = (spoken_clock(datetime.fromisoformat(each)) for each in (view.sunrise, view.sunset))
        return f"{capital(words_of(view.code))} {where}{time}, sunrise at {rise}, sunset at {sets}"

    def lines(self, view: View) -> list[str]:
        """The card's lines."""
        lines = [f"{self.degrees(view.low)} / {self.degrees(view.high)}"]
        if view.temperature is not None:
            lines.insert(0, self.degrees(view.temperature))
        if view.rain_chance is not None:
            lines.append(f"Rain {round(view.rain_chance)} %")
        if view.wind is not None:
            lines.append(
                f"Wind {round(view.wind / 1.609344)} mph" if self.imperial else f"Wind {round(view.wind)} km/h"
            )
        return lines
