import { describe, expect, it } from "vitest";
import { renderVerification } from "../../../templates/foreman/foreman.js";
import type { RemoteHost } from "../../../tools/lib/remote.js";
import type { Result, RunOptions } from "../../../tools/lib/shell.js";
import { check, duration, exitCode, table } from "../../../tools/lib/verify/checks.js";
import { verifyForeman } from "../../../tools/lib/verify/foreman.js";

const ok = check("one", "ok", "It works.");
const warning = check("another one", "warning", "Fix it.");
const failed = check("a third", "failed", "It does not work.");
const skipped = check("a fourth", "skipped", "There is nothing to check.");

describe("checks", () => {
  it("are shown as a table", () => {
    expect(table([ok, warning, skipped])).toBe(
      [
        "check        result",
        "one          ok       It works.",
        "another one  warning  Fix it.",
        "a fourth     skipped  There is nothing to check.",
      ].join("\n"),
    );
  });

  it("end with a code that is 0 only if everything passes", () => {
    expect(exitCode([ok, skipped])).toBe(0);
    expect(exitCode([ok, warning])).toBe(2);
    expect(exitCode([warning, failed, ok])).toBe(1);
  });

  it.each([
    [0, "0 s"],
    [119, "119 s"],
    [120, "2 min"],
    [7200, "2 hours"],
    [172_800, "2 days"],
  ])("show %d seconds as %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});

describe("Foreman's checks", () => {
  const answers = {
    url: "https://foreman.example.test",
    node: "web1.example.test",
    classification: { classes: 1, environment: "production" },
    waiting: { count: 0, oldest: null },
    expired: { nodes: [], cacheHours: 168, whenExpired: "serve" },
  };
  const asUser = {
    user: "admin",
    status: { version: "5.0.0" },
    trusted: { names: ["main.example.test", "compiler1.example.test"] },
    report: { age: 60 },
    facts: { there: true },
  };
  const asked: { name: string; command: string; stdin: string | undefined }[] = [];
  const hostOf = (name: string, result: Partial<Result>): RemoteHost => ({
    fqdn: `${name}.example.test`,
    address: "192.0.2.1",
    run: async (command: string, { stdin }: RunOptions = {}) => {
      asked.push({ name, command, stdin });
      return { code: 0, stdout: "", stderr: "", ...result };
    },
    asRoot: (program) => program,
    git: () => Promise.reject(new Error("no repository")),
  });
  const told = (values: object) => ({ stdout: JSON.stringify(values) });

  it("send one program to each server, and query the main server's node from all", async () => {
    const main = hostOf("main", told({ ...answers, asUser }));
    const checks = await verifyForeman(main, [hostOf("compiler1", told(answers))], "/usr/bin/ruby");
    expect(exitCode(checks)).toBe(0);
    expect(asked).toEqual([
      { name: "main", command: "/usr/bin/ruby --disable-gems - ", stdin: renderVerification() },
      {
        name: "compiler1",
        command: "/usr/bin/ruby --disable-gems - 'web1.example.test'",
        stdin: renderVerification(),
      },
    ]);
    expect(checks.map(({ what }) => what)).toEqual([
      ...["API", "trusted_hosts", "smart proxy"],
      ...["report of web1.example.test", "facts of web1.example.test"],
      ...["main", "compiler1"].flatMap((name) =>
        ["query from", "reports on", "cache on"].map((what) => `${what} ${name}.example.test`),
      ),
    ]);
  });

  it("report a server on which they fail, and check the others", async () => {
    const main = hostOf("main", told({ ...answers, asUser }));
    const checks = await verifyForeman(
      main,
      [
        hostOf("compiler1", { code: 255, stderr: "ssh: connect to host: No route to host\n" }),
        hostOf("compiler2", {
          code: 1,
          stderr: "-:9:in `require': cannot load such file\n\tfrom -:9:in `<main>'\n",
        }),
      ],
      "ruby",
    );
    expect(checks.filter(({ outcome }) => outcome === "failed")).toEqual([
      check("trusted_hosts", "failed", "It lacks compiler2.example.test; deploy the stack again."),
      check(
        "query from compiler1.example.test",
        "failed",
        "compiler1.example.test cannot be reached over SSH (ssh: connect to host: No route to host); start it, or deploy the stack.",
      ),
      check(
        "query from compiler2.example.test",
        "failed",
        "The checks failed to run on compiler2.example.test (-:9:in `require': cannot load such file); deploy the stack with this version.",
      ),
    ]);
  });

  it("need the registered user", async () => {
    const [first] = await verifyForeman(hostOf("main", told(answers)), [], "ruby");
    expect(first).toEqual(
      check("API", "failed", "The main server has no Foreman user; deploy the stack."),
    );
  });
});
