"""The skills service: what works, what is refused, what is broken, and who may do what."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError, DeadlineExceeded, ServiceFault
from bluerill.skills.catalogue import skill_info, skill_rows
from bluerill.skills.host import SkillsService
from bluerill.skills.messages import (
    CATALOGUE_CHANGED,
    GLANCE_CHANGED,
    Card,
    GetCatalogue,
    Glance,
    Happened,
    Invoke,
    Undo,
)
from bluerill.skills.skillhost import SkillHost
from bluerill.skills.store import StoreService
from bluerill.skills.testing import Bench
from support.bench import World

ACTIONS = """
get_time get_date convert_time set_alarm list_alarms cancel_alarm snooze_alarm start_timer timer_status adjust_timer
pause_timer resume_timer cancel_timer start_stopwatch lap_stopwatch stop_stopwatch add_reminder list_reminders
remove_reminder add_to_list show_list remove_from_list add_note list_notes get_weather set_volume mute get_battery
set_brightness set_mode find_phone open_app device_status get_health start_workout stop_workout calculate convert_units
convert_currency set_face list_faces create_face
change_face set_home_device get_home_device set_home_place get_help create_skill
keep_skill undo_skill transcribe_recording
summarise_notes add_event list_events remove_event send_message read_messages call play_music pause_music next_track
previous_track play_radio play_podcast play_audiobook what_is_playing show_pass list_passes add_pass get_news answer
remember_fact recall forget_fact
"""

HEAD = """
import asyncio
from datetime import timedelta
from typing import Literal
from bluerill.skills.contract import (
    Card, Duration, Glance, Refusal, Reply, Say, Skill, Text, TimerView, action,
)
"""

TEA = (
    HEAD
    + '''
class Tea(Skill):
    """Brews tea.

    More about it.
    """
    name = "tea"
    version = "2.1.0"
    grants = ("store", "speaker", "screen", "network:tea.example", "call:brew_coffee")
    words = {"green": ["sencha"]}

    @action("brew [{kind}] tea [for {duration}]", Say("strong tea", {"kind": "black"}), examples=["brew tea"])
    async def brew_tea(
        self, duration: Duration = timedelta(minutes=3), kind: Literal["green", "black"] = "green"
    ) -> Reply:
        """Start brewing
        a pot.

        duration: how long it draws
        """
        await self.device.put("last", kind)
        await self.device.after("pot", duration, {"kind": kind})
        await self.device.glance(Glance(timers=[TimerView("tea", kind, 1.0)]))
        return Reply(f"Tea in {duration.seconds // 60} minutes.", {"kind": kind}, undo={"kind": kind})

    @action("spill the tea")
    async def spill(self) -> Reply:
        await self.device.put("last", "spilt")
        raise ZeroDivisionError("cup of size 0")

    @action("wait for tea")
    async def wait_for_tea(self) -> Reply:
        await self.device.put("last", "never")
        await asyncio.get_running_loop().create_future()
        return Reply("")

    @action("no tea")
    async def refuse_tea(self) -> Reply:
        raise Refusal("There is no tea.")

    @action("what tea")
    async def last_tea(self) -> Reply:
        return Reply("", {"last": await self.device.get("last", "none")})

    @action("odd tea")
    async def odd_tea(self) -> Reply:
        return 5

    @action("big tea")
    async def big_tea(self) -> Reply:
        return Reply("", {"x": "y" * 100_000})

    @action("steal {what}")
    async def steal(self, what: Text) -> Reply:
        if what == "sensor":
            return Reply("", {"v": self.device.sensor("steps")})
        if what == "fetch":
            await self.device.fetch("https://evil.example/x")
        if what == "call":
            await self.device.call("pour_coffee")
        if what == "key":
            await self.device.put("~due/pot", 1)
        return Reply("")

    @action("late tea")
    async def late_tea(self) -> Reply:
        async def later() -> None:
            await asyncio.sleep(0)
            try:
                await self.device.put("last", "late")
            except Exception as error:
                self.problem = str(error)
        self.task = asyncio.ensure_future(later())
        return Reply("")

    @action("tea with coffee")
    async def tea_and_coffee(self) -> Reply:
        return Reply("", await self.device.call("brew_coffee"))

    async def due(self, key, payload):
        await self.device.happened(f"Your {payload['kind']} tea is ready.", Card(title="Tea"), ring=True)

    async def undo(self, what):
        await self.device.forget("pot")
        return Reply(f"No {what['kind']} tea then.")


class Coffee(Skill):
    """Brews coffee."""
    name = "coffee"
    grants = ("call:tea_and_coffee",)

    @action("coffee")
    async def brew_coffee(self) -> Reply:
        return Reply("", await self.device.call("tea_and_coffee"))

    @action("pour")
    async def pour_coffee(self) -> Reply:
        return Reply("")
'''
)


@pytest.fixture
def teahouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module with skills, importable; returns its name."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "teahouse.py").write_text(TEA)
    monkeypatch.syspath_prepend(str(folder))
    sys.modules.pop("teahouse", None)
    return "teahouse"


async def hosted(bench: Bench, tmp_path: Path, *entries: str, **settings: Any) -> SkillHost:
    await bench.add("store", StoreService(str(tmp_path / "store")))
    host = SkillHost(list(entries), "tea-house", "1.2", boot="b", zone="Europe/Paris", **settings)
    await bench.add("skill-tea", host)
    return host


def ask(bench: Bench, name: str, **arguments: Any) -> Any:
    return bench.ask("skills", "skill-tea", Invoke(name, arguments))


def test_an_action_is_found_converted_run_stored_and_undone(bench: Bench, tmp_path: Path, teahouse: str) -> None:
    async def story() -> None:
        await hosted(bench, tmp_path, f"tea={teahouse}:Tea")
        done = await ask(bench, "brew_tea", duration="PT4M", kind="black")
        assert (done.speech, done.result) == ("Tea in 4 minutes.", {"kind": "black"})
        assert (await ask(bench, "last_tea")).result == {"last": "black"}
        undone = await bench.ask("skills", "skill-tea", Undo("brew_tea", done.undo))
        assert undone.speech == "No black tea then."
        await ask(bench, "brew_tea")
        await bench.advance(181)
        assert bench.bodies("skills", Happened) == [
            Happened("tea", "Your green tea is ready.", Card(title="Tea"), True)
        ]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("action", "arguments", "error", "words"),
    [
        ("brew_coffe", {}, CallerError, "no action is named 'brew_coffe'"),
        ("brew_tea", {"size": 1}, CallerError, "action 'brew_tea' has no argument 'size'; it takes duration, kind"),
        ("brew_tea", {"duration": 5}, CallerError, "argument 'duration' of 'brew_tea': expected an ISO 8601 duration"),
        ("brew_tea", {"kind": "red"}, CallerError, "argument 'kind' of 'brew_tea': expected one of green, black"),
        ("steal", {}, CallerError, "action 'steal' needs the argument 'what'"),
        ("spill", {}, ServiceFault, "action 'spill' of skill 'tea' failed: ZeroDivisionError: cup of size 0"),
        ("wait_for_tea", {}, DeadlineExceeded, "gave no answer within 0.01 s; nothing of it was kept"),
        ("refuse_tea", {}, CallerError, "There is no tea."),
        ("odd_tea", {}, ServiceFault, "returned int, expected a Reply"),
        ("big_tea", {}, ServiceFault, "bytes, at most"),
        ("steal", {"what": "sensor"}, CallerError, "has no grant 'sensors'"),
        ("steal", {"what": "fetch"}, CallerError, "has no grant 'network:evil.example'"),
        ("steal", {"what": "call"}, CallerError, "has no grant 'call:pour_coffee'"),
        ("steal", {"what": "key"}, CallerError, "does not begin with '~'"),
    ],
)
def test_what_goes_wrong_is_one_typed_line_and_changes_nothing(
    bench: Bench,
    tmp_path: Path,
    teahouse: str,
    action: str,
    arguments: dict[str, Any],
    error: type[Exception],
    words: str,
) -> None:
    async def story() -> None:
        await hosted(bench, tmp_path, f"tea={teahouse}:Tea", timeout_s=0.01 if action == "wait_for_tea" else 5.0)
        with pytest.raises(error, match=words) as caught:
            await ask(bench, action, **arguments)
        assert "\n" not in str(caught.value)
        assert (await ask(bench, "last_tea")).result == {"last": "none"}

    asyncio.run(story())


def test_code_left_running_can_change_nothing(bench: Bench, tmp_path: Path, teahouse: str) -> None:
    async def story() -> None:
        host = await hosted(bench, tmp_path, f"tea={teahouse}:Tea")
        await ask(bench, "late_tea")
        await bench.settle()
        assert "outside of an action" in host._roster.skills["tea"].skill.problem  # type: ignore[attr-defined]
        assert (await ask(bench, "last_tea")).result == {"last": "none"}

    asyncio.run(story())


def test_skills_that_wait_for_each_other_are_told_so(bench: Bench, tmp_path: Path, teahouse: str) -> None:
    async def story() -> None:
        await hosted(bench, tmp_path, f"tea={teahouse}:Tea", f"coffee={teahouse}:Coffee")
        with pytest.raises(CallerError, match="is waiting for it already"):
            await ask(bench, "tea_and_coffee")

    asyncio.run(story())


BAD = HEAD + "class Bad(Skill):\n    name = 'bad'\n"
BROKEN = {
    "import": ("import nothing_of_that_name\n", "cannot be imported: ModuleNotFoundError: No module named"),
    "exit": ("raise SystemExit(3)\n", "cannot be imported: SystemExit: 3"),
    "syntax": ("def\n", "cannot be imported: SyntaxError"),
    "function": ("def Bad(): ...\n", "expected a subclass of bluerill.skills.contract.Skill, got function"),
    "class": ("class Bad: ...\n", "expected a subclass of bluerill.skills.contract.Skill, got class Bad"),
    "missing": ("", "has no 'Bad'"),
    "name": (HEAD + "class Bad(Skill):\n    name = 'worse'\n", "calls itself 'worse', its entry point 'bad'"),
    "no name": (HEAD + "class Bad(Skill):\n    pass\n", "name must be lower case"),
    "contract": (
        BAD + "    contract = (1, 9)\n",
        "needs version 1.9 of the skill contract, this device has 1.3",
    ),
    "grants": (BAD + "    grants = 'store'\n", "grants must be a tuple of texts"),
    "own grants": (BAD + "    grants = ('jobs',)\n", r"the grants \['jobs'\] are for Bluerill's own skills"),
    "slot": (
        HEAD
        + "class Bad(Skill):\n    name = 'bad'\n    @action('do {what}')\n    async def do_it(self) -> Reply: ...\n",
        r"has the slot \{what\}, but the action has no parameter 'what'",
    ),
    "needs": (
        HEAD
        + "class Bad(Skill):\n    name = 'bad'\n    @action('do')\n    async def go(self, what: Text) -> Reply: ...\n",
        "says nothing of 'what', which the action needs",
    ),
    "bracket": (
        BAD + "    @action('do [it')\n    async def do_it(self) -> Reply: ...\n",
        r"lacks a '\]'",
    ),
    "rule": (
        BAD + "    @action('<do> it')\n    async def do_it(self) -> Reply: ...\n",
        "uses the rule <do>, which the skill does not have",
    ),
    "type": (
        HEAD
        + "class Bad(Skill):\n    name = 'bad'\n    @action('{x}')\n    async def go(self, x: bytes) -> Reply: ...\n",
        "says not how words become a value",
    ),
    "no type": (
        BAD + "    @action('{x}')\n    async def do_it(self, x) -> Reply: ...\n",
        "parameter 'x' has no type",
    ),
    "init": (
        BAD + "    def __init__(self): raise OSError('no')\n",
        "cannot be made: OSError: no",
    ),
    "twice": (
        BAD + "    @action('x')\n    async def brew_tea(self) -> Reply: ...\n",
        "action 'brew_tea' is taken by the skill 'tea', loaded first",
    ),
}


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_a_broken_skill_is_one_line_and_costs_nobody_else_anything(
    bench: Bench, tmp_path: Path, teahouse: str, case: str
) -> None:
    code, words = BROKEN[case]
    (tmp_path / "site" / "badhouse.py").write_text(code)
    sys.modules.pop("badhouse", None)

    async def story() -> None:
        host = await hosted(bench, tmp_path, f"tea={teahouse}:Tea", "bad=badhouse:Bad")
        catalogue = host._roster.catalogue()
        broken = catalogue.skills[1]
        assert (broken.name, broken.state, broken.package) == ("bad", "broken", "tea-house")
        assert re.search(words, broken.problem), broken.problem
        assert "\n" not in broken.problem
        assert (await ask(bench, "brew_tea")).result == {"kind": "green"}

    asyncio.run(story())


def test_the_catalogue_says_what_the_code_says(bench: Bench, tmp_path: Path, teahouse: str) -> None:
    async def story() -> None:
        host = await hosted(bench, tmp_path, f"tea={teahouse}:Tea")
        catalogue = host._roster.catalogue()
        (skill,) = catalogue.skills
        assert (skill.version, skill.summary, skill.isolation) == ("2.1.0", "Brews tea.", "process")
        brew = catalogue.actions[0]
        assert brew.description == "Start brewing a pot."
        assert [(p.name, p.kind, p.required, p.description) for p in brew.parameters] == [
            ("duration", "duration", False, "how long it draws"),
            ("kind", "choice", False, ""),
        ]
        assert brew.parameters[1].choices == {"green": ["green", "sencha"], "black": ["black"]}
        assert brew.sentences[1].fixed == {"kind": "black"}
        assert brew.schema["properties"]["kind"] == {"type": "string", "enum": ["green", "black"]}
        assert brew.schema["required"] == []
        row = skill_rows(catalogue)[0]
        assert row["name"] == "tea"
        assert row["grants"] == list(skill.grants)
        assert row["state"] == "running"
        info = skill_info(catalogue, "tea")
        assert info["actions"][0]["sentences"] == ["brew [{kind}] tea [for {duration}]", "strong tea"]
        with pytest.raises(CallerError, match="no skill is named 'juice'; there are tea"):
            skill_info(catalogue, "juice")

    asyncio.run(story())


def both(bench: Bench, tmp_path: Path, teahouse: str) -> Any:
    """The core's skills with one third-party host behind them."""

    async def start() -> SkillsService:
        await hosted(bench, tmp_path, f"tea={teahouse}:Tea", f"sound={teahouse}:Tea")
        skills = SkillsService(
            ["sound=bluerill.skills.system.sound:Sound"], hosts=["skill-tea"], boot="b", zone="Europe/Paris"
        )
        await bench.add("skills", skills)
        return skills

    return start()


