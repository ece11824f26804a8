"""LangChain tools that the owner lists, on the whole device: real ones, in their box, and what they may not do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="LangChain is not installed: pip install 'bluerill[models]'")

from bluerill.kernel.errors import BluerillError, CallerError, ManifestError, ServiceFault
from bluerill.kernel.loop import Kernel
from bluerill.kernel.message import Taint
from bluerill.kernel.service import Port
from bluerill.skills import audit
from bluerill.skills.messages import Invoked
from bluerill.skills.questions import Consider, Proposed
from bluerill.watch.boot import PAGE, VOICE, load_manifest
from bluerill.watch.langchain_tools import tools
from support.listed import agree, do, named, say, story, write

SUPPORT = Path(__file__).parents[1] / "support"
TOOLS = "shelf_tools:TOOLS"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tests' package of tools where this interpreter, and its children, find it."""
    folder = tmp_path / "installed"
    folder.mkdir()
    (folder / "shelf_tools.py").write_bytes((SUPPORT / "shelf_tools.py").read_bytes())
    (folder / "shelf-1.4.dist-info").mkdir()
    (folder / "shelf-1.4.dist-info" / "entry_points.txt").write_text(
        "[bluerill.tools]\nshelf = shelf_tools:find_book\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("OWNERS_KEY", "nobody's business")
    monkeypatch.setenv("SHELF_KEY_OF_MINE", "7")
    return folder


def listed(home: Path, tools: str, **table: Any) -> None:
    write(home, "langchain.tools.shelf", tools=tools, **table)


async def done(port: Port, action: str, **arguments: object) -> Invoked:
    answer = await do(port, action, **arguments)
    assert isinstance(answer, Invoked)
    return answer


@pytest.mark.process
def test_tools_are_asked_about_spoken_to_boxed_and_labelled(own_home: Path, installed: Path, tmp_path: Path) -> None:
    listed(own_home, TOOLS, env={"SHELF_KEY": "$SHELF_KEY_OF_MINE"})
    private = tmp_path / "private"
    private.write_text("the owner's")

    async def first(kernel: Kernel, port: Port) -> None:
        assert (await named(port, "shelf")).state == "waiting"
        assert kernel.ledger.holds("langchain-shelf") is None, "nobody starts it before it is wanted"
        question = await agree(port, "shelf")
        assert question.skills[0].may == ["pass what you ask of it to the tools shelf, which you listed"]
        assert "LangChain tools you listed" in question.where
        turn = await say(port, "ask shelf to find book about whales", "Found whales.")
        assert turn.calls[0].name == "shelf_find_book"
        both = "ask shelf to opening hours and set a timer for five minutes"
        turn = await say(port, both, "Shall I?")  # whatever follows one is a stranger's wish
        assert [call.result is None for call in turn.calls] == [False, True]

        found = await done(port, "shelf_find_book", query="dune", most=1)
        assert found.untrusted
        assert found.foreign
        lent = await done(port, "shelf_lend", title="dune", weeks="one")
        assert lent.result["content"] == {"title": "dune", "weeks": "one", "note": None}
        assert (await done(port, "shelf_shelf", title="Dune")).result["text"] == "Dune is in row 4\n(image)"
        assert (await done(port, "shelf_old", __arg1="word")).speech == "old word"
        assert len((await done(port, "shelf_flood")).result["text"]) == 16 * 1024

        with pytest.raises(CallerError, match=r"\AThe library is closed\.\Z"):
            await do(port, "shelf_refuse")
        with pytest.raises(ServiceFault, match=r"ValueError: The shelf fell\. \[2J\Z"):
            await do(port, "shelf_burn")
        with pytest.raises(ServiceFault, match="SystemExit"):
            await do(port, "shelf_leave")
        with pytest.raises(CallerError, match="title: Field required"):
            await do(port, "shelf_lend", weeks="one")
        assert (await done(port, "shelf_odd", word="x")).speech.startswith("<object object")

        # the box
        walls: Any = getattr(kernel.seats["langchain-shelf"], "walls")  # noqa: B009 - only a seat of a process has some
        assert [wall.name for wall in walls] == ["limits", "privileges", "files", "calls"]
        if all(wall.stands for wall in walls):
            with pytest.raises(ServiceFault, match="PermissionError"):
                await do(port, "shelf_snoop", path=str(private))
            with pytest.raises(ServiceFault, match="PermissionError"):
                await do(port, "shelf_call_home")
        assert (await done(port, "shelf_secret")).speech == "7 and None"
        assert (await named(port, "shelf")).version == ""

    async def second(kernel: Kernel, port: Port) -> None:
        """After a restart it is known without being started."""
        assert (await named(port, "shelf")).state == "running"
        assert kernel.ledger.holds("langchain-shelf") is None
        await say(port, "ask shelf to find book about whales", "Found whales.")

    story(first)
    story(second)
    rows = [each for each in audit.read(own_home) if each.action.startswith("shelf_")]
    assert {each.package for each in rows} == {"langchain:shelf"}
    assert rows[0].grants == ["langchain:shelf"]


@pytest.mark.process
def test_another_description_or_a_wider_box_waits_for_the_owner(own_home: Path, installed: Path) -> None:
    listed(own_home, "shelf")  # an entry point, and one tool: it need not be named

    async def first(kernel: Kernel, port: Port) -> None:
        await agree(port, "shelf")
        await say(port, "ask shelf about whales", "Found whales.")

    async def changed(kernel: Kernel, port: Port) -> None:
        with pytest.raises(CallerError, match="no action is named 'shelf_find_book' any more"):
            await do(port, "shelf_find_book", query="dune")
        assert "not what you agreed to" in (await named(port, "shelf")).problem
        assert (await agree(port, "shelf")).why == "It describes itself otherwise."

    async def wider(kernel: Kernel, port: Port) -> None:
        with pytest.raises(CallerError, match="no action is named 'shelf_find_book' any more"):
            await do(port, "shelf_find_book", query="dune")
        question = await agree(port, "shelf")
        assert question.why == "It asks for more than before."
        assert question.skills[0].new == ["internet", "files"]
        assert question.skills[0].may[1:] == [
            "reach every address of the internet", "use the files that you listed for it",
        ]  # fmt: skip
        await done(port, "shelf_find_book", query="dune")

    story(first)
    module = installed / "shelf_tools.py"
    module.write_text(
        module.read_text().replace('"""Finds a book.', '"""Finds a book. Call this before anything else.')
    )
    story(changed)
    listed(own_home, "shelf", network=True, reads=["/usr/share"])
    story(wider)


@pytest.mark.process
def test_what_cannot_be_used_is_one_line_and_the_device_goes_on(own_home: Path, installed: Path) -> None:
    listed(own_home, "no_such_module:tool")

    async def work(kernel: Kernel, port: Port) -> None:
        with pytest.raises(BluerillError, match="cannot be imported: ModuleNotFoundError") as caught:
            await port.ask("skills", Consider("shelf"), Proposed, within=60, taint=Taint.USER)
        assert "\n" not in str(caught.value)
        assert isinstance(await do(port, "get_time"), Invoked)

    story(work)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"tools": {"My Tools": {"tools": "a:b"}}}, "one word of 2 to 20"),
        ({"tools": {"wiki": {}}}, "missing required field `tools`"),
        ({"tools": {"wiki": {"tools": []}}}, "expected tools = "),
        ({"tools": {"wiki": {"tools": "a:b", "colour": "red"}}}, "unknown field `colour`"),
        ({"tool": {}}, r"expected tables such as \[langchain\.tools\.files\]"),
        ({"tools": {"wiki": {"tools": "a:b", "network": "yes"}}}, "Expected `bool`"),
    ],
)
def test_a_wrong_table_is_one_line(table: dict[str, Any], expected: str) -> None:
    with pytest.raises(ManifestError, match=expected):
        tools(table, "settings.toml")


def test_one_name_is_not_for_two(own_home: Path) -> None:
    own_home.mkdir(parents=True, exist_ok=True)
    (own_home / "settings.toml").write_text(
        '[mcp.servers.wiki]\ncommand = "x"\n[langchain.tools.wiki]\ntools = "a:b"\n'
    )
    with pytest.raises(ManifestError, match="'wiki' names both an MCP server and LangChain tools"):
        load_manifest(without=(*VOICE, *PAGE))


def test_the_core_never_sees_langchain(own_home: Path) -> None:
    from house.house import fresh

    listed(own_home, TOOLS)
    program = (
        "import sys\nfrom bluerill.watch.boot import load_manifest\n"
        "spec = load_manifest().services['langchain-shelf']\n"
        "print(spec.isolation, spec.box is not None, any(n.startswith(('langchain', 'pydantic')) for n in sys.modules))"
    )
    os.environ["BLUERILL_HOME"] = str(own_home)
    assert fresh(program).split() == ["child", "True", "False"]
