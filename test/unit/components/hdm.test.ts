import { beforeAll, describe, expect, it } from "vitest";
import { hdmOf } from "../../../components/puppet-infrastructure/hdm-settings.js";
import { distributions } from "../../../distributions/index.js";
import { composeHdm, everything, image, stateIn } from "../../support/host-files/hdm-files.js";
import {
  compose,
  contentOf,
  hostOf,
  passwordOf,
  publicKeyOf,
  resourceOf,
  sourceOf,
  secretsIn,
  titlesOf,
  type Composed,
  type State,
} from "../../support/infrastructure.js";

const { debian } = distributions;
const code = { tool: "r10k" } as const;

let composed: Composed;
let full: Composed;
let without: Composed;
let hdm: State;
beforeAll(async () => {
  composed = await composeHdm("debian");
  full = await composeHdm("debian", everything);
  without = await compose(debian, { codeDeployment: code });
  hdm = stateIn(composed, "hdm-configuration");
});

const unit = (name: string) => [
  `file /etc/systemd/system/${name}`,
  `exec systemd reads ${name}`,
  `service ${name}`,
];

describe("HDM's host", () => {
  it("has the image before anything else, and podman for that", () => {
    const state = stateIn(composed, "hdm-image-configuration");
    expect(titlesOf(state)).toEqual([
      ...["package podman", "package netavark", "package curl"],
      "file /usr/local/sbin/hdm-image",
      "exec HDM's image is here",
    ]);
    expect(resourceOf(state, "HDM's image is here").parameters.unless).toBe(
      `podman image exists ${image}`,
    );
    const run = composed.find("hdm-image-configuration-run").urn;
    expect(composed.find("hdm-code-identity").dependencies).toContain(run);
  });

  it("runs HDM with its administrator before the port opens", () => {
    expect(titlesOf(hdm)).toEqual([
      "file /usr/local/sbin/puppet-certificate",
      "exec the certificate of hdm.example.test is of this CA and for its services",
      "file /etc/puppet/puppet.conf",
      "file /etc/puppet/csr_attributes.yaml",
      "file /var/lib/puppet/ssl",
      "file /var/lib/puppet/ssl/certs",
      "file /var/lib/puppet/ssl/certs/ca.pem",
      "exec request the certificate of hdm.example.test",
      "file /etc/hdm",
      "exec mount /var/lib/hdm",
      "file /var/lib/hdm",
      ...["tls", "tls/key.pem", "tls/cert.pem", "tls/ca.pem", "tls/ldap-ca.pem"].map(
        (name) => `file /etc/hdm/${name}`,
      ),
      ...["hdm.yml", "database.yml", "hdm.env", "administrator.env"].map(
        (name) => `file /etc/hdm/${name}`,
      ),
      "file /usr/local/sbin/hdm-administrator",
      ...unit("hdm.service"),
      "file /usr/local/sbin/hdm-await",
      "exec HDM serves",
      ...["package haproxy", "package socat"],
      "file /etc/haproxy/hdm",
      "file /etc/haproxy/hdm/host.pem",
      "file /etc/haproxy/hdm/host.pem.key",
      "file /etc/haproxy/haproxy.cfg",
      "file /usr/local/sbin/haproxy-reload",
      "file /etc/systemd/system/haproxy.service.d",
      "file /etc/systemd/system/haproxy.service.d/restart.conf",
      "exec systemd reads haproxy.service.d/restart.conf",
      "service haproxy",
    ]);
  });

  it("has each secret in files that only root can read, and on no command line", () => {
    for (const of of [composed, full]) {
      const state = stateIn(of, "hdm-configuration");
      const secret = (one: State[number]) =>
        secretsIn(JSON.stringify(one)).length > 0 ||
        /the-password-of|PRIVATE KEY/.test(JSON.stringify(one));
      const holding = state.filter(secret);
      expect(holding.length).toBeGreaterThan(1);
      for (const { type, title, parameters, sensitive } of holding) {
        expect({ type, sensitive }, title).toEqual({ type: "file", sensitive: true });
        expect(parameters, title).toMatchObject({ owner: "root", group: "root", mode: "0600" });
      }
    }
    for (const { inputs, name } of full.registrations) {
      const command = `${String(inputs.create)} ${String(inputs.delete)}`;
      expect(secretsIn(command), name).toEqual([]);
    }
  });

  it("notifies only services that it lists, and lists them later", () => {
    const kinds: Readonly<Record<string, string>> = { service: "Service", exec: "Exec" };
    for (const [index, { title, parameters }] of hdm.entries()) {
      const later = hdm
        .slice(index + 1)
        .map((other) => `${kinds[other.type] ?? ""}[${other.title}]`);
      expect(later, title).toEqual(expect.arrayContaining([parameters.notify ?? []].flat()));
    }
  });

  it("restarts HDM for everything that it reads, but not for the initial password", () => {
    const notified = hdm
      .filter(({ parameters }) => JSON.stringify(parameters.notify ?? "").includes("hdm.service]"))
      .map(({ title }) => title);
    expect(notified).toEqual([
      ...["tls/key.pem", "tls/cert.pem", "tls/ca.pem"].map((name) => `/etc/hdm/${name}`),
      ...["hdm.yml", "database.yml", "hdm.env"].map((name) => `/etc/hdm/${name}`),
      "/etc/systemd/system/hdm.service",
    ]);
  });

  it("presents the given certificate, or its own", () => {
    const file = "/etc/haproxy/hdm/host.pem";
    expect(sourceOf(stateIn(composed, "hdm-configuration"), file)).toBe(
      "/var/lib/puppet/ssl/certs/hdm.example.test.pem",
    );
    expect(contentOf(stateIn(full, "hdm-configuration"), file)).toBe(everything.certificate);
    expect(contentOf(stateIn(full, "hdm-configuration"), "/etc/haproxy/hdm/host.pem.key")).toBe(
      everything.privateKey,
    );
  });

  it("has its certificate revoked when it is removed, and its services stopped where the machine stays", () => {
    const { inputs } = composed.find("hdm-certificate");
    expect(inputs.delete).toBe("/usr/local/sbin/puppet-enrol --remove hdm.example.test");
    expect(composed.find("hdm-configuration-services").inputs.stdin).toContain(
      "\nservices='haproxy hdm.service'\n",
    );
    expect(composed.find("hdm-code-services").inputs.stdin).toContain(
      "\nservices='puppet-code-sync.timer'\n",
    );
  });
});

