import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { hostKey, renderAutosignRules } from "../../templates/autosign/autosign.js";
import { renderCsrAttributes } from "../../templates/puppet/puppet.js";
import { renderSizingConf } from "../../templates/puppetserver/puppetserver.js";
import { passwordOf } from "../support/infrastructure.js";
import { distributionNames, fileOf, filesOf, sharedFiles } from "../support/host-files/files.js";
import { inRuby } from "../support/rendered/parsers.js";

describe("HOCON, read by the parser of Puppet's tools", async () => {
  const files = await sharedFiles();
  const read = (content: string) => inRuby('(require "hocon"; Hocon.parse($stdin.read))', content);

  it("ca.conf has the three settings", async () => {
    expect(await read(fileOf(files, "main/ca.conf"))).toEqual({
      "certificate-authority": {
        "allow-subject-alt-names": true,
        "allow-authorization-extensions": true,
        "enable-infra-crl": false,
      },
    });
  });

  it("sizing.conf has the JRubies as a number", async () => {
    const expected = (jrubies: number) => ({ "jruby-puppet": { "max-active-instances": jrubies } });
    expect(await read(fileOf(files, "main/sizing.conf"))).toEqual(expected(3));
    const conf = renderSizingConf({ jrubies: 64, heap: 1, codeCache: 1 });
    expect(await read(conf)).toEqual(expected(64));
  });

  it("http-client.conf has both times as numbers", async () => {
    expect(await read(fileOf(files, "main/http-client.conf"))).toEqual({
      "http-client": {
        "idle-timeout-milliseconds": 10000,
        "connect-timeout-milliseconds": 3000,
      },
    });
  });

  it("auth.conf of PuppetDB lets servers and readers read its state, and nobody anything else", async () => {
    const names = ["compiler1", "compiler2", "compiler8", "main", "puppetdb", "web-7"];
    const allow = [
      ...names.map((name) => `${name}.example.test`),
      { extensions: { "1.3.6.1.4.1.34380.1.3.13": "puppetdb-reader" } },
    ];
    const rule = (path: string, method: string | string[]) => ({
      "match-request": { path, type: "path", method },
      allow,
      "sort-order": 400,
      name: `${path} for Puppet servers and readers`,
    });
    expect(await read(fileOf(files, "puppetdb/auth.conf"))).toEqual({
      authorization: {
        version: 1,
        rules: [
          rule("/status", "get"),
          rule("/metrics", ["get", "post"]),
          {
            "match-request": { path: "/", type: "path" },
            deny: "*",
            "sort-order": 999,
            name: "nothing else",
          },
        ],
      },
    });
  });

  it.each(["main/ca.conf", "main/http-client.conf", "puppetdb/auth.conf"])(
    "%s is rejected without its last brace",
    async (name) => {
      await expect(read(fileOf(files, name).replace(/}\s*$/, ""))).rejects.toThrow("Hocon");
    },
  );
});

describe("YAML, read by Ruby's parser and by JavaScript's", () => {
  const inPsych = (content: string) =>
    inRuby('(require "yaml"; YAML.safe_load($stdin.read))', content);
  const attributes = (key: string) => ({ custom_attributes: { "1.2.840.113549.1.9.7": key } });

  it.each(distributionNames)("csr_attributes.yaml of %s has the key", async (name) => {
    const key = hostKey(passwordOf("puppet-authority-hosts-key"), "compiler1.example.test");
    const files = await filesOf(name);
    const compiler = fileOf(files, "compiler/csr_attributes.yaml");
    expect(await inPsych(compiler)).toEqual(attributes(key));
    expect(load(compiler)).toEqual(attributes(key));

    const [, agent = ""] =
      /<<'ATTRIBUTES'\n([^]*?)ATTRIBUTES\n/.exec(fileOf(files, "agent/install.sh")) ?? [];
    expect(await inPsych(agent)).toEqual(attributes(passwordOf("puppet-authority-agent-key")));
  });

  it("routes.yaml has facts wait for PuppetDB, and stay on disk", async () => {
    const content = fileOf(await sharedFiles(), "main/routes.yaml");
    const expected = { server: { facts: { terminus: "spooled", cache: "json" } } };
    expect(await inPsych(content)).toEqual(expected);
    expect(load(content)).toEqual(expected);
    await expect(inPsych(content.replace("cache:", "cache"))).rejects.toThrow("SyntaxError");
  });

  // In some version of YAML, letters and digits can look like something other than text.
  it.each(["1_000", "0x1F", "1e3", "010", "0o17", "yes", "NULL", "12345678901234567890", "1E400"])(
    "a key such as %s stays a text",
    async (key) => {
      const content = renderCsrAttributes({ presharedKey: key });
      expect(await inPsych(content)).toEqual(attributes(key));
      expect(load(content)).toEqual(attributes(key));
    },
  );

  it("is rejected with an unterminated quote", async () => {
    const broken = 'custom_attributes:\n  1.2.840.113549.1.9.7: "k\n';
    await expect(inPsych(broken)).rejects.toThrow("Psych::SyntaxError");
    expect(() => load(broken)).toThrow();
  });

  it("is of another type without quotes: the parsers look", async () => {
    expect(await inPsych("k: 1_000\n")).toEqual({ k: 1000 });
  });
});

describe("JSON, read by Ruby's parser", () => {
  it("rules.json has the reserved names", async () => {
    const reserved = ["main.example.test", "puppet", "puppet.example.test"];
    const rules = renderAutosignRules(reserved);
    const read = (content: string) => inRuby("JSON.parse($stdin.read)", content);
    expect(await read(rules)).toEqual({ reserved });
    await expect(read(rules.replace("]", ""))).rejects.toThrow("ParserError");
  });
});
