import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import { roles } from "../../../roles/roles.js";
import { infrastructureArguments } from "../../../settings/infrastructure-arguments.js";
import { SettingsError } from "../../../settings/settings.js";
import { eyamlKeys, withoutCertificate } from "../../support/eyaml.js";
import { certificateFor } from "../../support/unit/certificates.js";

const domain = "example.test";
const keys = eyamlKeys();
const other = eyamlKeys();
const elliptic = certificateFor("eyaml");
const withPassphrase = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p" },
});

/** The sentences with which settings are rejected. */
function faults(settings: object): readonly string[] {
  try {
    parseSettings({ domain, ...settings });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.sentences;
    throw error;
  }
}

describe("the keys of eyaml", () => {
  const withCommand =
    "with npm run pulumi -- config set --stack STACK --secret --path puppet:eyaml.privateKey";
  const unreadable = `puppet:eyaml.privateKey cannot be read; write the content of private_key.pkcs7.pem, in PEM and without a passphrase, ${withCommand}.`;
  const file = "write the content of public_key.pkcs7.pem, as eyaml createkeys writes it.";

  it("are taken as a pair, and given to the component", () => {
    const { publicKey, privateKey } = keys;
    for (const shown of [publicKey, publicKey.trimEnd(), withoutCertificate(keys)]) {
      const settings = parseSettings({ domain, eyaml: { privateKey, publicKey: shown } });
      const made = { hosts: {} as never };
      expect(infrastructureArguments(settings, made).eyaml).toEqual({
        privateKey,
        publicKey: shown,
      });
    }
    expect(faults({ eyaml: {} })).toEqual([]);
  });

  it.each([
    [
      "without the private one",
      { publicKey: keys.publicKey },
      `puppet:eyaml.privateKey is not set; write the one that belongs to puppet:eyaml.publicKey, ${withCommand}, or remove puppet:eyaml.publicKey.`,
    ],
    [
      "without the public one",
      { privateKey: keys.privateKey },
      "puppet:eyaml.publicKey is not set; write the one that belongs to puppet:eyaml.privateKey, or remove puppet:eyaml.privateKey.",
    ],
    [
      "of two pairs",
      { ...keys, publicKey: other.publicKey },
      `puppet:eyaml.privateKey is not the key of puppet:eyaml.publicKey; write the two keys that one eyaml createkeys made, the private one ${withCommand}.`,
    ],
    [
      "with a garbled private one",
      { ...keys, privateKey: keys.privateKey.replace(/\n(.{8})/, "\n!!!!!!!!") },
      unreadable,
    ],
    ["with a passphrase", { ...keys, privateKey: withPassphrase.privateKey }, unreadable],
    [
      "that are not RSA",
      { privateKey: elliptic.privateKey, publicKey: elliptic.certificate },
      unreadable.replace("cannot be read", "is no RSA key, and eyaml uses no other"),
    ],
    [
      "with a garbled public one",
      { ...keys, publicKey: keys.publicKey.replace(/\n(.{8})/, "\n!!!!!!!!") },
      `puppet:eyaml.publicKey cannot be read; ${file}`,
    ],
    [
      "in the wrong order",
      { privateKey: keys.publicKey, publicKey: keys.privateKey },
      `puppet:eyaml.privateKey is invalid; write a private key in PEM, ${withCommand}.`,
      `puppet:eyaml.publicKey is invalid; ${file}`,
    ],
  ])("are refused %s, and not shown", (_, eyaml, ...sentences) => {
    expect(faults({ eyaml })).toEqual(sentences);
  });
});

describe("gems of Puppet Server", () => {
  it.each([
    { install: [] },
    { install: ["toml"] },
    { install: ["toml:0.3.0", "hiera-eyaml", "a_b.c:1.0.0.rc1", "CFPropertyList:3"] },
    { install: ["toml"], source: "https://gems.example.com:8443/mirror/" },
    { install: ["toml"], source: "http://gems", proxy: "http://proxy.example.com:3128" },
  ])("are taken: %j", (serverGems) => {
    expect(parseSettings({ domain, serverGems }).serverGems).toEqual(serverGems);
  });

  it.each([
    [{}, []],
    [{ install: ["toml"] }, [[443, "gems"]]],
    [{ install: ["toml"], source: "http://gems:8080" }, [[8080, "gems"]]],
    [{ install: ["toml"], source: "http://gems", proxy: "http://proxy:3128" }, [[3128, "gems"]]],
  ])("are fetched through the firewall by servers that compile: %j", (serverGems, expected) => {
    const settings = parseSettings({ domain, codeDeployment: { tool: "none" }, serverGems });
    for (const { outside } of [roles.main, roles.compiler]) {
      expect(outside(settings)).toEqual(expected);
    }
  });

  const gem = "write the name of a gem, or its name and version, such as toml:0.3.0.";
  it.each([
    ["toml >= 1", `puppet:serverGems.install[0] is "toml >= 1"; ${gem}`],
    ["toml:~> 1", `puppet:serverGems.install[0] is "toml:~> 1"; ${gem}`],
    ["toml:latest", `puppet:serverGems.install[0] is "toml:latest"; ${gem}`],
    ["--norc", `puppet:serverGems.install[0] is "--norc"; ${gem}`],
    ["../toml", `puppet:serverGems.install[0] is "../toml"; ${gem}`],
    ["", `puppet:serverGems.install[0] is ""; ${gem}`],
  ])("are refused with the name %j", (name, sentence) => {
    expect(faults({ serverGems: { install: [name] } })).toEqual([sentence]);
  });

  it.each([
    [
      { install: "toml" },
      'puppet:serverGems.install is "toml"; write a list of gems, such as [toml:0.3.0].',
    ],
    [
      { install: ["toml:0.3.0", "json", "toml"] },
      "puppet:serverGems.install has toml twice, and Puppet Server uses one version of a gem; remove one of them.",
    ],
    [
      { source: "https://gems.example.com" },
      "puppet:serverGems.source is set, but puppet:serverGems.install has no gem; remove it, or write the gems there.",
    ],
    [
      { proxy: "http://proxy.example.com" },
      "puppet:serverGems.proxy is set, but puppet:serverGems.install has no gem; remove it, or write the gems there.",
    ],
    [
      { install: ["toml"], source: "https://me:secret@gems.example.com" },
      "puppet:serverGems.source is invalid; write a URL without a password, such as https://gems.example.com.",
    ],
    [
      { gems: ["toml"] },
      "puppet:serverGems.gems is not a setting; write one of install, source, proxy, or remove it.",
    ],
  ])("are refused: %j", (serverGems, sentence) => {
    expect(faults({ serverGems })).toEqual([sentence]);
  });
});
