import { realpathSync } from "node:fs";
import {
  controlHome,
  controlUser,
  seedEmail,
} from "../../templates/control-repository/control-repository.js";
import { Problem } from "./problem.js";
import type { RemoteHost } from "./remote.js";
import { run, type Result } from "./shell.js";

const repository = `${controlHome}/control.git`;

/** What a replacement names instead of a commit, as long as the branch has nothing but the code it began with. */
export const sample = "sample";

/** What is done with a folder. */
export interface Push {
  readonly folder: string;
  readonly stack: string;
  /** The main server. */
  readonly host: Pick<RemoteHost, "fqdn" | "asRoot" | "git">;
}

/** A push of the current branch, perhaps with a history of its own. */
interface PushOfBranch extends Push {
  /** The commit on the server that may be replaced, or {@link sample}. */
  readonly replace?: string | undefined;
}

/** How the host's repository differs from the folder. */
interface Seen {
  /** Commits on the server by the branches' names. */
  readonly branches: ReadonlyMap<string, string>;
  /** Whether the folder has commits in common with any of them. */
  readonly related: boolean;
}

/** Makes a clone in a folder that does not exist. */
export async function cloneControl({ folder, stack, host }: Push): Promise<void> {
  const { code, stderr } = await host.git(repository, (url) => [
    ...["clone", "--quiet", "--upload-pack", asOwner(host, "git-upload-pack"), url, folder],
  ]);
  if (code !== 0) throw new Problem(`${folder} could not be cloned: ${stderr.trim()}`);
  // The URL works during this run only. Anyone who pulls from origin reads in the error what to use instead.
  await git(folder, "remote", "set-url", "origin", placeholder(stack));
}

/**
 * Pushes the folder's current branch, under its name.
 *
 * @returns what Git and the host's hook said
 * @throws Problem if nothing was pushed; nothing in a folder of somebody else's history has changed then
 */
export async function pushBranch(push: PushOfBranch): Promise<string> {
  const { folder, host, stack, replace } = push;
  await requireOwnFolder(folder);
  const branch = await requirePushable(folder);
  return looking(push, async (seen, refs) => {
    if (!seen.related && replace === undefined) throw unrelated(push);
    const there = seen.branches.get(branch);
    const replaced = (await isWithin(folder, there)) ? undefined : there;
    if (replaced !== undefined && replace !== undefined) {
      await requireReplaceable(push, branch, replaced);
    }
    const remote = await track(push, refs);
    if (replaced !== undefined && replace === undefined) {
      const common = (await git(folder, "merge-base", "HEAD", replaced)).code === 0;
      throw new Problem(
        common
          ? `${branch} on ${host.fqdn} has commits that ${folder} lacks; run git rebase ${remote}/${branch} there, and run this again.`
          : `${branch} on ${host.fqdn} has another history than ${folder}; to replace it, run npm run push -- ${folder} ${stack} --replace ${replaced.slice(0, 12)}.`,
      );
    }
    if (replaced !== undefined) await keep(push, branch, replaced);
    const ref = `refs/heads/${branch}`;
    const said = await send(push, [`--force-with-lease=${ref}:${there ?? ""}`], `${ref}:${ref}`);
    if (replaced === undefined) return said;
    return `${said}\nWhat ${branch} had before is kept on ${host.fqdn}: ${keptRef(branch, replaced)} in ${repository}.`;
  });
}

/**
 * Deletes a branch on the host.
 *
 * @returns what Git and the host's hook said
 * @throws Problem if it is not deleted
 */
export async function deleteBranch(push: Push, branch: string): Promise<string> {
  const { folder, host } = push;
  await requireOwnFolder(folder);
  return looking(push, async (seen, refs) => {
    if (!seen.related) throw unrelated(push);
    await track(push, refs);
    if (!seen.branches.has(branch)) {
      const names = [...seen.branches.keys()].join(", ");
      throw new Problem(`${host.fqdn} has no branch "${branch}"; its branches are ${names}.`);
    }
    return send(push, [], `:refs/heads/${branch}`);
  });
}

/** The URL that a clone has instead of one. */
const placeholder = (stack: string) => `use-npm-run-push:${stack}`;
const keptRef = (branch: string, commit: string) => `refs/replaced/${branch}/${commit}`;

/** Git on the main server, as the repository's owner, whose hook notifies the webhook. */
function asOwner(host: Push["host"], program: string): string {
  return host.asRoot(`runuser --user ${controlUser} -- ${program}`);
}

function git(folder: string, ...words: readonly string[]): Promise<Result> {
  return run(["git", "-C", folder, ...words]);
}

/** What Git prints, in lines. */
async function lines(folder: string, ...words: readonly string[]): Promise<string[]> {
  return (await git(folder, ...words)).stdout.split("\n").filter(Boolean);
}

/**
 * Does something while the host's branches are in the folder, under refs that nobody else uses. They are removed
 * afterwards: a folder that is refused is as it was.
 */
