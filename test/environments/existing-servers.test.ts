import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { podmanNames } from "../../platforms/containers/names.js";
import { runAgent } from "../../tools/lib/agents.js";
import { startContainer } from "../../tools/lib/podman.js";
import { execIn } from "../support/container-exec.js";
import type { SiteMachine } from "../support/hand-over.js";
import {
  deploy,
  distribution,
  domain,
  npmRun,
  removeHandedOver,
  settingsFile,
} from "../support/environment.js";

const site = "site";
const machines = ["main", "balancer", "compiler1"];
const settings = settingsFile({
  ...{ subnet: "10.213.94.0/24", compilers: 1 },
  puppetdb: { host: "none" },
});
const ssldir = "/var/lib/puppet/ssl";

/** A CA with an agent's certificate, as Puppet Server's own command makes it. */
const authority = `cat >/etc/puppet/puppet.conf <<'CONF'
[main]
certname = main.${domain}
dns_alt_names = main.${domain},puppetca.${domain},puppet.${domain}
[server]
ca_name = Site CA
CONF
puppetserver ca setup
puppetserver ca generate --ca-client --force --certname old1.${domain}
echo '*' >/etc/puppet/autosign.conf`;
const shop = "frontend shop\n    mode tcp\n    bind :8090\n    timeout client 5s\n";
/** What the site has on its machines; each is in the way. */
const had: Readonly<Record<string, SiteMachine>> = {
  main: { prepare: `${authority}\necho 'Defaults:provision log_input' >/etc/sudoers.d/log` },
  balancer: { prepare: `printf '${shop.replaceAll("\n", "\\n")}' >/etc/haproxy/haproxy.cfg` },
  compiler1: {
    prepare: `install -d -o puppet ${ssldir}/certs && openssl req -x509 -newkey rsa:2048 -nodes -subj '/CN=Elsewhere' -keyout /dev/null -out ${ssldir}/certs/ca.pem 2>/dev/null
systemd-run --unit site-web python3 -m http.server 8140`,
  },
};

/** Hands the machines over; returns how the deployment ended. */
async function handOver(taken: Readonly<Record<string, SiteMachine>> = {}) {
  const file = join(mkdtempSync(join(tmpdir(), "pulumi-puppet-")), "site.json");
  const all = machines.map((name) => [name, { ...had[name], ...taken[name] }]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(all)));
  process.env.SITE = file;
  try {
    return await deploy(settings, site, "existing");
  } finally {
    delete process.env.SITE;
  }
}

const on = async (host: string, command: string): Promise<string> => {
  const { code, stdout, stderr } = await execIn(podmanNames.container(site, host), [
    ...["bash", "-c", command],
  ]);
  if (code !== 0) throw new Error(`${host}: ${command}: exit code ${code}: ${stderr}${stdout}`);
  return stdout.trim();
};

/** What a deployment would change on a machine: every file's name, time and owner, and the services. */
const snapshot = (host: string) =>
  on(
    host,
    `{ find /etc /usr/local /var/lib -xdev -not -path '/var/lib/systemd/*' -printf '%p %y %s %T@ %C@ %m %u\\n'; systemctl list-units --state=running --plain --no-legend '*.service' | grep -v session; } | sha256sum`,
  );
const snapshots = () => Promise.all(machines.map(snapshot));

/** The rows of a table of findings: whose, whether it stops, and about what. */
const rows = (text: string) =>
  [...text.matchAll(/^\s*(\S+) +(stops|note) +(ca|sudo|haproxy|agent|port \d+) /gm)].map(
    ([, server, level, about]) => `${server ?? ""} ${level ?? ""} ${about ?? ""}`,
  );

