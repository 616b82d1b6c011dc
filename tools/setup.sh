# shellcheck shell=bash
# Set-up on a bare Debian 12: sourced by ./run and ./test, from the repository's folder.
#
#   setup build web        # and `test`: each word is a list below, or the web tool chain
#
# Installs only what is missing, and takes no time when nothing is. Nothing but apt and npm
# packages is downloaded. A Node that is new enough is used; Debian's is not, so there npm puts one
# into var/tools/node, which goes first in PATH.

packages_build='gcc libc6-dev make pkg-config libmicrohttpd-dev libjansson-dev libsqlite3-dev
    libpq-dev libsodium-dev libssl-dev libxlsxwriter-dev zlib1g-dev libbrotli-dev libzip-dev
    libxml2-dev libicu-dev libcurl4-openssl-dev'
packages_test='clang-format clang-tidy shellcheck libcmocka-dev postgresql-15 sqlite3 curl
    chromium fonts-noto-cjk poppler-utils libgdk-pixbuf2.0-bin webp-pixbuf-loader python3-aiosmtpd'
packages_package='dpkg-dev binutils'
packages_soak='slowhttptest sqlite3 nodejs faketime libcmocka-dev'
packages_fuzz='clang-14 libclang-rt-14-dev'
packages_interop='r-cran-rsdmx libreoffice-calc-nogui gdal-bin python3-icalendar python3-rdflib
    curl nodejs'
packages_node='npm ca-certificates'
node_folder=var/tools/node

say() { printf '==> %s\n' "$*" >&2; }

install_missing() {
    local missing
    # What dpkg does not list as installed, it either knows in another state or not at all.
    missing=$(comm -23 <(printf '%s\n' "$@" | sort -u) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
            sed -n 's/^installed //p' | sort -u))
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # a list of words
    set -- $missing
    say "安装 · installing: $*"
    local root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            { say "缺少以上软件包：请以 root 运行，或先装 sudo · these need root or sudo"; return 1; }
        root=(sudo)
    fi
    "${root[@]}" apt-get update -qq &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

# Vite 8 wants 20.19 or 22.12, or later.
node_is_new() {
    local version major minor
    command -v npm >/dev/null && version=$(node --version 2>/dev/null) || return 1
    IFS=. read -r major minor _ <<<"${version#v}"
    ((major > 22 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19)))
}

setup_web() {
    [ -f web/package-lock.json ] || return 0
    if ! node_is_new; then
        # shellcheck disable=SC2086
        install_missing $packages_node || return 1
        say "安装 · installing: node@22 npm@11 → $node_folder"
        mkdir -p "$node_folder"
        npm install --silent --no-audit --no-fund --prefix "$node_folder" node@22 npm@11
        hash -r
        node_is_new || { say "Node 安装失败 · Node could not be installed"; return 1; }
    fi
    local stamp=web/node_modules/.installed
    if ! cmp -s web/package-lock.json "$stamp"; then
        say "安装网页依赖 · installing the web packages"
        (cd web && npm ci --silent --no-audit --no-fund) && cp web/package-lock.json "$stamp"
    fi
}

setup() {
    local purpose list=()
    for purpose in "$@"; do
        # shellcheck disable=SC2206
        case $purpose in
        build) list+=($packages_build) ;;
        test) list+=($packages_test) ;;
        fuzz) list+=($packages_fuzz) ;;
        interop) list+=($packages_interop) ;;
        soak) list+=($packages_soak) ;;
        package) list+=($packages_package) ;;
        esac
    done
    install_missing "${list[@]}" || return 1
    case " $* " in
    *' web '*) setup_web ;;
    esac
}

PATH=$PWD/$node_folder/node_modules/.bin:$PATH
