import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import { preflightsOf } from "../../../platforms/existing/preflight.js";
import { findIn, recordRequests, type Registration } from "../../support/registrations.js";
import { goodExisting, secretText, server, servers } from "../../support/unit/platform-settings.js";

const settingsOf = (changes: Readonly<Record<string, unknown>> = {}) =>
  parseSettings({
    ...{ domain: "example.test", platform: "existing", existing: goodExisting },
    ...changes,
  });
/** What the look at a server is told: the value of a variable, or the words of a function's call. */
const told = (script: string | undefined, pattern: RegExp) => pattern.exec(script ?? "")?.[1] ?? "";
const portsIn = (script: string | undefined) => told(script, /^ports='([^']*)'$/m).split("\n");

describe("the look at a server", () => {
  it("knows the ports of its roles, and the packaged service at each", () => {
    const looks = preflightsOf(settingsOf());
    expect(portsIn(looks.alpha)).toEqual(["8140 puppetserver", "9000 "]);
    expect(portsIn(looks.bravo)).toEqual(["8140 haproxy", "8404 haproxy"]);
    expect(portsIn(looks.charlie)).toEqual(["5432 postgresql", "8081 puppetdb", "8082 haproxy"]);
    expect(portsIn(looks.delta)).toEqual(["8139 puppet-pool", "8140 puppetserver"]);
  });

  it("looks for what its roles replace", () => {
    const asks = (changes = {}) =>
      Object.entries(preflightsOf(settingsOf(changes))).map(([name, script]) => [
        name,
        ...["environments_of_others", "haproxy_of_others", "clusters_of_others"].filter((what) =>
          new RegExp(`^  ${what}$`, "m").test(script),
        ),
        told(script, /^is_main=(yes)?/m),
      ]);
    expect(asks()).toEqual([
      ["alpha", "environments_of_others", "yes"],
      ["bravo", "haproxy_of_others", ""],
      ["charlie", "haproxy_of_others", "clusters_of_others", ""],
      ["delta", ""],
    ]);
    const postgresql = {
      server: "db.example.org",
      password: "x".repeat(16),
      readPassword: "y".repeat(16),
    };
    expect(asks({ postgresql })[2]).toEqual(["charlie", "haproxy_of_others", ""]);
    const existing = {
      ...goodExisting,
      servers: servers.filter(({ role }) => role !== "puppetdb"),
    };
    expect(asks({ existing, puppetdb: { host: "main" } })[0]).toEqual([
      ...["alpha", "environments_of_others", "haproxy_of_others", "clusters_of_others", "yes"],
    ]);
  });

  it("asks for the names of all servers and services, and for what the settings say of it", () => {
    const script = preflightsOf(settingsOf()).delta;
    expect(told(script, /^ {2}resolution 20 (.*) &$/m).split(" ")).toEqual([
      ...servers.map(({ name }) => `${name}.example.test`),
      ...["puppet", "puppetca", "puppetfiles"].map((name) => `${name}.example.test`),
    ]);
    expect(told(script, /^ {2}hardware (.*)$/m)).toBe("2 4096");
    expect(told(script, /^ {2}package_sources (.*) &$/m)).toBe("puppet-agent puppetserver");
  });
});

it("nothing runs on a server before the look at all of them, whose keys are secret", async () => {
  const registrations: Registration[] = [];
  const restore = recordRequests(registrations);
  const newResource = ({ name, inputs }: { name: string; inputs: unknown }) => ({
    id: name,
    state: { ...(inputs as object), stdout: "mark" },
  });
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "p", "s");
  // Loaded now: the SDK must find the mocks.
  const { makeHosts } = await import("../../../platforms/existing/make-hosts.js");
  const more = server("echo", "compiler", 5, { user: "admin" });
  makeHosts(settingsOf({ existing: { ...goodExisting, servers: [...servers, more] } }));
  await pulumi.runtime.disconnect();
  restore();
  const look = findIn(registrations, "servers-look");
  for (const { name } of [...servers, more]) {
    expect(findIn(registrations, `${name}-machine`).dependencies).toContain(look.urn);
  }
  expect(look.secrets).toContain("stdin");
  const { stdin, ...open } = look.inputs;
  expect(JSON.stringify(open)).not.toContain(secretText);
  const looks = JSON.parse(String(stdin)) as {
    name: string;
    connection: { user: string; sudo: boolean };
  }[];
  expect(looks.map(({ name, connection }) => [name, connection.user, connection.sudo])).toEqual([
    ...servers.map(({ name }) => [name, "root", false]),
    ["echo", "admin", true],
  ]);
});
