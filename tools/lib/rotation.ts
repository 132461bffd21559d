import { existsSync } from "node:fs";
import { renderRetireKey } from "../../templates/code-deployment/code-deployment.js";
import { renderRetireDeployKey } from "../../templates/code-deployment/git-access.js";
import { namedCommand } from "./arguments.js";
import { givenFile } from "./given-file.js";
import { Problem } from "./problem.js";
import { hostNamed, outputsOf } from "./remote.js";
import type { Stack } from "./stack.js";

type Outputs = Readonly<Record<string, unknown>>;

/** A key that can be replaced by a new one. */
interface RotatedKey {
  /** What it is, in sentences. */
  readonly what: string;
  /** Type and name of its resources, as at the end of their URNs. */
  readonly resource: RegExp;
  /** What a stack without it lacks, and what to do about it. */
  readonly lacking: string;
  /** What the operator has to do, now that the new key is in use. */
  readonly after: (stack: string, outputs: Outputs) => string;
  /** What happens on each of its hosts before; the first group of `host` is the host's name in the stack. */
  readonly before?: { readonly host: RegExp; readonly script: (outputs: Outputs) => string };
}

const password = "random:index/randomPassword:RandomPassword::";
const secretOutput = (output: string, stack: string) =>
  `npm run --silent pulumi -- stack output ${output} --show-secrets --stack ${stack}`;

/** The keys that can be rotated, by the words of the command. */
export const rotatedKeys: Readonly<Record<string, RotatedKey>> = {
  "agents-key": {
    what: "the agents' key",
    resource: new RegExp(`${password}[^:]*-authority-agent-key$`),
    lacking: "certificate authority; deploy it first",
    after: (stack) =>
      `The old key is refused from now on. Agents that have a certificate need nothing. Join others with the new script: ${secretOutput("agentInstall", stack)}`,
  },
  "hosts-key": {
    what: "the key of the infrastructure's hosts",
    resource: new RegExp(`${password}[^:]*-authority-(?!agent-key$)[a-z-]*key$`),
    lacking: "certificate authority; deploy it first",
    after: () =>
      "The old key is refused from now on. Hosts that have a certificate keep it. Run `up` in other stacks that use the key.",
  },
  "webhook-secret": {
    what: "the webhook's secret",
    resource: new RegExp(`${password}[^:]*-webhook-secret$`),
    lacking: "webhook; set puppet:codeDeployment.tool to r10k or g10k, and deploy the stack",
    after: (stack) =>
      `Pushes that are signed with the old secret are refused from now on. Set the new one on your Git servers: ${secretOutput("webhookSecret", stack)}. Then deploy what was pushed in between: npm run deploy-code -- all ${stack}`,
  },
  "deploy-key": {
    what: "the SSH keys that fetch code",
    resource: /command:(remote|local):Command::[^:]*-code-identity$/,
    lacking:
      "code deployment; set puppet:codeDeployment.tool to r10k or g10k, and deploy the stack",
    before: { host: /::([^:]*)-code-identity$/, script: renderRetireKey },
    after: (_, { codeDeployKey }) =>
      `The hosts accept only each other's new keys from now on. Git servers are offered the new key first, then the old one, so add the new key there, read-only, remove the old one, and only then rotate again. The new key:\n${String(codeDeployKey)}`,
  },
  "stats-password": {
    what: "the password of the statistics page",
    resource: new RegExp(`${password}[^:]*-stats-password$`),
    lacking: "load balancer; deploy it first",
    after: (stack) =>
      `The old password is refused from now on. People and Prometheus need the new one: ${secretOutput("loadBalancerStatsPassword", stack)}`,
  },
};

