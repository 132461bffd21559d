import { distributions } from "../../distributions/index.js";
import { mainName } from "../../roles/main/main.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import { exec } from "../../tools/lib/podman.js";
import { Problem } from "../../tools/lib/problem.js";
import { requestCertificate } from "./certificate-request.js";
import { Connection } from "./connection.js";
import { presharedKeyIn, secureContext, type Identity, type Target } from "./target.js";

/** Agents that join at the same time: the CA decides about a request in a tenth of a second. */
const atOnce = 4;

/**
 * Gets a certificate for each agent, as agents do. Certificates of the same names from before are revoked: their keys
 * are gone.
 *
 * @throws Problem if the CA does not sign one
 */
export async function join(target: Target, certnames: readonly string[]): Promise<Identity[]> {
  await forget(target, certnames);
  const identities = new Map<string, Identity>();
  const left = [...certnames];
  const joining = async () => {
    const connection = connectionToAuthority(target);
    try {
      for (let name = left.shift(); name !== undefined; name = left.shift()) {
        identities.set(name, await joined(target, name, connection));
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, joining));
  return certnames.flatMap((name) => identities.get(name) ?? []);
}

async function joined(target: Target, certname: string, connection: Connection): Promise<Identity> {
  const presharedKey = presharedKeyIn(target.agent.agentInstall);
  const { privateKey, request } = await requestCertificate(certname, presharedKey);
  const api = "/puppet-ca/v1";
  const headers = { Accept: "text/plain", "Content-Type": "text/plain" };
  const sent = await connection.send({
    method: "PUT",
    path: `${api}/certificate_request/${certname}`,
    headers,
    body: request,
  });
  const path = `${api}/certificate/${certname}`;
  const { status, body } = await connection.send({ method: "GET", path, headers });
  if (status !== 200) {
    throw new Problem(
      `${target.caServer} did not sign a certificate for ${certname} (${String(sent.status)} ${sent.body.toString().trim()}); journalctl -t puppet-autosign there says why.`,
    );
  }
  const context = secureContext(target, { cert: body.toString(), key: privateKey });
  return { certname, context };
}

function connectionToAuthority(target: Target): Connection {
  const { caServer: host, addresses } = target;
  const address = addresses.get(host) ?? host;
  return new Connection({ host, port: agentsPort, address, context: secureContext(target) });
}

/** Revokes and removes the certificates of agents, all at once: one by one takes a second each. */
export async function forget(target: Target, certnames: readonly string[]): Promise<void> {
  const { environment, distribution } = target.agent;
  const { cadir, puppetserver } = distributions[distribution].paths;
  const clean = `
names=$(cd "$1/signed" && while read -r name; do test ! -e "$name.pem" || echo "$name"; done | paste -sd ,)
test -z "$names" || exec "$2" ca clean --certname "$names"`;
  const { code, stdout, stderr } = await exec(
    environment,
    mainName,
    ["sh", "-c", clean, "sh", cadir, puppetserver],
    { stdin: certnames.map((name) => `${name}\n`).join("") },
  );
  if (code !== 0) {
    throw new Problem(
      `the certificates of agents could not be removed: ${(stdout + stderr).trim()}`,
    );
  }
}
