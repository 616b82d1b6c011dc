#!/bin/sh
# 离线安装 · installs kechuang from this folder, without a network: sudo ./install.sh
# apt installs of the packages here only what the machine lacks or has older.
set -e
cd "$(dirname "$0")"
case $PWD in *' '*) echo '请放到名称不含空格的文件夹里 · move this to a folder without blanks in its name' >&2; exit 1 ;; esac
[ "$(id -u)" = 0 ] || { echo '请以 root 运行 · run it as root: sudo ./install.sh' >&2; exit 1; }
. /etc/os-release
[ "$VERSION_ID" = 12 ] || { echo "这是为 Debian 12 做的 · made for Debian 12, this is $PRETTY_NAME" >&2; exit 1; }
sha256sum --quiet --check SHA256SUMS ||
    { echo '文件不完整，请重新拷贝 · files are damaged: copy them again' >&2; exit 1; }
wanted=''
for file in packages/*.deb; do
    name=$(dpkg-deb --field "$file" Package) version=$(dpkg-deb --field "$file" Version)
    here=$(dpkg-query --show --showformat '${db:Status-Status} ${Version}' "$name" 2>/dev/null) || here=''
    case $here in
    'installed '*) dpkg --compare-versions "${here#installed }" ge "$version" && continue ;;
    esac
    wanted="$wanted $PWD/$file"
done
[ -n "$wanted" ] || { echo '已是最新 · nothing to do'; exit 0; }
# shellcheck disable=SC2086 # a list; neither the folder nor the files have blanks in their names
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
    -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=/dev/null install $wanted
kechuang version
