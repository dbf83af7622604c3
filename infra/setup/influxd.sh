#!/bin/sh
# Builds influxd from infra/influxd into the cache: bin/influxd.
# usage: influxd.sh CACHE_DIRECTORY
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/stamp.sh"
source=$here/../influxd
binary=$1/bin/influxd
sum=$(inputs_sum "$source/go.mod" "$source/go.sum" "$source/tools.go" "$source/build.sh")

if is_fresh "$binary.sum" "$sum" "$binary"; then
  echo "  unchanged"
  exit 0
fi

sh "$source/build.sh" "$binary" "$1/build/influxd"
set_stamp "$binary.sum" "$sum"
