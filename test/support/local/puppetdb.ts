import { runAgent } from "../../../tools/lib/agents.js";
import { distribution, environment, exec, output, until } from "../environment.js";

/** PuppetDB for Puppet servers. */
export const url = "https://puppetdb.example.test:8081";
/** PuppetDB's read-only port. */
export const readersUrl = "https://puppetdb.example.test:8082";

const ssl = "/var/lib/puppet/ssl";

/** curl with a host's certificate, on that host. */
export const curl = (host: string, more: string) =>
  `curl --silent --max-time 30 --cacert ${ssl}/certs/ca.pem --cert ${ssl}/certs/${host}.example.test.pem --key ${ssl}/private_keys/${host}.example.test.pem ${more}`;

/** PuppetDB's answer to a PQL query from a compiler. */
export async function query<Row>(pql: string): Promise<Row[]> {
  const answer = await output(
    "compiler1",
    curl("compiler1", `--fail-with-body --get --data-urlencode query@- ${url}/pdb/query/v4`),
    pql,
  );
  return JSON.parse(answer) as Row[];
}

/** Number of reports that PuppetDB has of a node. */
export async function reportsOf(node: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    `reports[count()] { certname = "${node}.example.test" }`,
  );
  return row?.count ?? 0;
}

/** The HTTP status of a request with a host's certificate; 000 if there is no connection. */
export async function statusOf(host: string, request: string): Promise<string> {
  const { stdout } = await exec(host, [
    "sh",
    "-c",
    curl(host, `--output /dev/null --write-out '%{http_code}' ${request}`),
  ]);
  return stdout;
}

/** One run of an agent that must succeed, and the seconds it took. */
export async function timedRun(agent: string): Promise<number> {
  const began = Date.now();
  const { code, stdout, stderr } = await runAgent({ environment, distribution }, agent);
  // A run whose report was not taken ends with 0 too.
  const lost = /Could not send report/.test(stdout + stderr);
  if ((code !== 0 && code !== 2) || lost) {
    throw new Error(`${agent}: exit code ${code}: ${stdout}${stderr}`);
  }
  return (Date.now() - began) / 1000;
}

/** The transaction UUID of an agent's last run, as the agent wrote it. */
export const transactionOf = (agent: string) =>
  // YAML quotes one that looks like a number at first.
  output(
    agent,
    "sed -n \"s/^transaction_uuid: '\\?\\([0-9a-f-]*\\)'\\?$/\\1/p\" /var/cache/puppet/state/last_run_report.yaml",
  );

/**
 * Waits until PuppetDB has the report of an agent's last run: it stores a report a moment after it acknowledges it, and
 * a count before that may be one short.
 */
export async function reported(agent: string): Promise<void> {
  const run = await transactionOf(agent);
  try {
    await until(
      `PuppetDB has the report of ${agent}'s last run`,
      async () => (await query(`reports[certname] { transaction_uuid = "${run}" }`)).length === 1,
      60,
    );
  } catch (error) {
    throw new Error(`${String(error)}\n${await whereabouts(agent)}`);
  }
}

/**
 * What became of an agent's reports: in the compilers' logs, who pass over a PuppetDB that does not take one, and in
 * PuppetDB's, which keeps a command that it could not store at once for an hour.
 */
async function whereabouts(agent: string): Promise<string> {
  const logs = await Promise.all(
    ["compiler1", "compiler2", "puppetdb"].map(async (host) => {
      const lines = await output(
        host,
        `grep -hE '${agent}|ERROR|WARN' /var/log/puppet*/puppetserver.log /var/log/puppetdb/puppetdb.log 2>/dev/null | tail -n 8`,
      );
      return `${host}:\n${lines}`;
    }),
  );
  return logs.join("\n");
}

/** systemctl on PuppetDB's host. */
export const systemctl = (words: string) => output("puppetdb", `systemctl ${words}`);

/** Waits on PuppetDB's host until it serves. */
export const serves = () => output("puppetdb", "puppetdb-await");

/**
 * Waits until PuppetDB serves with the CA's latest CRL. It reloads for each CRL, and for a second or two it does not
 * answer and stores nothing: tests that count reports start after the revocations of previous tests.
 */
export async function settled(): Promise<void> {
  const newest =
    "curl --silent --fail --cacert /etc/puppetdb/ssl/ca.pem https://puppetca.example.test:8140/puppet-ca/v1/certificate_revocation_list/ca";
  await until(
    "PuppetDB has loaded the newest revocation list",
    async () => {
      const { code } = await exec("puppetdb", [
        ...["bash", "-o", "pipefail", "-c"],
        `${newest} | cmp --silent - /etc/puppetdb/ssl/loaded-crl.pem`,
      ]);
      return code === 0;
    },
    60,
  );
  await serves();
}

/** A run of an agent. */
export interface TimedRun {
  readonly seconds: number;
  /** Transaction UUID of its report. */
  readonly transaction: string;
}

/** Runs agents in turn until stopped; returns all runs. */
export function loop(agents: readonly string[]): { end: () => Promise<TimedRun[]> } {
  let going = true;
  const runs = async () => {
    const made: TimedRun[] = [];
    while (going) {
      for (const agent of agents) {
        const seconds = await timedRun(agent);
        made.push({ seconds, transaction: await transactionOf(agent) });
      }
    }
    return made;
  };
  const running = runs();
  return {
    end: () => {
      going = false;
      return running;
    },
  };
}

/** How often PuppetDB has the report of each run. */
export async function timesReported(runs: readonly TimedRun[]): Promise<number[]> {
  const list = runs.map(({ transaction }) => `"${transaction}"`).join(", ");
  const rows = await query<{ transaction_uuid: string }>(
    `reports[transaction_uuid] { transaction_uuid in [${list}] }`,
  );
  return runs.map(
    ({ transaction }) => rows.filter((row) => row.transaction_uuid === transaction).length,
  );
}

/** Reports and facts that wait on a Puppet server for PuppetDB. */
export const waitingOn = async (server: string) =>
  Number(await output(server, "ls /var/lib/puppet-reports/puppetdb | wc -l"));
