from collections.abc import Sequence

from bluerill.models.engines.engine import Guess
from bluerill.models.engines.pair import SECOND, PairEngine


class Said:
    """An engine that always hears the same, and remembers what it was asked."""

    name, open_vocabulary, reject_below = "said", False, 0.4

    def __init__(self, *guesses: Guess) -> None:
        self.guesses, self.calls = list(guesses), list[str]()

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None:
        self.calls.append("learn")

    def start(self) -> None:
        self.calls.append("start")

    def feed(self, pcm: bytes) -> None:
        self.calls.append("feed")

    def partial(self) -> str:
        return "part"

    def finish(self) -> list[Guess]:
        self.calls.append("finish")
        return self.guesses

    def close(self) -> None:
        self.calls.append("close")


def test_where_the_first_is_sure_the_second_is_not_asked() -> None:
    second = Said(Guess("lock the door"))
    pair = PairEngine(Said(Guess("stop", 0.0, 1.0, 0.7), Guess("shop", 9.0, 0.9, 0.7)), second)
    assert [guess.text for guess in pair.finish()] == ["stop", "shop"]
    assert second.calls == []


def test_where_it_is_not_both_are_heard_and_the_first_is_believed_first() -> None:
    pair = PairEngine(Said(Guess("log the rent", 0.0, 0.5, 0.3)), Said(Guess("lock the front door", 0.0, 0.7)))
    assert [(guess.text, guess.cost) for guess in pair.finish()] == [
        ("log the rent", 0.0),
        ("lock the front door", SECOND),
    ]


def test_what_both_heard_costs_what_it_costs_the_likelier() -> None:
    first = Said(Guess("stop a", 0.0, 0.5), Guess("stop", 30.0, 0.4))
    pair = PairEngine(first, Said(Guess("stop", 0.0, 0.7)))
    assert pair.finish()[1] == Guess("stop", SECOND, 0.7)


def test_what_the_first_does_not_hear_at_all_the_second_may() -> None:
    assert PairEngine(Said(), Said(Guess("stop"))).finish() == [Guess("stop")]


def test_both_get_everything() -> None:
    first, second = Said(), Said()
    pair = PairEngine(first, second)
    pair.learn([], "")
    pair.start()
    pair.feed(b"")
    pair.close()
    assert first.calls == second.calls == ["learn", "start", "feed", "close"]
    assert pair.partial() == "part"
