#!/bin/sh
# Makes a stand-in for AWS's Python 3.13 base image where no registry can be reached: the machine's own Python and the libraries
# it is linked to, AWS's runtime client from PyPI, busybox for a shell. Linux, as root.
#
#     sh tests/sam/base_image.sh IMAGE PYTHON UV VERSION_OF_AWSLAMBDARIC
#
# The layout is that of AWS's image: /var/lang (Python), /var/runtime (client and bootstrap), /var/task (the function), /opt (layers).
set -eu
image=$1
prefix=$("$2" -c 'import sys; print(sys.base_prefix)')
uv=$3
runtime_client=$4

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/etc/ssl/certs" "$root/var/lang" "$root/var/runtime" "$root/var/task" "$root/opt" "$root/tmp"
chmod 1777 "$root/tmp"

cp "$(command -v busybox)" "$root/bin/busybox"
for command in $(busybox --list | grep -vx busybox); do
    ln -s /bin/busybox "$root/bin/$command"
done

cp -a "$prefix/." "$root/var/lang/"
# What Python is linked to, and what any wheel may expect besides (PEP 599's list, as far as a server needs it).
libraries() {
    find "$prefix/bin/python3.13" "$prefix/lib/python3.13/lib-dynload" -type f -exec ldd {} + 2>/dev/null |
        sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-[^ ]*\).*/\1/p'
    for name in libpthread.so.0 libdl.so.2 librt.so.1 libutil.so.1 libgcc_s.so.1 libstdc++.so.6; do
        ldconfig -p | sed -n "s/.*$name (libc6,.*=> //p"
    done
}
libraries | sort -u | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"

"$uv" pip install --quiet --python "$2" --link-mode copy --target "$root/var/runtime" "awslambdaric==$runtime_client" boto3
cat >"$root/var/runtime/bootstrap" <<'BOOTSTRAP'
#!/bin/sh
export PYTHONPATH=/opt/python:/var/runtime:/var/task
exec /var/lang/bin/python3.13 -m awslambdaric "$_HANDLER"
BOOTSTRAP
chmod +x "$root/var/runtime/bootstrap"

tar -C "$root" -c . | docker import \
    --change 'ENV PATH=/var/lang/bin:/bin LD_LIBRARY_PATH=/var/lang/lib' \
    --change 'ENV LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime' \
    --change 'WORKDIR /var/task' - "$image" >/dev/null
