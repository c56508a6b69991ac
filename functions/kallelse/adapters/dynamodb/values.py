"""DynamoDB's typed values (Developer Guide, "Data types"), of the types that Kallelse stores."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Item = dict[str, Any]


def typed(item: Item) -> dict[str, Any]:
    """Python values as DynamoDB's typed ones; absent (None) and empty sets are left out."""
    return {name: _typed(value) for name, value in item.items() if value is not None and value != set()}


def plain(item: dict[str, Any]) -> Item:
    """DynamoDB's typed values as Python ones."""
    return {name: _plain(value) for name, value in item.items()}


def _typed(value: Any) -> dict[str, Any]:
    """One value. Raises TypeError for a type that is not stored, such as float, which would be rounded."""
    if isinstance(value, str):
        return {"S": str(value)}
    if value is None or isinstance(value, bool):
        return {"NULL": True} if value is None else {"BOOL": value}
    if isinstance(value, int | Decimal):
        return {"N": str(value)}
    if isinstance(value, dict):
        return {"M": {name: _typed(each) for name, each in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [_typed(each) for each in value]}
    if isinstance(value, set | frozenset) and all(isinstance(each, str) for each in value):
        return {"SS": sorted(value)}
    raise TypeError(f"{type(value).__name__} is not stored")


def _plain(typed_value: dict[str, Any]) -> Any:
    """One value. Raises TypeError for a type that is not stored."""
    [(kind, value)] = typed_value.items()
    if kind in ("S", "BOOL"):
        return value
    if kind == "N":
        return int(value) if value.lstrip("-").isdigit() else Decimal(value)
    if kind == "M":
        return {name: _plain(each) for name, each in value.items()}
    if kind == "L":
        return [_plain(each) for each in value]
    if kind == "SS":
        return set(value)
    if kind == "NULL":
        return None
    raise TypeError(f"{kind} is not stored")
