"""The tables of monitoring."""

from monitoring.models.mention import Mention
from monitoring.models.poll import Poll

__all__ = ["Mention", "Poll"]
