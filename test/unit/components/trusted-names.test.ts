import { describe, expect, it } from "vitest";
import * as z from "zod";
import { withAllDefaults } from "../../../components/puppet-infrastructure/all-defaults.js";
import { trustedNames } from "../../../components/puppet-infrastructure/trusted-names.js";
import { infrastructureArguments } from "../../../settings/infrastructure-arguments.js";
import { parseSettings } from "../../../platforms/platforms.js";
import { roleSettings } from "../../../roles/roles.js";
import { hostOf } from "../../support/infrastructure.js";
import { settled } from "../../support/registrations.js";

/** Settings of roles with the name of a server that is trusted, and a value of each. */
const trusted: Readonly<Record<string, [name: string, value: string]>> = {
  "foreman.url": ["foreman.trusted.test", "https://foreman.trusted.test:8443"],
  "foreman.database.server": ["foreman-db.trusted.test", "foreman-db.trusted.test"],
  "puppetdb.serverUrls.[]": ["puppetdb.trusted.test", "https://puppetdb.trusted.test:8081"],
  "postgresql.server": ["db.trusted.test", "db.trusted.test"],
  "codeDeployment.sources.*.remote": ["git.trusted.test", "git@git.trusted.test:org/control.git"],
  "codeDeployment.credentials.*.url": [
    "module.trusted.test",
    "ssh://git@module.trusted.test:22/org",
  ],
  "codeDeployment.proxy": ["proxy.trusted.test", "http://proxy.trusted.test:3128"],
  "codeDeployment.forge": ["forge.trusted.test", "https://forge.trusted.test"],
  "serverGems.source": ["gems.trusted.test", "https://gems.trusted.test"],
  "serverGems.proxy": ["gem-proxy.trusted.test", "http://gem-proxy.trusted.test:3128"],
  "hdm.ldap.host": ["ldap.trusted.test", "ldap.trusted.test"],
  "hdm.saml.ssoUrl": ["saml.trusted.test", "https://saml.trusted.test/sso"],
};

/** Other texts in the settings of roles: none is the name of a server that is trusted for its name. */
const others = [
  // Names of hosts that are set up here, which are reserved as such.
  "compilers.[]",
  // What comes from there is verified by a signature or a digest.
  ...["foreman.packages.url", "hdm.image", "hdm.imageArchive"],
  // The names in it are those of the remotes.
  "codeDeployment.knownHosts",
  // They are reached, or not, by the names of remotes.
  "codeDeployment.noProxy.[]",
  // Certificates, keys, passwords and users.
  ...["foreman.caCertificate", "foreman.password", "foreman.user", "foreman.packages.key"],
  ...["foreman.database.caCertificate", "foreman.database.password", "foreman.database.user"],
  ...["foreman.database.database", "postgresql.caCertificate", "postgresql.database"],
  ...["postgresql.password", "postgresql.readPassword", "postgresql.readUser", "postgresql.user"],
  ...["codeDeployment.credentials.*.token", "codeDeployment.credentials.*.tokenUser"],
  ...["codeDeployment.token", "codeDeployment.tokenUser", "hdm.certificate", "hdm.privateKey"],
  ...["hdm.ldap.baseDn", "hdm.ldap.bindDn", "hdm.ldap.bindPassword", "hdm.ldap.caCertificate"],
  ...["hdm.ldap.filter", "hdm.ldap.usernameAttribute", "hdm.saml.certificate", "hdm.saml.entityId"],
  // Durations, releases, times, prefixes, programs.
  ...["webhook.certificate", "webhook.privateKey", "eyaml.privateKey", "eyaml.publicKey"],
  "serverGems.install.[]",
  ...["puppetdb.nodeTtl", "puppetdb.nodePurgeTtl", "puppetdb.reportTtl", "foreman.version"],
  "reports.maxAge",
  ...["postgresql.backupTime", "codeDeployment.sources.*.prefix", "codeDeployment.postRun.[].[]"],
  "codeDeployment.defaultEnvironment",
  // Nodes of the environment itself.
  "codeDeployment.canaries.[]",
];

/** Paths of all texts in a schema. */
function textsIn(schema: z.core.$ZodType, path: string): string[] {
  if (schema instanceof z.ZodString) return [path];
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([key, one]) =>
      textsIn(one, path === "" ? key : `${path}.${key}`),
    );
  }
  if (schema instanceof z.ZodArray) return textsIn(schema.element, `${path}.[]`);
  if (schema instanceof z.ZodRecord) return textsIn(schema.valueType, `${path}.*`);
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((one: z.core.$ZodType) => textsIn(one, path));
  if (schema instanceof z.ZodPipe) return textsIn(schema.in, path);
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional
  ) {
    return textsIn(schema.unwrap(), path);
  }
  return [];
}

describe("servers that the settings name", () => {
  it("are decided on: each text in the settings of a role is one of these, or is not", () => {
    const texts = textsIn(z.object(roleSettings), "");
    expect([...new Set(texts)].sort()).toEqual([...Object.keys(trusted), ...others].sort());
  });

  it("are reserved, wherever they are named", async () => {
    const value = (path: string) => trusted[path]?.[1] ?? "";
    const settings = parseSettings({ domain: "example.test" });
    const hosts = {
      main: hostOf("main"),
      loadBalancer: hostOf("balancer"),
      compilers: [hostOf("compiler1")],
      puppetdb: hostOf("puppetdb"),
      hdm: hostOf("hdm"),
    };
    const args = infrastructureArguments(settings, { hosts });
    const names = await settled(
      trustedNames(
        withAllDefaults({
          ...args,
          foreman: {
            url: value("foreman.url"),
            password: "a-password",
            database: { server: value("foreman.database.server"), password: "a-password" },
          },
          puppetdb: { serverUrls: [value("puppetdb.serverUrls.[]"), "https://10.0.0.1:8081"] },
          postgresql: { server: value("postgresql.server") },
          codeDeployment: {
            sources: { control: { remote: value("codeDeployment.sources.*.remote") } },
            credentials: { module: { url: value("codeDeployment.credentials.*.url") } },
            proxy: value("codeDeployment.proxy"),
            forge: value("codeDeployment.forge"),
          },
          serverGems: { source: value("serverGems.source"), proxy: value("serverGems.proxy") },
          hdm: {
            image: "registry.example.test/hdm@sha256:0",
            ldap: { host: value("hdm.ldap.host"), baseDn: "dc=test" },
            saml: { entityId: "hdm", ssoUrl: value("hdm.saml.ssoUrl"), certificate: "" },
          },
        }),
      ),
    );
    expect([...names].sort()).toEqual(
      Object.values(trusted)
        .map(([name]) => name)
        .sort(),
    );
  });

  it.each([
    ["ssh://git@git.example.com:2222/org/control.git", ["git.example.com"]],
    ["https://Git.example.com/org/control.git", ["git.example.com"]],
    ["https://192.0.2.1/org/control.git", []],
    ["/srv/control.git", []],
  ])("are found in the remote %s", async (remote, expected) => {
    const hosts = { main: hostOf("main"), loadBalancer: hostOf("balancer"), compilers: [] };
    const args = withAllDefaults({ hosts, codeDeployment: { sources: { control: { remote } } } });
    expect(await settled(trustedNames(args))).toEqual(expected);
  });
});
