"""Places and their time zones: big cities, countries and what people call them, without a network.

Zone names are IANA's; any city that IANA names itself ("Reykjavik", "Buenos Aires") is found without being in the
table. A country with several zones stands for its capital's or largest city's.
"""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TABLE = """
Europe/London: london england britain great britain uk united kingdom scotland wales edinburgh glasgow manchester
 birmingham liverpool cardiff leeds bristol oxford cambridge greenwich
Europe/Dublin: ireland cork galway
Europe/Lisbon: portugal porto
Europe/Madrid: spain barcelona valencia seville
Europe/Paris: france lyon marseille nice toulouse bordeaux strasbourg
Europe/Brussels: belgium antwerp bruges
Europe/Amsterdam: netherlands holland the netherlands rotterdam the hague utrecht
Europe/Berlin: germany munich hamburg frankfurt cologne stuttgart dusseldorf leipzig
Europe/Zurich: switzerland geneva basel bern lausanne
Europe/Vienna: austria salzburg
Europe/Rome: italy milan naples turin florence venice
Europe/Copenhagen: denmark
Europe/Oslo: norway bergen
Europe/Stockholm: sweden gothenburg
Europe/Helsinki: finland
Europe/Warsaw: poland krakow
Europe/Prague: czech republic czechia
Europe/Budapest: hungary
Europe/Athens: greece
Europe/Bucharest: romania
Europe/Sofia: bulgaria
Europe/Belgrade: serbia
Europe/Zagreb: croatia
Europe/Kyiv: ukraine kiev
Europe/Moscow: russia saint petersburg st petersburg
Europe/Istanbul: turkey ankara
Atlantic/Reykjavik: iceland
Africa/Cairo: egypt alexandria
Africa/Johannesburg: south africa cape town durban pretoria
Africa/Lagos: nigeria abuja
Africa/Nairobi: kenya
Africa/Casablanca: morocco marrakesh marrakech rabat
Africa/Addis_Ababa: ethiopia
Africa/Accra: ghana
Africa/Algiers: algeria
Asia/Dubai: united arab emirates uae abu dhabi
Asia/Riyadh: saudi arabia mecca jeddah
Asia/Qatar: doha
Asia/Jerusalem: israel tel aviv
Asia/Tehran: iran
Asia/Baghdad: iraq
Asia/Karachi: pakistan lahore islamabad
Asia/Kolkata: india mumbai bombay delhi new delhi bangalore bengaluru chennai calcutta hyderabad pune
Asia/Kathmandu: nepal
Asia/Dhaka: bangladesh
Asia/Colombo: sri lanka
Asia/Bangkok: thailand phuket
Asia/Ho_Chi_Minh: vietnam saigon hanoi
Asia/Singapore: singapore
Asia/Kuala_Lumpur: malaysia
Asia/Jakarta: indonesia
Asia/Makassar: bali
Asia/Manila: philippines the philippines
Asia/Shanghai: china beijing peking shenzhen guangzhou chengdu wuhan hangzhou dongguan
Asia/Hong_Kong: hong kong
Asia/Taipei: taiwan
Asia/Tokyo: japan osaka kyoto yokohama nagoya sapporo
Asia/Seoul: korea south korea busan
Australia/Sydney: australia canberra new south wales
Australia/Melbourne: victoria
Australia/Brisbane: queensland
Australia/Perth: western australia
Australia/Adelaide: south australia
Pacific/Auckland: new zealand wellington christchurch
Pacific/Honolulu: hawaii
America/New_York: new york new york city nyc washington washington dc boston philadelphia miami atlanta florida
 orlando pittsburgh cleveland baltimore usa america united states the united states us eastern time georgia
 massachusetts pennsylvania virginia north carolina charlotte new jersey maine vermont connecticut
America/Chicago: texas dallas houston austin san antonio minneapolis new orleans st louis kansas city memphis
 nashville milwaukee illinois central time wisconsin louisiana oklahoma alabama iowa minnesota tennessee
America/Denver: colorado salt lake city utah albuquerque mountain time new mexico wyoming montana
America/Phoenix: arizona tucson
America/Los_Angeles: california san francisco san diego seattle portland las vegas la sacramento san jose oakland
 oregon nevada pacific time silicon valley
America/Detroit: michigan
America/Anchorage: alaska
America/Toronto: canada ottawa montreal quebec ontario
America/Vancouver: british columbia
America/Edmonton: calgary alberta
America/Mexico_City: mexico
America/Bogota: colombia
America/Lima: peru
America/Santiago: chile
America/Argentina/Buenos_Aires: argentina buenos aires
America/Sao_Paulo: brazil rio rio de janeiro sao paulo brasilia
America/Caracas: venezuela
America/Havana: cuba
America/Jamaica: jamaica kingston
UTC: utc gmt zulu greenwich mean time universal time coordinated universal time
"""
_AREAS = ("Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian", "America/Argentina")
_MULTI = 4
"""Names in the table have at most this many words."""
_names: dict[str, str] = {}


def _table() -> dict[str, str]:
    """Name → zone, built when first needed. Names of several words are told apart by the list below."""
    if not _names:
        zone = ""
        for line in _TABLE.strip().splitlines():
            if not line.startswith(" "):
                zone, _, line = line.partition(":")
            words = line.split()
            while words:
                size = next(n for n in range(_MULTI, 0, -1) if n == 1 or " ".join(words[:n]) in _SEVERAL)
                _names[" ".join(words[:size])] = zone
                del words[:size]
    return _names


_SEVERAL = frozenset(
    """great britain|united kingdom|the netherlands|the hague|czech republic|saint petersburg|st petersburg
south africa|cape town|united arab emirates|abu dhabi|saudi arabia|tel aviv|new delhi|sri lanka|the philippines
hong kong|south korea|new south wales|western australia|south australia|new zealand|new york|new york city
washington dc|united states|the united states|eastern time|san antonio|new orleans|st louis|kansas city|central time
salt lake city|mountain time|san francisco|san diego|las vegas|san jose|pacific time|british columbia|rio de janeiro
buenos aires|sao paulo|greenwich mean time|universal time|coordinated universal time|north carolina|new jersey
new mexico|silicon valley""".replace("\n", "|").split("|")
)


def zone_of(place: str) -> tzinfo | None:
    """The zone of a city, country or zone name as people say it; None if it is not known."""
    name = " ".join(place.lower().replace(",", " ").replace(".", "").replace("-", " ").split())
    name = name.removeprefix("in ").strip()
    table = _table()
    for candidate in (name, name.removeprefix("the "), name.partition(" ")[0] if "," in place else name):
        if candidate in table:
            return ZoneInfo(table[candidate])
    city = "_".join(word.capitalize() for word in name.split())
    if not city.replace("_", "").isalpha() or not city.isascii():
        return None
    for area in _AREAS:
        try:
            return ZoneInfo(f"{area}/{city}")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None


def known_places() -> list[str]:
    """Names of the table, for the recogniser's language model and for samples."""
    return sorted(_table())


def place_name(place: str) -> str:
    """A place's name as it is written: ``new york`` → ``New York``."""
    small = {"of", "de", "the", "and"}
    special = {
        "uk": "the UK",
        "usa": "the USA",
        "us": "the US",
        "uae": "the UAE",
        "utc": "UTC",
        "gmt": "GMT",
        "la": "LA",
    }
    if place.lower() in special:
        return special[place.lower()]
    words = place.split()
    return " ".join(
        word if (i and word in small) or not word.islower() else word.capitalize() for i, word in enumerate(words)
    )
