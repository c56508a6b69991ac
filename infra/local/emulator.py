"""The emulator with IAM enforced, and with Amazon Translate; its own Python runs this file.

The emulator knows each function by the credentials of its role, and judges each request by the role's
policies. Added here are the condition keys and resources that it leaves out, and a record of what it decided:
one line for each kind of request, with every grant that alone would have allowed it.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from ministack import app  # type: ignore[import-not-found]
from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-not-found]
from ministack.core.responses import (  # type: ignore[import-not-found]
    error_response_json,
    get_account_id,
    get_region,
    json_response,
)
from ministack.services import translate  # type: ignore[import-not-found]

DECISIONS = Path("decisions.jsonl")

KIND = ("function", "action", "grants", "denied")
"""What tells decisions apart; of several alike the first is kept."""

SEND = "/v2/email/outbound-emails"


def leading_keys(request: dict[str, Any]) -> set[str]:
    """The partition keys that a request to DynamoDB names: ``dynamodb:LeadingKeys``.

    Those of a transaction are taken together, though each of its writes is judged by itself. AWS does not
    say which keys it sees there; what passes like this passes either way.
    """
    names = {"pk", "due"} & set(re.findall(r"\b(\w+) = :", request.get("KeyConditionExpression", "")))
    values = request.get("ExpressionAttributeValues", {})
    found = {values[f":{name}"]["S"] for name in names}
    parts = [request, *(part for each in request.get("TransactItems", []) for part in each.values())]
    batches = list(request.get("RequestItems", {}).values())
    parts += [part for each in batches if isinstance(each, list) for write in each for part in write.values()]
    items = [part[name] for part in parts for name in ("Key", "Item") if name in part]
    items += [key for each in batches if isinstance(each, dict) for key in each["Keys"]]
    return found | {item["pk"]["S"] for item in items if "S" in item.get("pk", {})}


def _with_leading_keys(original: Any) -> Any:
    def context(body: bytes) -> dict[str, Any]:
        found = leading_keys(json.loads(body or b"{}"))
        return {**original(body), **({"dynamodb:LeadingKeys": sorted(found)} if found else {})}

    return context


def _with_addresses(original: Any) -> Any:
    """A mail is judged by its sender's identity and by its configuration set, and by the From address."""

    def enforce(
        method: str, path: str, headers: Any, body: bytes, query: Any, request_id: str
    ) -> tuple[Any, ...] | None:
        if path != SEND:
            return original(method, path, headers, body, query, request_id)  # type: ignore[no-any-return]
        mail = json.loads(body)
        # Raw messages ask for this action in the API v2 too: https://github.com/nodemailer/nodemailer/issues/1734
        action = "ses:SendRawEmail" if "Raw" in mail["Content"] else "ses:SendEmail"
        sender, set_ = mail["FromEmailAddress"], mail["ConfigurationSetName"]
        for resource in (f"identity/{sender}", f"configuration-set/{set_}"):
            arn = _arn("ses", resource)
            keys = {"ses:FromAddress": sender}
            denied = app._enforce_data_plane(
                "sesv2", action, headers, query, request_id, arn, keys, named_resource=arn
            )
            if denied:
                return denied  # type: ignore[no-any-return]
        return None

    return enforce


def _recorded(original: Any) -> Any:
    known: set[str] = set()

    def enforce(key: str, action: str, service: str, region: str, *rest: Any, **named: Any) -> Any:
        denied = original(key, action, service, region, *rest, **named)
        principal = iam_evaluator.resolve_principal(key, get_account_id())
        if getattr(principal, "type", "") == "AssumedRole":
            judged = _judged(principal, action, region, *rest, **named)
            kind = judged | {"denied": bool(denied)}
            if (short := json.dumps([kind[name] for name in KIND])) not in known:
                known.add(short)
                with DECISIONS.open("a") as file:
                    file.write(json.dumps(kind) + "\n")
        return denied

    return enforce


def _judged(
    principal: Any, action: str, region: str, resource_arn: str = "*", service_context: Any = None
) -> dict[str, Any]:
    keys = {name.lower(): value for name, value in (service_context or {}).items()}
    context = iam_evaluator.EvalContext(
        principal.arn, principal.type, principal.account, action, resource_arn, region, service_context=keys
    )
    statements = [statement for policy in principal.policies for statement in policy]
    grants = [
        [each.sid, resource]
        for each in statements
        for resource in each.resources
        if iam_evaluator._first_match(context, [replace(each, resources=[resource])], "Allow")
    ]
    return {
        "function": principal.arn.rsplit("/", 1)[-1],
        "action": action,
        "grants": grants,
        "resource": resource_arn,
        "keys": {name: value for name, value in keys.items() if value},
    }


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def _with_terminologies(original: Any) -> Any:
    def resource(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        name = json.loads(body).get("Name") if service == "translate" else None
        found = original(service, method, path, headers, body, *rest)
        return _arn("translate", f"terminology/{name}") if name else str(found)

    return resource


TERMINOLOGIES: dict[str, dict[str, Any]] = {}


def translate_text(request: dict[str, Any]) -> Any:
    """Each line as it is, after the language in brackets: nothing is translated. Refuses unknown terms."""
    if not TERMINOLOGIES.keys() >= set(request.get("TerminologyNames", [])):
        return error_response_json("ResourceNotFoundException", "there are no such terms", 400)
    target = request["TargetLanguageCode"]
    text = "\n".join(f"[{target}] {line}" for line in request["Text"].split("\n"))
    return json_response({"TranslatedText": text, "SourceLanguageCode": "auto", "TargetLanguageCode": target})


def import_terminology(request: dict[str, Any]) -> Any:
    """Keep what is told of the terms; nothing is translated by them."""
    TERMINOLOGIES[request["Name"]] = {"Name": request["Name"], "Description": request.get("Description")}
    return json_response({"TerminologyProperties": TERMINOLOGIES[request["Name"]]})


def get_terminology(request: dict[str, Any]) -> Any:
    """What was told of the terms."""
    if request["Name"] not in TERMINOLOGIES:
        return error_response_json("ResourceNotFoundException", "there are no such terms", 400)
    return json_response({"TerminologyProperties": TERMINOLOGIES[request["Name"]]})


def main() -> None:
    """Run the emulator in the foreground."""
    DECISIONS.unlink(missing_ok=True)
    iam_actions.dynamodb_service_context = _with_leading_keys(iam_actions.dynamodb_service_context)
    app._enforce_ses_v2 = _with_addresses(app._enforce_ses_v2)
    iam_actions.extract_resource_arn = _with_terminologies(iam_actions.extract_resource_arn)
    iam_evaluator.enforce = _recorded(iam_evaluator.enforce)
    # The bucket takes what comes by TLS alone, which the local cloud does without.
    pin = app.pin_request_origin
    app.pin_request_origin = lambda source, secure: pin(source, True)
    translate._DISPATCH |= {
        "TranslateText": translate_text,
        "ImportTerminology": import_terminology,
        "GetTerminology": get_terminology,
    }
    app.main()


if __name__ == "__main__":
    main()
