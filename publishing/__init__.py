"""We speak: posts, their variants, and the sending of each to every channel, once."""
