"""The page of text in an export, for somebody who has never heard of this system: an investigator, a court."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from accounts.audit.notes import Verifier

_TEXT = """\
AUDIT LOG OF {name}
{rule}

What this is
------------
A signed copy of entries of the audit log of HQ Dash, the system with which {name} posts, moderates and
administers its social media accounts. Each entry says who did what, when, to what and why. An entry is written
in the same moment as the act itself, and cannot be changed afterwards without this being noticed.

  Exported by     {by}
  Exported at     {at}
  Reason given    {reason}
  What is in it   {what}
  Entries         {entries:,}
  Book ends after {size:,} entries (signed {signed})

How to check it
---------------
You need Python 3.9 or newer (python.org) and its package "cryptography":

  pip install cryptography
  python3 hqdash_verify.py NAME-OF-THIS-FILE.zip

No network and nothing of HQ Dash is needed. "INTACT" means that every entry is exactly what was signed then.
"ALTERED" names the first entry that was changed, removed, inserted or moved. The program is in this archive as
hqdash_verify.py; it is one file so that an expert of your own can read it. If you do not want to run a program
that came with the evidence, take it from another export, or from the force, and compare.

Whose signature
---------------
The key's fingerprint is
  {fingerprint}
Ask {name} for the fingerprint in another way than the one by which you got this archive (by telephone, from
their publication) and compare. If you were given the key itself, use --key FILE. If you have kept checkpoints
(short signed texts that leave the system every minute), use --checkpoints FILE: they show whether the whole log
was replaced by an earlier state of itself.

What this proves, and what not
------------------------------
{proves}
- That an entry tells the truth about the world: the log says what a signed-in person or the system did in HQ Dash.
- Times are those of the database's clock. Where that clock jumped, the check says so.

The files
---------
  entries/         one entry per line: JSON, a tab, a hash{more}
  {hashes}
  checkpoints.txt  signed statements of how long the log was and of the hash over all of it
  book.key         the public key
  manifest.json    the list of files with their SHA-256, and what was asked for; manifest.sig is its signature
"""
_WHOLE = """\
It proves that the entries are those of the log from its first to the last of this export, none changed, none
missing, none added, in this order. It does not prove:
- What happened after the export."""
_SELECTED = """\
It proves that each entry stands in the log at the place it names, unchanged. It does not prove:
- That no other entry would fit what was asked for. Only an export of the whole log shows that.{redacted}"""
_REDACTED = """
- What stands in the parts that are blacked out. They were left out on purpose ({without}); a hash in their place
  makes it possible to check them should they be disclosed later."""


def readme_of(manifest: Mapping[str, Any], verifier: Verifier) -> str:
    """The text for one export."""
    is_whole = manifest["kind"] == "whole"
    name = manifest["force"]["name"]
    filters = ", ".join(f"{key}: {value}" for key, value in sorted(manifest["filters"].items()))
    redacted = _REDACTED.format(without=", ".join(manifest["without"])) if manifest["without"] else ""
    fingerprint = sha256(verifier.key.public_bytes_raw()).digest()[:16]
    return _TEXT.format(
        name=name,
        rule="=" * (len(name) + 13),
        by=manifest["exported_by"],
        at=manifest["exported_at"],
        reason=" ".join(str(manifest["reason"]).split()) or "none",
        what="the whole log" if is_whole else f"a selection ({filters or 'all entries'})",
        entries=manifest["entries"],
        size=manifest["checkpoint"]["size"],
        signed=manifest["checkpoint"]["at"],
        fingerprint=":".join(f"{byte:02x}" for byte in fingerprint),
        proves=_WHOLE if is_whole else _SELECTED.format(redacted=redacted),
        more="" if is_whole else ", its place and the proof that it stands there",
        hashes="leaves/          the hash of each entry, 32 bytes each"
        if is_whole
        else "places.bin       the place of each entry, 8 bytes each",
    )
