"""What is taken out of the book so that somebody else can check it: built, signed, kept for a while, deleted."""
