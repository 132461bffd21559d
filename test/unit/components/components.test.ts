import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import {
  addressOf,
  caPem,
  compose,
  contentOf,
  passwordOf,
  resourceOf,
  secretsIn,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";
import { keptReports } from "../../support/unit/kept-reports.js";

const { debian } = distributions;

let composed: Composed;
beforeAll(async () => {
  composed = await compose(debian);
});

describe("the main server", () => {
  it("is set up in this order: settings, keys and CA before the service starts", () => {
    expect(titlesOf(composed.state("main"))).toEqual([
      // Nothing is changed on a host with the CA of another stack.
      "exec mount /var/lib/pulumi-puppet/authority",
      "exec mount /etc/puppet/puppetserver/ca",
      "exec mount /var/lib/puppet/ssl",
      "file /var/lib/pulumi-puppet/authority",
      "file /var/lib/pulumi-puppet/authority/check",
      "exec the CA is this stack's",
      "file /usr/local/sbin/puppet-main-certificate",
      "exec names in the certificate of main.example.test",
      "package puppetserver",
      "exec root owns the configuration of Puppet Server",
      "exec no daily job runs Puppet as root",
      "file /etc/puppet/puppetserver/conf.d",
      "file /etc/puppet/puppetserver/services.d",
      ...keptReports,
      "file /etc/puppet/puppet.conf",
      "package puppet-terminus-puppetdb",
      "file /etc/puppet/puppetdb.conf",
      "file /etc/puppet/puppetserver/conf.d/http-client.conf",
      "package curl",
      "file /etc/puppet/routes.yaml",
      "exec turn puppet-foreman-nodes.timer off",
      "file /etc/puppet/puppetserver/services.d/ca.cfg",
      "file /etc/puppet/puppetserver/conf.d/sizing.conf",
      "exec JAVA_ARGS of puppetserver",
      "file /etc/systemd/system/puppetserver.service.d",
      "file /etc/systemd/system/puppetserver.service.d/restart.conf",
      "exec systemd reads puppetserver.service.d/restart.conf",
      "file /etc/systemd/system/puppetserver.service.d/locale.conf",
      "exec systemd reads puppetserver.service.d/locale.conf",
      "exec no keys of eyaml",
      "file /etc/systemd/system/puppetserver.service.d/mounts.conf",
      "exec systemd reads puppetserver.service.d/mounts.conf",
      "file /etc/puppet/autosign",
      "file /etc/puppet/autosign/policy",
      "file /usr/local/sbin/puppet-enrol",
      "file /etc/puppet/autosign/names.json",
      "exec enrol the hosts of a CA without enrolment",
      "exec names that are trusted are held by no agent",
      "file /etc/puppet/autosign/rules.json",
      "file /etc/puppet/autosign/agent.key",
      "file /etc/puppet/autosign/hosts.key",
      "file /etc/puppet/autosign/infrastructure.key",
      "file /etc/puppet/puppetserver/conf.d/ca.conf",
      "exec the service owns its certificates",
      "file /etc/puppet/puppetserver/ca",
      "exec set up the certificate authority",
      "exec names of new hosts are free",
      "file /etc/systemd/system/puppet-refused-requests.service",
      "exec systemd reads puppet-refused-requests.service",
      "file /etc/systemd/system/puppet-refused-requests.timer",
      "exec systemd reads puppet-refused-requests.timer",
      "service puppet-refused-requests.timer",
      "file /usr/local/share/puppet-authorization.conf",
      "file /usr/local/sbin/puppet-authorization",
      "exec Puppet Server answers whom it should",
      "package nftables",
      "file /etc/puppet-connection-limits.nft",
      "file /etc/systemd/system/puppet-connection-limits.service",
      "exec systemd reads puppet-connection-limits.service",
      "service puppet-connection-limits.service",
      "exec load the limits on connections",
      "exec connections to Puppet Server are not limited here: `journalctl -u puppet-connection-limits.service` shows why",
      "file /usr/local/share/puppet-site.pp",
      "exec something to compile until code is deployed",
      "service puppetserver",
      "file /var/lib/puppetserver/lib/puppet/reports/foreman.rb",
      "package iproute2",
      "file /usr/local/sbin/puppet-revoked-connections",
      "file /etc/systemd/system/puppet-revoked-connections.service",
      "exec systemd reads puppet-revoked-connections.service",
      "file /etc/systemd/system/puppet-revoked-connections.service.d",
      "file /etc/systemd/system/puppet-revoked-connections.service.d/restart.conf",
      "exec systemd reads puppet-revoked-connections.service.d/restart.conf",
      "service puppet-revoked-connections.service",
      "exec connections of revoked certificates last until they end: this system lets nobody end them",
    ]);
  });

  it("reserves the names of services and of existing and planned hosts, fully qualified and short", () => {
    const { reserved } = JSON.parse(
      contentOf(composed.state("main"), "/etc/puppet/autosign/rules.json"),
    ) as { reserved: string[] };
    const hosts = ["main", "balancer", "compiler1", "compiler2", "compiler8", "puppetdb"];
    const names = [...hosts, "puppet", "puppetca", "puppetfiles"];
    expect(reserved).toEqual(
      [
        ...names,
        ...names.map((name) => `${name}.example.test`),
        // It is in the webhook's own certificate.
        "webhook.main.example.test",
        ...["ca", "localhost"],
      ].sort(),
    );
  });

  it("knows which hosts get enrolled: all that request their certificates, now or later", () => {
    expect(
      JSON.parse(contentOf(composed.state("main"), "/etc/puppet/autosign/names.json")),
    ).toEqual({
      hosts: ["balancer", "compiler1", "compiler2", "compiler8", "puppetdb"].map(
        (name) => `${name}.example.test`,
      ),
      trusted: [],
    });
  });

  it("revokes what others have under the names of new hosts before any server accepts them", () => {
    const before = (first: string, second: string) => {
      const titles = titlesOf(composed.state("main"));
      expect(titles.indexOf(first)).toBeGreaterThan(-1);
      expect(titles.indexOf(first)).toBeLessThan(titles.indexOf(second));
    };
    // A name that is only revoked could be requested again.
    const rules = "file /etc/puppet/autosign/rules.json";
    before(rules, "exec names of new hosts are free");
    before("exec names that are trusted are held by no agent", rules);
    before("exec names of new hosts are free", "service puppetserver");
    const main = composed.find("main-configuration-run").urn;
    expect(composed.find("puppetdb").dependencies).toContain(main);
  });

  it("keeps each key in a file that only Puppet Server can read", () => {
    const state = composed.state("main");
    for (const [file, key] of [
      ["agent.key", passwordOf("puppet-authority-agent-key")],
      ["hosts.key", passwordOf("puppet-authority-hosts-key")],
    ]) {
      const { parameters, sensitive } = resourceOf(state, `/etc/puppet/autosign/${file ?? ""}`);
      expect(parameters).toMatchObject({ content: `${key ?? ""}\n`, mode: "0640", owner: "root" });
      expect(parameters.group).toBe(debian.users.puppet);
      expect(sensitive).toBe(true);
    }
  });

  it("sets up the CA once, with its own root and only the CA's names", () => {
    const { parameters } = resourceOf(composed.state("main"), "set up the certificate authority");
    expect(parameters).toMatchObject({
      command: [
        ...["runuser", "--user", "puppet", "--", "env", "--chdir=/", "HOME=/var/lib/puppetserver"],
        ...["/usr/bin/puppetserver", "ca", "setup", "--config", "/etc/puppet/puppet.conf"],
        ...["--ca-name", "Puppet CA"],
        ...["--root-ca-name", "Puppet CA root"],
        ...["--subject-alt-names", "puppetca.example.test,puppetca"],
      ],
      creates: "/etc/puppet/puppetserver/ca/ca_crt.pem",
    });
  });

  it("knows no password of the statistics page, nor of the database", () => {
    expect(secretsIn(composed.script("main"))).toEqual(["agentKey", "infrastructureKey"]);
  });

  it("outputs its CA certificate and the fingerprint that agents check, once it runs", () => {
    const read = composed.find("main-ca-certificate-read");
    expect(read.inputs).toMatchObject({
      create:
        "timeout 30 runuser -u puppet -- head --bytes=1048576 /etc/puppet/puppetserver/ca/ca_crt.pem",
      logging: "none",
    });
    expect(composed.find("main-ca-certificate").dependencies).toEqual([
      composed.find("main-configuration-run").urn,
    ]);
    const digest = createHash("sha256").update(caPem).digest("hex");
    expect(composed.agentInstall).toContain(`ca_fingerprint = ${digest}\n`);
  });
});

describe("the balancer", () => {
  it("is set up in this order, after its certificate", () => {
    const titles = titlesOf(composed.state("balancer"));
    const first = titles.indexOf("package haproxy");
    expect(titles.slice(0, first)).toContain(
      "exec request the certificate of balancer.example.test",
    );
    expect(titles.slice(first)).toEqual([
      "package haproxy",
      "file /etc/haproxy/tls",
      "file /etc/haproxy/tls/host.pem",
      "file /etc/haproxy/tls/host.pem.key",
      "file /etc/haproxy/puppet-ca.pem",
      "package socat",
      "package iproute2",
      "package curl",
      "file /usr/local/sbin/haproxy-crl-refresh",
      "file /usr/local/sbin/haproxy-crl-take",
      "exec take the revocation list for HAProxy",
      "file /var/lib/pulumi-puppet/haproxy-servers",
      "file /etc/haproxy/puppet-frozen.lua",
      "file /etc/haproxy/haproxy.cfg",
      "file /usr/local/sbin/haproxy-reload",
      "file /etc/systemd/system/haproxy.service.d",
      "file /etc/systemd/system/haproxy.service.d/restart.conf",
      "exec systemd reads haproxy.service.d/restart.conf",
      "service haproxy",
      "file /etc/systemd/system/haproxy.service.d/state.conf",
      "exec systemd reads haproxy.service.d/state.conf",
      "file /usr/local/sbin/puppet-crl-tell",
      "file /etc/systemd/system/haproxy-crl-refresh.service",
      "exec systemd reads haproxy-crl-refresh.service",
      "file /etc/systemd/system/haproxy-crl-refresh.timer",
      "exec systemd reads haproxy-crl-refresh.timer",
      "service haproxy-crl-refresh.timer",
    ]);
  });

  it.each([[["compiler1"]], [["compiler1", "compiler2"]], [["zulu", "alpha", "mike"]]])(
    "sends connections to %j, in that order",
    async (compilers) => {
      const { state } = await compose(debian, { compilers });
      const [, pool = ""] = contentOf(state("balancer"), "/etc/haproxy/haproxy.cfg").split(
        /^backend /m,
      );
      const members = pool.match(/^ {4}server .*$/gm);
      expect(members).toEqual(
        compilers.map((name) => `    server ${name} ${addressOf(name)}:8140`),
      );
    },
  );

  it("gets compilers once they serve", () => {
    const dependencies = composed.find("balancer").dependencies;
    for (const name of ["compiler1", "compiler2"]) {
      expect(dependencies).toContain(composed.find(`${name}-configuration-run`).urn);
    }
  });

  it("checks a new configuration before using it, and reloads instead of restarting", () => {
    const state = composed.state("balancer");
    expect(resourceOf(state, "/etc/haproxy/haproxy.cfg")).toMatchObject({
      parameters: { validate_cmd: "/usr/sbin/haproxy -c -f %", mode: "0600" },
      sensitive: true,
    });
    const service = state.find(({ type }) => type === "service");
    expect(service?.parameters.restart).toBe("/usr/local/sbin/haproxy-reload");
    expect(resourceOf(state, "/usr/local/sbin/haproxy-reload").parameters.mode).toBe("0755");
  });

  it("holds no key of the CA", () => {
    expect(secretsIn(composed.script("balancer"))).toEqual(["statsPassword"]);
  });

  it("has its statistics page at an address that this machine can reach", () => {
    expect(composed.statsUrl).toBe("https://127.0.0.1:18404/stats");
  });
});

describe("agents", () => {
  it("are joined by a secret script, which holds their key and no other", () => {
    expect(composed.agentInstallIsSecret).toBe(true);
    expect(secretsIn(composed.agentInstall)).toEqual(["agentKey"]);
    expect(composed.agentInstall).toMatch(/^server = puppet\.example\.test$/m);
    expect(composed.agentInstall).toMatch(/^ca_server = puppetca\.example\.test$/m);
  });
});

describe("all hosts", () => {
  const hosts = ["main", "puppetdb", "balancer", "compiler1", "compiler2"];

  it.each(hosts)("%s is converged over one connection, by a script that is secret", (name) => {
    const { inputs, secrets, timeouts } = composed.find(`${name}-configuration-run`);
    const own = Object.keys(inputs).filter((input) => input !== "delete");
    expect(own.sort()).toEqual([
      ...["addPreviousOutputInEnv", "connection", "create", "stdin", "triggers"],
    ]);
    expect(inputs.create).toBe("bash -s");
    expect(inputs.addPreviousOutputInEnv).toBe(false);
    expect(secrets).toEqual(expect.arrayContaining(["stdin", "connection"]));
    const drain = name.startsWith("compiler") ? 15 : 0;
    expect(timeouts).toEqual({ create: "40m", update: `${String(40 + drain)}m` });
  });

  it.each(hosts)("%s is converged again on a different machine", (name) => {
    expect(composed.find(`${name}-configuration-run`).inputs.triggers).toEqual([
      `machine-of-${name}`,
    ]);
  });

  it("give no key to anything that is not secret", () => {
    for (const { name, inputs, secrets } of composed.registrations) {
      const open = Object.entries(inputs).filter(([input]) => !secrets.includes(input));
      expect(secretsIn(JSON.stringify(open)), name).toEqual([]);
      expect(JSON.stringify(open), name).not.toContain("login-to-");
    }
  });

  it("have every resource once", () => {
    for (const name of hosts) {
      const titles = titlesOf(composed.state(name));
      expect(new Set(titles).size).toBe(titles.length);
    }
  });

  it("notify only services and commands that they list, and list them later", () => {
    const kinds: Readonly<Record<string, string>> = { service: "Service", exec: "Exec" };
    for (const name of hosts) {
      const state = composed.state(name);
      for (const [index, { title, parameters }] of state.entries()) {
        const references = [parameters.notify ?? []].flat().map(String);
        const later = state
          .slice(index + 1)
          .map((other) => `${kinds[other.type] ?? ""}[${other.title}]`);
        expect(later, `${name}: ${title}`).toEqual(expect.arrayContaining(references));
      }
    }
  });

  it("run a command that waits for others only when notified", () => {
    for (const name of hosts) {
      const state = composed.state(name);
      const told = state.flatMap(({ parameters }) => [parameters.notify ?? []].flat().map(String));
      const waiting = state.filter(({ parameters }) => parameters.refreshonly === true);
      for (const { title } of waiting) expect(told, name).toContain(`Exec[${title}]`);
    }
  });

  it("have secret contents only in files that others cannot read", () => {
    for (const { title, parameters, sensitive } of hosts.flatMap((name) => composed.state(name))) {
      if (secretsIn(JSON.stringify(parameters)).length === 0) continue;
      expect(sensitive, title).toBe(true);
      expect(String(parameters.mode), title).toMatch(/0$/);
    }
  });
});

describe("sizing", () => {
  it("follows the host, unless the stack says otherwise", async () => {
    const { state } = await compose(debian, {
      main: { cores: 2, memory: 2048 },
      compiler: { heap: 3072, jrubies: 4 },
    });
    const sizing = "/etc/puppet/puppetserver/conf.d/sizing.conf";
    expect(contentOf(state("main"), sizing)).toMatch(/max-active-instances: 1$/m);
    expect(contentOf(state("compiler1"), sizing)).toMatch(/max-active-instances: 4$/m);
    const command = resourceOf(state("compiler1"), "JAVA_ARGS of puppetserver").parameters.command;
    expect(String(command)).toContain("-Xms3072m -Xmx3072m");
  });
});