async function looking<T>(push: Push, use: (seen: Seen, refs: string) => Promise<T>): Promise<T> {
  const { folder, host } = push;
  const refs = `refs/pulumi-puppet/${String(process.pid)}`;
  try {
    const { code, stderr } = await host.git(repository, (url) => [
      ...["-C", folder, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc"],
      ...["--recurse-submodules=no", "--upload-pack", asOwner(host, "git-upload-pack")],
      ...[url, `+refs/heads/*:${refs}/*`],
    ]);
    if (code !== 0) {
      throw new Problem(
        `The control repository of ${host.fqdn} cannot be read over SSH: ${stderr.trim()}`,
      );
    }
    const format = "--format=%(objectname) %(refname:lstrip=3)";
    const found = await lines(folder, "for-each-ref", format, refs);
    const branches = new Map(
      found.map((line) => [line.slice(line.indexOf(" ") + 1), line.slice(0, line.indexOf(" "))]),
    );
    const common = await Promise.all(
      [...branches.values()].map((commit) => git(folder, "merge-base", "HEAD", commit)),
    );
    return await use({ branches, related: common.some((result) => result.code === 0) }, refs);
  } finally {
    const left = await lines(folder, "for-each-ref", "--format=delete %(refname)", refs);
    const stdin = left.map((line) => `${line}\n`).join("");
    await run(["git", "-C", folder, "update-ref", "--stdin"], { stdin });
  }
}

/** Rejects a folder that is not the top of a repository. */
async function requireOwnFolder(folder: string): Promise<void> {
  const { stdout } = await git(folder, "rev-parse", "--show-toplevel");
  if (stdout.trim() !== realpathSync(folder)) {
    throw new Problem(
      `${folder} is not a clone of the control repository; use a clone that npm run push has created, or a new folder.`,
    );
  }
}

/** Rejects a folder with uncommitted changes, or without a branch; the name of its branch. */
async function requirePushable(folder: string): Promise<string> {
  // In full: short names of a branch and a tag with the same name differ.
  const ref = (await git(folder, "symbolic-ref", "--quiet", "HEAD")).stdout.trim();
  if (!ref.startsWith("refs/heads/")) {
    throw new Problem(
      `${folder} is on no branch; check one out with git switch, and run this again.`,
    );
  }
  if ((await git(folder, "rev-parse", "--verify", "--quiet", "HEAD")).code !== 0) {
    throw new Problem(`${folder} has no commits; commit your code, and run this again.`);
  }
  if ((await git(folder, "--no-optional-locks", "status", "--porcelain")).stdout !== "") {
    throw new Problem(`${folder} has uncommitted changes; commit them, and run this again.`);
  }
  return ref.slice("refs/heads/".length);
}

function unrelated({ folder, host, stack }: Push): Problem {
  return new Problem(
    `${folder} has no commits in common with the control repository of ${host.fqdn}; use a clone of it, which npm run push makes in a new folder, or replace the sample code there with npm run push -- ${folder} ${stack} --replace ${sample}.`,
  );
}

/** Whether the folder's commits include a commit; none is included. */
async function isWithin(folder: string, commit: string | undefined): Promise<boolean> {
  if (commit === undefined) return true;
  return (await git(folder, "merge-base", "--is-ancestor", commit, "HEAD")).code === 0;
}

/** Rejects the replacement of commits other than those that the person has named. */
async function requireReplaceable(
  { folder, host, stack, replace = "" }: PushOfBranch,
  branch: string,
  commit: string,
): Promise<void> {
  const seed = (await git(folder, "log", "-1", "--format=%P %ce", commit)).stdout.trim();
  const named = replace !== sample && commit.startsWith(replace);
  if (named || (replace === sample && seed === seedEmail)) return;
  const [last = ""] = await lines(folder, "log", "-1", "--format=%h, %an: %s", commit);
  throw new Problem(
    `${branch} on ${host.fqdn} is no longer what ${JSON.stringify(replace)} says (${last}); to replace it, which keeps its commits on the server, run npm run push -- ${folder} ${stack} --replace ${commit.slice(0, 12)}.`,
  );
}

/**
 * Updates the remote-tracking branches of the stack, and no others: a folder with another `origin` gets a remote for the
 * stack.
 *
 * @returns the remote's name
 */
async function track({ folder, stack }: Push, refs: string): Promise<string> {
  const urls = await lines(folder, "config", "--get-regexp", String.raw`^remote\..*\.url$`);
  const own = urls.find((line) => line.endsWith(`.url ${placeholder(stack)}`));
  const remote = own?.slice("remote.".length, own.indexOf(".url ")) ?? `puppet-${stack}`;
  if (own === undefined) {
    const { code, stderr } = await git(folder, "remote", "add", remote, placeholder(stack));
    if (code !== 0) {
      throw new Problem(`${folder} cannot have a remote ${remote}: ${stderr.trim()}`);
    }
  }
  const tracked = `+${refs}/*:refs/remotes/${remote}/*`;
  const words = ["fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head"];
  await git(folder, ...words, "--recurse-submodules=no", ".", tracked);
  return remote;
}

/** Keeps commits on the server that are about to be replaced. */
async function keep(push: Push, branch: string, commit: string): Promise<void> {
  // Nothing to deploy: the hook does not run.
  const program = "git -c core.hooksPath=/dev/null receive-pack";
  await send(push, [], `${commit}:${keptRef(branch, commit)}`, program);
}

async function send(
  { folder, host }: Push,
  options: readonly string[],
  refspec: string,
  program = "git-receive-pack",
): Promise<string> {
  const { code, stdout, stderr } = await host.git(repository, (url) => [
    // Whatever the person's own settings are for other servers.
    ...["-C", folder, "push", "--no-follow-tags", "--recurse-submodules=no", "--no-signed"],
    ...[...options, "--receive-pack", asOwner(host, program), url, refspec],
  ]);
  const said = `${stdout}${stderr}`.trim();
  if (code !== 0) throw new Problem(`${said}\n${host.fqdn} did not accept the push.`);
  return said;
}
