import { describe, expect, it } from "vitest";
import { fileOf } from "../../../hosts/host-state.js";
import { renderHaproxyConf, renderReadersConf } from "../../../templates/haproxy/haproxy.js";
import { renderWebhookProxy } from "../../../templates/webhook/webhook.js";
import { commandExample, hostExample, unknownFromEngine } from "../../support/policy.js";
import { haproxyTcp } from "../../../policy/haproxy-tcp.js";

const path = "/etc/haproxy/haproxy.cfg";
const judge = (content: string, name = path) =>
  haproxyTcp.violations(hostExample([fileOf(name, content)]), []);
const reads = (proxy: string) =>
  `example: ${proxy} in ${path} reads agents' traffic; write mode tcp.`;
const ends = (proxy: string) =>
  `example: ${proxy} in ${path} terminates TLS on port 8140; remove ssl and its options from the bind line.`;

const values = {
  serverName: "puppet.example.test",
  caFile: "/etc/haproxy/puppet-ca.pem",
  crlFile: "/etc/haproxy/puppet-crl.pem",
  compileTimeout: 900,
  ipv6: false,
  members: [{ name: "compiler1", address: "10.0.0.1" }],
  stats: {
    port: 8404,
    certificate: "/etc/haproxy/tls/host.pem",
    user: "admin",
    password: "the-statistics-password",
  },
};
const own = renderHaproxyConf(values);

describe("haproxy-tcp", () => {
  it("accepts what this project renders, including other proxies", () => {
    const certificate = "/etc/haproxy/host.pem";
    const readers = renderReadersConf({
      fqdn: "puppetdb.example.test",
      port: 8082,
      puppetdbPort: 8081,
      ipv6: false,
      certificate,
      caFile: "/etc/haproxy/ca.pem",
      crlFile: "/etc/haproxy/crl.pem",
      readers: [],
      suffix: ".readers",
    });
    expect(judge(own)).toEqual([]);
    expect(judge(readers)).toEqual([]);
    expect(
      judge(renderWebhookProxy({ port: 9000, ipv6: false, backendPort: 9001, certificate })),
    ).toEqual([]);
  });

  it("rejects changes to it", () => {
    expect(judge(own.replace("mode tcp", "mode http"))).toEqual(
      [
        "frontend puppet",
        ...["compilers", "drained_compilers", "compilers_unchecked"].map(
          (name) => `backend ${name}`,
        ),
      ].map(reads),
    );
    expect(judge(own.replace("bind :8140", "bind :8140 ssl crt /etc/x.pem"))).toEqual([
      ends("frontend puppet"),
    ]);
    expect(judge(own.replace("\nbackend compilers\n", "$&mode http\n"))).toEqual([
      reads("backend compilers"),
    ]);
  });

  it("knows the port among addresses of both kinds", () => {
    const both = renderHaproxyConf({ ...values, ipv6: true });
    expect(judge(both)).toEqual([]);
    expect(judge(both.replace("bind :8140,:::8140 v6only", "$& ssl crt /etc/x.pem"))).toEqual([
      ends("frontend puppet"),
    ]);
  });

  it("does not show the configuration's secrets", () => {
    expect(judge(own.replace("mode tcp", "mode http")).join()).not.toContain("password");
  });

  it.each([
    ["bind *:8140", true],
    ["bind 10.0.0.1:443,[::]:8140 transparent", true],
    ["bind :8000-9000", true],
    ["  bind ipv4@:8140 # agents", true],
    ["bind :18140", false],
    ["bind /run/8140.sock", false],
    ["# bind :8140", false],
  ])("finds the agents' port: %s", (bind, agents) => {
    const faults = judge(`listen puppet\n${bind}\nmode http\n`);
    expect(faults).toEqual(agents ? [reads("listen puppet")] : []);
  });

  it.each([
    ["nothing", "frontend a\nbind :8140\n", []],
    ["the last defaults", "defaults\nmode http\ndefaults\nfrontend a\nbind :8140\n", []],
    [
      "defaults by name",
      "defaults x\nmode http\ndefaults\nmode tcp\nfrontend a from x\nbind :8140\n",
      [reads("frontend a")],
    ],
    [
      "defaults of defaults",
      "defaults x\nmode http\ndefaults y from x\nfrontend a\nbind :8140\n",
      [reads("frontend a")],
    ],
    [
      "defaults with a backend",
      "defaults\ndefault_backend b\nfrontend a\nbind :8140\nbackend b\nmode http\n",
      [reads("backend b")],
    ],
  ])("gets a mode from %s", (_, content, faults) => expect(judge(content)).toEqual(faults));

  it("checks every backend if a name is computed", () => {
    const content =
      "frontend a\nbind :8140\nuse_backend %[src,map(/x)]\nbackend b\nmode http\nbackend c\n";
    expect(judge(content)).toEqual([reads("backend b")]);
  });

  it("ignores backends that agents do not reach, and files other than a configuration", () => {
    expect(judge("frontend a\nbind :8140\nfrontend s\nmode http\nbackend b\nmode http\n")).toEqual(
      [],
    );
    expect(judge("listen a\nbind :8140\nmode http\n", "/etc/motd")).toEqual([]);
  });

  it("accepts a script that is not known yet", () => {
    expect(haproxyTcp.violations(commandExample({ stdin: unknownFromEngine }), [])).toEqual([]);
  });
});
