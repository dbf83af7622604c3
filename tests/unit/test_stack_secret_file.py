import os

from pipelines.stack import StackPaths
from pipelines.stack.secret_file import ensure_secret, read_secret, write_secret


def mode(path):
    return path.stat().st_mode & 0o777


def test_a_secret_is_for_its_owner_only_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        write_secret(tmp_path / "secrets" / "token", "abc")
    finally:
        os.umask(before)
    assert mode(tmp_path / "secrets") == 0o700
    assert mode(tmp_path / "secrets" / "token") == 0o600
    assert read_secret(tmp_path / "secrets" / "token") == "abc"


def test_a_directory_that_was_opened_is_closed_again(tmp_path):
    paths = StackPaths(tmp_path)
    paths.secrets.mkdir(mode=0o755)
    paths.create()
    assert mode(paths.secrets) == 0o700


def test_a_secret_is_made_once_and_kept(tmp_path):
    first = ensure_secret(tmp_path / "token")
    assert len(first) >= 32
    assert ensure_secret(tmp_path / "token") == first


def test_two_secrets_differ(tmp_path):
    assert ensure_secret(tmp_path / "one") != ensure_secret(tmp_path / "two")


def test_a_write_that_was_interrupted_does_not_stop_the_next(tmp_path):
    (tmp_path / ".token.partial").write_text("half")
    write_secret(tmp_path / "token", "abc")
    assert read_secret(tmp_path / "token") == "abc"
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


def test_a_missing_and_an_empty_file_hold_no_secret(tmp_path):
    assert read_secret(tmp_path / "token") is None
    (tmp_path / "token").write_text("\n")
    assert read_secret(tmp_path / "token") is None
