"""Closed classes of words that parameters are about, and what their names are called by: colours, currencies, diets …

A parameter is *about* a class by words of its name ("to_currency"); then words of the class are likely its value. These
are lists of the language, not of any tool's. Each is written as a table: a name, a mark, words; a line that is indented
goes on with the one before.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = [
    "BY", "CLASSES", "CURRENCIES", "FREQUENCIES", "FROM", "LEADING", "LITTLE", "NARROWER", "POINTING", "QUANTITIES",
    "STATES", "TO", "TOPICS", "VERBS", "WIDER",
]  # fmt: skip


def _rows(text: str, mark: str) -> dict[str, str]:
    """The words of each name of a table."""
    rows: dict[str, str] = {}
    name = ""
    for line in text.strip("\n").splitlines():
        if line.startswith("    "):
            rows[name] += f" {line.strip()}"
        else:
            name, _, rest = line.partition(mark)
            rows[name.strip()] = rest.strip()
            name = name.strip()
    return rows


def _classes(text: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in _rows(text, ":").items()}


def _named(text: str) -> dict[str, str]:
    """By each of the names that stand after a mark, with bars between them, what stands before it."""
    rows = _rows(text, ":").items()
    return {each.strip(): name for name, names in rows for each in names.split("|") if each.strip()}


TOPICS = MappingProxyType(
    _classes("""
place: city location place country town area region state address destination origin venue loc where county departure
    arrival street neighborhood jurisdiction
date: date day when birthday checkin checkout deadline dob
time: time hour clock
year: year season
month: month
code: id number code docket reference case isbn zip postal parcel serial flight gene sku ticket
path: path file url dataset link website site filepath filename page source
email: email mail
kind: type kind genre style category mode specialty sector cuisine diet format model method preference form
expression: function expression equation formula polynomial
anything: text message body content note notes task query question description prompt comment review sentence subject
colour: color colour colors colours
currency: currency currencies
unit: unit units measure measurement measurements
diet: diet dietary
gender: gender sex
sport: sport sports
language: language languages lang
cuisine: cuisine cuisines food
transport: transport transportation vehicle travel mode
""")
)
"""By what a parameter is about, the words of its name that say so."""

CURRENCIES = MappingProxyType(
    _named("""
usd: us dollars|us dollar|u.s. dollars|united states dollar|united states dollars|american dollars|dollars|dollar
eur: euros|euro
gbp: british pounds|british pound|pounds sterling|pound sterling|pounds|sterling
jpy: japanese yen|yen
cny: chinese yuan|yuan|renminbi
inr: indian rupees|indian rupee|rupees|rupee
cad: canadian dollars|canadian dollar
aud: australian dollars|australian dollar
nzd: new zealand dollars|new zealand dollar
sgd: singapore dollars|singapore dollar
hkd: hong kong dollars|hong kong dollar
chf: swiss francs|swiss franc|francs
sek: swedish krona|swedish kronor
nok: norwegian krone|norwegian kroner
dkk: danish krone|danish kroner
mxn: mexican pesos|mexican peso|pesos
brl: brazilian reais|brazilian real|reais
krw: south korean won|korean won|won
rub: russian rubles|rubles
try: turkish lira|lira
zar: south african rand|rand
pln: polish zloty|zloty
thb: thai baht|baht
ils: israeli shekels|shekels
btc: bitcoins|bitcoin
eth: ethereum
""")
)
"""What people call a currency, with its code of ISO 4217 (and two that people say beside them)."""

STATES = MappingProxyType(
    _named("""
NY: new york|new york city|buffalo|brooklyn|manhattan
CA: los angeles|san francisco|san diego|san jose|sacramento|oakland|berkeley|palo alto|fresno|long beach
IL: chicago
TX: houston|dallas|austin|san antonio|fort worth|el paso
AZ: phoenix|tucson|mesa
PA: philadelphia|pittsburgh
FL: miami|orlando|tampa|jacksonville
WA: seattle|tacoma
CO: denver|boulder
MA: boston|cambridge
NV: las vegas|reno
OR: portland
GA: atlanta|savannah
MI: detroit|ann arbor
MN: minneapolis
LA: new orleans
TN: nashville|memphis
MD: baltimore
OH: columbus|cleveland|cincinnati
NC: charlotte|raleigh
IN: indianapolis
WI: milwaukee|madison
MO: st. louis|kansas city
UT: salt lake city
NM: albuquerque|santa fe
HI: honolulu
NE: omaha
OK: oklahoma city|tulsa
KY: louisville
AK: anchorage
VA: richmond|virginia beach
""")
)
"""Large cities of the United States with their states, for parameters that want a city with its state."""

CLASSES = MappingProxyType(
    _classes("""
colour: red orange yellow green blue purple violet pink brown black white grey gray silver gold beige navy teal
    turquoise cyan magenta maroon crimson indigo lavender
