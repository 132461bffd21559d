import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { PuppetInfrastructure } from "../../../../../components/index.js";
import { hostOf } from "../hosts.js";

const name = new pulumi.Config().require("name");

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
        // Its previous name.
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
