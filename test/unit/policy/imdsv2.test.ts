import { describe, expect, it } from "vitest";
import { example, unknownFromEngine } from "../../support/policy.js";
import { imdsv2 } from "../../../policy/imdsv2.js";

const judge = (props: Readonly<Record<string, unknown>>) =>
  imdsv2.violations(example("aws:ec2/instance:Instance", props), []);

describe("imdsv2", () => {
  it.each([{}, { metadataOptions: {} }, { metadataOptions: { httpTokens: "optional" } }])(
    "rejects %o",
    (props) => {
      expect(judge(props)).toEqual([
        'example answers metadata requests without a token; write metadataOptions.httpTokens: "required".',
      ]);
    },
  );

  it("rejects more than one hop", () => {
    const metadataOptions = { httpTokens: "required", httpPutResponseHopLimit: 2 };
    expect(judge({ metadataOptions })).toEqual([
      "example answers metadata requests from more than one hop away; write metadataOptions.httpPutResponseHopLimit: 1.",
    ]);
  });

  it.each([
    { metadataOptions: { httpTokens: "required" } },
    { metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 } },
    { metadataOptions: { httpTokens: unknownFromEngine } },
    { metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: unknownFromEngine } },
    { metadataOptions: unknownFromEngine },
  ])("accepts %o", (props) => expect(judge(props)).toEqual([]));

  it("applies only to instances", () => {
    expect(imdsv2.violations(example("aws:ebs/volume:Volume", {}), [])).toEqual([]);
  });
});
