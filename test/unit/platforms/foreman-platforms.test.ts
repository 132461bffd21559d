import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import { composeAws } from "../../support/unit/aws-platform.js";
import { goodExisting, server, servers } from "../../support/unit/platform-settings.js";

const domain = "example.test";
const own = { foreman: { host: "own" } };
const there = { host: "existing", url: "https://foreman.example.org", password: "the-password" };

describe("Foreman in AWS", () => {
  it("has an instance, a security group and a volume for PostgreSQL", async () => {
    const composed = await composeAws({}, own);
    expect(composed.platform.hosts.foreman?.fqdn).toBe("foreman.example.test");
    expect(composed.find("foreman", "aws:ec2/instance:Instance").inputs).toMatchObject({
      instanceType: "m7i.large",
      vpcSecurityGroupIds: ["puppet-foreman-id"],
      associatePublicIpAddress: false,
    });
    expect(composed.find("foreman-data", "aws:ebs/volume:Volume")).toMatchObject({
      inputs: { size: 20, tags: { Data: "PostgreSQL of Foreman" } },
      protect: true,
    });
    expect(composed.find("foreman-ready", "command:local:Command").inputs.stdin).toContain(
      "/var/lib/postgresql",
    );
  });

  it("has no volume if its database is external", async () => {
    const database = { server: "db.example.org", password: "the-password" };
    const composed = await composeAws({}, { foreman: { host: "own", database } });
    expect(composed.registrations.map(({ name }) => name)).not.toContain("foreman-data");
  });

  it("can connect to the smart proxy from the site's networks", async () => {
    const foremanSources = ["192.0.2.9/32"];
    const { registrations } = await composeAws({ foremanSources }, { foreman: there });
    const rules = registrations.map(({ name }) => name).filter((name) => name.includes("8443"));
    expect(rules).toEqual(["puppet-main-8443-from-siteForeman-192.0.2.9/32"]);
  });
});

describe("Foreman on an existing server", () => {
  const parse = (others: object, list = servers) =>
    parseSettings({
      domain,
      platform: "existing",
      existing: { ...goodExisting, servers: list },
      ...others,
    });
  const withForeman = [...servers, server("fm1", "foreman", 9)];

  it("is on the one with the role", () => {
    expect(parse(own, withForeman).hosts.foreman).toBe("fm1");
  });

  it("needs enough memory", () => {
    const small = { ...server("fm1", "foreman", 9), memory: 2048 };
    expect(() => parse(own, [...servers, small])).toThrow(
      "puppet:existing.servers has fm1 for Foreman with 2048 MiB of memory; write a server with at least 3584 MiB.",
    );
  });

  it("needs exactly one server, and only if the environment has its own Foreman", () => {
    expect(() => parse(own)).toThrow(
      "puppet:existing.servers has no server with the role foreman; write exactly one, or set puppet:foreman.host to existing or none.",
    );
    expect(() => parse(own, [...withForeman, server("fm2", "foreman", 10)])).toThrow(
      "puppet:existing.servers has 2 servers with the role foreman; write exactly one, or set puppet:foreman.host to existing or none.",
    );
    expect(() => parse({ foreman: there }, withForeman)).toThrow(
      'puppet:existing.servers has a server with the role foreman, but puppet:foreman.host is "existing"; set puppet:foreman.host to own, or remove the server.',
    );
  });
});

describe("Foreman's name", () => {
  it("cannot be a compiler's if it has its own host", () => {
    expect(() => parseSettings({ domain, ...own, compilers: ["foreman"] })).toThrow(
      "puppet:compilers has foreman, the name of another host; write a different name.",
    );
    expect(parseSettings({ domain, compilers: ["foreman"] }).hosts.compilers).toEqual(["foreman"]);
  });
});
