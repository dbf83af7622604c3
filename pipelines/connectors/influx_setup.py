"""First set-up of an InfluxDB 2 server, over its HTTP API."""

from typing import Any, Literal

import httpx

from pipelines.connectors.closable import Closable

Action = Literal["read", "write"]


class InfluxSetupError(Exception):
    """The server refused a step of its set-up."""


class InfluxSetup(Closable):
    """A client for the set-up of the server at `url`; use it as a context manager.

    Every step can be repeated: what exists already is found, not made twice.
    """

    def __init__(self, url: str, timeout_s: float = 10.0) -> None:
        self._url = url
        # a proxy of the environment has no business between us and the loopback interface
        self._http = httpx.Client(base_url=url, timeout=timeout_s, trust_env=False)

    def close(self) -> None:
        """Let go of the server."""
        self._http.close()

    def healthy(self) -> bool:
        """Whether the server answers and can serve."""
        try:
            return self._http.get("/health", timeout=2.0).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def is_new(self) -> bool:
        """Whether the server has never been set up."""
        return bool(self._call("GET", "/api/v2/setup", "asking for its state")["allowed"])

    def onboard(self, org: str, bucket: str, password: str, token: str, retention_s: int) -> None:
        """Make the organisation, its bucket and the operator `admin` with this password and token.

        `retention_s` is in seconds, 0 keeps points for ever.

        Raises:
            InfluxSetupError: if the server was set up before, or refuses.
        """
        body = {
            "username": "admin",
            "password": password,
            "token": token,
            "org": org,
            "bucket": bucket,
            "retentionPeriodSeconds": retention_s,
        }
        self._call("POST", "/api/v2/setup", "setting up", json=body)

    def bucket_id(self, admin_token: str, bucket: str) -> tuple[str, str]:
        """The ids of a bucket and of the organisation it belongs to.

        Raises:
            InfluxSetupError: if there is no such bucket, or the token is not valid there.
        """
        answer = self._call("GET", "/api/v2/buckets", f"finding {bucket}", admin_token, params={"name": bucket})
        if not answer["buckets"]:
            raise InfluxSetupError(f"InfluxDB at {self._url} has no bucket {bucket}.")
        found = answer["buckets"][0]
        return str(found["id"]), str(found["orgID"])

    def set_retention(self, admin_token: str, bucket_id: str, retention_s: int) -> None:
        """Let a bucket keep points for so many seconds, 0 = for ever."""
        rules = [{"type": "expire", "everySeconds": retention_s}] if retention_s else []
        body = {"retentionRules": rules}
        self._call("PATCH", f"/api/v2/buckets/{bucket_id}", "setting the retention", admin_token, json=body)

    def token_valid(self, token: str, org_id: str) -> bool:
        """Whether the server accepts a token."""
        return self._request("GET", "/api/v2/buckets", "checking a token", token, params={"orgID": org_id}).is_success

    def replace_scoped_token(
        self, admin_token: str, bucket_id: str, org_id: str, action: Action, description: str
    ) -> str:
        """A new token that can do one thing with one bucket.

        Tokens of the same description are withdrawn: a crash may have made one that nobody has kept.
        """
        answer = self._call("GET", "/api/v2/authorizations", "listing tokens", admin_token)
        for known in answer["authorizations"]:
            if known["description"] == description:
                path = f"/api/v2/authorizations/{known['id']}"
                self._call("DELETE", path, f"withdrawing the token {description!r}", admin_token)
        resource = {"type": "buckets", "id": bucket_id, "orgID": org_id}
        body = {
            "orgID": org_id,
            "description": description,
            "permissions": [{"action": action, "resource": resource}],
        }
        made = self._call("POST", "/api/v2/authorizations", f"making the token {description!r}", admin_token, json=body)
        return str(made["token"])

    def _call(
        self,
        method: str,
        path: str,
        doing: str,
        token: str | None = None,
        *,
        json: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        response = self._request(method, path, doing, token, json=json, params=params)
        if not response.is_success:
            raise InfluxSetupError(
                f"InfluxDB at {self._url} refused {doing}: HTTP {response.status_code} {response.text.strip()[:300]}"
            )
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer

    def _request(
        self,
        method: str,
        path: str,
        doing: str,
        token: str | None,
        *,
        json: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
    ) -> httpx.Response:
        headers = {"Authorization": f"Token {token}"} if token else {}
        try:
            return self._http.request(method, path, json=json, params=params, headers=headers)
        except httpx.HTTPError as error:
            raise InfluxSetupError(f"InfluxDB at {self._url} does not answer while {doing}: {error!r}") from error
