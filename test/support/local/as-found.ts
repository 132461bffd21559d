import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, inject } from "vitest";
import { stateFolder } from "../../../tools/lib/paths.js";
import { containersOf } from "../../../tools/lib/podman.js";
import { run } from "../../../tools/lib/shell.js";
import { statistics } from "./balancer.js";
import { settled as puppetdbSettled } from "./puppetdb.js";
import { deploy, environment, exec, outputs, stackOf, until } from "../environment.js";

/** The mark of an unfinished deployment. */
const mark = join(stateFolder, `unfinished-${environment}.yaml`);

/** What a test file must leave as it found it: values by their subject. */
type Snapshot = ReadonlyMap<string, string>;

/**
 * The environment's part of a host: its configuration, except changing certificates, revocation lists and code, keys that are rotated, and
 * what is specific to each machine; the environments; and failed services.
 */
const ofHost = `
find /etc -xdev -type f ! -path '*/ssl/*' ! -path '/etc/puppet/puppetserver/ca/*' ! -path '/etc/puppet/code/*' \
  ! -path '*/ssh_known_hosts' ! -path '*/.ssh/*' ! -path '*/autosign/agent.key' ! -path '*/puppet-webhook/hooks.yaml' \
  ! -name '*crl.pem*' ! -path /etc/hosts ! -name '*.cache' ! -name '.pwd.lock' ! -name '*-' ! -name mtab -exec sha256sum {} + | sort -k 2
ls /etc/puppet/code/environments 2>/dev/null | sed 's/^/environment /'
systemctl list-units --failed --plain --no-legend | while read -r unit _; do
  echo "failed $unit: $(journalctl --unit "$unit" --lines 3 --output cat | paste --serial --delimiters ' ')"
done`;

async function snapshot(): Promise<Snapshot> {
  const { hosts, compilers } = await outputs();
  const found = new Map<string, string>();
  const settings = readFileSync(stackOf().stackFile, "utf8");
  found.set("settings of the last deployment", settings.replace(/^encryptionsalt:.*$/m, "").trim());
  found.set("unfinished deployment", existsSync(mark) ? "yes" : "no");

  const pool = (await statistics()).filter(({ pxname }) => pxname === "compilers");
  for (const { name } of compilers) {
    const { status = "absent" } = pool.find(({ svname }) => svname === name) ?? {};
    // After one failed check of several, it is "UP 1/2".
    found.set(`${name} in the pool`, status.split(" ")[0] ?? "");
  }
  const seen = await Promise.all(
    Object.keys(hosts).map(async (host) => ({
      host,
      ...(await exec(host, ["bash", "-c", ofHost])),
    })),
  );
  for (const { host, code, stdout } of seen) {
    found.set(host, code === 0 ? "runs" : "does not run");
    for (const line of stdout.split("\n").filter(Boolean)) {
      const [value = "", ...what] = line.split(/\s+/);
      found.set(`${host}: ${what.join(" ")}`, value);
    }
  }
  return found;
}

function differences(before: Snapshot, after: Snapshot): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [was = "nothing", is = "nothing"] = [before.get(key), after.get(key)];
    // A role that is switched off may leave unused files, and a recreated machine has its own.
    const [, host] = /^([^:]+): \/etc\//.exec(key) ?? [];
    const machine = `${host ?? ""}: /etc/machine-id`;
    const allowed =
      host !== undefined &&
      ([was, is].includes("nothing") || before.get(machine) !== after.get(machine));
    return was === is || allowed ? [] : [`${key} was ${was} and is ${is}`];
  });
}

/** Restores the environment as it was deployed, so that no later file fails because of an earlier one. */
async function restore(): Promise<void> {
  const stopped = await containersOf(environment, "stopped");
  if (stopped.length > 0) await run(["podman", "start", ...stopped]);
  for (const host of Object.keys((await outputs()).hosts)) {
    await exec(host, ["sh", "-c", "systemctl reset-failed; systemctl start multi-user.target"]);
  }
  // As after a failed deployment of other settings: all hosts are converged again.
  writeFileSync(mark, "", { mode: 0o600 });
  const { code, text } = await deploy(inject("deployment").settings);
  if (code !== 0) throw new Error(`the environment could not be restored:\n${text}`);
}

/** Waits until all compilers and PuppetDB serve: a file may end while one is starting, or right after a revocation. */
async function settled(): Promise<void> {
  const { compilers } = await outputs();
  await until(
    "all compilers are up",
    async () => {
      const up = (await statistics()).filter(
        ({ pxname, status }) => pxname === "compilers" && status === "UP",
      );
      return compilers.every(({ name }) => up.some(({ svname }) => svname === name));
    },
    120,
  );
  await puppetdbSettled();
}

let before: Snapshot;

beforeAll(async () => {
  before = await snapshot();
});

afterAll(async () => {
  let left: string[] = [];
  try {
    await settled();
    // Compilers check for new code every 45 s: if a check fails, for example because names do not resolve while a
    // container joins the network, the next one succeeds.
    await until(
      "the environment is as it was found",
      async () => {
        left = differences(before, await snapshot());
        return left.length === 0;
      },
      60,
    );
    return;
  } catch (error) {
    if (left.length === 0) left = [String(error)];
  }
  await restore();
  throw new Error(
    `the environment was not left as it was found; it is restored for the next file:\n${left.slice(0, 20).join("\n")}`,
  );
});
