"""The HTML door of publishing."""
