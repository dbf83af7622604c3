#!/bin/sh
# Builds influxd from the Go module pinned in go.mod and go.sum.
# usage: build.sh OUTPUT_FILE [WORK_DIR]
# WORK_DIR keeps the Rust and Go build products, so that an interrupted build goes on where it stopped.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
output=$1
work=${2:-$(dirname -- "$output")/build}
mkdir -p "$work/bin" "$(dirname -- "$output")"
cd "$here"

# libflux denies warnings that newer Rust compilers raise, in its own build script too.
cat > "$work/bin/rustc-wrapper" <<'WRAPPER'
#!/bin/sh
rustc=$1
shift
exec "$rustc" "$@" --cap-lints warn
WRAPPER
chmod +x "$work/bin/rustc-wrapper"
export RUSTC_WRAPPER="$work/bin/rustc-wrapper"

# libflux asks for an old Rust toolchain by name; take the installed one instead of a download.
if command -v rustup >/dev/null 2>&1; then
  RUSTUP_TOOLCHAIN=$(rustup show active-toolchain | cut -d' ' -f1)
  export RUSTUP_TOOLCHAIN
fi

echo "influxd 1/2: the pkg-config that builds libflux"
go build -o "$work/bin/flux-pkg-config" github.com/influxdata/pkg-config
export PKG_CONFIG="$work/bin/flux-pkg-config"

echo "influxd 2/2: libflux (Rust) and influxd (Go), a few minutes"
# The tag 'assets' is left out: it needs a user-interface bundle that the module lacks.
go build -tags 'sqlite_foreign_keys,sqlite_json' -o "$output.partial" github.com/influxdata/influxdb/v2/cmd/influxd
mv "$output.partial" "$output"
