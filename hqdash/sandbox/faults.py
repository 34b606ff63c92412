"""The failures a practice network can be told to show, and which of them strike a given call."""

import math
from dataclasses import asdict, dataclass, replace

from hqdash.sandbox.accounts import NETWORKS, Account
from hqdash.sandbox.state import State

KINDS = {
    "latency": "Every call takes this many seconds longer",
    "rate_limited": "Too many requests (429); the value is the seconds to wait",
    "server_error": "The network fails; the value is the status, 503 unless given",
    "html_error": "A gateway answers with an HTML page (502)",
    "hang": "The call is never answered; cut after this many seconds, 600 unless given",
    "lost_answer": "The text is stored, then the connection is cut without an answer",
    "cut_before": "The connection is cut before anything is stored",
    "token_expired": "The sign-in has expired",
    "duplicate_refused": "A new post is refused as a duplicate",
    "hide_refused": "Hiding, unhiding and removing are refused",
    "read_lag": "What is younger than this many seconds is not listed yet",
    "clock_skew": "The network's clock is wrong by this many seconds",
}
OPERATIONS = {
    "publish": "Publishing",
    "read": "Reading",
    "hide": "Hiding",
    "withdraw": "Deleting own posts",
    "sign_in": "Signing in, renewing and revoking",
    "*": "Everything",
}

# These describe the network's condition and not one call, so they hold whatever the operation.
STANDING = ("read_lag", "clock_skew")
LONGEST_LATENCY = 120.0


class BadFault(Exception):
    """No such fault can be set; the message says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure, for one account or all, for some calls or until it is lifted."""

    number: int
    network: str
    handle: str
    kind: str
    operation: str
    times: int | None
    value: float

    @property
    def sentence(self) -> str:
        return KINDS[self.kind]


class FaultList:
    """All faults in force; kept in memory for speed and in the state file for the next start."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.faults: list[Fault] = []
        self.reload()

    def reload(self) -> None:
        rows = self.state.db.execute("SELECT * FROM fault ORDER BY number")
        self.faults = [Fault(**dict(zip(row.keys(), row, strict=True))) for row in rows]

    def add(
        self, *, network: str, handle: str, kind: str, operation: str, times: int | None, value: float
    ) -> Fault:
        """Put a fault in force."""
        _check(network, kind, operation, times, value)
        handle = handle.removeprefix("@") or "*"
        if kind == "duplicate_refused" and operation == "*":
            operation = "publish"
        if kind == "hide_refused" and operation == "*":
            operation = "hide"
        cursor = self.state.db.execute(
            "INSERT INTO fault (network, handle, kind, operation, times, value) VALUES (?, ?, ?, ?, ?, ?)",
            (network, handle, kind, operation, times, value),
        )
        fault = Fault(int(cursor.lastrowid or 0), network, handle, kind, operation, times, value)
        self.faults.append(fault)
        return fault

    def lift(self, number: int) -> None:
        """End one fault."""
        self.state.db.execute("DELETE FROM fault WHERE number = ?", (number,))
        self.faults = [fault for fault in self.faults if fault.number != number]

    def lift_all(self) -> None:
        """End every fault."""
        self.state.db.execute("DELETE FROM fault")
        self.faults = []

    def strike(self, account: Account, operation: str) -> list[Fault]:
        """The faults that strike this call; each use is counted."""
        hits = [
            fault
            for fault in self.faults
            if fault.kind not in STANDING and _meets(fault, account) and fault.operation in (operation, "*")
        ]
        for fault in hits:
            self._count(fault)
        return hits

    def standing(self, account: Account, kind: str) -> float:
        """The seconds of lag or skew that hold for this account now; each use is counted."""
        hits = [fault for fault in self.faults if fault.kind == kind and _meets(fault, account)]
        for fault in hits:
            self._count(fault)
        return sum(fault.value for fault in hits)

    def _count(self, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            self.lift(fault.number)
            return
        left = replace(fault, times=fault.times - 1)
        self.state.db.execute("UPDATE fault SET times = ? WHERE number = ?", (left.times, left.number))
        self.faults = [left if each.number == fault.number else each for each in self.faults]


def _meets(fault: Fault, account: Account) -> bool:
    return fault.network in (account.network, "*") and fault.handle.lower() in (account.handle.lower(), "*")


def _check(network: str, kind: str, operation: str, times: int | None, value: float) -> None:
    if network != "*" and network not in NETWORKS:
        raise BadFault(f"There is no practice network called {network!r}.")
    if kind not in KINDS:
        raise BadFault(f"There is no fault called {kind!r}; there are {', '.join(KINDS)}.")
    if operation not in OPERATIONS:
        raise BadFault(f"There is no operation called {operation!r}; there are {', '.join(OPERATIONS)}.")
    if times is not None and times < 1:
        raise BadFault("A fault strikes at least once, or until it is lifted.")
    if not math.isfinite(value) or (value < 0 and kind != "clock_skew"):
        raise BadFault("The value is a number of seconds, zero or more.")
    if kind == "latency" and value > LONGEST_LATENCY:
        raise BadFault("Latency is in seconds: write 0.25 for 250 milliseconds.")
    if kind == "server_error" and value and not 500 <= value <= 599:
        raise BadFault("The value of a server error is a status from 500 to 599.")


def as_dict(fault: Fault) -> dict[str, object]:
    """The fault as the control API shows it."""
    return asdict(fault)
