"""The whole product in a real Chromium, as officers, moderators, auditors and the public meet it."""
