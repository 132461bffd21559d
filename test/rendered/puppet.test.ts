import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderAutosignPolicy, renderEnrol } from "../../templates/autosign/autosign.js";
import { distributionNames, fileOf, filesOf, sharedFiles } from "../support/host-files/files.js";
import { inParsers, onFile } from "../support/rendered/parsers.js";

/** What Puppet reads in one section of a puppet.conf. */
async function settingsIn(
  conf: string,
  section: string,
  names: readonly string[],
): Promise<Record<string, string>> {
  const command = `puppet config print --config "$1" --section ${section} ${names.join(" ")}`;
  const { code, stdout, stderr } = await onFile(command, conf);
  if (code !== 0 || stderr !== "") throw new Error(stderr);
  return Object.fromEntries(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" = ") as [string, string]),
  );
}

/** The puppet.conf that the script of agents writes. */
function agentConf(script: string): string {
  const [, conf = ""] = /<<CONF\n([^]*?)\nCONF\n/.exec(script) ?? [];
  return conf
    .replace("$certname", "agent1.example.test")
    .replace("$names", "www.example.com,shop.example.com");
}

describe.each(distributionNames)("puppet.conf of %s, read by Puppet's own parser", async (name) => {
  const { paths } = distributions[name];
  const files = await filesOf(name);
  const server = {
    vardir: paths.serverVardir,
    logdir: paths.serverLogdir,
    rundir: paths.serverRundir,
    pidfile: `${paths.serverRundir}/puppetserver.pid`,
    codedir: paths.codedir,
    storeconfigs: "true",
    storeconfigs_backend: "puppetdb",
    reports: "spooled",
  };

  it.each([
    {
      host: "main",
      main: {
        certname: "main.example.test",
        server: "puppetca.example.test",
        ca_server: "puppetca.example.test",
        dns_alt_names: "puppetca.example.test,puppetca",
        ssldir: paths.ssldir,
      },
      server: { ...server, cadir: paths.cadir, autosign: `${paths.confdir}/autosign/policy` },
    },
    {
      host: "compiler",
      main: {
        certname: "compiler1.example.test",
        server: "compiler1.example.test",
        ca_server: "puppetca.example.test",
        dns_alt_names: "puppet.example.test,puppet,puppetfiles.example.test,puppetfiles",
        ssldir: paths.ssldir,
      },
      server,
    },
  ])("says what it should on the $host", async ({ host, main, server }) => {
    const conf = fileOf(files, `${host}/puppet.conf`);
    const all = { ...main, ...server };
    const [inMain, inServer] = await Promise.all([
      settingsIn(conf, "main", Object.keys(main)),
      // The service's certificate is the host's, whichever section is asked.
      settingsIn(conf, "server", Object.keys(all)),
    ]);
    expect(inMain).toEqual(main);
    expect(inServer).toEqual(all);
  });

  it("says what it should on PuppetDB's host", async () => {
    const expected = {
      certname: "puppetdb.example.test",
      server: "puppet.example.test",
      ca_server: "puppetca.example.test",
      dns_alt_names: "",
      storeconfigs: "false",
    };
    const conf = fileOf(await sharedFiles(), "puppetdb/puppet.conf");
    expect(await settingsIn(conf, "main", Object.keys(expected))).toEqual(expected);
  });

  it("says what it should on agents", async () => {
    const expected = {
      certname: "agent1.example.test",
      server: "puppet.example.test",
      ca_server: "puppetca.example.test",
      ca_fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      splay: "true",
      dns_alt_names: "www.example.com,shop.example.com",
      no_proxy:
        "localhost, 127.0.0.1, puppet.example.test, puppetca.example.test, puppetfiles.example.test",
    };
    const conf = agentConf(fileOf(files, "agent/install.sh"));
    expect(await settingsIn(conf, "agent", Object.keys(expected))).toEqual(expected);
  });
});

describe("Puppet's own parser of settings", () => {
  it("warns about a line that is not a setting", async () => {
    const broken = "[main]\ncertname = a.example.test\nserver\n";
    await expect(settingsIn(broken, "main", ["certname", "server"])).rejects.toThrow(
      "Could not match line server",
    );
  });
});

describe("manifests, read by Puppet's parser", async () => {
  const converge = readFileSync(new URL("../../hosts/converge.pp", import.meta.url), "utf8");
  const manifests = {
    "converge.pp": converge,
    "site.pp": fileOf(await sharedFiles(), "main/site.pp"),
  };
  const validate = (content: string) => onFile('puppet parser validate "$1"', content, "some.pp");

  it.each(Object.entries(manifests))("%s is accepted", async (_, content) => {
    expect(await validate(content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each(Object.entries(manifests))(
    "%s is rejected without its last brace",
    async (_, content) => {
      const { code, stderr } = await validate(content.replace(/}\s*$/, ""));
      expect(code).toBe(1);
      expect(stderr).toContain("Syntax error");
    },
  );
});

describe("Ruby files, read by Ruby", () => {
  const reader = readFileSync(new URL("../../hosts/read.rb", import.meta.url), "utf8");
  const policies = distributionNames.map((name) => {
    const { ruby, confdir, cadir, serverRundir: rundir } = distributions[name].paths;
    const directory = `${confdir}/autosign`;
    return [
      `${name}'s policy`,
      renderAutosignPolicy({
        ruby,
        ...{ directory, cadir, rundir },
        signedByHand: ".puppetdb-reader",
      }),
    ];
  });
  const enrolment = renderEnrol({
    ...distributions.debian.paths,
    directory: "/etc/puppet/autosign",
    signedByHand: ".puppetdb-reader",
    user: "puppet",
  });
  const files = [["read.rb", reader], ["puppet-enrol", enrolment], ...policies];
  const check = (content: string) => inParsers(["ruby", "-wc"], content);

  it.each(files)("%s is accepted without a warning", async (_, content = "") => {
    expect(await check(content)).toEqual({ code: 0, stdout: "Syntax OK\n", stderr: "" });
  });

  it.each(files)("%s is rejected without its last word", async (_, content = "") => {
    expect((await check(content.replace(/(end|\))\s*$/, ""))).code).toBe(1);
  });
});
