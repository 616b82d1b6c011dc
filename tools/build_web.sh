#!/usr/bin/env bash
# Called by make, from the repository's folder: builds web/dist where that can be done. Without a
# tool chain the program is built all the same, with the web pages it has or with a placeholder.
set -euo pipefail
PATH=$PWD/var/tools/node/node_modules/.bin:$PATH
if [ "${WEB:-}" = no ]; then
    reason='WEB=no'
elif [ ! -f web/package.json ]; then
    reason='no web/package.json'
elif [ ! -d web/node_modules ] || ! command -v npm >/dev/null; then
    reason='no web/node_modules: ./run installs them'
else
    npm --prefix web run --silent build
    exit
fi
echo "==> 网页未构建 · the web pages are not built ($reason)" >&2
