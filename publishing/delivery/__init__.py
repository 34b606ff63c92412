"""The ledger at work: claiming, sending, settling what is unknown, sweeping up after crashes."""
