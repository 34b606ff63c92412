"""Counts calls the way the networks do, so that limits show in the headers before they bite."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one limit after this call."""

    limit: int
    remaining: int
    reset_at: float
    exceeded: bool

    @property
    def used_percent(self) -> int:
        return min(100, round(100 * (self.limit - self.remaining) / self.limit))


@dataclass(slots=True)
class Windows:
    """Fixed windows per account and endpoint. They start anew with the process, like a cache would."""

    enforced: bool = True
    _open: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def take(self, *, account_id: str, endpoint: str, limit: int, seconds: float) -> Allowance:
        """Count one call. Without enforcement one call always stays over."""
        now = time.time()
        reset_at, used = self._open.get((account_id, endpoint), (0.0, 0))
        if now >= reset_at:
            reset_at, used = now + seconds, 0
        exceeded = self.enforced and used >= limit
        if not exceeded:
            used += 1
        self._open[account_id, endpoint] = (reset_at, used)
        floor = 0 if self.enforced else 1
        return Allowance(
            limit=limit, remaining=max(floor, limit - used), reset_at=reset_at, exceeded=exceeded
        )

    def clear(self) -> None:
        self._open.clear()
