import { afterAll, describe, expect, it } from "vitest";
import { removeCertificate } from "../../templates/autosign/autosign.js";
import {
  commit,
  commitsOn,
  idle,
  push,
  pushOf,
  runOn,
  send,
  signatureOf,
} from "../support/local/code.js";
import { environment, exec, npmRun, output, outputs } from "../support/environment.js";

const servers = ["main", "compiler1", "compiler2"];
const host = "rotated.example.test";

/** Makes a key anew, and prints the seconds. */
async function rotate(key: string): Promise<string> {
  const { code, text, seconds } = await npmRun("rotate", key, environment);
  expect(code, text).toBe(0);
  console.log(`${key}: ${seconds.toFixed(1)} s`);
  return text;
}

/** Since when a service runs on each server. */
const runningSince = (service: string) =>
  Promise.all(
    servers.map((server) =>
      output(server, `systemctl show --property ActiveEnterTimestampMonotonic ${service}`),
    ),
  );

/** Requests a certificate on an agent's machine, with the key of an install script. */
async function request(agentInstall: string): Promise<number | null> {
  const [, attributes = ""] = /<<'ATTRIBUTES'\n([^]*?)\nATTRIBUTES\n/.exec(agentInstall) ?? [];
  expect(attributes).not.toBe("");
  const bootstrap = `puppet ssl bootstrap --certname ${host} --ssldir /tmp/rotated --csr_attributes /tmp/rotated.yaml --waitforcert 0`;
  const command = `rm -rf /tmp/rotated; umask 077; cat >/tmp/rotated.yaml; ${bootstrap}; code=$?; rm -rf /tmp/rotated /tmp/rotated.yaml; exit $code`;
  return (await exec("agent1", ["sh", "-c", command], { stdin: attributes })).code;
}

describe("a rotated key", () => {
  afterAll(async () => {
    await output("main", removeCertificate(host));
  });

  it("of the agents signs new ones, and the old key signs none; agents with certificates run", async () => {
    const since = await runningSince("puppetserver");
    const { agentInstall: old } = await outputs();
    const text = await rotate("agents-key");
    const { agentInstall } = await outputs();
    expect(agentInstall).not.toBe(old);
    for (const script of [old, agentInstall]) {
      // The CA's fingerprint is longer.
      const [key = ""] = /\b[A-Za-z0-9]{48}\b/.exec(script) ?? [];
      expect(key).not.toBe("");
      expect(text).not.toContain(key);
    }
    expect(await request(old)).not.toBe(0);
    await output("main", removeCertificate(host));
    expect(await request(agentInstall)).toBe(0);
    expect(await runOn("compiler1", "agent1")).toContain("Catalog compiled by compiler1.");
    expect(await runningSince("puppetserver")).toEqual(since);
  });

  it("of the webhook deploys pushes that are signed with it, and refuses the old one", async () => {
    const { webhookSecret: old } = await outputs();
    const text = await rotate("webhook-secret");
    const { webhookSecret } = await outputs();
    expect(webhookSecret).not.toBe(old);
    for (const secret of [old, webhookSecret]) expect(text).not.toContain(secret);

    const body = pushOf("production");
    const headers = { "Content-Type": "application/json", "X-GitHub-Event": "push" };
    expect((await send(body, { ...headers, ...signatureOf(body, old) })).status).toBe(403);
    expect((await push("production")).status).toBe(200);
    // The control repository's own hook signs as well.
    await idle();
    expect(await output("main", "cat /var/lib/puppet-control/webhook.json")).toContain(
      webhookSecret,
    );
  });

  it("that fetches code reaches every server, whose old keys are refused", async () => {
    const keys = () =>
      Promise.all(
        servers.map((server) => output(server, "cat /etc/puppet-code/.ssh/id_ed25519.pub")),
      );
    const before = await keys();
    const text = await rotate("deploy-key");
    const after = await keys();
    for (const [at, key] of after.entries()) expect(key).not.toBe(before[at]);
    expect(text).toContain(after[0]);

    const head = await commit("production", { "rotated.txt": "once" });
    expect((await push("production")).status).toBe(200);
    expect(await commitsOn(servers)).toEqual(servers.map(() => head.slice(0, 12)));

    const tried = async (key: string) => {
      const known = "-o UserKnownHostsFile=/etc/puppet-code/.ssh/known_hosts";
      const only = `-F none -o BatchMode=yes -o IdentitiesOnly=yes -i /etc/puppet-code/.ssh/${key}`;
      const ssh = `ssh ${only} ${known} main.example.test true`;
      return (await exec("compiler1", ["sh", "-c", ssh], { user: "puppet-code" })).stderr;
    };
    expect(await tried("id_ed25519.previous")).toContain("Permission denied");
    // The command that this key may run refuses any other.
    expect(await tried("id_ed25519")).not.toContain("Permission denied");
  });
});
