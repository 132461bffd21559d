import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import {
  compose,
  contentOf,
  passwordOf,
  resourceOf,
  secretsIn,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";

const { debian, openvox8 } = distributions;
const answersFile = "/etc/puppet-foreman-host/answers.yaml";
const registrationFile = "/etc/puppet-foreman/registration.json";
const otherPem = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n";
const there = { url: "https://foreman.example.org:8140", password: "the-users-password" };

let own: Composed;
let existing: Composed;
beforeAll(async () => {
  own = await compose(debian, { foremanHost: true, codeDeployment: { tool: "r10k" } });
  existing = await compose(debian, { foreman: { ...there, caCertificate: otherPem } });
});

const registrationOf = (composed: Composed) =>
  JSON.parse(contentOf(composed.state("puppet-foreman"), registrationFile)) as unknown;
const answersOf = (composed: Composed) =>
  (load(contentOf(composed.state("foreman"), answersFile)) as { foreman: Record<string, unknown> })
    .foreman;

describe("Foreman on its own host", () => {
  it("is set up in this order: certificate, TLS, repository, answers, installer, CRL", () => {
    expect(titlesOf(own.state("foreman"))).toEqual([
      "file /usr/local/sbin/puppet-certificate",
      "exec the certificate of foreman.example.test is of this CA and for its services",
      "file /etc/puppetlabs/puppet/puppet.conf",
      "file /etc/puppetlabs/puppet/csr_attributes.yaml",
      "file /etc/puppetlabs/puppet/ssl",
      "file /etc/puppetlabs/puppet/ssl/certs",
      "file /etc/puppetlabs/puppet/ssl/certs/ca.pem",
      "exec request the certificate of foreman.example.test",
      "file /etc/puppet-foreman-host",
      "file /etc/puppet-foreman-host/tls",
      "file /etc/puppet-foreman-host/tls/ca.pem",
      "file /etc/puppet-foreman-host/tls/host.pem",
      "file /etc/puppet-foreman-host/tls/host.key",
      "exec user foreman-crl",
      "file /etc/puppet-foreman-host/fetched",
      "package curl",
      "file /usr/local/sbin/foreman-crl-refresh",
      "exec fetch the revocation list for Foreman",
      "file /usr/local/sbin/puppet-foreman-repository",
      "exec add Foreman's package repository",
      "package locales",
      "exec locale of Foreman's database",
      "exec mount /var/lib/postgresql",
      "exec mount /etc/postgresql",
      "exec PostgreSQL owns its databases",
      "package foreman-installer",
      `file ${answersFile}`,
      "file /usr/local/sbin/puppet-foreman-install",
      "exec Foreman's installer",
      "file /etc/puppet-foreman-host/tls/client.key",
      "file /usr/local/sbin/foreman-crl-apply",
      "file /usr/local/sbin/puppet-crl-tell",
      "file /etc/systemd/system/foreman-crl-refresh.service",
      "exec systemd reads foreman-crl-refresh.service",
      "file /etc/systemd/system/foreman-crl-refresh.timer",
      "exec systemd reads foreman-crl-refresh.timer",
      "service foreman-crl-refresh.timer",
    ]);
  });

  it("changes nothing on its host before the host is checked", () => {
    const check = own.find("foreman-check");
    expect(check.inputs.create).toBe("bash -s -- --check");
    expect(check.inputs.stdin).toContain('"debian 13"');
    expect(own.find("foreman-configuration").dependencies).toContain(check.urn);
  });

  it("waits for the CA, and its certificate is revoked with it", () => {
    expect(own.find("foreman", "puppet:index:Foreman").dependencies).toContain(
      own.find("main-ca-certificate-read").urn,
    );
    const certificate = own.find("foreman-certificate");
    expect(certificate.inputs.delete).toContain("puppet-enrol --remove foreman.example.test");
    // Where this host's own packages have it, whatever the main server has.
    expect(contentOf(own.state("foreman"), "/usr/local/sbin/puppet-certificate")).toContain(
      "SSLDIR = '/etc/puppetlabs/puppet/ssl'",
    );
    expect(own.find("foreman-configuration").dependencies).toContain(certificate.urn);
    expect(contentOf(own.state("main"), "/etc/puppet/autosign/rules.json")).toContain(
      '"foreman.example.test"',
    );
  });

  it("has the same Puppet packages, whatever the others have", async () => {
    const composed = await compose(openvox8, { foremanHost: true });
    expect(composed.state("foreman")).toEqual(own.state("foreman"));
  });

  it("has its secrets in the installer's answers, and nowhere else", () => {
    const all = [
      "foremanAdminPassword",
      "foremanDatabasePassword",
      "foremanOauthKey",
      "foremanOauthSecret",
    ];
    const state = own.state("foreman");
    const holding = state.filter((resource) =>
      secretsIn(JSON.stringify(resource)).some((name) => all.includes(name)),
    );
    expect(holding.map(({ title }) => title)).toEqual([answersFile]);
    expect(secretsIn(contentOf(state, answersFile))).toEqual(all);
    const answers = resourceOf(state, answersFile);
    expect(answers.sensitive).toBe(true);
    expect(answers.parameters).toMatchObject({ mode: "0600", owner: "root" });
    for (const { name, inputs } of own.registrations) {
      const shown = JSON.stringify({ ...inputs, stdin: undefined });
      expect(
        secretsIn(shown).filter((secret) => all.includes(secret)),
        name,
      ).toEqual(name.startsWith("foreman-") && "result" in inputs ? expect.any(Array) : []);
    }
    expect(own.foreman).toEqual({
      url: "https://foreman.example.test",
      adminPassword: passwordOf("foreman-admin-password", 32),
      isSecret: true,
    });
  });

  it("runs its installer again when the answers changed, or after it failed", () => {
    expect(resourceOf(own.state("foreman"), "Foreman's installer").parameters).toMatchObject({
      command: [
        "sh",
        "-c",
        "/usr/local/sbin/puppet-foreman-install && touch /etc/puppet-foreman-host/installed",
      ],
      unless: [
        answersFile,
        "/usr/local/sbin/puppet-foreman-install",
        "/usr/local/sbin/puppet-foreman-repository",
      ]
        .map((file) => `test /etc/puppet-foreman-host/installed -nt ${file}`)
        .join(" && "),
    });
  });

  it("uses an existing database", async () => {
    const composed = await compose(debian, {
      foremanHost: true,
      foreman: {
        user: "root.user",
        database: { server: "db.example.org", password: "the-password", caCertificate: otherPem },
      },
    });
    expect(answersOf(composed)).toMatchObject({
      initial_admin_username: "root.user",
      db_manage: false,
      db_host: "db.example.org",
      db_port: 5432,
      db_database: "foreman",
      db_username: "foreman",
      db_password: "the-password",
      db_sslmode: "verify-full",
      db_root_cert: "/etc/puppet-foreman-host/database-ca.pem",
    });
    const state = composed.state("foreman");
    expect(contentOf(state, "/etc/puppet-foreman-host/database-ca.pem")).toBe(otherPem);
    expect(composed.find("foreman-configuration-services").inputs.stdin).not.toMatch(
      /^services='.*postgresql/m,
    );
    expect(own.find("foreman-configuration-services").inputs.stdin).toMatch(
      /^services='.*postgresql/m,
    );
    expect(answersOf(own)).not.toHaveProperty("db_manage");
  });

  it("comes before the compilers that query it", () => {
    const registration = own.find("puppet-foreman");
    expect(registration.dependencies).toEqual(
      expect.arrayContaining([
        own.find("foreman-configuration-run").urn,
        own.find("puppet-smart-proxy-configuration-run").urn,
      ]),
    );
    expect(own.find("puppet-compilers").dependencies).toContain(
      own.find("puppet-foreman-configuration-run").urn,
    );
  });
});

describe("the registration in Foreman", () => {
  it("has the servers, the smart proxy, and the user who registers them", () => {
    const told = {
      user: "admin",
      trusted: ["main.example.test", "compiler1.example.test", "compiler2.example.test"],
      proxy: { name: "main.example.test", url: "https://main.example.test:8443" },
    };
    expect(registrationOf(own)).toEqual({
      ...told,
      password: passwordOf("foreman-admin-password", 32),
    });
    expect(registrationOf(existing)).toEqual({ ...told, password: there.password });
    const { parameters, sensitive } = resourceOf(own.state("puppet-foreman"), registrationFile);
    expect(parameters).toMatchObject({ mode: "0600", owner: "root" });
    expect(sensitive).toBe(true);
  });

  it("imports environments after each deploy, where code is deployed", () => {
    expect(titlesOf(own.state("puppet-foreman")).slice(-5)).toEqual([
      "file /etc/systemd/system/puppet-foreman-import.service",
      "exec systemd reads puppet-foreman-import.service",
      "file /etc/systemd/system/puppet-foreman-import.path",
      "exec systemd reads puppet-foreman-import.path",
      "service puppet-foreman-import.path",
    ]);
    expect(titlesOf(existing.state("puppet-foreman")).at(-1)).toBe(
      "exec leave environments to Foreman's users",
    );
  });

  it("keeps compilers that leave until the load balancer has no connection to them", () => {
    expect(JSON.stringify(own.state("puppet-foreman"))).toContain("puppet-foreman-register --keep");
    const { inputs, dependencies } = own.find("foreman-former-compilers");
    expect(inputs.stdin).toMatch(/^\/usr\/local\/sbin\/puppet-foreman-register --dismiss\n# After/);
    for (const name of ["puppet-foreman", "balancer"])
      expect(dependencies).toContain(own.find(`${name}-configuration-run`).urn);
  });

  it("is withdrawn when it is removed, and then the password is removed", () => {
    for (const composed of [own, existing]) {
      const { inputs, dependencies, deletedWith } = composed.find("puppet-foreman-withdrawal");
      expect(inputs.create).toBe("true");
      expect(inputs.delete).toBe(
        `test ! -e ${registrationFile} || /usr/local/sbin/puppet-foreman-register --withdraw; rm -f ${registrationFile} ${registrationFile}.done`,
      );
      expect(dependencies).toContain(composed.find("puppet-foreman-configuration-run").urn);
      expect(deletedWith).toBe(composed.find("machine").urn);
    }
  });

  it("does not exist without a Foreman", async () => {
    const none = await compose(debian);
    expect(none.foreman).toEqual({});
    expect(none.registrations.filter(({ name }) => name.includes("foreman"))).toEqual([]);
    expect(existing.foreman).toEqual({ url: there.url });
  });

  it.each([
    [{ url: there.url }, "foreman.password and hosts.foreman are both missing; give one of them."],
    [
      { password: there.password },
      "foreman.url and hosts.foreman are both missing; give one of them.",
    ],
  ])("is refused when it lacks something: %j", async (foreman, sentence) => {
    await expect(compose(debian, { foreman })).rejects.toThrow(sentence);
  });
});
