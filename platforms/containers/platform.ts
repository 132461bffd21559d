import { madeHostNames } from "../../settings/names.js";
import { containersFaults } from "../../settings/containers.js";
import type { Platform } from "../platform.js";
import { containerHardware } from "./hardware.js";

/** Systemd containers on this machine. */
export const containers: Platform = {
  hostsNamedBy: "compilers",
  hostNames: madeHostNames,
  faults: (settings) => containersFaults(settings),
  hardware: ({ containers }) => {
    const setting = "containers.memory";
    return {
      ...containerHardware(containers),
      setting,
      tooSmall: (least) =>
        `puppet:${setting} is ${String(containers.memory)}; write at least ${String(least)}.`,
    };
  },
  makeHosts: async (settings) => (await import("./make-hosts.js")).makeHosts(settings),
};
