import * as z from "zod";
import { describe, expect, it } from "vitest";
import { byRole, inOrder, ofRole, roleNames, roles, roleSettings } from "../../../roles/roles.js";
import type { Role } from "../../../roles/role.js";

/** The records, as those who derive from them see them. */
const records: readonly Role<never>[] = roleNames.map((role): Role<never> => roles[role]);

const once = (values: readonly string[]) => {
  expect(values.filter((value, at) => values.indexOf(value) !== at)).toEqual([]);
};

/** What a schema describes at a path; undefined if it has no such key. */
function at(schema: z.core.$ZodType | undefined, path: readonly string[]): unknown {
  if (
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional
  ) {
    return at(schema.unwrap(), path);
  }
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  if (key === "*") return schema instanceof z.ZodRecord ? at(schema.valueType, rest) : undefined;
  const shape: Readonly<Record<string, z.core.$ZodType>> =
    schema instanceof z.ZodObject ? schema.shape : {};
  return at(shape[key], rest);
}

describe("the table of roles", () => {
  it("has no section, output or word of two roles", () => {
    once(records.flatMap(({ settings }) => Object.keys(settings)));
    once(records.flatMap(({ outputs }) => Object.keys(outputs)));
    once(records.flatMap(({ words }) => words));
  });

  it("gives each host an address of its own, below those of compilers and agents", () => {
    const offsets = roleNames
      .filter((role) => roles[role].count !== "many")
      .map((role) => roles[role].container.offset(role));
    once(offsets.map(String));
    for (const offset of offsets) {
      expect(offset).toBeGreaterThan(1);
      expect(offset).toBeLessThan(21);
    }
  });

  it.each(roleNames)("has only secrets that are settings: %s", (role) => {
    for (const secret of roles[role].secrets) {
      const [section = "", ...path] = secret.split(".");
      expect(Object.keys(roles[role].settings), secret).toContain(section);
      const schema = (roleSettings as Readonly<Record<string, z.core.$ZodType>>)[section];
      expect(at(schema, path), secret).toBeInstanceOf(z.ZodString);
    }
  });

  it.each(roleNames)("has a setting for where an optional role runs: %s", (role) => {
    const { count, elsewhere, settings } = roles[role];
    const schema: z.core.$ZodType | undefined = (
      settings as Readonly<Record<string, z.core.$ZodType>>
    )[role];
    const host = at(schema, ["host"]);
    const values = host instanceof z.ZodEnum ? host.options : [];
    const expected = count === "optional" ? ["own", ...elsewhere] : [];
    expect([...values].sort()).toEqual(expected.sort());
  });

  it("puts things by role, and takes them out in order", () => {
    const names = byRole((role) =>
      role === "compiler" ? ["one", "two"] : role === "hdm" ? [] : [role],
    );
    expect(names).toMatchObject({ main: "main", compilers: ["one", "two"] });
    expect(ofRole(names, "hdm")).toEqual([]);
    expect(inOrder(names).map(([, name]) => name)).toEqual([
      ...["main", "loadBalancer", "puppetdb", "foreman", "one", "two"],
    ]);
  });
});
