import { readdirSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { rules } from "../../../policy/rules.js";
import { parseSettings } from "../../../platforms/platforms.js";

const project = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, project), "utf8");

/** The first cells in the rows of the table after a text, in order. */
function namesAfter(document: string, before: string): string[] {
  const [, table = ""] = document.slice(document.indexOf(before)).split(/\n\n(?=\|)/);
  const rows = table.split("\n\n")[0]?.split("\n").slice(2) ?? [];
  return rows.map((row) => row.split("|")[1]?.trim().replaceAll("`", "") ?? "");
}

describe("guides", () => {
  it("have a valid example of existing servers", () => {
    const [, yaml = ""] =
      /```yaml\n(config:\n[^]*?)```/.exec(read("docs/existing-servers.md")) ?? [];
    const { config } = load(yaml.replaceAll("AAAA...", `AAAA${"A".repeat(64)}`)) as {
      config: Record<string, Record<string, unknown>>;
    };
    const values = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("puppet:", ""), value]),
    );
    const privateKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    const settings = parseSettings({ ...values, existing: { ...values.existing, privateKey } });
    expect(settings.hosts.compilers).toEqual(["c1", "c2"]);
  });

  it("have each policy in the pack, and no others", () => {
    expect(namesAfter(read("docs/ci.md"), "## The policies")).toEqual(
      rules.map(({ name }) => name),
    );
  });

  it.each([
    ["another run still holds …", "another run still holds"],
    ["TCP port 8140, on which … is to listen, is taken", "is to listen, is taken"],
    ["the disk of … is full", " is full"],
    ["a wrong clock does this too", "a wrong clock does this too"],
    ["dpkg cannot finish what the last run began", "dpkg cannot finish what the last run began"],
  ])("have the message of a failing server: %s", (told, said) => {
    expect(read("docs/existing-servers.md")).toContain(`\`SERVER: ${told}\``);
    const scripts = ["ready.sh.eta", "converge.sh.eta", "diagnosis.sh"];
    expect(scripts.map((script) => read(`hosts/${script}`)).join("")).toContain(said);
  });

  it("have a row for everything that a look at a server can find", () => {
    const scripts = ["system.sh", "services.sh", "preflight.sh.eta"].map((script) =>
      read(`hosts/preflight/${script}`),
    );
    const found = scripts
      .join("")
      .matchAll(/\b(?:stops|taken_over|fingerprint\)") "?([a-z][a-z ]*)/g);
    const abouts = new Set([...found].map(([, about = ""]) => about.trim()));
    expect([...abouts].sort()).toMatchInlineSnapshot(`
      [
        "agent",
        "boot",
        "ca",
        "clock",
        "code",
        "cores",
        "disk",
        "haproxy",
        "memory",
        "names",
        "package sources",
        "packages",
        "port",
        "postgresql",
        "sshd",
        "sudo",
        "system",
      ]
    `);
    const rows = namesAfter(read("docs/existing-servers.md"), "## Before the first touch");
    for (const about of abouts) expect(rows.flatMap((row) => row.split(", "))).toContain(about);
  });

  it("have only commands that are in package.json", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const guides = readdirSync(new URL("docs/", project)).filter((name) => name.endsWith(".md"));
    for (const guide of ["README.md", "CONTRIBUTING.md", ...guides.map((name) => `docs/${name}`)]) {
      const used = [...read(guide).matchAll(/npm run (?:--silent )?([a-z-]+)/g)];
      for (const [, script = ""] of used)
        expect(scripts, `${guide}: ${script}`).toHaveProperty(script);
    }
  });
});
