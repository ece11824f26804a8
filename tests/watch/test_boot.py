"""Booting the real wiring: what the manifest says is what runs, and what does not fit is said before it starts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bluerill.agent.messages import Request, Turn
from bluerill.kernel.errors import ManifestError
from bluerill.kernel.message import encode_body
from bluerill.modalities.voice.messages import Corpus, GetCorpus
from bluerill.skills.messages import Catalogue, GetCatalogue
from bluerill.watch.boot import PAGE, VOICE, DeviceBusy, boot, fit, load_manifest


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def test_the_wiring_is_legal_and_fits_its_budget() -> None:
    manifest = load_manifest(port=0, secret="")
    assert fit(manifest) == []
    assert "--ram 96M leaves" in fit(load_manifest(port=0, secret="", ram="96M"))[0]


def test_a_headless_device_answers_and_its_corpus_child_gets_the_whole_catalogue() -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))) as device:
            port = device.kernel.connect("front")
            turn = await port.ask("session", Request("set a timer for ten minutes"), Turn, within=20)
            assert [call.name for call in turn.calls] == ["start_timer"]
            whole = await port.ask("skills", GetCatalogue(), Catalogue)
            named, lease = await port.borrow("skills", GetCatalogue(by_lease=True), Catalogue)
            with lease:
                assert msgspec.json.decode(lease.bytes(), type=Catalogue) == whole
            assert len(encode_body(named)) < 100 < len(encode_body(whole))
            corpus, text = await port.borrow("corpus", GetCorpus(), Corpus, within=40)
            with text:
                assert corpus.fingerprint == whole.fingerprint
                assert text.bytes().count(b"\n") == corpus.sentences > 5000

    run(main())


def test_one_state_directory_has_one_device() -> None:
    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))):
            with pytest.raises(DeviceBusy):
                boot(load_manifest(without=(*VOICE, *PAGE)))
        async with boot(load_manifest(without=(*VOICE, *PAGE))):
            pass

    run(main())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("weather = 3", "expected a table for each skill"), ("[weather", "is not TOML"), ("\x00", "is not TOML")],
)
def test_settings_that_are_none_are_one_line(own_home: Path, text: str, expected: str) -> None:
    (own_home / "settings.toml").write_text(text)
    with pytest.raises(ManifestError, match=expected):
        load_manifest(port=0, secret="")


def test_the_owners_settings_reach_the_skills(own_home: Path) -> None:
    (own_home / "settings.toml").write_text('[weather]\nplace = "Berlin"\n')
    manifest = load_manifest(port=0, secret="")
    faces = {"folder": str(own_home / "faces")}
    assert manifest.services["skills"].settings["settings"] == {"weather": {"place": "Berlin"}, "faces": faces}
    assert manifest.services["screen"].settings["faces"] == faces["folder"]


def test_the_skill_and_the_screen_look_for_faces_in_one_folder(own_home: Path) -> None:
    (own_home / "settings.toml").write_text('[faces]\nfolder = "/dials"\n')
    manifest = load_manifest(port=0, secret="")
    assert manifest.services["skills"].settings["settings"]["faces"] == {"folder": "/dials"}
    assert manifest.services["screen"].settings["faces"] == "/dials"


def test_the_models_that_the_owner_names_for_the_planner_reach_it(own_home: Path) -> None:
    assert "larger" not in load_manifest(port=0, secret="").services["planner"].settings
    (own_home / "settings.toml").write_text('[planner]\nmodel = "qwen3-0.6b"\n')
    services = load_manifest(port=0, secret="").services
    assert services["planner"].settings["larger"] == "larger"
    assert services["larger"].settings["models"] == ["qwen3-0.6b"]
    (own_home / "settings.toml").write_text("[planner]\nmodel = [1]\n")
    with pytest.raises(ManifestError, match="expected a model's name or a list of them"):
        load_manifest(port=0, secret="")
