import { describe, expect, it } from "vitest";
import { parseSettings, SettingsError } from "../../settings.js";
import { badSettings } from "./bad-settings.js";

const domain = "example.test";

/** The sentences that some values are refused with; none when they are taken. */
function sentencesOf(values: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseSettings(values);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.sentences;
    throw error;
  }
}

describe("settings that cannot be used", () => {
  it.each(badSettings)("$what", ({ values, sentences }) => {
    expect(sentencesOf({ domain, ...values })).toEqual(sentences);
  });

  it("are told by one sentence each, which names the setting and what to write", () => {
    for (const sentence of badSettings.flatMap(({ sentences }) => sentences)) {
      expect(sentence).toMatch(/^puppet:[a-zA-Z.[\]0-9]+ .*; write .*\.$/);
    }
  });

  it("are all in the error's message, a line each", () => {
    expect(() => parseSettings({ domain: "X", caName: "" })).toThrow(
      new SettingsError([
        'puppet:domain is "X"; write the DNS domain of the hosts, at most 53 characters in lower case, such as example.com.',
        'puppet:caName is ""; write at most 59 letters, digits, blanks or . : _ -, beginning with a letter or digit.',
      ]),
    );
    expect(new SettingsError(["One.", "Two."]).message).toBe("One.\nTwo.");
  });
});

describe("settings that are taken", () => {
  it("need no more than a domain", () => {
    expect(parseSettings({ domain })).toEqual({
      platform: "containers",
      domain,
      distribution: "debian",
      compilers: ["compiler1", "compiler2"],
      puppetServer: "puppet.example.test",
      caServer: "puppetca.example.test",
      fileServer: "puppetfiles.example.test",
      caName: "Puppet CA",
      mainServer: {},
      compiler: {},
      loadBalancer: { statsPort: 8404, compileTimeout: 900 },
      containers: { subnet: "10.213.7.0/24", memory: 2048 },
    });
  });

  it.each([1, 50])("count %i compilers", (count) => {
    const { compilers } = parseSettings({ domain, compilers: count });
    expect(compilers).toHaveLength(count);
    expect(compilers[0]).toBe("compiler1");
    expect(compilers.at(-1)).toBe(`compiler${String(count)}`);
  });

  it("name the compilers, in the order that was given", () => {
    const compilers = ["zulu", "b-2", "7", "c".repeat(51)];
    expect(parseSettings({ domain, compilers }).compilers).toEqual(compilers);
  });

  it("may be strings with JSON, as the engine hands them on", () => {
    const settings = parseSettings({
      domain,
      compilers: "3",
      containers: '{"memory":4096}',
      compiler: '{"heap":1024}',
    });
    expect(settings.compilers).toEqual(["compiler1", "compiler2", "compiler3"]);
    expect(settings.containers).toEqual({ subnet: "10.213.7.0/24", memory: 4096 });
    expect(settings.compiler).toEqual({ heap: 1024 });
  });

  it("keep service names that have a domain of their own", () => {
    const names = { puppetServer: "puppet.example.com", caServer: "ca.example.org" };
    expect(parseSettings({ domain, ...names, fileServer: "files" })).toMatchObject({
      ...names,
      fileServer: "files.example.test",
    });
  });

  it("may have one name for catalogs and files", () => {
    const { puppetServer, fileServer } = parseSettings({ domain, fileServer: "puppet" });
    expect(fileServer).toBe(puppetServer);
  });

  it("may fill a certificate's name to its last character", () => {
    const long = `${"d".repeat(40)}.${"e".repeat(12)}`;
    expect(long).toHaveLength(53);
    expect(sentencesOf({ domain: long, compilers: 50 })).toEqual([]);
    expect(sentencesOf({ domain: long, compilers: ["compiler50"] })).toEqual([]);
  });

  it.each(["10.0.0.0/16", "172.31.0.0/16", "192.168.255.0/24", "10.1.2.0/23"])(
    "have the network %s",
    (subnet) => {
      expect(parseSettings({ domain, containers: { subnet } }).containers.subnet).toBe(subnet);
    },
  );

  it.each([
    { compiler: { jrubies: 1, heap: 512, codeCache: 96 } },
    { mainServer: { jrubies: 64, heap: 65536, codeCache: 2048 } },
    { loadBalancer: { statsPort: 1024, compileTimeout: 60 } },
    { loadBalancer: { statsPort: 65535, compileTimeout: 7200 } },
    { containers: { subnet: "10.213.7.0/24", memory: 1120 } },
    { containers: { subnet: "10.213.7.0/24", memory: 65536 } },
  ])("reach to the ends of their ranges: %j", (values) => {
    expect(parseSettings({ domain, ...values })).toMatchObject(values);
  });
});
