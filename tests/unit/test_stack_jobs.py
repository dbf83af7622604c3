import os

import pytest

from pipelines.stack import StackError, StackPaths
from pipelines.stack import jobs as jobs_module
from pipelines.stack.checkpoints import _MAGIC
from pipelines.stack.flink_rest import FlinkJob, FlinkRest
from pipelines.stack.jobs import Jobs
from pipelines.stack.layout import InstallPaths
from pipelines.stack.submission import Submission


class ScriptedCluster(FlinkRest):
    """A cluster whose jobs are what the test says."""

    def __init__(self):
        super().__init__("http://127.0.0.1:1")
        self.states = {}
        self.submissions = []

    def jobs(self):
        return [FlinkJob(jid=job_id, name="x", state=state) for job_id, state in self.states.items()]

    def cancel(self, job_id):
        self.states[job_id] = "CANCELED"

    def accept(self, submission, *_):
        self.submissions.append(submission)
        self.states[submission.job_id] = "RUNNING"


@pytest.fixture
def cluster(monkeypatch):
    cluster = ScriptedCluster()
    monkeypatch.setattr(jobs_module, "submit", cluster.accept)
    return cluster


@pytest.fixture
def paths(tmp_path):
    return StackPaths(tmp_path)


@pytest.fixture
def jobs(cluster, paths, tmp_path):
    install = InstallPaths(tmp_path, (), tmp_path, tmp_path, tmp_path)
    return Jobs(paths, install, cluster)


def write_checkpoint(paths, job_id, number):
    file = paths.checkpoints / job_id / f"chk-{number}" / "_metadata"
    file.parent.mkdir(parents=True)
    file.write_bytes(_MAGIC)
    os.utime(file, ns=(number, number))
    return file.parent


def test_a_running_job_is_left_alone(jobs, cluster, tmp_path):
    jobs.submit("twins", "a.module", tmp_path / "s.json")
    assert jobs.reconcile() == {}
    assert len(cluster.submissions) == 1


@pytest.mark.parametrize("fate", ["FAILED", "CANCELED", None])
def test_a_job_that_ended_or_is_unknown_goes_on_from_its_newest_checkpoint(jobs, cluster, paths, tmp_path, fate):
    first = jobs.submit("twins", "a.module", tmp_path / "s.json")
    write_checkpoint(paths, first, 1)
    newest = write_checkpoint(paths, first, 2)
    cluster.states = {first: fate} if fate else {}

    assert jobs.reconcile() == {"twins": newest}

    again = cluster.submissions[-1]
    assert again.restore_from == newest
    assert again.job_id != first
    assert jobs.desired()[0].job_ids == (first, again.job_id)


def test_a_run_that_made_no_checkpoint_falls_back_to_the_run_before(jobs, cluster, paths, tmp_path):
    first = jobs.submit("twins", "a.module", tmp_path / "s.json")
    newest = write_checkpoint(paths, first, 7)
    for _ in range(2):
        cluster.states.clear()
        assert jobs.reconcile() == {"twins": newest}


def test_a_job_begun_from_a_savepoint_goes_back_to_it_before_its_first_checkpoint(jobs, cluster, tmp_path):
    jobs.submit("twins", "a.module", tmp_path / "s.json", restore_from=tmp_path / "savepoint")
    cluster.states.clear()
    assert jobs.reconcile() == {"twins": tmp_path / "savepoint"}


def test_a_fresh_submission_does_not_go_back_to_checkpoints_of_a_cancelled_one(jobs, cluster, paths, tmp_path):
    first = jobs.submit("twins", "a.module", tmp_path / "s.json")
    old = write_checkpoint(paths, first, 1)
    assert jobs.cancel("twins") == old
    jobs.submit("twins", "a.module", tmp_path / "s.json")
    cluster.states.clear()
    assert jobs.reconcile() == {"twins": None}


def test_the_id_is_recorded_before_the_cluster_hears_of_the_job(jobs, cluster, monkeypatch, tmp_path):
    def die(submission, *_):
        cluster.states[submission.job_id] = "RUNNING"
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs_module, "submit", die)
    with pytest.raises(KeyboardInterrupt):
        jobs.submit("twins", "a.module", tmp_path / "s.json")
    assert jobs.reconcile() == {}, "a second instance of a running job"


def test_a_second_instance_of_a_running_job_is_refused(jobs, tmp_path):
    job_id = jobs.submit("twins", "a.module", tmp_path / "s.json")
    with pytest.raises(StackError, match=f"twins is running already, as {job_id}"):
        jobs.submit("twins", "a.module", tmp_path / "s.json")


def test_a_refused_job_is_not_desired(jobs, monkeypatch, tmp_path):
    def refuse(*_):
        raise StackError("no")

    monkeypatch.setattr(jobs_module, "submit", refuse)
    with pytest.raises(StackError, match="no"):
        jobs.submit("twins", "a.module", tmp_path / "s.json")
    assert jobs.desired() == []


def test_a_cancelled_job_is_not_brought_back(jobs, tmp_path):
    jobs.submit("twins", "a.module", tmp_path / "s.json")
    jobs.cancel("twins")
    assert jobs.reconcile() == {}


def test_cancelling_an_unknown_job_names_those_there_are(jobs, tmp_path):
    jobs.submit("twins", "a.module", tmp_path / "s.json")
    with pytest.raises(StackError, match=r"No job named fleet.*There are: twins"):
        jobs.cancel("fleet")


def test_a_job_the_cluster_does_not_answer_for_is_lost(jobs, tmp_path):
    jobs.submit("twins", "a.module", tmp_path / "s.json")
    assert [status.state for status in jobs.statuses()] == ["LOST"]


def test_the_settings_file_reaches_the_program_and_the_checkpoint_the_client(tmp_path):
    submission = Submission("0" * 32, "pipelines.jobs.x", tmp_path / "s.json", tmp_path / "chk-1")
    command = submission.command(tmp_path, "127.0.0.1:8081")
    assert command[-2:] == ["--settings", str(tmp_path / "s.json")]
    assert command[command.index("-s") + 1] == (tmp_path / "chk-1").as_uri()
    assert command[command.index("-m") + 1] == "127.0.0.1:8081"
