import { describe, expect, it } from "vitest";
import { example, unknownFromEngine } from "../../support/policy.js";
import { protectedData } from "../../../policy/protected-data.js";

const volume = "aws:ebs/volume:Volume";
const database = "aws:rds/instance:Instance";
const judge = (type: string, props: Readonly<Record<string, unknown>>, protect: boolean) =>
  protectedData.violations(example(type, props, protect), []);
const unprotected = "example holds data; write protect: true in its resource options.";
const deletable = "example holds data; write deletionProtection: true.";

describe("protected-data", () => {
  it.each([
    { type: volume, props: { tags: { Data: "" } }, protect: false, sentences: [unprotected] },
    {
      type: volume,
      props: { tags: { Data: unknownFromEngine } },
      protect: false,
      sentences: [unprotected],
    },
    { type: database, props: {}, protect: false, sentences: [unprotected, deletable] },
    {
      type: database,
      props: { deletionProtection: false },
      protect: true,
      sentences: [deletable],
    },
  ])("rejects $type with $props, protected: $protect", ({ type, props, protect, sentences }) => {
    expect(judge(type, props, protect)).toEqual(sentences);
  });

  it.each([
    { type: volume, props: { tags: { Data: "ca" } }, protect: true },
    { type: volume, props: { tags: { Name: "scratch" } }, protect: false },
    { type: volume, props: { tags: unknownFromEngine }, protect: false },
    { type: volume, props: {}, protect: false },
    { type: database, props: { deletionProtection: true }, protect: true },
    { type: database, props: { deletionProtection: unknownFromEngine }, protect: true },
  ])("accepts $type with $props, protected: $protect", ({ type, props, protect }) => {
    expect(judge(type, props, protect)).toEqual([]);
  });
});
