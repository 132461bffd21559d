import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedCodeFiles, codeFilesOf } from "../support/host-files/code-files.js";
import { fileOf } from "../support/host-files/files.js";
import { inParsers } from "../support/rendered/parsers.js";

/** What became of one message, as sync-attacks.rb reports it. */
interface Outcome {
  readonly message: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const folder = "/tmp/sync-test";
const count = 500;

/** The scripts, with folders of a test's own. */
const moved = (script: string, folder: string) =>
  script
    .replaceAll('"/etc/puppet-code"', `"${folder}"`)
    .replaceAll('"/var/lib/puppet-code"', `"${folder}/home"`)
    .replaceAll('"/var/lib/puppet-pool/', `"${folder}/home/pool/`)
    .replaceAll("/usr/local/lib/puppet-code/", `${folder}/`);

/** Writes a file for a test, and has it run. */
const installIn = (folder: string) => (name: string, content: string) =>
  inParsers(["install", "-D", "-m", "0755", "/dev/stdin", `${folder}/${name}`], content);

/** Installs a compiler's scripts in a folder. */
async function compilerIn(folder: string, settings: object): Promise<void> {
  const install = installIn(folder);
  const { "compiler/puppet-code-sync": sync = "" } = await codeFilesOf("debian");
  const library = fileOf(await sharedCodeFiles(), "puppet_code.rb");
  await install("sync", moved(sync, folder));
  await install("puppet_code.rb", moved(library, folder));
  const values = { name: "compiler1", fqdn: "compiler1.example.test", main: "main.example.test" };
  const environments = `${folder}/environments`;
  await install("settings.json", JSON.stringify({ ...values, environments, ...settings }));
  await inParsers([
    ...["mkdir", "-p", `${folder}/home/published`, `${folder}/home/pool/code`],
    environments,
  ]);
}

it(`a compiler answers ${String(count)} mutated messages in one line each, and writes nothing elsewhere`, async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`mutations of the main server's messages with the seed ${String(seed)}`);
  const install = installIn(folder);
  await compilerIn(folder, {});
  const attacks = new URL("../support/rendered/sync-attacks.rb", import.meta.url);
  await install("attacks.rb", readFileSync(attacks, "utf8"));
  // No main server is there to fetch from.
  await install("bin/rsync", "#!/bin/sh\nexit 23\n");

  const run = `cd ${folder} && PATH=${folder}/bin:$PATH LC_ALL=C exec ruby attacks.rb ./puppet_code.rb ./sync ${String(seed)} ${String(count)}`;
  const { code, stdout, stderr } = await inParsers(["sh", "-c", run]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const outcomes = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Outcome);
  expect(outcomes).toHaveLength(count);
  for (const { message, exit, stdout, stderr } of outcomes) {
    const what = Buffer.from(message, "base64").toString();
    expect({ exit, stderr }, what).toEqual({ exit: 1, stderr: "" });
    // The main server shows the reason to people, on one line.
    expect(JSON.parse(stdout), what).toMatchObject({
      state: "failed",
      error: expect.stringMatching(/^[^\p{Cc}]{1,500}$/u) as string,
    });
  }
  const left = await inParsers([
    "find",
    folder,
    "-newer",
    `${folder}/bin/rsync`,
    "-printf",
    "%P\n",
  ]);
  expect(
    left.stdout
      .trim()
      .split("\n")
      .filter((path) => !path.startsWith("home")),
  ).toEqual([]);
  expect(left.stdout).not.toMatch(/\.\.|passwd|x{80}/);
}, 600_000);

it("a compiler adds once what an older version of it did not copy", async () => {
  const own = "/tmp/sync-complete";
  const release = "20260101T000000.0000-0123456789ab";
  await compilerIn(own, { copy: true });
  // The main server's folder is beside it.
  await installIn(own)(
    "bin/rsync",
    `#!/bin/sh
echo "$@" >>${own}/calls
for word; do shift; set -- "$@" "$(echo "$word" | sed 's#^puppet-code@[^:]*:#${own}/main/#')"; done
exec /usr/bin/rsync "$@"
`,
  );
  const files = `mkdir -p ${own}/main/production/${release}/.git ${own}/home/published/production
cd ${own}/main/production/${release}; ln -s ../common/modules modules; echo a >a
rsync --archive --exclude=.git ./ ${own}/home/published/production/${release}/; echo commit >.git/HEAD; : >${own}/calls`;
  await inParsers(["sh", "-ec", files]);
  const entry = { release, commit: "0".repeat(40) };
  const synced = async () => {
    const run = `cd ${own} && SSH_CONNECTION=x PATH=${own}/bin:$PATH exec ruby ./sync`;
    const { stdout } = await inParsers(["sh", "-c", run], JSON.stringify({ production: entry }));
    expect(JSON.parse(stdout)).toMatchObject({ commits: { production: entry.commit } });
    return Number((await inParsers(["sh", "-c", `wc -l <${own}/calls`])).stdout);
  };
  expect(await synced()).toBe(1);
  const published = `${own}/home/published/production`;
  const { stdout } = await inParsers([
    ...["sh", "-c"],
    `cat ${published}/${release}/.git/HEAD; readlink ${published}/common`,
  ]);
  expect(stdout).toBe(`commit\n${own}/environments/common\n`);
  expect(await synced()).toBe(1);
});

