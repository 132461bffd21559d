import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { agentRun } from "../../tools/lib/agents.js";
import { encrypted, eyamlKeys, type EyamlKeys } from "../support/eyaml.js";
import { as, commit, push, retire, runOn } from "../support/local/code.js";
import { deploy, exec, joined, output, seal, settingsFile, until } from "../support/environment.js";
import {
  api,
  asHost,
  control,
  foremanUrl,
  password,
  received,
  start,
  startForeman,
  stop,
  trust,
} from "../support/local/foreman-host.js";
import { timedRun } from "../support/local/puppetdb.js";

const agent = "classified";
const node = `${agent}.example.test`;
const compilers = ["compiler1", "compiler2"];
const servers = ["main", ...compilers];
const classification = {
  classes: { "profile::sign": { text: "as Foreman says" } },
  parameters: { site: "north" },
  environment: "classified",
};
const sign = () => output(agent, "cat /etc/sign");
/** What a compiler's log says about the node since a moment. */
const logged = (compiler: string) =>
  output(
    compiler,
    `grep -h 'Foreman gave no classification' /var/log/puppetserver/puppetserver.log || true`,
  );
const waiting = async () => {
  const counts = await Promise.all(
    compilers.map((compiler) => output(compiler, "ls /var/lib/puppet-reports/foreman | wc -l")),
  );
  return counts.reduce((sum, count) => sum + Number(count), 0);
};
const reportsOfNode = async () =>
  (await received()).reports.filter(({ content }) => content?.config_report.host === node);

/** Makes the compilers query Foreman in the next run, even shortly after it was down. */
const askAgain = async () => {
  for (const compiler of compilers) await output(compiler, "rm -f /var/lib/puppet-foreman/away");
};

/** Settings with this file's Foreman, changes in how it is used, and keys of eyaml, which need no deployment of their own. */
async function settingsWith(keys: EyamlKeys, use: object = {}): Promise<string> {
  const settings = settingsFile({
    foreman: { host: "existing", url: foremanUrl, smartProxy: false, timeout: 5, ...use },
    eyaml: { publicKey: keys.publicKey },
  });
  await seal(settings, "foreman.password", password);
  await seal(settings, "eyaml.privateKey", keys.privateKey);
  return settings;
}

const [keys, otherKeys] = [eyamlKeys(), eyamlKeys()];
const privateKey = "/etc/puppet/eyaml/private_key.pkcs7.pem";

/** Deploys a secret for the node, in data that only these keys read. */
async function pushSecret(keys: EyamlKeys, secret: string): Promise<void> {
  await commit("classified", {
    "hiera.yaml": `version: 5
defaults: { datadir: data, data_hash: yaml_data }
hierarchy:
  - name: Secrets
    lookup_key: eyaml_lookup_key
    path: secrets.eyaml
    options: { pkcs7_private_key: ${privateKey}, pkcs7_public_key: /etc/puppet/eyaml/public_key.pkcs7.pem }
  - { name: Common, path: common.yaml }
`,
    "data/secrets.eyaml": `profile::sign::secret: ${encrypted(keys, secret)}\n`,
    "site-modules/profile/manifests/sign.pp":
      'class profile::sign (String $text, String $secret) { file { "/etc/sign": content => "$text: $secret" } }\n',
  });
  expect((await push("classified")).text).toMatch(/^success: /);
}

