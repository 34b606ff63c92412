"""A beat officer posts from a phone, reaches no account but the team's own, and leaves: nobody changes a password."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from benchmarks.product import Product
from tests.browser.chromium import PHONE, Chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

OFFICER, SERGEANT, ADMIN = "pc.4503", "sgt.2220", "admin.comms01"
NOW = "Bike marking outside the library until noon. Bring your frame number."
LATER = "Street surgery on the green on Saturday at ten."
SECONDS = 1000


def test_from_the_first_post_to_the_last_day(product: Product, browser: Chromium) -> None:
    began = time.monotonic()
    browser.sign_in(OFFICER).close()
    phone = browser.window(OFFICER, size=PHONE)
    page = phone.new_page()

    posts_from_the_phone(page, browser)
    assert time.monotonic() - began < 60, "a post from a phone takes a minute at most"
    reaches_no_account_of_another_area(page, browser)
    scheduled = schedules_a_post(page, browser)
    before = accounts_that_need_somebody(browser)
    leaves_in_one_action(browser)
    is_out_everywhere(phone, page, browser)
    the_sergeant_answers_for_what_waits(browser, scheduled)
    assert accounts_that_need_somebody(browser) == before, "nobody has to change a password for a leaver"
    every_step_stands_in_the_book(browser)


def posts_from_the_phone(page: Page, browser: Chromium) -> None:
    page.goto(f"{browser.web}/publishing/compose/")
    page.get_by_label("Message for all networks").fill(NOW)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Send to 1 account").click()
    expect(page.locator("tr[data-state=sent]")).to_have_count(1, timeout=45 * SECONDS)


def reaches_no_account_of_another_area(page: Page, browser: Chromium) -> None:
    boss = browser.window("press.03").new_page()
    boss.goto(f"{browser.web}/publishing/compose/")
    every = boss.locator("input[name=channels]").evaluate_all("all => all.map(one => one.value)")
    boss.context.close()
    page.goto(f"{browser.web}/publishing/compose/")
    own = page.locator("input[name=channels]").evaluate_all("all => all.map(one => one.value)")
    assert len(own) == 1
    another = next(channel for channel in every if channel not in own)

    form = {
        "csrfmiddlewaretoken": page.locator("main input[name=csrfmiddlewaretoken]").first.input_value(),
        "form_key": page.locator("input[name=form_key]").input_value(),
        "text": "Not mine to say",
        "channels": another,
        "step": "send",
    }
    answer = page.request.post(
        f"{browser.web}/publishing/compose/",
        form=form,
        headers={"Referer": f"{browser.web}/publishing/compose/"},
    )
    assert answer.status == 403
    assert "Publish posts" in answer.text()


def schedules_a_post(page: Page, browser: Chromium) -> str:
    on_the_wall = (datetime.now(UTC) + timedelta(days=2)).astimezone(ZoneInfo("Europe/London"))
    page.goto(f"{browser.web}/publishing/compose/")
    page.get_by_label("Message for all networks").fill(LATER)
    page.get_by_label("Send at").fill(f"{on_the_wall:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Schedule for 1 account").click()
    expect(page.locator("#standing-h")).to_contain_text("Goes out on")
    return page.url


def leaves_in_one_action(browser: Chromium) -> None:
    # The proof of who is there has to be fresh for this.
    admin = browser.sign_in(ADMIN).new_page()
    admin.goto(f"{browser.web}/people/?q={OFFICER}")
    admin.get_by_role("link", name=OFFICER).click()
    admin.get_by_role("link", name=re.compile("leav", re.IGNORECASE)).click()
    expect(admin.get_by_role("heading", level=1)).to_have_text(f"{OFFICER} leaves")
    expect(admin.locator("main")).to_contain_text("1 scheduled posts")
    admin.get_by_label("Takes over what waits").fill(SERGEANT)
    admin.get_by_label("Reason").fill("Moves to another force")
    admin.get_by_role("button", name="Let them leave now").click()
    expect(admin.locator("main")).to_contain_text("Left")
    admin.context.close()


def is_out_everywhere(phone: BrowserContext, page: Page, browser: Chromium) -> None:
    page.goto(f"{browser.web}/publishing/posts/")
    expect(page).to_have_url(re.compile("/signin/"))
    page.get_by_label("User name").fill(OFFICER)
    page.get_by_label("Password", exact=True).fill(browser.password)
    page.get_by_role("button", name="Sign in").first.click()
    expect(page).to_have_url(re.compile("/signin/"))
    phone.close()


def the_sergeant_answers_for_what_waits(browser: Chromium, scheduled: str) -> None:
    sergeant = browser.window(SERGEANT).new_page()
    sergeant.goto(scheduled)
    expect(sergeant.locator("#standing-h")).to_contain_text("Goes out on")
    expect(sergeant.locator("body")).to_contain_text(f"{SERGEANT} answers for it now")
    sergeant.context.close()


def accounts_that_need_somebody(browser: Chromium) -> str:
    browser.sign_in(ADMIN).close()
    admin = browser.window(ADMIN).new_page()
    admin.goto(f"{browser.web}/vault/")
    counted = admin.get_by_role("link", name=re.compile("^To do")).inner_text()
    admin.context.close()
    return counted


def every_step_stands_in_the_book(browser: Chromium) -> None:
    auditor = browser.window("psd.01").new_page()
    auditor.goto(f"{browser.web}/audit/?person={OFFICER}")
    for words in ("was refused", "scheduled", "was delivered"):
        expect(auditor.locator("main tbody")).to_contain_text(words)
    auditor.goto(f"{browser.web}/audit/?person={ADMIN}")
    expect(auditor.locator("main tbody")).to_contain_text(f"over to {SERGEANT}")
    expect(auditor.locator("main tbody")).to_contain_text("Moves to another force")
    auditor.context.close()
