"""Builds hqdash/base/static from the sources in this folder; the results are committed.

Run `npm ci` here first: Node is needed to change the looks of the product, never to run it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
STATIC = HERE.parent / "hqdash" / "base" / "static"

SHAPE = re.compile(r"<(?:path|circle|rect|line|polyline|ellipse)[^>]*/>")
CLEAR_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)

HTMX = "4.0.1"
# In this order: htmx starts at DOMContentLoaded and must know its extensions by then.
VENDORED = ("dist/htmx.min.js", "dist/ext/hx-sse.min.js", "dist/ext/hx-csp.min.js")
LICENCES = {
    "htmx.org": ("vendor/htmx-*", "LICENSE"),
    "bootstrap": ("css/base.css", "LICENSE"),
    "@tabler/icons": ("icons/icons.svg", "LICENSE"),
}


def style_sheets() -> None:
    """base.css (what is used of Bootstrap) and ops.css (our own layer)."""
    for name in ("base", "ops"):
        subprocess.run(
            [
                MODULES / ".bin" / "sass",
                "--style=compressed",
                "--no-source-map",
                "--no-charset",
                # Bootstrap 5.3 is written in the old module syntax and says so on every line.
                "--quiet-deps",
                "--silence-deprecation=import,global-builtin,color-functions,if-function",
                f"--load-path={MODULES}",
                HERE / "scss" / f"{name}.scss",
                STATIC / "css" / f"{name}.css",
            ],
            check=True,
        )


def icons() -> None:
    """One sprite with the icons of icons.txt, so that a page fetches all its icons at once."""
    symbols = []
    for name in (HERE / "icons.txt").read_text().split():
        drawing = (MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg").read_text()
        shapes = "".join(SHAPE.findall(CLEAR_BOX.sub("", drawing)))
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n"
    (STATIC / "icons" / "icons.svg").write_text(sprite)


def short(script: str) -> str:
    """A script without the comments and the indentation that only its readers need."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def scripts() -> None:
    """ops.js: the files of js/ one after the other, each a closed function of its own; js/pages/ as single files."""
    parts = [path.read_text() for path in sorted((HERE / "js").glob("*.js"))]
    (STATIC / "js" / "ops.js").write_text("".join(short(part) for part in parts))
    (STATIC / "js" / "pages").mkdir(exist_ok=True)
    for path in (HERE / "js" / "pages").glob("*.js"):
        (STATIC / "js" / "pages" / path.name).write_text(short(path.read_text()))


def vendor() -> None:
    """htmx with its two extensions in one file, the version in its name, and every licence in one text."""
    for old in (STATIC / "vendor").glob("h*.js"):
        old.unlink()
    # The manifest storage would look for the maps, which are not shipped.
    parts = [SOURCE_MAP.sub("", (MODULES / "htmx.org" / source).read_text()).rstrip() for source in VENDORED]
    (STATIC / "vendor" / f"htmx-{HTMX}.min.js").write_text(";\n".join(parts) + "\n")
    texts = []
    for package, (files, licence) in LICENCES.items():
        texts.append(f"{package}: {files}\n\n{(MODULES / package / licence).read_text().strip()}\n")
    inter = (STATIC / "fonts" / "OFL.txt").read_text().strip()
    texts.append(f"Inter: fonts/inter-latin-var.woff2\n\n{inter}\n")
    (STATIC / "vendor" / "LICENSES.txt").write_text(("\n" + "=" * 79 + "\n\n").join(texts))


def main() -> None:
    """Build everything, or say in one sentence why that is not possible here."""
    if not shutil.which("node"):
        raise SystemExit("Node is needed to build the assets. The built files are in the repository already.")
    if not MODULES.is_dir():
        raise SystemExit("Run `npm ci` in assets/ first.")
    style_sheets()
    icons()
    scripts()
    vendor()


if __name__ == "__main__":
    main()
