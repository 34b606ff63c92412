"""The tables of publishing."""

from publishing.models.delivery import Attempt, Delivery, Held, State
from publishing.models.post import Post, Variant
from publishing.models.stop import PersonStop

__all__ = ["Attempt", "Delivery", "Held", "PersonStop", "Post", "State", "Variant"]
