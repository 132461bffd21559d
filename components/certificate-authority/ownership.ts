import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import { directoryOf, execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { mountsOf } from "../../hosts/mounts.js";
import { ownershipFolder, renderOwnership } from "../../templates/puppetserver/puppetserver.js";

/**
 * Host state that comes before everything else on the main server: it fails if the host has a CA of another stack, or
 * of this one's lost state, which would go on with new keys.
 *
 * @param id random, and the same as long as the stack has its state
 * @param agentKey agents' pre-shared key, by which the CA of an earlier version is known; it stays secret
 */
export function authorityOwnership(
  { paths, users }: Distribution,
  id: pulumi.Output<string>,
  agentKey: pulumi.Output<string>,
): HostState {
  const script = renderOwnership({
    cadir: paths.cadir,
    ssldir: paths.ssldir,
    agentKey: `${paths.confdir}/autosign/agent.key`,
    user: users.puppet,
  });
  // A digest of 48 random characters tells nobody the key.
  const digest = pulumi
    .unsecret(agentKey)
    .apply((key) => createHash("sha256").update(`${key}\n`).digest("hex"));
  const stack = `${pulumi.getStack()} of ${pulumi.getProject()}`;
  // In a file: Puppet quotes a command that fails.
  const program = `${ownershipFolder}/check`;
  const check = execOf("the CA is this stack's", [], {});
  return [
    ...mountsOf([ownershipFolder, paths.cadir, paths.ssldir]),
    directoryOf(ownershipFolder, { mode: "0700" }),
    fileOf(program, script, { mode: "0700" }),
    {
      ...check,
      parameters: {
        ...check.parameters,
        command: pulumi.all([id, digest]).apply(([id, digest]) => [program, id, digest, stack]),
        unless: pulumi.interpolate`grep -qsxF ${id} ${ownershipFolder}/id`,
      },
    },
  ];
}
