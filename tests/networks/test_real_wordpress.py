"""The same contract against a real WordPress, where one can be started."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from hqdash.networks import Network, get_network
from hqdash.networks.connector import Connector
from hqdash.networks.errors import SignInExpired
from hqdash.networks.http import HttpSettings
from hqdash.networks.matching import plain_text, same_text
from hqdash.networks.secret import Secret
from hqdash.networks.types import Account, Draft
from tests.networks.contract import TEXT, Contract

PEER = Path(__file__).parents[3] / "shared" / "peers" / "wordpress"
SITE = Path("/usr/share/wordpress")

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]


@dataclass(slots=True)
class RealSite:
    """A WordPress, its application passwords, and a member of the public beside it."""

    address: str
    passwords: dict[str, str]
    network: Network
    account: Account

    def connect(self, *, password: str = "", **changes: Any) -> Connector:
        settings = HttpSettings(
            allowed_hosts=frozenset({self.address.removeprefix("http://")}),
            read_timeout=float(changes.get("read_timeout", 20.0)),
        )
        secrets = {
            "username": Secret("ed"),
            "application_password": Secret(password or self.passwords["ed"]),
        }
        return self.network.connect(self.account, secrets, settings)

    def public_says(self, text: str, *, author: str = "passer_by", post_id: str = "") -> str:
        if not post_id:
            newest = self._as_admin("GET", "posts?per_page=1&orderby=id")
            post_id = str(newest.json()[0]["id"])
        told = {
            "post": int(post_id),
            "content": text,
            "author_name": author,
            "author_email": f"{author}@example.test",
            "status": "approved",
        }
        answer = self._as_admin("POST", "comments", json=told)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def comment(self, external_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._as_admin("GET", f"comments/{external_id}?context=edit").json()
        return found

    def _as_admin(self, method: str, path: str, **what: Any) -> requests.Response:
        pair = ("desk", self.passwords["desk"])
        return requests.request(method, f"{self.address}/wp-json/wp/v2/{path}", auth=pair, timeout=20, **what)


def a_port() -> int:
    """A free port whose database port, 25000 above it, exists as well."""
    for port in range(21000, 39000, 7):
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("No port is free.")


@pytest.fixture(scope="module")
def site() -> Iterator[RealSite]:
    if not (PEER / "up.sh").exists():
        pytest.skip("The script that starts a real WordPress is not beside this repository.")
    missing = [tool for tool in ("php", "mariadbd", "mariadb-install-db") if shutil.which(tool) is None]
    if missing or not SITE.is_dir():
        pytest.skip(f"Needs the Debian packages wordpress, mariadb-server and php-cli: {missing or SITE}.")
    port = a_port()
    started = subprocess.run(
        ["bash", str(PEER / "up.sh"), str(port)], capture_output=True, text=True, timeout=120, check=False
    )
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        passwords = json.loads(started.stdout.strip().splitlines()[-1])["app"]
        address = f"http://127.0.0.1:{port}"
        account = Account(handle="desk", base_url=address)
        yield RealSite(address, passwords, get_network("wordpress"), account)
    finally:
        subprocess.run(["bash", str(PEER / "down.sh"), str(port)], timeout=60, check=False)
        shutil.rmtree(PEER / f"run-{port}", ignore_errors=True)


class TestRealWordPress(Contract):
    """What a real site does with our calls."""

    @pytest.fixture
    def peer(self, site: RealSite) -> RealSite:
        return site

    def test_everybody_can_read_the_text_as_it_was_written(self, peer: RealSite) -> None:
        published = peer.connect().publish(Draft(TEXT))
        public = requests.get(f"{peer.address}/wp-json/wp/v2/posts/{published.external_id}", timeout=20)
        assert same_text(TEXT, plain_text(public.json()["content"]["rendered"]))

    def test_hiding_holds_and_removing_bins(self, peer: RealSite) -> None:
        connector = peer.connect()
        published = connector.publish(Draft("Below this somebody is rude."))
        said = peer.public_says("Rude words.", post_id=published.external_id)
        connector.hide(said)
        assert peer.comment(said)["status"] == "hold"
        connector.unhide(said)
        assert peer.comment(said)["status"] == "approved"
        connector.remove(said)
        assert peer.comment(said)["status"] == "trash"

    def test_a_flood_is_read_to_its_end(self, peer: RealSite) -> None:
        connector = peer.connect()
        published = connector.publish(Draft("Everybody wants to say something."))
        cursor = connector.comments("").cursor
        said = {peer.public_says(f"Flood {n}.", post_id=published.external_id) for n in range(130)}
        found: list[str] = []
        more = True
        while more:
            batch = connector.comments(cursor)
            found += [item.external_id for item in batch.items]
            cursor, more = batch.cursor, batch.more
        assert sorted(found) == sorted(said)

    def test_a_wrong_password_is_an_ended_sign_in(self, peer: RealSite) -> None:
        with pytest.raises(SignInExpired):
            peer.connect(password="abcd efgh ijkl mnop qrst uvwx").publish(Draft("Not sent."))
