import { createPrivateKey, createPublicKey } from "node:crypto";
import * as z from "zod";
import { gemOf } from "../templates/puppetserver/gems.js";
import { attempt } from "./certificate.js";
import { portOf, type OutsidePorts } from "./role.js";
import { object, privateKey, sealedKey, setSecret, text, url } from "./values.js";

/** Keys of hiera-eyaml, on every server that compiles. */
export const eyaml = object({
  /** With which Puppet Server decrypts values in Hiera data. */
  privateKey: privateKey.optional(),
  /** With which people encrypt them. */
  publicKey: text(
    /^-----BEGIN (CERTIFICATE|PUBLIC KEY)-----\n[^]+\n-----END \1-----\n?$/,
    "the content of public_key.pkcs7.pem, as eyaml createkeys writes it",
  ).optional(),
});

/** Gems of Puppet Server's Ruby, on every server that compiles. */
export const serverGems = object({
  /** The gems; any version will do for those without one. */
  install: z
    .array(
      text(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(:\d[0-9A-Za-z.]{0,49})?$/,
        "the name of a gem, or its name and version, such as toml:0.3.0",
      ),
      "a list of gems, such as [toml:0.3.0]",
    )
    .default([]),
  /** Mirror that gems come from. */
  source: url("https?", "https://gems.example.com").optional(),
  /** Proxy for the mirror. */
  proxy: url("http", "http://proxy.example.com:3128").optional(),
});

export type Eyaml = z.output<typeof eyaml>;
export type ServerGems = z.output<typeof serverGems>;

/** Keys with which nothing could be decrypted; no sentence shows any of them. */
export function eyamlFaults({ privateKey, publicKey }: Eyaml): string[] {
  if (privateKey === undefined && publicKey === undefined) return [];
  const withCommand = `with ${setSecret("eyaml.privateKey")}`;
  if (publicKey === undefined) {
    return [
      "puppet:eyaml.publicKey is not set; write the one that belongs to puppet:eyaml.privateKey, or remove puppet:eyaml.privateKey.",
    ];
  }
  if (privateKey === undefined) {
    return [
      `puppet:eyaml.privateKey is not set; write the one that belongs to puppet:eyaml.publicKey, ${withCommand}, or remove puppet:eyaml.publicKey.`,
    ];
  }
  const shown = attempt(() => createPublicKey(publicKey));
  if (shown === undefined) {
    return [
      "puppet:eyaml.publicKey cannot be read; write the content of public_key.pkcs7.pem, as eyaml createkeys writes it.",
    ];
  }
  if (privateKey === sealedKey) return [];
  const key = attempt(() => createPrivateKey(privateKey));
  if (key?.asymmetricKeyType !== "rsa") {
    return [
      `puppet:eyaml.privateKey ${key === undefined ? "cannot be read" : "is no RSA key, and eyaml uses no other"}; write the content of private_key.pkcs7.pem, in PEM and without a passphrase, ${withCommand}.`,
    ];
  }
  return createPublicKey(key).equals(shown)
    ? []
    : [
        `puppet:eyaml.privateKey is not the key of puppet:eyaml.publicKey; write the two keys that one eyaml createkeys made, the private one ${withCommand}.`,
      ];
}

/** Settings of gems that do not fit together, or that nothing would use. */
export function serverGemsFaults({ install, source, proxy }: ServerGems): string[] {
  const names = install.map((gem) => gemOf(gem).name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  const unused = source === undefined ? "proxy" : "source";
  return [
    ...(twice === undefined
      ? []
      : [
          `puppet:serverGems.install has ${twice} twice, and Puppet Server uses one version of a gem; remove one of them.`,
        ]),
    ...(install.length > 0 || (source === undefined && proxy === undefined)
      ? []
      : [
          `puppet:serverGems.${unused} is set, but puppet:serverGems.install has no gem; remove it, or write the gems there.`,
        ]),
  ];
}

/** Where gems come from, as a port that servers connect to. */
export function outsideOfGems({ install, source, proxy }: ServerGems): OutsidePorts {
  if (install.length === 0) return [];
  const server = proxy ?? source;
  return [[server === undefined ? 443 : portOf(server), "gems"]];
}