describe("the code on HDM's host", () => {
  it("is fetched as on a compiler, without a Puppet Server and a load balancer", () => {
    const state = stateIn(composed, "hdm-code");
    expect(titlesOf(state)).toEqual([
      ...["package rsync", "package openssh-client"],
      "file /var/lib/puppet-code",
      "file /var/lib/puppet-code/published",
      "file /var/lib/puppet-code-environments",
      "file /usr/local/lib/puppet-code",
      "file /usr/local/lib/puppet-code/puppet_code.rb",
      "file /etc/puppet-code/.ssh/config",
      "file /etc/puppet-code/.ssh/authorized_keys",
      "file /etc/puppet-code/.ssh/known_hosts",
      "file /etc/puppet-code/settings.json",
      "file /usr/local/sbin/puppet-code-sync",
      "file /etc/systemd/system/puppet-code-sync.service",
      "exec systemd reads puppet-code-sync.service",
      "exec take the code for the first time",
      ...unit("puppet-code-sync.timer"),
      "exec remove the environments from the code's folder",
    ]);
    expect(JSON.parse(contentOf(state, "/etc/puppet-code/settings.json"))).toEqual({
      name: "hdm",
      fqdn: "hdm.example.test",
      environments: "/var/lib/puppet-code-environments",
      copy: true,
      main: "main.example.test",
    });
  });

  it("is announced by the main server, which lets its key read and do nothing else", () => {
    const state = stateIn(composed, "main-code");
    const { compilers } = JSON.parse(contentOf(state, "/etc/puppet-code/settings.json")) as {
      compilers: { name: string }[];
    };
    expect(compilers.map(({ name }) => name)).toEqual(["compiler1", "compiler2", "hdm"]);
    expect(contentOf(state, "/etc/puppet-code/.ssh/authorized_keys")).toContain(
      `restrict,command="/usr/bin/rrsync -ro /var/lib/puppet-code/published" ${publicKeyOf("hdm-code-identity")} `,
    );
    expect(contentOf(state, "/etc/puppet-code/.ssh/known_hosts")).toContain(
      `hdm.example.test ${publicKeyOf("hdm.example.test")}\n`,
    );
  });

  it("does not delay anything that agents need", () => {
    for (const name of ["hdm-code-run", "hdm-configuration-run"]) {
      const { urn } = composed.find(name);
      const waiting = composed.registrations.filter(({ dependencies }) =>
        dependencies.includes(urn),
      );
      expect(waiting.filter((one) => !one.name.startsWith("hdm"))).toEqual([]);
    }
    const waitedFor = composed.find("balancer").dependencies;
    expect(waitedFor).toContain(composed.find("main-code-run").urn);
    expect(waitedFor.filter((urn) => urn.includes("hdm"))).toEqual([]);
    // HDM itself comes once everything that it reads exists.
    expect(composed.find("hdm").dependencies).toEqual(
      expect.arrayContaining(
        ["puppetdb-configuration-run", "hdm-code-run"].map((name) => composed.find(name).urn),
      ),
    );
  });
});

