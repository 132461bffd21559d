import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { podmanNames } from "../../platforms/containers/names.js";
import type { KeyPair } from "../../platforms/ssh-keys.js";
import { addressOf, parseSubnet } from "../../settings/subnet.js";
import type { Settings } from "../../settings/settings.js";
import { fixedNames } from "../../settings/names.js";
import { demonstrate, demonstrationAgent } from "../../tools/lib/agents.js";
import { project, stateFolder } from "../../tools/lib/paths.js";
import { containersOf, exec } from "../../tools/lib/podman.js";
import { awaitPool, type Statistics } from "../../tools/lib/pool.js";
import { main, Problem } from "../../tools/lib/problem.js";
import { readSettings } from "../../tools/lib/settings.js";
import { run } from "../../tools/lib/shell.js";
import { Stack } from "../../tools/lib/stack.js";
import { offsetOf } from "./host-names.js";

/** The machines' SSH user, who becomes root with sudo. */
const user = "provision";
/** The only machine that accepts SSH from here. */
const jump = "jump";

/** What a site did to a machine before it was handed over, and what the settings say of it as a server. */
export interface SiteMachine {
  /** Shell script that runs once, as root. */
  readonly prepare?: string;
  /** More settings of the server, such as `takeOver`. */
  readonly server?: Readonly<Record<string, unknown>>;
}

/** The machines of a site, by name; in the file that `SITE` names. */
const site = (
  process.env.SITE === undefined ? {} : JSON.parse(readFileSync(process.env.SITE, "utf8"))
) as Partial<Record<string, SiteMachine>>;

/** SSH key pairs: the login's, and each machine's own. */
type Keys = Partial<Record<string, KeyPair>>;

/** Root cannot log in; a user may become root. */
const prepare = `set -e
command -v sudo >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends sudo >/dev/null; }
useradd --create-home --shell /bin/bash ${user}
echo '${user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${user}
mkdir -m 0700 /home/${user}/.ssh && mv /root/.ssh/authorized_keys /home/${user}/.ssh/ && chown -R ${user}: /home/${user}/.ssh
echo 'PermitRootLogin no' >/etc/ssh/sshd_config.d/login.conf && systemctl reload ssh`;

/** Names of some outputs in `npm start`. */
const labels: Record<string, string> = {
  puppetdbUrl: "PuppetDB",
  webhookUrl: "webhook",
  loadBalancerStatsUrl: "statistics page",
};

// `hand-over.ts NAME FILE`: does what `npm start` does, with the platform `existing`: machines created elsewhere, which
// happen to be containers, are handed over as existing servers.
await main(async () => {
  const [name = "", file = ""] = process.argv.slice(2);
  const { settings } = readSettings(name, file);
  const stack = new Stack(name, process.env);
  const machines = [jump, ...fixedNames(settings.hosts), ...settings.hosts.compilers];
  const keys = await makeMachines(name, settings, machines);

  await stack.prepare(existingSettings(file, settings, keys));
  const sealed = await stack.run(
    [
      ...["config", "set", "--secret", "--path", "puppet:existing.privateKey"],
      ...["--stack", name, "--config-file", stack.stackFile],
    ],
    { stdin: keys.login?.private ?? "" },
  );
  if (sealed.code !== 0) throw new Problem(sealed.stderr);
  const code = await stack.up();
  if (code !== 0) return code;

  const outputs = (await stack.outputs()) as unknown as Statistics & { agentInstall: string };
  await awaitPool(outputs, (line) => {
    console.log(line);
  });
  await removeMachines(name, machines);
  const { domain, distribution } = settings;
  const agent = { environment: name, domain, distribution, agentInstall: outputs.agentInstall };
  const compiler = await demonstrate(agent);
  console.log(
    [
      `Puppet server  ${settings.puppetServer}`,
      `CA server  ${settings.caServer}`,
      ...machines.map((machine) => `${machine}.${domain}`),
      ...Object.entries(outputs)
        .filter(([key]) => key.endsWith("Url"))
        .map(([key, url]) => `${labels[key] ?? key}  ${String(url)}`),
      `agent run  ${demonstrationAgent}, catalog compiled by ${compiler ?? "unknown"}`,
    ].join("\n"),
  );
  return 0;
});

