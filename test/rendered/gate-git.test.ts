import { beforeAll, describe, expect, it } from "vitest";
import { faultsOf, installGate, judged, made, environments } from "../support/rendered/gate.js";
import { inParsers, outputOf } from "../support/rendered/parsers.js";

/** A control repository with two commits. */
const repository = `
rm -rf /tmp/gate-git; mkdir -p /tmp/gate-git/control/manifests; cd /tmp/gate-git/control
export HOME=/root GIT_CONFIG_GLOBAL=/dev/null
git init --quiet --initial-branch=production
git config user.name 'Zoë'; git config user.email t@example.test
echo 'node default {}' >manifests/site.pp; : >Puppetfile
git add .; git commit --quiet --message 'The first'
echo "config_version = '/usr/bin/git --git-dir \\$environmentpath/\\$environment/.git rev-parse HEAD'" >environment.conf
git add .; git commit --quiet --message 'The second, é'
printf 'cachedir: /tmp/gate-git/r10k\\nsources: {control: {remote: /tmp/gate-git/control, basedir: /tmp/gate-git/staged/r10k}}\\n' >../r10k.yaml
sed s/r10k/g10k/ ../r10k.yaml >../g10k.yaml
r10k deploy environment --modules --config /tmp/gate-git/r10k.yaml
g10k -config /tmp/gate-git/g10k.yaml >/dev/null
chmod -R a+rX /tmp/gate-git`;
const git = (words: string) => outputOf(`git -C /tmp/gate-git/control ${words}`);
/** Makes a release of what a tool staged, as a deploy does. */
const release = async (tool: string, commit: string, name: string) => {
  const staged = `/tmp/gate-git/staged/${tool}/production`;
  const folder = `/tmp/gate-git/${name}`;
  await outputOf(`rsync --archive --exclude=.git ${staged}/ ${folder}/`);
  const script = `require "/usr/local/lib/puppet-code/release_git"; ReleaseGit.write(*ARGV)`;
  await outputOf(
    `ruby --disable-gems -e '${script}' ${folder} ${commit} /tmp/gate-git/control/.git`,
  );
  await outputOf(`chown -R puppet-code: ${folder}`);
  return folder;
};
/** As Puppet Server runs Git: as another user than the release's, and over the environment's link. */
const asPuppet = (words: string) =>
  inParsers([
    "setpriv",
    "--reuid=puppet",
    "--regid=puppet",
    "--clear-groups",
    "git",
    ...words.split(" "),
  ]);

let commit = "";
beforeAll(async () => {
  await installGate();
  await outputOf(repository);
  commit = await git("rev-parse HEAD");
});

describe.each(["r10k", "g10k"])("a release of what %s staged", (tool) => {
  let folder = "";
  beforeAll(async () => {
    folder = await release(tool, commit, `release-${tool}`);
    await outputOf(`ln -sfn ${folder} ${environments}/${tool}`);
  });

  it.each([
    "rev-parse HEAD",
    "rev-parse --short HEAD",
    "rev-parse --abbrev-ref HEAD~0",
    "log -1 --format=%h/%s/%cI/%an",
    "log -1 --pretty=format:%H",
    "rev-list --max-count=1 HEAD",
    "describe --always",
  ])("answers `git %s` as the repository does", async (words) => {
    const { code, stdout } = await asPuppet(`--git-dir ${environments}/${tool}/.git ${words}`);
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: await git(words) });
  });

  it("knows no other commit, and has few bytes", async () => {
    expect((await asPuppet(`--git-dir ${folder}/.git log --format=%H`)).stdout.trim()).toBe(commit);
    expect((await asPuppet(`--git-dir ${folder}/.git rev-parse HEAD~1`)).code).toBe(128);
    expect(await outputOf(`find ${folder}/.git -type f | wc -l`)).toBe("4");
    expect(Number(await outputOf(`cat $(find ${folder}/.git -type f) | wc -c`))).toBeLessThan(500);
  });

  it("is one that the gate lets pass", async () => {
    expect((await judged(folder)).faults).toEqual([]);
  });

  it("has no repository if the source does not know the commit", async () => {
    for (const none of ["0".repeat(40), "not-a-commit", "--help"]) {
      const other = await release(tool, none, `none-${tool}`);
      expect((await inParsers(["ls", `${other}/.git`])).code, none).toBe(2);
      expect((await judged(other)).faults).toEqual([
        [
          "environment.conf",
          null,
          expect.stringMatching(
            /^config_version fails: fatal: .*not a git repository.*\$environmentpath\/production\/\.git/,
          ) as string,
        ],
      ]);
      await outputOf(`rm -r ${other}`);
    }
  });
});

it("is the same for the same commit, so that its files become links", async () => {
  await release("g10k", commit, "first");
  await release("r10k", commit, "second");
  const copy =
    "rsync --archive --link-dest=/tmp/gate-git/first/.git /tmp/gate-git/second/.git/ /tmp/gate-git/third/";
  await outputOf(copy);
  expect(await outputOf("find /tmp/gate-git/third -type f -links -2")).toBe("");
});

it("Git refuses a release where it is not named, as Puppet Server is another user, and the gate says so", async () => {
  await outputOf(`ln -sfn /tmp/gate-git/release-r10k ${environments}/r10k`);
  const { code, stderr } = await asPuppet(`-C ${environments}/r10k rev-parse HEAD`);
  expect({ code, stderr }).toEqual({
    code: 128,
    stderr: expect.stringContaining("dubious ownership") as string,
  });
  const tree = {
    "environment.conf":
      "config_version = '/usr/bin/git -C $environmentpath/$environment rev-parse HEAD'\n",
  };
  const folder = await made("found", tree);
  await outputOf(`cp -a /tmp/gate-git/release-r10k/.git ${folder}`);
  expect((await judged(folder)).faults).toEqual([
    [
      "environment.conf",
      null,
      expect.stringContaining("--git-dir=$environmentpath/$environment/.git") as string,
    ],
  ]);
  expect(
    await faultsOf("named", { "environment.conf": "config_version = /usr/bin/git --version\n" }),
  ).toEqual([]);
});