describe("the rest of the infrastructure", () => {
  it("lets HDM's host read PuppetDB, and send it no command", () => {
    const state = composed.state("puppetdb");
    expect(contentOf(state, "/etc/puppetdb/servers")).not.toContain("hdm");
    expect(contentOf(state, "/etc/puppetdb/conf.d/auth.conf")).not.toContain("hdm");
    const readers = (of: Composed) =>
      contentOf(of.state("puppetdb"), "/etc/haproxy/haproxy.cfg").match(/^ {4}acl reader .*$/gm);
    expect(readers(without)).toHaveLength(1);
    expect(readers(composed)).toEqual([
      ...(readers(without) ?? []),
      "    acl reader ssl_c_s_dn(cn) -m str hdm.example.test",
    ]);
  });

  it("gives the name to HDM's host alone", () => {
    const rules = (of: Composed) => of.script("main").includes("hdm.example.test");
    expect(rules(composed)).toBe(true);
    expect(rules(without)).toBe(false);
  });

  it("has the same compilers and load balancer as without HDM", () => {
    for (const name of ["compiler1-configuration", "compiler1-code", "balancer-configuration"]) {
      expect(stateIn(composed, name), name).toEqual(stateIn(without, name));
    }
    expect(without.registrations.filter(({ name }) => name.includes("hdm"))).toEqual([]);
  });

  it("lets HDM read a PuppetDB on the main server as well", async () => {
    const beside = await compose(debian, {
      hdm: { image },
      codeDeployment: code,
      puppetdbHost: "main",
    });
    expect(contentOf(stateIn(beside, "hdm-configuration"), "/etc/hdm/hdm.yml")).toContain(
      "server: https://main.example.test:8082\n",
    );
  });

  it("generates its two secrets", () => {
    expect(contentOf(hdm, "/etc/hdm/administrator.env")).toBe(
      `HDM_ADMINISTRATOR_PASSWORD=${passwordOf("hdm-admin-password", 32)}\n`,
    );
    expect(contentOf(hdm, "/etc/hdm/hdm.env")).toContain(
      `SECRET_KEY_BASE=${passwordOf("hdm-secret-key-base", 128)}\n`,
    );
  });
});

describe("HDM is rejected", () => {
  const hosts = {
    main: hostOf("main"),
    loadBalancer: hostOf("balancer"),
    compilers: [hostOf("compiler1")],
    puppetdb: hostOf("puppetdb"),
    hdm: hostOf("hdm"),
  };
  const good = { hosts, hdm: { image }, codeDeployment: code };

  it.each([
    [
      "its image",
      { hdm: undefined },
      "hosts.hdm is given, but hdm is not; write at least its image.",
    ],
    [
      "PuppetDB",
      { hosts: { ...hosts, puppetdb: undefined } },
      "hosts.hdm is given, but hosts.puppetdb is not; HDM reads it.",
    ],
    [
      "code",
      { codeDeployment: { tool: "none" as const } },
      "hosts.hdm is given, but codeDeployment.tool is none; HDM reads the deployed code.",
    ],
  ])("without %s", (_, changes, reason) => {
    expect(() => hdmOf({ ...good, ...changes })).toThrow(expect.objectContaining({ reason }));
    expect(hdmOf(good)).toEqual({ host: hosts.hdm, settings: { image } });
  });
});