/** Creates missing machines as a site's own provisioning does: with an address, names, a user and sudo. */
async function makeMachines(
  environment: string,
  settings: Settings,
  machines: readonly string[],
): Promise<Keys> {
  const names = {
    IMAGE: settings.containers.image,
    NETWORK: podmanNames.network(environment),
    ENVIRONMENT: environment,
    SUBNET: settings.containers.subnet,
    AGENTS: `${addressAt(settings, 128)}/25`,
    DOMAIN: settings.domain,
  };
  const script = async (script: string, more: Record<string, string> = {}, stdin?: string) => {
    const path = join(project, "hosts", "containers", script);
    const result = await run(["sh", path], { env: { ...process.env, ...names, ...more }, stdin });
    if (result.code !== 0) throw new Problem(`${script}: ${result.stderr}`);
  };
  const file = join(stateFolder, `machines-${environment}.json`);
  const there = await containersOf(environment);
  const keys =
    there.length > 0 && existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Keys) : {};
  keys.login ??= await keyPair();
  await script("image.sh", {}, keys.login.public);
  await script("network.sh", {}, keys.login.public);
  for (const machine of machines) {
    const CONTAINER = podmanNames.container(environment, machine);
    if (there.includes(CONTAINER) && keys[machine] !== undefined) {
      // The owner of an existing server keeps it running.
      await run(["podman", "start", CONTAINER]);
      continue;
    }
    const pair = await keyPair();
    const ALIASES =
      { main: settings.caServer, balancer: `${settings.puppetServer} ${settings.fileServer}` }[
        machine
      ] ?? "";
    const container = {
      CONTAINER,
      FQDN: `${machine}.${settings.domain}`,
      ALIASES,
      ADDRESS: addressAt(settings, offsetOf(machine)),
      PORTS: machine === jump ? "22" : "",
    };
    await script("container.sh", container, keys.login.public);
    await script("ssh.sh", { CONTAINER }, pair.private);
    const own = `${prepare}\n${site[machine]?.prepare ?? ""}`;
    const prepared = await exec(environment, machine, ["sh", "-c", own]);
    if (prepared.code !== 0) throw new Problem(`${machine}: ${prepared.stderr}`);
    keys[machine] = pair;
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  }
  return keys;
}

/** Removes unused machines, as their owner does after they leave the stack. */
async function removeMachines(environment: string, machines: readonly string[]): Promise<void> {
  const kept = machines.map((machine) => podmanNames.container(environment, machine));
  const compiler = podmanNames.container(environment, "compiler");
  const gone = (await containersOf(environment)).filter(
    (name) => name.startsWith(compiler) && !kept.includes(name),
  );
  if (gone.length > 0) await run(["podman", "rm", "--force", "--time", "5", ...gone]);
}

/** The settings with the machines, instead of the settings that would create them. */
function existingSettings(file: string, settings: Settings, keys: Keys): string {
  const { config, ...rest } = load(readFileSync(file, "utf8")) as {
    config: Record<string, unknown>;
  };
  const { memory } = settings.containers;
  const roles = { [settings.hosts.main]: "main", [settings.hosts.loadBalancer]: "load-balancer" };
  if (settings.hosts.puppetdb !== undefined) roles[settings.hosts.puppetdb] = "puppetdb";
  if (settings.hosts.hdm !== undefined) roles[settings.hosts.hdm] = "hdm";
  const servers = [...fixedNames(settings.hosts), ...settings.hosts.compilers].map((name) => ({
    name,
    role: roles[name] ?? "compiler",
    address: addressAt(settings, offsetOf(name)),
    hostKey: keys[name]?.public.trim(),
    cores: 2,
    memory,
    ...site[name]?.server,
  }));
  const others = Object.entries(config).filter(
    ([key]) => !["puppet:containers", "puppet:compilers"].includes(key),
  );
  const existing = {
    user,
    jumpHost: {
      address: addressAt(settings, offsetOf(jump)),
      user,
      hostKey: keys[jump]?.public.trim(),
    },
    servers,
  };
  return dump({
    ...rest,
    config: {
      ...Object.fromEntries(others),
      "puppet:platform": "existing",
      "puppet:existing": existing,
    },
  });
}

function addressAt({ containers }: Settings, offset: number): string {
  const subnet = parseSubnet(containers.subnet);
  if (subnet === undefined) throw new Problem(`${containers.subnet} is no network`);
  return addressOf(subnet, offset);
}

async function keyPair(): Promise<KeyPair> {
  const { code, stdout, stderr } = await run(["sh", join(project, "platforms", "ssh-keys.sh")], {
    env: { ...process.env, PAIRS: "made" },
  });
  if (code !== 0) throw new Problem(stderr);
  return (JSON.parse(stdout) as { made: KeyPair }).made;
}
