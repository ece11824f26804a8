"""The world: headlines of a news feed, and questions that a language model answers.

Headlines come from the feed of the owner's settings, else from BBC News; the last ones are kept and told with their age
when there is no network. They are somebody else's words and are only read out. A question is answered by the model that
the owner named (``model`` in the settings), by way of the broker, and by nobody if none is named: nothing is made up
here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ...kernel.errors import BluerillError, CapabilityError, ServiceFault
from ..contract import Card, Refusal, Reply, Say, Skill, Text, action
from ..matching import words
from ..speech import span

FRESH = timedelta(minutes=15)
OLDEST = timedelta(days=14)
SAID, SHOWN, KEPT = 3, 10, 30
SOURCE = "https://feeds.bbci.co.uk/"
MAIN = "news/rss.xml"
SECTIONS = {
    "world": "news/world/rss.xml", "international": "news/world/rss.xml", "technology": "news/technology/rss.xml",
    "tech": "news/technology/rss.xml", "business": "news/business/rss.xml", "economy": "news/business/rss.xml",
    "finance": "news/business/rss.xml", "science": "news/science_and_environment/rss.xml",
    "environment": "news/science_and_environment/rss.xml", "climate": "news/science_and_environment/rss.xml",
    "health": "news/health/rss.xml", "politics": "news/politics/rss.xml", "political": "news/politics/rss.xml",
    "education": "news/education/rss.xml", "entertainment": "news/entertainment_and_arts/rss.xml",
    "arts": "news/entertainment_and_arts/rss.xml", "culture": "news/entertainment_and_arts/rss.xml",
    "sport": "sport/rss.xml", "sports": "sport/rss.xml", "football": "sport/football/rss.xml",
    "soccer": "sport/football/rss.xml", "tennis": "sport/tennis/rss.xml", "cricket": "sport/cricket/rss.xml",
    "uk": "news/uk/rss.xml", "britain": "news/uk/rss.xml", "europe": "news/world/europe/rss.xml",
    "africa": "news/world/africa/rss.xml", "asia": "news/world/asia/rss.xml",
    "america": "news/world/us_and_canada/rss.xml", "usa": "news/world/us_and_canada/rss.xml",
    "us": "news/world/us_and_canada/rss.xml", "middle east": "news/world/middle_east/rss.xml",
}  # fmt: skip
"""What people ask about, as sections of the feed that is read without settings."""
TASK = (
    "You answer questions on a small watch. Answer in one or two short, plain sentences without lists or markup. "
    "If you do not know, say that you do not know."
)
MAX_ANSWER_TOKENS = 96


class World(Skill):
    """News headlines, and answers from a language model you name."""

    name = "world"
    contract = (1, 2)
    grants = ("store", "screen", "model", "network:feeds.bbci.co.uk", "network:@feed")
    options = {
        "feed": 'the address of another news feed (RSS or Atom), such as "https://example.org/rss.xml"',
        "model": 'the model that answers questions: the name of a card ("bluerill models list"), or a file',
    }
    rules = {
        "news": "(news|headlines|headline|news headlines|top stories|news stories|top headlines|breaking news|news update|news updates)",
        "get": "(what is|what's|what are|give me|provide|tell me|tell me about|show me|read|read me|get|get me|check|play|i want|i want to hear|i want to know|let me hear|let me know|find|find me|bring me|any|is there any|are there any|have there been any|update me on|pull up|look up|fetch|open|how about|how is|do you have|i need)",
        "new": "[the|today's|some|all the|any|my|me] [latest|new|recent|most recent|top|current|morning|evening|newest|breaking|daily|important|big|other|local|happening]",
        "about": "(about|on|from|in|for|regarding|concerning|of|around|out of)",
    }

    @action(
        "<get> <new> <news> [today|now|right now|this morning|tonight|please|for today|of the day|of today]",
        "<get> <new> <news> <about> [the] {topic}",
        "<get> <new> {topic} <news>",
        "<get> [the] (latest|newest|latest news|latest updates|updates|update|developments|latest developments|newest developments) <about> [the] {topic}",
        "[the] [latest|today's|top|morning|evening] <news> [please|today|now|update]",
        "<news> <about> [the] {topic}",
        "{topic} <news>",
        "(what is|what's) (happening|going on|new|up) in the world [today|now|right now]",
        "(what is|what's) (happening|going on|the latest) in the world of {topic}",
        "(what happened|what has happened|did anything happen|anything important|what else happened) in the world [today]",
        "(catch me up|bring me up to date|fill me in|brief me|update me) [on] [the] [news|world|day] [please]",
        "(any|are there any|is there any|have there been) [new] (update|updates|news|developments) <about> [the] {topic}",
        "have there been [any] [new] (update|updates|developments) <about> {topic}",
        Say(
            "(what is|what's) (the world news|in the world news|happening around the world|going on around the world)",
            {"topic": "world"},
        ),
        Say(
            "[<get>] [me] [some|the|any] [latest|newest|new|recent|current|hot] (world|global) [hot|breaking] <news> [please]",
            {"topic": "world"},
        ),
        examples=("what is the news", "tell me the latest technology news"),
        reads=True,
        purpose="get the news[ about {topic}]",
    )
    async def get_news(self, topic: Text | None = None) -> Reply:
        """Tell the headlines.

        topic: what about; the main ones if not given
        """
        address, section = self._address(topic)
        feed, old = await self._feed(address)
        headlines: list[str] = feed["headlines"]
        if topic is not None and not section:
            telling = set(words(topic))
            headlines = [each for each in headlines if telling & set(words(each))]
            if not headlines:
                raise Refusal(f"There is nothing about {topic} among the headlines of {feed['name']} just now.")
        label = f"{feed['name']}{f', {old} old' if old else ''}"
        result = {"topic": topic or "", "headlines": headlines[:SHOWN], "source": feed["name"], "offline": bool(old)}
        card = Card(
            "list", title=feed["name"], lines=[*headlines[:SHOWN], *([f"{old} old"] if old else [])], icon="news"
        )
        return Reply(f"From {label}: {'. '.join(each.rstrip('.') for each in headlines[:SAID])}.", result, card)

    @action(
        "(what is|what's|tell me|give me|look up|find|find me|say|i want to know|i need) [the|a] (definition|meaning) of [the|a|an] {question}",
        "(define|look up the word|look up the meaning of) [the word|the term] {question}",
        "what does [the word|the term] {question} (mean|stand for)",
        "(answer this|answer the question|answer this question|ask the model|ask the language model|i have a question) {question}",
        examples=("what is the meaning of serendipity", "answer this question: why is the sky blue"),
        reads=True,
        purpose="answer that question",
    )
    async def answer(self, question: Text) -> Reply:
        """Answer a question with the language model that the owner named.

        question: what is asked
        """
        model = self.device.settings.get("model")
        if not isinstance(model, str) or not model:
            raise Refusal(
                "I have no model that can answer questions. Name one in settings.toml, under [world], as model; "
                "bluerill models list shows which there are."
            )
        try:
            text = await self.device.ask_model(model, TASK, question, MAX_ANSWER_TOKENS)
        except CapabilityError:
            raise
        except BluerillError as error:
            raise Refusal(f"The model {model} cannot answer just now: {str(error).splitlines()[0][:160]}") from None
        told = " ".join(text.split())
        if not told:
            raise Refusal(f"The model {model} had nothing to say to that.")
        card = Card("reply", title="Answer", text=told, lines=[f"by {model}"], icon="help")
        return Reply(told, {"question": question, "answer": told, "model": model}, card)

    def _address(self, topic: str | None) -> tuple[str, bool]:
        """Which feed to read, and whether all of it is about the topic. Raises Refusal if the settings are wrong."""
        own = self.device.settings.get("feed")
        if own is not None:
            if not isinstance(own, str) or not own.startswith(("https://", "http://")):
                raise Refusal('The settings of world are wrong: expected feed = "https://…".')
            return own, False
        spoken = (topic or "").lower().removeprefix("the ").removesuffix(" news").removesuffix("'s").strip()
        section = SECTIONS.get(spoken)
        return SOURCE + (section or MAIN), section is not None

    async def _feed(self, address: str) -> tuple[dict[str, Any], str]:
        """A feed's name and headlines, and how old they are ('' where they are of today's reading)."""
        from ..feeds import read_feed  # with expat: only who asks for news pays for it

        now = self.device.now()
        key = f"feed/{address[-180:]}"
        kept: dict[str, Any] | None = await self.device.get(key)
        age = now - datetime.fromisoformat(kept["at"]) if kept is not None else OLDEST
        if kept is not None and timedelta() <= age < FRESH:
            return kept, ""
        try:
            feed = read_feed(await self.device.fetch(address))
        except ServiceFault as error:
            if kept is None or age >= OLDEST:
                raise Refusal(f"I can't reach the news, and I have none from before ({str(error)[:120]}).") from None
            return kept, span(age, 1)
        fresh = {
            "name": feed.name or "the news feed", "headlines": list(feed.headlines[:KEPT]),
            "at": now.isoformat(timespec="seconds"),
        }  # fmt: skip
        await self.device.put(key, fresh)
        return fresh, ""
