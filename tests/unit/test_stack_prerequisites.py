import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "infra" / "setup" / "prerequisites.sh"
TEXT_TOOLS = ("sed", "head")


@pytest.fixture
def programs(tmp_path):
    """A directory that is the whole PATH: text tools only, until a test adds a program."""
    directory = tmp_path / "bin"
    directory.mkdir()
    for tool in TEXT_TOOLS:
        (directory / tool).symlink_to(shutil.which(tool))
    return directory


def fake(programs, name, output="", code=0):
    program = programs / name
    program.write_text(f"#!/bin/sh\necho '{output}'\nexit {code}\n")
    program.chmod(0o755)


def run(programs):
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)], env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )


def all_present(programs):
    fake(programs, "python3.11")
    fake(programs, "java", 'openjdk version "17.0.15" 2025-04-15')
    fake(programs, "mvn")
    fake(programs, "go", "go version go1.24.3 linux/amd64")
    fake(programs, "rustc")
    fake(programs, "cargo", "cargo 1.85.0 (d73d2caf9 2024-12-31)")
    fake(programs, "cc")
    fake(programs, "make")


def test_everything_there_is_told_by_silence(programs):
    all_present(programs)
    done = run(programs)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_missing_program_is_named_at_once_with_its_command(programs):
    done = run(programs)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    told = {lines[i].removeprefix("missing: "): lines[i + 1] for i in range(0, len(lines), 2)}
    commands = {
        "Python 3.11 with venv": "apt-get install -y python3.11 python3.11-venv",
        "Java 17 or later": "apt-get install -y openjdk-17-jdk-headless",
        "mvn (Maven)": "apt-get install -y maven",
        "Go 1.24 or later": "apt-get install -y golang",
        "rustc 1.72 or later": "https://sh.rustup.rs",
        "cargo 1.72 or later": "https://sh.rustup.rs",
        "cc (a C compiler)": "apt-get install -y gcc",
        "make": "apt-get install -y make",
    }
    assert told.keys() == commands.keys()
    for name, command in commands.items():
        assert command in told[name]


@pytest.mark.parametrize(
    ("program", "output", "told"),
    [
        ("java", 'openjdk version "11.0.2" 2019-01-15', "Java 17 or later (there is 11)"),
        ("java", 'java version "1.8.0_402"', "Java 17 or later (there is 1)"),
        ("go", "go version go1.19.8 linux/amd64", "Go 1.24 or later (there is 1.19)"),
        ("cargo", "cargo 1.63.0 (fd9c4297c 2022-07-01)", "cargo 1.72 or later (there is 1.63)"),
    ],
)
def test_a_program_that_is_too_old_is_named_with_its_version(programs, program, output, told):
    all_present(programs)
    fake(programs, program, output)
    done = run(programs)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == f"missing: {told}"


def test_another_python_is_not_enough(programs):
    all_present(programs)
    fake(programs, "python3.11", code=1)
    assert "Python 3.11 with venv" in run(programs).stdout


def test_a_newer_major_version_is_enough(programs):
    all_present(programs)
    fake(programs, "go", "go version go2.0 linux/amd64")
    assert run(programs).returncode == 0
