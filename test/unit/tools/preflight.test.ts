import { describe, expect, it } from "vitest";
import { findingsIn, isWhole, type Finding } from "../../../tools/lib/preflight/findings.js";
import { findingsTable } from "../../../tools/lib/preflight/table.js";

const record = (...fields: string[]) => `${fields.join("\x1f")}\x1e`;
const port = record("stops", "port 8140", "nginx listens", "fail", "stop it");
const [one, other] = ["AA:01", "BB:02"];
const agentOf = (fingerprint: string) =>
  record(`unless ${fingerprint}`, "agent", "another CA", "be refused", "move it");

/** What a whole look prints. */
const whole = (records: string) => `\x1ebegin\x1e${records}end\x1e`;

describe("what looks print", () => {
  it("are findings, in the order of the servers", () => {
    const note = record("tells", "haproxy", "serves shop", "take it over", "nothing");
    const common = { would: "fail", advice: "stop it" };
    expect(findingsIn({ main: whole(port), lb: whole(note + port), c1: whole("") })).toEqual([
      { server: "main", stops: true, about: "port 8140", found: "nginx listens", ...common },
      {
        ...{ server: "lb", stops: false, about: "haproxy", found: "serves shop" },
        ...{ would: "take it over", advice: "nothing" },
      },
      { server: "lb", stops: true, about: "port 8140", found: "nginx listens", ...common },
    ]);
  });

  it("compare the CA of each agent with that of the main server", () => {
    const authority = record("ca", one, "", "", "");
    const about = (printed: Record<string, string>) =>
      findingsIn(
        Object.fromEntries(Object.entries(printed).map(([name, text]) => [name, whole(text)])),
      ).map(({ server, about, stops }) => [server, about, stops]);
    expect(about({ c1: agentOf(one), c2: agentOf(other), main: authority + agentOf(one) })).toEqual(
      [["c2", "agent", true]],
    );
    // Without a CA on the main server, or one that cannot be read, it is another one.
    const none = record("ca", "", "", "", "");
    expect(about({ main: none, c1: agentOf(one) })).toEqual([["c1", "agent", true]]);
    expect(about({ main: none, c1: agentOf("") })).toEqual([["c1", "agent", true]]);
    // Nobody knows as long as the main server was not looked at.
    expect(about({ main: "", c1: agentOf(one) })).toEqual([]);
  });

  it("do not count if they were cut off, and control no terminal", () => {
    const cut = whole(port).slice(0, -5);
    expect([isWhole(cut), findingsIn({ main: cut }).length]).toEqual([false, 0]);
    expect([isWhole(whole(port)), isWhole("hello\n"), isWhole("")]).toEqual([true, false, false]);
    // A login shell that says something before and after.
    const chatty = `Welcome to main\n${whole(port)}Bye\n`;
    expect([isWhole(chatty), findingsIn({ main: chatty })]).toEqual([
      true,
      findingsIn({ main: whole(port) }),
    ]);
    const named = record("stops", "ca", "CN=\x1b[2J\x07evil\x9b", "be\nrefused", "move it");
    expect(findingsIn({ main: whole(named) })[0]).toMatchObject({
      found: "CN=?[2J?evil?",
      would: "be\nrefused",
    });
  });
});

describe("the table of findings", () => {
  const finding = (changes: Partial<Finding>): Finding => ({
    ...{ server: "c1", stops: true, about: "names", found: "it cannot resolve puppet.example.com" },
    ...{ would: "issue certificates for names that lead nowhere", advice: "create records" },
    ...changes,
  });

  it("is nothing if nothing was found", () => {
    expect(findingsTable([])).toEqual([]);
  });

  it("has one row for what is the same on several servers, in the width of the terminal", () => {
    const names = ["c1", "c2", "c3"];
    const table = findingsTable(
      names.map((server) => finding({ server })),
      100,
    );
    expect(table.filter((line) => line.includes("c1, c2, c3"))).toHaveLength(1);
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("has what stops first, and wraps long texts but no line to be copied", () => {
    const advice =
      "write these lines to /etc/ssh/sshd_config.d/00-pulumi-puppet.conf, and reload:\nMatch User puppet-code,puppet-control\n    AuthorizedKeysFile .ssh/authorized_keys";
    expect(
      findingsTable([
        finding({ server: "balancer", stops: false, about: "haproxy" }),
        finding({ about: "sshd", advice }),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "server           about    found                                a deployment would            what to do",
        "--------  -----  -------  -----------------------------------  ----------------------------  ----------------------------------------------",
        "c1        stops  sshd     it cannot resolve                    issue certificates for names  write these lines to",
        "                          puppet.example.com                   that lead nowhere             /etc/ssh/sshd_config.d/00-pulumi-puppet.conf,",
        "                                                                                             and reload:",
        "                                                                                             Match User puppet-code,puppet-control",
        "                                                                                                 AuthorizedKeysFile .ssh/authorized_keys",
        "",
        "balancer  note   haproxy  it cannot resolve                    issue certificates for names  create records",
        "                          puppet.example.com                   that lead nowhere",
      ]
    `);
  });
});
