"""Foreman's documented routes, and who may use them."""

import re
from html import escape

from answers import Refused, broken, error, listing, not_found, yaml
from proxies import features, import_classes, register
from uploads import flat_facts, import_facts, import_report, node

VERSION = "3.17.0"


def status(_state, _request):
    return {"result": "ok", "status": 200, "version": VERSION, "api_version": 2}


def show_node(state, request, name):
    host = state.find_host(name)
    if host is None:
        raise Refused(404)
    text = "---" + yaml(node(state, host)) + "\n"
    if request.query.get("format") in ("yml", "yaml"):
        return Page("text/plain; charset=utf-8", text)
    return Page("text/html; charset=utf-8", f"<pre>{escape(text)}</pre>")


def upload_facts(state, request):
    return shown_host(import_facts(state, request.body))


def upload_report(state, request):
    return without_logs(import_report(state, request.body.get("config_report")))


def list_reports(state, request, host=None):
    wanted = host or searched_host(request.query.get("search", ""))
    rows = [report for report in list(state.reports) if wanted in (None, report["host_name"])]
    rows.sort(key=lambda report: report["reported_at"], reverse=True)
    return listing([without_logs(row) for row in rows], request.query, len(state.reports))


def show_report(state, _request, wanted):
    for report in list(state.reports):
        if str(report["id"]) == wanted:
            return report
    raise not_found("config_report", wanted)


def show_host(state, _request, name):
    return shown_host(known_host(state, name))


def list_hosts(state, request):
    wanted = searched_host(request.query.get("search", ""), "name")
    hosts = [host for host in list(state.hosts.values()) if wanted in (None, host["name"])]
    return listing([shown_host(host) for host in hosts], request.query, len(state.hosts))


def list_facts(state, request, name):
    """An unknown host has no facts, and is not an error."""
    host = state.hosts.get(name)
    facts = sorted(flat_facts(host["facts"]).items()) if host else []
    page = listing(facts, request.query)
    page["results"] = {name: dict(page["results"])} if page["results"] else {}
    return page


def list_proxies(state, request):
    return listing(list(state.proxies.values()), request.query)


def create_proxy(state, request):
    return register(state, request.proxies, attributes(request, "smart_proxy"))


def show_proxy(state, _request, wanted):
    return known_proxy(state, wanted)


def refresh_proxy(state, request, wanted):
    proxy = known_proxy(state, wanted)
    proxy["features"] = features(request.proxies, proxy["url"], proxy["id"])
    return proxy


def delete_proxy(state, _request, wanted):
    return state.proxies.pop(known_proxy(state, wanted)["name"])


def import_puppetclasses(state, request, wanted):
    proxy = known_proxy(state, wanted)
    answer = import_classes(state, request.proxies, proxy, {**request.query, **request.body})
    return Page("application/json; charset=utf-8", answer)


def list_environments(state, request):
    rows = [shown_environment(found) for found in list(state.environments.values())]
    return listing(sorted(rows, key=lambda row: row["name"]), request.query)


def show_setting(state, _request, name):
    if name not in state.settings:
        raise not_found("setting", name)
    value = state.settings[name]
    kind = {list: "array", bool: "boolean"}.get(type(value), "string")
    return {"id": name, "name": name, "settings_type": kind, "value": value}


def update_setting(state, request, name):
    setting = show_setting(state, request, name)
    value = attributes(request, "setting").get("value")
    if value is None:
        raise error(422, "a setting needs a value")
    kind = setting["settings_type"]
    if kind != "string" and isinstance(value, str):
        value = parsed(name, kind, value)
    if not isinstance(value, type(state.settings[name])):
        raise error(422, f"the value must be of type {kind}")
    state.settings[name] = value
    return show_setting(state, request, name)


def parsed(name, kind, text):
    """A setting may also be given as text: `[a, b]` or `true`."""
    if kind == "array" and re.fullmatch(r"\[.*\]", text):
        return [entry.strip(" '\"") for entry in text[1:-1].split(",") if entry.strip()]
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    raise error(422, f"the value of {name} must be of type {kind}")


def known_host(state, name):
    found = state.hosts.get(name) or next(
        (host for host in list(state.hosts.values()) if str(host["id"]) == name), None
    )
    if found is None:
        raise not_found("host", name)
    return found


def known_proxy(state, wanted):
    found = state.proxy(wanted)
    if found is None:
        raise not_found("smart_proxy", wanted)
    return found


def shown_host(host):
    shown = {name: host[name] for name in ("id", "name", "certname", "last_report")}
    return {**shown, "environment_name": host["environment"], "created_at": host["created_at"]}


