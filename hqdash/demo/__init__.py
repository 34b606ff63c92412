"""The demo: two forces, their people and their accounts on the practice networks."""
