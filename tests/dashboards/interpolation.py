"""What Grafana does to a query before InfluxDB sees it."""

import re
from collections.abc import Mapping, Sequence


def regex_format(values: Sequence[str]) -> str:
    """`${name:regex}`, as documented under "Variable syntax", "Regex": values escaped, several as `(a|b)`.

    https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/#regex
    """
    escaped = [re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def interpolate(flux: str, selected: Mapping[str, Sequence[str]], start: str, stop: str, period: str = "10s") -> str:
    """What InfluxDB is sent: the browser puts the variables in, then the server of Grafana the time range.

    The server replaces `word.timeRangeStart`, `.timeRangeStop`, `.windowPeriod`, `.bucket`, `.defaultBucket` and
    `.organization` wherever they stand, also in a name that a variable has put in.
    https://grafana.com/docs/grafana/latest/datasources/influxdb/query-editor/#flux-query-editor
    """
    for name, values in selected.items():
        flux = flux.replace(f"${{{name}:regex}}", regex_format(values))
    macros = {"timeRangeStart": start, "timeRangeStop": stop, "windowPeriod": period}
    macros |= dict.fromkeys(("bucket", "defaultBucket", "organization"), '"replaced by Grafana"')
    return re.sub(r"[a-zA-Z]+\.([a-zA-Z]+)", lambda found: macros.get(found[1], found[0]), flux)
