import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { compilerOffset } from "../../roles/compiler/address.js";
import { podmanNames } from "../../platforms/containers/names.js";
import { addressOf, parseSubnet } from "../../settings/subnet.js";
import { run } from "../../tools/lib/shell.js";
import { execIn } from "./container-exec.js";

/** Hosts of the suite's environments that are looked up by name, with the services' names that lead to them. */
const hosts: Readonly<Record<string, readonly string[]>> = {
  balancer: ["puppet", "puppetfiles"],
  puppetdb: [],
  hdm: [],
  main: ["puppetca"],
  compiler1: [],
  compiler2: [],
};

/** A machine's place in its network, which follows from its name. */
export function offsetOf(machine: string): number {
  const offsets: Record<string, number> = { balancer: 5, puppetdb: 6, hdm: 8, jump: 9, main: 10 };
  return offsets[machine] ?? compilerOffset(machine);
}

const shared = "/usr/share/containers/containers.conf";
const own = [
  "/etc/containers/containers.conf",
  join(homedir(), ".config/containers/containers.conf"),
];

/**
 * Has containers know the names of their environment's hosts from a file, as sites have them in a DNS that stays.
 *
 * Podman's name server ends all of its sockets whenever any container of the machine comes or goes, before its version
 * 1.11, and may then answer nobody for half a minute: whatever looks up a name meanwhile fails. Where somebody has
 * configured Podman, that is left as it is.
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

/** Has running hosts know the name of one that was made later. */
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
