"""``bluerill face export FILE -o FOLDER``: a face as an Android project that builds a resource-only bundle."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import msgspec

from ...kernel.errors import CallerError
from ...modalities.screen.wff.check import check
from ...modalities.screen.wff.face import Face
from ...modalities.screen.wff.parse import MAX_BYTES
from ...modalities.screen.wff.project import package_of, project, slug_of
from .easel import device_at, drawing_arguments, moment_of, opened, renderer_of, settings_of

PREVIEW = (450, 450)


def arguments(parser: argparse.ArgumentParser) -> None:
    drawing_arguments(parser)
    add = parser.add_argument
    add("-o", "--out", metavar="FOLDER", required=True, help="where to write; must not exist or be empty")
    add("--name", default="", help="what people see (default: the file's name)")
    add("--package", default="", help="application id (default org.example.NAME); with --push its last part")
    add("--push", metavar="APP", default="", help="for Watch Face Push: the package of the app that installs it")
    add("--version", type=int, choices=range(1, 6), help="format version to declare (default: its own, else the first)")
    add("--min-sdk", type=int, metavar="N", help="API level (default: that of the version)")
    add("--json", action="store_true", help="one JSON document: folder, version, package, files")


def run(args: argparse.Namespace) -> int:
    face = opened(args.file)
    version = _version(face, args.version)
    label = args.name or Path(args.file).resolve().stem
    slug = slug_of(label)
    plain = args.package or (slug if args.push else f"org.example.{slug}")
    package = package_of(plain, args.push)
    out = Path(args.out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CallerError(f"expected a new or empty folder, found {out}")
    files = project(face, _document(face, Path(args.file)), package, label, version, _preview(face, args), args.min_sdk)
    for name, content in sorted(files.items()):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if args.json:
        found = {"folder": str(out), "version": version, "package": package, "files": sorted(files)}
        print(msgspec.json.encode(found).decode())
    else:
        print(f"{out}: {package}, format version {version}, {len(files)} files; build it with: gradle bundleRelease")
    return 0


def _version(face: Face, wanted: int | None) -> int:
    """The version to declare; a face that is not valid in it is not exported."""
    report = check(face, tolerant=True)
    version = wanted or report.declared or min(report.versions, default=5)
    wrong = [problem for problem in report.problems if problem.is_error and version in problem.versions]
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise CallerError(
            f"expected a face that is valid in version {version}, found {wrong[0]}{more}; see: face check"
        )
    return version


def _document(face: Face, path: Path) -> bytes:
    if path.suffix.lower() == ".xml":
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    return face.resources.read(face.name)


def _preview(face: Face, args: argparse.Namespace) -> bytes:
    settings = settings_of(args)
    renderer = renderer_of(face, args, PREVIEW, settings)
    picture = renderer.draw(device_at(moment_of(args.at, face), args, settings.overrides), still=True)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()
