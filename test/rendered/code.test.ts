import { describe, expect, it } from "vitest";
import { codeFilesOf, sharedCodeFiles } from "../support/host-files/code-files.js";
import { distributionNames, fileOf, type Files } from "../support/host-files/files.js";
import { inParsers, onFile } from "../support/rendered/parsers.js";

const shared = await sharedCodeFiles();
const perDistribution: [string, Files][] = [];
for (const name of distributionNames) perDistribution.push([name, await codeFilesOf(name)]);

/** A file of every distribution, by the distribution's name. */
const ofEach = (name: string) =>
  perDistribution.map(([distribution, files]): [string, string] => [
    `${distribution}/${name}`,
    fileOf(files, name),
  ]);

/** A text with a part of it replaced; the part must exist. */
function changed(content: string, part: string | RegExp, other: string): string {
  const result = content.replace(part, other);
  if (result === content) throw new Error(`nothing to replace: ${String(part)}`);
  return result;
}

describe("Ruby files, read by Ruby", () => {
  const files = [
    ...["puppet_code.rb", "main/push.rb"].map((name) => [name, fileOf(shared, name)] as const),
    ...["main/puppet-code-deploy", "main/puppet-code-request"].flatMap(ofEach),
    ...ofEach("main/puppet-code-used"),
    ...["compiler/puppet-code-sync", "control-repository/post-receive"].flatMap(ofEach),
  ];
  const check = (content: string) => inParsers(["ruby", "-wc"], content);

  it.each(files)("%s is accepted without a warning", async (_, content) => {
    expect(await check(content)).toEqual({ code: 0, stdout: "Syntax OK\n", stderr: "" });
  });

  it.each(files)("%s is rejected without its last end", async (_, content) => {
    const { code, stderr } = await check(changed(content, /^(\s*)end$(?![^]*^\s*end$)/m, ""));
    expect(code).toBe(1);
    expect(stderr).toContain("syntax error");
  });
});

describe("Bash scripts, read by Bash", () => {
  const names = ["identity.sh", "control-repository/seed.sh"];

  it.each(names)("%s is accepted, and rejected with a block that does not end", async (name) => {
    const content = fileOf(shared, name);
    expect(await inParsers(["bash", "-n"], content)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await inParsers(["bash", "-n"], `if true; then\n${content}`)).code).toBe(2);
  });
});

describe("r10k.yaml, read by r10k itself", () => {
  const conf = fileOf(shared, "everything/r10k.yaml");
  const evaluate = `
    require "json"; require "r10k/settings/loader"; require "r10k/settings"
    given = R10K::Settings::Loader.new.read(ARGV.fetch(0))
    begin
      puts JSON.generate(R10K::Settings.global_settings.evaluate(given))
    rescue R10K::Settings::Collection::ValidationError => e
      abort e.format
    end`;
  const read = async (content: string): Promise<unknown> => {
    const ruby = `ruby -e '${evaluate}' "$1"`;
    const { code, stdout, stderr } = await onFile(ruby, content, "r10k.yaml");
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as unknown;
  };
  const mirror = (name: string) => `/var/lib/puppet-code/mirrors/${name}.git`;
  const staging = { basedir: "/var/lib/puppet-code/staging", invalid_branches: "correct_and_warn" };

  it("has everything that can be set", async () => {
    expect(await read(conf)).toMatchObject({
      cachedir: "/var/lib/puppet-code/cache",
      pool_size: 9,
      forge: { baseurl: "https://forge.example.test" },
      deploy: { purge_levels: ["puppetfile"] },
      sources: {
        control: { remote: mirror("control"), ...staging },
        shared: { remote: mirror("shared"), prefix: "shared", ...staging },
      },
    });
  });

  it.each(ofEach("main/r10k.yaml"))("%s has the control repository", async (_, content) => {
    expect(await read(content)).toMatchObject({
      pool_size: 4,
      forge: { baseurl: null },
      sources: { control: { remote: mirror("control"), ...staging } },
    });
  });

  it("names its sources at r10k's command line", async () => {
    const { code, stdout } = await onFile('r10k deploy display --config "$1"', conf, "r10k.yaml");
    expect(code).toBe(0);
    expect(stdout.match(/:name: .*|:prefix: .*/g)).toEqual([
      ":name: :control",
      ":name: :shared",
      ":prefix: shared",
    ]);
  });

  // r10k ignores unknown words, and what is within a source.
  it.each([
    ["a level that it does not know", "- puppetfile", "- puppetfiles", "puppetfiles"],
    ["a number that is none", "pool_size: 9", "pool_size: many", "pool_size"],
    ["no process at all", "pool_size: 9", "pool_size: 0", "pool_size"],
    ["a Forge that is no URL", /baseurl: .*/, "baseurl: 5", "baseurl"],
    ["a line that is no YAML", "sources:", "sources", "could not find expected ':'"],
  ])("is refused with %s", async (_, part, other, told) => {
    await expect(read(changed(conf, part, other))).rejects.toThrow(told);
  });
});

describe("g10k.yaml, read by g10k itself", () => {
  const conf = fileOf(shared, "everything/g10k.yaml");
  const validate = (content: string) => onFile('g10k -validate -config "$1"', content);

  it("is accepted", async () => {
    expect(await validate(conf)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Configuration successfully parsed.") as unknown,
    });
  });

  // g10k ignores unknown words, so a misspelled one has no effect.
  it.each([
    ["a number that is none", "maxworker: 9", "maxworker: many", "cannot unmarshal"],
    ["a list for a Forge", /forge_base_url: .*/, "forge_base_url: [a]", "cannot unmarshal"],
    ["a list for a name", "prefix: shared", "prefix: [shared]", "cannot unmarshal"],
    ["no folder for its cache", "cachedir:", "cache:", "'cachedir' missing"],
    ["a line that is no YAML", "sources:", "sources", "could not find expected"],
  ])("is refused with %s", async (_, part, other, told) => {
    const { code, stdout, stderr } = await validate(changed(conf, part, other));
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(told);
  });
});

