"""Connecting accounts in a real browser: there and back at X, Facebook and WordPress, and what nobody ever sees."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from benchmarks.product import Product
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.test_pages import what_axe_finds, what_is_too_wide

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SECONDS = 1000


def begin(browser: Chromium, context: BrowserContext, network: str, site: str = "") -> Page:
    """As far as the page of the network, at which the person agrees."""
    page = context.new_page()
    page.goto(f"{browser.web}/vault/")
    page.get_by_role("link", name="Connect an account").click()
    page.get_by_label(network, exact=True).check()
    page.get_by_label("Unit that it belongs to").select_option(index=1)
    if site:
        page.get_by_label("Address of the site").fill(site)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile("/vault/connecting/"))
    page.get_by_role("link", name=f"Continue at {network}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("HQ Dash would like to use")
    return page


def connected(page: Page, handle: str) -> None:
    """The page says so by itself, and its address says nothing."""
    expect(page.get_by_text("Connected.", exact=True)).to_be_visible(timeout=30 * SECONDS)
    expect(page.get_by_role("link", name=handle)).to_be_visible()
    assert re.search(r"/vault/connecting/[0-9a-f-]{36}/$", page.url), page.url


def test_accounts_of_all_three_networks_are_connected_tested_and_revoked(
    product: Product, browser: Chromium
) -> None:
    context = browser.sign_in("admin.comms01")

    page = begin(browser, context, "X")
    assert what_axe_finds(page) == []
    page.get_by_label("Or as a new account").fill("Moorside_demo")
    page.get_by_role("button", name="Allow", exact=True).click()
    connected(page, "@Moorside_demo")
    assert what_axe_finds(page) == []

    page.get_by_role("link", name="@Moorside_demo").click()
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("it is Moorside_demo")).to_be_visible(timeout=30 * SECONDS)

    page = begin(browser, context, "Facebook")
    page.get_by_label("A new Page").fill("moorside.demo")
    page.get_by_role("button", name="Allow", exact=True).click()
    choice = page.get_by_label("moorside.demo")
    expect(choice).to_be_visible(timeout=30 * SECONDS)
    assert what_axe_finds(page) == []
    choice.select_option(index=2)
    page.get_by_role("button", name="Connect the chosen accounts").click()
    connected(page, "moorside.demo")

    page = begin(browser, context, "WordPress", site=f"{product.sandbox}/wp/moorside.news")
    page.get_by_role("button", name="Allow", exact=True).click()
    connected(page, "wp/moorside.news")
    page.get_by_role("link", name="wp/moorside.news").click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("confirmed that the application password was deleted")).to_be_visible(
        timeout=30 * SECONDS
    )


def test_another_account_than_the_bound_one_is_refused_with_both_names(
    product: Product, browser: Chromium
) -> None:
    context = browser.window("admin.comms01")
    page = context.new_page()
    page.goto(f"{browser.web}/accounts/?network=x")
    page.locator("tbody a").first.click()
    name = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Reconnect").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Continue at X").click()
    page.get_by_label("Or as a new account").fill("Impostor_demo")
    page.get_by_role("button", name="Allow", exact=True).click()

    refusal = page.get_by_text("Nothing was changed")
    expect(refusal).to_be_visible(timeout=30 * SECONDS)
    expect(refusal).to_contain_text("Impostor_demo")
    expect(refusal).to_contain_text(name)


def test_a_no_at_the_network_and_a_forged_answer_are_told_clearly(browser: Chromium) -> None:
    context = browser.window("admin.comms01")
    page = begin(browser, context, "X")
    page.get_by_role("button", name="Do not allow").click()
    expect(page.get_by_text("Access was not given at X")).to_be_visible()

    page.goto(f"{browser.web}/vault/connect/x/back/?state=forged&code=stolen")
    expect(page.get_by_text("not asked for here")).to_be_visible()
    assert page.url.endswith("/vault/connect/refused/")


def test_it_works_without_scripts(browser: Chromium) -> None:
    context = browser.window("admin.comms01", script=False)
    page = begin(browser, context, "X")
    page.get_by_label("Or as a new account").fill("Plain_demo")
    page.get_by_role("button", name="Allow", exact=True).click()
    for _second in range(30):
        if page.get_by_text("Connected.", exact=True).count():
            break
        page.wait_for_timeout(SECONDS)
        page.reload()
    connected(page, "@Plain_demo")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [pytest.param(DESK, "dark", id="desk", marks=pytest.mark.full), pytest.param(PHONE, "light", id="phone")],
)
def test_the_vaults_pages_are_in_order(browser: Chromium, size: tuple[int, int], scheme: str) -> None:
    page = browser.window("admin.comms01", size=size, scheme=scheme).new_page()  # type: ignore[arg-type]
    page.goto(f"{browser.web}/vault/")
    account = page.locator("tbody th a").first.get_attribute("href")
    found: dict[str, list[str]] = {}
    for address in ("/vault/", "/vault/connect/", "/vault/apps/", account, f"{account}rotate/", f"{account}revoke/",
                    f"{account}suspend/"):  # fmt: skip
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{browser.web}{address}")
        found[str(address)] = what_axe_finds(page)
        if size == PHONE:
            found[str(address)] += what_is_too_wide(page)
    assert {address: problems for address, problems in found.items() if problems} == {}