describe("a full disk", () => {
  const own = "/var/tmp/sync-full";
  const environment = (release: string, commit: string) => ({
    production: { release, commit: commit.repeat(40) },
  });
  const old = environment("20260101T000000.0000-0123456789ab", "0");
  const newer = environment("20260102T000000.0000-123456789abc", "1");
  /** Has the compiler take what the main server tells of, or what it asks for. */
  const synced = (told: object, asked: boolean) =>
    inParsers(
      [
        ...["sh", "-c"],
        `cd ${own} && ${asked ? "SSH_CONNECTION=x" : ""} PATH=${own}/bin:$PATH exec ruby ./sync`,
      ],
      JSON.stringify(told),
    );
  const sh = async (script: string) => {
    const { code, stdout, stderr } = await inParsers(["sh", "-ec", script]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  const pool = () => sh(`ls ${own}/home/pool/code`);
  const state = async () =>
    JSON.parse(await sh(`cat ${own}/home/state.json`)) as Record<string, unknown>;

  beforeAll(async () => {
    await sh(`mkdir -p ${own}/home; mount -t tmpfs -o size=1m,nr_inodes=100 tmpfs ${own}/home`);
    await compilerIn(own, { copy: true, leaves: true });
    await installIn(own)(
      "bin/rsync",
      `#!/bin/sh
for word; do shift; set -- "$@" "$(echo "$word" | sed 's#^puppet-code@[^:]*:#${own}/main/#')"; done
exec /usr/bin/rsync "$@"
`,
    );
    // A file of the same size and time would be a link to the older one.
    for (const [{ production }, size] of [
      [old, "100k"],
      [newer, "101k"],
    ] as const) {
      const release = `${own}/main/production/${production.release}`;
      await sh(`mkdir -p ${release}; head -c ${size} /dev/urandom >${release}/data`);
    }
    const { stdout } = await synced(old, true);
    expect(JSON.parse(stdout)).toMatchObject({ state: "deployed" });
    expect(await pool()).toBe("current\n");
  });
  afterAll(() => sh(`umount ${own}/home`));

  it.each([
    ["of bytes", `dd if=/dev/zero of=${own}/home/filler bs=4k 2>/dev/null || true`],
    ["of files", `seq --format=${own}/home/filler%g 200 | xargs touch 2>/dev/null || true`],
  ])(`%s is told in one sentence, and that the code is old`, async (_, fill) => {
    await sh(fill);
    const told = await synced(newer, true);
    expect(told).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(told.stdout)).toMatchObject({
      state: "failed",
      error: `no space left on ${own}/home`,
    });
    const behind = { state: "failed", behind: true, commits: { production: "0".repeat(40) } };
    expect(await state()).toMatchObject({ ...behind, error: `no space left on ${own}/home` });
    expect(await pool()).toBe("behind\n");

    // Its own question finds the same, without the main server's word.
    await sh(
      `mv ${own}/home/pool/code/behind ${own}/home/pool/code/current; echo '${JSON.stringify(newer)}' >${own}/main/published.json`,
    );
    expect(await synced({}, false)).toEqual({
      code: 1,
      stdout: `<4>no newer code: no space left on ${own}/home\n`,
      stderr: "",
    });
    expect(await state()).toMatchObject(behind);
    expect(await pool()).toBe("behind\n");

    await sh(`rm ${own}/home/filler*`);
    expect(JSON.parse((await synced(newer, true)).stdout)).toMatchObject({ state: "deployed" });
    expect(await state()).toMatchObject({ state: "deployed", behind: false });
    expect(await pool()).toBe("current\n");
    await synced(old, true);
  });
});
