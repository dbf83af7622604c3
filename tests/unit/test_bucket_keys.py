"""Buckets lie evenly on workers, and Flink agrees."""

import json
import subprocess
import sys

import pytest

from pipelines.jobs.bucket_keys import KEY_GROUPS, bucket_keys, key_group

# In a process of its own: it starts a JVM.
ASK_FLINK = """
import json, sys
from pyflink.java_gateway import get_gateway

flink = get_gateway().jvm.org.apache.flink
found = []
for key in json.load(sys.stdin):
    row = flink.types.Row(1)
    row.setField(0, key)
    found.append(flink.runtime.state.KeyGroupRangeAssignment.assignToKeyGroup(row, {groups}))
print(json.dumps(found))
"""


@pytest.mark.parametrize("buckets", [1, 2, 8, 12, 64, 128])
@pytest.mark.parametrize("workers", [1, 2, 3, 4, 8, 12])
def test_no_worker_has_more_than_one_bucket_more_than_another(buckets, workers):
    loads = [0] * workers
    for key in bucket_keys(buckets):
        loads[key_group(key) * workers // KEY_GROUPS] += 1
    assert max(loads) - min(loads) <= 1
    assert len(set(bucket_keys(buckets))) == buckets


def test_flink_puts_every_key_where_it_is_expected():
    keys = ["", "0", "a", *bucket_keys(128)]
    asked = subprocess.run(
        [sys.executable, "-c", ASK_FLINK.format(groups=KEY_GROUPS)],
        input=json.dumps(keys),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(asked.stdout.splitlines()[-1]) == [key_group(key) for key in keys]
