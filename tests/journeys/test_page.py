"""The page in a real Chromium against the real screen and web services, with a session that echoes."""

from __future__ import annotations

import itertools
import math
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bluerill.agent.jobs.messages import AddJob, Jobs, SteerJob
from bluerill.agent.messages import Hush, Press, Request, Say, State
from bluerill.modalities.screen.faces import Wardrobe
from bluerill.modalities.screen.palette import AMBER, CORAL
from bluerill.modalities.voice.messages import AudioChunk, CloseStream, OpenStream, PushToTalk, Speaking
from bluerill.skills.messages import Glance, Invoke, RingView, TimerView
from journeys.browser import Watching, chromium, needs_chromium, tone, watch_page
from support.front import FrontThread, front_thread

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tone(tmp_path_factory.mktemp("sound"))) as running:
        yield running


@pytest.fixture
def device() -> Iterator[FrontThread]:
    with front_thread() as running:
        running.tell(
            "screen",
            Glance(battery=82, steps=6204, heart_rate=72, weather="12° light rain", next_alarm="2026-11-21T07:00"),
        )
        yield running


@pytest.fixture
def watch(device: FrontThread, browser: Browser) -> Iterator[Watching]:
    with watch_page(browser, device.front.link().url) as watching:
        yield watching
        assert watching.complaints == []


def near(one: tuple[int, int, int], other: tuple[int, int, int], most: int = 40) -> bool:
    return all(abs(a - b) <= most for a, b in zip(one, other, strict=True))


def keep(watching: Watching, name: str) -> None:
    """Save a screenshot where BLUERILL_SHOTS says (for the eye and the README)."""
    folder = os.environ.get("BLUERILL_SHOTS")
    if folder:
        watching.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_the_address_bar_loses_the_token_and_the_glass_shows_a_face(watch: Watching, device: FrontThread) -> None:
    assert watch.page.url == device.front.web.door.guard.origin + "/"
    assert watch.page.evaluate("() => document.cookie") == ""
    assert watch.lit() > 0.3
    assert watch.pixel(2, 2) == (0, 0, 0)
    assert "analog face" in (watch.page.locator("#glass").get_attribute("aria-label") or "")


def test_a_typed_request_is_answered_shown_and_logged(watch: Watching, device: FrontThread) -> None:
    watch.page.keyboard.press("/")
    watch.page.keyboard.type("brew some tea")
    watch.page.keyboard.press("Enter")
    watch.page.wait_for_selector(".log .theirs")
    assert watch.page.locator(".log .mine").all_inner_texts() == ["brew some tea"]
    assert "echo brew some tea" in watch.page.locator(".log .theirs").inner_text()
    assert watch.page.locator(".log .call").inner_text() == "echo(text=brew some tea)"
    assert watch.page.locator("#plan code").inner_text() == "echo(text=brew some tea)"
    assert watch.page.locator("#total").inner_text() == "5.4 ms"
    watch.page.wait_for_function("() => document.getElementById('glass').getAttribute('aria-label').includes('Echo')")
    assert device.front.session.of(Request) == [Request("brew some tea", "text")]


def test_a_failed_request_is_one_line_and_can_be_closed(watch: Watching) -> None:
    watch.page.fill("#words", "fail")
    watch.page.click(".send")
    watch.page.wait_for_selector("#problem:not([hidden])")
    assert watch.page.locator("#problem span").inner_text() == "the echo is broken"
    watch.page.click("#problem button")
    assert watch.page.locator("#problem").is_hidden()


