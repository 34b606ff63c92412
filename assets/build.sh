#!/bin/sh
# What `make assets` runs: fetches the exact packages of package-lock.json, then builds.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
exec "${PYTHON:-python3}" build.py
