# shellcheck shell=bash
# Sourced by what prints lines of the table in RESULTS.md. The last column is the load average of the last minute: the
# goals are for two cores that have nothing else to do.

load_average() { cut -d' ' -f1 /proc/loadavg; }
holds() { awk "BEGIN { exit !($1) }" && echo 1 || echo 0; }

# line WHAT FIGURE GOAL MET(1 or 0)
line() {
    local mark='✓'
    [ "$4" = 1 ] || mark='✕'
    printf '| %s | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$mark" "$(load_average)"
}
