import { describe, expect, it } from "vitest";
import { fileOf, execOf, serviceOf, unitOf } from "../../../hosts/host-state.js";
import { marked, mayRestart } from "../../../hosts/restarts.js";

type State = Parameters<typeof marked>[0];

const stateWith = (changes: Readonly<Record<string, string>> = {}): State => {
  const content = (name: string) => changes[name] ?? `${name} as it was`;
  return [
    fileOf("/etc/server.conf", content("conf"), { notify: "Service[server]" }),
    fileOf("/usr/local/share/rules.conf", content("rules")),
    fileOf("/usr/local/sbin/add-rules", `cat /usr/local/share/rules.conf # ${content("script")}`),
    execOf("the server has the rules", ["/usr/local/sbin/add-rules"], {
      unless: "/usr/local/sbin/add-rules --check",
      notify: "Service[server]",
    }),
    fileOf("/etc/other.conf", content("other"), { notify: "Service[other]" }),
    ...unitOf("other.service", content("unit"), { notify: "Service[other]" }),
    serviceOf("server"),
    serviceOf("other"),
  ] as unknown as State;
};
const restarts = (before: State | undefined, after: State) =>
  mayRestart(before && marked(before, "server"), marked(after, "server"));

describe("a change of a host's state", () => {
  it.each(["conf", "rules", "script"])("may restart the service: %s", (name) => {
    expect(restarts(stateWith(), stateWith({ [name]: "new" }))).toBe(true);
  });

  it.each(["other", "unit"])("restarts nothing that it has nothing to do with: %s", (name) => {
    expect(restarts(stateWith(), stateWith({ [name]: "new" }))).toBe(false);
  });

  it("may restart the service if what it notifies it by is new, or the service is", () => {
    for (const title of ["/etc/server.conf", "server"]) {
      const before = stateWith().filter((resource) => resource.title !== title);
      expect(restarts(before, stateWith())).toBe(true);
    }
  });

  it("restarts nothing if there is none, and may do anything if the state before is unknown", () => {
    expect(restarts(stateWith(), stateWith())).toBe(false);
    expect(restarts(undefined, stateWith())).toBe(true);
    expect(mayRestart(stateWith(), undefined)).toBe(true);
  });

  it("is compared with a state that is not marked, as earlier versions wrote it", () => {
    expect(mayRestart(stateWith(), marked(stateWith(), "server"))).toBe(false);
  });
});
