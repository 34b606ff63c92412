"""How people really sign in: passkeys of a virtual authenticator, codes, recovery codes; and how a session ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.product import Product
from tests.accounts.people.codes import code_of
from tests.browser.chromium import PHONE, Chromium, looks
from tests.browser.test_pages import what_axe_finds, what_is_too_wide

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 1000
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SHELL = """
import django; django.setup()
from accounts.models import Force
from hqdash.base.tenancy import across_forces
with across_forces(reason="a test shortens sessions"):
    Force.objects.update(idle_minutes={minutes})
"""


def home(browser: Chromium) -> str:
    """The product's address by name: browsers give passkeys to names, never to bare numbers."""
    return browser.web.replace("127.0.0.1", "localhost")


def at_the_door(page: Page, browser: Chromium, username: str) -> None:
    page.goto(f"{home(browser)}/signin/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(browser.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def signed_out(page: Page, browser: Chromium) -> None:
    page.goto(f"{home(browser)}/signin/out/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/signin/"))


def test_a_passkey_is_made_signs_in_alone_and_proves_its_owner(browser: Chromium) -> None:
    page = browser.window().new_page()
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    added = wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    at_the_door(page, browser, "itsec.01")
    page.goto(f"{home(browser)}/me/security/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Work laptop").first).to_be_visible()

    signed_out(page, browser)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda address: "/signin/" not in address)

    page.goto(f"{home(browser)}/signin/again/passkey/?next=/people/")
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")

    # The password alone is not enough any more; the passkey is asked for after it.
    signed_out(page, browser)
    at_the_door(page, browser, "itsec.01")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    wire.send("WebAuthn.setUserVerified", {**added, "isUserVerified": False})
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("alert").filter(has_text="did not work")).to_be_visible()
    wire.send("WebAuthn.setUserVerified", {**added, "isUserVerified": True})
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(lambda address: "/signin/" not in address)


def test_an_app_and_recovery_codes_work_on_a_phone_in_the_dark(browser: Chromium) -> None:
    page = browser.window(size=PHONE, scheme="dark").new_page()
    at_the_door(page, browser, "mod.02")
    page.goto(f"{home(browser)}/me/security/app/")
    picture = page.get_by_role("img", name=re.compile("QR code"))
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth > 0")
    found = [*what_axe_finds(page), *what_is_too_wide(page)]
    secret = page.locator("#totp-key").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("#totp-key")).to_have_text(re.compile(secret[:4]))
    page.get_by_label("Code").fill(code_of(secret, steps=-1))
    page.get_by_role("button", name="Finish").click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_inner_texts()
    found += [*what_axe_finds(page), *what_is_too_wide(page)]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert codes[3] in Path(download.value.path()).read_text()

    signed_out(page, browser)
    at_the_door(page, browser, "mod.02")
    found += [*what_axe_finds(page), *what_is_too_wide(page)]
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda address: "/signin/" not in address)

    signed_out(page, browser)
    at_the_door(page, browser, "mod.02")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda address: "/signin/" not in address)
    assert found == []


def test_other_devices_are_seen_and_signed_out(browser: Chromium) -> None:
    here, there = (browser.sign_in("press.03").new_page() for _ in range(2))
    there.goto(f"{browser.web}/")
    expect(there.locator("[data-live-pill]")).to_contain_text("Live")
    here.goto(f"{browser.web}/me/security/")
    expect(here.get_by_text("This device")).to_have_count(1)
    here.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_text(re.compile("Signed out on"))).to_be_visible()
    expect(there.locator("[data-live-pill]")).to_contain_text("Ended", timeout=10 * SECONDS)
    there.reload()
    expect(there.get_by_text("Your session has ended")).to_be_visible()
    # That the stream was refused is what this is about; the script says so on the console.
    assert all("401" in complaint for complaint in browser.complaints)
    browser.complaints.clear()


@pytest.mark.parametrize(("size", "scheme"), looks())
def test_the_pages_of_people_are_accessible(browser: Chromium, size: tuple[int, int], scheme: str) -> None:
    page = browser.window("admin.comms01", size=size, scheme=scheme).new_page()  # type: ignore[arg-type]
    found: list[str] = []
    for address in ("/me/security/", "/people/", "/people/invite/", "/settings/security/", "/signin/again/"):
        page.goto(f"{browser.web}{address}")
        found += [*what_axe_finds(page), *what_is_too_wide(page)]
    page.goto(f"{browser.web}/people/?q=press.03")
    page.get_by_role("link", name="press.03").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("press.03")
    found += [*what_axe_finds(page), *what_is_too_wide(page)]
    person = page.url
    for address in ("leave/", "reset/"):
        page.goto(f"{person}{address}")
        found += [*what_axe_finds(page), *what_is_too_wide(page)]
    assert found == []


@pytest.mark.full
def test_before_the_end_of_a_session_people_are_warned_and_what_they_typed_is_kept(
    browser: Chromium, product: Product
) -> None:
    words = "The footbridge at the canal is closed until Friday."
    page = browser.sign_in("press.03").new_page()
    try:
        sessions_last(product, minutes=3)
        page.goto(f"{browser.web}/publishing/compose/")
        warning = page.get_by_role("dialog", name="Are you still there?")
        expect(warning).to_be_visible(timeout=90 * SECONDS)
        assert what_axe_finds(page) == []
        page.keyboard.press("Enter")
        expect(warning).not_to_be_visible()

        page.get_by_label("Message for all networks").fill(words)
        expect(page.locator("[data-keep-status]")).to_contain_text("Kept", timeout=20 * SECONDS)
        sessions_last(product, minutes=1)
        page.wait_for_url(re.compile(r"/signin/\?.*ended=1"), timeout=150 * SECONDS)
    finally:
        sessions_last(product, minutes=30)
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    page.get_by_label("User name").fill("press.03")
    page.get_by_label("Password", exact=True).fill(browser.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("/publishing/compose/"))
    expect(page.get_by_text(re.compile("We kept what you had typed at"))).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_label("Message for all networks")).to_have_value(words)


def sessions_last(product: Product, *, minutes: int) -> None:
    """Shorter than the pages let anybody choose, so that a test need not wait for half an hour."""
    subprocess.run(
        [sys.executable, "-c", SHELL.format(minutes=minutes)],
        env={
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("DATABASE", "HQDASH"))
            },
            **product.environment,
            "HQDASH_ROLE": "web",
            "DJANGO_SETTINGS_MODULE": "hqdash.settings",
        },
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
