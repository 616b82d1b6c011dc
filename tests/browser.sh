#!/usr/bin/env bash
# The tests of tests/browser in Debian's Chromium, against the program with a database of its own.
#   tests/browser.sh [TEST_FILE…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/servers.sh

start_server build/kechuang "sqlite:$scratch/browser.db" --pack packs/chongqing
export KECHUANG_URL=$server_url KECHUANG_TOKEN=$server_token
if [ -f tests/packs/xingzhou/pack.csv ]; then
    start_server build/kechuang "sqlite:$scratch/other.db" --pack tests/packs/xingzhou
    export KECHUANG_OTHER_CITY_URL=$server_url KECHUANG_OTHER_CITY_TOKEN=$server_token
fi
start_server build/kechuang "sqlite:$scratch/demo.db" --pack packs/chongqing --demo
export KECHUANG_DEMO_URL=$server_url
start_server build/kechuang "sqlite:$scratch/accounts.db" --pack packs/chongqing
KECHUANG_ACCOUNTS_PASSWORD=$(sed -nE 's/.*one-time password: ([^ ]+).*/\1/p' "$server_log")
export KECHUANG_ACCOUNTS_URL=$server_url KECHUANG_ACCOUNTS_PASSWORD
start_server build/kechuang "sqlite:$scratch/cases.db" --pack packs/chongqing
export KECHUANG_CASES_URL=$server_url KECHUANG_CASES_PASSWORD=$server_password
[ $# -gt 0 ] || set -- tests/browser/*.test.mjs
node --test --test-reporter=tap "$@"
