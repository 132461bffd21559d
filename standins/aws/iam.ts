import { autoName, type Description, longerThan, nameOf, textOf } from "./description.js";
import { arn, digest } from "./identifiers.js";
import { count, flag, objects, optional, required, text, textMap, texts } from "./types.js";

const longestRoleName = 64;
const createDate = "2026-01-01T00:00:00Z";

/** Roles, their policies and instance profiles, which belong to no region. */
export const iamTypes: Readonly<Record<string, Description>> = {
  "aws:iam/role:Role": {
    inputs: {
      // JSON, or the object itself.
      ...required({ type: "any" }, "assumeRolePolicy"),
      ...optional(flag, "forceDetachPolicies"),
      ...optional(text, "description", "name", "namePrefix", "path", "permissionsBoundary"),
      ...optional(texts, "managedPolicyArns"),
      ...optional(count, "maxSessionDuration"),
      ...optional(textMap, "tags"),
      inlinePolicies: objects(optional(text, "name", "policy")),
    },
    autoName: autoName("name", { longest: longestRoleName }),
    replaces: ["name", "namePrefix", "path"],
    failures: (inputs) => longerThan(longestRoleName, "name", inputs),
    id: nameOf,
    computed: ({ id, inputs }) => ({
      arn: arn("iam", "", `role${textOf(inputs.path) || "/"}${id}`),
      createDate,
      inlinePolicies: [],
      managedPolicyArns: [],
      name: id,
      uniqueId: uniqueId("AROA", id),
    }),
  },

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    inputs: required(text, "policyArn", "role"),
    replaces: ["policyArn", "role"],
    // Deleting it later would detach what the new one has attached.
    deleteBeforeReplace: true,
    id: (_seed, { role, policyArn }) => `${textOf(role)}/${textOf(policyArn)}`,
    computed: () => ({}),
  },

  "aws:iam/instanceProfile:InstanceProfile": {
    inputs: {
      ...optional(text, "name", "namePrefix", "path", "role"),
      ...optional(textMap, "tags"),
    },
    autoName: autoName("name", { longest: 128 }),
    replaces: ["name", "namePrefix", "path"],
    id: nameOf,
    computed: ({ id, inputs }) => ({
      arn: arn("iam", "", `instance-profile${textOf(inputs.path) || "/"}${id}`),
      createDate,
      name: id,
      uniqueId: uniqueId("AIPA", id),
    }),
  },
};

function uniqueId(prefix: string, name: string): string {
  return prefix + digest("unique", name).slice(0, 17).toUpperCase();
}
