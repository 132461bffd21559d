import { autoName, type Description, exactlyOneOf, textOf } from "./description.js";
import { arn, ec2Id } from "./identifiers.js";
import { accountId } from "./provider.js";
import {
  count,
  flag,
  managed,
  objects,
  optional,
  regionalAndTagged,
  required,
  text,
  texts,
} from "./types.js";

const inlineRules = objects({
  ...required(count, "fromPort", "toPort"),
  ...required(text, "protocol"),
  ...optional(texts, "cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups"),
  ...optional(text, "description"),
  ...optional(flag, "self"),
});

const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

const rule: Description = {
  inputs: {
    ...required(text, "ipProtocol", "securityGroupId"),
    ...optional(text, ...peers, "description"),
    ...optional(count, "fromPort", "toPort"),
    ...regionalAndTagged,
  },
  replaces: ["securityGroupId"],
  failures: exactlyOneOf(...peers),
  id: ec2Id("sgr"),
  computed: ({ id, region }) => ({
    arn: arn("ec2", region, `security-group-rule/${id}`),
    securityGroupRuleId: id,
  }),
};

/** Security groups and their rules. */
export const securityGroupTypes: Readonly<Record<string, Description>> = {
  "aws:ec2/securityGroup:SecurityGroup": {
    inputs: {
      ...optional(managed, "description"),
      ...optional(inlineRules, "egress", "ingress"),
      ...optional(text, "name", "namePrefix", "vpcId"),
      ...optional(flag, "revokeRulesOnDelete"),
      ...regionalAndTagged,
    },
    autoName: autoName("name"),
    replaces: ["description", "name", "namePrefix", "vpcId"],
    id: ec2Id("sg"),
    computed: ({ id, region, inputs }) => ({
      arn: arn("ec2", region, `security-group/${id}`),
      egress: [],
      ingress: [],
      name: textOf(inputs.namePrefix) + id.slice(-16),
      ownerId: accountId,
      vpcId: "",
    }),
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
};
