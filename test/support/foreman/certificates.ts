import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const configuration = `
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 2
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = keyCertSign, cRLSign
`;

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A throwaway CA in a directory: ca.pem, crl.pem, and NAME.pem with NAME.key. */
export class Authority {
  constructor(readonly directory: string) {
    this.write("openssl.cnf", configuration);
    this.write("index.txt", "");
    this.write("crlnumber", "01\n");
    this.openssl(
      ...["req", "-x509", ...newKey, "-subj", "/CN=Test CA", "-days", "2"],
      ...["-config", "openssl.cnf", "-extensions", "authority"],
      ...["-keyout", "ca.key", "-out", "ca.pem"],
    );
    this.list();
  }

  /**
   * Signs a certificate.
   *
   * @param name common name, and the name of the files
   * @param alternatives subject alternative names, such as `DNS:one.example.test`
   */
  sign(name: string, alternatives: readonly string[] = []): { cert: string; key: string } {
    const [cert, key] = [`${name}.pem`, `${name}.key`];
    this.openssl(
      ...["req", ...newKey, "-subj", `/CN=${name}`, "-config", "openssl.cnf"],
      ...["-keyout", key, "-out", `${name}.csr`],
    );
    this.write(
      "extensions.cnf",
      alternatives.length > 0 ? `subjectAltName = ${alternatives.join(", ")}` : "",
    );
    this.openssl(
      ...["x509", "-req", "-in", `${name}.csr`, "-days", "2", "-extfile", "extensions.cnf"],
      ...["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", cert],
    );
    return { cert: this.path(cert), key: this.path(key) };
  }

  revoke(name: string): void {
    this.openssl("ca", ...this.own, "-revoke", `${name}.pem`);
    this.list();
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  private readonly own = ["-config", "openssl.cnf", "-keyfile", "ca.key", "-cert", "ca.pem"];

  private list(): void {
    this.openssl("ca", ...this.own, "-gencrl", "-out", "crl.pem");
  }

  private write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  private openssl(...command: string[]): void {
    execFileSync("openssl", command, { cwd: this.directory, stdio: "pipe" });
  }
}
