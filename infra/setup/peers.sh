#!/bin/sh
# Makes .venv-peers with exactly the packages of tests/bench/peers.lock: the other stream engines that the benchmarks
# run the step in. Their requirements clash with those of apache-flink. Needs .venv (for uv).
# twinstream itself isn't installed there: its programs are run from the checkout with
#   .venv-peers/bin/python -m tests.bench.bytewax_flow ...
# usage: peers.sh            (in the checkout)
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$here/../.."
. "$here/stamp.sh"
venv=.venv-peers
lock=tests/bench/peers.lock
stamp=$venv/.setup.sum
sum=$(inputs_sum "$lock")

if is_fresh "$stamp" "$sum" "$venv/bin/python"; then
  echo "  unchanged"
  exit 0
fi

# A half-made environment (an interrupted set-up, a Python since removed) is made anew.
if ! "$venv/bin/python" -c '' >/dev/null 2>&1; then
  echo "  making $venv"
  .venv/bin/uv venv --quiet --clear --no-config --python .venv/bin/python "$venv"
fi

echo "  installing $(grep -c '^[a-zA-Z0-9].*==' "$lock") packages"
.venv/bin/uv pip sync --quiet --no-config --python "$venv/bin/python" --require-hashes "$lock"
set_stamp "$stamp" "$sum"
