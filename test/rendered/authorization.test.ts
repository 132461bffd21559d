import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { compilerRules, mainServerRules } from "../../components/puppet-server/authorization.js";
import { distributions } from "../../distributions/index.js";
import { renderAuthorization } from "../../templates/puppetserver/authorization.js";
import { distributionNames, fileOf, filesOf } from "../support/host-files/files.js";
import { inParsers } from "../support/rendered/parsers.js";

const packagedConf = `${distributions.debian.paths.serverConfdir}/auth.conf`;
let packaged = "";
beforeAll(async () => {
  packaged = (await inParsers(["cat", packagedConf])).stdout;
});

const server = { fqdn: "main.example.test", deployedCode: true };
const rulesOfMain = renderAuthorization(mainServerRules({ ...server, smartProxy: true }));

/** Runs the script on an auth.conf, and returns the new one. */
async function placed(script: string, rules: string, conf: string, flag = "") {
  const text = script
    .replace(/^conf=.*$/m, "conf=$folder/auth.conf")
    .replace(/^rules=.*$/m, "rules=$folder/rules");
  const run = `export folder=$(mktemp -d)
    cat >"$folder/script" <<'SCRIPT'\n${text}SCRIPT
    cat >"$folder/rules" <<'RULES'\n${rules}RULES
    cat >"$folder/auth.conf" && sh "$folder/script" ${flag} >&2; code=$?
    cat "$folder/auth.conf"; ls "$folder" >&2; rm -r "$folder"; exit $code`;
  const { code, stdout, stderr } = await inParsers(["sh", "-c", run], conf);
  return { code, conf: stdout, stderr };
}

