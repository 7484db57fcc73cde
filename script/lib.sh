# Shared by the scripts of this folder; sourced, never run.
set -euo pipefail
shopt -s inherit_errexit # else a failure inside $(...) goes unseen

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${MKB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mkb}
[[ $cache == /* ]] || cache=$PWD/$cache
export MKB_CACHE=$cache

say() { printf '%s\n' "$*" >&2; }

die() {
    say "${0##*/}: $*"
    exit 1
}

# step WHAT COMMAND...: runs it and says how long it took. A failure ends the script, so never use it in a condition:
# there bash would go on.
step() {
    local what=$1 start=$SECONDS
    shift
    say "== $what"
    "$@"
    say "== $what: $((SECONDS - start)) s"
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    else
        command -v sudo >/dev/null || die "root is needed for '$*'; run it as root or install sudo"
        sudo "$@"
    fi
}

# cached ROOM KEY MAKER: prints the folder <cache>/ROOM/KEY. If it is not there, MAKER fills an empty folder that is
# then renamed into place. Same locks and names as src/base/cache.cc, so each clears the other's leftovers.
cached() {
    local entry=$cache/$1/$2 temporary
    if [[ ! -d $entry ]]; then
        mkdir -p "$cache/$1"
        (
            flock 9
            [[ ! -d $entry ]] || exit 0
            rm -rf "$entry".tmp-*
            temporary=$(mktemp -d "$entry.tmp-$$-XXXXXX")
            trap 'rm -rf "$temporary"' EXIT
            "$3" "$temporary" 9>&-
            chmod 755 "$temporary"
            mv -T "$temporary" "$entry"
        ) 9>"$entry.lock"
    fi
    printf '%s\n' "$entry"
}
