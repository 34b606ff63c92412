"""The shell in a real Chromium under the real security policy: live, keys, focus, themes, phone, no script."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import launch, looks
from tests.ui import pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = (1440, 900), (390, 844)
# Axe counts what lies under the sticky bottom bar as too small to hit, so it looks at the page unrolled.
PHONE_UNROLLED = (390, 3000)
Open = Callable[..., Page]


class Quiet(WSGIRequestHandler):
    """Serves without a word per request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The small site of tests/ui/pages.py with our templates, static files and security policy."""
    real: dict[str, Any] = settings.TEMPLATES[0]
    templates = {
        **real,
        "DIRS": [Path(__file__).parent / "templates", *real["DIRS"]],
        "OPTIONS": {
            **real["OPTIONS"],
            "context_processors": ["django.template.context_processors.request", "tests.ui.pages.shell"],
        },
    }
    with override_settings(
        ROOT_URLCONF="tests.ui.pages",
        TEMPLATES=[templates],
        MIDDLEWARE=["csp.middleware.CSPMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
        ALLOWED_HOSTS=["127.0.0.1"],
        DEBUG=True,  # serves the static files from where they lie
    ):
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        server.set_app(StaticFilesHandler(get_wsgi_application()))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all stories."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Open]:
    """Opens a page and fails the test when the browser complains about anything."""
    complaints: list[str] = []
    contexts = []

    def go(
        address: str,
        size: tuple[int, int] = DESK,
        *,
        scheme: Literal["light", "dark"] = "light",
        script: bool = True,
        bypass_csp: bool = False,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            color_scheme=scheme,
            bypass_csp=bypass_csp,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        page.goto(site + address)
        return page

    pages.THEME["chosen"] = "light"
    pages.PINGS.clear()
    yield go
    for context in contexts:
        context.close()
    expected = ("Failed to load resource: the server responded with a status of", "blocked <button#strange>")
    assert [text for text in complaints if not any(word in text for word in expected)] == []


def test_one_message_changes_two_places_and_brings_a_working_button(visit: Open) -> None:
    page = visit("/")
    page.wait_for_selector("#again")
    assert int(page.inner_text("#count")) >= 1

    page.click("#again")
    expect(page.locator("#pong")).to_have_text("pong")

    assert pages.PINGS
    assert len(pages.PINGS[0]) > 30


def test_a_broken_stream_comes_back_where_it_stopped(visit: Open) -> None:
    page = visit("/")
    expect(page.locator("#count")).to_have_text(re.compile("^([3-9]|[1-9][0-9])$"), timeout=15_000)
    expect(page.locator("[data-live-pill]")).to_contain_text(re.compile("Live|s ago"))


def test_a_paused_page_holds_still_and_catches_up(visit: Open) -> None:
    page = visit("/")
    page.wait_for_selector("#again")
    page.click("[data-pause]")
    before = page.inner_text("#count")
    expect(page.locator("[data-live-pill]")).to_contain_text("new", timeout=15_000)
    assert page.inner_text("#count") == before

    page.evaluate("document.querySelector('#count').textContent = 'old'")
    page.click("[data-pause]")
    expect(page.locator("#count")).not_to_have_text("old")


def test_an_element_without_the_nonce_of_the_page_does_nothing(visit: Open) -> None:
    page = visit("/compose/")
    page.click("#strange")
    page.wait_for_timeout(300)
    assert pages.PINGS == []


def test_a_refused_form_takes_focus_to_its_errors(visit: Open) -> None:
    page = visit("/compose/")
    page.click("#f button[type=submit].btn-primary")
    page.wait_for_selector(".o-errors")
    assert page.evaluate("document.activeElement.className") == "o-errors"
    assert page.locator(".o-errors a").count() == 3


def test_a_good_form_leads_on(visit: Open) -> None:
    page = visit("/compose/")
    page.fill("#id_text", "Road closed.")
    page.check("#id_agree")
    page.check("#id_reason_0")
    page.click("#f button[type=submit].btn-primary")
    page.wait_for_url("**/?sent=1")


def test_a_form_works_without_script(visit: Open) -> None:
    page = visit("/compose/", script=False)
    page.click("#f button[type=submit].btn-primary")
    assert page.locator(".o-errors").count() == 1
    page.fill("#id_text", "Road closed.")
    page.check("#id_agree")
    page.check("#id_reason_0")
    page.click("#f button[type=submit].btn-primary")
    assert page.locator("h1").inner_text() == "Command dashboard"


def test_the_theme_changes_at_once_and_is_remembered(visit: Open) -> None:
    page = visit("/?still=1")
    with page.expect_response("**/me/theme/"):
        page.click("[data-theme-toggle]")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "dark"


def test_the_device_decides_when_nobody_chose(visit: Open) -> None:
    pages.THEME["chosen"] = "auto"
    ground = "getComputedStyle(document.body).backgroundColor"
    assert visit("/signin/", scheme="dark").evaluate(ground) == "rgb(10, 14, 21)"
    assert visit("/signin/", scheme="light").evaluate(ground) == "rgb(243, 245, 248)"


def test_menus_close_with_escape_and_give_focus_back(visit: Open) -> None:
    page = visit("/?still=1")
    page.click("summary.o-scope")
    assert page.locator("details[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details[open]").count() == 0
    assert "o-scope" in page.evaluate("document.activeElement.className")


def test_single_keys_walk_the_queue_and_stay_out_of_fields(visit: Open) -> None:
    page = visit("/queue/")
    page.keyboard.press("j")
    assert "User 1" in page.evaluate("document.activeElement.textContent")

    page = visit("/compose/")
    page.focus("#id_text")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 0
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert "Block" in page.locator("#keys").inner_text()


@pytest.mark.parametrize("script", [True, False])
def test_the_menu_of_a_phone_opens_with_and_without_script(visit: Open, script: bool) -> None:
    page = visit("/?still=1", PHONE, script=script)
    assert not page.locator(".o-side").is_visible()
    page.click(".o-tabbar a:last-child")
    assert page.locator(".o-side").is_visible()
    page.click(".o-close")
    assert not page.locator(".o-side").is_visible()


@pytest.mark.parametrize("address", ["/?still=1", "/compose/", "/queue/", "/signin/"])
def test_nothing_scrolls_sideways_at_320_pixels(visit: Open, address: str) -> None:
    page = visit(address, (320, 700))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_sign_in_never_says_which_part_was_wrong(visit: Open) -> None:
    page = visit("/signin/")
    page.fill("#id_login", "comms.07")
    page.fill("#id_password", "wrong")
    page.click("main button[type=submit]")
    assert "do not belong together" in page.locator(".o-errors").inner_text()
    assert page.evaluate("document.activeElement.className") == "o-errors"


def test_a_lock_out_says_how_long(visit: Open, site: str) -> None:
    page = visit("/signin/")
    page.evaluate("document.querySelector('main form').action = '/signin/?locked=1'")
    page.fill("#id_login", "comms.07")
    page.fill("#id_password", "wrong")
    page.click("main button[type=submit]")
    assert "15 minutes" in page.locator(".o-errors").inner_text()


ADDRESSES = [
    "/?still=1",
    "/compose/",
    "/queue/",
    "/signin/",
    "/signin/out/",
    *[f"/refused/{n}/" for n in (400, 403, 404, 500)],
]


@pytest.mark.parametrize(("size", "theme"), looks(PHONE_UNROLLED))
def test_axe_finds_nothing(visit: Open, theme: str, size: tuple[int, int]) -> None:
    found: dict[str, list[str]] = {}
    for address in ADDRESSES:
        pages.THEME["chosen"] = theme
        page = visit(address, size, scheme="dark" if theme == "dark" else "light", bypass_csp=True)
        if address == "/compose/":
            page.click("#f button[type=submit].btn-primary")
            page.wait_for_selector(".o-errors")
        result = Axe().run(page, options={"runOnly": RULES}).response
        problems = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in result["violations"]]
        if problems:
            found[address] = problems
        page.close()
    assert found == {}
