"""One sandbox for the whole run, emptied before every test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.process import Holder, Sandbox


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox")).start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.control("POST", "reset")
    return running_sandbox


@pytest.fixture(params=["x", "facebook", "wordpress"])
def holder(request: pytest.FixtureRequest, sandbox: Sandbox) -> Holder:
    """An account on each network in turn."""
    return sandbox.account(request.param)


@pytest.fixture
def x(sandbox: Sandbox) -> Holder:
    return sandbox.account("x")


@pytest.fixture
def page(sandbox: Sandbox) -> Holder:
    return sandbox.account("facebook")


@pytest.fixture
def site(sandbox: Sandbox) -> Holder:
    return sandbox.account("wordpress")


@pytest.fixture(scope="session")
def specifications() -> Path:
    """The networks' own specifications, which stand beside the checkout and are never part of it."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("HQDASH_SHARED", beside)) / "data" / "networks"
    if not folder.is_dir():
        pytest.skip("the networks' specifications (../shared/data/networks) are not here")
    return folder
