import os

from pipelines.stack.checkpoints import is_complete, newest_complete

MAGIC = b"\x49\x60\x67\x2d"


def checkpoint(root, job_id, number, written_ns, metadata=MAGIC + b"rest"):
    directory = root / job_id / f"chk-{number}"
    directory.mkdir(parents=True)
    if metadata is not None:
        file = directory / "_metadata"
        file.write_bytes(metadata)
        os.utime(file, ns=(written_ns, written_ns))
    return directory


def test_the_newest_of_all_runs_is_chosen_by_its_time_and_not_by_its_number(tmp_path):
    checkpoint(tmp_path, "first", 90, written_ns=1_000)
    wanted = checkpoint(tmp_path, "second", 3, written_ns=2_000)
    checkpoint(tmp_path, "second", 2, written_ns=1_500)
    assert newest_complete(tmp_path, ["first", "second"]) == wanted


def test_at_the_same_time_the_higher_number_is_chosen(tmp_path):
    checkpoint(tmp_path, "job", 9, written_ns=1_000)
    wanted = checkpoint(tmp_path, "job", 10, written_ns=1_000)
    assert newest_complete(tmp_path, ["job"]) == wanted


def test_a_checkpoint_that_was_being_written_is_passed_over(tmp_path):
    wanted = checkpoint(tmp_path, "job", 1, written_ns=1_000)
    checkpoint(tmp_path, "job", 2, written_ns=2_000, metadata=None)
    empty = checkpoint(tmp_path, "job", 3, written_ns=3_000, metadata=b"")
    assert not is_complete(empty)
    assert newest_complete(tmp_path, ["job"]) == wanted


def test_checkpoints_of_other_jobs_do_not_count(tmp_path):
    checkpoint(tmp_path, "foreign", 1, written_ns=1_000)
    assert newest_complete(tmp_path, ["job"]) is None
