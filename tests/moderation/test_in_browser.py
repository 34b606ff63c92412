"""The desk in a real Chromium under the real security policy: with keys, without script, on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from hqdash.base import clock
from moderation.actions.starting import install_starter_dictionaries
from moderation.models import Case, Decision
from tests.browser.chromium import launch, looks
from tests.cast import Cast
from tests.moderation.conftest import ABUSIVE, HARSH, say, screened
from tests.moderation.test_pages import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE_UNROLLED = (1440, 900), (390, 3000)
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all stories."""
    # The driver runs an event loop in this thread; the rows are still made the ordinary way.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def queue(committed_cast: Cast) -> Cast:
    """The cast with a threat, mild abuse, criticism in strong words and something hidden."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    cast = committed_cast
    install_starter_dictionaries(actor=cast.system, now=clock.now())
    said = [
        say(cast.facebook, "Load of bollocks, fix the road"),
        say(cast.x, "Gonna burn your station down with all of you inside"),
        say(cast.facebook, f"{HARSH}. {ABUSIVE}"),
        say(cast.wordpress, ABUSIVE),
        say(cast.facebook, "then Sh\u00ect up"),
    ]
    screened(cast, *said)
    return cast


@pytest.fixture
def visit(chromium: Browser, queue: Cast, live_server: Any) -> Iterator[Open]:
    """Opens a page as the moderator and fails the test when the browser complains about anything."""
    complaints: list[str] = []
    contexts = []

    def still(route: Route) -> None:
        route.fulfill(status=200, content_type="text/event-stream", body=": quiet\n\n")

    def opened(
        path: str,
        *,
        size: tuple[int, int] = DESK,
        theme: str = "light",
        script: bool = True,
        who: str = "desk",
    ) -> Page:
        person = getattr(queue, who)
        type(person.user).objects.filter(pk=person.user.pk).update(theme=theme)
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=script
        )
        contexts.append(context)
        cookie = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.route("**/live/**", still)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in complaints if "422" not in one] == []


PAGES = ["/moderation/", "/moderation/?view=hidden", "/moderation/?view=mine", "/moderation/dictionaries/"]


# tests/browser looks at these pages every day too.
@pytest.mark.full
@pytest.mark.parametrize(("size", "theme"), looks(PHONE_UNROLLED))
def test_nobody_is_shut_out(visit: Open, size: tuple[int, int], theme: str) -> None:
    for path in PAGES:
        page = visit(path, size=size, theme=theme, who="press")
        broken = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in broken] == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
    page.get_by_role("link", name="Abuse", exact=True).click()
    page.set_viewport_size({"width": size[0], "height": 9000})
    broken = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in broken] == []


def test_a_hide_takes_three_keys(visit: Open, queue: Cast) -> None:
    page = visit("/moderation/")
    expect(page.get_by_role("heading", name="Moderation queue")).to_be_visible()
    expect(page.locator("#item blockquote")).to_contain_text("burn your station")

    page.wait_for_load_state("load")
    page.keyboard.press("1")
    page.keyboard.press("h")

    expect(page.get_by_text("Hidden. It can be undone.")).to_be_visible()
    made = Decision.objects.get(by=queue.desk.user)
    assert (made.what, made.reason) == ("hide", "threat")

    page.wait_for_load_state("load")
    page.keyboard.press("z")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert Case.objects.get(pk=made.case_id).state == Case.State.UNDONE


def test_everything_works_without_script(visit: Open, queue: Cast) -> None:
    page = visit("/moderation/", script=False)
    page.locator("#queue a", has_text="fix the road").click()
    page.get_by_role("button", name="Reveal masked text").click()
    expect(page.locator("#item blockquote")).to_contain_text("bollocks")

    page.get_by_label("Abuse").check()
    page.get_by_role("button", name="Hide comment").click()

    expect(page.get_by_text("Hidden. It can be undone.")).to_be_visible()
    assert Decision.objects.filter(by=queue.desk.user, what="hide").count() == 1


def test_criticism_cannot_be_hidden_by_one_person(visit: Open) -> None:
    page = visit("/moderation/")
    page.locator("#queue a", has_text="police state").click()
    expect(page.get_by_text("It criticises the force")).to_be_visible()

    page.get_by_label("Abuse").check()
    page.get_by_role("button", name="Hide comment").click()

    expect(page.get_by_role("alert")).to_contain_text("criticism is not hidden")
