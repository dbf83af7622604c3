"""The command `twinstream`."""

import typer

from pipelines.cli import dlq_commands, evaluate_command, job_commands, models_commands, stack_commands
from pipelines.cli.apply_command import apply
from pipelines.cli.backtest_command import backtest
from pipelines.cli.demo_command import demo
from pipelines.cli.diff_command import diff
from pipelines.cli.label_command import label
from pipelines.cli.relearn_command import relearn
from pipelines.cli.replay_command import replay
from pipelines.cli.retire_command import retire
from pipelines.cli.simulate_command import simulate

app = typer.Typer(
    name="twinstream",
    help="Streaming analytics for digital twins: Kafka, PyFlink, River, InfluxDB, Grafana.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
stack_commands.register(app)
job_commands.register(app)
app.add_typer(dlq_commands.app, name="dlq")
app.add_typer(models_commands.app, name="models")
app.add_typer(evaluate_command.app, name="evaluate")
for command in (diff, apply, retire, label, relearn, simulate, replay, backtest, demo):
    app.command()(command)
