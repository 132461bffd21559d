import { beforeAll, describe, expect, it } from "vitest";
import {
  codeDataFolder,
  renderMainLibrary,
  renderToolConf,
  type Tool,
} from "../../templates/code-deployment/code-deployment.js";
import { inParsers, outputOf } from "../support/rendered/parsers.js";

const folder = "/tmp/push-branches-test";

/** What a Ruby script prints as JSON; it gets a value as `given`. */
async function ruby<T>(script: string, given: unknown): Promise<T> {
  const lines = [`require "${folder}/push"`, "given = JSON.parse($stdin.read)", script];
  const command = ["env", "LC_ALL=C.UTF-8", "ruby", "--disable-gems", "-e", lines.join("\n")];
  const { code, stdout, stderr } = await inParsers(command, JSON.stringify(given));
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

beforeAll(async () => {
  const push = ["install", "-D", "-m", "0644", "/dev/stdin", `${folder}/push.rb`];
  expect((await inParsers(push, renderMainLibrary()["push.rb"] ?? "")).code).toBe(0);
});

describe("names of branches", () => {
  const parts = [
    ...["a", "B", "9", "_", "-", ".", "..", "/", "//", "@", "{", "@{", "HEAD", "lock", ".lock"],
    ...[" ", "~", "^", ":", "?", "*", "[", "]", "\\", "(", ")", ";", "'", '"', "$", "&", "|", "`"],
    ...["ü", "日本", "🚀", "\u00a0", "\u2028", "\u0085", "\t", "\n", "\u007f", "\u0001", "#", "%"],
  ];
  const pairs = parts.flatMap((one) => parts.map((other) => one + other));
  const names = [...parts, ...pairs, ...parts.map((part) => `a${part}b`)];

  it(`are those that Git accepts, of ${String(names.length)}`, async () => {
    const script = `
      git = ->(name) { system("git", "check-ref-format", "--branch", name, out: File::NULL, err: File::NULL) }
      puts JSON.generate(given.map { |name| [git.(name), Push.branch?("refs/heads/" + name)] })`;
    const verdicts = await ruby<[boolean, boolean][]>(script, names);
    const different = names.filter((_, index) => verdicts[index]?.[0] !== verdicts[index]?.[1]);
    expect(different).toEqual([]);
    const accepted = verdicts.filter(([git]) => git).length;
    expect(accepted).toBeGreaterThan(500);
    expect(accepted).toBeLessThan(names.length - 500);
  });
});

describe("names of environments", () => {
  const branches = [
    ...["production", "feature/two", "users/jo@corp", "fix(net)", "_wip", "ümlaut", "1.2-x+y#3"],
    ...["dependabot/npm_and_yarn/@types/node", "größer/日本🚀", "a\u00a0b"],
  ];
  // g10k fails for it: Git gets it through a shell.
  const quoted = "a'\"<$>b";
  beforeAll(async () => {
    const words = [...branches, quoted]
      .map((name) => `'${name.replaceAll("'", "'\\''")}'`)
      .join(" ");
    await outputOf(`
      git init --quiet --initial-branch=production ${folder}/control
      cd ${folder}/control
      touch Puppetfile && git add Puppetfile
      git -c user.name=test -c user.email=test@localhost commit --quiet --message test
      for name in ${words}; do git branch --force -- "$name" 2>/dev/null || test "$name" = production; done`);
  });

  it.each<[Tool, (file: string) => string]>([
    ["r10k", (file) => `r10k deploy environment --modules --config ${file}`],
    ["g10k", (file) => `g10k -config ${file}`],
  ])("are those that %s makes of the branches", async (tool, command) => {
    const conf = renderToolConf({
      ...{ tool, poolSize: 2, defaultEnvironment: "production" },
      sources: [{ name: "control", remote: `file://${folder}/control`, prefix: "team" }],
    }).replaceAll(codeDataFolder, `${folder}/${tool}`);
    await outputOf(
      `git clone --quiet --mirror ${folder}/control ${folder}/${tool}/mirrors/control.git`,
    );
    const file = `${folder}/${tool}.yaml`;
    await outputOf(`cat >${file}`, conf);
    await outputOf(`LC_ALL=C.UTF-8 ${command(file)} >&2`);
    const made = (await outputOf(`ls -A ${folder}/${tool}/staging`)).split("\n");
    const script = `puts JSON.generate(given.map { |name| "team_" + Push.environment(name, "${tool}") })`;
    const names = await ruby<string[]>(script, tool === "r10k" ? [...branches, quoted] : branches);
    expect([...names].sort()).toEqual([...made].sort());
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_]+$/);
    expect(names).toContain(tool === "r10k" ? "team___mlaut" : "team__mlaut");
  });
});
