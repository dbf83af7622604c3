"""The settings of the local stack that are not ports: sizes, retention, deadlines."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class StackSettings(BaseSettings):
    """What can be set from the environment (`TWINSTREAM_...`), for example `TWINSTREAM_TASK_SLOTS=8`."""

    model_config = SettingsConfigDict(env_prefix="TWINSTREAM_", frozen=True)

    home: Path = Field(default=Path(".twinstream"), description="data directory of the stack")
    topic_prefix: str = Field(default="", description="put before each topic's name")
    task_slots: int = Field(default=4, ge=1, description="slots of the TaskManager; each runs a Python worker")
    kafka_heap_mb: int = Field(default=512, ge=256, description="heap of the Kafka broker, in MB")
    jobmanager_memory_mb: int = Field(default=1024, ge=768, description="all memory of the JobManager, in MB")
    taskmanager_memory_mb: int = Field(
        default=2048, ge=1280, description="all memory of the TaskManager's JVM, in MB (Python workers come on top)"
    )
    influx_retention_s: int = Field(
        default=0, ge=0, description="how long the bucket keeps points, in seconds; 0 = for ever, else >= 3600"
    )
    start_timeout_s: float = Field(default=120.0, gt=0, description="deadline for each process to be ready")
    stop_timeout_s: float = Field(default=20.0, gt=0, description="time for each process to end before it is killed")
