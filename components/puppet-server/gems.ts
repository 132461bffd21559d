import type { Distribution } from "../../distributions/distribution.js";
import { execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { renderGems } from "../../templates/puppetserver/gems.js";
import type { ServerGemsArgs } from "./args.js";

const gemsScript = "/usr/local/sbin/puppet-server-gems";

/** Seconds in which the gems must be there. */
const deadline = 900;

/** Gems for a Puppet Server's Ruby; those that are there already stay, and without a new one nothing restarts. */
export function serverGems(
  { paths, services, users }: Distribution,
  { install = [], source, proxy }: ServerGemsArgs = {},
): HostState {
  if (install.length === 0) return [];
  const asPuppet = ["runuser", "--user", users.puppet, "--", gemsScript];
  return [
    // The package may give this folder to root, but the folder above it to the service's user, who could replace it. So
    // gems are that user's, and no program of a gem runs as root.
    execOf(
      "Puppet Server's user owns the gems",
      ["chown", "--recursive", "--no-dereference", `${users.puppet}:`, paths.serverGems],
      { unless: `test "$(stat --format %U ${paths.serverGems})" = ${users.puppet}` },
    ),
    fileOf(gemsScript, renderGems({ ...paths, install, source, proxy }), { mode: "0755" }),
    execOf("gems of Puppet Server", asPuppet, {
      unless: `${asPuppet.join(" ")} --check`,
      timeout: deadline,
      notify: `Service[${services.server}]`,
    }),
  ];
}
