"""What was not accepted, on `twin.deadletter`: why, what to do, and the bytes themselves."""

from pydantic import AwareDatetime, Field

from schemas.base import WireModel


class DeadLetter(WireModel):
    """What was rejected of one message for one reason; `topic`, `partition` and `offset` name the message."""

    reason: str
    remedy: str
    topic: str
    partition: int
    offset: int
    first_seen_at: AwareDatetime = Field(description="when the broker took the message")
    source: str | None = Field(default=None, description="the gateway or device that sent it, if it says so")
    key: str | None = None
    twin_id: str | None = None
    sensors: tuple[str, ...] = Field(default=(), description="the readings concerned; none means the whole message")
    raw: str = Field(description="the message's bytes, base64, cut to `raw_limit`")
    raw_bytes: int = Field(ge=0, description="length of the whole message")
    raw_sha256: str = Field(description="hash of the whole message")
