import { fieldsIn, unknown } from "./known.js";
import type { Rule } from "./rule.js";

/** Without a token, whoever gets a host to send a request for them has the host's role. */
export const imdsv2: Rule = {
  name: "imdsv2",
  description:
    "Instances hand out the credentials of their role by IMDSv2 only, and only to themselves.",
  violations: ({ type, name, props: { metadataOptions } }) => {
    if (type !== "aws:ec2/instance:Instance" || metadataOptions === unknown) return [];
    const { httpTokens, httpPutResponseHopLimit: hops } = fieldsIn(metadataOptions);
    const sentences: string[] = [];
    if (httpTokens !== "required" && httpTokens !== unknown) {
      sentences.push(
        `${name} answers requests for metadata without a token; write metadataOptions.httpTokens: "required".`,
      );
    }
    // Without a limit, AWS takes 1.
    if (hops != null && hops !== unknown && Number(hops) > 1) {
      sentences.push(
        `${name} answers requests for metadata from further than itself; write metadataOptions.httpPutResponseHopLimit: 1.`,
      );
    }
    return sentences;
  },
};
