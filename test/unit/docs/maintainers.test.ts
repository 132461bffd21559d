import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { stages } from "../../../floors.js";
import { project } from "../../../tools/lib/paths.js";

const read = (path: string) => readFileSync(join(project, path), "utf8");
/** Files that Git knows, or would add. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: project,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((file) => existsSync(join(project, file)));
const guides = files.filter((file) => file.endsWith(".md") && !file.includes("/files/"));

/** First cells of the table below a heading, in the order of its rows. */
function cells(document: string, heading: string): string[] {
  const [, below = ""] = document.split(`\n${heading}\n`);
  const [, table = ""] = /\n(\|(?:.*\|\n)+)/.exec(below) ?? [];
  return table
    .split("\n")
    .slice(2)
    .flatMap((row) => row.split("|")[1]?.trim().replaceAll("`", "") ?? []);
}

/** The anchor that a heading has on the project's pages. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

describe("the guides of maintainers", () => {
  const folders = [...new Set(files.flatMap((file) => /^([^./]\w*)\//.exec(file)?.[1] ?? []))];

  it("list the folders that there are", () => {
    expect(cells(read("CONTRIBUTING.md"), "## Where things are").sort()).toEqual(folders.sort());
    const listed = cells(read("docs/architecture.md"), "## The floors");
    const top = listed
      .map((name) => name.split("/")[0] ?? "")
      .filter((name) => name !== "index.ts");
    expect([...new Set(top)].sort()).toEqual(folders.sort());
  });

  it("list the stages of the tests", () => {
    const [commands = "", times = ""] =
      read("CONTRIBUTING.md").split("\n## Tests\n")[1]?.split("\n| Stage ") ?? [];
    expect(commands).toContain("npm test");
    const rows = times.split("\n").filter((row) => row.startsWith("| `"));
    expect(rows.map((row) => /`(.*?)`/.exec(row)?.[1]).sort()).toEqual([...stages].sort());
  });

  it.each(guides)("have links that lead somewhere: %s", (guide) => {
    for (const [, target = ""] of read(guide).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? guide : normalize(join(dirname(guide), path));
      expect(existsSync(join(project, file)), `${guide}: ${target}`).toBe(true);
      if (anchor === undefined) continue;
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
      expect(headings.map(anchorOf), `${guide}: ${target}`).toContain(anchor);
    }
  });

  it("name the files that a role touches, and HDM touches no others", () => {
    const [, steps = ""] = read("docs/architecture.md").split("\n## How to add a role\n");
    const linked = [...(steps.split("\n## ")[0] ?? "").matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, target = ""]) => normalize(join("docs", target)),
    );
    const own =
      /^(roles|components|templates|standins)\/hdm\/|\/hdm[a-z-]*\.ts$|^tools\/(commands|lib)\/verify/;
    const others = files
      .filter((file) => /\.(ts|js|yaml)$/.test(file) && !/^(test|examples|docs)\//.test(file))
      .filter((file) => !own.test(file) && !/^Pulumi\..+\.yaml$/.test(file))
      .filter((file) => /hdm/i.test(read(file)));
    // What HDM does to other roles: they let it read, hand it their code, and keep its servers' names from agents.
    const relations = [
      ...["code", "context", "puppetdb", "trusted-names"].map(
        (name) => `components/puppet-infrastructure/${name}.ts`,
      ),
      "components/code-deployment/copy-state.ts",
    ];
    expect(others.filter((file) => !linked.includes(file) && !relations.includes(file))).toEqual(
      [],
    );
  });

  it("say of each release what restarts", () => {
    const releases = read("CHANGELOG.md").split(/\n## /).slice(1);
    expect(releases[0]).toMatch(/^Unreleased\n/);
    for (const release of releases.slice(0, -1)) expect(release).toContain("\n### What restarts\n");
    const { version } = JSON.parse(read("package.json")) as { version: string };
    expect(releases.some((release) => release.startsWith(version))).toBe(true);
    expect(read("docs/components.md")).toContain(`pulumi-puppet-${version}.tgz`);
  });
});
