import { createHmac } from "node:crypto";
import { agentRun } from "../../../tools/lib/agents.js";
import { exec, output, outputs, until } from "../environment.js";

/** Where environments are, on every server. */
const environments = "/etc/puppet/code/environments";
/** The control repository on the main server. */
export const repository = "/var/lib/puppet-control/control.git";
/** Its name on a Git server. */
export const repositoryName = "var/lib/puppet-control/control";

/** Runs a shell script on the main server as one of its users. */
export const as = (user: string, script: string) =>
  output("main", `runuser --user ${user} -- sh -s`, script);

/**
 * Commits files to a branch of the control repository, from `production` if there is no such branch, without notifying
 * anyone: the repository's own hook does not run.
 *
 * @param files texts by path; an empty text removes the file
 * @returns the commit
 */
export async function commit(branch: string, files: Record<string, string>): Promise<string> {
  const steps = Object.entries(files).map(([path, text]) =>
    text === ""
      ? `rm -f '${path}'`
      : `mkdir -p "$(dirname '${path}')" && base64 --decode >'${path}' <<FILE\n${Buffer.from(text).toString("base64")}\nFILE`,
  );
  return as(
    "puppet-control",
    `set -e
export HOME=/tmp/committer
test -d $HOME/work || { mkdir -p $HOME; git clone --quiet ${repository} $HOME/work; }
cd $HOME/work
git fetch --quiet --prune
git checkout --quiet -B ${branch} $(git rev-parse --verify --quiet origin/${branch} || echo origin/production)
${steps.join("\n")}
git add --all
git -c user.name=test -c user.email=test@localhost commit --quiet --allow-empty --message test
${silentPush(`HEAD:refs/heads/${branch}`)}
git rev-parse HEAD`,
  );
}

/** Deletes a branch without notifying anyone. */
export const deleteBranch = (branch: string) =>
  as("puppet-control", `cd /tmp/committer/work && ${silentPush(`:refs/heads/${branch}`)}`);

const silentPush = (ref: string) =>
  `git push --quiet --force --receive-pack='git -c core.hooksPath=/dev/null receive-pack' origin ${ref}`;

/** The webhook's answer. */
export interface Answer {
  status: number;
  text: string;
  seconds: number;
}

/** A push in GitHub's format. */
export const pushOf = (branch: string, changes: object = {}): string =>
  JSON.stringify({
    ref: `refs/heads/${branch}`,
    after: "1".repeat(40),
    deleted: false,
    repository: { full_name: repositoryName },
    ...changes,
  });

/** The header with the signature of a body. */
export const signatureOf = (body: string, secret: string): Record<string, string> => ({
  "X-Hub-Signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
});

/** A request to the webhook as a curl configuration, so that none of it is on a command line. */
export function requestOf(
  url: string,
  body: string,
  headers: Record<string, string>,
  caFile = "/var/lib/puppet/ssl/certs/ca.pem",
): string {
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, "\\$&")}"`;
  return [
    `url = ${quoted(url)}`,
    `cacert = ${quoted(caFile)}`,
    "http1.1",
    "silent",
    "show-error",
    'max-time = "60"',
    ...Object.entries(headers).map(([name, value]) => `header = ${quoted(`${name}: ${value}`)}`),
    `data-binary = ${quoted(body)}`,
    "",
  ].join("\n");
}

/** Sends a request to the webhook, from an agent. */
export async function send(
  body: string,
  headers: Record<string, string>,
  path?: string,
): Promise<Answer> {
  const { webhookUrl } = await outputs();
  const url = path === undefined ? webhookUrl : new URL(path, webhookUrl).href;
  const began = Date.now();
  const { stdout, stderr, code } = await exec(
    "agent1",
    ["curl", "--write-out", "\n%{http_code}", "--config", "-"],
    { stdin: requestOf(url, body, headers) },
  );
  const [, text = "", status = "000"] = /^([^]*)\n(\d{3})$/.exec(stdout) ?? [];
  if (status === "000") throw new Error(`curl: ${String(code)}: ${stdout}${stderr}`);
  return { status: Number(status), text, seconds: (Date.now() - began) / 1000 };
}

/** The main server's record of a deploy. */
export interface Deployment {
  outcome: string;
  what: string;
  seconds: number;
  errors: string[];
  notes: string[];
  requests: string[];
  servers: {
    name: string;
    state: string;
    seconds: number;
    error?: string;
    commits: Record<string, string>;
  }[];
}

/** The last deploy. */
export const lastDeployment = async () =>
  JSON.parse(
    await output("main", "cat /var/lib/puppet-code-request/result/deployment.json"),
  ) as Deployment;

/**
 * Notifies the webhook of a push as GitHub does, with a valid signature.
 *
 * @returns its answer; if the deploy took longer than the webhook waits, the answer it would have given
 */
export async function push(branch: string, changes: object = {}): Promise<Answer> {
  const { webhookSecret } = await outputs();
  const body = pushOf(branch, changes);
  const headers = { "Content-Type": "application/json", "X-GitHub-Event": "push" };
  const answer = await send(body, { ...headers, ...signatureOf(body, webhookSecret) });
  if (!answer.text.startsWith("Requested")) return answer;
  await idle();
  const { outcome, what, seconds, servers, errors, notes } = await lastDeployment();
  const lines = servers.map(({ name, state, seconds, error }) =>
    [name, state, `${String(seconds)} s`, error].filter(Boolean).join("  "),
  );
  const head = `${outcome}: ${what} in ${String(seconds)} s`;
  const text = [head, ...lines, ...errors, ...notes, ""].join("\n");
  return { ...answer, text };
}

/** Deletes a branch, and waits until a deploy has removed its environment: PuppetDB must know that no agent has it. */
export async function retire(branch: string): Promise<void> {
  await deleteBranch(branch);
  await until(
    `the environment ${branch} is removed`,
    async () => {
      await push(branch, { deleted: true, after: "0".repeat(40) });
      return (await commitOn("main", branch)) === undefined;
    },
    60,
  );
}

/** The commit that a server serves an environment from, its first 12 digits; undefined without one. */
export async function commitOn(host: string, environment = "production") {
  const release = await output(host, `readlink ${environments}/${environment} || true`);
  return /-([0-9a-f]{12})$/.exec(release)?.[1];
}

/** The commits of several servers. */
export const commitsOn = (hosts: readonly string[], environment?: string) =>
  Promise.all(hosts.map((host) => commitOn(host, environment)));

/** Number of deploys so far. */
export const deploys = async () =>
  Number(
    await output(
      "main",
      "journalctl --unit puppet-code-deploy --output cat | grep -cE '^(success|partial|failure): ' || true",
    ),
  );

/** Waits on the main server until no deploy is running or requested. */
export const idle = () =>
  output(
    "main",
    `timeout 120 sh -c 'until test -z "$(ls /var/lib/puppet-code-request/new)" && ! systemctl is-active --quiet puppet-code-deploy && test "$(systemctl show --property ActiveState --value puppet-code-deploy)" != activating; do sleep 0.2; done'`,
  );

/** One agent run whose catalog comes from one compiler. */
export async function runOn(
  compiler: string,
  agent: string,
  ...more: readonly string[]
): Promise<string> {
  const server = `${compiler}.example.test`;
  const command = ["puppet", ...agentRun, "--server", server, ...more];
  const { code, stdout, stderr } = await exec(agent, command);
  if (code !== 0 && code !== 2) throw new Error(`${agent}: ${String(code)}: ${stdout}${stderr}`);
  return stdout;
}
