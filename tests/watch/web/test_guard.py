"""Who may come in: exact names, one-time tokens, cookies nobody can guess."""

from __future__ import annotations

import pytest

from bluerill.watch.web.guard import MAX_LINKS, Bucket, Guard, security_headers, split


@pytest.fixture
def guard() -> Guard:
    return Guard("127.0.0.1", 8765, token="first")


@pytest.mark.parametrize(
    "host",
    [None, "", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:87650", "localhost:8765", "127.evil.com", "127.evil.com:8765",
     "127.0.0.1.evil.com:8765", "127.0.0.1:8765.evil.com", "evil.com", "[::1]:8765", "0.0.0.0:8765", "127.1:8765",
     "127.0.0.1:8765 ", "user@127.0.0.1:8765", "127.0.0.1:8765é"],
)  # fmt: skip
def test_any_other_host_is_refused(guard: Guard, host: str | None) -> None:
    assert not guard.host_ok(host)
    assert guard.host_ok("127.0.0.1:8765")


@pytest.mark.parametrize("origin", ["null", "http://evil.com", "https://127.0.0.1:8765", "http://127.0.0.1:8766", ""])
def test_any_other_origin_is_refused(guard: Guard, origin: str) -> None:
    assert not guard.origin_ok(origin, required=False)
    assert guard.origin_ok("http://127.0.0.1:8765", required=True)


def test_no_origin_will_do_for_a_navigation_only(guard: Guard) -> None:
    assert guard.origin_ok(None, required=False)
    assert not guard.origin_ok(None, required=True)


def test_a_token_works_once(guard: Guard) -> None:
    assert not guard.admit("")
    assert not guard.admit("secondé")
    assert guard.admit("first")
    assert not guard.admit("first")
    link = guard.link()
    _, token = split(link.removeprefix("http://127.0.0.1:8765"))
    assert len(token) >= 32
    assert guard.admit(token)
    assert not guard.admit(token)


def test_unused_tokens_are_bounded(guard: Guard) -> None:
    links = [guard.link() for _ in range(MAX_LINKS + 5)]
    assert not guard.admit("first")
    assert not guard.admit(split(links[0])[1])
    assert guard.admit(split(links[-1])[1])


def test_the_cookie_is_http_only_strict_and_needed_whole(guard: Guard) -> None:
    pair, *attributes = guard.cookie.split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(attributes)
    assert guard.known(f"other=1; {pair}")
    for bad in (None, "", "other=1", pair[:-1], pair + "0", pair.replace("_8765", "_8766"), "=;=;;", "x" * 5000):
        assert not guard.known(bad)
    assert not Guard("127.0.0.1", 8765).known(pair)


def test_a_secret_keeps_cookies_over_a_restart() -> None:
    one, other = (Guard("127.0.0.1", 1, secret="s3cret") for _ in range(2))
    assert other.known(one.cookie.split("; ")[0])
    assert not Guard("127.0.0.1", 1, secret="else").known(one.cookie.split("; ")[0])


def test_the_policy_allows_nothing_inline_and_nothing_from_outside() -> None:
    headers = security_headers("http://127.0.0.1:8765")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "https:" not in policy
    assert "*" not in policy
    assert "microphone=(self), camera=(self)" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_bucket_allows_bursts_and_then_its_rate() -> None:
    bucket = Bucket(10, 5, 100.0)
    assert [bucket.take(100.0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert bucket.take(100.11)
    assert not bucket.take(100.11)
    assert sum(bucket.take(200.0) for _ in range(50)) == 5
