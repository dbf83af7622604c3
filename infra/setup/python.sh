#!/bin/sh
# Makes .venv with exactly the packages of requirements.lock, and twinstream itself in editable form.
# usage: python.sh            (in the checkout)
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$here/../.."
. "$here/stamp.sh"
venv=.venv
stamp=$venv/.setup.sum
sum=$(inputs_sum requirements.lock pyproject.toml)

if is_fresh "$stamp" "$sum" "$venv/bin/twinstream"; then
  echo "  unchanged"
  exit 0
fi

# A half-made environment (an interrupted set-up, a Python since removed) is made anew.
if ! "$venv/bin/python" -c 'import pip' >/dev/null 2>&1; then
  python=python3.11
  "$python" -c '' >/dev/null 2>&1 || python=python3
  echo "  making $venv"
  "$python" -m venv --clear "$venv"
fi

# uv in the version and with the checksums of the lock
uv_pin=$venv/.uv.lock
awk '/^uv==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements.lock > "$uv_pin"
wanted=$(sed -n 's/^uv==\([^ ]*\).*/uv \1/p' "$uv_pin")
case "$("$venv/bin/uv" --version 2>/dev/null || true)" in
  "$wanted" | "$wanted "*) ;;
  *)
    echo "  installing $wanted"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$uv_pin"
    ;;
esac

echo "  installing $(grep -c '^[a-zA-Z0-9].*==' requirements.lock) packages"
"$venv/bin/uv" pip sync --quiet --python "$venv/bin/python" --require-hashes requirements.lock
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps -e .
set_stamp "$stamp" "$sum"
