"""What ends a benchmark without a figure."""


class BenchError(RuntimeError):
    """A system gave nothing in time, or ended: there is no figure, and the run must not look as if there were one."""
