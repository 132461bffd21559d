import type { Distribution } from "../../distributions/index.js";
import { execOf, type HostState } from "../../hosts/host-state.js";

/** A rule that is added to Puppet Server's auth.conf. */
interface Rule {
  /** The rule as auth.conf has it, on one line, without single quotes. */
  rule: string;
  /** What adding it does, as shown to operators. */
  purpose: string;
  /** What holds once it has been added. */
  result: string;
}

/**
 * Adds a rule to Puppet Server's packaged auth.conf: the list of rules belongs to the package, and a second file would
 * replace all of it. Fails if there is no list to add to: otherwise the rule would be missing unnoticed.
 */
function authorizationRule(
  { paths, services }: Distribution,
  { rule, purpose, result }: Rule,
): HostState {
  const authConf = `${paths.serverConfdir}/auth.conf`;
  const inserted = `grep -qF '${rule}' ${authConf}`;
  const insertion = `/^[[:space:]]*rules:[[:space:]]*\\[/a\\        ${rule}`;
  return [
    execOf(purpose, ["sed", "-i", insertion, authConf], {
      unless: inserted,
      notify: `Service[${services.server}]`,
    }),
    execOf(result, inserted, { unless: inserted }),
  ];
}

/** As packaged, anyone may read a stored certificate request and the pre-shared key in it. Agents only send theirs. */
export function hiddenRequests(distribution: Distribution): HostState {
  return authorizationRule(distribution, {
    rule: '{ match-request: { path: "/puppet-ca/v1/certificate_request", type: path, method: get }, deny: "*", sort-order: 400, name: "stored requests are for nobody" },',
    purpose: "keep certificate requests from strangers",
    result: "certificate requests are kept from strangers",
  });
}

/** Lets the main server's own certificate, and no other, read the classes of its environments, for Foreman's smart proxy. */
export function environmentClasses(distribution: Distribution, fqdn: string): HostState {
  return authorizationRule(distribution, {
    rule: `{ match-request: { path: "/puppet/v3/environment_classes", type: path, method: get }, allow: "${fqdn}", sort-order: 400, name: "classes are for the smart proxy" },`,
    purpose: "let the smart proxy read the classes of environments",
    result: "the smart proxy can read the classes of environments",
  });
}

/**
 * Lets a server's own certificate, and no other, have its environments reloaded: with code deployment, Puppet Server
 * caches them until then.
 */
export function environmentCache(distribution: Distribution, fqdn: string): HostState {
  return authorizationRule(distribution, {
    rule: `{ match-request: { path: "/puppet-admin-api/v1/environment-cache", type: path, method: delete }, allow: "${fqdn}", sort-order: 400, name: "environments are read anew after a deploy" },`,
    purpose: "let this server's environments be read anew",
    result: "this server's environments can be read anew",
  });
}
