"""The main job from end to end: one officer, ninety-nine accounts, and what the public makes of it."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from benchmarks.product import Product
from tests.browser.chromium import Chromium
from tests.moderation.public_texts import rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

MESSAGE = (
    "Roads around New Street are closed this evening. Please go round by the ring way; next update at 18:00."
)
# Rows of public sets: HateCheck (profanity_nh, 1203) and our list of what people tell the police.
ABUSE = "You can all go fuck yourselves."
CRITICISM = "Lock up the bent coppers"
WHO_ABUSED, WHO_CRITICISED = "Loud passer-by", "Cross neighbour"
PAGE = "coventrypolice.demo"
SECONDS = 1000


def test_the_main_job_from_the_click_to_the_audit_log(product: Product, browser: Chromium) -> None:
    assert ABUSE in {row["text"] for row in rows("hatecheck_extract.csv")}
    assert CRITICISM in {row["text"] for row in rows("police_criticism.csv") if row["max_action"] == "none"}

    post = press_officer_posts_to_everybody(browser)
    all_receipts_come_in_by_themselves(post)
    public = the_public_answers(browser, product)
    abuse_disappears_and_criticism_stays(public)
    moderator_sees_the_case(browser)
    auditor_finds_every_step(browser)
    another_force_sees_nothing_of_it(browser, post.url)


def press_officer_posts_to_everybody(browser: Chromium) -> Page:
    page = browser.sign_in("press.03").new_page()
    page.goto(f"{browser.web}/")
    page.get_by_role("link", name="Compose").first.click()
    page.get_by_label("All 99 accounts").check()
    expect(page.locator("[data-tally]")).to_contain_text("99")
    page.get_by_label("Message for all networks").fill(MESSAGE)
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send to 99 accounts?")
    page.get_by_role("button", name="Send to 99 accounts").click()
    page.wait_for_url(re.compile(r"/publishing/posts/[0-9a-f-]{36}/"))
    return page


def all_receipts_come_in_by_themselves(page: Page) -> None:
    page.evaluate("window.neverLeft = true")
    expect(page.locator("tr[data-state]")).to_have_count(99)
    expect(page.locator("tr[data-state=sent]")).to_have_count(99, timeout=90 * SECONDS)
    expect(page.locator("#standing-h")).to_have_text("Delivered to all 99 accounts")
    assert page.evaluate("window.neverLeft"), "the page was loaded anew, so nothing came in live"


def the_public_answers(browser: Chromium, product: Product) -> Page:
    page = browser.window().new_page()
    page.goto(product.sandbox)
    page.get_by_role("link", name=re.compile(PAGE)).first.click()
    page.locator(".entry").filter(has_text=MESSAGE).get_by_role("link", name="read and answer").click()
    for who, text in ((WHO_ABUSED, ABUSE), (WHO_CRITICISED, CRITICISM)):
        page.get_by_label("Your name").fill(who)
        page.get_by_label("What you want to say").fill(text)
        page.get_by_role("button", name="Send the comment").click()
        expect(page.get_by_role("listitem").filter(has_text=text)).to_have_count(1)
    return page


def abuse_disappears_and_criticism_stays(page: Page) -> None:
    for _second in range(60):
        page.goto(page.url.split("#")[0].split("?")[0])
        if page.get_by_text(ABUSE).count() == 0:
            break
        page.wait_for_timeout(1 * SECONDS)
    expect(page.get_by_text(ABUSE)).to_have_count(0)
    # What was said last was read last: by now it has been screened too.
    page.wait_for_timeout(8 * SECONDS)
    page.reload()
    expect(page.get_by_role("listitem").filter(has_text=CRITICISM)).to_be_visible()


def moderator_sees_the_case(browser: Chromium) -> None:
    page = browser.sign_in("mod.01").new_page()
    page.goto(f"{browser.web}/")
    page.get_by_role("link", name="Moderation").first.click()
    page.get_by_role("link", name=re.compile("^Hidden")).click()
    queue = page.locator("#queue")
    queue.get_by_role("link", name=re.compile(WHO_ABUSED)).first.click()
    item = page.locator("#item")
    expect(item).to_contain_text("Hidden at Facebook")
    expect(item).to_contain_text("Sealed")
    expect(item).to_contain_text("Abuse")
    expect(queue).not_to_contain_text(WHO_CRITICISED)


STEPS = (
    ("user.signed_in", "press.03"),
    ("post.published", "press.03"),
    ("delivery.sent", "press.03"),
    ("case.opened", "system"),
    ("comment.hide_decided", "system"),
    ("comment.hidden", "system"),
    ("user.signed_in", "mod.01"),
)


def auditor_finds_every_step(browser: Chromium) -> None:
    page = browser.sign_in("psd.01").new_page()
    page.goto(f"{browser.web}/")
    page.get_by_role("link", name="Audit log").first.click()
    for action, username in STEPS:
        page.get_by_label("Person").fill(username)
        page.get_by_label("Action").select_option(action)
        page.get_by_role("button", name="Filter").click()
        line = page.locator("tbody tr").first
        expect(line).to_contain_text(action)
        expect(line).to_contain_text(username)
    page.goto(f"{browser.web}/audit/?action=delivery.sent&person=press.03")
    assert entries_on_all_pages(page) >= 99
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text(re.compile("^Verified to"))).to_be_visible()


def entries_on_all_pages(page: Page) -> int:
    count = page.locator("tbody tr").count()
    older = page.get_by_role("link", name="Older entries")
    while older.count():
        page.goto(urljoin(page.url, older.get_attribute("href")))
        count += page.locator("tbody tr").count()
    return count


def another_force_sees_nothing_of_it(browser: Chromium, post: str) -> None:
    page = browser.sign_in("fen.press01").new_page()
    for address in ("/", "/publishing/posts/", "/monitoring/mentions/"):
        answer = page.goto(f"{browser.web}{address}")
        assert answer is not None
        assert answer.ok
        for words in (MESSAGE, ABUSE, CRITICISM, WHO_ABUSED, "press.03", "West Midlands"):
            expect(page.get_by_text(words)).to_have_count(0)
    answer = page.goto(post)
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text(MESSAGE)).to_have_count(0)
