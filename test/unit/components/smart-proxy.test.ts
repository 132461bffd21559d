import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import {
  caPem,
  compose,
  contentOf,
  resourceOf,
  sourceOf,
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
  it("is set up in this order on the main server: repository, package, TLS, settings, service, door", () => {
    const unit = (name: string) => [
      `file /etc/systemd/system/${name}`,
      `exec systemd reads ${name}`,
    ];
    const [tls, crl] = ["puppet-smart-proxy-tls", "puppet-smart-proxy-crl"];
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
      "file /etc/systemd/system/foreman-proxy.service.d",
      "file /etc/systemd/system/foreman-proxy.service.d/restart.conf",
      "exec systemd reads foreman-proxy.service.d/restart.conf",
      "service foreman-proxy",
      "package haproxy",
      "file /etc/puppet-smart-proxy",
      "file /etc/puppet-smart-proxy/tls",
      "file /etc/puppet-smart-proxy/tls/host.pem",
      "file /etc/puppet-smart-proxy/tls/host.pem.key",
      "file /etc/puppet-smart-proxy/ca.pem",
      "file /etc/puppet-smart-proxy/foreman-ca.pem",
      `file /usr/local/sbin/${crl}`,
      "exec take the revocation list for the smart proxy",
      "file /etc/puppet-smart-proxy/haproxy.cfg",
      ...unit(`${tls}.service`),
      `file /etc/systemd/system/${tls}.service.d`,
      ...unit(`${tls}.service.d/restart.conf`),
      `service ${tls}.service`,
      "file /usr/local/sbin/puppet-crl-tell",
      ...unit(`${crl}.service`),
      ...unit(`${crl}.timer`),
      `service ${crl}.timer`,
    ]);
  });

  it("accepts only HAProxy on the same host, which accepts only Foreman, by its name", () => {
    for (const [composed, name] of [
      [own, "foreman.example.test"],
      [existing, "foreman.example.org"],
    ] as const) {
      const state = composed.state("puppet-smart-proxy");
      expect(load(contentOf(state, "/etc/foreman-proxy/settings.yml"))).toMatchObject({
        ":trusted_hosts": ["main.example.test"],
        ":bind_host": ["127.0.0.1"],
        ":https_port": 8444,
      });
      const conf = contentOf(state, "/etc/puppet-smart-proxy/haproxy.cfg");
      expect(conf.match(/^ {4}http-request deny .*$/gm)).toEqual([
        `    http-request deny deny_status 403 unless { ssl_c_s_dn(cn) -m str -i ${name} }`,
      ]);
      expect(conf.match(/^ {4}bind .*$/gm)).toEqual([
        expect.stringMatching(/^ {4}bind :8443 ssl .* crl-file \S+ .*verify required$/),
      ]);
    }
  });

  it("trusts one CA for Foreman's certificate, and the environment's for its own", () => {
    const file = "/etc/puppet-smart-proxy/foreman-ca.pem";
    for (const [composed, pem] of [
      [own, caPem],
      [existing, otherPem],
    ] as const) {
      const state = composed.state("puppet-smart-proxy");
      expect(contentOf(state, file)).toBe(pem);
      expect(contentOf(state, "/etc/puppet-smart-proxy/ca.pem")).toBe(caPem);
      expect(contentOf(state, "/etc/foreman-proxy/tls/ca.pem")).toBe(caPem);
    }
  });

  it("has a copy of the main server's key, which nobody else may read", () => {
    const state = own.state("puppet-smart-proxy");
    const key = "/etc/foreman-proxy/tls/host.key";
    expect(sourceOf(state, key)).toBe("/var/lib/puppet/ssl/private_keys/main.example.test.pem");
    expect(resourceOf(state, key).parameters).toMatchObject({
      group: "foreman-proxy",
      mode: "0640",
    });
    const ofHaproxy = "/etc/puppet-smart-proxy/tls/host.pem.key";
    expect(resourceOf(own.state("puppet-smart-proxy"), ofHaproxy).parameters).toMatchObject({
      owner: "root",
      mode: "0600",
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
    const rules = (of: Composed) =>
      contentOf(of.state("main"), "/usr/local/share/puppet-authorization.conf");
    const classes = /"\/puppet\/v3\/environment_classes".*"allow":"main.example.test"/;
    expect(rules(own)).toMatch(classes);
    const without = await compose(debian, { foreman: { ...there, smartProxy: false } });
    expect(rules(without)).not.toMatch(classes);
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
