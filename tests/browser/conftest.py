"""Starts the whole product once for this folder, and a browser for each file in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.product import Product, running_product
from tests.browser.chromium import Chromium, can_start, chromium, no_browser


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    """Every process of `make demo`, with two forces and the practice networks, in a home that is gone afterwards."""
    if not can_start():
        no_browser("none was found")
    with running_product(in_memory=True) as running:
        yield running


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
