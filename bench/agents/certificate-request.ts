import { generateKeyPair, sign, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** A key, and the request for its certificate, both in PEM. */
export interface CertificateRequest {
  readonly privateKey: string;
  readonly request: string;
}

/**
 * Makes a key and a certificate request as an agent does that has a pre-shared key in its csr_attributes.yaml: the name
 * is all that the request asks for. The key is of an elliptic curve (Puppet's `key_type = ec`), because RSA keys of 4096
 * bits for hundreds of agents would take minutes.
 *
 * @param certname the agent's name, in lower case
 * @param presharedKey the challenge password, which the CA's autosign policy reads
 */
export async function requestCertificate(
  certname: string,
  presharedKey: string,
): Promise<CertificateRequest> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("ec", {
    namedCurve: "prime256v1",
  });
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    request: signedRequest(certname, presharedKey, publicKey, privateKey),
  };
}

/** RFC 2986, which Node has no function for. */
function signedRequest(
  certname: string,
  presharedKey: string,
  publicKey: KeyObject,
  privateKey: KeyObject,
): string {
  const subject = sequence(set(sequence(oid("550403"), text(certname))));
  const challenge = sequence(oid("2a864886f70d010907"), set(text(presharedKey)));
  const info = sequence(
    der(0x02, Buffer.of(0)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa0, challenge),
  );
  const algorithm = sequence(oid("2a8648ce3d040302")); // ecdsa-with-SHA256
  const signature = der(0x03, Buffer.of(0), sign("sha256", info, privateKey));
  const base64 = sequence(info, algorithm, signature).toString("base64");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [
    "-----BEGIN CERTIFICATE REQUEST-----",
    ...lines,
    "-----END CERTIFICATE REQUEST-----",
    "",
  ].join("\n");
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const set = (...parts: readonly Buffer[]) => der(0x31, ...parts);
const text = (value: string) => der(0x0c, Buffer.from(value));
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));

/** One value in DER: its tag, its length and its content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const hex = content.length.toString(16);
  const length = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  const head = content.length < 0x80 ? length : Buffer.of(0x80 + length.length, ...length);
  return Buffer.concat([Buffer.of(tag), head, content]);
}
