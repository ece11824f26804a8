"""Currencies: their names, and the reference rates that the European Central Bank publishes on working days.

The rates come as a small XML file; it is read with a bounded pattern, not with an XML parser, because what is wanted
are pairs and the file comes from outside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

HOST = "www.ecb.europa.eu"
URL = f"https://{HOST}/stats/eurofxref/eurofxref-daily.xml"
_PAIR = re.compile(r"currency=['\"]([A-Z]{3})['\"]\s+rate=['\"](\d{1,9}(?:\.\d{1,6})?)['\"]")
_DATE = re.compile(r"time=['\"](\d{4}-\d{2}-\d{2})['\"]")
MAX_RATES = 100

_TABLE = """EUR euro|€; USD dollar|us dollar|american dollar|$|buck; GBP pound|british pound|sterling|quid|£
JPY yen|japanese yen|¥; CHF swiss franc|franc|francs; CAD canadian dollar; AUD australian dollar; NZD new zealand dollar
CNY yuan|renminbi|chinese yuan|rmb; HKD hong kong dollar; SGD singapore dollar; INR rupee|rupees|indian rupee
KRW won|korean won|south korean won; SEK swedish krona|krona|kronor; NOK norwegian krone; DKK danish krone|krone|kroner
PLN zloty|polish zloty|zlotys; CZK czech koruna|koruna; HUF forint|hungarian forint|forints; RON leu|romanian leu|lei
BGN lev|bulgarian lev; TRY lira|turkish lira; ILS shekel|israeli shekel|shekels; ZAR rand|south african rand
BRL real|brazilian real|reais; MXN peso|mexican peso|pesos; THB baht|thai baht; IDR rupiah|indonesian rupiah
MYR ringgit|malaysian ringgit; PHP philippine peso; ISK icelandic krona"""
_PLURALS = {
    "EUR": "euros", "USD": "US dollars", "GBP": "British pounds", "JPY": "yen", "CHF": "Swiss francs",
    "CAD": "Canadian dollars",
    "AUD": "Australian dollars", "NZD": "New Zealand dollars", "CNY": "yuan", "INR": "rupees", "KRW": "won",
    "SEK": "Swedish kronor", "NOK": "Norwegian kroner", "DKK": "Danish kroner", "PLN": "zlotys", "TRY": "Turkish lira",
    "ZAR": "rand", "BRL": "reais", "MXN": "Mexican pesos", "THB": "baht", "HUF": "forints", "ILS": "shekels",
}  # fmt: skip
_names: dict[str, str] = {}


def code_of(said: str) -> str | None:
    """The ISO 4217 code of a currency as people say it; None if it is not known."""
    if not _names:
        for entry in re.split(r";|\n", _TABLE):
            code, _, names = entry.strip().partition(" ")
            for name in [code.lower(), *names.split("|")]:
                _names.setdefault(name, code)
                _names.setdefault(name + "s", code)
    return _names.get(" ".join(said.lower().split()).removeprefix("the "))


_SAME = frozenset(("JPY", "CNY", "KRW", "ZAR", "THB", "TRY"))


def currency_name(code: str, amount: float = 2) -> str:
    """How a currency is said after an amount."""
    many = _PLURALS.get(code, code)
    if amount != 1 or code in _SAME or code not in _PLURALS:
        return many
    return {"SEK": "Swedish krona", "NOK": "Norwegian krone", "DKK": "Danish krone", "BRL": "real"}.get(
        code, many.removesuffix("s")
    )


def read_rates(text: str) -> tuple[str, dict[str, str]] | None:
    """The day and the rates to one euro, as exact text; None if the text is not such a file."""
    day = _DATE.search(text)
    rates = dict(_PAIR.findall(text)[:MAX_RATES])
    return (day[1], rates) if day and "USD" in rates else None


def exchange(amount: Fraction, source: str, target: str, rates: dict[str, str]) -> Fraction | None:
    """The amount in another currency; None if one of them has no rate."""
    from fractions import Fraction

    per_euro = {"EUR": "1", **rates}
    if source not in per_euro or target not in per_euro or Fraction(per_euro[source]) == 0:
        return None
    return amount / Fraction(per_euro[source]) * Fraction(per_euro[target])
