import { expect, test } from "vitest";
import { ContractProject } from "../support/contract/contract-project.js";
import type { ResourceSpec } from "../support/contract/program/resource-spec.js";

test("random values are as requested, stable, and replaced when their keepers change", async () => {
  const project = new ContractProject();
  const resources = (version: string, length = 24): ResourceSpec[] => [
    { type: "RandomPassword", name: "password", args: { length, keepers: { version } } },
    {
      type: "RandomPassword",
      name: "letters",
      args: {
        length: 40,
        special: false,
        numeric: false,
        minUpper: 39,
        keepers: { constant: "1" },
      },
    },
    {
      type: "RandomString",
      name: "string",
      args: { length: 12, upper: false, minSpecial: 3, overrideSpecial: "-", keepers: { version } },
    },
    { type: "RandomId", name: "id", args: { byteLength: 6, prefix: "x-", keepers: { version } } },
  ];
  const values = async (): Promise<Record<string, unknown>> => ({
    password: await project.revealed("password", "result"),
    letters: await project.revealed("letters", "result"),
    string: (await project.outputs("string"))?.result,
    id: (await project.outputs("id"))?.hex,
  });

  (await project.up(resources("1"))).succeeded();
  const first = await values();
  expect(first.password).toMatch(/^[\w!@#$%&*()\-=+[\]{}<>:?]{24}$/);
  expect(first.letters).toMatch(/^(?=(?:[a-z]*[A-Z]){39})[a-zA-Z]{40}$/);
  expect(first.string).toMatch(/^(?=(?:[^-]*-){3})[a-z0-9-]{12}$/);
  expect(first.id).toMatch(/^x-[0-9a-f]{12}$/);
  expect(await project.state()).not.toContain(first.password);
  expect(await project.state()).not.toContain(first.letters);

  const { b64Std, b64Url, dec } = (await project.outputs("id")) as Record<string, string>;
  const bytes = Buffer.from(String(first.id).slice(2), "hex");
  expect(b64Std).toBe(`x-${bytes.toString("base64")}`);
  expect(b64Url).toBe(`x-${bytes.toString("base64url")}`);
  expect(dec).toBe(`x-${BigInt(`0x${bytes.toString("hex")}`)}`);

  const unchanged = (await project.up(resources("1"))).succeeded();
  expect([...unchanged.steps].sort()).toEqual([
    "same id",
    "same letters",
    "same password",
    "same string",
  ]);
  expect(await values()).toEqual(first);

  const replaced = (await project.up(resources("2"))).succeeded();
  const names = ["password", "string", "id"];
  for (const name of names) expect(replaced.steps).toContain(`create-replacement ${name}`);
  const second = await values();
  expect(second.letters).toBe(first.letters);
  for (const name of names) expect(second[name]).not.toBe(first[name]);

  const longer = (await project.up(resources("2", 25))).succeeded();
  expect(longer.steps).toContain("create-replacement password");
  expect(await project.revealed("password", "result")).toHaveLength(25);
});
