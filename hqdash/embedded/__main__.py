"""Lets `python -m hqdash.embedded` be typed."""

import sys

from hqdash.embedded.cli import main

sys.exit(main())
