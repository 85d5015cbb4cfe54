#!/usr/bin/env bash
# Records demo/internet/ anew: installs the servers into $PEERS, starts them on loopback, seeds them, captures every
# planned search of every demo candidate with our own capture code, and stops what it started.
# usage: PEERS=/tmp/peers demo/record/record.sh
set -euo pipefail
: "${PEERS:?set PEERS to a working folder outside the repository, e.g. PEERS=/tmp/peers}"
cd "$(dirname "$0")/../.."
demo/record/peers/install.sh
exec .venv/bin/python -m demo.record.record "$PEERS"
