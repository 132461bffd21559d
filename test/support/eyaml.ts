import { execFileSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Keys of hiera-eyaml, as `eyaml createkeys` makes them: an RSA key, and a certificate of it. */
export interface EyamlKeys {
  privateKey: string;
  publicKey: string;
}

/** Makes keys of hiera-eyaml. */
export function eyamlKeys(): EyamlKeys {
  const made = openssl(
    ...["req", "-x509", "-nodes", "-days", "30", "-subj", "/", "-keyout", "-"],
    ...["-newkey", "rsa:2048"],
  ).toString();
  const part = (kind: string) =>
    new RegExp(`-----BEGIN ${kind}-----[^]*-----END ${kind}-----\n`).exec(made)?.[0] ?? "";
  return { privateKey: part("PRIVATE KEY"), publicKey: part("CERTIFICATE") };
}

/** The public key without the certificate around it. */
export const withoutCertificate = ({ publicKey }: EyamlKeys): string =>
  createPublicKey(publicKey).export({ type: "spki", format: "pem" }) as string;

/** A text as it is in Hiera data, where only the private key reads it. */
export function encrypted({ publicKey }: EyamlKeys, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
  const [certificate, plain] = ["certificate", "text"].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  writeFileSync(certificate, publicKey);
  writeFileSync(plain, text);
  const der = openssl(
    ...["smime", "-encrypt", "-aes256", "-binary", "-outform", "DER", "-in", plain, certificate],
  );
  return `ENC[PKCS7,${der.toString("base64")}]`;
}

const openssl = (...args: readonly string[]) =>
  execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] });
