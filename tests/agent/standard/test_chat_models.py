"""The chat models against LangChain's standard suites (langchain-tests).

What does not apply, and why, stands at each override; inputs that a model here never takes (pictures, sound, PDF,
Anthropic's forms) are declared unsupported, which skips their tests.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

pytest.importorskip("langchain_tests", reason="langchain-tests is not installed: pip install 'bluerill[dev]'")

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from bluerill.agent.broker_model import BluerillChatModel
from bluerill.agent.remote import RemoteChatModel
from support.competent import CompetentModels, competent_server

pytestmark = pytest.mark.anyio
NO_TEXT = "the models are not serialisable: a port, or a server's address and key, is no text to keep"
NO_CLOCKS = "performance is measured in benchmarks, never asserted in a test"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with competent_server() as url:
        yield url


class Elsewhere:
    """A loop on another thread, as watch.langchain has one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)


ELSEWHERE = Elsewhere()


@pytest.fixture(scope="module", autouse=True)
def elsewhere() -> Iterator[None]:
    ELSEWHERE.thread.start()
    yield
    ELSEWHERE.loop.call_soon_threadsafe(ELSEWHERE.loop.stop)
    ELSEWHERE.thread.join()
    ELSEWHERE.loop.close()


class Shared:
    """What holds for both."""

    @property
    def supports_json_mode(self) -> bool:
        return False

    @property
    def returns_usage_metadata(self) -> bool:
        return True


class TestRemoteUnit(Shared, ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return RemoteChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"base": "http://127.0.0.1:9/v1", "model": "tiny"}

    @pytest.mark.xfail(run=False, reason=NO_CLOCKS)
    def test_init_time(self, *_fixtures: Any, **_named: Any) -> None:
        """Needs pytest-benchmark."""

    @pytest.mark.xfail(run=False, reason=NO_TEXT)
    def test_serdes(self, *_fixtures: Any, **_named: Any) -> None:
        """Needs syrupy."""


class TestLocalUnit(Shared, ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return BluerillChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"port": CompetentModels(), "model": "tiny", "runner": ELSEWHERE.run}

    @pytest.mark.xfail(run=False, reason=NO_CLOCKS)
    def test_init_time(self, *_fixtures: Any, **_named: Any) -> None:
        """Needs pytest-benchmark."""

    @pytest.mark.xfail(run=False, reason=NO_TEXT)
    def test_serdes(self, *_fixtures: Any, **_named: Any) -> None:
        """Needs syrupy."""


class TestRemoteIntegration(Shared, ChatModelIntegrationTests):
    @pytest.fixture
    def model(self, request: Any, base: str) -> BaseChatModel:
        self.base = base
        return RemoteChatModel(**self.chat_model_params, **getattr(request, "param", {}))

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return RemoteChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"base": self.base, "model": "tiny"}

    @property
    def model_override_value(self) -> str:
        return "another"

    @pytest.mark.xfail(run=False, reason=NO_CLOCKS)
    def test_stream_time(self, *_fixtures: Any, **_named: Any) -> None:
        """Needs pytest-benchmark."""


class TestLocalIntegration(Shared, ChatModelIntegrationTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return BluerillChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"port": CompetentModels(), "model": "tiny", "runner": ELSEWHERE.run}

    @property
    def model_override_value(self) -> str:
        return "another"

    @pytest.mark.xfail(run=False, reason=NO_CLOCKS)
    def test_stream_time(self, *_fixtures: Any, **_named: Any) -> None:
        """Needs pytest-benchmark."""
