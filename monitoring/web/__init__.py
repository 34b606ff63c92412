"""The HTML door of monitoring."""
