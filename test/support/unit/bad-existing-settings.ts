import { address, existing, first, keys, publicKey, serverKeys } from "./bad-existing-setting.js";
import type { BadSettings } from "./bad-setting.js";
import { goodAws, goodExisting, hostKey, server, servers } from "./platform-settings.js";

const role = (text: string) => `puppet:existing.servers has ${text}; write exactly one.`;
const jumpHost = "write an object with address, port, user, hostKey, privateKey.";

const noZone =
  "an IPv6 address that needs no zone such as %eth0, which differs between machines; for example fd00::10";

/** IPv6 addresses that are refused wherever an address is expected, and what to write instead. */
const unfitIpv6 = [
  ["[fd00::1]", "the address without brackets, fd00::1"],
  ["fe80::1%eth0", noZone],
  ["fd00::1%2", noZone],
  ["FE80:0::1", noZone],
  ["febf::1", noZone],
  ["::ffff:10.1.0.1", "the IPv4 address itself, such as 10.1.0.10"],
  ["0:0:0:0:0:FFFF:a01:1", "the IPv4 address itself, such as 10.1.0.10"],
] as const;

/** Invalid settings of existing servers. */
export const badExistingSettings: readonly BadSettings[] = [
  existing("no private key", { privateKey: undefined }, [
    "puppet:existing.privateKey is not set; write the user's private SSH key with npm run pulumi -- config set --stack STACK --secret --path puppet:existing.privateKey.",
  ]),
  {
    what: "existing: nothing at all",
    values: { platform: "existing" },
    sentences: [
      "puppet:existing.privateKey is not set; write the user's private SSH key with npm run pulumi -- config set --stack STACK --secret --path puppet:existing.privateKey.",
      role("no server with the role main"),
      role("no server with the role load-balancer"),
      "puppet:existing.servers has no server with the role puppetdb; write exactly one, or set puppet:puppetdb.host to main or none.",
      "puppet:existing.servers has no server with the role compiler; write at least one.",
    ],
  },
  existing("two main servers", { servers: [...servers, server("echo", "main", 5)] }, [
    role("2 servers with the role main"),
  ]),
  existing(
    "three load balancers",
    { servers: [...servers, ...[5, 6].map((n) => server(`b${String(n)}`, "load-balancer", n))] },
    [role("3 servers with the role load-balancer")],
  ),
  existing("no compiler", { servers: servers.slice(0, 3) }, [
    "puppet:existing.servers has no server with the role compiler; write at least one.",
  ]),
  existing("two PuppetDBs", { servers: [...servers, server("echo", "puppetdb", 5)] }, [
    "puppet:existing.servers has 2 servers with the role puppetdb; write exactly one, or set puppet:puppetdb.host to main or none.",
  ]),
  ...["main", "none"].map((host) =>
    existing(
      `a server for PuppetDB, which is ${host}`,
      {},
      [
        `puppet:existing.servers has a server with the role puppetdb, but puppet:puppetdb.host is "${host}"; set puppet:puppetdb.host to own, or remove the server.`,
      ],
      { puppetdb: { host } },
    ),
  ),
  first(
    "an unknown role",
    { role: "agent" },
    'role is "agent"; write main, load-balancer, puppetdb, foreman, compiler or hdm.',
  ),
  first(
    "a role in the words of the program",
    { role: "loadBalancer" },
    'role is "loadBalancer"; write main, load-balancer, puppetdb, foreman, compiler or hdm.',
  ),
  first(
    "what cannot be taken over",
    { takeOver: ["puppetdb"] },
    'takeOver[0] is "puppetdb"; write ca or haproxy.',
  ),
  existing(
    "a CA to be taken over on a compiler",
    { servers: [...servers.slice(0, 3), server("delta", "compiler", 4, { takeOver: ["ca"] })] },
    [
      "puppet:existing.servers has delta with takeOver ca, which the role compiler leaves alone; remove it, or write it at the server that is to take it over.",
    ],
  ),
  first(
    "an unknown setting of a server",
    { port: 22 },
    `port is not a setting; write one of ${serverKeys}, or remove it.`,
  ),
  first(
    "a name with a domain",
    { name: "alpha.example.test" },
    'name is "alpha.example.test"; write a host name of at most 63 lower-case letters, digits and inner hyphens, without the domain.',
  ),
  ...[
    "alpha.example.test",
    "10.1.0.256",
    "10.1.0",
    "010.1.0.1",
    "10.1.0.1/24",
    "fd00::1/64",
    "fd00:1",
    "fd00::1::2",
    "[fd00::1]:22",
    "",
    10,
  ].map((value) =>
    first(
      `the address ${JSON.stringify(value)}`,
      { address: value },
      `address is ${JSON.stringify(value)}; ${address}`,
    ),
  ),
  ...unfitIpv6.map(([value, remedy]) =>
    first(`the address ${value}`, { address: value }, `address is "${value}"; write ${remedy}.`),
  ),
  ...["::", "::1", "::10.1.0.1", "ff02::1", "FF02:0::1"].map((value) =>
    first(
      `the address ${value}, where no other server is`,
      { address: value },
      `address is "${value}"; write an IPv6 address at which other servers reach this one, such as fd00::10.`,
    ),
  ),
  ...["alpha:22", "10.1.0.1:22", "[fd00::1]:22", "fd00::1/64", "Alpha", ""].map((value) =>
    first(
      `the address ${JSON.stringify(value)} for SSH`,
      { sshAddress: value },
      `sshAddress is "${value}"; write an address or DNS name that SSH can reach from here.`,
    ),
  ),
  ...unfitIpv6.flatMap(([value, remedy]) => [
    first(
      `the address ${value} for SSH`,
      { sshAddress: value },
      `sshAddress is "${value}"; write ${remedy}.`,
    ),
    existing(`a jump host at ${value}`, { jumpHost: { address: value, hostKey } }, [
      `puppet:existing.jumpHost.address is "${value}"; write ${remedy}.`,
    ]),
  ]),
  existing(
    "addresses of both kinds",
    { servers: [...servers, server("echo", "compiler", 5, { address: "fd00::5" })] },
    [
      "puppet:existing.servers has alpha with the address 10.1.0.1 and echo with fd00::5; write IPv4 addresses for all servers, or IPv6 addresses for all, because servers know each other by the addresses that they connect from.",
    ],
  ),
  existing(
    "an IPv6 address twice, in two forms",
    {
      servers: servers.map((server, index) => ({
        ...server,
        address: ["fd00::a:1", "FD00:0:0::000a:1", "fd00::3", "fd00::4"][index],
      })),
    },
    [
      "puppet:existing.servers has the address fd00::a:1 more than once; write each server once, with one role.",
    ],
  ),
  ...["Example.org", "example.org.", ".example.org", "", "a".repeat(54), 5].map((value) =>
    first(
      `the domain ${JSON.stringify(value)}`,
      { domain: value },
      `domain is ${JSON.stringify(value)}; write the DNS domain of the hosts, at most 53 characters in lower case, such as example.com.`,
    ),
  ),
  existing(
    "a name in two domains",
    { servers: [...servers, server("delta", "compiler", 5, { domain: "eu.example.com" })] },
    [
      "puppet:existing.servers has the name delta in the domains example.test and eu.example.com; write names that differ without the domain, because that is how resources, the pool and code deployment name servers.",
    ],
  ),
  existing(
    "a name twice in a domain that one of them does not name",
    { servers: [...servers, server("delta", "compiler", 5, { domain: "example.test" })] },
    [
      "puppet:existing.servers has the name delta more than once; write each server once, with one role.",
    ],
  ),
  existing(
    "a name that is too long together with its own domain",
    {
      servers: [
        ...servers,
        server("c".repeat(24), "compiler", 5, { domain: "d".repeat(39) }),
        server("e".repeat(25), "compiler", 6, { domain: "d".repeat(39) }),
      ],
    },
    [
      `puppet:existing.servers has ${"e".repeat(25)}, which is too long for a certificate together with the domain; write a name of at most 24 characters.`,
    ],
  ),
  first("SSH on no port", { sshPort: 0 }, "sshPort is 0; write a TCP port from 1 to 65535."),
  first(
    "a user in upper case",
    { user: "Admin" },
    'user is "Admin"; write the name of a user, such as root or admin.',
  ),
  first("no host key", { hostKey: undefined }, `hostKey is not set; ${publicKey}`),
  ...[
    "ssh-ed25519",
    "ssh-dss AAAA",
    `${hostKey}\n${hostKey}`,
    "SHA256:uNiVztksCsDhcc0u9e8BrLDlGWTb0Q",
    5,
  ].map((value) =>
    first(
      `the host key ${JSON.stringify(value)}`,
      { hostKey: value },
      `hostKey is invalid; ${publicKey}`,
    ),
  ),
  ...[0, 513, 1.5, "2"].map((value) =>
    first(
      `${JSON.stringify(value)} cores`,
      { cores: value },
      `cores is ${JSON.stringify(value)}; write a whole number of cores from 1 to 512.`,
    ),
  ),
  first(
    "no cores",
    { cores: undefined },
    "cores is not set; write a whole number of cores from 1 to 512.",
  ),
  first(
    "memory in GiB",
    { memory: 4 },
    "memory is 4; write a whole number of MiB from 512 to 4194304.",
  ),
  first(
    "an empty server",
    Object.fromEntries(Object.keys(server("", "", 0)).map((key) => [key, undefined])),
    "name is not set; write a host name of at most 63 lower-case letters, digits and inner hyphens, without the domain.",
    "role is not set; write main, load-balancer, puppetdb, foreman, compiler or hdm.",
    `address is not set; ${address}`,
    `hostKey is not set; ${publicKey}`,
    "cores is not set; write a whole number of cores from 1 to 512.",
    "memory is not set; write a whole number of MiB from 512 to 4194304.",
  ),
  existing("a name twice", { servers: [...servers, server("delta", "compiler", 5)] }, [
    "puppet:existing.servers has the name delta more than once; write each server once, with one role.",
  ]),
  existing(
    "an address three times",
    { servers: [...servers, ...["echo", "foxtrot"].map((name) => server(name, "compiler", 4))] },
    [
      "puppet:existing.servers has the address 10.1.0.4 more than once; write each server once, with one role.",
    ],
  ),
  existing("a jump host without a host key", { jumpHost: { address: "jump.example.test" } }, [
    `puppet:existing.jumpHost.hostKey is not set; ${publicKey}`,
  ]),
  existing("a jump host without an address", { jumpHost: { hostKey } }, [
    "puppet:existing.jumpHost.address is not set; write an address or DNS name that SSH can reach from here.",
  ]),
  existing("a jump host by its name alone", { jumpHost: "jump.example.test" }, [
    `puppet:existing.jumpHost is "jump.example.test"; ${jumpHost}`,
  ]),
  existing("an unknown setting", { key: "x" }, [
    `puppet:existing.key is not a setting; write one of ${keys}, or remove it.`,
  ]),
  ...[1, 3, ["delta"]].map((compilers) =>
    existing(
      `compilers ${JSON.stringify(compilers)} in addition to the existing ones`,
      {},
      [
        "puppet:compilers is set, but the compilers here are the servers with that role in puppet:existing.servers; remove it.",
      ],
      { compilers },
    ),
  ),
  existing(
    "a server with the name of a service",
    { servers: [server("puppet", "main", 1), ...servers.slice(1)] },
    [
      "puppet:puppetServer is puppet.example.test, but puppet is the name of a host; write a name that no host has.",
    ],
  ),
  existing(
    "a name that is too long together with the domain",
    { servers: [...servers, server("c".repeat(52), "compiler", 5)] },
    [
      `puppet:existing.servers has ${"c".repeat(52)}, which is too long for a certificate together with the domain; write a name of at most 51 characters.`,
    ],
  ),
  ...["containers", "aws"].map((platform) => ({
    what: `existing: servers on the platform ${platform}`,
    values: { platform, existing: goodExisting, ...(platform === "aws" ? { aws: goodAws } : {}) },
    sentences: [
      `puppet:existing is set, but puppet:platform is ${platform}; set puppet:platform to existing, or remove puppet:existing.`,
    ],
  })),
  existing(
    "settings of containers as well",
    {},
    [
      "puppet:containers is set, but puppet:platform is existing; set puppet:platform to containers, or remove puppet:containers.",
    ],
    { containers: { memory: 4096 } },
  ),
];
