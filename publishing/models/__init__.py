"""The tables of publishing."""

from publishing.models.delivery import Attempt, Delivery, State
from publishing.models.post import Post, Variant

__all__ = ["Attempt", "Delivery", "Post", "State", "Variant"]
