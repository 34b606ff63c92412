"""The HTML door of accounts."""
