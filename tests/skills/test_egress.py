"""Egress: what may leave, how much may come back, and how long it may take. Only loopback is used."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bluerill.kernel.errors import CallerError, CapabilityError, ServiceFault
from bluerill.skills import loader, register
from bluerill.skills.derive import actions_of
from bluerill.skills.egress import SYSTEM_HOSTS, SYSTEM_OPTIONS, EgressService
from bluerill.skills.messages import Fetch, Fetched
from bluerill.skills.register import Agreed, Package, Register
from bluerill.skills.testing import Bench


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "https://evil.example/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/missing":
            self.send_error(404)
        elif self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(400):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    threading.Event().wait(0.01)
            except OSError:
                pass
            self.close_connection = True
        else:
            body = b"x" * int(self.path.strip("/") or 5)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        body = self.headers["Authorization"].encode() + b" " + sent
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def fetched(bench: Bench, request: Fetch, sender: str = "skills", **settings: Any) -> bytes:
    async def story() -> bytes:
        egress = EgressService(**settings)
        await bench.add("egress", egress)
        try:
            answer = await bench.ask(sender, "egress", request)
            assert answer.body == Fetched(200, b"")
            return bytes(answer.lease.bytes())
        finally:
            await egress.stop()

    return asyncio.run(story())


def test_a_page_comes_back_as_a_lease(bench: Bench, server: str) -> None:
    assert fetched(bench, Fetch(f"{server}/100000"), loopback=True) == b"x" * 100_000


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("https://evil.example/", CapabilityError, "service 'skills' may not reach 'evil.example'; granted: api.open"),
        ("http://api.open-meteo.com/", CapabilityError, "only https"),
        ("https://api.open-meteo.com:8443/", CapabilityError, "only https on its own port"),
        ("https://api.open-meteo.com.evil.example/", CapabilityError, "may not reach"),
        ("https://user:pw@api.open-meteo.com/", CallerError, "user name"),
        ("https://evil.example@api.open-meteo.com/", CallerError, "user name"),
        ("file:///etc/passwd", CapabilityError, "only https"),
        ("http://127.0.0.1:80/", CapabilityError, "only https"),
        ("https://api.open-meteo.com/a b", CallerError, "printable ASCII"),
        ("https://api.open-meteo.com/\r\nHost: x", CallerError, "printable ASCII"),
        ("https://[::1", CallerError, "not a URL"),
        ("https://api.open-meteo.com:x/", CallerError, "not a URL"),
        ("https://" + "a" * 3000, CallerError, "at most 2000"),
    ],
)
def test_nothing_else_leaves(bench: Bench, url: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        fetched(bench, Fetch(url))


def test_grants_belong_to_the_sender(bench: Bench) -> None:
    with pytest.raises(CapabilityError, match=r"'skill-tea' may not reach 'api\.open-meteo\.com'; granted: nothing"):
        fetched(bench, Fetch("https://api.open-meteo.com/"), sender="skill-tea")


@pytest.mark.parametrize(
    ("path", "request_", "words"),
    [
        ("/moved", {}, "answered 302"),
        ("/missing", {}, "answered 404"),
        ("/5000", {"max_bytes": 4000}, "sent more than 4000 bytes"),
        ("/drip", {"timeout_s": 0.15}, "was not done within 0.15 s"),
    ],
)
def test_what_comes_back_is_bounded(bench: Bench, server: str, path: str, request_: dict[str, Any], words: str) -> None:
    with pytest.raises(ServiceFault, match=words):
        fetched(bench, Fetch(server + path, **request_), loopback=True)


def test_an_unreachable_host_is_one_line(bench: Bench) -> None:
    with pytest.raises(ServiceFault, match=r"127.0.0.1 could not be reached: .*refused") as caught:
        fetched(bench, Fetch("http://127.0.0.1:9/", timeout_s=1.0), loopback=True)
    assert "\n" not in str(caught.value)


def test_the_default_grants_are_what_the_system_skills_declare() -> None:
    from support.bench import system_skills

    declared = set()
    for each in system_skills():
        cls = loader.load(loader.parse_entry(each, loader.OWN))
        granted = {*cls.grants, *(grant for action in actions_of(cls).values() for grant in action.info.grants)}
        for grant in granted:
            if grant.startswith("network:@"):
                assert grant in SYSTEM_OPTIONS["skills"][cls.name]
                assert grant.removeprefix("network:@") in cls.options
            elif grant.startswith("network:"):
                declared.add(grant.removeprefix("network:"))
    assert declared == set(SYSTEM_HOSTS["skills"])


def test_the_devices_own_skills_reach_the_feed_that_the_owner_wrote_down(bench: Bench, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[world]\nfeed = "http://127.0.0.1:9/news.xml"\n')
    with pytest.raises(ServiceFault, match=r"127.0.0.1 could not be reached"):
        fetched(bench, Fetch("http://127.0.0.1:9/news.xml", 1.0), "skills", settings=str(settings))
    for url, sender in (("http://127.0.0.1:10/news.xml", "skills"), ("http://127.0.0.1:9/news.xml", "screen")):
        with pytest.raises(CapabilityError):
            fetched(bench, Fetch(url, 1.0), sender, settings=str(settings))
    settings.write_text("")
    with pytest.raises(CapabilityError):
        fetched(bench, Fetch("http://127.0.0.1:9/news.xml", 1.0), "skills", settings=str(settings))


def agreed(tmp_path: Path, *grants: str, settings: str = "") -> dict[str, str]:
    """What a device has once its owner has agreed to a package's grants."""
    lamps = Package("lamps", entries=["lamps=a:B"], agreed={"lamps": Agreed(list(grants), "pin")})
    register.write(tmp_path, Register({"lamps": lamps}))
    (tmp_path / "settings.toml").write_text(settings)
    return {"register": str(tmp_path), "settings": str(tmp_path / "settings.toml")}


