import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { PuppetInfrastructure, type HostArgs } from "../../../../components/index.js";

const name = new pulumi.Config().require("name");

const hostOf = (name: string, at: number): HostArgs => ({
  name,
  fqdn: `${name}.example.test`,
  address: `10.0.0.${String(at)}`,
  cores: 2,
  memory: 4096,
  identity: `machine-of-${name}`,
  connection: {
    host: `10.0.0.${String(at)}`,
    privateKey: pulumi.secret("login"),
    hostKey: "ssh-ed25519 AAAAhost",
  },
});

class Site extends pulumi.ComponentResource {
  constructor() {
    super("components:index:Site", "site");
    const providers = [
      new command.Provider("own-command", {}, { parent: this }),
      new random.Provider("own-random", {}, { parent: this }),
    ];
    new PuppetInfrastructure(
      name,
      {
        hosts: {
          main: hostOf("main", 1),
          loadBalancer: hostOf("balancer", 2),
          compilers: [hostOf("compiler1", 3)],
        },
      },
      {
        parent: this,
        providers,
        protect: true,
        // What it was called before.
        aliases: [{ name: "puppet" }],
        transforms: [
          ({ type, props, opts }) =>
            type === "random:index/randomPassword:RandomPassword"
              ? { props: { ...props, minNumeric: 3 }, opts }
              : undefined,
        ],
      },
    );
  }
}

new Site();
