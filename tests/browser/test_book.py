"""The audit half of story 10: an auditor reads everything, changes nothing, and takes the proof away."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.audit.export.archive import VERIFIER
from tests.browser.chromium import NARROWEST, PHONE, Chromium, Scheme, looks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SECONDS = 1000
# Whatever somebody might try to change: writing, approving, accounts, people, tiers, locking, the book itself.
WRITES = (
    "/publishing/compose/",
    "/publishing/posts/00000000-0000-4000-8000-000000000000/",
    "/moderation/dictionaries/",
    "/accounts/",
    "/people/",
    "/audit/entries/1/",
    "/audit/export.csv",
    "/audit/book.key",
)


def test_an_auditor_reads_all_changes_nothing_and_finds_one_altered_byte(
    browser: Chromium, tmp_path: Path
) -> None:
    page = browser.sign_in("psd.01").new_page()
    page.goto(f"{browser.web}/audit/")
    expect(page.get_by_text(re.compile(r"(Verified|Signed) to \d"))).to_be_visible()
    verify_now(page)
    walk_by_keys(page)
    nothing_can_be_changed(page, browser.web)
    archive = export_everything(page, browser.web, tmp_path)
    it_verifies_offline_until_a_byte_is_altered(archive, tmp_path)
    the_readings_are_in_the_book(page, browser.web)


def verify_now(page: Page) -> None:
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text(re.compile("The audit log is intact: [0-9,]+ entries"))).to_be_visible(
        timeout=60 * SECONDS
    )
    expect(page.get_by_text(re.compile(r"Verified to \d"))).to_be_visible()


def walk_by_keys(page: Page) -> None:
    """j to the first line, j to the second, k back, Enter into it."""
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/audit/entries/\d+/"))
    expect(page.get_by_text(re.compile("Proven at its place|Waits for its place"))).to_be_visible()


def nothing_can_be_changed(page: Page, web: str) -> None:
    token = page.context.cookies()
    csrf = next((one["value"] for one in token if "csrf" in one["name"]), "")
    for address in WRITES:
        for method in ("post", "put", "delete"):
            answer = page.request.fetch(
                f"{web}{address}", method=method, headers={"X-CSRFToken": csrf, "Referer": f"{web}/"}
            )
            assert answer.status in (403, 404, 405), (method, address, answer.status)


def export_everything(page: Page, web: str, folder: Path) -> Path:
    page.goto(f"{web}/audit/exports/")
    page.get_by_label(re.compile("The whole log")).check()
    page.get_by_role("textbox", name="Reason").fill("PSD/2026/17")
    page.get_by_role("button", name="Export").click()
    for _second in range(60):
        if page.get_by_role("link", name=re.compile("Download")).count():
            break
        page.wait_for_timeout(1000)
        page.goto(f"{web}/audit/exports/")
    with page.expect_download() as fetched:
        page.get_by_role("link", name=re.compile("Download")).first.click()
    archive = folder / fetched.value.suggested_filename
    fetched.value.save_as(archive)
    return archive


def it_verifies_offline_until_a_byte_is_altered(archive: Path, folder: Path) -> None:
    intact = checked(archive)
    assert intact.returncode == 0, intact.stdout
    assert "INTACT" in intact.stdout

    altered = folder / "altered.zip"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "entries/000000.rows":
                # One letter of one name in one line.
                at = content.index(b'"username":"', len(content) // 2) + 12
                content = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
                place = content[:at].count(b"\n")
            new.writestr(name, content)

    found = checked(altered)
    assert found.returncode == 1
    assert f"at place {place:,}:" in found.stdout
    assert "was altered after it was written" in found.stdout


def checked(archive: Path) -> subprocess.CompletedProcess[str]:
    """The verifier in a process that knows neither our code nor our database."""
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(archive)],
        capture_output=True, text=True, check=False, env={"PATH": ""}, cwd="/",
    )  # fmt: skip


def the_readings_are_in_the_book(page: Page, web: str) -> None:
    page.goto(f"{web}/audit/?person=psd.01&action=audit")
    table = page.locator("tbody")
    for sentence in (
        "psd.01 read the audit log",
        "psd.01 verified the audit log",
        "psd.01 fetched an export",
    ):
        expect(table.get_by_text(sentence).first).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), looks())
@pytest.mark.parametrize("address", ["/audit/", "/audit/exports/", "entry"])
def test_the_pages_are_accessible_and_fit(
    browser: Chromium, size: tuple[int, int], scheme: Scheme, address: str
) -> None:
    page = browser.window("psd.01", size=size, scheme=scheme).new_page()
    page.goto(f"{browser.web}/audit/")
    if address == "entry":
        page.locator("tbody a").first.click()
        page.wait_for_url(re.compile(r"/audit/entries/\d+/"))
    else:
        page.goto(f"{browser.web}{address}")
    if size == PHONE:
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size[0], "height": min(height + 200, 20_000)})
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found] == []
    page.set_viewport_size({"width": NARROWEST[0], "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST[0]