def test_the_timer_card_is_on_the_glass(watch: Watching, device: FrontThread) -> None:
    device.tell("screen", Glance(timers=[TimerView("1", "Tea", 600, ends_at=time.time() + 590)]))
    # The first tap opens the timers.
    watch.touch(233, 200)
    watch.page.wait_for_function("() => document.getElementById('glass').getAttribute('aria-label').includes('Tea')")
    # The cross-fade ends with the ring in its own colour.
    watch.page.wait_for_function(
        """([red, green, blue]) => {
          const d = document.getElementById('glass').getContext('2d').getImageData(233 - 212, 233, 1, 1).data;
          return Math.abs(d[0] - red) + Math.abs(d[1] - green) + Math.abs(d[2] - blue) < 60; }""",
        arg=list(AMBER),
    )
    assert near(watch.pixel(233 - 212, 233), AMBER)
    watch.page.wait_for_function(
        """([red, green, blue]) => {
          const d = document.getElementById('glass').getContext('2d').getImageData(233 + 210, 200, 1, 1).data;
          return [d[0] - red, d[1] - green, d[2] - blue].every((off) => Math.abs(off) <= 70); }""",
        arg=list(CORAL),
    )
    keep(watch, "timer")


def test_an_alarm_rings_and_is_dismissed_by_touch_button_and_key(watch: Watching, device: FrontThread) -> None:
    device.tell("screen", Glance(rings=[RingView("a7", "alarm", "Wake up")]))
    watch.page.wait_for_selector("#ring-buttons:not([hidden])")
    watch.touch(233, 347)
    device.wait_for(device.front.session, 1, Press)
    watch.page.click("#snooze")
    device.wait_for(device.front.session, 2, Press)
    watch.page.keyboard.press("Escape")
    device.wait_for(device.front.session, 3, Press)
    assert device.front.session.of(Press) == [Press("dismiss", "a7"), Press("snooze", "a7"), Press("dismiss", "a7")]
    device.tell("screen", Glance(rings=[]))
    watch.page.wait_for_selector("#ring-buttons", state="hidden")


def test_keys_turn_faces_sleep_and_wake(watch: Watching) -> None:
    label = "() => document.getElementById('glass').getAttribute('aria-label')"
    for key, face in (
        ("ArrowDown", "digital"),
        ("ArrowDown", "minimal"),
        ("ArrowUp", "digital"),
        ("ArrowRight", "analog"),
    ):
        watch.page.keyboard.press(key)
        watch.page.wait_for_function(f"() => ({label})().includes('{face} face')")
    watch.page.keyboard.press("c")
    watch.page.wait_for_function(f"() => ({label})().includes('Ambient')")
    watch.page.wait_for_timeout(400)
    assert watch.lit() < 0.08
    watch.page.focus("#glass")
    watch.page.keyboard.press("Enter")
    watch.page.wait_for_function(f"() => !({label})().includes('Ambient')")
    assert watch.page.locator("#faces button[aria-pressed=true]").inner_text().lower() == "analog"
    watch.page.keyboard.press("?")
    assert watch.page.locator("#keys").is_visible()
    watch.page.keyboard.press("Escape")
    assert watch.page.locator("#keys").is_hidden()


def test_every_control_is_reached_with_tab_in_reading_order(watch: Watching) -> None:
    seen: list[str] = []
    for _ in range(60):
        watch.page.keyboard.press("Tab")
        seen.append(watch.page.evaluate("() => document.activeElement.id || document.activeElement.className"))
    wanted = ["open-keys", "toggle-monitor", "crown", "side", "glass", "mic", "words", "hands-free"]
    assert [name for name in dict.fromkeys(seen) if name in wanted] == wanted


def test_the_microphone_arrives_as_16_khz_frames(device: FrontThread, browser: Browser) -> None:
    with watch_page(browser, device.front.link().url) as watch:
        box = watch.page.locator("#mic").bounding_box()
        assert box is not None
        watch.page.mouse.move(box["x"] + 20, box["y"] + 20)
        watch.page.mouse.down()
        device.wait_for(device.front.ears, 1, PushToTalk)
        device.wait_for(device.front.ears, 40, AudioChunk)
        watch.page.wait_for_function("() => document.getElementById('live').textContent.includes('frames')")
        assert watch.page.locator("#mic").get_attribute("aria-pressed") == "true"
        watch.page.mouse.up()
        device.wait_for(device.front.ears, 2, PushToTalk)
        ears = device.front.ears
        assert ears.of(OpenStream)[0].mode == "push"
        chunks = ears.of(AudioChunk)[:40]
        assert [chunk.seq for chunk in chunks] == list(range(40))
        assert {len(chunk.pcm) for chunk in chunks} == {1024}
        pcm = b"".join(chunk.pcm for chunk in chunks)
        samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)[4000:16000]
        crossings = sum(1 for a, b in itertools.pairwise(samples) if a < 0 <= b)
        # A 440 Hz tone has 440 upward crossings a second, if a second is 16,000 samples.
        assert math.isclose(crossings / (len(samples) / 16000), 440, rel_tol=0.03)
        assert watch.complaints == []
    device.wait_for(device.front.ears, 1, CloseStream)


