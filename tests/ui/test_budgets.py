"""What a first visit may weigh, and that the built files are the ones that the sources describe."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "hqdash" / "base" / "static"


def packed(*patterns: str) -> int:
    """The size of all matching files as they travel."""
    files = [path for pattern in patterns for path in STATIC.glob(pattern)]
    assert files, patterns
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


@pytest.mark.parametrize(
    ("patterns", "most"),
    [
        (("css/*.css",), 25_000),
        (("js/*.js", "vendor/*.js"), 25_000),
        (("icons/icons.svg",), 8_000),
    ],
)
def test_a_first_visit_stays_light(patterns: tuple[str, ...], most: int) -> None:
    assert packed(*patterns) <= most


def test_the_font_stays_light() -> None:
    assert (STATIC / "fonts" / "inter-latin-var.woff2").stat().st_size <= 30_000


def short(script: str) -> str:
    """What the build leaves of a script: no comments of whole lines, no indentation."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def test_the_scripts_are_built_from_their_sources() -> None:
    parts = [short(path.read_text()) for path in sorted((ROOT / "assets" / "js").glob("*.js"))]
    assert (STATIC / "js" / "ops.js").read_text() == "".join(parts)
    for path in (ROOT / "assets" / "js" / "pages").glob("*.js"):
        assert (STATIC / "js" / "pages" / path.name).read_text() == short(path.read_text())


def test_a_script_of_single_pages_stays_small() -> None:
    assert max(len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.glob("js/pages/*.js")) <= 3_000


def test_the_sprite_holds_every_listed_icon() -> None:
    sprite = (STATIC / "icons" / "icons.svg").read_text()
    names = (ROOT / "assets" / "icons.txt").read_text().split()
    assert [name for name in names if f'id="i-{name}"' not in sprite] == []


def test_every_vendored_file_has_its_licence() -> None:
    licences = (STATIC / "vendor" / "LICENSES.txt").read_text()
    for word in ("htmx.org", "bootstrap", "@tabler/icons", "Inter"):
        assert word in licences
