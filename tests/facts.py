"""What Schema.org and Google ask of the facts about an event that a page tells, as a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

REQUIRED: dict[str, dict[str, type]] = {
    "Event": {"name": str, "startDate": str, "location": list},
    "EventSeries": {"name": str, "url": str},
    "VirtualLocation": {"url": str},
    "Place": {"name": str},
    "Organization": {"name": str},
    "Person": {"name": str},
    "Offer": {"url": str, "price": int, "priceCurrency": str, "availability": str, "validThrough": str},
    "Audience": {"audienceType": str},
}
"""What each type must have: Google's required properties of Event, and those it warns of in an Offer."""

OPTIONAL: dict[str, set[str]] = {
    "Event": {
        "@context", "@id", "description", "inLanguage", "url", "endDate", "eventAttendanceMode",
        "eventStatus", "previousStartDate", "organizer", "audience", "performer", "offers",
        "isAccessibleForFree", "maximumAttendeeCapacity", "maximumVirtualAttendeeCapacity",
        "maximumPhysicalAttendeeCapacity", "superEvent", "image",
    },
    "EventSeries": {
        "@context", "@id", "description", "startDate", "endDate", "organizer", "subEvent", "location"
    },
    "Place": {"address"},
    "Person": {"description"},
    "Offer": {"validFrom"},
}  # fmt: skip
"""What else of Schema.org's properties of the type is used."""

TERMS = {
    "eventAttendanceMode": {
        "OnlineEventAttendanceMode",
        "OfflineEventAttendanceMode",
        "MixedEventAttendanceMode",
    },
    "eventStatus": {"EventScheduled", "EventRescheduled", "EventCancelled"},
    "availability": {"InStock", "SoldOut"},
}
"""The terms of Schema.org that a property may name."""

TIMES = {"startDate", "endDate", "previousStartDate", "validFrom", "validThrough"}


def check(facts: dict[str, Any]) -> None:
    """Hold a node, and those in it, to the tables."""
    kind = facts["@type"]
    for name, expected in REQUIRED[kind].items():
        assert isinstance(facts[name], expected), (kind, name)
        assert facts[name] not in ("", []), (kind, name)
    assert set(facts) <= {"@type"} | set(REQUIRED[kind]) | OPTIONAL.get(kind, set())
    for name, value in facts.items():
        if name in TIMES:
            assert datetime.fromisoformat(value).utcoffset() is not None, name
        if name in TERMS:
            assert value.removeprefix("https://schema.org/") in TERMS[name]
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                check(each)
