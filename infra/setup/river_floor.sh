#!/bin/sh
# Runs the tests with the packages that a plain resolution of pyproject.toml gives: without the overrides of
# [tool.uv], that is with the oldest River we support. Needs .venv (for uv).
# usage: river_floor.sh            (in the checkout)
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$here/../.."
. "$here/stamp.sh"
venv=.venv-river-floor
sum=$(inputs_sum pyproject.toml)

if ! is_fresh "$venv/.setup.sum" "$sum" "$venv/bin/pytest"; then
  # --no-config: without [tool.uv]
  .venv/bin/uv venv --quiet --clear --no-config --python .venv/bin/python "$venv"
  .venv/bin/uv pip install --quiet --no-config --python "$venv/bin/python" -e '.[dev]'
  set_stamp "$venv/.setup.sum" "$sum"
fi
echo "  with River $("$venv/bin/python" -c 'from importlib.metadata import version; print(version("river"))')"
exec "$venv/bin/pytest" -m "not stack"
