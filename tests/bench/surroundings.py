"""Where a benchmark ran: machine, versions, commit."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipelines.stack.layout import install_paths
from tests.bench.lab import PEERS_PYTHON, ROOT

OURS = ("apache-flink", "river", "confluent-kafka", "numba", "numpy", "orjson")
PEERS = ("bytewax", "quixstreams", "river", "confluent-kafka", "numba", "numpy", "orjson")
_ASK = """
import json, sys
from importlib.metadata import distributions
found = {each.name.lower().replace("_", "-"): each.version for each in distributions()}
print(json.dumps({name: found[name] for name in sys.argv[1:] if name in found}))
"""


def machine() -> dict[str, object]:
    """Cores that this process may use, their model, memory."""
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    total = re.search(r"^MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": model[1] if model else "unknown",
        "memory_gb": round(int(total[1]) * 1024 / 1e9, 1) if total else None,
        "kernel": os.uname().release,
    }


def versions() -> dict[str, object]:
    """Of what took part; the peers and the plain loop have an environment of their own."""
    kafka = next(install_paths().kafka_jars.glob("kafka_2.13-*.jar")).stem.partition("-")[2]
    java = re.search(r'"(.+?)"', _output("java", "-version"))
    peers: dict[str, str] = json.loads(_output(str(PEERS_PYTHON), "-c", _ASK, *PEERS))
    return {
        "python": sys.version.split()[0],
        "java": java[1] if java else "unknown",
        "kafka": kafka,
        **{name: _installed(name) for name in OURS},
        "peers": peers,
    }


def commit() -> str:
    """The checkout's commit, and whether files differ from it."""
    changed = _output("git", "status", "--porcelain", "--untracked-files=no").strip()
    return _output("git", "rev-parse", "HEAD").strip() + (" with changes" if changed else "")


def today() -> str:
    """The time of the run."""
    return datetime.now(UTC).isoformat(timespec="minutes")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _output(*command: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True, timeout=30
    )
    return done.stdout
