import { autosignNeverNaive } from "./autosign-never-naive.js";
import { encryptedVolumes } from "./encrypted-volumes.js";
import { haproxyTcp } from "./haproxy-tcp.js";
import { imdsv2 } from "./imdsv2.js";
import { noOpenNetworks } from "./no-open-networks.js";
import { noPublicSsh } from "./no-public-ssh.js";
import { protectedData } from "./protected-data.js";
import type { Rule } from "./rule.js";

/** All rules of the pack. */
export const rules: readonly Rule[] = [
  noPublicSsh,
  noOpenNetworks,
  encryptedVolumes,
  imdsv2,
  protectedData,
  haproxyTcp,
  autosignNeverNaive,
];