def test_a_package_reaches_what_the_owner_agreed_to_and_no_longer(bench: Bench, tmp_path: Path) -> None:
    places = agreed(tmp_path, "network:api.invalid")
    with pytest.raises(ServiceFault, match=r"api\.invalid could not be reached"):
        fetched(bench, Fetch("https://api.invalid/x", 1.0), "skill-lamps", **places)
    for url in ("http://api.invalid/x", "https://api.invalid:8443/x", "https://other.invalid/"):
        with pytest.raises(CapabilityError):
            fetched(bench, Fetch(url, 1.0), "skill-lamps", **places)
    with pytest.raises(CapabilityError, match="'skill-other' may not reach"):
        fetched(bench, Fetch("https://api.invalid/x", 1.0), "skill-other", **places)
    agreed(tmp_path)
    with pytest.raises(CapabilityError, match="granted: nothing"):
        fetched(bench, Fetch("https://api.invalid/x", 1.0), "skill-lamps", **places)


def test_an_address_in_the_house_is_the_owners_to_name(bench: Bench, tmp_path: Path, server: str) -> None:
    places = agreed(tmp_path, "network:@url", settings=f'[lamps]\nurl = "{server}/api"\n')
    assert fetched(bench, Fetch(f"{server}/5"), "skill-lamps", **places) == b"xxxxx"
    with pytest.raises(CapabilityError):
        fetched(bench, Fetch("http://127.0.0.1:1/5"), "skill-lamps", **places)
    agreed(tmp_path, "network:@url", settings="")
    with pytest.raises(CapabilityError):
        fetched(bench, Fetch(f"{server}/5"), "skill-lamps", **places)


def test_what_is_sent_is_told_and_bounded(bench: Bench, server: str) -> None:
    sent = Fetch(f"{server}/echo", method="POST", headers={"Authorization": "Bearer x"}, body=b"hello")
    assert fetched(bench, sent, loopback=True) == b"Bearer x hello"
    for wrong, words in (
        (Fetch(server, headers={"Host": "evil.example"}), "may carry the headers"),
        (Fetch(server, headers={"Accept": "a\r\nHost: evil"}), "printable ASCII"),
        (Fetch(server, body=b"x"), "a GET carries no body"),
        (Fetch(server, method="POST", body=b"x" * 70_000), "at most 65536 bytes"),
    ):
        with pytest.raises(CallerError, match=words):
            fetched(bench, wrong, loopback=True)
