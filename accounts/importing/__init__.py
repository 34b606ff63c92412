"""Reads what an HR system or a spreadsheet says about a force, compares it, and shows what would change."""
