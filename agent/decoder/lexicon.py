"""Closed classes of words that parameters are about, and what their names are called by: colours, currencies, diets …

A parameter is *about* a class by words of its name ("to_currency"); then words of the class are likely its value. These
are lists of the language, not of any tool's.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["CLASSES", "CURRENCIES", "FREQUENCIES", "QUANTITIES", "STATES", "TOPICS", "units_of"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TOPICS = MappingProxyType({
    "place": _set("city location place country town area region state address destination origin venue loc where county "
                  "departure arrival street neighborhood jurisdiction"),
    "date": _set("date day when birthday checkin checkout deadline dob"),
    "time": _set("time hour clock"),
    "year": _set("year season"),
    "month": _set("month"),
    "code": _set("id number code docket reference case isbn zip postal parcel serial flight gene sku ticket"),
    "path": _set("path file url dataset link website site filepath filename page source"),
    "email": _set("email mail"),
    "kind": _set("type kind genre style category mode specialty sector cuisine diet format model method preference form"),
    "expression": _set("function expression equation formula polynomial"),
    "anything": _set("text message body content note notes task query question description prompt comment review sentence "
                     "subject"),
    "colour": _set("color colour colors colours"),
    "currency": _set("currency currencies"),
    "unit": _set("unit units measure measurement measurements"),
    "diet": _set("diet dietary"),
    "gender": _set("gender sex"),
    "sport": _set("sport sports"),
    "language": _set("language languages lang"),
    "cuisine": _set("cuisine cuisines food"),
    "transport": _set("transport transportation vehicle travel mode"),
})  # fmt: skip

CURRENCIES = MappingProxyType({
    "usd": "us dollars|us dollar|u.s. dollars|united states dollar|united states dollars|american dollars|dollars|dollar",
    "eur": "euros|euro", "gbp": "british pounds|british pound|pounds sterling|pound sterling|pounds|sterling",
    "jpy": "japanese yen|yen", "cny": "chinese yuan|yuan|renminbi", "inr": "indian rupees|indian rupee|rupees|rupee",
    "cad": "canadian dollars|canadian dollar", "aud": "australian dollars|australian dollar",
    "nzd": "new zealand dollars|new zealand dollar", "sgd": "singapore dollars|singapore dollar",
    "hkd": "hong kong dollars|hong kong dollar", "chf": "swiss francs|swiss franc|francs", "sek": "swedish krona|swedish kronor",
    "nok": "norwegian krone|norwegian kroner", "dkk": "danish krone|danish kroner", "mxn": "mexican pesos|mexican peso|pesos",
    "brl": "brazilian reais|brazilian real|reais", "krw": "south korean won|korean won|won", "rub": "russian rubles|rubles",
    "try": "turkish lira|lira", "zar": "south african rand|rand", "pln": "polish zloty|zloty", "thb": "thai baht|baht",
    "ils": "israeli shekels|shekels", "btc": "bitcoins|bitcoin", "eth": "ethereum",
})  # fmt: skip
"""Codes of ISO 4217 (and two that people say beside them) with what people call them."""

FREQUENCIES = MappingProxyType({
    "daily": 365, "weekly": 52, "biweekly": 26, "monthly": 12, "quarterly": 4, "semiannually": 2, "semi-annually": 2,
    "half-yearly": 2, "yearly": 1, "annually": 1, "annual": 1,
})  # fmt: skip
"""How often a year something happens that is said to happen so."""
_CITIES = {
    "NY": "new york|new york city|buffalo|brooklyn|manhattan", "CA": "los angeles|san francisco|san diego|san jose|sacramento|oakland|"
    "berkeley|palo alto|fresno|long beach", "IL": "chicago", "TX": "houston|dallas|austin|san antonio|fort worth|el paso",
    "AZ": "phoenix|tucson|mesa", "PA": "philadelphia|pittsburgh", "FL": "miami|orlando|tampa|jacksonville", "WA": "seattle|tacoma",
    "CO": "denver|boulder", "MA": "boston|cambridge", "NV": "las vegas|reno", "OR": "portland", "GA": "atlanta|savannah",
    "MI": "detroit|ann arbor", "MN": "minneapolis", "LA": "new orleans", "TN": "nashville|memphis", "MD": "baltimore",
    "OH": "columbus|cleveland|cincinnati", "NC": "charlotte|raleigh", "IN": "indianapolis", "WI": "milwaukee|madison",
    "MO": "st. louis|kansas city", "UT": "salt lake city", "NM": "albuquerque|santa fe", "HI": "honolulu", "NE": "omaha",
    "OK": "oklahoma city|tulsa", "KY": "louisville", "AK": "anchorage", "VA": "richmond|virginia beach",
}  # fmt: skip
STATES = MappingProxyType({city: state for state, cities in _CITIES.items() for city in cities.split("|")})
"""Large cities of the United States, for parameters that want a city with its state."""

_UNITS = (
    "inch inches feet foot ft yard yards mile miles meter meters metre metres km kilometer kilometers cm centimeter "
    "centimeters mm millimeters gram grams kg kilogram kilograms pound pounds lb lbs ounce ounces oz ton tons liter liters "
    "litre litres gallon gallons cup cups teaspoon teaspoons tsp tablespoon tablespoons tbsp pint pints quart quarts ml "
    "celsius fahrenheit kelvin second seconds minute minutes hour hours day days week weeks month months year years "
    "joule joules watt watts volt volts ohm ohms newton newtons pascal pascals hertz hz km/h mph m/s psi bar acre acres "
    "hectare hectares radians degrees percent metric imperial"
)
CLASSES = MappingProxyType({
    "colour": _set("red orange yellow green blue purple violet pink brown black white grey gray silver gold beige navy teal "
                   "turquoise cyan magenta maroon crimson indigo lavender"),
    "currency": frozenset(CURRENCIES) | frozenset(name for names in CURRENCIES.values() for name in names.split("|")),
    "unit": _set(_UNITS),
    "diet": _set("vegan vegetarian gluten-free keto ketogenic kosher halal paleo pescatarian dairy-free low-carb nut-free "
                 "lactose-free sugar-free"),
    "gender": _set("male female men women man woman boys girls boy girl"),
    "sport": _set("football soccer basketball tennis golf baseball hockey cricket rugby volleyball swimming boxing cycling "
                  "badminton athletics chess skiing handball"),
    "language": _set("english french spanish german italian japanese chinese korean arabic russian portuguese hindi dutch "
                     "swedish polish turkish greek latin danish norwegian finnish hebrew mandarin"),
    "cuisine": _set("italian chinese thai indian mexican japanese french greek korean vietnamese turkish spanish american "
                    "mediterranean sushi seafood lebanese ethiopian brazilian german cuban bbq barbecue"),
    "transport": _set("car train bus plane flight bike bicycle foot ferry taxi tram subway walking driving cycling transit"),
})  # fmt: skip

QUANTITIES = MappingProxyType({
    "s sec secs second seconds ms minute minutes min mins hour hours hr hrs h day days week weeks month months year years "
    "yr yrs night nights": _set("time duration period term age length interval"),
    "m meter meters metre metres km kilometer kilometers kms mile miles ft foot feet cm centimeters mm inch inches yards "
    "yard in": _set("distance length height width radius depth altitude displacement thickness diameter base side size "
                    "wavelength elevation"),
    "kg kilogram kilograms g gram grams lb lbs pound pounds ton tons kgs": _set("mass weight"),
    "m/s km/h mph kph meters/second km/hr": _set("velocity speed"),
    "m/s^2 m/s2 meters/second^2 m/s²": _set("acceleration gravity"),
    "degree degrees celsius fahrenheit kelvin °c °f c f k": _set("temperature angle temp"),
    "j joule joules kj": _set("energy heat work"), "w watt watts kw": _set("power"), "v volt volts": _set("voltage potential"),
    "ohm ohms": _set("resistance"), "a amp amps ampere amperes": _set("current"), "n newton newtons": _set("force"),
    "pa pascal pascals atm psi bar kpa": _set("pressure"), "hz hertz khz mhz": _set("frequency"),
    "l liter liters litre litres gallon gallons ml": _set("volume capacity"), "mol moles": _set("moles"),
    "c coulomb coulombs": _set("charge"), "people persons guests adults": _set("people guests party persons size"),
    "$ dollar dollars usd euros eur": _set("price cost amount investment principal budget salary value income fee deposit "
                                           "money balance revenue payment loan present invested expenses profit wage"),
    "% percent": _set("rate percent percentage interest discount yield return probability ratio growth tax annual"),
})  # fmt: skip
"""By units, what they measure."""


def units_of() -> dict[str, frozenset[str]]:
    """Each unit with the words of what it measures."""
    return {unit: measured for units, measured in QUANTITIES.items() for unit in units.split()}
