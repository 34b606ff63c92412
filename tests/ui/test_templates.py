"""Rules for every template: the security policy holds, htmx trusts it, every icon exists, it compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from hqdash.base.templatetags.ui import icon_names

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script inside the page": re.compile(r"<script(?![^>]*\bsrc=)"),
    "an event attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "hx-on": re.compile(r"\bhx-on\b"),
    "text that is run": re.compile(r"hx-(?:vals|headers|confirm)[^=]*=\s*[\"']?js:|javascript:"),
    "an asset from elsewhere": re.compile(r"<(?:script|link|img|use)[^>]+(?:src|href)=[\"']https?:"),
}
TAG = re.compile(
    r"<(?!c-|hx-|/)[a-z][^<>]*?\shx-(?:get|post|put|patch|delete|sse:connect)\b[^<>]*", re.DOTALL
)
ICONS = re.compile(
    r"{%\s*icon \"([a-z0-9-]+)\"|<c-[^<>]*?\sicon=\"([a-z0-9-]+)\"|<c-icon name=\"([a-z0-9-]+)\""
)
ICONS_IN_CODE = re.compile(r"\bicon=\"([a-z0-9-]+)\"")


def name_of(path: Path) -> str:
    """The name under which Django finds it."""
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_keeps_to_the_security_policy(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text())
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_htmx_attributes_carry_the_nonce(path: Path) -> None:
    unstamped = [
        tag for tag in TAG.findall(path.read_text()) if "hx_nonce" not in tag and "hx-nonce" not in tag
    ]
    assert unstamped == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_icon_is_in_the_sprite(path: Path) -> None:
    used = {name for match in ICONS.findall(path.read_text()) for name in match if name}
    assert used - icon_names() == set()


def test_every_icon_named_in_code_is_in_the_sprite() -> None:
    desks = ("accounts", "hqdash", "moderation", "monitoring", "publishing")
    files = [path for desk in desks for path in (ROOT / desk).rglob("*.py")]
    used = {(name, path.name) for path in files for name in ICONS_IN_CODE.findall(path.read_text())}
    assert {pair for pair in used if pair[0] not in icon_names()} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles(path: Path) -> None:
    get_template(name_of(path))
