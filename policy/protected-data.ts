import { fieldsIn, unknown } from "./known.js";
import type { Rule, Subject } from "./rule.js";

const database = "aws:rds/instance:Instance";

/** An invalid setting may cost a host, which can be recreated, but never data that is nowhere else. */
export const protectedData: Rule = {
  name: "protected-data",
  description: "Databases, and volumes with the tag Data, cannot be deleted by accident.",
  violations: (subject) => {
    if (!holdsData(subject)) return [];
    const { type, name, props, protect } = subject;
    const sentences: string[] = [];
    if (!protect) {
      sentences.push(`${name} holds data; write protect: true in its resource options.`);
    }
    if (
      type === database &&
      props.deletionProtection !== true &&
      props.deletionProtection !== unknown
    ) {
      sentences.push(`${name} holds data; write deletionProtection: true.`);
    }
    return sentences;
  },
};

function holdsData({ type, props }: Subject): boolean {
  return type === database || (type === "aws:ebs/volume:Volume" && "Data" in fieldsIn(props.tags));
}