def test_a_third_party_host_is_joined_routed_to_and_kept_in_its_place(
    bench: Bench, tmp_path: Path, teahouse: str
) -> None:
    async def story() -> None:
        skills = await both(bench, tmp_path, teahouse)
        assert ("skills", "planner", CATALOGUE_CHANGED) in bench.notified
        catalogue = skills.whole()
        assert [each.state for each in catalogue.skills if each.name == "tea"] == ["running"]
        done = await bench.ask("session", "skills", Invoke("brew_tea", {"duration": "PT1M"}))
        assert done.result == {"kind": "green"}
        assert bench.bodies("screen", Glance)[-1].timers is not None
        assert (await bench.ask("session", "skills", Undo("brew_tea", done.undo))).speech == "No green tea then."
        await bench.ask("session", "skills", Invoke("brew_tea", {"duration": "PT1M"}))
        await bench.advance(61)
        assert bench.bodies("session", Happened)[-1].ring is False, "only Bluerill's own skills may ring"
        with pytest.raises(CallerError, match="has no skill 'alarms' to speak for"):
            await bench.ask("skill-tea", "skills", Happened("alarms", "Hello"))
        with pytest.raises(CallerError, match="is no skill host"):
            await bench.ask("web", "skills", Glance())

    asyncio.run(story())


