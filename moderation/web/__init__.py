"""The HTML door of moderation."""
