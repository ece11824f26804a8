"""The data sources of the format: their names, the type of what they give, and the version they came with."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..problem import VERSIONS
from .value import Type


class Source(NamedTuple):
    """A source: ``since`` is the first version that has it."""

    type: Type
    since: int = 1


def _each(names: str, type_: Type, since: int = 1) -> dict[str, Source]:
    return {name: Source(type_, since) for name in names.split()}


SOURCES: dict[str, Source] = {
    # time
    **_each(
        """UTC_TIMESTAMP MILLISECOND SECOND SECOND_MILLISECOND SECONDS_IN_DAY MINUTE MINUTE_SECOND HOUR_0_11
        HOUR_0_11_MINUTE HOUR_1_12 HOUR_1_12_MINUTE HOUR_0_23 HOUR_0_23_MINUTE HOUR_1_24 HOUR_1_24_MINUTE DAY DAY_HOUR
        DAY_0_30 DAY_0_30_HOUR DAY_OF_YEAR DAY_OF_WEEK DAYS_IN_MONTH MONTH MONTH_DAY MONTH_0_11 MONTH_0_11_DAY YEAR
        YEAR_MONTH YEAR_MONTH_DAY WEEK_IN_MONTH WEEK_IN_YEAR TIMEZONE_OFFSET TIMEZONE_OFFSET_DST AMPM_STATE
        AMPM_POSITION""",
        Type.NUMBER,
    ),
    **_each("IS_24_HOUR_MODE IS_DAYLIGHT_SAVING_TIME", Type.BOOLEAN),
    **_each(
        """SECOND_Z MINUTE_Z HOUR_0_11_Z HOUR_1_12_Z HOUR_0_23_Z HOUR_1_24_Z DAY_Z MONTH_Z MONTH_F MONTH_S YEAR_S
        DAY_OF_WEEK_F DAY_OF_WEEK_S TIMEZONE TIMEZONE_ABB TIMEZONE_ID AMPM_STRING AMPM_STRING_ENG AMPM_STRING_SHORT""",
        Type.TEXT,
    ),
    **_each("FIRST_DAY_OF_WEEK", Type.NUMBER, 2),
    **_each(
        """SECOND_TENS_DIGIT SECOND_UNITS_DIGIT MINUTE_TENS_DIGIT MINUTE_UNITS_DIGIT HOUR_TENS_DIGIT
        HOUR_UNITS_DIGIT""",
        Type.NUMBER,
        2,
    ),
    **_each(
        """SECONDS_SINCE_EPOCH MINUTES_SINCE_EPOCH HOURS_SINCE_EPOCH TIMEZONE_OFFSET_MINUTES
        TIMEZONE_OFFSET_MINUTES_DST""",
        Type.NUMBER,
        3,
    ),
    # the device
    **_each("LANGUAGE_CODE LANGUAGE_COUNTRY_CODE LANGUAGE_LOCALE_NAME LANGUAGE_TEXT_DIRECTION", Type.TEXT),
    **_each("BATTERY_PERCENT BATTERY_TEMPERATURE_CELSIUS BATTERY_TEMPERATURE_FAHRENHEIT", Type.NUMBER),
    **_each("BATTERY_CHARGING_STATUS BATTERY_IS_LOW", Type.BOOLEAN),
    **_each("MOON_PHASE_POSITION MOON_PHASE_TYPE", Type.NUMBER),
    **_each("MOON_PHASE_TYPE_STRING", Type.TEXT),
    **_each("ACCELEROMETER_IS_SUPPORTED", Type.BOOLEAN),
    **_each(
        """ACCELEROMETER_X ACCELEROMETER_Y ACCELEROMETER_Z ACCELEROMETER_ANGLE_X ACCELEROMETER_ANGLE_Y
        ACCELEROMETER_ANGLE_Z ACCELEROMETER_ANGLE_XY""",
        Type.NUMBER,
    ),
    **_each("STEP_COUNT STEP_GOAL STEP_PERCENT HEART_RATE UNREAD_NOTIFICATION_COUNT", Type.NUMBER),
    **_each("HEART_RATE_Z", Type.TEXT),
    **_each("STATE.IS_AMBIENT STATE.IS_DEVICE_LOCKED", Type.BOOLEAN),
    # the value of a running animation, inside the Transform that has it
    **_each("ANIMATION_VALUE", Type.NUMBER),
    # weather
    **_each("WEATHER.IS_AVAILABLE WEATHER.IS_ERROR WEATHER.IS_DAY", Type.BOOLEAN, 2),
    **_each(
        """WEATHER.CONDITION WEATHER.TEMPERATURE WEATHER.TEMPERATURE_UNIT WEATHER.TEMPERATURE_LOW
        WEATHER.TEMPERATURE_HIGH WEATHER.DAY_TEMPERATURE_LOW WEATHER.DAY_TEMPERATURE_HIGH
        WEATHER.CHANCE_OF_PRECIPITATION WEATHER.UV_INDEX WEATHER.LAST_UPDATED WEATHER.HOURS.#.CONDITION
        WEATHER.HOURS.#.TEMPERATURE WEATHER.HOURS.#.UV_INDEX WEATHER.DAYS.#.CONDITION_DAY WEATHER.DAYS.#.CONDITION_NIGHT
        WEATHER.DAYS.#.TEMPERATURE_LOW WEATHER.DAYS.#.TEMPERATURE_HIGH WEATHER.DAYS.#.CHANCE_OF_PRECIPITATION
        WEATHER.DAYS.#.CHANCE_OF_PRECIPITATION_NIGHT WEATHER.DAYS.#.UV_INDEX""",
        Type.NUMBER,
        2,
    ),
    **_each("WEATHER.HOURS.#.IS_AVAILABLE WEATHER.HOURS.#.IS_DAY WEATHER.DAYS.#.IS_AVAILABLE", Type.BOOLEAN, 2),
    **_each(
        """WEATHER.CONDITION_NAME WEATHER.HOURS.#.CONDITION_NAME WEATHER.DAYS.#.CONDITION_DAY_NAME
        WEATHER.DAYS.#.CONDITION_NIGHT_NAME""",
        Type.TEXT,
        2,
    ),
    # a complication's data, inside a ComplicationSlot
    **_each("COMPLICATION.TEXT COMPLICATION.TITLE", Type.TEXT),
    **_each(
        """COMPLICATION.MONOCHROMATIC_IMAGE COMPLICATION.MONOCHROMATIC_IMAGE_AMBIENT COMPLICATION.SMALL_IMAGE
        COMPLICATION.SMALL_IMAGE_AMBIENT COMPLICATION.PHOTO_IMAGE""",
        Type.IMAGE,
    ),
    **_each(
        """COMPLICATION.RANGED_VALUE_MIN COMPLICATION.RANGED_VALUE_MAX COMPLICATION.RANGED_VALUE_VALUE""",
        Type.NUMBER,
    ),
    **_each("COMPLICATION.RANGED_VALUE_COLORS", Type.COLOURS, 2),
    **_each("COMPLICATION.RANGED_VALUE_COLORS_INTERPOLATE", Type.BOOLEAN, 2),
    **_each("COMPLICATION.GOAL_PROGRESS_VALUE COMPLICATION.GOAL_PROGRESS_TARGET_VALUE", Type.NUMBER, 2),
    **_each("COMPLICATION.GOAL_PROGRESS_COLORS", Type.COLOURS, 2),
    **_each("COMPLICATION.GOAL_PROGRESS_COLORS_INTERPOLATE", Type.BOOLEAN, 2),
    **_each("COMPLICATION.WEIGHTED_ELEMENTS_COLORS", Type.COLOURS, 2),
    **_each("COMPLICATION.WEIGHTED_ELEMENTS_WEIGHTS", Type.NUMBERS, 2),
    **_each("COMPLICATION.WEIGHTED_ELEMENTS_BACKGROUND_COLOR", Type.COLOUR, 2),
}
"""Every source; ``#`` stands for an index."""

OPEN = ("CONFIGURATION.", "REFERENCE.")
"""Spaces whose names the face itself declares."""

_INDEX = re.compile(r"(?<=\.)\d+(?=\.|$)")
MOST_HOURS = 8
MOST_DAYS = 5


def find(name: str) -> Source | None:
    """The source of a name (without brackets), or None if no version has it."""
    if name.startswith(OPEN):
        return Source(Type.ANY, 4 if name.startswith("REFERENCE.") else 1)
    return SOURCES.get(_INDEX.sub("#", name))


def versions_of(name: str) -> frozenset[int]:
    """The versions that have a source; all for an unknown one, which is then a matter for advice."""
    source = find(name)
    return VERSIONS if source is None else frozenset(v for v in VERSIONS if v >= source.since)
