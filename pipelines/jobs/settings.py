"""What a job is told at submission. Secrets are named by file, never held."""

import math
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from pipelines.twin.policy import TwinPolicy, UnknownTwins


class JobOptions(BaseModel):
    """What may be chosen when a job is submitted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parallelism: int = Field(default=1, ge=1, le=256)
    checkpoint_interval_s: int = Field(default=5, ge=1, le=3_600)
    exactly_once: bool = Field(
        default=False,
        description="transactional output: no repeats after a restart, seen by consumers only after a checkpoint",
    )


class TwinOptions(JobOptions):
    """What may be chosen when the twin job is submitted."""

    unknown_twins: UnknownTwins = Field(
        default=UnknownTwins.REJECT, description="what becomes of messages of twins that are not defined"
    )
    unknown_twin_patience_ms: int = Field(
        default=10_000, ge=0, le=600_000, description="how long observations wait for the definition of their twin"
    )
    max_created_twins: int = Field(default=100, ge=1, le=1_000_000, description="twins created by themselves, in all")
    max_twins: int = Field(default=100_000, ge=1, le=10_000_000, description="twins of the job in all")


class JobSettings(JobOptions):
    """What both jobs need.

    >>> JobSettings(bootstrap_servers="127.0.0.1:9092").delivery_guarantee
    'at-least-once'
    """

    bootstrap_servers: str
    topic_prefix: str = ""
    window_ms: int = Field(default=50, ge=5, le=10_000, description="how long the JVM gathers before it calls Python")

    @property
    def delivery_guarantee(self) -> str:
        """The guarantee of the Kafka sink, as Flink names it."""
        return "exactly-once" if self.exactly_once else "at-least-once"

    @classmethod
    def load(cls, path: Path) -> Self:
        """Settings from a JSON file; unknown keys are refused."""
        return cls.model_validate_json(path.read_text(encoding="utf-8"))


class TwinJobSettings(JobSettings, TwinOptions):
    """The twin job."""

    buckets: int = Field(default=8, ge=1, le=128, description="groups of twins; bounds parallelism, part of the state")
    publish_interval_ms: int = Field(default=1_000, ge=100, le=60_000, description="how often changed twins are told")
    states_per_second: int = Field(
        default=1_000, ge=1, le=1_000_000, description="twins told a second, of the job in all; the others wait for it"
    )

    write_cache: int = Field(
        default=100_000,
        ge=1,
        description="changed twins that a worker holds back, for 5 ms at most",
    )

    @property
    def most_told(self) -> int:
        """Twins that a bucket tells of at each interval."""
        return math.ceil(self.states_per_second * self.publish_interval_ms / 1_000 / self.buckets)

    @property
    def policy(self) -> TwinPolicy:
        """The policy of one bucket: twins spread evenly over them, so each gets its share of the limits."""
        return TwinPolicy(
            unknown=self.unknown_twins,
            patience_ms=self.unknown_twin_patience_ms,
            most_created=math.ceil(self.max_created_twins / self.buckets),
            most_twins=math.ceil(self.max_twins / self.buckets),
        )


class HistoryJobSettings(JobSettings):
    """The history job."""

    window_ms: int = Field(default=500, ge=5, le=10_000)
    influx_url: str
    influx_org: str
    influx_bucket: str
    influx_token_file: Path = Field(description="a file that holds a token which may write the bucket")
