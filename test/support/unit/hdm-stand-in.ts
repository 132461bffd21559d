import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TLSSocket } from "node:tls";
import { codeUser } from "../../../templates/code-deployment/code-deployment.js";
import { hdmCertificateFile, hdmFiles } from "../../../templates/hdm/hdm.js";
import { run } from "../../../tools/lib/shell.js";
import type { HdmVerification } from "../../../tools/lib/verify/hdm.js";
import { Authority } from "../foreman/certificates.js";

export const fqdn = "hdm.example.test";
export const image = `registry.example.com/hdm@sha256:${"1".repeat(64)}`;
export const apiUser = { name: "reader", password: 'a "password" \\ of: HDM' };

/** An answer: its status, and its body or redirect. */
export type Answers = Record<string, [status: number, text: string]>;

const keys = "/api/v1/environments/production/nodes/web1.example.test/keys";

/** Answers of HDM 4.1 with an administrator, and of PuppetDB's read-only port. */
const usual: Answers = {
  "GET /login": [200, "a form"],
  "GET /": [200, "welcome"],
  "GET /signup": [302, "/login"],
  "GET /environments": [302, "/login"],
  "GET /pdb/query/v4/nodes?limit=1": [200, "[]"],
  "POST /pdb/cmd/v1": [403, ""],
  "GET /api/v1/environments": [
    200,
    '[{"name":"test","in_use":false},{"name":"production","in_use":true}]',
  ],
  "GET /api/v1/nodes": [200, '[{"hostname":"web1.example.test"}]'],
  [`GET ${keys}`]: [200, '[{"name":"lookup_options"},{"name":"profile::web::port"}]'],
  [`GET ${keys}/profile%3A%3Aweb%3A%3Aport`]: [
    200,
    '[{"hierarchy_name":"all","files":[{"path":"nodes/web1.yaml","value":null},{"path":"common.yaml","value":"the value"}]}]',
  ],
};

/** HDM's host and the main server as folders of this machine, with HAProxy, HDM and PuppetDB in one server. */
export async function hdmStandIn(tls: { minVersion: "TLSv1" | "TLSv1.2"; ciphers?: string }) {
  const folder = mkdtempSync(join(tmpdir(), "hdm-"));
  const authority = new Authority(folder);
  const { cert, key } = authority.sign(fqdn, [`DNS:${fqdn}`, "DNS:localhost"]);
  const answers: Answers = { ...usual };
  const server = createServer(
    {
      ...{
        cert: readFileSync(cert),
        key: readFileSync(key),
        ca: readFileSync(join(folder, "ca.pem")),
      },
      ...{ requestCert: true, rejectUnauthorized: false, ...tls },
    },
    (request, response) => {
      const { url = "", method = "", socket, headers } = request;
      const expected = Buffer.from(`${apiUser.name}:${apiUser.password}`).toString("base64");
      const unknown =
        (url.startsWith("/api/") && headers.authorization !== `Basic ${expected}`) ||
        (url.startsWith("/pdb/") && !(socket instanceof TLSSocket && socket.authorized));
      const [status, text] = unknown
        ? [403, "forbidden"]
        : (answers[`${method} ${url}`] ?? [404, ""]);
      response.statusCode = status;
      if (status === 302) response.setHeader("Location", `https://${fqdn}${text}`);
      response.end(text);
    },
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;

  const write = (path: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode });
  };
  const publish = (host: string, commits: Record<string, string>) => {
    const entries = Object.entries(commits).map(([name, commit]) => [name, { commit }]);
    write(`${host}/published.json`, JSON.stringify(Object.fromEntries(entries)));
  };
  const runs = (id: string) => {
    // The pinned image has the ID 1.
    write(
      "bin/podman",
      `#!/bin/sh\ncase $1 in container) echo ${id} ;; image) echo 1 ;; esac\n`,
      0o755,
    );
  };
  for (const host of ["main", "hdm"]) publish(host, { production: "a".repeat(40) });
  runs("1");
  mkdirSync(join(folder, "certs"));
  cpSync(join(folder, "ca.pem"), join(folder, "certs/ca.pem"));

  const commands: string[] = [];
  const hostOf = (name: string): HdmVerification["host"] => ({
    fqdn: `${name}.example.test`,
    address: "127.0.0.1",
    run: (command, options) => {
      commands.push(command);
      const here = command
        .replaceAll(`runuser --user ${codeUser} -- `, "")
        .replaceAll("127.0.0.1:443", `127.0.0.1:${port}`)
        .replaceAll(hdmCertificateFile, cert)
        .replaceAll(hdmFiles.certificate, cert)
        .replaceAll(hdmFiles.key, key)
        .replaceAll(hdmFiles.ca, join(folder, "ca.pem"))
        .replaceAll("/var/lib/puppet-code/published", join(folder, name));
      const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}` };
      return run(["sh", "-c", here], { ...options, env });
    },
    asRoot: (program) => program,
    git: () => Promise.reject(new Error("no repository")),
  });
  return {
    answers,
    commands,
    publish,
    runs,
    given: {
      ...{ host: hostOf("hdm"), main: hostOf("main"), ssldir: folder, image },
      puppetdbQueryUrl: `https://localhost:${port}`,
    } satisfies HdmVerification,
    reset() {
      for (const path of Object.keys(answers)) Reflect.deleteProperty(answers, path);
      Object.assign(answers, usual);
      commands.length = 0;
    },
    stop() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}
