import { beforeAll, describe, expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import { sizingFault } from "../../../platforms/sizing.js";
import { contentOf } from "../../support/infrastructure.js";
import { linesOf } from "../../support/host-files/files.js";
import { composeSite, site, type Site } from "../../support/existing-site.js";
import { server } from "../../support/unit/platform-settings.js";

const haproxyConf = "/etc/haproxy/haproxy.cfg";
let composed: Site;
beforeAll(async () => {
  composed = await composeSite(site);
});

const lines = (configuration: string, path: string, pattern: RegExp) =>
  linesOf(contentOf(composed.state(configuration), path)).filter((line) => pattern.test(line));
const stdin = (name: string) => String(composed.find(name).inputs.stdin);
/** The script that looks at a server before anything is changed. */
const look = (name: string) => {
  const looks = JSON.parse(stdin("servers-look")) as { name: string; script: string }[];
  return looks.find((one) => one.name === name)?.script ?? "";
};

describe("a site with addresses of IPv6", () => {
  it.each([
    ["lb1-configuration", haproxyConf, [":8140,:::8140 v6only", ":8404,:::8404 v6only ssl crt"]],
    ["pdb1-configuration", haproxyConf, [":8082,:::8082 v6only ssl crt"]],
    ["h1-configuration", haproxyConf, [":443,:::443 v6only ssl crt"]],
    ["puppet-webhook-configuration", "/etc/puppet-webhook/haproxy.cfg", [":9000,:::9000 v6only"]],
    [
      "puppet-smart-proxy-configuration",
      "/etc/puppet-smart-proxy/haproxy.cfg",
      [":8443,:::8443 v6only"],
    ],
  ])("listens on both kinds of addresses: %s", (configuration, path, binds) => {
    expect(lines(configuration, path, /^bind /)).toEqual(
      binds.map((bind) => expect.stringMatching(`^bind ${bind}( |$)`) as unknown),
    );
  });

  it("balances over addresses in brackets", () => {
    const servers = ["server c1 [2001:db8::4]:8140", "server c2 [2001:db8::5]:8140"];
    expect(lines("lb1-configuration", haproxyConf, /^server /)).toEqual(
      Array.from({ length: 4 }, () => servers).flat(),
    );
    expect(composed.statsUrl).toBe("https://[2001:db8::2]:8404/stats");
    expect(stdin("puppet-pool-serves").split("\n")).toEqual(
      expect.arrayContaining([
        `until_well "c1 does not serve agents" ask '[2001:db8::4]'`,
        `until_well "c2 does not serve agents" ask '[2001:db8::5]'`,
      ]),
    );
  });

  it("counts a network of /64 as one source, and a source of IPv4 by itself", () => {
    const source = "tcp-request connection track-sc0 src,ipmask(32,64)";
    const table = "stick-table type ipv6 size 100k expire 1m store conn_cur,conn_rate(10s)";
    for (const [configuration, path] of [
      ["lb1-configuration", haproxyConf],
      ["puppet-webhook-configuration", "/etc/puppet-webhook/haproxy.cfg"],
    ] as const) {
      expect(lines(configuration, path, /stick-table|track-sc0/)).toEqual([table, source]);
    }
  });

  it("lets the load balancer open any number of connections to compilers", () => {
    const limits = "/etc/puppet-connection-limits.nft";
    const known = /^ip6? saddr /;
    expect(lines("c1-configuration", limits, known)).toEqual(["ip6 saddr { 2001:db8::2 } accept"]);
    expect(lines("puppet1-configuration", limits, known)).toEqual([]);
  });

  it("asks sshd about the addresses, connects to them, and looks there for the SSH server", () => {
    const asked = look("puppet1").split("\n");
    expect(asked).toContain(
      "  may_log_in puppet-code /etc/puppet-code 2001:db8::4 2001:db8::5 2001:db8::6",
    );
    expect(asked).toContain("  barred=() missing_lines= own_address=2001:db8::1");
    expect(composed.find("lb1-ready").inputs.connection).toMatchObject({
      host: "2001:db8::2",
      proxy: { host: "2001:db8::99" },
    });
    expect(stdin("c1-code-identity")).toContain("-t ed25519 2001:db8::4 2>/dev/null");
  });

  it("has no line of IPv6 where all addresses are of IPv4", async () => {
    const { existing } = site;
    const servers = existing.servers.map(({ address, ...rest }) => ({
      ...rest,
      address: address.replace(/^.*::/, "10.1.0."),
    }));
    const { registrations } = await composeSite({ ...site, existing: { ...existing, servers } });
    const all = registrations.map(({ inputs }) => JSON.stringify(inputs)).join("\n");
    expect(all).toMatch(/bind :8140\b(?!,)/);
    expect(all).not.toMatch(/v6only|ip6 saddr \{|ipmask|\[10\./);
  });
});

describe("a site with servers in several domains", () => {
  const fqdns = {
    puppet1: "puppet1.example.com",
    lb1: "lb1.example.com",
    pdb1: "pdb1.data.example.org",
    c1: "c1.eu.example.com",
    c2: "c2.example.com",
    h1: "h1.data.example.org",
  };
  const services = ["puppet", "puppetca", "puppetfiles"].map((name) => `${name}.example.com`);

  it("has all names resolved on every server", () => {
    for (const name of Object.keys(fqdns)) {
      expect(look(name)).toContain(
        `  resolution 20 ${[...Object.values(fqdns), ...services].join(" ")} &\n`,
      );
    }
  });

  it("enrols each server under its own name, which no agent gets, nor its short form", () => {
    const read = (file: string) =>
      JSON.parse(contentOf(composed.state("puppet1-configuration"), file)) as {
        reserved: string[];
        hosts: string[];
      };
    const { puppet1, ...others } = fqdns;
    expect(read("/etc/puppet/autosign/names.json").hosts.sort()).toEqual(
      Object.values(others).sort(),
    );
    expect(read("/etc/puppet/autosign/rules.json").reserved).toEqual(
      expect.arrayContaining([
        ...[...Object.keys(fqdns), ...Object.values(others), puppet1, ...services],
        ...["webhook.puppet1.example.com", "puppet", "puppetca", "puppetfiles"],
      ]),
    );
  });

  it("gives certificates names of the services in the common domain", () => {
    const puppetConf = contentOf(composed.state("c1-configuration"), "/etc/puppet/puppet.conf");
    expect(linesOf(puppetConf)).toEqual(
      expect.arrayContaining(["certname = c1.eu.example.com", "ca_server = puppetca.example.com"]),
    );
    expect(contentOf(composed.state("lb1-configuration"), haproxyConf)).toContain(
      "verifyhost puppet.example.com ca-file",
    );
  });

  it("lets the Puppet servers of all domains use PuppetDB, and HDM's host read it", () => {
    const state = composed.state("pdb1-configuration");
    expect(linesOf(contentOf(state, "/etc/puppetdb/servers"))).toEqual(
      ["puppet1", "pdb1", "c1", "c2"].map((name) => fqdns[name as keyof typeof fqdns]).sort(),
    );
    expect(lines("pdb1-configuration", haproxyConf, /acl reader .* str /)).toEqual([
      "acl reader ssl_c_s_dn(cn) -m str h1.data.example.org",
    ]);
    const client = contentOf(composed.state("c1-configuration"), "/etc/puppet/puppetdb.conf");
    expect(client).toContain("server_urls = https://pdb1.data.example.org:8081");
  });

  it("registers the servers of all domains in Foreman", () => {
    expect(stdin("puppet-foreman-configuration-run")).toContain("c1.eu.example.com");
  });

  it("deploys code between them by their names", () => {
    const hosts = (configuration: string) =>
      lines(configuration, "/etc/puppet-code/.ssh/known_hosts", /^/).map(
        (line) => line.split(" ")[0],
      );
    expect(hosts("puppet1-code")).toEqual([fqdns.puppet1, fqdns.c1, fqdns.c2, fqdns.h1]);
    expect(hosts("c1-code")).toEqual([fqdns.puppet1]);
  });
});

it("says in the server's own domain what does not fit on it", () => {
  const { existing } = site;
  const small = server("c3", "compiler", 7, {
    address: "2001:db8::7",
    domain: "eu.example.com",
    cores: 1,
  });
  const settings = parseSettings({
    ...site,
    compiler: { jrubies: 2 },
    existing: { ...existing, servers: [...existing.servers, small] },
  });
  expect(sizingFault(settings)).toContain("on c3.eu.example.com, which has 1 core;");
});
