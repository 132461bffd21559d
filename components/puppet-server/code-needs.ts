import type { Distribution } from "../../distributions/distribution.js";
import type { HostState } from "../../hosts/host-state.js";
import type { CodeNeeds } from "./args.js";
import { eyaml } from "./eyaml.js";
import { serverGems } from "./gems.js";

/** What Puppet code needs on every server that compiles it, before Puppet Server starts there. */
export function codeNeeds(distribution: Distribution, needs: CodeNeeds): HostState {
  return [...eyaml(distribution, needs.eyaml), ...serverGems(distribution, needs.serverGems)];
}
