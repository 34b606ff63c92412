"""The two addresses of the demo on loopback: the web and the practice networks."""

import errno
import os
import socket
from dataclasses import dataclass

from hqdash.embedded.trouble import Trouble

WEB, SANDBOX = 8000, 8300


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the demo listens; both can be moved."""

    web: int
    sandbox: int

    @classmethod
    def wanted(cls) -> "Ports":
        """What HQDASH_PORT and HQDASH_SANDBOX_PORT ask for, or 8000 and 8300."""
        return cls(web=_number("HQDASH_PORT", WEB), sandbox=_number("HQDASH_SANDBOX_PORT", SANDBOX))

    def require_free(self) -> None:
        """Refuse before anything starts, with the port's number and the way round it."""
        if self.web == self.sandbox:
            raise Trouble(
                f"HQDASH_PORT and HQDASH_SANDBOX_PORT are both {self.web}: give them different numbers."
            )
        _require_free(self.web, what="the dashboard", setting="HQDASH_PORT")
        _require_free(self.sandbox, what="the practice networks", setting="HQDASH_SANDBOX_PORT")

    def environment(self) -> dict[str, str]:
        """The demo's addresses for every process; what the person has set already goes first."""
        sandbox = f"http://127.0.0.1:{self.sandbox}"
        ours = {
            "HQDASH_DEMO": "1",
            "HQDASH_SANDBOX_URL": sandbox,
            # The address guard lets connectors reach nothing on this machine except this one.
            "HQDASH_ALLOWED_HOSTS": f"127.0.0.1:{self.sandbox}",
            "HQDASH_X_BASE_URL": f"{sandbox}/x",
            "HQDASH_FACEBOOK_BASE_URL": f"{sandbox}/graph",
        }
        return {name: os.environ.get(name) or value for name, value in ours.items()}


def _number(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise Trouble(f"{name} is '{value}': write a port number between 1 and 65535.")
    return int(value)


def _require_free(port: int, *, what: str, setting: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as plug:
        # The same option that the servers use, so that a connection still fading away is no obstacle.
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            plug.bind(("127.0.0.1", port))
            return
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
    another = port + 80 if port + 80 < 65536 else port - 80
    reason = "is in use by another program" if in_use else "may not be opened by this user"
    raise Trouble(
        f"Port {port} for {what} {reason}: choose another, for example `{setting}={another} make demo`."
    )
