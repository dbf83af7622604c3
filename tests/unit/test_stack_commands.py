import typer
from typer.testing import CliRunner

from pipelines.cli.stack_commands import register
from pipelines.stack import StackPaths

app = typer.Typer(rich_markup_mode="rich")
register(app)


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_four_commands_are_registered_and_explain_themselves_by_example():
    examples = {"up": "twinstream up", "down": "twinstream down --purge", "status": "twinstream status", "logs": "-n"}
    for command, example in examples.items():
        shown = invoke(command, "--help")
        assert shown.exit_code == 0
        assert example in shown.output


def test_status_without_a_stack_says_what_to_do_and_fails(tmp_path):
    shown = invoke("status", "--home", tmp_path)
    assert shown.exit_code == 1
    assert "Run `twinstream up`" in shown.stderr


def test_an_error_is_a_message_and_no_stack_trace(tmp_path):
    shown = invoke("logs", "zookeeper", "--home", tmp_path)
    assert shown.exit_code == 1
    assert "No process named 'zookeeper'" in shown.stderr
    assert "Traceback" not in shown.output


def test_logs_shows_the_last_lines_as_they_are(tmp_path):
    log = StackPaths(tmp_path).log("kafka")
    log.parent.mkdir()
    log.write_text("one\n[bold]two[/]\nthree\n")
    shown = invoke("logs", "kafka", "--lines", 2, "--home", tmp_path)
    assert shown.stdout == "[bold]two[/]\nthree\n"


def test_down_without_a_stack_is_no_error(tmp_path):
    shown = invoke("down", "--home", tmp_path / "none")
    assert shown.exit_code == 0
    assert not (tmp_path / "none").exists()
