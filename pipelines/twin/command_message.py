"""From the body of a command message to a command."""

from collections.abc import Mapping

from pydantic import ValidationError

from pipelines.twin.rejection import Reason, Rejected
from schemas.base import problems
from schemas.command import COMMAND, Command


def parse_command(body: Mapping[str, object]) -> Command | Rejected:
    """The command in a message's JSON object.

    >>> parse_command({"command": "relearn", "twin_id": "pump-1", "by": "ada"}).by
    'ada'
    >>> parse_command({"command": "dance", "twin_id": "pump-1"}).reason.value
    'bad_command'
    """
    try:
        return COMMAND.validate_python(body)
    except ValidationError as error:
        return Rejected(Reason.BAD_COMMAND, f"mend {problems(error, 'the message')[0]}; see schemas/json/Command.json")
