import { describe, expect, it } from "vitest";
import { distributionNames } from "../../support/host-files/files.js";
import { image } from "../../support/host-files/hdm-files.js";
import { connectionsOf } from "../../../platforms/connections.js";
import { parseSettings } from "../../../platforms/platforms.js";
import { composeAws } from "../../support/unit/aws-platform.js";
import { goodHdm } from "../../support/unit/bad-hdm-settings.js";
import { goodExisting, server, servers } from "../../support/unit/platform-settings.js";

const domain = "example.test";
const hdm = { host: "own", image };

describe("valid settings of HDM", () => {
  it("need only an image", () => {
    expect(parseSettings({ domain, hdm }).hdm).toEqual(hdm);
    expect(parseSettings({ domain, hdm }).hosts.hdm).toBe("hdm");
  });

  it("may set everything", () => {
    expect(parseSettings({ domain, hdm: goodHdm }).hdm).toEqual(goodHdm);
    expect(parseSettings({ domain, hdm: JSON.stringify(goodHdm) }).hdm).toEqual(goodHdm);
  });

  it("have LDAP over TLS and logins by mail by default", () => {
    const ldap = { host: "ldap.example.com", baseDn: "dc=example,dc=com" };
    expect(parseSettings({ domain, hdm: { ...hdm, ldap } }).hdm.ldap).toEqual({
      ...ldap,
      startTls: false,
      usernameAttribute: "mail",
    });
  });

  it.each(distributionNames)("are accepted with %s", (distribution) => {
    expect(parseSettings({ domain, distribution, hdm }).hosts.hdm).toBe("hdm");
  });
});

describe("what HDM's host connects to outside", () => {
  const outside = (changes: Readonly<Record<string, unknown>>) =>
    connectionsOf({
      ...parseSettings({ domain, hdm: { ...hdm, ...changes } }),
      ...{ bastion: false, database: false, endpoints: false },
    })
      .filter(({ from, to }) => from === "hdm" && to === "outbound")
      .map(({ port, purpose }) => `${String(port)} ${purpose}`);
  const ldap = { host: "ldap.example.com", baseDn: "dc=example,dc=com" };

  it.each([
    ["a registry", {}, ["443 packages, HDM image"]],
    [
      "a registry at a port",
      { image: image.replace("/", ":5000/") },
      ["443 packages", "5000 HDM image"],
    ],
    ["an archive there", { imageArchive: "/srv/hdm.tar" }, ["443 packages"]],
    [
      "an archive at a URL",
      { imageArchive: "https://mirror.example.com:8443/hdm.tar" },
      ["443 packages", "8443 HDM image"],
    ],
    ["LDAP", { imageArchive: "/h.tar", ldap }, ["443 packages", "636 logins to HDM"]],
    [
      "LDAP with StartTLS",
      { imageArchive: "/h.tar", ldap: { ...ldap, startTls: true } },
      ["443 packages", "389 logins to HDM"],
    ],
  ])("is right for %s", (_, changes, lines) => {
    expect(outside(changes)).toEqual(["80 packages", ...lines]);
  });
});

describe("HDM's host", () => {
  it("is the server with that role, if servers exist", () => {
    const existing = { ...goodExisting, servers: [...servers, server("echo", "hdm", 5)] };
    const { hosts } = parseSettings({ domain, platform: "existing", existing, hdm });
    expect(hosts).toMatchObject({ hdm: "echo", compilers: ["delta"] });
  });

  it("is an instance in AWS, with its users on a volume and the table's rules", async () => {
    const { find, platform, registrations } = await composeAws(
      { dataVolumes: { hdm: 7 }, bastion: { allowedSources: ["192.0.2.0/24"] } },
      { hdm },
    );
    expect(platform.hosts.hdm).toMatchObject({ name: "hdm", fqdn: "hdm.example.test" });
    expect(find("hdm", "aws:ec2/instance:Instance").inputs).toMatchObject({
      instanceType: "t3.medium",
      vpcSecurityGroupIds: ["puppet-hdm-id"],
    });
    const { inputs, protect } = find("hdm-data", "aws:ebs/volume:Volume");
    expect({ inputs, protect }).toMatchObject({
      inputs: { size: 7, encrypted: true, tags: { Data: "users of HDM" } },
      protect: true,
    });
    expect(String(find("hdm-ready", "command:remote:Command").inputs.stdin)).toMatch(
      /^ {2}keep \/var\/lib\/hdm$/m,
    );
    const rules = registrations.filter(({ type }) => type.endsWith("IngressRule"));
    expect(
      rules
        .map(({ name }) => name)
        .filter((name) => name.includes("hdm"))
        .sort(),
    ).toEqual([
      "puppet-hdm-22-from-bastion",
      "puppet-hdm-22-from-main",
      "puppet-main-22-from-hdm",
      "puppet-main-8140-from-hdm",
      "puppet-puppetdb-8082-from-hdm",
    ]);
  });
});
