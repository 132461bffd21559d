"""Lets tests set the service's answers, and read what it received."""

import re
import threading

from answers import Refused


def control(state, request):
    for method, pattern, function in ROUTES:
        found = re.fullmatch(pattern, request.path)
        if found and method == request.method:
            return function(state, request.body, *found.groups())
    raise Refused(404, {"error": f"there is no {request.method} {request.path}"})


def received(state, _body):
    return state.received


def reset(state, _body):
    state.reset()
    return {}


def slow_down(state, body):
    state.delay = body["seconds"]
    return {}


def stop(state, body):
    """As a signal stops Foreman's processes: requests wait, and are all worked at when it goes on."""
    if body["stopped"]:
        state.going.clear()
    else:
        state.going.set()
    return {}


def work(state, body):
    """How many requests Foreman works at at the same time, and how long a line of a report takes."""
    state.workers = threading.Semaphore(body["workers"])
    state.seconds_per_log = body["secondsPerLog"]
    return {}


def set_parameters(state, body):
    state.parameters = body
    return {}


def classify(state, body, name):
    """Sets the given classes, parameters and environment; the host may be unknown."""
    host = state.host(name)
    for field in ("classes", "parameters", "environment"):
        if field in body:
            host[field] = body[field]
    if host["environment"]:
        state.environment(host["environment"])
    return {}


def forget(state, _body, name):
    state.hosts.pop(name, None)
    return {}


ROUTES = [
    ("GET", r"/received", received),
    ("POST", r"/reset", reset),
    ("PUT", r"/delay", slow_down),
    ("PUT", r"/stopped", stop),
    ("PUT", r"/work", work),
    ("PUT", r"/parameters", set_parameters),
    ("PUT", r"/hosts/([^/]+)", classify),
    ("DELETE", r"/hosts/([^/]+)", forget),
]
