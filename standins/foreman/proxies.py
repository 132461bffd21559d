"""Smart proxies: Foreman queries each for its features, and one for environments and classes."""

import json
import ssl
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from answers import Refused, coded, invalid

#: The features that Foreman knows, by their names in smart proxies.
FEATURES = {
    "puppet": "Puppet",
    "puppetca": "Puppet CA",
    "templates": "Templates",
    "tftp": "TFTP",
    "dns": "DNS",
    "dhcp": "DHCP",
    "bmc": "BMC",
    "realm": "Realm",
    "facts": "Facts",
    "logs": "Logs",
    "httpboot": "HTTPBoot",
    "externalipam": "External IPAM",
    "registration": "Registration",
}
#: Seconds Foreman waits for a smart proxy.
TIMEOUT = 60


class Proxies:
    """Queries smart proxies, with Foreman's own certificate."""

    def __init__(self, config):
        # Not the default context, which is stricter about certificates than Foreman.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(config["ca"])
        context.load_cert_chain(config["certificate"], config["key"])
        self.opener = build_opener(HTTPSHandler(context=context), ProxyHandler({}))

    def get(self, url):
        request = Request(url, headers={"Accept": "application/json"})
        with self.opener.open(request, timeout=TIMEOUT) as answer:
            return json.load(answer)

    def running_features(self, url):
        """The features of a smart proxy; old versions only list their names."""
        try:
            features = self.get(f"{url}/v2/features")
        except HTTPError as error:
            if error.code != 404:
                raise
            return {name: {} for name in self.get(f"{url}/features")}
        return {name: of for name, of in features.items() if of.get("state") == "running"}

    def environments(self, url):
        """Classes, with their parameters, in each environment of a smart proxy."""
        try:
            names = self.get(f"{url}/puppet/environments")
            return {name: self.classes(url, name) for name in names}
        except (OSError, ValueError) as error:
            text = f"no environments from {url}/puppet: {error}"
            raise Refused(500, {"message": coded("ProxyAPI::ProxyException", text)}) from error

    def classes(self, url, environment):
        try:
            found = self.get(f"{url}/puppet/environments/{quote(environment)}/classes")
        except HTTPError as error:
            if error.code != 404:
                raise
            return {}
        return {name: of["params"] for entry in found for name, of in entry.items()}


def register(state, proxies, given):
    name, url = given.get("name"), given.get("url")
    errors = {}
    others = list(state.proxies.values())
    if not name:
        errors["name"] = ["can't be blank"]
    elif any(other["name"] == name for other in others):
        errors["name"] = ["has already been taken"]
    if not url:
        errors["url"] = ["can't be blank"]
    elif urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        errors["url"] = ["must be an address of http or https"]
    elif any(other["url"] == url.rstrip("/") for other in others):
        errors["url"] = ["is that of another smart proxy"]
    if errors:
        raise invalid(None, errors)
    url = url.rstrip("/")
    proxy = state.record(name=name, url=url, hosts_count=0, features=features(proxies, url, None))
    return state.proxies.setdefault(name, proxy)


def features(proxies, url, record):
    """The features of a smart proxy; one that does not answer, or has none, is rejected."""
    try:
        running = proxies.running_features(url)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise invalid(record, {"base": [f"the smart proxy does not answer: {error}"]}) from error
    known = [
        {"capabilities": of.get("capabilities", []), "name": FEATURES[name], "id": place}
        for place, (name, of) in enumerate(running.items(), 1)
        if name in FEATURES
    ]
    if known:
        return known
    unknown = ", ".join(running) or "none"
    raise invalid(record, {"base": [f"the smart proxy has no known feature that runs: {unknown}"]})


def import_classes(state, proxies, proxy, query):
    """
    Imports the environments and classes of a smart proxy. Environments without classes are not
    imported, and environments that the smart proxy no longer has are removed.
    """
    if not any(feature["name"] == "Puppet" for feature in proxy["features"]):
        raise Refused(404, {"message": "the smart proxy lacks the feature Puppet"})
    there = proxies.environments(proxy["url"])
    here = {name: known["classes"] for name, known in list(state.environments.items())}
    changes = [change(name, here.get(name), there.get(name)) for name in sorted({*here, *there})]
    changes = [found for found in changes if found["actions"]]
    if not changes:
        return {"message": "no changes"}
    if query.get("dryrun", "false") == "false":
        for found in changes:
            name = found["name"]
            if name in there:
                state.environment(name)["classes"] = there[name]
            else:
                state.environments.pop(name, None)
    count = {
        action: sum(action in found["actions"] for found in changes)
        for action in ("new", "updated", "obsolete", "ignored")
    }
    return {
        "message": "environments and classes updated",
        "environments_with_new_puppetclasses": count["new"],
        "environments_updated_puppetclasses": count["updated"],
        "environments_obsolete": count["obsolete"],
        "environments_ignored": count["ignored"],
        "results": changes,
    }


def change(name, here, there):
    """What an import changes in an environment; None stands for one that does not exist."""
    if there is None:
        return {"name": name, "actions": ["obsolete"], "removed_environment": name}
    known = here or {}
    kinds = {
        "new": [found for found in there if found not in known],
        "updated": [found for found in there if found in known and there[found] != known[found]],
        "obsolete": [found for found in known if found not in there],
    }
    actions = {kind: classes for kind, classes in kinds.items() if classes}
    lists = {f"{kind}_puppetclasses": classes for kind, classes in actions.items()}
    return {"name": name, "actions": list(actions), **lists}