def test_a_refused_microphone_is_one_line_with_the_remedy(watch: Watching) -> None:
    watch.page.evaluate(
        """() => { navigator.mediaDevices.getUserMedia =
            async () => { throw new DOMException('no', 'NotAllowedError'); }; }"""
    )
    watch.page.click("label.switch")
    watch.page.wait_for_selector("#problem:not([hidden])")
    assert "site settings" in watch.page.locator("#problem span").inner_text()
    assert not watch.page.is_checked("#hands-free")


def test_without_voices_the_device_speaks_and_hush_is_heard_at_once(watch: Watching, device: FrontThread) -> None:
    watch.page.evaluate("() => { speechSynthesis.getVoices = () => []; }")
    device.tell("web", Say(1, "this is said by the mouth of the device and takes a while " * 3))
    device.wait_for(device.front.ears, 1, Speaking)
    assert device.front.ears.of(Speaking)[0].active
    device.tell("web", Hush("stop"))
    device.wait_for(device.front.ears, 2, Speaking)
    assert not device.front.ears.of(Speaking)[1].active


def test_the_glass_listens_visibly(watch: Watching, device: FrontThread) -> None:
    device.tell("web", State("listening", "set a timer"))
    device.tell("screen", State("listening", "set a timer"))
    watch.page.wait_for_function("() => document.getElementById('live').textContent === 'set a timer'")
    watch.page.wait_for_function(
        "() => { const s = document.getElementById('glass').dataset; s.from ??= s.seq; return s.seq - s.from > 15; }"
    )
    keep(watch, "listening")


def test_a_lost_connection_says_so_and_comes_back(watch: Watching, device: FrontThread) -> None:
    async def cut() -> None:
        for page in list(device.front.web.pages.values()):
            await page.connection.close(1012)

    device.do(cut())
    watch.page.wait_for_selector("#link[data-state=closed], #link[data-state=connecting]")
    watch.page.wait_for_selector("#link[data-state=open]")
    assert "connection to the watch was lost" in watch.page.locator(".log .note").inner_text()
    watch.page.fill("#words", "back again")
    watch.page.keyboard.press("Enter")
    watch.page.wait_for_selector(".log .theirs")


def test_jobs_are_shown_rested_and_cancelled_after_a_second_press(watch: Watching, device: FrontThread) -> None:
    page, jobs = watch.page, device.front.jobs
    page.wait_for_selector("#jobs .job")
    first = page.locator("#jobs .job").first
    assert first.locator("b").inner_text() == "Write down lecture.flac"
    assert first.locator("[role=progressbar]").get_attribute("aria-valuenow") == "35"
    assert page.locator("#jobs .job").count() == 5
    first.get_by_role("button", name="Pause").click()
    device.wait_for(jobs, 1, SteerJob)
    cancel = first.get_by_role("button", name="Cancel")
    cancel.focus()
    page.wait_for_function("() => (window.looks = (window.looks ?? 0) + 1) > 100")  # news come meanwhile
    words = page.evaluate(
        """() => { const button = document.activeElement; button.click(); const asked = button.textContent;
        button.click(); return [asked, button.textContent]; }"""
    )
    assert words == ["Really cancel?", "Cancel"]
    device.wait_for(jobs, 2, SteerJob)
    page.get_by_role("button", name="Go on Index notes").click()
    page.get_by_role("button", name="Remove Summarise notes").click()
    device.wait_for(jobs, 4, SteerJob)
    assert jobs.of(SteerJob) == [
        SteerJob(5, "pause"), SteerJob(5, "cancel"), SteerJob(3, "resume"), SteerJob(2, "forget"),
    ]  # fmt: skip
    jobs.jobs = Jobs([], "")
    page.wait_for_selector("#jobs-none:not([hidden])")
    assert page.locator("#jobs .job").count() == 0
    keep(watch, "jobs")


