"""The service's state, all in memory."""

import ipaddress
import itertools
import re
import threading
from urllib.parse import urlsplit

from answers import now

SETTINGS = {
    "trusted_hosts": [],
    "restrict_registered_smart_proxies": True,
    "create_new_host_when_facts_are_uploaded": True,
    "create_new_host_when_report_is_uploaded": True,
    "update_environment_from_facts": False,
    "default_puppet_environment": "production",
    "enc_environment": True,
}


#: Requests that Foreman works at at the same time; the others wait, also those whose client has gone.
WORKERS = 10


class State:
    def __init__(self):
        self.going = threading.Event()
        self.reset()

    def reset(self):
        self.delay = 0
        self.going.set()
        self.workers = threading.Semaphore(WORKERS)
        self.seconds_per_log = 0
        self.ids = itertools.count(1)
        self.settings = dict(SETTINGS)
        self.parameters = {}
        self.hosts = {}
        self.proxies = {}
        self.environments = {}
        self.reports = []
        self.received = {"nodes": [], "facts": [], "reports": []}

    def record(self, **fields):
        """A new record, with the attributes that all of Foreman's records have."""
        return {"id": next(self.ids), **fields, "created_at": now(), "updated_at": now()}

    def host(self, name, certname=None):
        """The host with that name, which is created if it does not exist."""
        new = self.record(name=name, certname=certname, environment=None, classes={}, parameters={})
        return self.hosts.setdefault(name, {**new, "facts": {}, "last_report": None})

    def certified_host(self, certname):
        for host in list(self.hosts.values()):
            if certname and host["certname"] == certname:
                return host
        return None

    def find_host(self, name):
        return self.certified_host(name) or self.hosts.get(name)

    def environment(self, name):
        return self.environments.setdefault(name, self.record(name=name, classes={}))

    def proxy(self, wanted):
        """By id or by name."""
        for proxy in list(self.proxies.values()):
            if wanted in (str(proxy["id"]), proxy["name"]):
                return proxy
        return None

    def trusts(self, names):
        """
        Whether one of these names in a client's certificate may upload facts and reports and query
        nodes: the name of a smart proxy with the feature Puppet, or one of trusted_hosts.
        """
        if not self.settings["restrict_registered_smart_proxies"]:
            return True
        allowed = [
            urlsplit(proxy["url"]).hostname
            for proxy in list(self.proxies.values())
            if any(feature["name"] == "Puppet" for feature in proxy["features"])
        ]
        allowed += self.settings["trusted_hosts"]
        return any(matches(entry, name) for entry in allowed for name in names)


def matches(allowed, name):
    if name.startswith("*"):
        return re.fullmatch(".*" + re.escape(name[1:]), allowed) is not None
    try:
        return ipaddress.ip_address(name) in ipaddress.ip_network(allowed)
    except ValueError:
        return allowed == name


def certificate_names(certificate):
    """
    The names that Foreman uses: the alternative names of a certificate, or its common name if it
    has none.
    """
    if not certificate:
        return []
    alternatives = certificate.get("subjectAltName", ())
    names = [value for kind, value in alternatives if kind in ("DNS", "IP Address")]
    return names or [name for name in [common_name(certificate)] if name]


def common_name(certificate):
    if not certificate:
        return None
    subject = [pair for part in certificate["subject"] for pair in part]
    return dict(subject).get("commonName")
