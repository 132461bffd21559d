import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { oneOf, withDistribution, withDefaults } from "../../../components/arguments.js";
import { CodeTool } from "../../../components/index.js";
import { distributions, type DistributionName } from "../../../distributions/index.js";
import { verified } from "../../../hosts/root-command.js";
import { parseSettings } from "../../../platforms/platforms.js";
import { compose, type Composed } from "../../support/infrastructure.js";

/** What each host is made from, by the name of its configuration. */
const scriptsOf = ({ registrations }: Composed) =>
  Object.fromEntries(
    registrations
      .filter(({ name }) => name.endsWith("-run"))
      .map(({ name, inputs }) => [name, inputs.stdin]),
  );

/** The same without any value, as if nothing were given. */
const emptied = <Given extends object>(given: Given): Partial<Given> =>
  Object.fromEntries(Object.keys(given).map((key) => [key, undefined])) as Partial<Given>;

describe("omitted arguments", () => {
  it("are those of a stack that sets nothing but its domain", async () => {
    const settings = parseSettings({ domain: "example.test" });
    const { distribution, puppetServer, caServer, fileServer, caName } = settings;
    const names = { distribution, puppetServer, caServer, fileServer, caName };
    const numbers = { ...settings.loadBalancer, webhookPort: settings.webhook.port };
    const { postgresql, codeDeployment, puppetdb } = settings;
    const given = await compose(distributions.debian, {
      ...names,
      ...numbers,
      postgresql,
      codeDeployment,
      puppetdb,
    });
    const leftOut = await compose(distributions.debian, {
      ...emptied(names),
      ...emptied(numbers),
      postgresql: emptied(postgresql),
      codeDeployment: emptied(codeDeployment),
      puppetdb: emptied(puppetdb),
    });
    expect(Object.keys(scriptsOf(leftOut))).toContain("compiler2-code-run");
    expect(scriptsOf(leftOut)).toEqual(scriptsOf(given));
  });

  it("are so as well where they are given as undefined", () => {
    const given: { port?: number | undefined; user?: string } = { port: undefined, user: "me" };
    expect(withDefaults(given, { port: 1, user: "you" })).toEqual({ port: 1, user: "me" });
  });

  it("keep what is given as false, zero or nothing", () => {
    const given: { on?: boolean; count?: number; text?: string } = {
      on: false,
      count: 0,
      text: "",
    };
    expect(withDefaults(given, { on: true, count: 4, text: "x" })).toEqual(given);
  });
});

describe("an unknown word", () => {
  const refused = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      if (pulumi.InputPropertyError.isInstance(error)) return error;
    }
    throw new Error("not refused as an input");
  };

  it("is rejected with the input's name, and what to write", () => {
    const distribution = "suse" as DistributionName;
    const error = refused(() => withDistribution({ distribution }));
    expect(error.propertyPath).toBe("distribution");
    expect(error.message).toBe('distribution is "suse"; write one of debian, openvox8, openvox9.');
  });

  it("is not looked up among every object's own properties", () => {
    for (const word of ["constructor", "toString", "R10k"]) {
      refused(() => oneOf("codeDeployment.tool", word as CodeTool, CodeTool));
    }
  });
});

describe("a host's connection", () => {
  const hostKey = "ssh-ed25519 AAAA";
  const hint = 'write the public key that its SSH server presents, such as "ssh-ed25519 AAAA...".';

  it.each([
    [{ host: "10.0.0.1" }, "connection.hostKey"],
    [{ host: "10.0.0.1", hostKey, proxy: { host: "10.0.0.2" } }, "connection.proxy.hostKey"],
    [
      { host: "10.0.0.1", proxy: { host: "10.0.0.2" } },
      "connection.hostKey and connection.proxy.hostKey",
    ],
  ])("%j is refused, as anybody could answer", (connection, lacking) => {
    expect(() => verified("main.example.test", connection)).toThrow(
      new Error(`main.example.test lacks ${lacking}; ${hint}`),
    );
  });

  it("is used as it is where all of it is verified", () => {
    const connection = { host: "10.0.0.1", hostKey, proxy: { host: "10.0.0.2", hostKey } };
    expect(verified("main.example.test", connection)).toBe(connection);
  });
});