/** The rules as they are in auth.conf. */
const blockOf = (rules: string) =>
  [
    "        # Begin of the rules made by pulumi-puppet: a deployment replaces these lines.",
    ...rules.split("\n").filter((line) => /^ +\{/.test(line)),
    "        # End of the rules made by pulumi-puppet.\n",
  ].join("\n");

describe.each(distributionNames)("the script for auth.conf of %s", async (name) => {
  const files = await filesOf(name);
  const script = fileOf(files, "authorization.sh");
  const rules = fileOf(files, "compiler/authorization.conf");

  it("is for that package's file", () => {
    expect(script).toContain(`conf=${distributions[name].paths.serverConfdir}/auth.conf\n`);
  });

  it("adds the rules once, at the top of the list, and leaves the package's own", async () => {
    expect((await placed(script, rules, packaged, "--check")).code).toBe(1);
    const once = await placed(script, rules, packaged);
    expect(once.code).toBe(0);
    expect(once.conf).toBe(packaged.replace(/^ +rules: \[\n/m, (line) => line + blockOf(rules)));
    expect(once.stderr.trim().split("\n")).toEqual(["auth.conf", "rules", "script"]);
    const { conf } = once;
    expect(await placed(script, rules, conf, "--check")).toMatchObject({ code: 0, conf });
    expect(await placed(script, rules, conf)).toMatchObject({ code: 0, conf });
  });

  it("replaces all of them when they change, and those that the first version added singly", async () => {
    const single = [
      '{ match-request: { path: "/puppet-ca/v1/certificate_request", type: path, method: get }, deny: "*", sort-order: 400, name: "stored requests are for nobody" },',
      '{ match-request: { path: "/puppet/v3/environment_classes", type: path, method: get }, allow: "main.example.test", sort-order: 400, name: "classes are for the smart proxy" },',
      '{ match-request: { path: "/puppet-admin-api/v1/environment-cache", type: path, method: delete }, allow: "main.example.test", sort-order: 400, name: "environments are read anew after a deploy" },',
    ].map((rule) => `        ${rule}\n`);
    const old = packaged.replace(/^ +rules: \[\n/m, (line) => line + single.join(""));
    const wanted = await placed(script, rules, packaged);
    expect((await placed(script, rules, old)).conf).toBe(wanted.conf);
    const others = await placed(script, rulesOfMain, packaged);
    expect(others.conf).not.toBe(wanted.conf);
    expect((await placed(script, rules, others.conf)).conf).toBe(wanted.conf);
  });

  it.each([
    ["no list", (conf: string) => conf.replace("rules: [", "rules: [ {"), /0 lines "rules: \["/],
    ["two lists", (conf: string) => `${conf}rules: [\n]\n`, /2 lines "rules: \["/],
    [
      "a block without its end",
      (conf: string) =>
        conf.replace("rules: [\n", "rules: [\n# Begin of the rules made by pulumi-puppet\n"),
      /have no end; remove them/,
    ],
  ])("fails with %s, and changes nothing", async (_, change, sentence) => {
    const conf = change(packaged);
    const { code, conf: after, stderr } = await placed(script, rules, conf);
    expect([code, after]).toEqual([1, conf]);
    expect(stderr).toMatch(sentence);
  });
});

interface Request {
  readonly method: string;
  readonly path: string;
  /** Name in the client's certificate; none without one. */
  readonly certname?: string;
  readonly altNames?: readonly string[];
}

const program = readFileSync(
  new URL("../support/rendered/authorization.clj", import.meta.url),
  "utf8",
);

/** Requests to one server, with its rules: those that must be answered, and those that must be refused. */
interface Case {
  readonly what: string;
  readonly rules: string;
  readonly yes: readonly Request[];
  readonly no: readonly Request[];
}

/** What Puppet Server's own code says to the requests of cases, by its package's rules and theirs: the answered ones. */
async function answered(cases: readonly Case[]): Promise<Request[][]> {
  const run = `program=$(mktemp) && cat >"$program" <<'PROGRAM'\n${program}PROGRAM
    java -XX:TieredStopAtLevel=1 -cp /usr/share/puppetserver/puppetserver.jar clojure.main "$program"; code=$?
    rm "$program"; exit $code`;
  const input = cases.map(({ rules, yes, no }) => ({
    conf: packaged.replace(/^ +rules: \[\n/m, (line) => line + rules),
    requests: [...yes, ...no],
  }));
  const { code, stdout, stderr } = await inParsers(["sh", "-c", run], JSON.stringify(input));
  if (code !== 0) throw new Error(stderr + stdout);
  const given = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as boolean[][];
  return input.map(({ requests }, at) => requests.filter((_, index) => given[at]?.[index]));
}

const agent = "agent1.example.test";
const main = "main.example.test";
const compiler = "compiler1.example.test";
const poolNames = ["puppet.example.test", "puppet", compiler];
const as = (certname: string | undefined, ...requests: readonly string[]): Request[] =>
  requests.map((request) => {
    const [method = "", path = ""] = request.split(" ");
    return certname === undefined
      ? { method, path }
      : { method, path, certname, ...(certname === compiler ? { altNames: poolNames } : {}) };
  });

/** What every agent may do on a compiler, with its own name. */
const runOf = (name: string) => [
  `get /puppet/v3/node/${name}`,
  `get /puppet/v3/catalog/${name}`,
  `post /puppet/v3/catalog/${name}`,
  `put /puppet/v3/report/${name}`,
];
const files = [
  "get /puppet/v3/file_metadatas/plugins",
  "get /puppet/v3/file_metadata/modules/a/b",
  "get /puppet/v3/file_content/modules/a/b",
  "get /puppet/v3/static_file_content/modules/a/files/b",
];
const bucket = ["get", "head", "put", "post"].map(
  (method) => `${method} /puppet/v3/file_bucket_file/md5/abc/etc/motd`,
);
const nobody = [
  ...["get", "put", "post"].map((method) => `${method} /puppet/v3/facts/NAME`),
  "post /puppet/v4/catalog",
  "get /puppet/v3/environment_modules",
  "get /puppet/v3/plans",
  "get /puppet/v3/resource_types/*",
  "get /puppet/experimental/resource_types",
  "delete /puppet-admin-api/v1/jruby-pool",
  "get /metrics/v2/list",
  "get /production/catalog/NAME",
];
const stranger = undefined;
const namesIn = (requests: readonly string[], name: string) =>
  requests.map((request) => request.replace("NAME", name));

const ownOfMain = [
  "get /puppet/v3/environment_classes",
  "get /puppet/v3/environments",
  "get /puppet-ca/v1/expirations",
  "get /status/v1/services",
  "delete /puppet-admin-api/v1/environment-cache",
];
const certificates = [
  "get /puppet-ca/v1/certificate/ca",
  `get /puppet-ca/v1/certificate/${agent}`,
  `put /puppet-ca/v1/certificate_request/${agent}`,
  "get /puppet-ca/v1/certificate_revocation_list/ca",
  "get /status/v1/simple",
];
const services = ["get /status/v1/services", "get /status/v1/services/server"];
const flush = "delete /puppet-admin-api/v1/environment-cache";
const ofCompiler = (fileBucket: boolean) =>
  renderAuthorization(compilerRules({ fqdn: compiler, deployedCode: true, fileBucket }));

const cases: Case[] = [
  {
    what: "the main server gives agents certificates and the CRL, and its own catalog to itself",
    rules: rulesOfMain,
    yes: [
      ...as(stranger, ...certificates),
      ...as(agent, ...certificates, "post /puppet-ca/v1/certificate_renewal"),
      ...as(main, ...runOf(main), ...files, ...ownOfMain),
    ],
    no: [
      ...as(main, ...runOf(agent), ...bucket.slice(0, 1), ...namesIn(nobody, main)),
      // A compiler's key is within reach of pushed code, which runs as the user of Puppet Server.
      ...[agent, compiler, stranger].flatMap((name) => [
        ...as(name, ...runOf(name ?? agent), ...runOf(main), ...files, ...ownOfMain, ...bucket),
        ...as(name, "get /puppet/v3/tasks", ...namesIn(nobody, name ?? agent)),
        ...as(name, "put /puppet-ca/v1/clean", "put /puppet-ca/v1/certificate_status/a"),
        ...as(name, "get /puppet-ca/v1/certificate_request/agent2.example.test"),
      ]),
    ],
  },
  {
    what: "the main server without a smart proxy tells the classes of environments to nobody",
    rules: renderAuthorization(mainServerRules({ ...server, smartProxy: false })),
    yes: [],
    no: as(main, "get /puppet/v3/environment_classes"),
  },
  {
    what: "a compiler gives agents what a run needs, and takes neither facts nor files",
    rules: ofCompiler(false),
    yes: [
      ...as(agent, ...runOf(agent), ...files, "get /puppet/v3/environments"),
      ...as(compiler, ...runOf(compiler), ...files, ...services, flush),
      ...as(stranger, "get /status/v1/simple"),
    ],
    no: [
      ...as(agent, ...runOf(compiler), ...bucket, ...services, flush, ...namesIn(nobody, agent)),
      ...as(compiler, ...runOf(agent), ...bucket, ...namesIn(nobody, compiler).slice(0, 3)),
      ...as(stranger, ...runOf(agent), ...files, ...bucket, ...services, flush),
    ],
  },
  {
    what: "a compiler with a file bucket takes files of agents",
    rules: ofCompiler(true),
    yes: as(agent, ...bucket),
    no: as(stranger, ...bucket),
  },
];

describe("asked by Puppet Server's own code", () => {
  let given: Request[][] = [];
  beforeAll(async () => {
    given = await answered(cases);
  }, 120_000);

  it.each(cases.map((one, at) => ({ ...one, at })))("$what", ({ yes, at }) => {
    const told = (list: readonly Request[]) =>
      list.map(({ method, path, certname = "nobody" }) => `${method} ${path} for ${certname}`);
    expect(told(given[at] ?? [])).toEqual(told(yes));
  });
});
