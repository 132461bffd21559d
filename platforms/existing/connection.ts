import type { Existing, Server } from "../../settings/existing.js";
import { withoutComment } from "../ssh-keys.js";

/** How often the first SSH connection is tried; this takes about four minutes, because a machine may be booting. */
const dialAttempts = 60;

/** How SSH connects to a server. */
export function connectionTo(
  { sshAddress, address, sshPort, hostKey, ...server }: Server,
  { user: common, privateKey, jumpHost }: Omit<Existing, "servers">,
) {
  const user = server.user ?? common;
  const host = sshAddress ?? address;
  const own = login({ host, port: sshPort, user, privateKey, hostKey });
  if (jumpHost === undefined) return own;
  const { address: proxyHost, ...proxy } = jumpHost;
  return {
    ...own,
    proxy: login({ ...proxy, host: proxyHost, privateKey: proxy.privateKey ?? privateKey }),
  };
}

/** One hop of SSH, as remote commands accept it. */
function login<Hop extends { hostKey: string }>(hop: Hop): Hop & { dialErrorLimit: number } {
  return { ...hop, hostKey: withoutComment(hop.hostKey), dialErrorLimit: dialAttempts };
}
