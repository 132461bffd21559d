"""What Puppet servers query and upload: nodes, facts and reports."""

import json
import re
import time
from datetime import datetime, timezone

from answers import broken, invalid, shown_time, unprocessable

METRICS = ["applied", "restarted", "failed", "failed_restarts", "skipped", "pending"]
LEVELS = ["debug", "info", "notice", "warning", "err", "alert", "emerg", "crit"]
#: Foreman stores each count in ten bits.
LARGEST_COUNT = 1023
#: Seconds from the look for the same report to its place in the database.
LOOKING = 0.05


def node(state, host):
    """The classification of a host, as a Puppet server's external node classifier prints it."""
    name, _, domain = host["name"].partition(".")
    environment = host["environment"]
    parameters = {
        "foreman_hostname": name,
        "foreman_fqdn": host["name"],
        "root_pw": None,
        "foreman_subnets": [],
        "foreman_interfaces": [],
        **({"domainname": domain} if domain else {}),
        **state.parameters,
        **host["parameters"],
        "puppetmaster": "",
    }
    if not environment:
        # Foreman knows classes only within an environment.
        return {"parameters": parameters, "classes": []}
    parameters["foreman_env"] = environment
    classified = {"parameters": parameters, "classes": host["classes"]}
    if state.settings["enc_environment"]:
        classified["environment"] = environment
    return classified


def import_facts(state, upload):
    """Accepts a host's facts; as in Foreman, a host stays even if its facts are then rejected."""
    kind = upload.get("type")
    if kind not in (None, "", "Host::Managed"):
        raise unprocessable(f"unknown type of host {kind}")
    name, certname, facts = upload.get("name"), upload.get("certname"), upload.get("facts")
    if not isinstance(name, str):
        raise unprocessable("the name of the host must be a text")
    if not isinstance(facts, dict):
        raise broken()
    name, certname = name.lower(), certname.lower() if isinstance(certname, str) else None
    host = state.certified_host(certname) or state.hosts.get(name)
    if host is None:
        if not state.settings["create_new_host_when_facts_are_uploaded"]:
            raise broken("unknown host")
        host = state.host(name)
    host["certname"] = certname or host["certname"]
    host["facts"] = facts
    system = facts.get("os")
    if not (isinstance(system, dict) and system.get("name")) and not facts.get("operatingsystem"):
        raise unprocessable("facts without an operating system")
    environment = (
        facts.get("environment")
        or facts.get("agent_specified_environment")
        or state.settings["default_puppet_environment"]
    )
    state.environment(environment)
    if state.settings["update_environment_from_facts"] or not host["environment"]:
        host["environment"] = environment
    return host


def import_report(state, report):
    """Accepts a report; as in Foreman, it stays even if its logs are then rejected."""
    if not isinstance(report, dict):
        raise unprocessable("a report must be a hash")
    name = report.get("host")
    if not isinstance(name, str):
        raise broken()
    host = state.find_host(name.lower())
    if host is None:
        if not state.settings["create_new_host_when_report_is_uploaded"]:
            return {"id": None, "host_id": None, "host_name": None}
        host = state.host(name.lower())
    status = counts(report.get("status"))
    reported_at = report_time(report.get("reported_at"))
    metrics = report.get("metrics")
    # Some languages turn an empty hash into an empty list, which Foreman accepts as a hash.
    if metrics not in (None, []) and not isinstance(metrics, dict):
        raise broken()
    logs = report.get("logs") or []
    if not isinstance(logs, list):
        raise broken()
    origin = "Puppet" if logs and "Puppet" in str(log_entry(logs[-1])["source"]) else None
    for other in list(state.reports):
        if other["host_id"] == host["id"] and other["reported_at"] == reported_at:
            raise invalid(None, {"reported_at": ["has already been taken"]})
    # Foreman looks first, and then stores: two at the same time are both stored.
    time.sleep(LOOKING)
    kept = state.record(
        host_id=host["id"],
        host_name=host["name"],
        reported_at=reported_at,
        status={metric: status.get(metric, 0) for metric in METRICS},
        origin=origin,
        metrics=metrics or {},
        logs=[],
    )
    state.reports.append(kept)
    host["last_report"] = max(host["last_report"] or reported_at, reported_at)
    time.sleep(state.seconds_per_log * len(logs))
    for entry in map(log_entry, logs):
        if entry["level"] not in LEVELS:
            raise unprocessable(f"unknown log level {entry['level']}")
        kept["logs"].append(entry)
    return kept


def counts(status):
    """The counts of a report; Foreman accepts a report without any."""
    if status is None:
        return {}
    if not isinstance(status, dict):
        raise broken()
    if not set(status) <= set(METRICS):
        raise broken("unknown count in the status")
    return {metric: min(number(value), LARGEST_COUNT) for metric, value in status.items()}


def number(value):
    if isinstance(value, str):
        digits = re.match(r"\s*-?\d+", value)
        return int(digits.group()) if digits else 0
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise broken()
    return int(value)


def report_time(text):
    if not isinstance(text, str):
        raise broken("a report needs a time")
    try:
        moment = datetime.fromisoformat(re.sub(r"\s*(UTC|Z)$", "+00:00", text))
    except ValueError:
        raise broken(f"'{text}' is no time") from None
    return shown_time(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))


def log_entry(entry):
    try:
        log = entry["log"]
        return {
            "source": log["sources"]["source"],
            "message": log["messages"]["message"],
            "level": log["level"],
        }
    except (KeyError, TypeError, IndexError):
        raise broken() from None


def flat_facts(facts, prefix=""):
    """Facts by their full names: a structure itself has no value, and all values are strings."""
    flat = {}
    for name, value in facts.items():
        if isinstance(value, dict):
            flat[f"{prefix}{name}"] = None
            flat.update(flat_facts(value, f"{prefix}{name}::"))
        elif value not in (None, ""):
            flat[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value)
    return flat
