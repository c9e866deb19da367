#!/bin/sh
# Holds every package that uv.lock names against PyPI's database of known vulnerabilities, and every npm package against npm's.
#
# Exit status: 0 nothing is known; 1 something is, or could not be asked.

setup=$(dirname "$0")
cd "$setup/../.." || exit 1
uv=$(sh local/setup/uv.sh) || exit 1
requirements=$(mktemp) || exit 1
trap 'rm -f "$requirements"' EXIT
status=0

for group in layer dev sam clover audit bench; do
    echo "uv.lock, group $group:"
    "$uv" export --frozen --quiet --only-group "$group" --output-file "$requirements" >/dev/null || exit 1
    if ! said=$(.venv-audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r "$requirements" 2>&1); then
        status=1
        case $said in
            *"could not be audited"* | *"onnection"* | *"timed out"*)
                echo "PyPI's vulnerability data (https://pypi.org/pypi/NAME/VERSION/json) cannot be read from here: a mirror may not have it." >&2
                echo "Run make audit where pypi.org answers." >&2
                exit 1 ;;
        esac
    fi
    printf '%s\n' "$said"
done

echo "tests/web/package-lock.json:"
PATH="$PWD/.venv/bin:$PATH" npm --prefix tests/web audit || status=1
exit $status
