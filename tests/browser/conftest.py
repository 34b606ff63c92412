"""Starts the whole product once for this folder, and a browser for each file in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.product import ROOT, Product, running_product
from tests.browser.chromium import Chromium, can_start, chromium, no_browser

TALKED_ABOUT = "coventrypolice.demo"
"""The account under whose posts the stories' comments are written."""
_SLEEP = f"""
from datetime import timedelta
from hqdash.base import clock
from hqdash.base.tenancy import across_forces
from monitoring.models import Poll
with across_forces(reason="a test looks at pages"):
    Poll.objects.exclude(channel__handle="{TALKED_ABOUT}").update(due_at=clock.now() + timedelta(hours=2))
"""


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    """Every process of `make demo`, with two forces and the practice networks, in a home that is gone afterwards."""
    if not can_start():
        no_browser("none was found")
    with running_product(in_memory=True) as running:
        _let_the_quiet_accounts_sleep(running)
        yield running


def _let_the_quiet_accounts_sleep(running: Product) -> None:
    """Reading 99 accounts every few seconds would take half of the machine from the pages; the stories need one."""
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", _SLEEP],
        cwd=ROOT,
        env={**os.environ, **running.environment, "DJANGO_SETTINGS_MODULE": "hqdash.settings"},
        check=True,
    )


# Playwright leaves an event loop in this thread, and Django refuses to work beside one: so not for longer than a file.
@pytest.fixture(scope="module")
def everybody(product: Product) -> Iterator[Chromium]:
    """The browser that everybody uses."""
    with chromium(product.web, product.password) as browser:
        yield browser


@pytest.fixture
def browser(everybody: Chromium) -> Iterator[Chromium]:
    """The browser; a test in which it complained about anything (script errors, the security policy) fails."""
    everybody.complaints.clear()
    yield everybody
    for context in everybody.browser.contexts:
        context.close()
    assert everybody.complaints == []
