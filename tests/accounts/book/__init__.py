"""The book: leaves, exports, the page, and what happens when somebody restores yesterday."""