describe("Foreman", () => {
  beforeAll(async () => {
    await joined(agent);
    await startForeman([...servers, agent]);
    // The settings are to trust it, and it has a certificate already: so its administrator says that this is its own.
    const certificate = "/etc/puppet/puppetserver/ca/signed/foreman.example.test.pem";
    const fingerprint = `$(openssl x509 -noout -fingerprint -sha256 -in ${certificate} | cut -d = -f 2)`;
    await output("main", `puppet-enrol --keep "${fingerprint}" foreman.example.test`);
    await commit("classified", {
      "site-modules/profile/manifests/sign.pp":
        'class profile::sign (String $text) { file { "/etc/sign": content => "$text in $environment at ${::site}" } }\n',
    });
    await push("classified");
    const { code, text, seconds } = await deploy(await settingsWith(keys));
    expect(code, text).toBe(0);
    console.log(`Foreman added in place in ${seconds.toFixed(0)} s`);
  });
  afterAll(async () => {
    await start();
    // It failed while Foreman was down, and no longer runs.
    for (const server of servers)
      await output(server, "systemctl reset-failed puppet-foreman-nodes.service || true");
    // Its agent is gone for good.
    await output("main", `puppet node deactivate ${agent}.example.test`);
    await retire("classified");
  });

  it("learns which servers it may answer, and answers no others", async () => {
    const trusted = await api("settings/trusted_hosts");
    expect(trusted).toMatchObject({ value: servers.map((name) => `${name}.example.test`) });
    for (const server of servers)
      expect(await asHost(server, `/node/${node}?format=yml`)).toBe("404");
    expect(await asHost(agent, `/node/${node}?format=yml`)).toBe("403");
  });

  it("provides a node's classes and environment, and gets its facts and report once", async () => {
    await control("PUT", `/hosts/${node}`, classification);
    await timedRun(agent);
    expect(await sign()).toBe("as Foreman says in classified at north");
    await until("the report arrives", async () => (await reportsOfNode()).length > 0, 30);
    const { facts } = await received();
    const ofNode = facts.filter(({ content }) => content?.certname === node);
    expect(ofNode.map(({ status }) => status)).toEqual([201]);
    expect(ofNode[0]?.content?.facts).toMatchObject({ os: { name: "Debian" } });
    const reports = await reportsOfNode();
    expect(reports.map(({ status }) => status)).toEqual([201]);
    const report = reports[0]?.content?.config_report;
    expect(report?.status).toMatchObject({ failed: 0 });
    expect(report?.status.applied).toBeGreaterThan(0);
    expect(report?.logs.map(({ log }) => log.sources.source).join(" ")).toContain("/etc/sign");
    expect(await waiting()).toBe(0);
  });

  it("may be down for a while: agents run on any compiler, and the log says so", async () => {
    // As happens every ten minutes.
    for (const compiler of compilers)
      await output(compiler, "systemctl start puppet-foreman-nodes.service");
    const before = (await reportsOfNode()).length;
    await stop();
    await output(agent, "rm /etc/sign");
    for (const compiler of compilers) {
      await runOn(compiler, agent);
      expect(await sign()).toBe("as Foreman says in classified at north");
      await output(agent, "rm /etc/sign");
      expect(await logged(compiler)).toMatch(
        new RegExp(`${node}: Foreman gave no classification \\(.*\\); serving the one of `),
      );
    }
    expect(await waiting()).toBe(2);
    await start();
    await control("PUT", `/hosts/${node}`, classification);
    // A real Foreman would not have forgotten which servers it trusts.
    await trust(servers);
    await until("the reports arrive", async () => (await waiting()) === 0, 60);
    // Until this one trusts the servers, it refuses theirs.
    const taken = (await reportsOfNode()).filter(({ status }) => status !== 403);
    expect(taken.map(({ status }) => status)).toEqual([201, 201]);
    expect(before).toBe(1);
  });

  it("that hangs delays one run on each compiler, then no more", async () => {
    const timed = async (compiler: string) => {
      const began = Date.now();
      await runOn(compiler, agent);
      return (Date.now() - began) / 1000;
    };
    const waits = async (compiler: string) =>
      (await logged(compiler)).match(/\(no answer within 5 s\)/g)?.length ?? 0;
    await askAgain();
    await control("PUT", "/delay", { seconds: 60 });
    for (const compiler of compilers) {
      const before = await waits(compiler);
      const delayed = await timed(compiler);
      const once = await waits(compiler);
      const next = await timed(compiler);
      console.log(
        `${compiler} with a Foreman that hangs: ${delayed.toFixed(1)} s, then ${next.toFixed(1)} s`,
      );
      expect(once).toBe(before + 1);
      expect(await waits(compiler)).toBe(once);
      expect(delayed).toBeGreaterThan(5);
      expect(next).toBeLessThan(delayed);
    }
    await control("PUT", "/delay", { seconds: 0 });
  });

  it("and data that is encrypted with eyaml make one catalog; nobody but Puppet Server reads the key", async () => {
    await pushSecret(keys, "open sesame");
    for (const compiler of compilers) {
      await output(agent, "rm -f /etc/sign");
      await runOn(compiler, agent);
      expect(await sign()).toBe("as Foreman says: open sesame");
    }
    for (const server of servers)
      expect(await output(server, `stat --format '%U %a' ${privateKey}`)).toBe("puppet 400");
    expect(await as("puppet-code", `cat ${privateKey} 2>&1 || true`)).toContain(
      "Permission denied",
    );
  });

  it("stops agent runs if the classification is too old and the setting says so; other keys of eyaml restart nothing", async () => {
    const use = { cacheHours: 1, whenExpired: "fail" };
    const { code, text } = await deploy(await settingsWith(otherKeys, use));
    expect(code, text).toBe(0);
    expect(text).not.toMatch(/puppetserver\]: Triggered 'refresh'/);
    await pushSecret(otherKeys, "changed");
    await runOn("compiler1", agent);
    expect(await sign()).toBe("as Foreman says: changed");
    await stop();
    await askAgain();
    for (const compiler of compilers)
      await output(compiler, `touch --date='-2 hours' /var/lib/puppet-foreman/nodes/${node}.json`);
    const refused = await exec(agent, ["puppet", ...agentRun]);
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(/Could not retrieve catalog/);
    await start();
  });

  it("is switched off in place, and its password is removed from the main server", async () => {
    const { code, text } = await deploy(inject("deployment").settings);
    expect(code, text).toBe(0);
    await stop();
    for (const server of servers)
      expect((await exec(server, ["test", "-e", "/etc/puppet/eyaml"])).code, server).toBe(1);
    await timedRun(agent);
    expect((await exec("main", ["test", "-e", "/etc/puppet-foreman/registration.json"])).code).toBe(
      1,
    );
    expect(
      JSON.parse(await output("compiler1", "cat /etc/puppet-reports/settings.json")),
    ).not.toHaveProperty("foreman");
  });
});
