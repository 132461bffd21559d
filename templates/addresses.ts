import { isIPv6 } from "node:net";

/** An address as it is written in front of a port: that of IPv6 in brackets. */
export const inUrl = (address: string) => (isIPv6(address) ? `[${address}]` : address);