def test_jobs_are_begun_from_the_page_and_a_full_queue_is_one_line(watch: Watching, device: FrontThread) -> None:
    page, jobs = watch.page, device.front.jobs
    page.click("[data-begin=summarise]")
    device.wait_for(jobs, 1, AddJob)
    assert jobs.of(AddJob) == [AddJob("summarise", {})]
    jobs.full = True
    page.click("[data-begin=index]")
    page.wait_for_selector("#problem:not([hidden])")
    assert page.locator("#problem span").inner_text() == "32 jobs are waiting already"


def test_memory_and_models_are_shown_by_class(watch: Watching) -> None:
    page = watch.page
    page.wait_for_selector("#models .resident")
    assert page.locator("#models .resident b").all_inner_texts() == ["smollm2-135m-q8", "whisper-nano"]
    assert "38 MB" in page.locator("#models .resident").first.inner_text()
    assert page.locator("#queue b").all_inner_texts() == ["0", "1", "6"]
    assert "4 evictions" in page.inner_text("#model-counts")
    assert "file-backed" in page.inner_text("#ledger-parts")
    assert "headroom" in (page.locator("#ledger").get_attribute("aria-label") or "")
    whole = page.evaluate(
        "() => [...document.querySelectorAll('#ledger i')].reduce((s, i) => s + parseFloat(i.style.width), 0)"
    )
    assert abs(whole - 100) < 0.1


def test_the_budget_is_moved_from_the_page_and_a_refusal_leaves_it(watch: Watching, device: FrontThread) -> None:
    page, ledger = watch.page, device.front.kernel.ledger
    page.wait_for_selector("#budget:not([disabled])")
    assert int(page.input_value("#budget")) == ledger.budget
    page.select_option("#budget", label="2048 MB")
    page.wait_for_function("() => document.querySelector('#ledger-text').textContent.endsWith('of 2048 MB')")
    assert ledger.budget == 2048 << 20
    keep(watch, "budget")
    page.evaluate("() => document.querySelector('#budget').append(new Option('1 MB', '1048576'))")
    page.select_option("#budget", label="1 MB")
    page.wait_for_selector("#problem:not([hidden])")
    assert "the core and the services started at boot need" in page.inner_text("#problem")
    page.wait_for_selector("#budget:not([disabled])")
    assert int(page.input_value("#budget")) == ledger.budget == 2048 << 20


def test_a_model_is_got_with_one_press_and_its_licence_and_size_are_told_before(
    watch: Watching, device: FrontThread
) -> None:
    page, jobs = watch.page, device.front.jobs
    page.wait_for_selector("#get-models")
    page.focus("#get-models summary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cards li")
    rows = page.locator("#cards li")
    assert rows.locator("b").all_inner_texts() == [
        "OpenAI Whisper tiny.en", "SmolLM2 135M Instruct, Q8", "PocketSphinx US English",
    ]  # fmt: skip
    assert rows.nth(0).locator(".hint").inner_text() == "31 MB of 75 MB, 4.2 MB/s"
    assert rows.nth(0).locator("[role=progressbar]").get_attribute("aria-valuenow") == "41"
    assert rows.nth(1).locator(".hint").inner_text() == "Apache-2.0 · 145 MB · en · needs bluerill[llama]"
    page.get_by_role("button", name="Get SmolLM2").click()
    device.wait_for(jobs, 1, AddJob)
    assert jobs.of(AddJob) == [AddJob("pull", {"model": "smollm2-135m"})]
    keep(watch, "models")