def test_a_host_with_a_taken_name_or_action_is_broken_not_the_first(
    bench: Bench, tmp_path: Path, teahouse: str
) -> None:
    shadow = HEAD + (
        "class Fake(Skill):\n    name = 'sound'\n    @action('x')\n    async def other(self) -> Reply: ...\n"
        "class Mute(Skill):\n    name = 'quiet'\n    @action('x')\n    async def mute(self) -> Reply: ...\n"
    )
    (tmp_path / "site" / "shadow.py").write_text(shadow)
    sys.modules.pop("shadow", None)

    async def story() -> None:
        await hosted(bench, tmp_path, "sound=shadow:Fake", "quiet=shadow:Mute")
        skills = SkillsService(["sound=bluerill.skills.system.sound:Sound"], hosts=["skill-tea"], boot="b")
        await bench.add("skills", skills)
        rows = skill_rows(skills.whole())
        assert [(row["name"], row["package"], row["state"]) for row in rows] == [
            ("sound", "bluerill", "running"),
            ("sound", "tea-house", "broken"),
            ("quiet", "tea-house", "broken"),
        ]
        assert "its name 'sound' is taken" in rows[1]["problem"]
        assert "action 'mute' is taken by the skill 'sound', loaded first" in rows[2]["problem"]
        with pytest.raises(CallerError, match="no action is named 'other'"):
            await bench.ask("session", "skills", Invoke("other"))

    asyncio.run(story())