def shown_environment(environment):
    return {name: of for name, of in environment.items() if name != "classes"}


def without_logs(report):
    return {name: of for name, of in report.items() if name != "logs"}


def attributes(request, wrapper):
    """The attributes of a record, with or without the wrapper."""
    given = request.body.get(wrapper, request.body)
    if not isinstance(given, dict):
        raise broken()
    return given


def searched_host(search, field="host"):
    """The host in `host = NAME`; searching by other fields is not supported here."""
    if not search.strip():
        return None
    found = re.fullmatch(rf'\s*{field}\s*=\s*"?([^"\s]+)"?\s*', search)
    if not found:
        message = f"no searching by '{search}'"
        raise error(400, message, **{"class": "ScopedSearch::QueryNotSupported"})
    return found.group(1)


class Page:
    """An answer with status 200 for any method, and with the given type."""

    def __init__(self, kind, content):
        self.kind = kind
        self.content = content


#: Routes for Puppet servers, by topic: method, path, function, the permission that a user needs.
SERVER_ROUTES = {
    "nodes": ("GET", r"/node/([^./][\w.-]+)", show_node, None),
    "facts": ("POST", r"/api(?:/v2)?/hosts/facts", upload_facts, "upload_facts"),
    "reports": ("POST", r"/api(?:/v2)?/config_reports", upload_report, "upload_config_reports"),
}
USER_ROUTES = [
    ("GET", r"/api(?:/v2)?/status", status),
    ("GET", r"/api(?:/v2)?/smart_proxies", list_proxies),
    ("POST", r"/api(?:/v2)?/smart_proxies", create_proxy),
    ("GET", r"/api(?:/v2)?/smart_proxies/([^/]+)", show_proxy),
    ("DELETE", r"/api(?:/v2)?/smart_proxies/([^/]+)", delete_proxy),
    ("PUT", r"/api(?:/v2)?/smart_proxies/([^/]+)/refresh", refresh_proxy),
    ("POST", r"/api(?:/v2)?/smart_proxies/([^/]+)/import_puppetclasses", import_puppetclasses),
    ("GET", r"(?:/foreman_puppet)?/api(?:/v2)?/environments", list_environments),
    ("GET", r"/api(?:/v2)?/settings/([^/]+)", show_setting),
    ("PUT", r"/api(?:/v2)?/settings/([^/]+)", update_setting),
    ("GET", r"/api(?:/v2)?/hosts", list_hosts),
    ("GET", r"/api(?:/v2)?/hosts/([^/]+)", show_host),
    ("GET", r"/api(?:/v2)?/hosts/([^/]+)/facts", list_facts),
    ("GET", r"/api(?:/v2)?/hosts/([^/]+)/config_reports", list_reports),
    ("GET", r"/api(?:/v2)?/config_reports", list_reports),
    ("GET", r"/api(?:/v2)?/config_reports/([^/]+)", show_report),
]


def answer(state, request):
    """Status and answer to a request."""
    for kind, (method, pattern, function, permission) in SERVER_ROUTES.items():
        found = re.fullmatch(pattern, request.path)
        if found and method == request.method:
            return serve_server(state, request, kind, function, permission, found.groups())
    for method, pattern, function in USER_ROUTES:
        found = re.fullmatch(pattern, request.path)
        if found and method == request.method:
            return serve_user(state, request, function, found.groups())
    raise error(404, f'No route matches [{request.method}] "{request.path}"')


def serve_server(state, request, kind, function, permission, arguments):
    """Records every query and upload, with the status of its answer."""
    entry = {"certificate": request.certificate, "status": 500}
    state.received[kind].append(entry)
    try:
        request.read()
        entry["content"] = request.body if permission else arguments[0]
        if permission:
            request.require_json()
        if not (state.trusts(request.names) or request.is_user()):
            raise denied(permission)
        entry["status"], content = done(request, function(state, request, *arguments))
    except Refused as refusal:
        entry["status"] = refusal.status
        raise
    return entry["status"], content


def serve_user(state, request, function, arguments):
    request.read()
    if not request.is_user():
        raise error(401, f"Unable to authenticate user {request.user_name()}")
    request.require_json()
    return done(request, function(state, request, *arguments))


def done(request, content):
    created = request.method == "POST" and not isinstance(content, Page)
    return (201 if created else 200), content


def denied(permission):
    """The answer to an unknown Puppet server; for the query of a node it is empty."""
    if permission is None:
        return Refused(403)
    details = f"Missing one of the required permissions: {permission}"
    return error(403, "Access denied", details=details, missing_permissions=[permission])
