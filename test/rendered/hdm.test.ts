import { describe, expect, it } from "vitest";
import { codeFilesOf, sharedCodeFiles } from "../support/host-files/code-files.js";
import { distributionNames, fileOf, type Files } from "../support/host-files/files.js";
import { hdmFilesOf, sharedHdmFiles } from "../support/host-files/hdm-files.js";
import { inParsers, inRuby, onFile } from "../support/rendered/parsers.js";

const shared = await sharedHdmFiles();
const perDistribution: [string, Files][] = [];
for (const name of distributionNames) perDistribution.push([name, await hdmFilesOf(name)]);
/** A file of every distribution, by the distribution's name. */
const ofEach = (name: string) =>
  perDistribution.map(([distribution, files]): [string, string] => [
    distribution,
    fileOf(files, name),
  ]);

describe("haproxy.cfg in front of HDM, read by HAProxy", () => {
  const good = fileOf(shared, "haproxy.cfg");
  const check = (content: string) => onFile('haproxy -c -f "$1"', content);

  it("is accepted", async () => {
    // Neither an error nor a warning.
    expect(await check(good)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each([
    ["a certificate that is not there", good.replace(/ crt \S+/, " crt /none.pem")],
    ["another backend", good.replace("default_backend hdm", "default_backend others")],
    ["half a rule", good.replace(/ "\\1; Secure"/, "")],
  ])("is refused with %s", async (_, content) => {
    expect(content).not.toBe(good);
    const { code, stdout, stderr } = await check(content);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/ALERT|Fatal/);
  });

  it.each(ofEach("puppetdb-haproxy.cfg"))("is accepted at PuppetDB on %s", async (_, content) => {
    expect(await check(content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("HDM's unit, read by systemd", () => {
  const verify = (content: string) =>
    onFile('systemd-analyze verify --man=no "$1"', content, "hdm.service");

  it.each(ofEach("hdm.service"))("is accepted without a warning on %s", async (_, content) => {
    expect(await verify(content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each(ofEach("hdm.service"))("gets warnings with mistakes on %s", async (_, content) => {
    const unknown = await verify(content.replace("[Service]", "[Service]\nRestarts=always"));
    expect(unknown.stderr).toContain("Unknown key");
    const program = await verify(content.replace(/^(ExecStartPre=.*)$/m, "$1-none"));
    expect(program.stderr).toContain("is not executable");
    const quote = await verify(content.replace("bash -ec '", "bash -ec "));
    expect(quote.stderr).not.toBe("");
  });
});

describe("Bash scripts, read by Bash", () => {
  const scripts = [
    ...["hdm-await", "pulled/hdm-image", "archive/hdm-image", "fetched/hdm-image"].map(
      (name): [string, string] => [name, fileOf(shared, name)],
    ),
    ...ofEach("hdm-administrator"),
  ];

  it.each(scripts)(
    "%s is accepted, and rejected with a block that does not end",
    async (_, content) => {
      expect(await inParsers(["bash", "-n"], content)).toEqual({ code: 0, stdout: "", stderr: "" });
      expect((await inParsers(["bash", "-n"], `if true; then\n${content}`)).code).toBe(2);
    },
  );

  it.each(ofEach("hdm-administrator"))("%s has a program that Ruby accepts", async (_, content) => {
    const [, program = ""] = /<<'RUBY'\n([^]*)RUBY\n/.exec(content) ?? [];
    expect(program).toContain("User.admins");
    expect(await inParsers(["ruby", "-wc"], program)).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("HDM's YAML, read as HDM does: by ERB, and then as YAML", () => {
  const read = (content: string) =>
    inRuby('(require "erb"; require "yaml"; YAML.load(ERB.new($stdin.read).result))', content);

  it("hdm.yml has the password as given, and runs nothing of it", async () => {
    expect(await read(fileOf(shared, "everything/hdm.yml"))).toMatchObject({
      production: {
        read_only: true,
        authentication_disabled: false,
        ldap: { bind_dn_password: "the-password-of-<%= 7 * 7 %>", ssl_verify: true },
        saml: { idp_cert: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" },
      },
    });
  });

  it("database.yml has the database in the host's folder", async () => {
    expect(await read(fileOf(shared, "database.yml"))).toEqual({
      production: {
        adapter: "sqlite3",
        database: "/var/lib/hdm/production.sqlite3",
        pool: 5,
        timeout: 5000,
      },
    });
  });
});

describe("the code on HDM's host, fetched by the compilers' script", async () => {
  const library = fileOf(await sharedCodeFiles(), "puppet_code.rb");
  const sync = fileOf(await codeFilesOf("debian"), "compiler/puppet-code-sync");
  const told = {
    production: { release: "20260101T000000.abcd-0123456789ab", commit: "0123456789ab" },
  };
  /** What the script answers to the main server, in folders of its own, and where the environment leads then. */
  const run = (settings: string) => `
    folder=$(mktemp -d)
    mkdir -p "$folder/etc" "$folder/home-environments" "$folder/home/published/production/${told.production.release}"
    here() { sed "s#/etc/puppet-code#$folder/etc#g; s#/var/lib/puppet-code#$folder/home#g; s#/usr/local/lib/puppet-code#$folder#g; s#/run/puppet-code#$folder/run#g"; }
    here >"$folder/puppet_code.rb" <<'LIBRARY'\n${library}LIBRARY
    here >"$folder/sync" <<'SYNC'\n${sync}SYNC
    here >"$folder/etc/settings.json" <<'SETTINGS'\n${settings}SETTINGS
    ruby -e 'print File.mtime(ARGV[0]).to_f' "$folder/puppet_code.rb" >"$folder/home/complete"
    echo '${JSON.stringify(told)}' | SSH_CONNECTION=main ruby --disable-gems "$folder/sync" || true
    basename "$(readlink "$folder/home-environments/production")"
    rm -r "$folder"`;
  const taken = async (settings: string) => {
    const { stdout } = await inParsers(["bash", "-euo", "pipefail"], run(settings));
    const [answer = "", release] = stdout.split("\n");
    return { ...(JSON.parse(answer) as object), release };
  };

  it("is switched to, although there is no Puppet Server", async () => {
    expect(await taken(fileOf(shared, "code/settings.json"))).toMatchObject({
      state: "deployed",
      commits: { production: "0123456789ab" },
      release: told.production.release,
    });
  });

  it("needs a Puppet Server on a compiler", async () => {
    const settings = fileOf(shared, "code/settings.json").replace('"copy": true,', "");
    expect(await taken(settings)).toMatchObject({ state: "failed" });
  });
});
