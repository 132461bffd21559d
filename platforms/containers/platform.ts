import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../settings/settings.js";
import { hdmTlsPort } from "../../templates/hdm/hdm.js";
import type { HostsByRole } from "../../hosts/host.js";
import { compilerOffset } from "../../roles/compiler/address.js";
import { Containers } from "./containers.js";

/** The containers of a stack by what they are. */
export function makeHosts(settings: Settings): { hosts: HostsByRole } {
  const { domain, hosts: names } = settings;
  const platform = new Containers("containers", {
    environment: pulumi.getStack(),
    domain,
    ...settings.containers,
  });
  const main = platform.host({ name: names.main, offset: 10, aliases: [settings.caServer] });
  const loadBalancer = platform.host({
    name: names.loadBalancer,
    offset: 5,
    aliases: [...new Set([settings.puppetServer, settings.fileServer])],
    ports: [settings.loadBalancer.statsPort],
  });
  const compilers = names.compilers.map((name) =>
    platform.host({ name, offset: compilerOffset(name) }),
  );
  const own = names.puppetdb;
  const puppetdb = own === undefined ? undefined : platform.host({ name: own, offset: 6 });
  const hdm =
    names.hdm === undefined
      ? undefined
      : platform.host({ name: names.hdm, offset: 8, ports: [hdmTlsPort] });
  const foreman =
    names.foreman === undefined ? undefined : platform.host({ name: names.foreman, offset: 7 });
  return {
    hosts: {
      main,
      loadBalancer,
      compilers,
      puppetdb: settings.puppetdb.host === "main" ? main : puppetdb,
      hdm,
      foreman,
    },
  };
}
