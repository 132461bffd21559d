import { madeHostNames } from "../../settings/names.js";
import { awsFaults, ownVpcFaults } from "../../settings/aws.js";
import { instanceHardware, reservedMemory } from "../../settings/instance-types.js";
import type { Platform } from "../platform.js";

/** EC2 instances in a private network. */
export const aws: Platform = {
  hostsNamedBy: "compilers",
  hostNames: madeHostNames,
  faults: (settings, values) => [...ownVpcFaults(values.aws), ...awsFaults(settings.aws, settings)],
  hardware: ({ aws }, role) => {
    const setting = `aws.instances.${role}.type`;
    const { type } = aws.instances[role];
    const hardware = instanceHardware(type);
    return {
      ...hardware,
      setting,
      tooSmall: (least) =>
        `puppet:${setting} is "${type}", with ${String(hardware.memory + reservedMemory)} MiB of memory; write a type with at least ${String(least + reservedMemory)} MiB.`,
    };
  },
  makeHosts: async (settings) => (await import("./make-hosts.js")).makeHosts(settings),
};
