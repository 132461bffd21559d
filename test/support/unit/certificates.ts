import { execFileSync } from "node:child_process";

/** A self-signed certificate for names, and its key, both in PEM. */
export function certificateFor(...names: readonly string[]): {
  certificate: string;
  privateKey: string;
} {
  const made = execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=test", "-keyout", "-"],
      ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
      ...["-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`],
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const part = (kind: string) =>
    new RegExp(`-----BEGIN ${kind}-----[^]*-----END ${kind}-----\n`).exec(made)?.[0] ?? "";
  return { certificate: part("CERTIFICATE"), privateKey: part("PRIVATE KEY") };
}
