import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eyamlKeys } from "../../support/eyaml.js";
import { certificateFor } from "../../support/unit/certificates.js";
import { readSettings, requireFreeSubnet } from "../../../tools/lib/settings.js";

describe("a stack file", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
    file = join(folder, "Pulumi.trial.yaml");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const read = (text: string) => {
    writeFileSync(file, text);
    return readSettings("trial", file);
  };

  it("returns its text and its settings; the prefix may be left out, and other prefixes are ignored", () => {
    const text =
      "config:\n  puppet:domain: example.test\n  compilers: 3\n  aws:region: eu-central-1\n";
    const { text: same, settings } = read(text);
    expect(same).toBe(text);
    expect(settings.domain).toBe("example.test");
    expect(settings.hosts.compilers).toHaveLength(3);
  });

  it("may have encrypted passwords, which only the engine can read", () => {
    const { settings } = read(
      [
        "encryptionsalt: v1:salt",
        "config:",
        "  puppet:domain: example.test",
        "  puppet:postgresql:",
        "    server: db.example.org",
        "    password:",
        "      secure: v1:AAAA:too'odd for a password",
        "    readPassword:",
        "      secure: v1:BBBB",
        "",
      ].join("\n"),
    );
    expect(settings.postgresql.server).toBe("db.example.org");
    expect(JSON.stringify(settings)).not.toMatch(/v1:/);
  });

  it("may have encrypted private keys beside their public parts, which cannot be compared then", () => {
    const { certificate } = certificateFor("hooks.example.org");
    const webhook = JSON.stringify({ certificate, privateKey: { secure: "v1:A" } });
    const eyaml = JSON.stringify({
      publicKey: eyamlKeys().publicKey,
      privateKey: { secure: "v1:B" },
    });
    const { settings } = read(`config:\n  domain: a.b\n  webhook: ${webhook}\n  eyaml: ${eyaml}\n`);
    expect(settings.webhook.certificate).toBe(certificate);
    expect(JSON.stringify(settings)).not.toMatch(/v1:/);
  });

  it("is rejected with a password in plaintext, even next to an encrypted one, and does not show it", () => {
    const clear =
      "config:\n  domain: a.b\n  postgresql: { server: db, password: { secure: v1:A }, readPassword: hunter2-hunter2 }\n";
    expect(() => read(clear)).toThrow(
      `puppet:postgresql.readPassword is in plaintext; set it with npm run pulumi -- config set --stack trial --config-file ${file} --secret --path puppet:postgresql.readPassword.`,
    );
    expect(() => read(clear)).not.toThrow("hunter2");
  });

  it("may have an encrypted token, and is rejected with one in plaintext", () => {
    const stack = (token: string) =>
      `config:\n  domain: a.b\n  codeDeployment: { sources: { control: { remote: "https://git.b/c.git" } }, token: ${token} }\n`;
    const { settings } = read(stack("{ secure: v1:A }"));
    expect(settings.codeDeployment.token).not.toContain("v1:");
    expect(() => read(stack("a-token-in-clear"))).toThrow(
      `puppet:codeDeployment.token is in plaintext; set it with npm run pulumi -- config set --stack trial --config-file ${file} --secret --path puppet:codeDeployment.token.`,
    );
    expect(() => read(stack("a-token-in-clear"))).not.toThrow("a-token");
  });

  it("may have an encrypted LDAP password, and is rejected with one in plaintext", () => {
    const stack = (password: string) =>
      `config:\n  domain: a.b\n  hdm: { host: own, image: "r.b/h@sha256:${"0".repeat(64)}", ldap: { host: l.b, baseDn: dc=b, bindDn: cn=h, bindPassword: ${password} } }\n`;
    const { settings } = read(stack("{ secure: v1:A }"));
    expect(settings.hdm.ldap?.bindPassword).not.toContain("v1:");
    expect(() => read(stack("hunter2-hunter2"))).toThrow(
      `puppet:hdm.ldap.bindPassword is in plaintext; set it with npm run pulumi -- config set --stack trial --config-file ${file} --secret --path puppet:hdm.ldap.bindPassword.`,
    );
    expect(() => read(stack("hunter2-hunter2"))).not.toThrow("hunter2");
  });

  it("may have encrypted private keys, and is rejected with one in plaintext", () => {
    const stack = (key: string, ofJumpHost: string) =>
      [
        "config:",
        "  domain: a.b",
        "  platform: existing",
        `  existing:`,
        `    privateKey: ${key}`,
        `    jumpHost: { address: j.b, hostKey: ssh-ed25519 ${"A".repeat(68)}, privateKey: ${ofJumpHost} }`,
        "    servers:",
        ...["main", "load-balancer", "compiler", "puppetdb"].map(
          (role, index) =>
            `      - { name: s${String(index)}, role: ${role}, address: 10.0.0.${String(index)}, hostKey: ssh-ed25519 ${"A".repeat(68)}, cores: 2, memory: 4096 }`,
        ),
      ].join("\n");
    const sealed = "{ secure: v1:A }";
    const { existing } = read(stack(sealed, sealed)).settings;
    for (const key of [existing.privateKey, existing.jumpHost?.privateKey]) {
      expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
      expect(key).not.toContain("v1:");
    }
    for (const [setting, text] of [
      ["existing.privateKey", stack("a-key-in-clear", sealed)],
      ["existing.jumpHost.privateKey", stack(sealed, "a-key-in-clear")],
    ]) {
      expect(() => read(text ?? "")).toThrow(
        `puppet:${setting ?? ""} is in plaintext; set it with npm run pulumi -- config set --stack trial --config-file ${file} --secret --path puppet:${setting ?? ""}.`,
      );
      expect(() => read(text ?? "")).not.toThrow("a-key");
    }
  });

  it("is rejected if anything else is encrypted, which no tool could read", () => {
    for (const [setting, text] of [
      ["domain", "config:\n  domain: { secure: v1:A }\n"],
      ["postgresql.server", "config:\n  domain: a.b\n  postgresql: { server: { secure: v1:A } }\n"],
    ]) {
      expect(() => read(text ?? "")).toThrow(
        `puppet:${setting ?? ""} is a secret, but only passwords, tokens and private keys can be; write it in plaintext.`,
      );
    }
  });

  it.each(["", "# nothing\n", "config:\n", "config: none\n", "- config\n"])(
    "without settings is rejected: %j",
    (text) => {
      expect(() => read(text)).toThrow(
        `${file} has no settings; write them below config:, as Pulumi.local.yaml does.`,
      );
    },
  );

  it("that is not YAML is rejected", () => {
    expect(() => read("config: [\n")).toThrow(
      /Pulumi\.trial\.yaml is not valid YAML \(.+\); fix it and run this again\.$/,
    );
  });

  it("that does not exist is rejected", () => {
    expect(() => readSettings("trial", file)).toThrow(
      `There is no ${file}; copy Pulumi.local.yaml to it, set puppet:containers.subnet to an unused network, and run this again.`,
    );
  });
});

describe("the containers' network", () => {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === "IPv4" && !address.internal);

  it("is rejected if this machine already has it", () => {
    const network = own?.address.replace(/\.\d+$/, ".0/24") ?? "127.0.0.0/24";
    expect(() => {
      requireFreeSubnet(network);
    }).toThrow(
      /^puppet:containers\.subnet is ".*", which overlaps with .* on this machine's interface .*; use a different/,
    );
  });

  it("is accepted if it is free", () => {
    expect(() => {
      requireFreeSubnet("198.18.77.0/24");
    }).not.toThrow();
  });
});
