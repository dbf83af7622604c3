#!/bin/sh
# Fetches the jars of infra/kafka/pom.xml by Maven into the cache: jars/kafka and jars/flink.
# usage: jars.sh CACHE_DIRECTORY
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/stamp.sh"
pom=$here/../kafka/pom.xml
jars=$1/jars
sum=$(inputs_sum "$pom")

if is_fresh "$jars/jars.sum" "$sum" "$jars/kafka"; then
  echo "  unchanged"
  exit 0
fi

# Into a new directory: jars of a former version must not stay in the class path beside the new ones.
rm -rf -- "$jars.partial"
mkdir -p -- "$jars.partial"
mvn --batch-mode --quiet -Dstyle.color=never --file "$pom" package "-Djars=$jars.partial"
set_stamp "$jars.partial/jars.sum" "$sum"
rm -rf -- "$jars"
mv -- "$jars.partial" "$jars"
