import * as pulumi from "@pulumi/pulumi";
import type { HostsByRole } from "../../components/index.js";
import { roles } from "../../roles/roles.js";
import { serviceNamesOf } from "../../roles/service-names.js";
import type { Settings } from "../../settings/settings.js";
import { hostsByRole } from "../hosts.js";
import { Containers } from "./containers.js";

/** The containers of a stack by role. */
export function makeHosts(settings: Settings): { hosts: HostsByRole } {
  const { domain } = settings;
  const containers = new Containers("containers", {
    environment: pulumi.getStack(),
    domain,
    ...settings.containers,
  });
  return {
    hosts: hostsByRole(settings, (role, name) => {
      const { container, serviceNames } = roles[role];
      return containers.host({
        name,
        offset: container.offset(name),
        aliases: serviceNamesOf(settings, serviceNames),
        ports: container.ports(settings),
      });
    }),
  };
}
