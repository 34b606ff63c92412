"""The book: who did what to what, when and why, kept so that a later change of it can be shown."""
