"""Practice networks: X, Facebook and WordPress over HTTP, for drills, demonstrations and tests."""
