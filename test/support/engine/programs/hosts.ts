import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "../../../../hosts/host.js";

/** A machine that supposedly exists. */
export const hostOf = (name: string, at: number): HostArgs => ({
  name,
  fqdn: `${name}.example.test`,
  address: `10.0.0.${String(at)}`,
  cores: 2,
  memory: 4096,
  identity: `machine-of-${name}`,
  connection: {
    host: `10.0.0.${String(at)}`,
    privateKey: pulumi.secret("login-to-hosts"),
    hostKey: "ssh-ed25519 AAAAhost",
  },
});
