"""
Foreman's answers: its error documents, lists, times and YAML. Their formats are Foreman's, but most
of the texts are not.
"""

import json
from datetime import datetime, timezone


class Refused(Exception):
    """A rejected request, with its answer; None is an answer without a body."""

    def __init__(self, status, document=None):
        super().__init__(status, document)
        self.status = status
        self.document = document


def error(status, message, **details):
    return Refused(status, {"error": {"message": message, **details}})


def broken(message="Internal Server Error"):
    """For input whose shape Foreman does not check: it fails, and answers 500."""
    return error(500, message)


def not_found(kind, name):
    return error(404, f"Resource {kind} not found by id '{name}'")


def coded(kind, text):
    """A message with the class of an error and its code, which is always the same here."""
    return f"ERF42-0000 [{kind}]: {text}"


def unprocessable(text):
    return Refused(422, {"message": coded("Foreman::Exception", text)})


def invalid(record, errors):
    """For a record that does not pass validation."""
    full = [
        message if field == "base" else f"{field.replace('_', ' ').capitalize()} {message}"
        for field, messages in errors.items()
        for message in messages
    ]
    return Refused(422, {"error": {"id": record, "errors": errors, "full_messages": full}})


def listing(rows, query, total=None):
    """One page of a list; Foreman returns 20 rows unless a number or all are requested."""
    wanted = query.get("per_page", "20")
    size = max(len(rows), 1) if wanted == "all" else int(wanted)
    page = int(query.get("page", "1"))
    return {
        "total": len(rows) if total is None else total,
        "subtotal": len(rows),
        "page": page,
        "per_page": size,
        "search": query.get("search"),
        "sort": {"by": None, "order": None},
        "results": rows[(page - 1) * size : page * size],
    }


def shown_time(time):
    return time.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def now():
    return shown_time(datetime.now(timezone.utc))


def yaml(value, indent=""):
    """Block style, like Foreman; scalars are in JSON notation, which is also YAML."""
    if isinstance(value, dict) and value:
        entries = [(json.dumps(str(key)), yaml(of, indent + "  ")) for key, of in value.items()]
        return "".join(f"\n{indent}{key}:{of}" for key, of in entries)
    if isinstance(value, list) and value:
        return "".join(f"\n{indent}-{yaml(entry, indent + '  ')}" for entry in value)
    return " " + json.dumps(value, ensure_ascii=False)
