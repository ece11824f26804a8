"""Skills made on request: what ``studio`` wrote is kept as files, looked at in a box without rights, and offered.

Nothing of it is on the device before the owner says so. An offer fades; each version that was offered stays in its
folder, so that what is made anew is shown as the difference from what was there, and a few older ones can be read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ..kernel.errors import CallerError, ServiceFault
from ..kernel.message import Body
from ..kernel.service import Port
from . import register
from .admission import Admit, Inspect, Offer
from .drafting import Draft, Drafted, Undrafted
from .messages import Catalogue
from .packages import Packages

STUDIO = "studio"
WITHIN_S = 18.0
SPARE_S = 5.0
"""Of that, for trying what was written."""
PATIENT_S = 120.0
"""How long one waits who asked at a terminal: a language model may write."""
OFFER_S = 600.0
KEPT = 5
"""Versions of one made skill whose files stay."""
MAX_FILES, MAX_BYTES = 12, 64 * 1024
ALLOWED = frozenset({"store", "speaker", "screen"})
"""All that a made skill may ask for."""
_PREFIX = "made-"
_PATH = re.compile(r"[a-z_][\w]*(/[\w]+)?\.(py|toml)\Z")


class _Open(NamedTuple):
    offer: Offer
    admit: Admit
    until: float


class Atelier:
    """``folder`` is the register's; ``catalogue`` gives everything that a new skill must get along with."""

    def __init__(self, port: Port, packages: Packages, folder: str, catalogue: Callable[[], Catalogue]) -> None:
        self._port = port
        self._packages = packages
        self._folder = Path(folder) / "made"
        self._catalogue = catalogue
        self._open: _Open | None = None

    async def draft(self, asked: str, now: datetime, within: float = WITHIN_S) -> Offer | Undrafted:
        """Have a skill written, tried and looked at; the offer stays open for a while. Raises typed errors."""
        self._open = None
        version = f"{now.year}.{now.month * 100 + now.day}.{now.hour * 10000 + now.minute * 100 + now.second}"
        catalogue = self._port.offer(msgspec.json.encode(self._catalogue()))
        wanted = Draft(asked, version, now.isoformat(), within - SPARE_S)
        answer = await self._port.ask(STUDIO, wanted, Body, within=within, lease=catalogue)
        if isinstance(answer, Undrafted):
            return answer
        if not isinstance(answer, Drafted):
            raise ServiceFault(f"studio answered {answer.wire!r}, expected a draft")
        return await self._offered(answer, version)

    async def _offered(self, made: Drafted, version: str) -> Offer:
        if not re.fullmatch(r"[a-z][a-z-]{0,40}", made.name) or made.package != _PREFIX + made.name:
            raise ServiceFault(f"studio named a skill {made.name[:40]!r} of package {made.package[:40]!r}")
        folder, before = self._write(made, version)
        seen = await self._packages.inspect(Inspect(made.package, version, made.entries, str(folder)))
        if [(s.name, s.state) for s in seen.skills] != [(made.name, "running")]:
            problem = next((s.problem for s in seen.skills if s.problem), "it holds another skill than was drafted")
            raise ServiceFault(f"the skill that was made cannot be loaded: {problem}")
        skill = seen.skills[0]
        if not set(skill.grants) <= ALLOWED:
            raise ServiceFault(f"the skill that was made asks for {sorted(set(skill.grants) - ALLOWED)}")
        code = next((text for path, text in made.files.items() if path.endswith("__init__.py")), "")
        import difflib  # not before a skill is made: it is large, and the core is small

        diff = "".join(difflib.unified_diff(before.splitlines(True), code.splitlines(True), "before", made.name))
        offer = Offer(
            made.name, made.package, version, made.summary, list(skill.grants), register.in_words(skill.grants),
            made.examples, diff, [f"{each.check}: {each.summary}" for each in made.tried], made.repairs, made.writer,
        )  # fmt: skip
        admit = Admit(
            made.package, version, made.entries, str(folder), "made on request",
            {skill.name: register.pin(skill, seen.actions)}, {skill.name: list(skill.grants)},
        )  # fmt: skip
        self._open = _Open(offer, admit, self._port.now() + OFFER_S)
        return offer

    def take(self) -> tuple[Offer, Admit]:
        """The open offer, which is closed by that. Raises CallerError if there is none (any more)."""
        held, self._open = self._open, None
        if held is None or self._port.now() > held.until:
            raise CallerError("There is no new skill to keep. Ask me for one first.")
        return held.offer, held.admit

    def named(self, said: str) -> str:
        """The package of the made skill that is meant; the newest if nothing was said. Raises CallerError."""
        names = {package: package.removeprefix(_PREFIX) for package in self.packages()}
        if not names:
            raise CallerError("I have made no skill.")
        words = set(re.findall(r"[a-z]+", said.lower())) - {"the", "my", "a", "skill"}
        fits = [
            package for package, name in names.items() if words <= {*name.split("-"), *name.replace("-", " ").split()}
        ]
        if not fits:
            raise CallerError(f"I made no skill called {said[:40]}; there are {', '.join(sorted(names.values()))}.")
        if len(fits) > 1 and words:
            raise CallerError(f"Which one: {' or '.join(sorted(names[each] for each in fits))}?")
        return fits[-1]

    def packages(self) -> list[str]:
        """Packages of made skills that were kept, the newest last."""
        held = [each for each in self._packages.read().packages.values() if each.package.startswith(_PREFIX)]
        return [
            each.package for each in sorted(held, key=lambda each: max((a.at for a in each.agreed.values()), default=0))
        ]

    def _write(self, made: Drafted, version: str) -> tuple[Path, str]:
        """The folder of this version, and the code of the one before it ('' if there is none)."""
        size = sum(len(text) for text in made.files.values())
        if len(made.files) > MAX_FILES or size > MAX_BYTES or not all(_PATH.match(path) for path in made.files):
            raise ServiceFault(f"studio wrote {len(made.files)} files of {size} characters: {sorted(made.files)[:3]}")
        import shutil  # the same

        home = self._folder / made.name
        try:
            older = sorted(home.iterdir(), key=lambda path: path.stat().st_mtime_ns) if home.is_dir() else []
            code = next(iter(older[-1].glob("*_skill/__init__.py")), None) if older else None
            before = code.read_text("utf-8") if code is not None else ""
            for path, text in made.files.items():
                target = home / version / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
            used = {each.folder for each in self._packages.read().packages.values()}
            for old in older[: -KEPT + 1]:
                if str(old) not in used:
                    import shutil  # as above

                    shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            raise ServiceFault(f"{home}: the skill cannot be written: {os.strerror(error.errno or 0)}") from error
        return home / version, before


def told(offer: Offer) -> dict[str, Any]:
    """An offer as the result of an action."""
    return {
        "made": True,
        "name": offer.name,
        "summary": offer.summary,
        "grants": offer.grants,
        "may": offer.may,
        "examples": offer.examples,
        "repairs": offer.repairs,
        "writer": offer.writer,
    }
