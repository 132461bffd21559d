import { numberBelow } from "./identifiers.js";
import { addressIn } from "./network-ids.js";

/** Addresses in use, with their subnets, because VPCs may overlap. */
const taken = new Set<string>();

/** Reserves a host's address. */
export function takeAddress(subnetId: string, address: string): void {
  taken.add(`${subnetId} ${address}`);
}

/** An address in the subnet for a host that no other host in this process has. */
export function freeAddress(subnetId: string, hostId: string): string {
  const first = numberBelow(2 ** 20, hostId);
  // A small subnet may be full: AWS would refuse the host, but here it shares an address.
  for (let host = first; host < first + 256; host++) {
    const address = addressIn(subnetId, host);
    if (!taken.has(`${subnetId} ${address}`)) return address;
  }
  return addressIn(subnetId, first);
}
