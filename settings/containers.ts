import * as z from "zod";
import { mostContainers } from "../roles/compiler/names.js";
import { compilerOffset } from "../roles/compiler/address.js";
import type { ByRole } from "../roles/roles.js";
import { integer, object, text } from "../roles/values.js";
import { isPrivate, parseSubnet } from "./subnet.js";

/** The image that is built here, shared by all environments on a machine. */
export const baseImage = "localhost/pulumi-puppet-base:1";

/** Settings of the containers on this machine. */
export const containers = object({
  /** IPv4 network of the containers. */
  subnet: z.string("an IPv4 network such as 10.213.7.0/24").default("10.213.7.0/24"),
  /** Memory that the sizing of each Puppet server is based on, in MiB; less does not even fit one JRuby. */
  memory: integer(1120, 65536, "a whole number of MiB").default(2048),
  /** Their image; by default Debian with systemd and an SSH server, which is built here. */
  image: text(
    /^(?=.{1,255}$)([a-z0-9][a-z0-9.-]*(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
    "the lower-case name of a Debian image with systemd and an SSH server, such as registry.example.com/puppet-host:1",
  ).default(baseImage),
});

export type Containers = z.output<typeof containers>;

/** Too many hosts, an invalid network, and names that would share an address. */
export function containersFaults({
  containers: { subnet },
  hosts,
}: {
  containers: Containers;
  hosts: ByRole<string>;
}): string[] {
  const { compilers } = hosts;
  if (compilers.length > mostContainers) {
    return [
      `puppet:compilers has ${String(compilers.length)} compilers; write at most ${String(mostContainers)} on the containers platform.`,
      ...subnetFaults(subnet),
    ];
  }
  return [...subnetFaults(subnet), ...sharedAddresses(compilers)];
}

function subnetFaults(subnet: string): string[] {
  const parsed = parseSubnet(subnet);
  const fine =
    parsed !== undefined && parsed.prefix >= 16 && parsed.prefix <= 24 && isPrivate(parsed);
  return fine
    ? []
    : [
        `puppet:containers.subnet is "${subnet}"; write the first address of a private IPv4 network and a prefix length from 16 to 24, such as 10.213.7.0/24.`,
      ];
}

/** The addresses of compilers are derived from their names. */
function sharedAddresses(compilers: readonly string[]): string[] {
  return compilers.flatMap((name, index) => {
    const earlier = compilers
      .slice(0, index)
      .find((other) => compilerOffset(other) === compilerOffset(name));
    return earlier === undefined || earlier === name
      ? []
      : [
          `puppet:compilers has ${earlier} and ${name}, which would share an address in the containers' network; write a different name for one of them.`,
        ];
  });
}
