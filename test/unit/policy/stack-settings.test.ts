import { describe, expect, it } from "vitest";
import { awsConfig } from "../../support/policy.js";
import { openingsIn, type Opening } from "../../../policy/stack-settings.js";

const image = `registry.example.com/betadots/hdm@sha256:${"0".repeat(64)}`;
const portsOf = (config: Readonly<Record<string, unknown>>) => {
  const ports: Record<string, number[]> = {};
  for (const { setting, port } of openingsIn(awsConfig({}, config)))
    (ports[setting.replace("puppet:aws.", "")] ??= []).push(port);
  return ports;
};
const networks = {
  agentSources: ["10.0.0.0/8"],
  outbound: ["0.0.0.0/0"],
};
const usual = {
  agentSources: [8140],
  operatorSources: [8404, 8082],
  webhookSources: [9000],
  outbound: [80, 443],
};

describe("the stack's settings", () => {
  it("open no port by default", () => {
    const everybody = ({ networks }: Opening) => networks.includes("0.0.0.0/0");
    expect(openingsIn(awsConfig()).filter(everybody)).toEqual([]);
    expect(portsOf({})).toEqual(usual);
  });

  it.each([
    [{ loadBalancer: { statsPort: 9999 } }, { operatorSources: [9999, 8082] }],
    [{ webhook: { port: 9001 } }, { webhookSources: [9001] }],
    [{ puppetdb: { serverUrls: ["https://pdb.example.com:8085"] } }, { outbound: [80, 443, 8085] }],
    [
      { hdm: { host: "own", image, ldap: { host: "ldap.example.com", baseDn: "dc=example" } } },
      { operatorSources: [8404, 8082, 443], outbound: [80, 443, 636] },
    ],
    [{ foreman: { host: "own" } }, { operatorSources: [8404, 8082, 443] }],
    [
      {
        aws: { ...networks, foremanSources: ["192.0.2.9/32"] },
        foreman: {
          host: "existing",
          url: "https://foreman.example.com:9443",
          password: "12345678",
        },
      },
      { foremanSources: [8443], outbound: [80, 443, 9443] },
    ],
  ])("open the ports that %j needs", (config, ports) => {
    expect(portsOf(config)).toEqual({ ...usual, ...ports });
  });

  it.each(["no JSON", "7", '{"agentSources":"0.0.0.0/0"}', '{"agentSources":[1]}', "null"])(
    "open nothing when they are %s",
    (text) => {
      const config = new Map([...awsConfig(), ["puppet:aws", text]]);
      expect(openingsIn(config)).toEqual([]);
    },
  );

  it("open nothing without a cloud", () => {
    expect(openingsIn(new Map([["puppet:domain", "example.test"]]))).toEqual([]);
  });
});
