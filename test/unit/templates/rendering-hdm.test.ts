import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { run } from "../../../tools/lib/shell.js";
import {
  everything,
  hdmFilesOf,
  image,
  sharedHdmFiles,
} from "../../support/host-files/hdm-files.js";
import { distributionNames, fileOf, type Files } from "../../support/host-files/files.js";
import { secretsIn } from "../../support/infrastructure.js";
import { allFiles, expectWellRendered } from "../../support/unit/rendered-files.js";

let files: Files = {};
const file = (name: string) => fileOf(files, name);
const production = (name: string) => (load(file(name)) as { production: unknown }).production;

beforeAll(async () => {
  files = await allFiles(sharedHdmFiles, hdmFilesOf);
});

describe("every rendered file of HDM", () => {
  it("is as it was, and whole", async () => {
    expect(Object.keys(files)).toHaveLength(11 + 3 * 4);
    const asked = Object.entries(files).filter(([name]) => name !== "all/everything/hdm.yml");
    await expectWellRendered(Object.fromEntries(asked), "__snapshots__/rendered/hdm");
  });

  it("contains HDM's secrets only where HDM's containers get them", () => {
    const holding = Object.entries(files).flatMap(([name, content]) =>
      secretsIn(content).map((secret) => `${name} ${secret}`),
    );
    expect(holding.sort()).toEqual([
      "all/administrator.env hdmAdminPassword",
      "all/hdm.env hdmSecretKeyBase",
    ]);
  });

  it("is a script that Bash can read, where it is one", async () => {
    const scripts = Object.entries(files).filter(([, content]) => content.startsWith("#!"));
    expect(scripts).toHaveLength(4 + 3);
    for (const [name, content] of scripts) {
      const { code, stderr } = await run(["bash", "-n"], { stdin: content });
      expect({ code, stderr }, name).toEqual({ code: 0, stderr: "" });
    }
  });
});

describe("hdm.yml", () => {
  it.each(distributionNames)("on %s only reads, requires a login, and never decrypts", (name) => {
    expect(production(`${name}/hdm.yml`)).toEqual({
      read_only: true,
      allow_encryption: false,
      authentication_disabled: false,
      puppet_db: {
        server: "https://puppetdb.example.test:8082",
        pem: {
          key: "/etc/hdm/tls/key.pem",
          cert: "/etc/hdm/tls/cert.pem",
          ca_file: "/etc/hdm/tls/ca.pem",
        },
      },
      config_dir: name === "debian" ? "/etc/puppet/code" : "/etc/puppetlabs/code",
    });
  });

  it("uses LDAP over TLS, and excludes users with the administrator's name", () => {
    expect(production("all/everything/hdm.yml")).toMatchObject({
      ldap: {
        host: "ldap.example.com",
        port: 389,
        ssl_mode: "starttls",
        ssl_verify: true,
        ca_file: "/etc/hdm/tls/ldap-ca.pem",
        base_dn: "ou=people,dc=example,dc=com",
        bind_dn: "cn=hdm,dc=example,dc=com",
        username_attribute: "uid",
        filter: "(&(memberOf=cn=puppet,ou=groups,dc=example,dc=com)(!(uid=admin)))",
      },
      saml: {
        sp_entity_id: "https://hdm.example.test",
        idp_sso_service_url: "https://idp.example.com/saml/sso",
        idp_cert: everything.saml?.certificate,
      },
    });
  });

  it("has no ERB tag, which HDM would run", () => {
    const text = file("all/everything/hdm.yml");
    expect(text).toContain("the-password-of-<%%= 7 * 7 %>");
    expect(text).not.toMatch(/<%(?!%)/);
  });
});

describe("HDM's containers", () => {
  it.each(distributionNames)("on %s all use the same image, and never pull it", (name) => {
    for (const content of ["hdm.service", "hdm-administrator"].map((one) =>
      file(`${name}/${one}`),
    )) {
      expect(content.match(/registry\.example\.com\S*/g)).toEqual([image]);
      expect(content).toMatch(/^ {2}--pull=never \\$/m);
    }
  });

  it.each(distributionNames)("on %s read all but the database", (name) => {
    const codedir = name === "debian" ? "/etc/puppet/code" : "/etc/puppetlabs/code";
    for (const one of ["hdm.service", "hdm-administrator"]) {
      expect(file(`${name}/${one}`).match(/(?<=--volume=)\S+/g)).toEqual([
        "/etc/hdm/hdm.yml:/hdm/config/hdm.yml:ro",
        "/etc/hdm/database.yml:/hdm/config/database.yml:ro",
        "/etc/hdm/tls:/etc/hdm/tls:ro",
        "/var/lib/puppet-code:/var/lib/puppet-code:ro",
        `/var/lib/puppet-code-environments:${codedir}/environments:ro`,
        "/var/lib/hdm:/var/lib/hdm",
      ]);
    }
    expect(production("all/database.yml")).toMatchObject({
      database: "/var/lib/hdm/production.sqlite3",
    });
  });

  it("listen on the loopback address only, with TLS in front of them", () => {
    expect(file("debian/hdm.service")).toContain("rails server --binding 127.0.0.1 --port 3000'");
    expect(file("all/haproxy.cfg")).toMatch(/^ {4}bind :443 ssl crt \/etc\/haproxy\/hdm\/host/m);
    expect(file("all/haproxy.cfg")).toContain("ssl-default-bind-options ssl-min-ver TLSv1.2");
    expect(file("all/haproxy.cfg")).toMatch(/^ {4}server hdm 127\.0\.0\.1:3000$/m);
  });

  it("do not start before the administrator exists", () => {
    const [first = ""] = file("debian/hdm.service").match(/^Exec.*$/m) ?? [];
    expect(first).toBe("ExecStartPre=/usr/local/sbin/hdm-administrator");
    expect(file("debian/hdm-administrator")).toMatch(/^set -euo pipefail$/m);
  });
});

describe("the script for the image", () => {
  it("fetches only over HTTPS", () => {
    expect(file("all/fetched/hdm-image")).toContain("--proto =https --proto-redir =https");
    expect(file("all/archive/hdm-image")).not.toContain("curl");
    expect(file("all/pulled/hdm-image")).not.toContain("curl");
  });
});

describe("PuppetDB's read-only port", () => {
  it("knows HDM's host by its FQDN", () => {
    expect(file("debian/puppetdb-haproxy.cfg")).toMatch(
      /^ {4}acl reader ssl_c_s_dn\(cn\) -m str hdm\.example\.test$/m,
    );
  });
});
