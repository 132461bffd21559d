import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it, vi } from "vitest";
import { renderSeed } from "../../../templates/control-repository/control-repository.js";
import {
  cloneControl,
  deleteBranch,
  pushBranch,
  type Push,
} from "../../../tools/lib/control-clone.js";
import { run } from "../../../tools/lib/shell.js";
import { temporaryFolder } from "../../support/unit/programs.js";

const author = ["-c", "user.name=t", "-c", "user.email=t@localhost"];

let root: string;
let server: string;

async function git(folder: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(["git", "-C", folder, ...author, ...words]);
  if (code !== 0) throw new Error(`git ${words.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** A push to the repository in another folder of this machine. */
const pushOf = (folder: string, stack = "local"): Push => ({
  ...{ folder, stack },
  host: {
    fqdn: "main.example.test",
    asRoot: (program) => program.replace(/^runuser --user \S+ -- /, ""),
    git: (_, args) => run(["git", ...args(server)]),
  },
});

/** Commits a file, and returns the commit. */
async function commit(folder: string, text: string): Promise<string> {
  writeFileSync(join(folder, "file"), text);
  await git(folder, "add", "file");
  await git(folder, "commit", "--quiet", "--message", text);
  return git(folder, "rev-parse", "HEAD");
}

const onServer = (ref: string) => git(server, "rev-parse", ref);
const refsOf = (folder: string) => git(folder, "for-each-ref");

/** A clone, as the command makes it. */
async function clone(name = "clone"): Promise<string> {
  const folder = join(root, name);
  await cloneControl(pushOf(folder));
  return folder;
}

/** A site's own repository, with another one as its origin. */
async function site(branch = "production"): Promise<string> {
  const folder = join(root, "site");
  await git(root, "init", "--quiet", `--initial-branch=${branch}`, folder);
  const head = await commit(folder, "the site's");
  await git(folder, "remote", "add", "origin", "https://git.example.com/control.git");
  await git(folder, "update-ref", "refs/remotes/origin/production", head);
  await git(folder, "update-ref", "refs/remotes/origin/mine", head);
  return folder;
}

beforeEach(async () => {
  // As on a machine whose owner has set nothing.
  vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
  root = temporaryFolder();
  server = join(root, "control.git");
  const share = join(root, "share");
  mkdirSync(server);
  mkdirSync(share);
  writeFileSync(join(share, "Puppetfile"), "");
  const seed = await run(["sh", "-c", renderSeed({ repository: server, share })]);
  expect(seed.code, seed.stderr).toBe(0);
});

it("pushes the branch, also beside a tag with its name and a branch that looks like a ref", async () => {
  const folder = await clone();
  await git(folder, "tag", "production");
  const head = await commit(folder, "one");
  await pushBranch(pushOf(folder));
  expect(await onServer("refs/heads/production")).toBe(head);
  await git(folder, "push", "--quiet", server, "refs/tags/production");
  for (const name of ["production", "heads/production"]) {
    await git(folder, "switch", "--quiet", name).catch(() =>
      git(folder, "switch", "--quiet", "--create", name),
    );
    const next = await commit(folder, name);
    await pushBranch(pushOf(folder));
    expect(await onServer(`refs/heads/${name}`)).toBe(next);
  }
  await git(folder, "tag", "heads/production");
  await deleteBranch(pushOf(folder), "heads/production");
  expect(await git(server, "for-each-ref", "--format=%(refname)")).toBe(
    "refs/heads/development\nrefs/heads/production\nrefs/tags/production",
  );
  expect(await refsOf(folder)).not.toContain("refs/pulumi-puppet");
});

it("brings others' commits to origin, and asks for a rebase", async () => {
  const [mine, theirs] = [await clone("mine"), await clone("theirs")];
  const head = await commit(theirs, "theirs");
  await git(server, "update-ref", "-d", "refs/heads/development");
  await pushBranch(pushOf(theirs));
  await commit(mine, "mine");
  await expect(pushBranch(pushOf(mine))).rejects.toThrow(
    `production on main.example.test has commits that ${mine} lacks; run git rebase origin/production there, and run this again.`,
  );
  expect(await git(mine, "for-each-ref", "--format=%(refname) %(objectname)")).toMatch(
    new RegExp(`refs/remotes/origin/HEAD \\S+\nrefs/remotes/origin/production ${head}$`),
  );
});

it.each(["production", "main"])(
  "refuses a site's own history on %s, and changes nothing in its folder",
  async (branch) => {
    const folder = await site(branch);
    const before = await refsOf(folder);
    const config = await git(folder, "config", "--list", "--local");
    const sentence = `--replace sample.`;
    await expect(pushBranch(pushOf(folder))).rejects.toThrow(sentence);
    await expect(deleteBranch(pushOf(folder), "development")).rejects.toThrow(sentence);
    expect(await refsOf(folder)).toBe(before);
    expect(await git(folder, "config", "--list", "--local")).toBe(config);
    expect(await git(server, "for-each-ref", "--format=%(refname)")).toBe(
      "refs/heads/development\nrefs/heads/production",
    );
  },
);

it("replaces the sample code by a site's own history on request, and keeps it", async () => {
  const folder = await site();
  const [head, seed] = [await git(folder, "rev-parse", "HEAD"), await onServer("production")];
  const origin = await git(folder, "for-each-ref", "refs/remotes/origin");
  const said = await pushBranch({ ...pushOf(folder), replace: "sample" });
  expect(said).toContain(`refs/replaced/production/${seed}`);
  expect(await onServer("refs/heads/production")).toBe(head);
  expect(await onServer(`refs/replaced/production/${seed}`)).toBe(seed);
  // From then on it is pushed like any clone, and origin is still the site's.
  const next = await commit(folder, "next");
  await pushBranch(pushOf(folder));
  expect(await onServer("refs/heads/production")).toBe(next);
  expect(await git(folder, "for-each-ref", "refs/remotes/origin")).toBe(origin);
  expect(await git(folder, "remote", "get-url", "puppet-local")).toBe("use-npm-run-push:local");
  // The other sample branch has another history still.
  await git(folder, "switch", "--quiet", "--create", "development");
  await expect(pushBranch(pushOf(folder))).rejects.toThrow(
    `another history than ${folder}; to replace it, run npm run push -- ${folder} local --replace ${seed.slice(0, 12)}.`,
  );
  await pushBranch({ ...pushOf(folder), replace: seed.slice(0, 12) });
  expect(await onServer("refs/heads/development")).toBe(next);
});

it("replaces what somebody has pushed only if its commit is named", async () => {
  const other = await clone();
  const theirs = await commit(other, "theirs");
  await pushBranch(pushOf(other));
  const folder = await site();
  const before = await refsOf(folder);
  for (const replace of ["sample", "abcdef0"]) {
    await expect(pushBranch({ ...pushOf(folder), replace })).rejects.toThrow(
      new RegExp(`\\(\\S+, t: theirs\\).* --replace ${theirs.slice(0, 12)}`),
    );
  }
  expect(await refsOf(folder)).toBe(before);
  expect(await onServer("production")).toBe(theirs);
  await pushBranch({ ...pushOf(folder), replace: theirs.slice(0, 12) });
  expect(await onServer(`refs/replaced/production/${theirs}`)).toBe(theirs);
  expect(await onServer("production")).toBe(await git(folder, "rev-parse", "HEAD"));
});

it("keeps the stacks of a folder apart", async () => {
  const folder = await clone();
  const origin = await git(folder, "for-each-ref", "refs/remotes/origin");
  await commit(folder, "one");
  await pushBranch(pushOf(folder, "site"));
  expect(await git(folder, "for-each-ref", "refs/remotes/origin")).toBe(origin);
  expect(await git(folder, "rev-parse", "puppet-site/development")).toBe(
    await onServer("development"),
  );
});

it.each([
  ["nonesuch", 'has no branch "nonesuch"; its branches are development, production.'],
  ["*", 'has no branch "*"'],
  ["", 'has no branch ""'],
  ["production", "did not accept the push"],
])("refuses to delete the branch %j", async (branch, sentence) => {
  const folder = await clone();
  await expect(deleteBranch(pushOf(folder), branch)).rejects.toThrow(sentence);
  expect(await git(server, "branch", "--format=%(refname)")).toBe(
    "refs/heads/development\nrefs/heads/production",
  );
});

it.each([
  ["switch --detach --quiet", "is on no branch"],
  ["switch --orphan other --quiet", "has no commits"],
  ["rm --quiet Puppetfile", "has uncommitted changes"],
])("refuses a folder after git %s", async (words, sentence) => {
  const folder = await clone();
  await git(folder, ...words.split(" "));
  await expect(pushBranch(pushOf(folder))).rejects.toThrow(sentence);
  await expect(pushBranch(pushOf(join(folder, ".git")))).rejects.toThrow("is not a clone");
});
