"""What a run leaves behind beside the table, the bucket and the mails: logs, metrics, messages, schedules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .cloud import FUNCTIONS, LocalCloud
from .life import OUTPUT, Life
from .people import participants

LISTENER = "listener"
"""The queue that hears whatever is published to a topic."""


def listen(cloud: LocalCloud) -> None:
    """From now on keep what is published to the topics."""
    sqs, sns = cloud.client("sqs"), cloud.client("sns")
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    url = sqs.create_queue(QueueName=LISTENER, Attributes={"Policy": json.dumps({"Statement": [allowed]})})[
        "QueueUrl"
    ]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for topic in sns.list_topics()["Topics"]:
        sns.subscribe(TopicArn=topic["TopicArn"], Protocol="sqs", Endpoint=arn)


def keep_traces(life: Life) -> None:
    """Make each function that people and organisers reach fail once, and store all traces of the run."""
    _fail(life)
    folder = OUTPUT / "traces"
    folder.mkdir(parents=True, exist_ok=True)
    found = {f"log-{name}": list(_log(life.cloud, name)) for name in FUNCTIONS}
    found |= {"metrics": _metrics(life.cloud), "messages": _messages(life.cloud)}
    found |= {
        "tags": [json.dumps(mail.tags) for mail in life.cloud.sent],
        "schedules": _schedules(life.cloud),
    }
    for name, lines in found.items():
        (folder / f"{name}.txt").write_text("\n".join(lines))


def _fail(life: Life) -> None:
    """Damage a registration, and ask for it; and tell of a mail what cannot be read."""
    person = participants()[0]
    link = life.link(person, "manage")
    table, dynamodb = life.cloud.outputs["TableName"], life.cloud.client("dynamodb")
    for item in dynamodb.scan(TableName=table)["Items"]:
        told = item.get("participant", {}).get("M", {})
        if told.get("email", {}).get("S") == person["email"]:
            damaged = item | {"state": {"S": person["email"]}, "mode": {"S": person["name"]}}
            dynamodb.put_item(TableName=table, Item=damaged)
    life.request("GET", link)
    headers = {"Authorization": f"Bearer {life.cloud.token}"}
    life.request("GET", "/admin/events/fortroendebygge/registrations", headers=headers)
    tags = {"mail_id": [person["name"]], "attempt": [person["email"]]}
    event = {"eventType": "Send", "mail": {"messageId": "m", "timestamp": person["email"], "tags": tags}}
    topic = life.cloud.outputs["FeedbackTopic"]
    life.cloud.client("sns").publish(TopicArn=topic, Message=json.dumps(event))
    life.wait_until(lambda: any("feedback failed" in line for line in _log(life.cloud, "Feedback")))


def _log(cloud: LocalCloud, name: str) -> Iterator[str]:
    client, function = cloud.client("lambda"), cloud.outputs[f"{name}Function"]
    group = client.get_function_configuration(FunctionName=function)["LoggingConfig"]["LogGroup"]
    for page in cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group):
        yield from (each["message"] for each in page["events"])


def _metrics(cloud: LocalCloud) -> list[str]:
    pages = cloud.client("cloudwatch").get_paginator("list_metrics").paginate()
    return [json.dumps(each, default=str) for page in pages for each in page["Metrics"]]


def _messages(cloud: LocalCloud) -> list[str]:
    """The attributes of what was published, and of what lies in queues; bodies tell of the recipient."""
    sqs = cloud.client("sqs")
    found: list[str] = []
    for url in sqs.list_queues()["QueueUrls"]:
        while messages := _received(sqs, url):
            for each in messages:
                body = json.loads(each["Body"])
                told = {"sent": each.get("MessageAttributes"), "published": body.get("MessageAttributes")}
                told |= {"system": each["Attributes"], "subject": body.get("Subject")}
                found.append(json.dumps(told))
    return found


def _received(sqs: Any, url: str) -> list[dict[str, Any]]:
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=600,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    )
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def _schedules(cloud: LocalCloud) -> list[str]:
    scheduler = cloud.client("scheduler")
    names = [each["Name"] for each in scheduler.list_schedules()["Schedules"]]
    rules = cloud.client("events").list_rules()["Rules"]
    schedules = [scheduler.get_schedule(Name=name) for name in names]
    return [json.dumps(each, default=str) for each in (*schedules, *rules)]