/** The key of `codeDeployment.credentials` with a name. */
function repositoryKey(name: string): RotatedKey {
  const keyIn = ({ codeDeployKeys = {} }: Outputs) => {
    const keys = codeDeployKeys as Readonly<Record<string, { url: string; publicKey: string }>>;
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (key !== undefined) return key;
    throw new Problem(
      `${JSON.stringify(name)} has no key; write one of ${Object.keys(keys).join(", ")}: npm run rotate -- deploy-key.NAME.`,
    );
  };
  return {
    what: `the SSH key for ${name}`,
    resource: /command:(remote|local):Command::[^:]*-code-keys$/,
    lacking: "key of puppet:codeDeployment.credentials; add one with an SSH URL, and deploy it",
    before: {
      host: /::([^:]*)-code-keys$/,
      script: (outputs) => renderRetireDeployKey(name, keyIn(outputs).url),
    },
    after: (_, outputs) => {
      const { url, publicKey } = keyIn(outputs);
      return `The Git server is offered the new key first, then the old one, so add the new key to ${url}, read-only, and remove the old one. The new key:\n${publicKey}`;
    },
  };
}

/**
 * The key that a word of the command means.
 *
 * @throws Problem that lists the keys
 */
export function rotatedKey(word: string | undefined): RotatedKey {
  const [, credentials] = /^deploy-key\.(.+)$/.exec(word ?? "") ?? [];
  if (credentials !== undefined) return repositoryKey(credentials);
  const names = Object.keys(rotatedKeys);
  const key = names.includes(word ?? "") ? rotatedKeys[word ?? ""] : undefined;
  if (key !== undefined) return key;
  const given = word === undefined ? "Name the key to rotate" : `${JSON.stringify(word)} is no key`;
  throw new Problem(
    `${given}; write one of ${names.join(", ")}, or deploy-key.NAME for that of puppet:codeDeployment.credentials.NAME: npm run rotate -- agents-key.`,
  );
}

/**
 * The resources of a key in a stack.
 *
 * @param urns URNs of all resources of the stack
 * @throws Problem if it has none
 */
export function resourcesOf(key: RotatedKey, urns: readonly string[], stack: string): string[] {
  const found = urns.filter((urn) => key.resource.test(urn));
  if (found.length > 0) return found;
  throw new Problem(`The stack ${stack} has no ${key.lacking}.`);
}

/**
 * Makes a key anew and gives it to all hosts that need it; nothing else changes.
 *
 * @param env environment for the CLI, from the toolchain
 * @returns exit code
 * @throws Problem if there is no such key, or if a deployment would change anything else
 */
export async function rotate(
  word: string | undefined,
  stack: Stack,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const key = rotatedKey(word);
  const outputs = await outputsOf(stack);
  const urns = resourcesOf(key, await stack.urns(), stack.name);
  const script = key.before?.script(outputs);
  const started = existsSync(stack.stackFile);
  const file = started ? stack.stackFile : await givenFile(stack, env);
  const config = file === undefined ? [] : ["--config-file", file];
  const deploy = started
    ? namedCommand("npm start", stack.name)
    : `npm run pulumi -- up --stack ${stack.name}`;

  await requireDeployed(stack, config, deploy);
  if (key.before !== undefined) {
    const { host } = key.before;
    for (const urn of urns) {
      const name = host.exec(urn)?.[1] ?? "";
      const result = await hostNamed(outputs, name)?.run("sh -s", { stdin: script ?? "" });
      if (result?.code !== 0) {
        const reason = result?.stderr.trim() ?? "the stack's outputs do not have its connection";
        throw new Problem(`${name} keeps its old key (${reason}); mend that, and rotate again.`);
      }
    }
  }
  const code = await stack.replace(urns, config);
  if (code !== 0) {
    throw new Problem(`Not every host has ${key.what} yet; mend what failed, then run ${deploy}.`);
  }
  console.log(`\n${key.after(stack.name, await stack.outputs())}`);
  return 0;
}

/** Rejects a rotation that would deploy other changes with it. */
async function requireDeployed(
  stack: Stack,
  config: readonly string[],
  deploy: string,
): Promise<void> {
  const { code, stdout, stderr } = await stack.run([
    ...["preview", "--expect-no-changes", "--stack", stack.name, ...config],
  ]);
  if (code === 0) return;
  console.error(stdout + stderr);
  throw new Problem(
    `The preview of ${stack.name} shows other changes, or an error, and a rotation changes nothing else; run ${deploy} first.`,
  );
}
