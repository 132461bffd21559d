import { isSeeded, ownEnvironments } from "../../components/control-repository/own-environments.js";
import { distributions } from "../../distributions/index.js";
import { renderPreflight, type Login } from "../../hosts/preflight/preflight.js";
import type { SshLogin } from "../../roles/role.js";
import { roleNames, roles, rolesOn } from "../../roles/roles.js";
import { serviceNamesOf } from "../../roles/service-names.js";
import { roleOf, type Server } from "../../settings/existing.js";
import { fqdnOf } from "../../settings/names.js";
import type { Settings } from "../../settings/settings.js";
import { connectionsOf, noHelpers } from "../connections.js";

/** The look at each server, by its name: a Bash script, as {@link renderPreflight} returns it. */
export function preflightsOf(settings: Settings): Readonly<Record<string, string>> {
  const { existing, caName } = settings;
  // They must find each other by name, because certificates are issued for names.
  const names = [
    ...existing.servers.map(({ name }) => fqdnOf(settings, name)),
    ...serviceNamesOf(settings),
  ];
  return Object.fromEntries(
    existing.servers.map((server) => {
      const { name, address, cores, memory, takeOver } = server;
      const onServer = onServerOf(server, settings);
      const text = renderPreflight({
        ...{ name, fqdn: fqdnOf(settings, name), address, cores, memory, names, takeOver, caName },
        ...onServer,
        distribution: distributions[settings.distribution],
        logins: loginsTo(server, settings),
      });
      return [name, text];
    }),
  );
}

/** What the roles on a server put there, together. */
function onServerOf(server: Server, settings: Settings) {
  const distribution = distributions[settings.distribution];
  const there = rolesOn(roleOf(server), settings);
  const all = there.map((role) => roles[role].onServer(settings, distribution));
  const services = Object.assign({}, ...all.map(({ services }) => services)) as Readonly<
    Record<number, string>
  >;
  const replaced = all.flatMap(({ replaces }): readonly string[] => replaces);
  const opened = connectionsOf({ ...settings, ...noHelpers })
    .filter(({ to, port }) => port !== 22 && there.some((role) => role === to))
    .map(({ port }) => port);
  const ports = [...new Set([...Object.keys(services).map(Number), ...opened])];
  return {
    packages: [distribution.packages.agent, ...new Set(all.flatMap(({ packages }) => packages))],
    ports: ports.map((port) => ({ port, service: services[port] ?? "" })),
    environments: replaced.includes("code")
      ? { ...ownEnvironments(distribution), seeded: isSeeded }
      : undefined,
    main: replaced.includes("ca"),
    haproxy: replaced.includes("haproxy"),
    postgresql: replaced.includes("postgresql"),
  };
}

/** As whom other servers of a stack log in to one over SSH. */
export function loginsTo(server: Server, settings: Settings): Login[] {
  const logins = roleNames
    .flatMap((role): readonly SshLogin[] => roles[role].logins(settings))
    .filter(({ to }) => to === roleOf(server));
  return [...new Map(logins.map(({ user, home }) => [user, home]))].map(([user, home]) => {
    const from = logins.filter((login) => login.user === user).map(({ from }) => from);
    const others = settings.existing.servers.filter((other) => from.includes(roleOf(other)));
    return { user, home, addresses: others.map(({ address }) => address) };
  });
}
