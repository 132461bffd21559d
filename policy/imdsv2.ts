import { fieldsIn, unknown } from "./known.js";
import type { Rule } from "./rule.js";

/** Without a token, anyone who can make a host send a request gets the host's role. */
export const imdsv2: Rule = {
  name: "imdsv2",
  description:
    "Instances provide their role's credentials only with IMDSv2, and only to themselves.",
  violations: ({ type, name, props: { metadataOptions } }) => {
    if (type !== "aws:ec2/instance:Instance" || metadataOptions === unknown) return [];
    const { httpTokens, httpPutResponseHopLimit: hops } = fieldsIn(metadataOptions);
    const sentences: string[] = [];
    if (httpTokens !== "required" && httpTokens !== unknown) {
      sentences.push(
        `${name} answers metadata requests without a token; write metadataOptions.httpTokens: "required".`,
      );
    }
    // Without a limit, AWS uses 1.
    if (hops != null && hops !== unknown && Number(hops) > 1) {
      sentences.push(
        `${name} answers metadata requests from more than one hop away; write metadataOptions.httpPutResponseHopLimit: 1.`,
      );
    }
    return sentences;
  },
};
