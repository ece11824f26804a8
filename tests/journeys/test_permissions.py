"""What a package asks for is asked on the page, agreed to there, taken back there, and asked again on first use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from journeys.browser import chromium, needs_chromium, watch_page
from journeys.test_first_light import running_watch
from journeys.test_recovery import bluerill
from support.wheels import wheel

expect.set_options(timeout=20_000)  # a shared machine may be slow
pytestmark = [pytest.mark.browser, pytest.mark.process, needs_chromium]

TEA = '''
class Tea(Skill):
    """Brews tea."""
    name = "tea"
    grants = ("store",)

    @action("brew {kind} tea", examples=["brew green tea"])
    async def brew_tea(self, kind: Text) -> Reply:
        "Brew."
        await self.device.put("last", kind)
        return Reply(f"{kind} tea.")
'''


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("BLUERILL_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def ask(page: Page, text: str, reply: str) -> None:
    """Type until the planner knows what is installed, and the reply is there."""
    for _ in range(20):
        before = page.locator("#log .reply, #log li").count()
        page.locator("#words").fill(text)
        page.keyboard.press("Enter")
        page.wait_for_function("n => document.querySelectorAll('#log .reply, #log li').length > n", arg=before)
        if reply in page.locator("#log").inner_text():
            return
        page.wait_for_timeout(150)
    raise AssertionError(f"expected {reply!r}, got {page.locator('#log').inner_text()!r}")


def test_a_package_asks_is_let_in_loses_a_grant_and_asks_again(tmp_path: Path) -> None:
    home: Any = tmp_path / "home"
    package = wheel(tmp_path, "tea", TEA, {"tea": "Tea"})
    with running_watch(home) as (_, url), chromium() as browser, watch_page(browser, url) as watch:
        page = watch.page
        assert "tea is waiting" in bluerill(home, "skills", "install", str(package))
        asked = page.locator("#asks .asked")
        expect(asked).to_have_count(1)
        expect(asked.locator("h3")).to_have_text("Let in tea?")
        expect(asked.locator("li")).to_have_text(["keep notes of its own on this device"])
        shot(page, "permission-asked")
        asked.get_by_role("button", name="Let in").click()
        expect(asked).to_have_count(0)
        held = page.locator("#skills .held input")
        expect(held).to_be_checked()
        ask(page, "brew green tea", "green tea.")
        shot(page, "permission-held")

        page.locator("#skills .held .switch").click()
        expect(held).not_to_be_checked()
        ask(page, "brew black tea", "took that back")
        expect(asked.locator("h3")).to_have_text("Allow tea?")
        shot(page, "permission-first-use")
        asked.get_by_role("button", name="Allow").click()
        expect(held).to_be_checked()
        ask(page, "brew white tea", "white tea.")

        assert "✓ store" in bluerill(home, "skills", "grants", "tea")
        assert "taken back" in bluerill(home, "skills", "revoke", "tea")
        made = page.locator("#asks .asked[data-kind=made]")
        for _ in range(4):  # on a slow machine it may say that it has no time just now
            said = page.locator("#log").inner_text().count("try again later")
            page.locator("#words").fill("make a skill that flips a coin")
            page.keyboard.press("Enter")
            page.wait_for_function(
                "n => document.querySelector('#asks .asked[data-kind=made]') || "
                "document.getElementById('log').innerText.split('try again later').length - 1 > n",
                arg=said,
                timeout=40_000,
            )
            if made.count():
                break
        assert made.count() == 1, page.locator("#log").inner_text()[-800:]
        made.locator("summary").first.click()
        expect(made.locator("pre")).to_contain_text("class")
        shot(page, "permission-made")
        made.get_by_role("button", name="Not now").click()
        expect(page.locator("#asks")).to_be_hidden()
        assert watch.complaints == []
    log = (home / "audit.jsonl").read_text()
    for decision in ("install", "revoke", "grant", "decline"):
        assert f'"action":"{decision}"' in log
