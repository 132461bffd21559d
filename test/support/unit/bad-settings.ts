import { badDatabaseSettings } from "./bad-database-settings.js";
import { badForemanSettings } from "./bad-foreman-settings.js";
import { badHdmSettings } from "./bad-hdm-settings.js";
import { one, range, type BadSettings } from "./bad-setting.js";

const hostName =
  "write a host name of at most 63 lower-case letters, digits and inner hyphens, without the domain.";
const domain =
  "write the DNS domain of the hosts, at most 53 characters in lower case, such as example.com.";
const serviceName =
  "write a DNS name in lower case, with or without a domain, such as puppet or puppet.example.com.";
const caName =
  "write at most 59 letters, digits, spaces or . : _ -, beginning with a letter or digit.";
const compilers = "write a number of compilers from 1 to 1000, or a list of 1 to 1000 host names.";
const image =
  "write the lower-case name of a Debian image with systemd and an SSH server, such as registry.example.com/puppet-host:1.";
const subnet =
  "write the first address of a private IPv4 network and a prefix length from 16 to 24, such as 10.213.7.0/24.";
const topLevel =
  "write one of platform, domain, distribution, puppetServer, caServer, fileServer, caName, mainServer, codeDeployment, webhook, eyaml, serverGems, reports, loadBalancer, puppetdb, postgresql, foreman, compilers, compiler, rollout, fileBucket, hdm, containers, existing, aws, or remove it.";

const inList = (what: string, name: string): BadSettings => ({
  what,
  values: { compilers: ["first", name] },
  sentences: [`puppet:compilers[1] is "${name}"; ${hostName}`],
});
const names = (length: number) => Array.from({ length }, (_, index) => `c${String(index)}`);

