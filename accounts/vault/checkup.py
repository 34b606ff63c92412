"""Says to ``manage.py doctor`` whether every root key is here that something in the vault needs."""

from __future__ import annotations

from accounts.vault.caller import ask
from accounts.vault.errors import VaultClosed
from hqdash.base.checkups import Checkup

SUBJECT = "Key ring"


def key_ring() -> Checkup:
    """The opener's own word; it alone sees the keys."""
    try:
        standing = ask({"op": "status"})
    except VaultClosed as closed:
        return Checkup(SUBJECT, "could not be asked", closed.sentence)
    if standing["missing"]:
        return Checkup(SUBJECT, "; ".join(standing["missing"]), "Put the missing key beside the others.")
    kept = sum(force["credentials"] for force in standing["forces"])
    return Checkup(SUBJECT, f"{len(standing['ring'])} root keys, {kept} credentials, nothing is missing")
