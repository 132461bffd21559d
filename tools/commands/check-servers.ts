import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { looksOf, type Look } from "../../platforms/existing/existing-servers.js";
import { preflightsOf } from "../../platforms/existing/preflight.js";
import { privateKey } from "../../roles/values.js";
import type { Existing } from "../../settings/existing.js";
import { lookAtServers, type Patience } from "../lib/preflight/look.js";
import { findingsTable } from "../lib/preflight/table.js";
import { project } from "../lib/paths.js";
import { main, Problem } from "../lib/problem.js";
import { requireEnvironmentName, settingsOf } from "../lib/settings.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** A machine may still boot before the first deployment; later, one that is away must not keep the others waiting. */
const patience: Readonly<Record<string, Patience>> = {
  "--first": { dial: 240, boot: 900, required: true },
  "--later": { dial: 30, boot: 900, required: false },
};

// `npm run check-servers -- STACK`: looks at the servers of a stack with the platform existing, deployed or not, changes
// nothing, and shows what is in the way. A deployment does the same, with the servers on standard input. The exit code is
// 1 if something stops a deployment.
await main(async () => {
  const words = process.argv.slice(2);
  const [name = ""] = words;
  const deployment = process.stdin.isTTY ? undefined : patience[name];
  if (words.length !== 1 || (name.startsWith("-") && deployment === undefined)) {
    throw new Problem(
      "Write one stack, whose servers are to be looked at: npm run check-servers -- site",
    );
  }
  const looks =
    deployment === undefined
      ? await looksOfStack(name)
      : (JSON.parse(await text(process.stdin)) as Look[]);
  const began = Date.now();
  const findings = await lookAtServers(
    looks,
    deployment ?? { dial: 0, boot: 0, required: true },
    (line) => {
      console.log(line);
    },
  );
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const stops = findings.filter(({ stops }) => stops).length;
  console.log(findingsTable(findings, process.stdout.columns).join("\n"));
  const seen = `${String(looks.length)} servers looked at in ${seconds} s, and nothing changed there`;
  if (stops === 0) {
    console.log(`${seen}: nothing is in the way.`);
    return 0;
  }
  console.error(
    `${seen}: ${String(stops)} ${stops === 1 ? "finding stops" : "findings stop"} the deployment; settle them, and run this again.`,
  );
  return 1;
});

/** The servers in a stack's settings. */
async function looksOfStack(name: string): Promise<Look[]> {
  requireEnvironmentName(name);
  const stack = new Stack(name, await toolchain());
  const file = `Pulumi.${name}.yaml`;
  if (!existsSync(stack.stackFile) && !existsSync(join(project, file))) {
    throw new Problem(
      `There is no ${file}; write the settings of the servers there, as in docs/existing-servers.md, or the name of a stack that has them.`,
    );
  }
  const settings = settingsOf(stack);
  if (settings.platform !== "existing") {
    throw new Problem(
      `puppet:platform of ${name} is ${settings.platform}, which makes its own machines; only servers of the platform existing are looked at.`,
    );
  }
  if (!(await stack.exists())) {
    throw new Problem(
      `There is no stack ${name} yet; set its key first: npm run pulumi -- config set --secret --path puppet:existing.privateKey --stack ${name}`,
    );
  }
  const { privateKey: key, jumpHost } = (await stack.setting("existing")) as Partial<Existing>;
  requireKey("existing.privateKey", key);
  if (jumpHost?.privateKey !== undefined)
    requireKey("existing.jumpHost.privateKey", jumpHost.privateKey);
  const { existing, domain } = settings;
  return looksOf({
    ...existing,
    privateKey: key,
    jumpHost: existing.jumpHost && { ...existing.jumpHost, privateKey: jumpHost?.privateKey },
    domain,
    preflights: preflightsOf(settings),
  });
}

/** Rejects a key that SSH cannot use. */
function requireKey(setting: string, key: unknown): void {
  const encrypted = typeof key === "string" && isEncrypted(key);
  if (privateKey.safeParse(key).success && !encrypted) return;
  throw new Problem(
    `puppet:${setting} is ${encrypted ? "a key with a passphrase" : "invalid"}; write a private key in PEM${encrypted ? " that has none" : ""}: npm run pulumi -- config set --stack STACK --secret --path puppet:${setting} < FILE`,
  );
}

/** Whether a private key has a passphrase: OpenSSH's own form names the cipher first. */
function isEncrypted(key: string): boolean {
  if (/ENCRYPTED/.test(key)) return true;
  const body = Buffer.from(key.replace(/-----[^-]+-----|\s/g, ""), "base64").toString("latin1");
  return body.startsWith("openssh-key-v1\0") && !body.slice(15).startsWith("\0\0\0\x04none");
}