@pytest.mark.parametrize(("width", "dark"), [(390, False), (768, True), (1100, False), (1440, True), (1920, False)])
def test_the_layout_fits(device: FrontThread, browser: Browser, width: int, dark: bool) -> None:
    with watch_page(
        browser, device.front.link().url, width=width, height=844, dark=dark, has_touch=width < 800
    ) as watch:
        page = watch.page
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        for name in ("#glass", "#mic", "#words", ".send", "#crown", "#side"):
            box = page.locator(name).bounding_box()
            assert box is not None, name
            assert 0 <= box["x"] <= width - box["width"], name
        for name in ("#mic", ".send"):
            box = page.locator(name).bounding_box()
            assert box is not None, name
            assert min(box["width"], box["height"]) >= 44, name
        glass = page.locator("#glass").bounding_box()
        assert glass is not None
        assert abs(glass["width"] - glass["height"]) < 1
        assert glass["width"] >= 230
        page.fill("#words", "hello")
        page.keyboard.press("Enter")
        page.wait_for_selector(".log .theirs")
        assert watch.complaints == []
        keep(watch, f"page-{width}-{'dark' if dark else 'light'}")


def test_all_text_of_the_page_has_contrast(device: FrontThread, browser: Browser) -> None:
    script = """() => {
      const light = (c) => {
        const f = (v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
        return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
      const parse = (s) => { const n = s.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
      const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
      const bad = [];
      for (const e of document.querySelectorAll('body *')) {
        if (!e.offsetParent) continue;
        if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
        if (e.closest('.unseen, .skip, svg, .spans, dialog:not([open])')) continue;
        const stack = [];
        for (let p = e; p; p = p.parentElement) stack.push(parse(getComputedStyle(p).backgroundColor));
        const base = matchMedia('(prefers-color-scheme: dark)').matches ? [10, 15, 22, 1] : [238, 243, 248, 1];
        const ground = stack.reverse().reduce((under, c) => over(c, under), base);
        const ink = over(parse(getComputedStyle(e).color), ground);
        const [hi, lo] = [light(ink), light(ground)].sort((a, b) => b - a);
        const ratio = (hi + .05) / (lo + .05);
        if (ratio < 4.5) bad.push(`${e.tagName} ${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 30)}`);
      }
      return bad; }"""
    for dark in (False, True):
        with watch_page(browser, device.front.link().url, dark=dark) as watch:
            watch.page.fill("#words", "hello")
            watch.page.keyboard.press("Enter")
            watch.page.wait_for_selector(".log .theirs")
            watch.page.wait_for_selector("#services tr")
            assert watch.page.evaluate(script) == []


def test_a_face_brought_to_the_page_is_on_the_watch(watch: Watching, device: FrontThread, tmp_path: Path) -> None:
    device.front.screen.wardrobe = Wardrobe(tmp_path / "faces")
    face = tmp_path / "Red Dial.xml"
    face.write_text('<WatchFace width="450" height="450"><Scene backgroundColor="#FFFF0000"/></WatchFace>')
    watch.page.locator("#bring").set_input_files(face)
    watch.page.wait_for_function("() => document.querySelector('#faces button[data-face=\"red dial\"]')")
    watch.page.wait_for_function(
        "() => { const at = document.querySelector('#glass').getContext('2d').getImageData(233, 233, 1, 1).data;"
        " return at[0] > 240 && at[1] < 15; }"
    )
    keep(watch, "brought-face")
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK no archive")
    watch.page.locator("#bring").set_input_files(bad)
    watch.page.wait_for_function("() => document.querySelector('#problem').textContent.includes('zip archive')")


