"""Kubernetes' label selectors."""

from collections.abc import Mapping
from typing import Any


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether the selector (`matchLabels`, `matchExpressions`) matches these labels; an empty one matches everything.

    Raises KeyError for an operator that Kubernetes does not have.
    """
    exact = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in exact.items()):
        return False
    return all(_holds(wanted, labels) for wanted in selector.get("matchExpressions") or [])


def _holds(wanted: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = wanted["key"], wanted.get("values") or []
    outcomes = {
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,  # also where the label is missing
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    return outcomes[wanted["operator"]]
