"""A value that may be used and never seen: what a credential is while it is in the air."""

from __future__ import annotations

from typing import Any, NoReturn, SupportsIndex


class SecretShown(TypeError):
    """Something tried to print, compare, copy or store a secret."""


class Secret:
    """Holds a secret text for one purpose; only `reveal()` gives it out, and `wipe()` ends it."""

    __slots__ = ("_held",)
    __hash__ = None  # type: ignore[assignment]  # a hash would be a way to compare

    def __init__(self, value: str) -> None:
        # A bytearray, because a str cannot be overwritten.
        self._held: bytearray | None = bytearray(value.encode())

    def reveal(self) -> str:
        """The secret itself; the caller hands it to the wire and keeps no copy."""
        if self._held is None:
            raise SecretShown("This secret has been wiped.")
        return self._held.decode()

    def wipe(self) -> None:
        """Overwrite the secret; it cannot be revealed again."""
        if self._held is not None:
            self._held[:] = bytes(len(self._held))
            self._held = None

    def __repr__(self) -> str:
        # Debuggers and tracebacks call repr(): it must be harmless, not an error.
        return "<Secret>"

    def __str__(self) -> str:
        raise SecretShown("A secret has no text form.")

    def __format__(self, spec: str, /) -> str:
        raise SecretShown("A secret cannot be put into a text.")

    def __eq__(self, other: object) -> bool:
        raise SecretShown("Secrets are not compared.")

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        raise SecretShown("A secret is neither pickled nor copied.")

    def __getstate__(self) -> Any:
        raise SecretShown("A secret is not stored.")