def test_the_gallery_shows_every_face_and_wears_one(watch: Watching, device: FrontThread) -> None:
    page = watch.page
    page.set_default_timeout(60_000)
    page.keyboard.press("f")
    page.wait_for_selector("#faces:popover-open")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#faces img')].every((each) => each.complete && each.naturalWidth > 90)"
    )
    assert page.locator("#faces button").count() >= 17
    keep(watch, "gallery")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#face-now span').textContent === 'digital'")
    assert not page.locator("#faces").is_visible()
    page.locator("#face-next").click()
    page.wait_for_function("() => document.querySelector('#face-now span').textContent === 'minimal'")
    page.locator("#face-back").click()
    page.wait_for_function("() => document.querySelector('#face-now span').textContent === 'digital'")
    worn = [ask.arguments["name"] for ask in device.front.skill.of(Invoke) if ask.action == "wear_face"]
    assert worn == ["digital", "minimal", "digital"]
    page.keyboard.press("f")
    page.keyboard.press("Escape")
    assert not page.locator("#faces").is_visible()
    assert not watch.complaints


def test_the_studio_shows_reads_edits_and_makes_faces(
    watch: Watching, device: FrontThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluerill.modalities.screen.design.making.JUDGED", ())
    device.front.designer.use(tmp_path / "faces")
    page = watch.page
    page.set_default_timeout(60_000)  # figures of a face take seconds of a core
    page.keyboard.press("s")
    page.wait_for_selector("#studio[open]")
    page.wait_for_function("() => document.querySelectorAll('#studio-gallery button').length >= 14")
    page.locator("#studio-gallery button[data-face=meridian]").click()
    page.wait_for_function("() => document.querySelector('#studio-document').value.includes('HOUR_0_11')")
    page.wait_for_function("() => /^[A-G]$/.test(document.querySelector('#studio-energy').textContent)", timeout=60_000)
    assert page.locator("#studio-scores li").count() > 8
    assert (
        "Nothing is wrong" in page.locator("#studio-findings").inner_text()
        or page.locator("#studio-findings .bad").count() == 0
    )
    first = page.locator("#studio-picture").get_attribute("src")
    page.locator("#studio-at").fill("900")
    page.wait_for_function(f"() => document.querySelector('#studio-picture').src !== {first!r}")
    assert page.locator("#studio-clock").inner_text() == "15:00"
    page.locator("#studio-ambient").check()
    keep(watch, "studio")
    page.locator("#studio-ambient").uncheck()
    # hot reload: an edit is seen, and a mistake is named with its line
    text = page.locator("#studio-document").input_value()
    page.locator("#studio-document").fill(text.replace('value="[MINUTE] * 6"', 'value="[MINUTE] * "'))
    page.wait_for_selector("#studio-findings .bad")
    line = next(n for n, row in enumerate(text.split("\n"), 1) if 'value="[MINUTE] * 6"' in row)
    assert f"line {line}" in page.locator("#studio-findings").inner_text()
    page.locator("#studio-document").fill(text.replace("#FFF4F7FA", "#FFFF0000"))
    page.wait_for_function("() => !document.querySelector('#studio-findings .bad')")
    page.locator("#studio-keep").click()
    page.wait_for_selector("#studio-gallery button[data-face='meridian 2'][aria-pressed=true]")
    assert (tmp_path / "faces" / "meridian-2.zip").is_file()
    # new from words
    page.fill("#studio-text", "calm blue analog, steps at the bottom")
    page.locator("#studio-make").click()
    page.wait_for_selector("#studio-gallery button[data-face='calm blue analog'][aria-pressed=true]", timeout=60_000)
    page.wait_for_function(
        "() => document.querySelector('#studio-document').value.includes('STEP_COUNT')", timeout=60_000
    )
    keep(watch, "studio-made")
    # a change is made to the face that is looked at, not to the one that is worn
    page.locator("#studio-gallery button[data-face=harbour]").click()
    page.wait_for_function("() => document.querySelector('#studio-energy').textContent !== '…'", timeout=60_000)
    page.fill("#studio-text", "make it red")
    page.locator("#studio-change").click()
    page.wait_for_function(
        "() => document.querySelector('#studio-gallery button[data-face^=diver]')",
        timeout=60_000,
    )
    page.fill("#studio-text", "zebra")
    page.locator("#studio-make").click()
    page.wait_for_function("() => document.querySelector('#studio-said').textContent.includes('zebra')")
    page.locator("#studio-close").click()
    assert not page.locator("#studio").is_visible()
