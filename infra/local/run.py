"""The local cloud until Ctrl-C, with the seed event moved to the near future."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any

import urllib3
import yaml

from ..build import ROOT
from .cloud import LocalCloud
from .demo import local_cloud
from .life import EVENT, console


def event_soon(today: datetime) -> bytes:
    """The seed event four weeks from today, as JSON."""
    content: dict[str, Any] = yaml.safe_load((ROOT / f"templates/events/{EVENT}.yaml").read_text())
    day = (today + timedelta(weeks=4)).date()
    for field in ("starts", "ends"):
        content[field] = datetime.combine(day, datetime.fromisoformat(content[field]).time())
    content["last_day_to_register"] = day - timedelta(weeks=1)
    return json.dumps(content, default=lambda value: value.isoformat()).encode()


def load(cloud: LocalCloud) -> None:
    """Hand the event in. Raises RuntimeError when it is refused."""
    headers = {"Authorization": f"Bearer {cloud.token}", "Content-Type": "application/json"}
    body = event_soon(datetime.now())
    answer = urllib3.request("PUT", f"{cloud.url}/admin/events/{EVENT}", body=body, headers=headers)
    if answer.status != 200:
        raise RuntimeError(answer.data.decode())


def main() -> None:
    """Start, tell the addresses, and tick until interrupted."""
    with local_cloud(8080) as cloud:
        load(cloud)
        if not cloud.url.endswith(":8080"):
            console.print("[yellow]Port 8080 is taken; another is used.[/yellow]")
        console.print(f"Form:     {cloud.url}/events/{EVENT}/sv")
        console.print(f"Mailbox:  {cloud.url}/local/mailbox")
        console.print(
            f"Admin:    curl -H 'Authorization: Bearer {cloud.token}'"
            f" {cloud.url}/admin/events/{EVENT}/figures",
            soft_wrap=True,
        )
        console.print(
            f"Command:  KALLELSE_URL={cloud.url} KALLELSE_TOKEN={cloud.token} PYTHONPATH=functions"
            f" .venv/bin/python -m kallelse.cli figures {EVENT}",
            soft_wrap=True,
        )
        console.print("Translations here are not translated: their texts only begin with the language, [en].")
        console.print("Ctrl-C stops it.")
        try:
            while True:
                cloud.feed_back()
                time.sleep(1)
        except KeyboardInterrupt:
            console.print("Stopping.")


if __name__ == "__main__":
    main()
