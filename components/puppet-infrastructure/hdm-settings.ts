import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "../../hosts/host.js";
import { CodeTool } from "../choices.js";
import type { HdmSettings } from "../hdm/args.js";
import type { PuppetInfrastructureArgs } from "./args.js";

/** HDM's host and settings, where it has a host; rejected without PuppetDB or code deployment, which HDM reads. */
export function hdmOf(
  args: Pick<PuppetInfrastructureArgs, "hosts" | "hdm"> & { codeDeployment: { tool: CodeTool } },
): { host: HostArgs; settings: HdmSettings } | undefined {
  const { hosts, hdm, codeDeployment } = args;
  if (hosts.hdm === undefined) return undefined;
  const refused = (propertyPath: string, reason: string) =>
    new pulumi.InputPropertyError({ propertyPath, reason });
  if (hdm === undefined) {
    throw refused("hdm", "hosts.hdm is given, but hdm is not; write at least its image.");
  }
  if (hosts.puppetdb === undefined) {
    throw refused("hosts.hdm", "hosts.hdm is given, but hosts.puppetdb is not; HDM reads it.");
  }
  if (codeDeployment.tool === CodeTool.None) {
    throw refused(
      "hosts.hdm",
      "hosts.hdm is given, but codeDeployment.tool is none; HDM reads the deployed code.",
    );
  }
  return { host: hosts.hdm, settings: hdm };
}
