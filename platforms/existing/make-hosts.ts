import * as pulumi from "@pulumi/pulumi";
import type { HostsByRole } from "../../components/index.js";
import type { Settings } from "../../settings/settings.js";
import { hostsByRole } from "../hosts.js";
import { ExistingServers } from "./existing-servers.js";
import { preflightsOf } from "./preflight.js";

/** The servers of a stack by role. */
export function makeHosts(settings: Settings): { hosts: HostsByRole } {
  const { existing, domain } = settings;
  const { hosts } = new ExistingServers("servers", {
    ...existing,
    domain,
    preflights: preflightsOf(settings),
  });
  return {
    hosts: hostsByRole(settings, (_, name) => {
      const host = hosts.find((host) => host.name === name);
      if (host === undefined) {
        throw new pulumi.RunError(
          `puppet:existing.servers does not have ${name}; the settings were not checked.`,
        );
      }
      return host;
    }),
  };
}