describe("servers that a site already has", () => {
  let refused: Awaited<ReturnType<typeof handOver>>;

  beforeAll(async () => {
    refused = await handOver();
    if (!refused.text.includes("servers-look")) throw new Error(refused.text);
  });
  afterAll(() => removeHandedOver(site));

  it("are refused with one table of all that is in the way", () => {
    expect(refused.code).not.toBe(0);
    expect(rows(refused.text)).toEqual([
      ...["main stops sudo", "main stops ca", "balancer stops haproxy"],
      ...["compiler1 stops port 8140", "compiler1 stops agent"],
    ]);
    expect(refused.text).toContain(
      "5 findings stop the deployment; settle them, and run this again.",
    );
    expect(refused.text).not.toContain("-ready");
  });

  it("can be looked at without a deployment, in seconds, and nothing changes on them", async () => {
    const before = await snapshots();
    const { code, text } = await npmRun("check-servers", site);
    expect(code, text).toBe(1);
    expect(rows(text)).toEqual(rows(refused.text));
    const [, seconds = ""] = /^3 servers looked at in (\S+) s/m.exec(text) ?? [];
    console.log(`a look at 3 servers, through a jump host: ${seconds} s`);
    expect(Number(seconds)).toBeLessThan(30);
    expect(await snapshots()).toEqual(before);
    for (const machine of machines) await on(machine, "test ! -e /var/lib/pulumi-puppet");
  });

  describe("once all is settled as the table says", () => {
    const taken = {
      main: { server: { takeOver: ["ca"] } },
      balancer: { server: { takeOver: ["haproxy"] } },
    };

    beforeAll(async () => {
      await on("main", "echo 'Defaults:provision !log_input' >/etc/sudoers.d/pulumi-puppet");
      await on("compiler1", `systemctl stop site-web; mv ${ssldir} ${ssldir}.before`);
      const lacking = await handOver(taken);
      expect(lacking.text).toMatch(/\bmain +note +ca +a CA that no stack has made/);
      expect(lacking.text).toMatch(/\bbalancer +note +haproxy +HAProxy serves shop/);
      // The one thing that only shows once the CA is this stack's.
      const advice = /was signed without some of .*; .* or run (\S+) on this host as root/;
      const [, program] = advice.exec(lacking.text) ?? [];
      if (program === undefined) throw new Error(lacking.text);
      await on("main", program);
      const { code, text, seconds } = await handOver(taken);
      if (code !== 0) throw new Error(text);
      console.log(`taken over in ${seconds.toFixed(0)} s`);
    });

    it("keep the CA, and an agent of the site runs with the certificate that it has", async () => {
      const subject = "openssl x509 -noout -subject -in";
      expect(await on("main", `${subject} /etc/puppet/puppetserver/ca/ca_crt.pem`)).toMatch(
        /CN ?= ?Site CA/,
      );
      await startContainer(site, "old1", domain);
      const keys = ["private_keys", "certs"].map((name) => `${name}/old1.${domain}.pem`).join(" ");
      const packed = await on("main", `tar -c -C ${ssldir} ${keys} certs/ca.pem | base64 -w 0`);
      await on(
        "old1",
        `install -d -o puppet -g puppet ${ssldir} && base64 -d <<<'${packed}' | tar -x -C ${ssldir} && chown -R puppet: ${ssldir}
        printf '[main]\\ncertname = old1.${domain}\\nserver = puppet.${domain}\\nca_server = puppetca.${domain}\\n' >/etc/puppet/puppet.conf`,
      );
      const { code, stdout, stderr } = await runAgent({ environment: site, distribution }, "old1");
      expect([0, 2], stdout + stderr).toContain(code);
      expect(stdout).toContain(`Catalog compiled by compiler1.${domain}`);
    });

    it("sign nobody by name alone any more", async () => {
      await startContainer(site, "stranger", domain);
      await on(
        "stranger",
        "printf '[main]\\nserver = puppet.example.test\\nca_server = puppetca.example.test\\n' >/etc/puppet/puppet.conf",
      );
      const { code, stdout, stderr } = await execIn(podmanNames.container(site, "stranger"), [
        ...["puppet", "agent", "--test", "--waitforcert", "0", "--color=false"],
      ]);
      expect(code, stdout + stderr).toBe(1);
      expect(stdout + stderr).toMatch(
        /certificate .*has not yet been signed|Couldn't fetch certificate/,
      );
    });

    it("have nothing in the way any more, and a second deployment looks at nobody", async () => {
      const { code, text } = await npmRun("check-servers", site);
      expect(code, text).toBe(0);
      const again = await handOver(taken);
      expect(again.code, again.text).toBe(0);
      expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
    });
  });
});
