import { describe, expect, it } from "vitest";
import { instanceHardware } from "../../../settings/instance-types.js";
import { platforms } from "../../../platforms/platforms.js";
import { parseSettings } from "../../../platforms/platforms.js";
import { fqdnOf } from "../../../settings/names.js";
import {
  goodAws,
  goodExisting,
  hostKey,
  server,
  servers,
} from "../../support/unit/platform-settings.js";

const domain = "example.test";

describe("settings of existing servers", () => {
  const parse = (changes: Readonly<Record<string, unknown>> = {}, others: object = {}) =>
    parseSettings({
      domain,
      platform: "existing",
      existing: { ...goodExisting, ...changes },
      ...others,
    });

  it("need only a key and servers", () => {
    const { hosts, plannedCompilers, existing } = parse();
    expect(hosts).toEqual({
      main: "alpha",
      loadBalancer: "bravo",
      puppetdb: "charlie",
      compilers: ["delta"],
    });
    expect(plannedCompilers).toEqual([]);
    expect(existing).toEqual({
      ...goodExisting,
      user: "root",
      servers: servers.map((server) => ({ ...server, sshPort: 22, takeOver: [] })),
    });
  });

  it.each(["main", "none"])("need no server for a PuppetDB that is %s", (host) => {
    const { hosts } = parse(
      { servers: servers.filter(({ role }) => role !== "puppetdb") },
      { puppetdb: { host } },
    );
    expect(hosts.puppetdb).toBeUndefined();
  });

  it("have compilers in the order of the list, wherever they are in it", () => {
    const more = [server("zulu", "compiler", 9), ...servers, server("echo", "compiler", 5)];
    expect(parse({ servers: more }).hosts.compilers).toEqual(["zulu", "delta", "echo"]);
  });

  it.each([
    { user: "admin", jumpHost: { address: "jump.example.test", hostKey } },
    { jumpHost: { address: "192.0.2.1", port: 65535, user: "_j-1", hostKey: `${hostKey} a@b c` } },
    {
      servers: servers.map((server) => ({
        ...server,
        sshAddress: `${server.name}.other.test`,
        sshPort: 2222,
        user: "debian",
        hostKey: `ecdsa-sha2-nistp256 ${"A".repeat(138)}==`,
      })),
    },
    { servers: servers.map((server) => ({ ...server, cores: 512, memory: 4194304 })) },
  ])("may set everything: %#", (changes) => {
    expect(parse(changes).existing).toMatchObject(changes);
  });

  it("may have IPv6 addresses, which are compared in their shortest form", () => {
    const addresses = [
      "2001:DB8::1",
      "fd00:0:0:0:0:0:0:02",
      "fd00::a:0:0:3",
      "2001:db8:0:1:1:1:1:1",
    ];
    const six = servers.map((server, index) => ({
      ...server,
      address: addresses[index],
      sshAddress: ["::1", "FD00::2", "10.1.0.1", "delta.example.test"][index],
    }));
    const { existing } = parse({
      servers: six,
      jumpHost: { address: "fd00:0::9", hostKey },
    });
    expect(existing.servers.map(({ address }) => address)).toEqual([
      ...["2001:db8::1", "fd00::2", "fd00::a:0:0:3", "2001:db8:0:1:1:1:1:1"],
    ]);
    expect(existing.servers.map(({ sshAddress }) => sshAddress)).toEqual([
      ...["::1", "fd00::2", "10.1.0.1", "delta.example.test"],
    ]);
    expect(existing.jumpHost?.address).toBe("fd00::9");
  });

  it("may have a domain for each server", () => {
    const settings = parse({
      servers: [...servers, server("echo", "compiler", 5, { domain: "eu.example.com" })],
    });
    expect(settings.hosts.compilers).toEqual(["delta", "echo"]);
    expect(["delta", "echo"].map((name) => fqdnOf(settings, name))).toEqual([
      "delta.example.test",
      "echo.eu.example.com",
    ]);
  });

  it("may be a JSON string, as the engine passes them", () => {
    const existing = JSON.stringify(goodExisting);
    expect(parseSettings({ domain, platform: "existing", existing })).toEqual(parse());
  });

  it("say what the sizing of each host's services is based on", () => {
    const settings = parse({ servers: [...servers, server("echo", "compiler", 5, { cores: 8 })] });
    expect(platforms.existing.hardware(settings, "compiler", "delta")).toMatchObject({
      cores: 2,
      memory: 4096,
    });
    expect(platforms.existing.hardware(settings, "compiler", "echo")).toMatchObject({
      cores: 8,
      memory: 4096,
    });
    expect(() => platforms.existing.hardware(settings, "compiler", "foxtrot")).toThrow(
      "foxtrot is not in puppet:existing.servers.",
    );
  });
});

describe("settings of AWS", () => {
  const parse = (changes: Readonly<Record<string, unknown>> = {}, others: object = {}) =>
    parseSettings({ domain, platform: "aws", aws: { ...goodAws, ...changes }, ...others });

  it("need only the networks of agents and of outbound connections", () => {
    expect(parse().aws).toMatchObject({ ...goodAws, operatorSources: [], webhookSources: [] });
    expect(parse().hosts).toEqual({
      main: "main",
      loadBalancer: "balancer",
      puppetdb: "puppetdb",
      compilers: ["compiler1", "compiler2"],
    });
  });

  it.each([
    [50, 0],
    [51, 949],
    [1000, 0],
  ])("count %i compilers and plan %i more", (compilers, planned) => {
    const { hosts, plannedCompilers } = parse({}, { compilers });
    expect(hosts.compilers).toHaveLength(compilers);
    expect(plannedCompilers).toHaveLength(planned);
  });

  it.each([
    { vpc: { cidr: "172.16.0.0/24", zones: 3, nat: "none" } },
    { vpc: { id: "vpc-01234567", subnetIds: ["subnet-01234567", "subnet-89abcdef"] } },
    { operatorSources: ["10.9.0.0/16"], webhookSources: ["0.0.0.0/0", "192.0.2.7/32"] },
    { bastion: { allowedSources: ["192.0.2.0/24"], type: "t4g.micro" } },
    { instances: { compiler: { type: "c8g.16xlarge", image: "ami-0123456789abcdef0" } } },
    { dataVolumes: { main: 4, puppetdb: 16384 } },
    { zoneId: "Z0123456789ABCDEFGHIJ" },
    { tags: { "cost centre": "", "a:b/c=d+e-f@g_h.i": "v".repeat(256) } },
  ])("may have %j", (changes) => {
    expect(parse(changes).aws).toMatchObject(changes);
  });

  it("may be a JSON string, as the engine passes them", () => {
    const aws = JSON.stringify(goodAws);
    expect(parseSettings({ domain, platform: "aws", aws })).toEqual(parse());
  });

  it("say what the sizing of each host's services is based on, less the system's share", () => {
    const settings = parse({ instances: { puppetdb: { type: "r7g.2xlarge" } } });
    expect(platforms.aws.hardware(settings, "main", "main")).toMatchObject({
      cores: 2,
      memory: 7680,
    });
    expect(platforms.aws.hardware(settings, "compiler", "compiler1")).toMatchObject({
      cores: 4,
      memory: 7680,
    });
    expect(platforms.aws.hardware(settings, "puppetdb", "puppetdb")).toMatchObject({
      cores: 8,
      memory: 65024,
    });
    expect(() => instanceHardware("p5.48xlarge")).toThrow(
      "p5.48xlarge is not a known instance type.",
    );
  });
});
