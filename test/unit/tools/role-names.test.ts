import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";
import { project } from "../../../tools/lib/paths.js";

const message =
  "Roles are named in the table of roles alone (roles/roles.ts): derive this from it, or move it to the role's own folder; see docs/architecture.md.";

// Without the rules that need types, whose program takes ten seconds to build.
const linter = new ESLint({
  cwd: project,
  overrideConfig: [
    {
      ...(tseslint.configs.disableTypeChecked as object),
      rules: {
        ...tseslint.configs.disableTypeChecked.rules,
        "@pulumi/no-output-in-template-literal": "off",
      },
    },
  ],
});

/** What the linter says of a text in a file's place about names of roles. */
async function saidOf(file: string, text: string): Promise<string[]> {
  const [result] = await linter.lintText(text, { filePath: file });
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === "no-restricted-syntax")
    .map(({ message }) => message);
}

describe("the name of a role outside the table", () => {
  it.each([
    ["a name", 'export const host = "hdm";'],
    ["the word of the output", 'export const word = "load-balancer";'],
    ["a type", 'export type Sized = "main" | "agents";'],
    ["a list as an object", "export const ports = { main: 1, puppetdb: 2, foreman: 3 };"],
    [
      "a list as a pattern",
      "export const f = ({ main, hdm, compiler }: never) => [main, hdm, compiler];",
    ],
    ["a list as a type", "export interface Hosts { main: 1; hdm: 2; other: 3; foreman: 4 }"],
  ])("is an error: %s", async (_, text) => {
    expect(await saidOf("platforms/hosts.ts", text)).toContain(message);
  });

  it.each([
    ["platforms/hosts.ts", "export const f = ({ puppetdb, hdm }: never) => [puppetdb, hdm];"],
    ["roles/roles.ts", "export const roles = { main: 1, puppetdb: 2, foreman: 3 };"],
    ["tools/commands/verify.ts", 'export const product = "hdm";'],
  ])("is none where it belongs, in %s", async (file, text) => {
    expect(await saidOf(file, text)).toEqual([]);
  });
});
