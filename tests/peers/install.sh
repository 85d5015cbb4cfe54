#!/usr/bin/env bash
# Installs the servers by others that tests/peers/ asks, from Debian, PyPI and npm, into $VETTING_PEERS (default: .peers/ in the
# repository). A second run does nothing; where only root may go on, it says the line to type.
# With --references it installs maigret and sherlock instead, with which `make bench` compares our attribution; see
# docs/decisions/0011-attribution-signals.md. They are asked about servers on loopback only.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
PEERS=${VETTING_PEERS:-$root/.peers}
mkdir -p "$PEERS"
PEERS=$(cd "$PEERS" && pwd)
export PEERS
# shellcheck source=../../demo/record/peers/installing.sh
source "$root/demo/record/peers/installing.sh"

case "${1:-}" in
  '') ;;
  --references)
    environment maigret 'maigret==0.6.6' # each in an environment of its own, and never in the project's
    environment sherlock 'sherlock-project==0.16.2'
    say "The references of tests/bench/decoys.py are installed in $PEERS."
    exit ;;
  *)
    say "usage: tests/peers/install.sh [--references]" >&2
    exit 2 ;;
esac

debian chromium openssl
"$root/demo/record/peers/install.sh"
environment v-bovine 'bovine-herd==0.5.19'

# Answers of archive.org, GitHub and Mastodon, as the authors of these libraries recorded them for their own tests. They hold words of
# people, so they stay in this folder.
if [ ! -e "$PEERS/replay/.ready" ]; then
  say "Fetching recorded answers of real services from PyPI: wayback, PyGithub, Mastodon.py."
  rm -rf "$PEERS/replay"
  mkdir -p "$PEERS/replay/sdists"
  environment v-download 'pip' 'setuptools' 'wheel'
  (cd "$PEERS/replay/sdists" && "$PEERS/v-download/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps \
    --no-binary :all: 'wayback==0.5.1' 'PyGithub==2.10.0' 'Mastodon.py==2.3.3')
  (cd "$PEERS/replay" && "$PEERS/v-pywb/bin/python" "$here/recorded_answers.py" recorded.warc.gz sdists/*.tar.gz &&
    "$PEERS/v-pywb/bin/wb-manager" init recorded > /dev/null && "$PEERS/v-pywb/bin/wb-manager" add recorded recorded.warc.gz > /dev/null)
  touch "$PEERS/replay/.ready"
fi
touch "$PEERS/.ready"
say "The servers by others are installed in $PEERS."