unit: inch inches feet foot ft yard yards mile miles meter meters metre metres km kilometer kilometers cm centimeter
    centimeters mm millimeters gram grams kg kilogram kilograms pound pounds lb lbs ounce ounces oz ton tons liter
    liters litre litres gallon gallons cup cups teaspoon teaspoons tsp tablespoon tablespoons tbsp pint pints quart
    quarts ml celsius fahrenheit kelvin second seconds minute minutes hour hours day days week weeks month months year
    years joule joules watt watts volt volts ohm ohms newton newtons pascal pascals hertz hz km/h mph m/s psi bar acre
    acres hectare hectares radians degrees percent metric imperial
diet: vegan vegetarian gluten-free keto ketogenic kosher halal paleo pescatarian dairy-free low-carb nut-free
    lactose-free sugar-free
gender: male female men women man woman boys girls boy girl
sport: football soccer basketball tennis golf baseball hockey cricket rugby volleyball swimming boxing cycling
    badminton athletics chess skiing handball
language: english french spanish german italian japanese chinese korean arabic russian portuguese hindi dutch swedish
    polish turkish greek latin danish norwegian finnish hebrew mandarin
cuisine: italian chinese thai indian mexican japanese french greek korean vietnamese turkish spanish american
    mediterranean sushi seafood lebanese ethiopian brazilian german cuban bbq barbecue
transport: car train bus plane flight bike bicycle foot ferry taxi tram subway walking driving cycling transit
""")
    | {"currency": frozenset(CURRENCIES) | frozenset(CURRENCIES.values())}
)
"""The words of each class."""

FREQUENCIES = MappingProxyType({
    "daily": 365, "weekly": 52, "biweekly": 26, "monthly": 12, "quarterly": 4, "semiannually": 2, "semi-annually": 2,
    "half-yearly": 2, "yearly": 1, "annually": 1, "annual": 1,
})  # fmt: skip
"""How often a year something happens that is said to happen so."""

QUANTITIES = MappingProxyType({
    unit: frozenset(measured.split())
    for units, measured in _rows("""
s sec secs second seconds ms minute minutes min mins hour hours hr hrs h day days week weeks month months year years
    yr yrs night nights = time duration period term age length interval
m meter meters metre metres km kilometer kilometers kms mile miles ft foot feet cm centimeters mm inch inches yards
    yard in = distance length height width radius depth altitude displacement thickness diameter base side size
    wavelength elevation
kg kilogram kilograms g gram grams lb lbs pound pounds ton tons kgs = mass weight
m/s km/h mph kph meters/second km/hr = velocity speed
m/s^2 m/s2 meters/second^2 m/s² = acceleration gravity
degree degrees celsius fahrenheit kelvin °c °f c f k = temperature angle temp
j joule joules kj = energy heat work
w watt watts kw = power
v volt volts = voltage potential
ohm ohms = resistance
a amp amps ampere amperes = current
n newton newtons = force
pa pascal pascals atm psi bar kpa = pressure
hz hertz khz mhz = frequency
l liter liters litre litres gallon gallons ml = volume capacity
mol moles = moles
c coulomb coulombs = charge
people persons guests adults = people guests party persons size
$ dollar dollars usd euros eur = price cost amount investment principal budget salary value income fee deposit money
    balance revenue payment loan present invested expenses profit wage
% percent = brightness volume level humidity opacity lightness rate percent percentage interest discount yield return
    probability ratio growth tax annual
""", "=").items()
    for unit in units.split()
})  # fmt: skip
"""By units, the words of what they measure."""

WIDER, NARROWER = frozenset(["country", "state", "nation"]), frozenset(["city", "location", "place"])
"""Names of what a place is in, and of a place."""
_ROLES = _classes("""
from: from origin start departure source begin starting base first manufacturer brand store company seller website
    platform supplier provider shop publisher
to: to destination end arrival target until final second
by: author artist composer writer director by performer singer sculptor painter creator band
leading: between of with for from in at to are is am on by that having like using including as the offering buy want
    me given accept a an my your their into about who which includes avoiding through using play get find show such
    need has have tweets related considering both contain containing add make
verbs: get show return enabl use only flag includ with ha want need consider allow apply account require support
    accept statu detail_level info option calculat check display is are fetch
pointing: who which where when that you it its they their he she his her takes take also other others more details
little: the a an of in to for and or is it this that my some any what which how find get show me new more other
    different with from by on at all are you i we us your our their give tell about best top nearest closest nearby
    local current upcoming latest highest lowest good most popular cheapest average total next last first open every
    each near who where when why specific certain available possible great live does do was were has have search book
    order play buy list
""")
FROM, TO, BY, LITTLE = (_ROLES[name] for name in ("from", "to", "by", "little"))
"""Names of parameters that "from", "to" and "by" come before; words that limit no noun in a telling way."""
LEADING, VERBS, POINTING = (_ROLES[name] for name in ("leading", "verbs", "pointing"))
"""Words that come before a row of things; stems in names of flags that say nothing; words that are no thing."""
