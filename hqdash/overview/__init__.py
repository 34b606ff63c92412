"""The wall: one screen across all desks. It knows cards, not apps."""
