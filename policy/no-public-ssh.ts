import type { Rule } from "./rule.js";
import { openNetworks, reaches, trafficOf } from "./security-group-rules.js";

const ssh = 22;

/** SSH is only for operators, and no setting changes that. */
export const noPublicSsh: Rule = {
  name: "no-public-ssh",
  description: "No security group lets the Internet, or a large part of it, reach SSH.",
  violations: (subject) =>
    trafficOf(subject)
      .filter((traffic) => traffic.direction === "ingress" && reaches(traffic, ssh))
      .flatMap(openNetworks)
      .map(
        ({ text }) =>
          `${subject.name} lets ${text} reach port ${ssh}; write the networks that SSH comes from, or the bastion's security group.`,
      ),
};