export const badSettings: readonly BadSettings[] = [
  one(
    "a change of no compiler at a time",
    "rollout.maxUnavailable",
    0,
    "write a whole number of compilers from 1 to 200.",
  ),
  one(
    "agent runs that get no time to end",
    "rollout.drainTimeout",
    5,
    "write a whole number of seconds from 10 to 7200.",
  ),
  {
    what: "a change of all compilers at the same time",
    values: { compilers: 3, rollout: { maxUnavailable: 3 } },
    sentences: [
      "puppet:rollout.maxUnavailable is 3, but there are 3 compilers; write at most 2, so that agents always find one.",
    ],
  },
  one("no domain", "domain", undefined, domain, "is not set"),
  one("a domain that is a number", "domain", 5, domain),
  one("a domain that is null", "domain", null, domain),
  one("an empty domain", "domain", "", domain),
  one("a domain in upper case", "domain", "Example.test", domain),
  one("a domain with a final dot", "domain", "example.test.", domain),
  one("a domain with an empty label", "domain", "a..b", domain),
  one("a domain with a label of 64", "domain", "d".repeat(64), domain),
  one("a domain that leaves no room", "domain", `${"d".repeat(40)}.${"e".repeat(13)}`, domain),

  one("an unknown platform", "platform", "azure", "write containers, existing or aws."),
  one("a platform that is a number", "platform", 1, "write containers, existing or aws."),
  one("an unknown distribution", "distribution", "puppet8", "write debian, openvox8 or openvox9."),

  one("an unknown setting", "colour", "red", topLevel, "is not a setting"),
  one(
    "an unknown setting of the compilers",
    "compiler.ram",
    4096,
    "write one of jrubies, heap, codeCache, maxQueuedRequests, maxRetryDelay, or remove it.",
    "is not a setting",
  ),
  one(
    "a setting of the main server in upper case",
    "mainServer.Heap",
    2048,
    "write one of jrubies, heap, codeCache, or remove it.",
    "is not a setting",
  ),
  one(
    "an unknown setting of the load balancer",
    "loadBalancer.port",
    8404,
    "write one of statsPort, compileTimeout, or remove it.",
    "is not a setting",
  ),
  one(
    "an unknown setting of the containers",
    "containers.cidr",
    "10.0.0.0/24",
    "write one of subnet, memory, image, or remove it.",
    "is not a setting",
  ),
  one(
    "a group that is a number",
    "mainServer",
    5,
    "write an object with jrubies, heap, codeCache.",
  ),
  one(
    "a group that is a list",
    "loadBalancer",
    [],
    "write an object with statsPort, compileTimeout.",
  ),
  one(
    "a group that is null",
    "compiler",
    null,
    "write an object with jrubies, heap, codeCache, maxQueuedRequests, maxRetryDelay.",
  ),
  one(
    "more waiting requests than a compiler has room for",
    "compiler.maxQueuedRequests",
    151,
    "write a whole number of requests from 0 to 150.",
  ),
  one(
    "agents that come back at once",
    "compiler.maxRetryDelay",
    0,
    "write a whole number of seconds from 1 to 1800.",
  ),
  one(
    "waiting requests of the main server",
    "mainServer.maxQueuedRequests",
    12,
    "write one of jrubies, heap, codeCache, or remove it.",
    "is not a setting",
  ),
  one("a group that is a text", "containers", "big", "write an object with subnet, memory, image."),

  ...[0, 1001, -1, 1.5, "two", true, null, {}, [], [1], ["a", false]].map((value) =>
    one(`compilers ${JSON.stringify(value)}`, "compilers", value, compilers),
  ),
  one(
    "1001 names of compilers",
    "compilers",
    names(1001),
    compilers,
    `is ${JSON.stringify(names(1001)).slice(0, 600)}…`,
  ),
  ...[51, names(51)].map((value) =>
    one(
      `more containers than a network has addresses for: ${typeof value}`,
      "compilers",
      value,
      "write at most 50 on the containers platform.",
      "has 51 compilers",
    ),
  ),
  inList("a compiler in upper case", "Second"),
  inList("a compiler with an underscore", "second_one"),
  inList("a compiler with a domain", "second.example.test"),
  inList("a compiler with a leading hyphen", "-second"),
  inList("a compiler with a trailing hyphen", "second-"),
  inList("a compiler with a space", "second one"),
  inList("a compiler without a name", ""),
  inList("a compiler with 64 letters", "c".repeat(64)),
  {
    what: "a compiler whose name is too long together with the domain",
    values: { compilers: ["c".repeat(52)] },
    sentences: [
      `puppet:compilers has ${"c".repeat(52)}, which is too long for a certificate together with the domain; write a name of at most 51 characters.`,
    ],
  },
  {
    what: "a compiler named three times",
    values: { compilers: ["a", "b", "a", "a"] },
    sentences: ["puppet:compilers has a more than once; write each host name once."],
  },
  {
    what: "compilers with the names of the other hosts",
    values: { compilers: ["balancer", "c", "main"] },
    sentences: ["main", "balancer"].map(
      (name) => `puppet:compilers has ${name}, the name of another host; write a different name.`,
    ),
  },
  {
    what: "compilers that share an address",
    values: { compilers: ["rho", "c", "chi"] },
    sentences: [
      "puppet:compilers has rho and chi, which would share an address in the containers' network; write a different name for one of them.",
    ],
  },

  one("a service name in upper case", "puppetServer", "Puppet", serviceName),
  one("a service name that is a number", "puppetServer", 1, serviceName),
  one("a service name with a space", "caServer", "puppet ca", serviceName),
  one("an empty service name", "fileServer", "", serviceName),
  one("a service name that is an address with a port", "puppetServer", "puppet:8140", serviceName),
  {
    what: "the CA with a short name of the load balancer, in a different domain",
    values: { caServer: "puppet.ca.example" },
    sentences: [
      "puppet:caServer is puppet.ca.example, but puppet is a name of the load balancer; write a different name, because certificates come from the main server.",
    ],
  },
  {
    what: "puppetServer with the short name of a host, in a different domain",
    values: { puppetServer: "main.other.example" },
    sentences: [
      "puppet:puppetServer is main.other.example, but main is the name of a host; write a name that no host has.",
    ],
  },
  ...["puppet", "puppetfiles", "puppet.example.test"].map((caServer) => ({
    what: `the CA called ${caServer}, like the load balancer`,
    values: { caServer },
    sentences: [
      `puppet:caServer is ${caServer.replace(/\..*/, "")}.example.test, but ${caServer.replace(/\..*/, "")} is a name of the load balancer; write a different name, because certificates come from the main server.`,
    ],
  })),
  ...[
    ["puppetServer", "compiler2"],
    ["caServer", "main"],
    ["fileServer", "balancer"],
    ["puppetServer", "main.example.test"],
  ].map(([setting = "", name = ""]) => ({
    what: `${setting} called ${name}, like a host`,
    values: { [setting]: name },
    sentences: [
      `puppet:${setting} is ${name.replace(/\..*/, "")}.example.test, but ${name.replace(/\..*/, "")} is the name of a host; write a name that no host has.`,
    ],
  })),

  one("an empty name of the CA", "caName", "", caName),
  one("a name of the CA for the shell", "caName", "CA; reboot", caName),
  one("a name of the CA with a leading space", "caName", " CA", caName),
  one("a name of the CA with 60 letters", "caName", "c".repeat(60), caName),
  one("a name of the CA that is a boolean", "caName", true, caName),

  ...range("a whole number of JRubies", "compiler.jrubies", 1, 64),
  ...range("a whole number of MiB", "mainServer.heap", 512, 65536),
  ...range("a whole number of MiB", "compiler.codeCache", 96, 2048),
  ...range("a TCP port", "loadBalancer.statsPort", 1024, 65535),
  ...range("a whole number of seconds", "loadBalancer.compileTimeout", 60, 7200),
  ...range("a whole number of MiB", "containers.memory", 1120, 65536),
  one(
    "the statistics page on the port of agents",
    "loadBalancer.statsPort",
    8140,
    "write a different port.",
    "is 8140, the port that agents connect to",
  ),

  one(
    "a network that is a number",
    "containers.subnet",
    10,
    "write an IPv4 network such as 10.213.7.0/24.",
  ),
  ...[
    ["text", "here"],
    ["no prefix", "10.213.7.0"],
    ["host bits", "10.213.7.1/24"],
    ["leading zeros", "010.213.7.0/24"],
    ["public addresses", "192.0.2.0/24"],
    ["public addresses next to private ones", "172.32.0.0/16"],
    ["a prefix that is too short", "10.0.0.0/15"],
    ["a prefix that is too long", "10.0.0.0/25"],
    ["an invalid prefix", "10.0.0.0/33"],
    ["a number above 255", "10.0.256.0/24"],
    ["IPv6", "fd00::/64"],
  ].map(([what = "", value]) => one(`a network of ${what}`, "containers.subnet", value, subnet)),

  ...[
    ["a number", 1],
    ["nothing", ""],
    ["a space", "debian trixie"],
    ["an option", "--privileged"],
    ["a command", "debian;reboot"],
    ["capitals", "Debian"],
    ["a tag of 129 letters", `debian:${"t".repeat(129)}`],
    ["256 letters", "d".repeat(256)],
    ["a digest that is too short", "debian@sha256:0000"],
  ].map(([what = "", value]) => one(`an image of ${what}`, "containers.image", value, image)),

  ...badDatabaseSettings,
  ...badForemanSettings,
  ...badHdmSettings,

  {
    what: "a fault in each of several settings",
    values: {
      domain: "X",
      compilers: 0,
      compiler: { heap: 1, ram: 2 },
      colour: "red",
      size: "big",
    },
    sentences: [
      `puppet:domain is "X"; ${domain}`,
      `puppet:compilers is 0; ${compilers}`,
      "puppet:compiler.heap is 1; write a whole number of MiB from 512 to 65536.",
      "puppet:compiler.ram is not a setting; write one of jrubies, heap, codeCache, maxQueuedRequests, maxRetryDelay, or remove it.",
      `puppet:colour is not a setting; ${topLevel}`,
      `puppet:size is not a setting; ${topLevel}`,
    ],
  },
  {
    what: "several names at fault in one list",
    values: { compilers: ["A", "b", "c."] },
    sentences: [
      `puppet:compilers[0] is "A"; ${hostName}`,
      `puppet:compilers[2] is "c."; ${hostName}`,
    ],
  },
  {
    what: "names and network that do not go together",
    values: { compilers: ["main", "main"], caServer: "puppet", containers: { subnet: "here" } },
    sentences: [
      `puppet:containers.subnet is "here"; ${subnet}`,
      "puppet:compilers has main more than once; write each host name once.",
      "puppet:compilers has main, the name of another host; write a different name.",
      "puppet:caServer is puppet.example.test, but puppet is a name of the load balancer; write a different name, because certificates come from the main server.",
    ],
  },
];
