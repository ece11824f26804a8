"""A face as an Android project that builds into a resource-only bundle: manifest, resources and build files.

The result has no code (``android:hasCode="false"``), as the format demands, and can be given to Watch Face Push if its
package is named for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from xml.sax.saxutils import escape, quoteattr

from .face import Face
from .node import Node
from .problem import FaceError

MIN_SDK = {1: 33, 2: 34, 3: 35, 4: 36, 5: 36}
"""The first API level of a device that draws a version; of version 5 the level is the newest we know of."""

_RES = "watchface/src/main/res/"
_PACKAGE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_KINDS = ("drawable", "mipmap", "font", "raw", "values", "xml")


def package_of(text: str, push: str = "") -> str:
    """A package name; with ``push`` the one Watch Face Push wants for a face of that app.

    Raises:
        FaceError: it is no package name.
    """
    name = f"{push}.watchfacepush.{text}" if push else text
    if not _PACKAGE.fullmatch(name):
        raise FaceError(f"expected a package such as org.example.face, found {name[:80]!r}")
    return name


def slug_of(label: str) -> str:
    """A label as the last part of a package."""
    slug = re.sub(r"[^a-z0-9_]+", "_", label.lower()).strip("_") or "face"
    return slug if not slug[0].isdigit() else f"face_{slug}"


def project(
    face: Face, document: bytes, package: str, label: str, version: int, preview: bytes, min_sdk: int | None = None
) -> dict[str, bytes]:
    """The files of the project by their names.

    ``document`` is the face's XML as it is to be shipped, ``preview`` a PNG for the picker if the face brings none.

    Raises:
        FaceError: a resource has a name that Android does not allow.
    """
    files = _resources(face)
    files[f"{_RES}raw/watchface.xml"] = document
    if face.resources.string("watch_face_name") is None:
        text = f'<resources>\n  <string name="watch_face_name">{escape(label)}</string>\n</resources>\n'
        files[f"{_RES}values/watch_face_name.xml"] = text.encode()
    if not face.resources.has_image("preview"):
        files[f"{_RES}drawable-nodpi/preview.png"] = preview
    if face.resources.file_of("xml", "watch_face_info") is None:
        files[f"{_RES}xml/watch_face_info.xml"] = _info(face.root).encode()
    level = min_sdk or MIN_SDK[version]
    files["watchface/src/main/AndroidManifest.xml"] = _manifest(version).encode()
    files["watchface/build.gradle.kts"] = _MODULE.format(package=package, level=level).encode()
    files["build.gradle.kts"] = b'plugins {\n    id("com.android.application") version "8.7.3" apply false\n}\n'
    files["settings.gradle.kts"] = _SETTINGS.format(name=_slug(label)).encode()
    files["gradle.properties"] = b"org.gradle.jvmargs=-Xmx2g\nandroid.useAndroidX=true\n"
    return files


def _resources(face: Face) -> dict[str, bytes]:
    """What the face brings, in the folders of a project; its documents and manifests are written anew."""
    found: dict[str, bytes] = {}
    for file in face.resources.files:
        path = PurePosixPath(file)
        if len(path.parts) < 2 or path.name == "AndroidManifest.xml":
            continue
        folder = path.parts[-2]
        if "assets" in path.parts[:-1]:
            found[f"watchface/src/main/assets/{path.name}"] = face.resources.read(file)
        elif folder.partition("-")[0] in _KINDS and not (folder.startswith("raw") and path.suffix == ".xml"):
            if not _NAME.fullmatch(path.name.partition(".")[0]):
                raise FaceError(f"{file}: expected a resource name of a-z, 0-9 and _, found {path.stem[:80]!r}")
            found[f"{_RES}{folder}/{path.name}"] = face.resources.read(file)
    return found


def _info(root: Node) -> str:
    """What the picker of faces is told: the preview, and what can be chosen."""
    settings = [each for part in root.all("UserConfigurations") for each in part.children]
    slots = any(node.tag == "ComplicationSlot" for node in root.walk())
    rows: Mapping[str, str] = {
        "Preview": "@drawable/preview",
        "MultipleInstancesAllowed": "true" if settings else "false",
        "Editable": "true" if settings or slots else "false",
    }
    if any(each.tag == "Flavors" for each in settings):
        rows = {**rows, "FlavorsSupported": "true"}
    lines = [f"    <{name} value={quoteattr(value)} />" for name, value in rows.items()]
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', "<WatchFaceInfo>", *lines, "</WatchFaceInfo>", ""])


def _manifest(version: int) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android">
    <uses-feature android:name="android.hardware.type.watch" />
    <application
        android:hasCode="false"
        android:icon="@drawable/preview"
        android:label="@string/watch_face_name">
        <meta-data android:name="com.google.android.wearable.standalone" android:value="true" />
        <property android:name="com.google.wear.watchface.format.version" android:value="{version}" />
        <property android:name="com.google.wear.watchface.format.publisher" android:value="bluerill" />
    </application>
</manifest>
"""


_MODULE = """plugins {{
    id("com.android.application")
}}

android {{
    namespace = "{package}"
    compileSdk = 36

    defaultConfig {{
        applicationId = "{package}"
        minSdk = {level}
        targetSdk = 36
        versionCode = 1
        versionName = "1.0.0"
    }}

    buildTypes {{
        release {{
            isMinifyEnabled = true // leaves no empty code file behind
            isShrinkResources = false // resources are named by the document alone
        }}
    }}
}}
"""

_SETTINGS = """pluginManagement {{
    repositories {{
        google()
        mavenCentral()
        gradlePluginPortal()
    }}
}}
dependencyResolutionManagement {{
    repositories {{
        google()
        mavenCentral()
    }}
}}

rootProject.name = "{name}"
include(":watchface")
"""


def _slug(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "", label) or "WatchFace"
