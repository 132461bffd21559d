import { X509Certificate } from "node:crypto";

/**
 * The name under which a certificate serves: the preferred one if it covers that, or else its first name without a
 * wildcard.
 *
 * @param pem the certificate, PEM, with or without its chain
 * @returns undefined if it has no such name
 * @throws Error if it is no certificate
 */
export function nameIn(pem: string, preferred: string): string | undefined {
  const certificate = new X509Certificate(pem);
  if (certificate.checkHost(preferred) !== undefined) return preferred;
  const names = certificate.subjectAltName?.split(", ") ?? [];
  return names.flatMap((name) => /^DNS:([a-z0-9.-]+)$/i.exec(name)?.[1] ?? [])[0]?.toLowerCase();
}