describe("haproxy.cfg, read by HAProxy", () => {
  const check = (content: string) => onFile('haproxy -c -f "$1"', content);
  const webhook = fileOf(shared, "webhook/haproxy.cfg");
  const balancer = fileOf(shared, "everything/haproxy.cfg");

  it.each([
    ["before the webhook", webhook],
    ["of a balancer that asks for old code", balancer],
  ])("%s is taken without a warning", async (_, content) => {
    expect(await check(content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each([
    ["before the webhook: an unknown word", changed(webhook, "METH_POST", "METH_PUSH")],
    ["before the webhook: no newline at the end", webhook.trimEnd()],
    ["before the webhook: no certificate", changed(webhook, / crt \S+/, " crt /none.pem")],
    [
      "before the webhook: a certificate without a key",
      changed(webhook, / crt \S+/, " crt /etc/haproxy/puppet-ca.pem"),
    ],
    [
      "before the webhook: another backend",
      changed(webhook, "default_backend webhook", "default_backend others"),
    ],
    ["of a balancer: no port to ask at", changed(balancer, "agent-port 8139", "")],
    [
      "of a balancer: no second backend",
      changed(balancer, "backend drained_compilers", "backend others"),
    ],
    ["of a balancer: an unknown question", changed(balancer, "nbsrv(", "nbservers(")],
  ])("%s is refused", async (_, content) => {
    const { code, stdout, stderr } = await check(content);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/ALERT|Fatal/);
  });
});

describe("systemd units, read by systemd", () => {
  const [, debian = {}] = perDistribution.find(([name]) => name === "debian") ?? [];
  const unitsOf = (files: Files) =>
    Object.entries(files)
      .filter(([name]) => /\.(service|timer|path|socket)$/.test(name))
      .map(([name, content]): [string, string] => [name.replace(/^.*\//, ""), content]);
  const units = Object.fromEntries([...unitsOf(shared), ...unitsOf(debian)]);
  /** All of them together, as one starts the other; with the drop-in for Puppet Server's, which is not installed. */
  const verify = (changes: Readonly<Record<string, string>> = {}) => {
    const server = "[Service]\nExecStart=/bin/true\n";
    const addition = fileOf(debian, "compiler/server.conf");
    const files = {
      ...{ ...units, "puppetserver.service": server },
      ...{ "puppetserver.service.d/puppet-code.conf": addition, ...changes },
    };
    const script = `
      Dir.mktmpdir do |folder|
        files = JSON.parse($stdin.read).transform_keys { |name| File.join(folder, name) }
        files.each { |path, content| FileUtils.mkdir_p(File.dirname(path)); File.write(path, content) }
        named = files.keys.reject { |path| path.end_with?(".conf", "@.service") }
        named << "puppet-pool@1.service" << "puppet-code-flush@1.service"
        named << "puppet-code-used@1.service"
        system({ "SYSTEMD_UNIT_PATH" => "#{folder}:" }, "systemd-analyze", "verify", "--man=no", *named)
        exit $?.exitstatus
      end`;
    return inParsers(["ruby", "-rjson", "-rtmpdir", "-e", script], JSON.stringify(files));
  };

  it("are accepted without a warning", async () => {
    expect(Object.keys(units).sort()).toEqual([
      ...["puppet-code-all.service", "puppet-code-all.timer"],
      ...["puppet-code-compile.socket", "puppet-code-compile@.service"],
      ...["puppet-code-deploy.path", "puppet-code-deploy.service"],
      ...["puppet-code-flush.socket", "puppet-code-flush@.service"],
      ...["puppet-code-sync.service", "puppet-code-sync.timer"],
      ...["puppet-code-used.socket", "puppet-code-used@.service"],
      ...["puppet-pool.socket", "puppet-pool@.service", "puppet-warm-up.service"],
      ...["puppet-webhook-proxy.service", "puppet-webhook.service"],
    ]);
    expect(await verify()).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  // Of a program that may fail, by a hyphen before it, systemd says nothing.
  const services = Object.keys(units).filter(
    (name) => name.endsWith("e") && !(units[name] ?? "").includes("ExecStart=-"),
  );
  it.each(services)("%s gets a warning without its program", async (name) => {
    const content = changed(units[name] ?? "", /^(ExecStart=\S+)/m, "$1-none");
    const { stderr } = await verify({ [name]: content });
    expect(stderr).toMatch(/-none is not executable/);
  });

  it.each([
    ...Object.keys(units).map((name) => [name, /^\[(Timer|Path|Socket|Service)\]$/m] as const),
    ["puppetserver.service.d/puppet-code.conf", /^\[(Unit)\]$/m] as const,
  ])("%s is complained of with an unknown word", async (name, section) => {
    const content = units[name] ?? fileOf(debian, "compiler/server.conf");
    const { stderr } = await verify({ [name]: changed(content, section, "[$1]\nNoSuchWord=1") });
    expect(stderr).toMatch(/Unknown key( name)? 'NoSuchWord'/);
  });

  it.each(["puppet-code-all.timer", "puppet-code-sync.timer"])(
    "%s gets a warning with an invalid time",
    async (name) => {
      const content = changed(units[name] ?? "", /^(On\w+=).*$/gm, "$1soon");
      expect((await verify({ [name]: content })).stderr).toContain("Failed to parse");
    },
  );
});
