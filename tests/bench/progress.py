"""What the benchmark is at, with the time since its start."""

import time

from rich.console import Console


class Progress:
    """Tells each step when it begins and what it gave."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start of the command."""
        return time.monotonic() - self._began

    def tell(self, text: str) -> None:
        """One line."""
        self._console.print(f"\\[{self.elapsed_s:4.0f} s] {text}")
