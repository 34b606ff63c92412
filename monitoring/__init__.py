"""We listen: what the public says to and about the force, read from every channel."""
