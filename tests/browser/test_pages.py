"""Every page, wide and narrow, light and dark: accessible, silent, light, and usable without script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from benchmarks.product import Product
from tests.browser.chromium import DESK, NARROWEST, PHONE, Chromium, Scheme, looks
from tests.moderation.public_texts import rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_BYTES, MOST_REQUESTS = 110_000, 9
MESSAGE = "The footbridge at the station is open again. Thank you for your patience."
PAGE = "coventrypolice.demo"
ABUSE = "You can all go fuck yourselves."
SWEARING = "Get off your arses and do some policing"


@dataclass(frozen=True, slots=True)
class Place:
    """A page and who looks at it."""

    name: str
    username: str
    address: str
    status: int = 200


@pytest.fixture(scope="module")
def places(product: Product, everybody: Chromium) -> list[Place]:
    """Every page, with something to see on each."""
    receipts = send_without_script(everybody, PAGE)
    a_case_and_a_criticism(product, everybody)
    return [
        Place("sign in", "", "/signin/"),
        Place("command dashboard", "press.03", "/"),
        Place("dashboard by account", "admin.comms01", "/?by=account&range=7d"),
        Place("compose", "press.03", "/publishing/compose/"),
        Place("posts", "press.03", "/publishing/posts/"),
        Place("receipts", "press.03", receipts),
        Place("mentions", "press.03", "/monitoring/mentions/"),
        Place("queue", "mod.01", "/moderation/"),
        Place("hidden", "mod.01", "/moderation/?view=hidden"),
        Place("dictionaries", "mod.01", "/moderation/dictionaries/"),
        Place("a dictionary", "mod.01", first_link(everybody, "mod.01", "/moderation/dictionaries/")),
        Place("accounts", "admin.comms01", "/accounts/"),
        Place("an account", "admin.comms01", first_link(everybody, "admin.comms01", "/accounts/")),
        Place("audit log", "psd.01", "/audit/"),
        Place("lock-down", "press.03", "/lockdown/"),
        Place("held back", "press.03", "/publishing/held/"),
        Place("stopped people", "admin.comms01", "/publishing/stops/"),
        Place("API access", "admin.comms01", "/api-access/"),
        Place("API reference", "admin.comms01", "/api-access/reference/"),
        Place("sign out", "psd.01", "/signin/out/"),
        Place("refused", "mod.01", "/publishing/compose/", status=403),
        Place("not there", "press.03", "/nothing/here/", status=404),
    ]


def first_link(browser: Chromium, username: str, address: str) -> str:
    """Where the first row of a list leads."""
    with_rows = browser.window(username)
    page = with_rows.new_page()
    page.goto(f"{browser.web}{address}")
    found = page.locator("main a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    with_rows.close()
    return next(href for href in found if re.fullmatch(rf"{re.escape(address)}[0-9a-f-]{{36}}/", href))


def send_without_script(browser: Chromium, handle: str) -> str:
    """Compose, review and send as somebody whose browser runs no script; the address of the receipts."""
    context = browser.window("press.03", script=False)
    page = context.new_page()
    page.goto(f"{browser.web}/publishing/compose/")
    page.get_by_role("checkbox", name=re.compile(handle)).check()
    page.get_by_label("Message for all networks").fill(MESSAGE)
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send to 1 account?")
    page.get_by_role("button", name="Send to 1 account").click()
    for _second in range(30):
        if page.locator("tr[data-state=sent]").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("tr[data-state=sent]")).to_have_count(1)
    address = page.url.removeprefix(browser.web)
    context.close()
    return address


def a_case_and_a_criticism(product: Product, browser: Chromium) -> None:
    """Somebody abuses, somebody criticises, and the moderator sees the first of them as a case."""
    assert SWEARING in {row["text"] for row in rows("police_criticism.csv")}
    for text in (ABUSE, SWEARING):
        told = {"network": "facebook", "handle": PAGE, "author": "Passer-by", "text": text}
        requests.post(f"{product.sandbox}/_control/comments", json=told, timeout=10).raise_for_status()
    context = browser.window("mod.01")
    page = context.new_page()
    for view in ("hidden", "open"):
        for _second in range(60):
            page.goto(f"{browser.web}/moderation/?view={view}")
            if page.locator("#queue a").count():
                break
            page.wait_for_timeout(1000)
        expect(page.locator("#queue a").first).to_be_visible()
    context.close()


def look(page: Page, web: str, place: Place) -> None:
    """Go there, and make sure that it is the place."""
    answer = page.goto(f"{web}{place.address}")
    assert answer is not None
    assert answer.status == place.status, place
    assert page.locator("h1").count() == 1, place


def what_axe_finds(page: Page) -> list[str]:
    """Everything that breaks WCAG 2.2 AA or good practice, with the first place where it does."""
    if page.viewport_size and page.viewport_size["width"] == PHONE[0]:
        # Axe takes what lies under the sticky bars of a phone for too small to hit, so it sees the page unrolled.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": PHONE[0], "height": min(height + 200, 20_000)})
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    return [
        f"{one['id']} ({len(one['nodes'])}): {one['nodes'][0]['html'][:160]}" for one in result["violations"]
    ]


def what_is_too_wide(page: Page) -> list[str]:
    """The widths of phones at which a person would have to scroll sideways."""
    found = []
    for width in (NARROWEST[0], PHONE[0]):
        page.set_viewport_size({"width": width, "height": PHONE[1]})
        if (taken := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{taken} pixels on a screen of {width}")
    return found


@pytest.mark.parametrize(("size", "scheme"), looks(every_day=("desk-light", "phone-dark")))
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Chromium, places: list[Place], size: tuple[int, int], scheme: Scheme
) -> None:
    found: dict[str, list[str]] = {}
    for username, theirs in groupby(places, key=lambda place: place.username):
        page = browser.window(username, size=size, scheme=scheme).new_page()
        for place in theirs:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            look(page, browser.web, place)
            found[place.name] = what_axe_finds(page)
            if size == PHONE:
                found[place.name] += what_is_too_wide(page)
        page.context.close()
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_the_review_before_sending_is_in_order_too(browser: Chromium) -> None:
    found: list[str] = []
    for scheme, size in (("light", DESK), ("dark", PHONE)):
        page = browser.window("press.03", size=size, scheme=scheme).new_page()
        page.goto(f"{browser.web}/publishing/compose/")
        if size == PHONE:
            page.get_by_role("heading", name="Post to").click()
        page.get_by_label("All 99 accounts").check()
        page.get_by_label("Message for all networks").fill(MESSAGE)
        page.get_by_role("button", name="Review").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send to 99 accounts?")
        found += [*what_axe_finds(page), *what_is_too_wide(page)]
        page.context.close()
    assert found == []


@pytest.mark.parametrize("most", [4, pytest.param(100, marks=pytest.mark.full)], ids=["some", "all"])
def test_a_first_visit_is_light(browser: Chromium, places: list[Place], most: int) -> None:
    heavy: list[str] = []
    for place in places[:most]:
        page = browser.window(place.username).new_page()
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        asked: list[str] = []
        taken: list[int] = []
        wire.on("Network.requestWillBeSent", lambda told, asked=asked: asked.append(told["request"]["url"]))
        wire.on("Network.loadingFinished", lambda told, taken=taken: taken.append(told["encodedDataLength"]))
        page.goto(f"{browser.web}{place.address}")
        page.wait_for_timeout(500)
        # Not what the page is drawn with: the live stream, which never ends, and the tab's icon.
        sent = [url for url in asked if not re.search(r"^data:|/live/\?|/icons/logo", url)]
        if sum(taken) >= MOST_BYTES or len(sent) > MOST_REQUESTS:
            heavy.append(f"{place.name}: {sum(taken)} bytes in {len(sent)} requests")
        page.context.close()
    assert heavy == []


def test_who_may_not_write_is_told_so_without_script_too(browser: Chromium) -> None:
    page = browser.window("psd.01", script=False).new_page()
    answer = page.goto(f"{browser.web}/publishing/compose/")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_be_visible()
