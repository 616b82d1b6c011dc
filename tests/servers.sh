# shellcheck shell=bash
# shellcheck disable=SC2034 # what it sets is for the scripts that source it
# Sourced by the scripts that need a running program: private databases and servers, all gone at
# the end. Servers listen on the loopback only; PostgreSQL on a socket in a private folder.

# What the program does by itself when figures change would number writes differently from run to
# run: tests ask for it.
export KECHUANG_CHECK_AFTER=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/kechuang-test-XXXXXX")
servers=()
postgres_data=

stop_all() {
    local process
    set +e
    for process in "${servers[@]}"; do kill "$process" 2>/dev/null; done
    for process in "${servers[@]}"; do wait "$process"; done 2>/dev/null
    [ -z "$postgres_data" ] || as_postgres "$postgres_bin/pg_ctl" -D "$postgres_data" -m immediate \
        stop >/dev/null
    rm -rf "$scratch"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

free_port() {
    local port
    while port=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
    else
        "$@"
    fi
}

# Starts a private cluster; sets postgres_url. Nothing in it has to survive, so it never syncs.
start_postgres() {
    local folder=$scratch/postgres
    postgres_bin=/usr/lib/postgresql/15/bin
    mkdir "$folder" && chmod 711 "$scratch"
    [ "$(id -u)" != 0 ] || chown postgres: "$folder"
    as_postgres "$postgres_bin/initdb" -D "$folder/data" -U kechuang -A trust -E UTF8 --locale=C.UTF-8 \
        --no-sync >"$scratch/initdb.log" 2>&1 || { cat "$scratch/initdb.log"; return 1; }
    as_postgres "$postgres_bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-c listen_addresses= \
        -c unix_socket_directories=$folder -c fsync=off -c max_connections=100" start \
        >"$scratch/pg_ctl.log" || { cat "$scratch/pg_ctl.log" "$folder/log"; return 1; }
    postgres_data=$folder/data
    postgres_url="postgres:///postgres?host=$folder&user=kechuang"
}

# One more database of the private cluster; sets postgres_url.
create_postgres_database() {
    "$postgres_bin/psql" --quiet --host "$scratch/postgres" --username kechuang --dbname postgres \
        --command "CREATE DATABASE $1"
    postgres_url="postgres:///$1?host=$scratch/postgres&user=kechuang"
}

# start_server PROGRAM DATABASE_URL [FLAG…]: sets server_url, server_token, server_password (of the
# administrator that was made), server_process and server_log.
start_server() {
    local program=$1 database=$2 port log
    shift 2
    port=$(free_port)
    log=$scratch/server-$port.log
    case $database in
    sqlite:*) ;;
    *) set -- --key-file "$scratch/postgres.key" "$@" ;;
    esac
    "$program" serve --db "$database" --listen "127.0.0.1:$port" "$@" >"$log" 2>&1 &
    server_process=$!
    servers+=("$server_process")
    server_url=http://127.0.0.1:$port
    until curl --silent --fail --output /dev/null "$server_url/healthz"; do
        kill -0 "$server_process" 2>/dev/null || { echo "$program stopped:"; cat "$log"; return 1; }
        read -rt 0.02 <> <(:) || true # a pause
    done
    server_token=$(sed -nE 's/.*(token|令牌)[^A-Za-z0-9]*([A-Za-z0-9_-]{16,}).*/\2/p' "$log" | head -n 1)
    server_password=$(sed -n 's/.*one-time password: //p' "$log")
    server_log=$log
}

# Stops the server started last, and waits until it is gone.
stop_server() {
    kill "${servers[-1]}"
    wait "${servers[-1]}" || true
    unset 'servers[-1]'
}