def test_a_host_that_never_answers_costs_only_its_own_skills(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        await bench.add("store", StoreService(str(tmp_path / "store")))
        skills = SkillsService(["sound=bluerill.skills.system.sound:Sound"], hosts=["skill-gone"], boot="b")
        await bench.add("skills", skills)
        await bench.advance(60)
        assert (await bench.ask("session", "skills", Invoke("set_volume", {"level": 30}))).result["volume"] == 30

    asyncio.run(story())


def test_disabled_skills_are_listed_and_not_loaded(bench: Bench, tmp_path: Path, teahouse: str) -> None:
    async def story() -> None:
        host = await hosted(bench, tmp_path, f"tea={teahouse}:Tea", disabled=["tea"])
        assert [each.state for each in host._roster.catalogue().skills] == ["disabled"]
        with pytest.raises(CallerError, match="no action is named"):
            await ask(bench, "brew_tea")

    asyncio.run(story())


def test_a_screen_that_starts_again_is_told_everything(world: World) -> None:
    async def story() -> None:
        await world.boot()
        await world.do("start_timer", duration="PT5M")
        await world.do("set_volume", level=20)
        world.bench.told.clear()
        await world.bench.services["skills"].notified(GLANCE_CHANGED)
        await world.bench.settle()
        (told,) = world.bench.bodies("screen", Glance)
        assert told.volume == 20
        assert told.timers is not None
        assert len(told.timers) == 1
        assert told.face == "analog"

    asyncio.run(story())


def test_a_catalogue_asked_for_by_lease_travels_as_one(world: World) -> None:
    async def story() -> None:
        await world.boot()
        answer = await world.bench.ask("asr", "skills", GetCatalogue(by_lease=True))
        assert answer.body.actions == []
        assert answer.body.fingerprint == (await world.catalogue()).fingerprint

    asyncio.run(story())


def test_every_action_of_the_catalogue_is_there(world: World) -> None:
    async def story() -> None:
        await world.boot()
        catalogue = await world.catalogue()
        assert [(each.name, each.problem) for each in catalogue.skills if each.state != "running"] == []
        offered = {each.name for each in catalogue.actions if not each.hidden}
        assert offered == set(ACTIONS.split())
        for each in catalogue.actions:
            assert each.description.endswith("."), each.name
            assert each.hidden or len(each.sentences) >= 3, each.name
            assert each.hidden or each.examples, each.name

    asyncio.run(story())


def test_every_sentence_is_one_that_hassil_reads(world: World) -> None:
    from hassil.parse_expression import parse_sentence

    async def story() -> None:
        await world.boot()
        for each in (await world.catalogue()).actions:
            for text in [*(sentence.text for sentence in each.sentences), *each.rules.values()]:
                parse_sentence(text)

    asyncio.run(story())
