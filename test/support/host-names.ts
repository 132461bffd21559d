import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { compilerOffset } from "../../roles/compiler/address.js";
import { inOrder, roleNames, roles } from "../../roles/roles.js";
import { podmanNames } from "../../platforms/containers/names.js";
import { parseSettings } from "../../platforms/platforms.js";
import { addressOf, parseSubnet } from "../../settings/subnet.js";
import { run } from "../../tools/lib/shell.js";
import { execIn } from "./container-exec.js";

/** Hosts in the suite's environments that are looked up by name, with the service names that resolve to them. */
const hosts: Readonly<Record<string, readonly string[]>> = {
  balancer: ["puppet", "puppetfiles"],
  puppetdb: [],
  hdm: [],
  main: ["puppetca"],
  compiler1: [],
  compiler2: [],
};

/** An environment with every role. */
const { hosts: everyHost } = parseSettings(
  Object.fromEntries([
    ["domain", "example.test"],
    ...roleNames.flatMap((role) => Object.entries<unknown>({ ...roles[role].example })),
  ]),
);
/** Positions of hosts in their network; that of the jump host is none of a role's. */
const offsets = new Map([
  ["jump", 9],
  ...inOrder(everyHost).map(([role, name]) => [name, roles[role].container.offset(name)] as const),
]);

/** A machine's position in its network, which depends on its name. */
export function offsetOf(machine: string): number {
  return offsets.get(machine) ?? compilerOffset(machine);
}

const shared = "/usr/share/containers/containers.conf";
const own = [
  "/etc/containers/containers.conf",
  join(homedir(), ".config/containers/containers.conf"),
];

/**
 * Gives containers the names of their environment's hosts in a file, as sites have them in a reliable DNS.
 *
 * Before version 1.11, Podman's name server closes all of its sockets whenever any container on the machine starts or
 * stops, and may then not answer for half a minute: lookups fail in the meantime. An existing Podman configuration is
 * left unchanged.
 *
 * @param subnet the environment's network
 * @returns environment variables for Podman
 */
export function withNames(subnet: string, domain: string): Record<string, string> {
  const network = parseSubnet(subnet);
  if (network === undefined || !existsSync(shared) || own.some(existsSync)) return {};
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
  const [file, configuration] = [join(folder, "hosts"), join(folder, "containers.conf")];
  const lines = Object.entries(hosts).map(([host, services]) =>
    [
      addressOf(network, offsetOf(host)),
      ...[host, ...services].flatMap((name) => [`${name}.${domain}`, name]),
    ].join(" "),
  );
  writeFileSync(file, ["127.0.0.1 localhost", ...lines, ""].join("\n"));
  const text = readFileSync(shared, "utf8");
  const line = `base_hosts_file = ${JSON.stringify(file)}`;
  writeFileSync(configuration, text.replace(/^\[containers\]$/m, `$&\n${line}`));
  return { CONTAINERS_CONF: configuration };
}

/** Adds the name of a host that was created later to running hosts. */
export async function introduce(
  environment: string,
  name: string,
  domain: string,
  hosts: readonly string[],
): Promise<void> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const container = podmanNames.container(environment, name);
  const { stdout } = await run(["podman", "inspect", "--format", format, container]);
  for (const host of hosts) {
    const { code, stderr } = await execIn(
      podmanNames.container(environment, host),
      ["tee", "--append", "/etc/hosts"],
      { stdin: `${stdout.trim()} ${name}.${domain}\n` },
    );
    if (code !== 0) throw new Error(`${host}: ${stderr}`);
  }
}
