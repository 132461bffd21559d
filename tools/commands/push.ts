import { existsSync, realpathSync } from "node:fs";
import { parseArgs } from "node:util";
import { controlHome, controlUser } from "../../templates/control-repository/control-repository.js";
import { main, Problem } from "../lib/problem.js";
import { hostWith, requireCodeDeployment, type RemoteHost } from "../lib/remote.js";
import { readSettings } from "../lib/settings.js";
import { run, type Result } from "../lib/shell.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

const repository = `${controlHome}/control.git`;
const usage = "npm run push -- [FOLDER] [STACK] [--delete BRANCH]";

// `npm run push -- [FOLDER] [STACK] [--delete BRANCH]`: pushes the commits of a clone to the control repository on the
// main server, which deploys them; where there is no such folder, it makes the clone. Its exit code is 0 when every
// server has the code, 2 when some have, and 1 when none has.
await main(async () => {
  const { folder, name, branch } = given();
  const stack = new Stack(name, await toolchain());
  const host = await hostWith(stack, "main");
  await requireRepository(stack, host);
  if (!existsSync(folder)) {
    await clone(host, folder, name);
    console.log(
      `${folder} is a clone of the control repository of ${host.fqdn}; change it, commit, and run this again.`,
    );
    return 0;
  }
  await requireClone(host, folder);
  const current = (await git(folder, "symbolic-ref", "--quiet", "--short", "HEAD")).stdout.trim();
  if (branch === undefined) await requirePushable(folder, current);

  const ref = branch === undefined ? `HEAD:refs/heads/${current}` : `:refs/heads/${branch}`;
  const { code, stdout, stderr } = await host.git(repository, (url) => [
    ...["-C", folder, "push", "--receive-pack", asOwner(host, "git-receive-pack"), url, ref],
  ]);
  const said = `${stdout}${stderr}`.trim();
  console.log(said);
  if (code !== 0) {
    throw new Problem(
      `${host.fqdn} did not take it; when others have pushed, their commits are in origin/${current}: git rebase origin/${current} in ${folder}, and run this again.`,
    );
  }
  if (said.includes("Everything up-to-date")) {
    console.log("There is nothing new to push; npm run deploy-code deploys what is there again.");
  }
  if (/^remote: (failure:|The webhook did not answer)/m.test(said)) return 1;
  return /^remote: partial:/m.test(said) ? 2 : 0;
});

function given(): { folder: string; name: string; branch: string | undefined } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { delete: { type: "string" } },
    });
    const [folder = "control-repository", name = "local", ...more] = positionals;
    if (folder !== "" && name !== "" && more.length === 0) {
      return { folder, name, branch: values.delete };
    }
  } catch {
    // Told below.
  }
  throw new Problem(`These words are not understood; write ${usage}.`);
}

/** Refuses a stack whose code comes from elsewhere, or from nowhere. */
async function requireRepository(stack: Stack, host: RemoteHost): Promise<void> {
  await requireCodeDeployment(host);
  const file = existsSync(stack.stackFile) ? stack.stackFile : undefined;
  const { codeDeployment } = readSettings(stack.name, file).settings;
  const remotes = Object.values(codeDeployment.sources).map(({ remote }) => remote);
  if (remotes.length > 0) {
    throw new Problem(
      `${host.fqdn} deploys from ${remotes.join(" and ")}; push there with git, or remove puppet:codeDeployment.sources.`,
    );
  }
}

/** Git on the other side, as the repository's owner, whose hook tells the webhook. */
function asOwner(host: RemoteHost, program: string): string {
  return host.asRoot(`runuser --user ${controlUser} -- ${program}`);
}

function git(folder: string, ...words: readonly string[]): Promise<Result> {
  return run(["git", "-C", folder, ...words]);
}

async function clone(host: RemoteHost, folder: string, stack: string): Promise<void> {
  const { code, stderr } = await host.git(repository, (url) => [
    ...["clone", "--quiet", "--upload-pack", asOwner(host, "git-upload-pack"), url, folder],
  ]);
  if (code !== 0) throw new Problem(`${folder} could not be made: ${stderr.trim()}`);
  // The address is good for this run only. Whoever pulls from origin gets to read what to use.
  await git(folder, "remote", "set-url", "origin", `use-npm-run-push:${stack}`);
}

/** Refuses a folder that is no clone of the control repository, and brings others' commits into one that is. */
async function requireClone(host: RemoteHost, folder: string): Promise<void> {
  const { stdout } = await git(folder, "rev-parse", "--show-toplevel");
  if (stdout.trim() !== realpathSync(folder)) {
    throw new Problem(`${folder} is no clone; give a folder that ${usage} has made, or a new one.`);
  }
  const { code, stderr } = await host.git(repository, (url) => [
    ...[
      "-C",
      folder,
      "fetch",
      "--quiet",
      "--prune",
      "--upload-pack",
      asOwner(host, "git-upload-pack"),
    ],
    ...[url, "+refs/heads/*:refs/remotes/origin/*"],
  ]);
  if (code !== 0) throw new Problem(`The repository cannot be read: ${stderr.trim()}`);
  if ((await git(folder, "merge-base", "HEAD", "refs/remotes/origin/production")).code !== 0) {
    throw new Problem(
      `${folder} has nothing in common with the control repository of ${host.fqdn}; give the folder of a clone of it, or a new one.`,
    );
  }
}

/** Refuses a folder with changes that a push would leave behind, or without a branch. */
async function requirePushable(folder: string, branch: string): Promise<void> {
  if (branch === "") {
    throw new Problem(`${folder} is on no branch; git switch to one, and run this again.`);
  }
  if ((await git(folder, "status", "--porcelain")).stdout !== "") {
    throw new Problem(
      `${folder} has changes without a commit; add and commit them, and run this again.`,
    );
  }
}
