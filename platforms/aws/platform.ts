import { byRole, roles } from "../../roles/roles.js";
import { awsFaults, ownVpcFaults } from "../../settings/aws.js";
import { instanceHardware, reservedMemory } from "../../settings/instance-types.js";
import type { Platform } from "../platform.js";

/** EC2 instances in a private network. */
export const aws: Platform = {
  hostsNamedBy: "compilers",
  hostNames: (parsed) => byRole((role) => roles[role].hostNames(parsed)),
  faults: (settings, values) => {
    const { puppetServer, caServer, fileServer } = settings;
    const serviceNames = { puppetServer, caServer, fileServer };
    return [...ownVpcFaults(values.aws), ...awsFaults(settings.aws, { ...settings, serviceNames })];
  },
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
