import { PolicyPack } from "@pulumi/policy";
import { subjectOf } from "./rule.js";
import { rules } from "./rules.js";
import { receiveStackConfig } from "./stack-config.js";
import { openingsIn } from "./stack-settings.js";

const stackConfig = receiveStackConfig();

new PolicyPack("pulumi-puppet", {
  enforcementLevel: "mandatory",
  policies: rules.map(({ name, description, violations }) => ({
    name,
    description,
    validateResource: (args, report) => {
      for (const sentence of violations(subjectOf(args), openingsIn(stackConfig()))) {
        report(sentence);
      }
    },
  })),
});
