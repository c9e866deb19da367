#!/bin/sh
# Makes one of the project's virtual environments out of uv.lock, and marks it with the file .ready.
#
#     sh local/setup/environment.sh [--lambda] VENV [arguments of uv sync]
#
# Python 3.13, Lambda's own, is preferred: one the machine has, else one that uv fetches. Without it any Python from 3.11 on does,
# except with --lambda: what is built for Lambda is compiled by 3.13 only.

lambda_only=false
if [ "$1" = --lambda ]; then
    lambda_only=true
    shift
fi
venv=$1
shift
setup=$(dirname "$0")
cd "$setup/../.." || exit 1
setup=$PWD/local/setup

uv=$(sh "$setup/uv.sh") || exit 1

fetched_python() {
    UV_HTTP_RETRIES=1 "$uv" python install --quiet 3.13 2>/dev/null
    "$uv" python find --managed-python 3.13 2>/dev/null
}

if ! python=$(sh "$setup/python.sh" 3.13 || fetched_python); then
    if $lambda_only; then
        echo "Python 3.13 is missing: what runs on Lambda is built with it alone. Install it (pyenv install 3.13, or https://www.python.org/downloads/) and try again." >&2
        exit 1
    fi
    if ! python=$(sh "$setup/python.sh" 3.12 3.11 3.14); then
        echo "Python 3.11 or newer is needed and none was found: install Python 3.13 (https://www.python.org/downloads/)." >&2
        exit 1
    fi
fi

echo "Setting up $venv from uv.lock with $("$python" --version) (once; a minute or two)" >&2
unset VIRTUAL_ENV
if ! said=$(UV_PROJECT_ENVIRONMENT=$venv UV_PYTHON=$python "$uv" sync --frozen --quiet "$@" 2>&1); then
    case $said in
        *"dns error"* | *"error sending request"* | *"timed out"* | *"onnection refused"*)
            echo "The packages in uv.lock could not be downloaded: check the network (or HTTPS_PROXY) and try again." >&2 ;;
        *)
            printf '%s\n' "$said" >&2 ;;
    esac
    exit 1
fi
touch "$venv/.ready"
