"""The HTML door of the wall."""
