"""Organisation and tiers in a real browser: the tree by keyboard, and a change that takes two administrators."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, NARROWEST, Chromium, Scheme, looks
from tests.browser.test_pages import what_axe_finds, what_is_too_wide

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

RIGHT, TIER = "publishing.publish_post", "contributor"


def organisation(browser: Chromium, username: str = "admin.comms01", address: str = "/org/") -> Page:
    """The page as somebody opens it."""
    page = browser.window(username).new_page()
    page.goto(f"{browser.web}{address}")
    return page


def address_of(page: Page, unit: str) -> str:
    """Where the tree's link to a unit leads."""
    return str(page.get_by_role("treeitem", name=unit).first.get_attribute("href"))


def is_fine(page: Page) -> bool:
    """Whether neither axe nor a narrow screen finds a fault; the window is as wide as before afterwards."""
    faults = [*what_axe_finds(page), *what_is_too_wide(page)]
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    assert not faults, "\n".join(faults)
    return True


def focused(page: Page) -> str:
    """The unit that the keyboard is on."""
    return str(page.evaluate("document.activeElement.dataset.row || document.activeElement.tagName"))


def test_the_tree_is_walked_by_keyboard(browser: Chromium) -> None:
    page = organisation(browser)
    root = page.get_by_role("treeitem").first
    root.focus()
    expect(root).to_have_attribute("aria-expanded", "true")
    expect(root).to_have_attribute("aria-level", "1")

    page.keyboard.press("ArrowRight")
    assert focused(page) == "Local policing units"
    page.keyboard.press("ArrowRight")
    branch = page.get_by_role("treeitem", name="Local policing units")
    expect(branch).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("treeitem", name="Coventry").first).to_be_visible()
    page.keyboard.type("cov")
    assert focused(page) == "Coventry"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "Dudley"
    page.keyboard.press("End")
    assert focused(page) == "Operations and departments"
    page.keyboard.press("Home")
    assert focused(page) == "West Midlands Police (demo)"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(branch).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "West Midlands Police (demo)"
    assert page.locator("[data-tree] a[tabindex='0']").count() == 1

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Local policing units")).to_be_visible()
    expect(page.get_by_role("treeitem", name="Coventry").first).to_be_visible()
    page.context.close()


def test_without_script_the_tree_is_a_list_of_links(browser: Chromium) -> None:
    page = browser.window("admin.comms01", script=False).new_page()
    page.goto(f"{browser.web}/org/")

    page.locator("[data-tree] a", has_text="Local policing units").click()
    page.locator("[data-tree] a", has_text="Coventry").first.click()

    expect(page.locator("#un")).to_have_text("Coventry")
    expect(page.locator("[data-tree] a", has_text="Foleshill")).to_be_visible()
    page.get_by_role("searchbox", name="Find a unit").fill("foles")
    page.keyboard.press("Enter")
    expect(page.locator("#found a")).to_have_text("Foleshill")
    page.context.close()


def test_a_change_is_collected_shows_its_effect_and_takes_a_second_administrator(browser: Chromium) -> None:
    page = organisation(browser)
    page.get_by_role("treeitem", name="Local policing units").locator(".tw").click()
    page.get_by_role("treeitem", name="Dudley").first.click()
    expect(page.locator("#un")).to_have_text("Dudley")

    page.locator(f"a[href*='cell={TIER}%3A{RIGHT}']").click()
    page.get_by_label("Needs approval").check()
    page.get_by_role("button", name="Collect this change").click()
    expect(page.get_by_text("1 change collected")).to_be_visible()
    expect(page.locator(".o-actionbar")).to_contain_text("lose")
    page.get_by_role("link", name="See effect and propose").click()
    expect(page.get_by_role("heading", name="Lose")).to_be_visible()
    page.get_by_label("Why?").fill("New officers post with a second pair of eyes")
    assert is_fine(page)
    page.get_by_role("button", name="Propose to a second administrator").click()
    expect(page.get_by_text("Another administrator puts it into force")).to_be_visible()
    page.context.close()

    second = organisation(browser, "itsec.01")
    second.get_by_role("link", name="Waiting for you").click()
    second.get_by_role("link", name="New officers post").click()
    second.get_by_role("link", name="Put into force").click()
    if "/signin/again/" in second.url:
        second.get_by_label("Password", exact=True).fill(browser.password)
        second.get_by_role("button").first.click()
    assert is_fine(second)
    second.get_by_role("button", name="Put into force").click()
    expect(second.get_by_text("In force. Everybody can do what they now may.")).to_be_visible()

    second.goto(f"{browser.web}/org/?find=Dudley")
    second.locator("#found a").first.click()
    expect(second.locator(f"a.ovr[href*='cell={TIER}%3A{RIGHT}']")).to_contain_text("Approval")
    second.get_by_label("Person", exact=True).fill("press.03")
    second.get_by_role("button", name="Explain").click()
    expect(second.locator("#answer")).to_contain_text("Yes")
    second.context.close()


@pytest.mark.parametrize(("size", "scheme"), looks())
def test_the_pages_are_accessible_and_not_too_wide(
    browser: Chromium, size: tuple[int, int], scheme: Scheme
) -> None:
    page = browser.window("admin.comms01", size=size, scheme=scheme).new_page()
    page.goto(f"{browser.web}/org/?find=Coventry")
    unit = str(page.locator("#found a").first.get_attribute("href"))
    found = []
    for address in (
        f"{unit}&ask=why&who=press.03",
        f"{unit}&tab=people",
        f"{unit}&tab=accounts",
        f"{unit}&tab=route",
        "/org/import/",
        "/org/units/add/",
        "/org/tiers/",
        "/org/roles/give/",
        "/org/changes/",
        "/org/rotas/",
        "/org/try/?who=press.03",
        "/me/permissions/",
    ):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{browser.web}{address}")
        found += [f"{address}: {fault}" for fault in (*what_axe_finds(page), *what_is_too_wide(page))]
    assert not found, "\n".join(found)
    page.context.close()


def test_at_320_pixels_nothing_is_pushed_out(browser: Chromium) -> None:
    page = browser.window("admin.comms01", size=NARROWEST).new_page()
    for address in ("/org/", "/org/import/", "/org/rotas/", "/org/tiers/", "/me/permissions/"):
        page.goto(f"{browser.web}{address}")
        assert not what_is_too_wide(page), address
    page.context.close()
