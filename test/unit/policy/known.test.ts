import { describe, expect, it } from "vitest";
import { guarded, unknownFromEngine } from "../../support/policy.js";
import { fieldsIn, fieldsOf, listIn, unknown } from "../../../policy/known.js";

describe("the inputs of a resource", () => {
  it("are unchanged, except for unknown ones", () => {
    const props = {
      text: "a",
      nothing: null,
      later: unknownFromEngine,
      list: [1, unknownFromEngine, { deep: [unknownFromEngine, true] }],
    };
    expect(fieldsOf(guarded(props))).toEqual({
      text: "a",
      nothing: null,
      later: unknown,
      list: [1, unknown, { deep: [unknown, true] }],
    });
  });

  it("are empty if they are not what a rule looks for", () => {
    expect(fieldsIn(unknown)).toEqual({});
    expect(fieldsIn([1])).toEqual({});
    expect(fieldsIn(null)).toEqual({});
    expect(listIn(unknown)).toEqual([]);
    expect(listIn({ a: 1 })).toEqual([]);
  });
});
