import { createPrivateKey, X509Certificate } from "node:crypto";
import { sealedKey, setSecret } from "./values.js";

/** A certificate for HTTPS, and its key. */
interface Pair {
  certificate?: string | undefined;
  privateKey?: string | undefined;
}

/**
 * A certificate without its key, or a key without its certificate.
 *
 * @param section the section of the settings that has both
 */
export function halfPairFaults(section: string, { certificate, privateKey }: Pair): string[] {
  if ((certificate === undefined) === (privateKey === undefined)) return [];
  const [there, missing] =
    certificate === undefined ? ["privateKey", "certificate"] : ["certificate", "privateKey"];
  return [
    `puppet:${section}.${missing} is not set; write the one that belongs to puppet:${section}.${there}, or remove puppet:${section}.${there}.`,
  ];
}

/** The same, and a pair that cannot be read or does not belong together; no sentence shows any of it. */
export function pairFaults(section: string, pair: Pair): string[] {
  const { certificate, privateKey } = pair;
  if (certificate === undefined || privateKey === undefined) return halfPairFaults(section, pair);
  const read = attempt(() => new X509Certificate(certificate));
  if (read === undefined) {
    return [
      `puppet:${section}.certificate cannot be read; write the certificate, and below it those of the CAs that signed it, in PEM.`,
    ];
  }
  if (privateKey === sealedKey) return [];
  const key = attempt(() => createPrivateKey(privateKey));
  if (key === undefined) {
    return [
      `puppet:${section}.privateKey cannot be read; write the key of puppet:${section}.certificate, in PEM and without a passphrase, with ${setSecret(`${section}.privateKey`)}.`,
    ];
  }
  return read.checkPrivateKey(key)
    ? []
    : [
        `puppet:${section}.privateKey is not the key of puppet:${section}.certificate; write the key that belongs to the first certificate there, with ${setSecret(`${section}.privateKey`)}.`,
      ];
}

/** What a function gives; undefined if it cannot. */
export function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
