"""Units of measure: exact factors (international definitions), and the names people use.

Each line is: dimension, then ``name [plural]=factor|alias|alias`` to the dimension's base unit. Temperatures are
affine and treated by name. Pints, gallons and ounces without a word before them are the US ones; ``imperial`` or
``uk`` says the other.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

_TABLE = """
length metre=1|m|meter; kilometre=1000|km|kilometer|k; centimetre=1/100|cm|centimeter; millimetre=1/1000|mm|millimeter;
 micrometre=1/1000000|micron|micrometer|um; mile=1609.344|mi; yard=0.9144|yd; foot/feet=0.3048|ft;
 inch/inches=0.0254|in; nautical mile=1852|nmi; light year=9460730472580800|ly; furlong=201.168;
 astronomical unit=149597870700|au
mass kilogram=1|kg|kilo; gram=1/1000|g|gramme; milligram=1/1000000|mg; tonne=1000|t|metric ton; pound=0.45359237|lb|lbs;
 ounce=0.028349523125|oz; stone/stone=6.35029318|st; ton=907.18474|short ton|us ton; long ton=1016.0469088|imperial ton;
 carat=0.0002|ct
volume litre=1|l|liter; millilitre=1/1000|ml|milliliter|cc; centilitre=1/100|cl|centiliter; decilitre=1/10|dl|deciliter;
 gallon=3.785411784|gal|us gallon; imperial gallon=4.54609|uk gallon; quart=0.946352946|qt; pint=0.473176473|pt|us pint;
 imperial pint=0.56826125|uk pint; cup=0.2365882365; fluid ounce=0.0295735295625|fl oz;
 tablespoon=0.01478676478125|tbsp; teaspoon=0.00492892159375|tsp;
 cubic metre=1000|cubic meter|m3; cubic centimetre=1/1000|cubic centimeter|cm3;
 cubic foot/cubic feet=28.316846592|ft3; cubic inch/cubic inches=0.016387064; barrel=158.987294928|bbl
area square metre=1|square meter|sq m|m2; square kilometre=1000000|square kilometer|sq km|km2;
 square centimetre=1/10000|square centimeter|sq cm|cm2; hectare=10000|ha; acre=4046.8564224;
 square foot/square feet=0.09290304|sq ft|ft2; square inch/square inches=0.00064516|sq in; square yard=0.83612736|sq yd;
 square mile=2589988.110336|sq mi
speed metre per second/metres per second=1|m/s|meter per second|meters per second|mps;
 kilometre per hour/kilometres per hour=5/18|km/h|kph|kmh|kilometers per hour|kilometers an hour|kilometres an hour;
 mile per hour/miles per hour=0.44704|mph|miles an hour; knot=463/900|kt|kn; foot per second/feet per second=0.3048|ft/s
time second=1|s|sec; millisecond=1/1000|ms; minute=60|min; hour=3600|h|hr; day=86400; week=604800; fortnight=1209600;
 month=2629746; year=31556952|yr; decade=315569520; century/centuries=3155695200
data bit=1; byte=8|b; kilobyte=8000|kb; megabyte=8000000|mb|meg; gigabyte=8000000000|gb|gig; terabyte=8000000000000|tb;
 petabyte=8000000000000000|pb; kibibyte=8192|kib; mebibyte=8388608|mib; gibibyte=8589934592|gib;
 tebibyte=8796093022208|tib; kilobit=1000; megabit=1000000; gigabit=1000000000
energy joule=1|j; kilojoule=1000|kj; megajoule=1000000|mj; calorie=4.184|cal; kilocalorie=4184|kcal|food calorie;
 watt hour=3600|wh; kilowatt hour=3600000|kwh; british thermal unit=1055.05585262|btu
power watt=1|w; kilowatt=1000|kw; megawatt=1000000|mw; horsepower/horsepower=745.69987158227022|hp
pressure pascal=1|pa; hectopascal=100|hpa; kilopascal=1000|kpa; bar=100000; millibar=100|mbar;
 atmosphere=101325|atm; pound per square inch/pounds per square inch=6894.757293168361|psi;
 millimetre of mercury/millimetres of mercury=133.322387415|mmhg
angle degree=1|deg; radian=57.29577951308232|rad; turn=360|revolution; gradian=0.9|gon
temperature degree celsius/degrees celsius=1|celsius|c|centigrade|°c|degree c|degrees c|degrees centigrade;
 degree fahrenheit/degrees fahrenheit=5/9|fahrenheit|f|°f|degree f|degrees f; kelvin/kelvin=1|k|degrees kelvin
"""
_ZERO = {"degree celsius": Fraction("273.15"), "degree fahrenheit": Fraction("459.67"), "kelvin": Fraction(0)}
"""What is added to a reading before its factor gives kelvin."""


class Measure(NamedTuple):
    """A unit; ``factor`` of it make one of the dimension's base unit."""

    name: str
    many: str
    dimension: str
    factor: Fraction


_units: dict[str, list[Measure]] = {}


def _table() -> dict[str, list[Measure]]:
    if not _units:
        dimension = ""
        for line in _TABLE.strip().splitlines():
            if not line.startswith(" "):
                dimension, _, line = line.partition(" ")
            for entry in filter(None, (each.strip() for each in line.split(";"))):
                names, _, rest = entry.partition("=")
                factor, *aliases = rest.split("|")
                name, _, many = names.partition("/")
                unit = Measure(name, many or name + "s", dimension, Fraction(factor))
                spellings = {name, unit.many, *aliases, *(f"{alias}s" for alias in aliases if len(alias) > 3)}
                for spelling in spellings:
                    _units.setdefault(spelling, []).append(unit)
    return _units


def find(said: str) -> list[Measure]:
    """Every unit that a name can mean ("ounce": mass; "k": kilometre or kelvin); none if it is not known."""
    name = " ".join(said.lower().replace("-", " ").replace("²", "2").replace("³", "3").replace(".", "").split())
    name = name.removeprefix("the ").removeprefix("us ").replace("squared ", "square ")
    return _table().get(name, [])


def convert(value: Fraction, said_from: str, said_to: str) -> tuple[Fraction, Measure, Measure] | None:
    """The value in the other unit, and both units; None if no meanings of the names fit together."""
    for source in find(said_from):
        for target in find(said_to):
            if source.dimension != target.dimension:
                continue
            if source.dimension == "temperature":
                kelvin = (value + _ZERO[source.name]) * source.factor
                return kelvin / target.factor - _ZERO[target.name], source, target
            return value * source.factor / target.factor, source, target
    return None


def unit_names() -> list[str]:
    """Full names of all units, for samples."""
    return sorted({unit.many for units in _table().values() for unit in units})
