import { PolicyPack } from "@pulumi/policy";
import { subjectOf } from "./rule.js";
import { rules } from "./rules.js";
import { receiveStackConfig } from "./stack-config.js";
import { openingsIn, type Opening } from "./stack-settings.js";

const stackConfig = receiveStackConfig();
let read: readonly Opening[] | undefined;
/** Read only once, because the settings are the same for all resources. */
const openings = () => (read ??= openingsIn(stackConfig()));

new PolicyPack("pulumi-puppet", {
  enforcementLevel: "mandatory",
  policies: rules.map(({ name, description, violations }) => ({
    name,
    description,
    validateResource: (args, report) => {
      for (const sentence of violations(subjectOf(args), openings())) {
        report(sentence);
      }
    },
  })),
});
