"""Finds and starts a real Chromium, and hands out windows that remember every complaint of the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

Scheme = Literal["light", "dark"]
DESK, PHONE = (1440, 900), (390, 844)
NARROWEST = (320, 700)
# A browser that a person has not set up itself would ask its maker for news; tests speak to this machine only.
QUIETLY = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def looks(phone: tuple[int, int] = PHONE, *, every_day: tuple[str, ...] = ("phone-dark",)) -> list[Any]:
    """Sizes and colours in which a page is looked at: some of them every day, all four pairs in the full suite."""
    pairs: dict[str, tuple[tuple[int, int], Scheme]] = {
        "desk-light": (DESK, "light"),
        "phone-dark": (phone, "dark"),
        "desk-dark": (DESK, "dark"),
        "phone-light": (phone, "light"),
    }
    return [
        pytest.param(size, scheme, id=name, marks=[] if name in every_day else [pytest.mark.full])
        for name, (size, scheme) in pairs.items()
    ]


@dataclass
class Chromium:
    """One browser, everybody's session in it, and what it complained about."""

    browser: Browser
    web: str
    password: str
    complaints: list[str] = field(default_factory=list)
    sessions: dict[str, Any] = field(default_factory=dict)

    def sign_in(self, username: str) -> BrowserContext:
        """A window in which this person has just typed their name and password."""
        page = self.window().new_page()
        page.goto(f"{self.web}/signin/")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password", exact=True).fill(self.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/signin/" not in address)
        self.sessions[username] = page.context.storage_state()
        page.close()
        return page.context

    def window(
        self,
        username: str = "",
        *,
        size: tuple[int, int] = DESK,
        scheme: Scheme = "light",
        script: bool = True,
    ) -> BrowserContext:
        """A window of its own; for a person who has signed in before, without typing it all again."""
        if username and username not in self.sessions:
            self.sign_in(username).close()
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=script,
            storage_state=self.sessions.get(username),
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(30_000)
        context.on("page", self._listen)
        return context

    def _listen(self, page: Page) -> None:
        page.on(
            "console",
            lambda said: self._complain(page, said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda problem: self._complain(page, str(problem)))

    def _complain(self, page: Page, words: str) -> None:
        # An error page is answered with its status, and the browser mentions that.
        if not words.startswith("Failed to load resource: the server responded with a status of 40"):
            self.complaints.append(f"{page.url}: {words}")


@contextmanager
def chromium(web: str, password: str) -> Iterator[Chromium]:
    """The browser of this machine; skips, or fails where HQDASH_NEED_BROWSER asks for one, when there is none."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield Chromium(browser, web, password)
        browser.close()


def launch(playwright: Playwright) -> Browser:
    """A browser; skips the test, or fails it where HQDASH_NEED_BROWSER asks for one, when there is none."""
    try:
        return playwright.chromium.launch(executable_path=_program(), args=QUIETLY)
    except Error as problem:
        no_browser(str(problem))


def no_browser(why: str) -> NoReturn:
    """Say so once, as loudly as the machine wants it."""
    sentence = "there is no Chromium here (on Debian: apt install chromium)"
    if os.environ.get("HQDASH_NEED_BROWSER"):
        pytest.fail(f"{sentence}: {why}")
    pytest.skip(sentence)


def _program() -> str | None:
    """The path of a Chromium; None lets Playwright look for its own."""
    names = (os.environ.get("HQDASH_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def can_start() -> bool:
    """Whether one is likely to start, asked before anything long is begun."""
    if _program():
        return True
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()
