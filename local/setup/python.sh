#!/bin/sh
# Prints the path of a Python that runs: the first of the versions given that this machine has.
#
#     sh local/setup/python.sh 3.13 3.12
#
# Looks on PATH, then where pyenv, Homebrew and python.org put theirs. Exits with 1, saying nothing, when there is none.

# A file named python3.13 proves nothing: pyenv keeps a shim for every version that any of its installations ever had.
# So each candidate is run, and must have TLS, without which nothing can be installed.
runs() {
    "$2" -c "
import ssl, sys
if sys.version.split('.')[:2] != '$1'.split('.'): raise SystemExit(1)
print(getattr(sys, '_base_executable', None) or sys.executable)" 2>/dev/null
}

candidates() (
    IFS=:
    for folder in $PATH; do
        printf '%s\n' "$folder/python$1" "$folder/python3"
    done
    printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/"bin/python$1"
    printf '%s\n' "/opt/homebrew/opt/python@$1/bin/python$1" "/usr/local/opt/python@$1/bin/python$1"
    printf '%s\n' "/Library/Frameworks/Python.framework/Versions/$1/bin/python$1"
)

for version; do
    found=$(candidates "$version" | while IFS= read -r candidate; do
        [ -x "$candidate" ] && runs "$version" "$candidate" && break
    done)
    if [ -n "$found" ]; then
        printf '%s\n' "$found"
        exit 0
    fi
done
exit 1
