import { fieldsIn, listIn, unknown, type Value } from "./known.js";
import type { Rule, Subject } from "./rule.js";

/** Keys and catalogs are on these disks and their snapshots. */
export const encryptedVolumes: Rule = {
  name: "encrypted-volumes",
  description: "Every disk and every database is encrypted.",
  violations: (subject) =>
    inputsOf(subject)
      .filter(([, value]) => value !== true && value !== unknown)
      .map(([input]) => `${subject.name} is not encrypted; write ${input}: true.`),
};

/** The inputs that must be true, each with its value. */
function inputsOf({ type, props }: Subject): readonly (readonly [string, Value])[] {
  switch (type) {
    case "aws:ebs/volume:Volume":
      return [["encrypted", props.encrypted]];
    case "aws:rds/instance:Instance":
      return [["storageEncrypted", props.storageEncrypted]];
    case "aws:ec2/instance:Instance":
      return [
        ["rootBlockDevice.encrypted", encryptedIn(props.rootBlockDevice)],
        ...listIn(props.ebsBlockDevices).map(
          (device, index) => [`ebsBlockDevices[${index}].encrypted`, encryptedIn(device)] as const,
        ),
      ];
    default:
      return [];
  }
}

function encryptedIn(device: Value): Value {
  return device === unknown ? unknown : fieldsIn(device).encrypted;
}
