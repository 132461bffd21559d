import {
  controlCommand,
  serviceFiles,
  type ReceivedByService,
  type ServiceConfig,
} from "../foreman/foreman-service.js";
import { domain, environment, exec, joined, output } from "../environment.js";
import { introduce } from "../host-names.js";

/** The host of the service, with a certificate from the environment's CA. */
export const foreman = "foreman";
export const foremanUrl = "https://foreman.example.test";
export const password = "the-password-of-admin";
const controlPort = 4480;
const ssl = "/var/lib/puppet/ssl";

/**
 * Creates a host in the suite's network, and starts the service that stands in for Foreman on it.
 *
 * @param clients hosts that know its name
 */
export async function startForeman(clients: readonly string[]): Promise<void> {
  await joined(foreman);
  await introduce(environment, foreman, domain, clients);
  const config: ServiceConfig = {
    ...{ address: "0.0.0.0", port: 443, controlPort, user: "admin", password },
    certificate: `${ssl}/certs/foreman.example.test.pem`,
    key: `${ssl}/private_keys/foreman.example.test.pem`,
    ca: `${ssl}/certs/ca.pem`,
    crl: `${ssl}/crl.pem`,
  };
  const files = {
    "/etc/foreman-service.json": JSON.stringify(config),
    "/etc/systemd/system/foreman-service.service":
      "[Service]\nExecStart=python3 -B /opt/foreman-service /etc/foreman-service.json\n",
    ...Object.fromEntries(
      Object.entries(serviceFiles()).map(([name, text]) => [`/opt/foreman-service/${name}`, text]),
    ),
  };
  for (const [path, text] of Object.entries(files))
    await output(foreman, `install -D -m 0600 /dev/stdin ${path}`, text);
  await start();
}

/** Starts the service without any data, and waits until it answers. */
export const start = () =>
  output(
    foreman,
    `systemctl start foreman-service; timeout 30 sh -c 'until curl --silent --output /dev/null http://127.0.0.1:${String(controlPort)}/received; do sleep 0.2; done'`,
  );
export const stop = () => output(foreman, "systemctl stop foreman-service");

/** Sets the service's answers, or reads what it received. */
export async function control(method: string, path: string, body: unknown = {}): Promise<string> {
  const { code, stdout, stderr } = await exec(
    foreman,
    controlCommand(controlPort, method, path, body),
  );
  if (code !== 0) throw new Error(`${method} ${path}: ${stderr}`);
  return stdout;
}
export const received = async () =>
  JSON.parse(await control("GET", "/received")) as ReceivedByService;

/** A request to Foreman's API, from a host with its own certificate. */
export const asHost = (host: string, path: string) =>
  output(
    host,
    `curl --silent --output /dev/null --write-out '%{http_code}' --cacert ${ssl}/certs/ca.pem --cert ${ssl}/certs/${host}.example.test.pem --key ${ssl}/private_keys/${host}.example.test.pem '${foremanUrl}${path}'`,
  );

/** Makes it trust servers of the environment, through its API. */
export const trust = (names: readonly string[]) =>
  output(
    foreman,
    `curl --silent --show-error --fail-with-body --output /dev/null --cacert ${ssl}/certs/ca.pem --request PUT --header 'Content-Type: application/json' --data '${JSON.stringify({ setting: { value: names.map((name) => `${name}.example.test`) } })}' --config - ${foremanUrl}/api/settings/trusted_hosts`,
    `user = "admin:${password}"\n`,
  );

/** The answer of Foreman's API to its administrator. */
export const api = async (path: string) =>
  JSON.parse(
    await output(
      foreman,
      `curl --silent --show-error --fail-with-body --cacert ${ssl}/certs/ca.pem --config - ${foremanUrl}/api/${path}`,
      `user = "admin:${password}"\n`,
    ),
  ) as unknown;
