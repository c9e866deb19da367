#!/bin/sh
# Prints the path of uv: the one on PATH if it is recent enough, else the release that uv.lock pins, put into .venv-uv.

oldest_minor=13  # as in uv.lock; older ones do not know every setting in pyproject.toml

root=$(cd "$(dirname "$0")/../.." && pwd)
own="$root/.venv-uv/bin/uv"

recent() {
    case $("$1" --version 2>/dev/null) in
        "uv 0."*) [ "$("$1" --version | cut -d. -f2)" -ge "$oldest_minor" ] ;;
        "uv "[1-9]*) true ;;
        *) false ;;
    esac
}

for candidate in "$(command -v uv)" "$own"; do
    if [ -n "$candidate" ] && recent "$candidate"; then
        printf '%s\n' "$candidate"
        exit 0
    fi
done

if ! python=$(sh "$root/local/setup/python.sh" 3.13 3.12 3.11 3.14); then
    echo "Python 3.11 or newer is needed and none was found on PATH or under pyenv: install Python 3.13, Lambda's own (https://www.python.org/downloads/)." >&2
    exit 1
fi
"$python" "$root/local/setup/fetch_uv.py" "$root/uv.lock" "$root/.venv-uv" && printf '%s\n' "$own"
