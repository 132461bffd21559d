import { describe, expect, it } from "vitest";
import { execOf, fileOf, type HostState } from "../../../hosts/host-state.js";
import { autosignNeverNaive } from "../../../policy/autosign-never-naive.js";
import { commandExample, hostExample, unknownFromEngine } from "../../support/policy.js";

const judgeHost = (...state: HostState) => autosignNeverNaive.violations(hostExample(state), []);
const judgeCommand = (props: Readonly<Record<string, unknown>>) =>
  autosignNeverNaive.violations(commandExample(props), []);
const puppetConf = (content: string) => fileOf("/etc/puppet/puppet.conf", content);
const policy = (mode: string) => fileOf("/etc/puppet/policy", "#!/bin/sh\n", { mode });

const everybody =
  "example: a command has every request signed; set autosign to the path of an autosign policy, or to false.";
const allAtOnce = "example: a command signs all requests at once; name each one with --certname.";

describe("autosign-never-naive", () => {
  it.each([
    ["autosign = true\n", "main"],
    ["[main]\nautosign=TRUE\n", "main"],
    ["[main]\nautosign = false\n[server]\n  autosign   =   true\n", "server"],
    ["[ master ]\nautosign = true\n", "master"],
  ])("rejects a puppet.conf with %j", (content, section) => {
    expect(judgeHost(puppetConf(content))).toEqual([
      `example: [${section}] of /etc/puppet/puppet.conf signs every request; set autosign to the path of an autosign policy, or to false.`,
    ]);
  });

  it.each(["$confdir/policy", "/etc/puppet/other", "policy", ""])(
    "rejects %j, which is not a policy in the host state",
    (value) => {
      expect(judgeHost(policy("0755"), puppetConf(`[server]\nautosign = ${value}\n`))).toEqual([
        "example: [server] of /etc/puppet/puppet.conf sets autosign to something other than a policy; write the absolute path of an executable file in the same host state, or false.",
      ]);
    },
  );

  it.each(["0644", "u=rw"])("rejects a policy that is not executable: %s", (mode) => {
    const conf = puppetConf("[server]\nautosign = /etc/puppet/policy\n");
    expect(judgeHost(policy(mode), conf)).toHaveLength(1);
  });

  it.each([
    "[server]\nautosign = /etc/puppet/policy\n",
    "[server]\nautosign = /etc/puppet/policy { mode = 755 }\n",
    "[server]\nautosign = false\n",
    "# autosign = true\n[server]\nserver = a\n",
  ])("accepts a puppet.conf with %j", (content) => {
    expect(judgeHost(policy("0755"), puppetConf(content))).toEqual([]);
    expect(judgeHost(policy("u=rwx,go=rx"), puppetConf(content))).toEqual([]);
  });

  it.each(["*", "a.example.com\n*.example.com\n"])(
    "rejects an autosign.conf with %j",
    (content) => {
      expect(judgeHost(fileOf("/etc/puppet/autosign.conf", content))).toEqual([
        "example: /etc/puppet/autosign.conf signs every request with a matching name; write FQDNs, or use an autosign policy.",
      ]);
    },
  );

  it("accepts an autosign.conf with FQDNs", () => {
    const content = "# *.example.com\na.example.com\n";
    expect(judgeHost(fileOf("/etc/puppet/autosign.conf", content))).toEqual([]);
  });

  it.each([
    [["puppet", "config", "set", "autosign", "true", "--section", "server"], everybody],
    ["/opt/puppetlabs/bin/puppet config --section main set autosign true", everybody],
    ["puppetserver ca sign --all", allAtOnce],
    [["/usr/bin/puppetserver", "ca", "sign", "--config", "/etc/x", "--all"], allAtOnce],
  ])("rejects the command %j", (command, sentence) => {
    expect(judgeHost(execOf("it", command, { creates: "/etc/a" }))).toEqual([sentence]);
    const line = typeof command === "string" ? command : command.join(" ");
    expect(judgeCommand({ create: line })).toEqual([sentence]);
    expect(judgeCommand({ create: "true", update: line })).toEqual([sentence]);
    expect(judgeCommand({ stdin: `set -e\n${line}\n` })).toEqual([sentence]);
  });

  it.each([
    ["echo 'autosign = true' >>/etc/puppet/puppet.conf", everybody],
    ["puppet config set \\\n  autosign true", everybody],
    [
      "echo '*.example.com' | tee /etc/puppet/autosign.conf",
      "example: a command writes a pattern into autosign.conf; write FQDNs, or use an autosign policy.",
    ],
  ])("rejects the script %j", (create, sentence) => {
    expect(judgeCommand({ create })).toEqual([sentence]);
  });

  it("rejects a file that does it", () => {
    const script = fileOf("/usr/local/bin/x", "#!/bin/sh\npuppetserver ca sign --all\n");
    expect(judgeHost(script)).toEqual([
      "example: /usr/local/bin/x signs all requests at once; name each one with --certname.",
    ]);
  });

  it.each([
    "puppetserver ca sign --certname a.example.com",
    "# never puppetserver ca sign --all",
    "puppetserver ca list --all",
    "puppet config set autosign /etc/puppet/policy --section server",
    "puppetserver ca sign --certname a; puppetserver ca list --all",
    unknownFromEngine,
  ])("accepts %j", (create) => expect(judgeCommand({ create })).toEqual([]));
});
