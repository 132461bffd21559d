import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import { renderPuppetConf } from "../../../templates/puppet/puppet.js";
import { renderJavaArgs, renderSizingConf } from "../../../templates/puppetserver/puppetserver.js";
import { run } from "../../../tools/lib/shell.js";
import {
  distributionNames,
  fileOf,
  filesOf,
  linesOf,
  sharedFiles,
  type Files,
} from "../../support/host-files/files.js";
import { allFiles, expectWellRendered } from "../../support/unit/rendered-files.js";

/** All rendered files, by the distribution and the file's name; `all` is for every distribution. */
let files: Files = {};

const named = (ending: string) => Object.entries(files).filter(([name]) => name.endsWith(ending));
const file = (name: string) => fileOf(files, name);

beforeAll(async () => {
  files = await allFiles(sharedFiles, filesOf);
});

describe("every rendered file", () => {
  it("is as it was, and whole", async () => {
    expect(Object.keys(files)).toHaveLength(46 + 3 * 21);
    await expectWellRendered(files, "__snapshots__/rendered");
  });

  it("says in its header what generated it, where people will find it on a host", () => {
    const found = Object.entries(files).filter(
      // PuppetDB would treat a comment in its allowlist as a name.
      ([name]) =>
        !/\.sh$|sed-java-args$|csr_attributes\.yaml$|site\.pp$|puppetdb\/servers$/.test(name),
    );
    for (const [name, content] of found) {
      const comment = /\.(sql|lua)$/.test(name) ? "--" : "#";
      expect(content.replace(/^#!.*\n/, "").split("\n")[0], name).toBe(
        `${comment} Made by pulumi-puppet: change the stack's settings, not this file.`,
      );
    }
    expect(found).toHaveLength(40 + 3 * 14);
  });

  it("is a script that Bash can read, where it is one", async () => {
    const scripts = Object.entries(files).filter(([, content]) =>
      /^#!\/bin\/bash\n|^set -euo pipefail$/m.test(content),
    );
    expect(scripts).toHaveLength(10 + 3 * 8);
    for (const [name, content] of scripts) {
      const { code, stderr } = await run(["bash", "-n"], { stdin: content });
      expect({ code, stderr }, name).toEqual({ code: 0, stderr: "" });
    }
    expect((await run(["bash", "-n"], { stdin: "if true; then\n" })).code).not.toBe(0);
  });
});

describe("puppet.conf", () => {
  /** What sends facts, catalogs and reports to PuppetDB. */
  const stored = { storeconfigs: "true", storeconfigs_backend: "puppetdb", reports: "spooled" };
  const sectionsOf = (content: string) => {
    let section = "";
    const sections: Record<string, Record<string, string>> = {};
    for (const line of linesOf(content)) {
      section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
      const [name = "", value] = line.split(" = ");
      if (value !== undefined) sections[section] = { ...sections[section], [name]: value };
    }
    return sections;
  };

  it("has no blanks in dns_alt_names: `puppetserver ca` reads up to the first one", () => {
    const servers = [...named("main/puppet.conf"), ...named("compiler/puppet.conf")];
    for (const [name, content] of servers) {
      expect(sectionsOf(content).main?.dns_alt_names, name).toMatch(/^[a-z.]+(,[a-z.]+)+$/);
    }
    expect(servers).toHaveLength(6);
  });

  it("of PuppetDB's host has its name, the CA's name, and no server settings", () => {
    expect(sectionsOf(file("all/puppetdb/puppet.conf"))).toEqual({
      main: {
        certname: "puppetdb.example.test",
        server: "puppet.example.test",
        ca_server: "puppetca.example.test",
      },
    });
  });

  it("has no list of additional names where there are none", () => {
    const conf = renderPuppetConf({
      certname: "a.b",
      server: "c.b",
      caServer: "d.b",
      dnsAltNames: [],
    });
    expect(sectionsOf(conf)).toEqual({
      main: { certname: "a.b", server: "c.b", ca_server: "d.b" },
    });
  });

  it.each(distributionNames)("of a main server on %s holds the CA and the policy", (name) => {
    const { paths } = distributions[name];
    expect(sectionsOf(file(`${name}/main/puppet.conf`))).toEqual({
      main: {
        certname: "main.example.test",
        server: "puppetca.example.test",
        ca_server: "puppetca.example.test",
        dns_alt_names: "puppetca.example.test,puppetca",
        ssldir: paths.ssldir,
      },
      server: {
        vardir: paths.serverVardir,
        logdir: paths.serverLogdir,
        rundir: paths.serverRundir,
        pidfile: `${paths.serverRundir}/puppetserver.pid`,
        codedir: paths.codedir,
        cadir: paths.cadir,
        autosign: `${paths.confdir}/autosign/policy`,
        allow_duplicate_certs: "true",
        ...stored,
      },
    });
  });

  it.each(distributionNames)("of a compiler on %s has the pool's names and no CA", (name) => {
    const { main, server } = sectionsOf(file(`${name}/compiler/puppet.conf`));
    expect(main).toMatchObject({
      certname: "compiler1.example.test",
      ca_server: "puppetca.example.test",
      dns_alt_names: "puppet.example.test,puppet,puppetfiles.example.test,puppetfiles",
    });
    expect(Object.keys(server ?? {})).toEqual([
      ...["vardir", "logdir", "rundir", "pidfile", "codedir"],
      ...Object.keys(stored),
    ]);
    expect(server).toMatchObject(stored);
  });
});

describe("Puppet Server's own files", () => {
  const service = "puppetlabs.services.ca.certificate-authority";

  it("start one CA service: the real one on the main server only", () => {
    const watch =
      "puppetlabs.trapperkeeper.services.watcher.filesystem-watch-service/filesystem-watch-service";
    expect(linesOf(file("all/main/ca.cfg"))).toEqual([
      `${service}-service/certificate-authority-service`,
      watch,
    ]);
    expect(linesOf(file("all/compiler/ca.cfg"))).toEqual([
      `${service}-disabled-service/certificate-authority-disabled-service`,
      watch,
    ]);
  });

  it("leave the decision about requests to the policy", () => {
    expect(linesOf(file("all/main/ca.conf"))).toEqual([
      "certificate-authority: {",
      "allow-subject-alt-names: true",
      "allow-authorization-extensions: true",
      "enable-infra-crl: false",
      "}",
    ]);
  });

  it("have the JRubies and the memory that were computed", () => {
    const sizing = { jrubies: 7, heap: 5888, codeCache: 1024 };
    expect(linesOf(renderSizingConf(sizing))).toContain("max-active-instances: 7");
    expect(renderJavaArgs(sizing).split(" ")).toEqual([
      "-Xms5888m",
      "-Xmx5888m",
      "-XX:ReservedCodeCacheSize=1024m",
      "-Djdk.tls.server.newSessionTicketCount=0",
      "-Djruby.logger.class=com.puppetlabs.jruby_utils.jruby.Slf4jLogger",
    ]);
  });

  it("change one line of the packaged defaults, and only where it is another", async () => {
    const [sed = "", edit = "", expression = ""] = file("debian/main/sed-java-args").split("\n");
    const packaged = 'USER="puppet"\nJAVA_ARGS="-Xms1g $X"\n# JAVA_ARGS=\nTK_ARGS=""\n';
    const args = renderJavaArgs({ jrubies: 3, heap: 2048, codeCache: 512 });
    const edited = await run([sed, edit.replace("-i", "-n"), expression + "p"], {
      stdin: packaged,
    });
    expect(edited.stdout).toBe(`JAVA_ARGS="${args}"\n`);
    const unless = /^unless (grep .*) \/etc\/default\/puppetserver$/m.exec(
      file("debian/main/sed-java-args"),
    )?.[1];
    const grep = ["sh", "-c", unless ?? "false"];
    expect((await run(grep, { stdin: packaged })).code).toBe(1);
    expect((await run(grep, { stdin: edited.stdout })).code).toBe(0);
  });
});
