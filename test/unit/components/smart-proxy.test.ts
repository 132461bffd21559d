import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import {
  caPem,
  compose,
  contentOf,
  resourceOf,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";

const { debian } = distributions;
const otherPem = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n";
const there = { url: "https://foreman.example.org:8140", password: "the-users-password" };

let own: Composed;
let existing: Composed;
beforeAll(async () => {
  own = await compose(debian, { foremanHost: true });
  existing = await compose(debian, { foreman: { ...there, caCertificate: otherPem } });
});

describe("the smart proxy", () => {
  it("is set up in this order on the main server: repository, package, TLS, settings, service", () => {
    expect(titlesOf(own.state("puppet-smart-proxy"))).toEqual([
      "file /usr/local/sbin/puppet-foreman-repository",
      "exec add Foreman's package repository",
      "package foreman-proxy",
      "file /etc/foreman-proxy/tls",
      "file /etc/foreman-proxy/tls/ca.pem",
      "file /etc/foreman-proxy/tls/host.pem",
      "file /etc/foreman-proxy/tls/host.key",
      "file /etc/foreman-proxy/settings.yml",
      "file /etc/foreman-proxy/settings.d/puppet.yml",
      "file /etc/foreman-proxy/settings.d/puppet_proxy_puppet_api.yml",
      "file /etc/foreman-proxy/settings.d/puppetca.yml",
      "file /etc/foreman-proxy/settings.d/puppetca_http_api.yml",
      "file /etc/foreman-proxy/settings.d/logs.yml",
      "service foreman-proxy",
    ]);
  });

  it("accepts only Foreman, by its name", () => {
    for (const [composed, name] of [
      [own, "foreman.example.test"],
      [existing, "foreman.example.org"],
    ] as const) {
      const state = composed.state("puppet-smart-proxy");
      expect(load(contentOf(state, "/etc/foreman-proxy/settings.yml"))).toMatchObject({
        ":trusted_hosts": [name],
      });
    }
  });

  it("trusts the CA, and that of a Foreman with a different one", () => {
    const file = "/etc/foreman-proxy/tls/ca.pem";
    expect(contentOf(own.state("puppet-smart-proxy"), file)).toBe(caPem);
    expect(contentOf(existing.state("puppet-smart-proxy"), file)).toBe(caPem + otherPem);
  });

  it("has a copy of the main server's key, which nobody else may read", () => {
    expect(
      resourceOf(own.state("puppet-smart-proxy"), "/etc/foreman-proxy/tls/host.key").parameters,
    ).toMatchObject({
      source: "/var/lib/puppet/ssl/private_keys/main.example.test.pem",
      group: "foreman-proxy",
      mode: "0640",
    });
  });

  it("signs nothing automatically", () => {
    const state = own.state("puppet-smart-proxy");
    expect(load(contentOf(state, "/etc/foreman-proxy/settings.d/puppetca.yml"))).toEqual({
      ":enabled": "https",
      ":use_provider": [],
    });
    expect(JSON.stringify(state)).not.toContain("autosign");
  });

  it("may read the classes of environments, and nobody without it", async () => {
    const title = "let the smart proxy read the classes of environments";
    const { command } = resourceOf(own.state("main"), title).parameters;
    expect(String(command)).toContain('allow: "main.example.test"');
    const without = await compose(debian, { foreman: { ...there, smartProxy: false } });
    expect(titlesOf(without.state("main"))).not.toContain(`exec ${title}`);
    expect(without.registrations.map(({ name }) => name)).not.toContain("puppet-smart-proxy");
    const file = "/etc/puppet-foreman/registration.json";
    expect(JSON.parse(contentOf(without.state("puppet-foreman"), file))).not.toHaveProperty(
      "proxy",
    );
  });

  it("comes from a site's mirror, on any system", async () => {
    const key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n";
    const packages = { url: "http://mirror.example.org/foreman", key };
    const composed = await compose(debian, { foreman: { ...there, packages, version: "3.19" } });
    const script = contentOf(
      composed.state("puppet-smart-proxy"),
      "/usr/local/sbin/puppet-foreman-repository",
    );
    expect(script).toContain("\nurl=http://mirror.example.org/foreman\nversion=3.19\n");
    expect(script).toContain(`<<'KEY'\n${key}KEY\n`);
    expect(script).not.toContain("VERSION_ID");
  });

  it.each([
    ["3.19", '"debian 12" | "ubuntu 22.04") ;;'],
    ["5.0", '"debian 12" | "ubuntu 22.04" | "debian 13" | "ubuntu 24.04") ;;'],
  ])("knows what systems Foreman %s has packages for", async (version, systems) => {
    const composed = await compose(debian, { foreman: { ...there, version } });
    const script = contentOf(
      composed.state("puppet-smart-proxy"),
      "/usr/local/sbin/puppet-foreman-repository",
    );
    expect(script).toContain(systems);
    expect(script).toContain("set puppet:foreman.smartProxy to false");
  });
});
