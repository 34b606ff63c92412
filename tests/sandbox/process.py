"""Runs the sandbox as its own process, the way everybody else meets it."""

import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Sandbox:
    """A running sandbox, and the few things every test does with it."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Sandbox":
        command = [
            sys.executable,
            "-m",
            "hqdash.sandbox",
            "--port",
            str(self.port),
            "--state",
            str(self.folder),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                if requests.get(f"{self.base}/_control/health", timeout=1).ok:
                    return self
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError("the sandbox did not start")

    def stop(self, *, kill: bool = False) -> None:
        assert self.process is not None
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(10)

    def control(self, method: str, path: str, **body: object) -> Any:
        """One call of the control API, which must succeed."""
        response = requests.request(method, f"{self.base}/_control/{path}", json=body or None, timeout=10)
        assert response.ok, response.text
        return response.json()

    def account(self, network: str, handle: str = "east_demo", token: str = "") -> "Holder":
        token = token or f"token-{network}-{handle}"
        told = self.control(
            "POST", "accounts", network=network, handle=handle, name="East team",
            token=token, username="editor",
        )  # fmt: skip
        return Holder(
            self, network, handle, told["external_id"], told["base_url"], token or f"token-{network}-{handle}"
        )

    def fault(self, holder: "Holder", kind: str, **more: object) -> None:
        self.control("POST", "faults", network=holder.network, handle=holder.handle, kind=kind, **more)


@dataclass
class Holder:
    """Someone with the token of one account, speaking the network's own protocol."""

    sandbox: Sandbox
    network: str
    handle: str
    external_id: str
    base_url: str
    token: str

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        more.setdefault("timeout", 10)
        if self.network == "wordpress":
            more.setdefault("auth", ("editor", self.token))
        else:
            more.setdefault("headers", {"Authorization": f"Bearer {self.token}"})
        return requests.request(method, f"{self.base_url}{path}", **more)

    def publish(self, text: str, **more: Any) -> requests.Response:
        match self.network:
            case "x":
                return self.call("POST", "/2/tweets", json={"text": text}, **more)
            case "facebook":
                return self.call("POST", f"/v26.0/{self.external_id}/feed", data={"message": text}, **more)
            case _:
                words = {"title": text, "content": text, "status": "publish"}
                return self.call("POST", "/wp-json/wp/v2/posts", json=words, **more)

    def published_id(self, text: str) -> str:
        told = self.publish(text).json()
        return str(told["data"]["id"] if self.network == "x" else told["id"])

    def listed(self) -> list[str]:
        """The texts of the newest posts, as the network lists them."""
        match self.network:
            case "x":
                told = self.call("GET", f"/2/users/{self.external_id}/tweets").json()
                return [post["text"] for post in told.get("data", [])]
            case "facebook":
                told = self.call("GET", f"/v26.0/{self.external_id}/published_posts").json()
                return [post["message"] for post in told["data"]]
            case _:
                told = self.call("GET", "/wp-json/wp/v2/posts").json()
                return [post["title"]["rendered"] for post in told]

    def read(self, **more: Any) -> requests.Response:
        paths = {"x": "/2/users/me", "facebook": "/v26.0/me", "wordpress": "/wp-json/wp/v2/users/me"}
        return self.call("GET", paths[self.network], **more)

    def hide(self, comment_id: str, **more: Any) -> requests.Response:
        match self.network:
            case "x":
                return self.call("PUT", f"/2/tweets/{comment_id}/hidden", json={"hidden": True}, **more)
            case "facebook":
                return self.call("POST", f"/v26.0/{comment_id}", data={"is_hidden": "true"}, **more)
            case _:
                path = f"/wp-json/wp/v2/comments/{comment_id}"
                return self.call("POST", path, json={"status": "hold"}, **more)

    def hears(
        self, text: str, *, author: str = "Angry neighbour", post_id: str = "", kind: str = "comment"
    ) -> str:
        """A member of the public writes to the account."""
        body: dict[str, object] = {"network": self.network, "handle": self.handle}
        body |= {"author": author, "text": text, "kind": kind} | ({"post_id": post_id} if post_id else {})
        return str(self.sandbox.control("POST", "comments", **body)["external_id"])

    def stored(self) -> list[dict[str, Any]]:
        return self.sandbox.control("GET", f"posts?network={self.network}&handle={self.handle}")

    def said(self) -> list[dict[str, Any]]:
        return self.sandbox.control("GET", f"comments?network={self.network}&handle={self.handle}")
