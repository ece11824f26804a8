"""Words for the values of parameters, by pool: drawn from lists of this project, the public *train* sets and rules.

What a pool gives is the words of a request that an argument consists of; nobody computes with them here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from ..agent.samples import CITIES, TEXTS
from ..agent.values.spoken import DAYS, MONTHS, say_number, say_ordinal
from .training_sentences import FIRST_NAMES, Words, public_requests

__all__ = ["UNITS", "Values"]

_LISTS = {
    "country": "france|germany|italy|spain|japan|china|india|brazil|canada|mexico|egypt|kenya|norway|sweden|poland|"
    "the united states|the uk|australia|argentina|greece|turkey|south korea|thailand|peru|chile|portugal|ireland",
    "state": "california|texas|new york|florida|ohio|nevada|oregon|georgia|virginia|illinois|washington|arizona",
    "currency": "usd|eur|gbp|jpy|dollars|euros|pounds|yen|swiss francs|rupees|pesos|us dollars|british pounds|cad|aud",
    "company": "apple|google|microsoft|amazon|tesla|netflix|sony|samsung|toyota|intel|ibm|nike|yamaha|fender|boeing|"
    "pfizer|walmart|aapl|goog|msft|tsla|nvidia|oracle|siemens|nokia|visa|disney|starbucks|adidas|ford",
    "language": "french|spanish|german|italian|japanese|chinese|korean|arabic|russian|portuguese|hindi|dutch|english|"
    "swedish|polish|turkish|greek|latin",
    "team": "the lakers|arsenal|real madrid|barcelona|liverpool|the yankees|chicago bulls|golden state warriors|"
    "manchester united|juventus|bayern munich|the red sox|dallas cowboys|the giants|chelsea|ajax|miami heat",
    "sport": "football|basketball|tennis|golf|soccer|baseball|hockey|cricket|swimming|chess|rugby|cycling|boxing",
    "league": "nba|nfl|premier league|champions league|la liga|world cup|bundesliga|major league|olympics|serie a",
    "device": "lights|tv|television|fan|heater|lamp|coffee machine|air conditioner|oven|vacuum|radio|phone|tablet|"
    "garage door|sprinkler|thermostat|speaker|washing machine|watch|kettle",
    "room": "kitchen|living room|bedroom|bathroom|garage|office|hall|garden|basement|kids room|dining room|attic",
    "colour": "red|blue|green|yellow|white|purple|orange|pink|warm white|black|turquoise|dark blue|navy|beige|teal",
    "cuisine": "italian|chinese|thai|indian|mexican|japanese|french|greek|korean|turkish|vietnamese|sushi|seafood",
    "dish": "lasagna|chicken curry|pancakes|tomato soup|pad thai|an apple pie|caesar salad|pizza|burgers|fried rice|"
    "chocolate cake|tacos|ramen|guacamole|a cheeseburger|banana bread|risotto|beef stew|hummus|waffles|falafel",
    "genre": "jazz|rock|pop|classical|blues|country|hip hop|metal|folk|electronic|reggae|soul|comedy|drama|techno",
    "activity": "running|cycling|swimming|yoga|walking|rowing|hiking|weight lifting|pilates|boxing|dancing|skiing",
    "animal": "dog|cat|elephant|blue whale|eagle|penguin|horse|tiger|golden retriever|owl|salmon|honey bee|wolf|"
    "parrot|gecko|human|mouse|fruit fly|e. coli|sea turtle|octopus|fox|rabbit|bengal tiger|homo sapiens",
    "plant": "tomatoes|roses|basil|oak tree|cactus|lavender|wheat|orchid|bamboo|tulips|corn|strawberries|fern|ivy",
    "chemical": "oxygen|carbon|gold|water|sodium chloride|helium|iron|copper|h2o|co2|methane|ethanol|silver|c6h12o6|"
    "nitrogen|aluminum|glucose|sulfuric acid|ammonia|air|mercury|uranium|benzene|nacl",
    "event": "the french revolution|world war ii|the moon landing|the battle of waterloo|the civil war|wedding|birthday|"
    "the fall of rome|graduation|the gold rush|the great depression|the treaty of paris|black friday",
    "landmark": "the louvre|eiffel tower|british museum|statue of liberty|taj mahal|colosseum|big ben|the prado|"
    "golden gate bridge|empire state building|the met|sagrada familia|tower of london|the white house",
    "hotel": "hilton|marriott|the ritz|holiday inn|sheraton|hyatt|the grand hotel|best western|four seasons",
    "restaurant": "mario's|the golden dragon|olive garden|blue lagoon|taco palace|the hungry bear|sakura|chez pierre",
    "app": "spotify|maps|camera|calendar|settings|youtube|gmail|whatsapp|photos|weather|notes|chrome|slack|netflix",
    "disease": "diabetes|asthma|flu|migraine|covid|high blood pressure|back pain|a sore throat|anemia|arthritis|fever",
    "drug": "ibuprofen|aspirin|paracetamol|insulin|penicillin|metformin|lisinopril|amoxicillin|vitamin d",
    "job": "software engineer|nurse|teacher|data scientist|electrician|accountant|driver|chef|lawyer|designer|plumber",
    "school": "harvard|stanford|mit|oxford|yale|princeton|berkeley|cambridge|columbia|cornell",
    "artwork": "mona lisa|the starry night|guernica|the scream|the thinker|the last supper|water lilies|sunflowers",
    "instrument": "piano|guitar|violin|trumpet|saxophone|flute|drums|cello|clarinet|electric guitar|ukulele|banjo",
    "car": "tesla model 3|honda civic|toyota corolla|ford mustang|bmw|suv|pickup truck|sedan|electric car|van|camry",
    "platform": "xbox|playstation 5|nintendo switch|pc|steam|ps4",
    "unit": "miles|kilometers|pounds|kilograms|feet|meters|inches|centimeters|celsius|fahrenheit|liters|gallons|ounces|"
    "grams|cups|yards|hours|minutes|kg|km|cm|ml|psi|kelvin|joules|acres",
    "expression": "x^2|3x + 2|2x^2 - 4x + 1|sin(x)|5 plus 7|x^3|x**2|cos(x)|12 * 4|e^x|x**3 - 2*x|log(x)|sqrt(16) + 3|"
    "y = 2x + 1|45 / 9|(3 + 4) * 2|x^2 + 2x + 1|18 times 22|100 minus 37|ln(x)|4x^3|30% of 250|1/x|5x**4",
    "word": "serendipity|ephemeral|gregarious|ubiquitous|melancholy|candid|resilient|entropy|nostalgia|paradox|benevolent",
}  # fmt: skip
UNITS = (
    "m", "meters", "kg", "kilograms", "m/s", "seconds", "volts", "ohms", "cm", "degrees", "newtons", "joules", "km/h",
    "liters", "hours", "units", "feet", "inches", "miles", "grams", "hz", "kelvin", "dollars", "minutes", "m/s^2", "mol",
)  # fmt: skip
_ENTITY = {
    "place": ("nlu_eval.place_name", "snips.city"), "song": ("nlu_eval.song_name", "snips.track"),
    "artist": ("nlu_eval.artist_name", "snips.artist"), "movie": ("snips.movie_name", "snips.object_name"),
    "book": ("snips.object_name", "nlu_eval.audiobook_name"), "listname": ("nlu_eval.list_name", "snips.playlist"),
    "event": ("nlu_eval.event_name",), "topic": ("nlu_eval.news_topic", "nlu_eval.definition_word"),
    "restaurant": ("snips.restaurant_name",), "dish": ("snips.served_dish", "nlu_eval.food_type"),
    "title": ("nlu_eval.event_name", "snips.album"), "word": ("nlu_eval.definition_word",),
}  # fmt: skip
_ANNOTATED = re.compile(r"\[\s*([\w.]+)\s*:\s*([^\]]*?)\s*\]")


class Values:
    """Draws words. ``data`` is the folder of public sets, of which only *train* files are read."""

    def __init__(self, data: Path, random: Random) -> None:
        self._random = random
        self.lines = public_requests(data)
        self.words = Words(self.lines)
        pools = {name: text.split("|") for name, text in _LISTS.items()}
        pools["item"] = _split(TEXTS["item"])
        pools["place"] = _split(CITIES)
        pools["person"] = [*FIRST_NAMES, "mum", "dad", "my boss", "my wife", "the office", "my sister"]
        pools["task"] = _split(TEXTS["text"])
        found = _entities(data)
        for pool, names in _ENTITY.items():
            more = [said for name in names for said in sorted(found.get(name, ())) if len(said) < 40]
            pools[pool] = pools.get(pool, []) + more
        self._pools = pools
        self._rules: dict[str, Callable[[], str]] = {
            "int": lambda: str(random.choice((random.randint(1, 20), random.randint(1, 200), random.randint(1, 5000)))),
            "small": self._small, "digit": lambda: str(random.randint(1, 6)), "tiny": lambda: str(random.randint(0, 5)),
            "number": self._number, "level": lambda: str(random.choice((*range(0, 101, 5), 33, 72))),
            "year": lambda: str(random.randint(1850, 2026)), "age": lambda: str(random.randint(4, 90)),
            "money": self._money, "percent": self._percent, "date": self._date, "time": self._time,
            "duration": self._duration, "email": self._email, "phone": self._phone, "url": self._url,
            "file": self._file, "id": self._id, "numbers": self._numbers, "sentence": self._sentence,
            "items": lambda: self._several("item"), "companies": lambda: self._several("company"),
            "persons": lambda: self._several("person"), "places": lambda: self._several("place"),
            "fullname": self._fullname, "identifier": self._identifier, "identifiers": self._identifiers,
            "dna": lambda: "".join(random.choice("acgt") for _ in range(random.randint(6, 12))),
        }  # fmt: skip

    def draw(self, pool: str) -> str:
        """The words of one value. Raises KeyError for a pool there is not."""
        rule = self._rules.get(pool)
        if rule is not None:
            return rule()
        if pool in ("title", "topic", "task", "song", "word", "item") and self._random.random() < 0.3:
            return self.words.some(self._random, 3)
        if pool == "place" and self._random.random() < 0.15:
            city, state = self._random.choice(self._pools["place"]), self._random.choice(self._pools["state"])
            return f"{city}, {self._random.choice((state, state[:2]))}"
        if pool in ("artist", "person") and self._random.random() < 0.3:
            return self._fullname()
        return self._random.choice(self._pools[pool])

    def rare(self) -> str:
        """A word of the dictionary."""
        return self._random.choice(self.words.rare)

    def common(self) -> str:
        """A word that is often said."""
        return self._random.choice(self.words.common)

    def _small(self) -> str:
        number = self._random.randint(1, 30)
        return say_number(number) if self._random.random() < 0.3 else str(number)

    def _number(self) -> str:
        random = self._random
        whole = random.choice((random.randint(0, 20), random.randint(0, 100), random.randint(0, 9999)))
        if random.random() < 0.3:
            return f"{'-' if random.random() < 0.15 else ''}{whole % 100}.{random.randint(1, 99)}"
        return say_number(whole) if random.random() < 0.08 else str(whole)

    def _money(self) -> str:
        amount = self._random.choice((self._random.randint(1, 99), 50 * self._random.randint(1, 400)))
        text = f"{amount:,}" if self._random.random() < 0.3 else str(amount)
        return self._random.choice((text, f"${text}", f"{text} dollars", f"${text}"))

    def _percent(self) -> str:
        value = self._random.choice(
            (str(self._random.randint(1, 20)), f"{self._random.randint(0, 9)}.{self._random.randint(1, 9)}")
        )
        return self._random.choice((f"{value}%", f"{value}%", f"{value} percent", f"0.0{self._random.randint(1, 9)}"))

    def _date(self) -> str:
        random = self._random
        day, month = random.randint(1, 28), random.choice(list(MONTHS.values()))
        number = random.randint(1, 12)
        return random.choice((
            "today", "tomorrow", "tonight", random.choice(list(DAYS.values())), f"next {random.choice(list(DAYS.values()))}",
            f"{month} {day}", f"{month} {say_ordinal(day)}", f"{month} {day}, {random.randint(2015, 2026)}", "next week",
            f"{random.randint(2000, 2026)}-{number:02}-{day:02}", f"{number:02}/{day:02}/{random.randint(2000, 2026)}",
            f"the {say_ordinal(day)} of {month}", f"{day} {month} {random.randint(2000, 2026)}", "this weekend", "yesterday",
        ))  # fmt: skip

    def _time(self) -> str:
        random = self._random
        hour, minute = random.randint(1, 12), random.choice((0, 15, 30, 45, 5, 20))
        half = random.choice(("am", "pm", " am", " pm", " a.m.", ""))
        return random.choice((f"{hour}:{minute:02}{half}", f"{hour}{half or ' o clock'}", f"{say_number(hour)}{half}", "noon",
                              f"half past {say_number(hour)}", f"{random.randint(13, 23)}:{minute:02}", "midnight"))  # fmt: skip

    def _duration(self) -> str:
        amount = self._random.choice((self._small(), str(self._random.randint(1, 90))))
        return self._random.choice(
            (f"{amount} minutes", f"{amount} seconds", f"{amount} hours", "half an hour", "an hour")
        )

    def _fullname(self) -> str:
        return f"{self._random.choice(FIRST_NAMES)} {self.rare()}"

    def _email(self) -> str:
        return (
            f"{self._random.choice(FIRST_NAMES)}{self._random.choice(('', '.' + self.rare(), '42'))}@{self.rare()}.com"
        )

    def _phone(self) -> str:
        digits = "".join(str(self._random.randint(0, 9)) for _ in range(10))
        return self._random.choice(
            (digits, f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", f"+1{digits}", f"555 {digits[:4]}")
        )

    def _url(self) -> str:
        return f"{self._random.choice(('https://', 'http://', 'www.', ''))}{self.rare()}.{self._random.choice(('com', 'org', 'io'))}"

    def _file(self) -> str:
        ending = self._random.choice(("csv", "txt", "pdf", "json", "png", "py"))
        folder = self._random.choice(("", "data/", "/home/user/", "c:/data/", "./"))
        return f"{folder}{self.rare()}{self._random.choice(('', '_' + self.common()))}.{ending}"

    def _id(self) -> str:
        number = self._random.randint(1, 99999)
        letters = self._random.choice("abcdefghkmnprstvxz")
        return self._random.choice(
            (str(number), f"{letters}{number}", f"{self.rare()[:3]}-{number}", f"{number}{letters}", f"#{number}")
        )

    def _numbers(self) -> str:
        random = self._random
        count, top = random.randint(2, 7), random.choice((10, 100, 1000))
        each = [
            str(random.randint(0, top)) if random.random() < 0.85 else f"{random.randint(0, 9)}.{random.randint(1, 9)}"
            for _ in range(count)
        ]
        return random.choice(
            (f"[{', '.join(each)}]", f"[{','.join(each)}]", ", ".join(each), f"{', '.join(each[:-1])} and {each[-1]}")
        )

    def _several(self, pool: str) -> str:
        each = [self.draw(pool) for _ in range(self._random.randint(2, 4))]
        return f"{', '.join(each[:-1])}{self._random.choice((' and', ', and'))} {each[-1]}"

    def _sentence(self) -> str:
        text = self._random.choice(self.lines) if self._random.random() < 0.6 else self.words.some(self._random, 6)
        return " ".join(text.split()[:9])

    def _identifier(self) -> str:
        return f"{self.common()}{self._random.choice(('', '_' + self.common(), ' ' + self.common()))}"

    def _identifiers(self) -> str:
        return f"{self._identifier()} and {self._identifier()}"


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", "").split("|") if part.strip()]


def _entities(data: Path) -> dict[str, set[str]]:
    """What people said for each kind of entity, in the *train* parts."""
    found: dict[str, set[str]] = {}
    for line in (data / "nlu_eval_data" / "train.jsonl").read_bytes().splitlines():
        for kind, said in _ANNOTATED.findall(msgspec.json.decode(line, type=dict[str, Any])["annotated"]):
            found.setdefault(f"nlu_eval.{kind}", set()).add(said.lower().strip())
    for folder in sorted((data / "snips_nlu" / "2017-06-custom-intent-engines").iterdir()):
        raw = (folder / f"train_{folder.name}_full.json").read_bytes().decode("utf-8", "replace").encode()
        rows = msgspec.json.decode(raw, type=dict[str, list[dict[str, list[dict[str, str]]]]])
        for row in rows[folder.name]:
            for part in row["data"]:
                if "entity" in part:
                    found.setdefault(f"snips.{part['entity']}", set()).add(part["text"].lower().strip())
    return found
