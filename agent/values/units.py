"""Units of measure and currencies by name: "kilometres" → ``kilometer``, "°F" → ``fahrenheit``, "$" → ``USD``."""

from __future__ import annotations

from collections.abc import Iterator

from .numbers import Words

_UNITS = {
    "millimeter": "mm", "centimeter": "cm", "meter": "m", "kilometer": "km", "inch": "inches in", "foot": "feet ft",
    "yard": "yd", "mile": "mi", "nautical mile": "", "milligram": "mg", "gram": "g", "kilogram": "kg kilo kilos",
    "tonne": "ton tons", "ounce": "oz", "pound": "lb lbs", "stone": "", "milliliter": "ml", "centiliter": "cl",
    "deciliter": "dl", "liter": "l", "teaspoon": "tsp", "tablespoon": "tbsp", "cup": "", "pint": "pt",
    "quart": "qt", "gallon": "gal", "fluid ounce": "", "celsius": "c centigrade", "fahrenheit": "f",
    "kelvin": "k", "second": "sec s", "minute": "min", "hour": "hr h", "day": "", "week": "", "month": "",
    "year": "", "kilometer per hour": "kph kmh", "mile per hour": "mph", "meter per second": "mps",
    "knot": "", "joule": "", "kilojoule": "kj", "calorie": "cal", "kilocalorie": "kcal", "kilowatt hour": "kwh",
    "watt": "", "kilowatt": "kw", "horsepower": "hp", "pascal": "pa", "kilopascal": "kpa", "bar": "", "psi": "",
    "byte": "", "kilobyte": "kb", "megabyte": "mb", "gigabyte": "gb", "terabyte": "tb", "degree": "", "radian": "",
    "acre": "", "hectare": "", "square meter": "", "square foot": "square feet", "square kilometer": "",
    "square mile": "", "cubic meter": "", "light year": "",
}  # fmt: skip
_CURRENCIES = {
    "USD": "dollar dollars $ usd bucks", "EUR": "euro euros € eur", "GBP": "pound pounds £ gbp quid sterling",
    "JPY": "yen ¥ jpy", "CNY": "yuan renminbi cny rmb", "CHF": "franc francs chf", "INR": "rupee rupees rupies inr",
    "CAD": "cad", "AUD": "aud", "SEK": "krona kronor sek", "NOK": "krone kroner nok", "DKK": "dkk",
    "PLN": "zloty zlotys pln", "BRL": "real reais brl", "MXN": "peso pesos mxn", "KRW": "won krw",
    "TRY": "lira liras try", "RUB": "ruble rubles rouble roubles rub", "ZAR": "rand zar",
}  # fmt: skip


def _plural(name: str) -> str:
    head, space, tail = name.partition(" per ")
    return (head if head.endswith(("s", "z")) else head + "s") + space + tail


def _table() -> dict[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for name, aliases in _UNITS.items():
        for words in (name, _plural(name)):
            table[tuple(words.split(" "))] = name
        for alias in (aliases,) if aliases == "square feet" else aliases.split():
            table[tuple(alias.split(" "))] = name
    for degree in ("celsius", "fahrenheit", "centigrade", "c", "f"):
        name = table[(degree,)]
        table[("degrees", degree)] = table[("degree", degree)] = name
    for short, area, volume in (("km", "square kilometer", ""), ("m", "square meter", "cubic meter")):
        for sign, name in (("2", area), ("²", area), ("3", volume), ("³", volume)):
            if name:
                table[(short, sign)] = table[(short + sign,)] = name
    table[("metric", "ton")] = table[("metric", "tons")] = "tonne"
    for short, tail in (("kilometer", "an"), ("mile", "an"), ("meter", "a")):
        unit = "second" if short == "meter" else "hour"
        table[(f"{short}s", tail, unit)] = table[(f"{short}s", "per", unit)] = f"{short} per {unit}"
    return table


_WORDS = _table()
_LONGEST = max(len(words) for words in _WORDS)
_MONEY = {alias: code for code, aliases in _CURRENCIES.items() for alias in aliases.split()}
_MONEY_PAIRS = {
    ("us", "dollars"): "USD", ("us", "dollar"): "USD", ("american", "dollars"): "USD", ("american", "dollar"): "USD",
    ("british", "pounds"): "GBP", ("british", "pound"): "GBP", ("pounds", "sterling"): "GBP",
    ("pound", "sterling"): "GBP", ("canadian", "dollars"): "CAD", ("canadian", "dollar"): "CAD",
    ("australian", "dollars"): "AUD", ("australian", "dollar"): "AUD", ("japanese", "yen"): "JPY",
    ("swiss", "francs"): "CHF", ("indian", "rupees"): "INR", ("indian", "rupee"): "INR",
    ("mexican", "pesos"): "MXN", ("mexican", "peso"): "MXN", ("chinese", "yuan"): "CNY",
}  # fmt: skip


def units(words: Words, at: int) -> Iterator[tuple[int, str]]:
    """Names of units at a word, singular and in American spelling."""
    for length in range(1, min(_LONGEST, len(words) - at) + 1):
        name = _WORDS.get(tuple(words[at : at + length]))
        if name is not None:
            yield at + length, name
    if words[at : at + 1] == ["("] and words[at + 2 : at + 3] == [")"] and (words[at + 1],) in _WORDS:
        yield at + 3, _WORDS[(words[at + 1],)]


def currencies(words: Words, at: int) -> Iterator[tuple[int, str]]:
    """ISO 4217 codes of the currencies at a word."""
    if at < len(words) and words[at] in _MONEY:
        yield at + 1, _MONEY[words[at]]
    spelt = "".join(words[at : at + 3])
    if len(spelt) == 3 and len(words[at : at + 3]) == 3 and spelt in _MONEY:
        yield at + 3, _MONEY[spelt]  # "u s d"
    code = _MONEY_PAIRS.get((words[at], words[at + 1])) if at + 1 < len(words) else None
    if code is not None:
        yield at + 2, code


def unit_names() -> list[str]:
    """All canonical names."""
    return list(_UNITS)
