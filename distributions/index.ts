import { debian } from "./debian.js";
import type { Distribution, DistributionName } from "./distribution.js";
import { openvox8, openvox9 } from "./openvox.js";

export { DistributionName } from "./distribution.js";
export type { Distribution, Repository } from "./distribution.js";

/** Every distribution, by its name in the stack's setting `distribution`. */
export const distributions: Readonly<Record<DistributionName, Distribution>> = {
  debian,
  openvox8,
  openvox9,
};
