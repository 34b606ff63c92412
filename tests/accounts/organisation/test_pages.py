"""The pages about organisation and tiers: what they show, whom they refuse, and what they cost."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.signing_in import signed_in

PAGES = (
    "/org/",
    "/org/import/",
    "/org/units/add/",
    "/org/tiers/",
    "/org/roles/give/",
    "/org/changes/",
    "/org/rotas/",
    "/org/try/",
    "/me/permissions/",
)


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_opens_every_page(cast: Cast, path: str) -> None:
    assert signed_in(cast.admin).get(path).status_code == 200
