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
// main server, which deploys them; creates the clone if the folder does not exist. The exit code is 0 if every server
// has the code, 2 if only some have it, and 1 if none has.
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
      `${host.fqdn} did not accept the push; if others have pushed, their commits are in origin/${current}: run git rebase origin/${current} in ${folder}, and run this again.`,
    );
  }
  if (said.includes("Everything up-to-date")) {
    console.log("There is nothing new to push; to deploy again, run npm run deploy-code.");
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
    // Reported below.
  }
  throw new Problem(`These arguments are invalid; write ${usage}.`);
}

/** Rejects a stack that deploys code from elsewhere, or deploys none. */
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

/** Git on the main server, as the repository's owner, whose hook notifies the webhook. */
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
  if (code !== 0) throw new Problem(`${folder} could not be cloned: ${stderr.trim()}`);
  // The URL works during this run only. Anyone who pulls from origin reads in the error what to use instead.
  await git(folder, "remote", "set-url", "origin", `use-npm-run-push:${stack}`);
}

/** Rejects a folder that is not a clone of the control repository, and fetches others' commits into one that is. */
async function requireClone(host: RemoteHost, folder: string): Promise<void> {
  const { stdout } = await git(folder, "rev-parse", "--show-toplevel");
  if (stdout.trim() !== realpathSync(folder)) {
    throw new Problem(
      `${folder} is not a clone of the control repository; use a clone that ${usage} has created, or a new folder.`,
    );
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
  if (code !== 0) throw new Problem(`The control repository cannot be read: ${stderr.trim()}`);
  if ((await git(folder, "merge-base", "HEAD", "refs/remotes/origin/production")).code !== 0) {
    throw new Problem(
      `${folder} has no commits in common with the control repository of ${host.fqdn}; use a clone of it, or a new folder.`,
    );
  }
}

/** Rejects a folder with uncommitted changes, or without a branch. */
async function requirePushable(folder: string, branch: string): Promise<void> {
  if (branch === "") {
    throw new Problem(
      `${folder} is on no branch; check one out with git switch, and run this again.`,
    );
  }
  if ((await git(folder, "status", "--porcelain")).stdout !== "") {
    throw new Problem(`${folder} has uncommitted changes; commit them, and run this again.`);
  }
}
