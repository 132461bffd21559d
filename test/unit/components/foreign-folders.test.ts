import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import { compose, stateOf, type State } from "../../support/infrastructure.js";
import { image } from "../../support/host-files/hdm-files.js";

/** Folders that packages give to other users than root; those of Puppet Server only where it is installed. */
const ofPackages: Record<"debian" | "openvox8", { agent: string[]; server: string[] }> = {
  debian: { agent: ["/var/lib/puppet"], server: ["/var/lib/puppetserver"] },
  openvox8: {
    agent: [],
    server: ["/etc/puppetlabs/puppet/ssl", "/opt/puppetlabs/server/data/puppetserver"],
  },
};
const everywhere = ["/etc/postgresql", "/var/lib/postgresql", "/var/log/puppetdb"];

function foreignFolders(name: "debian" | "openvox8", state: string): string[] {
  const { agent, server } = ofPackages[name];
  const serves = !/\/(puppetdb|hdm|foreman|balancer)-/.test(state);
  // Foreman's host has OpenVox 8 in any case.
  return [...(state.includes("/foreman-") ? [] : agent), ...(serves ? server : []), ...everywhere];
}

/** Commands of root that may name such a path: they follow no link, or only ask. */
const harmless = [
  // Changes the owner of links themselves, and enters none.
  /^chown --recursive( --no-dereference)? \S+: /,
  /^sh -c for folder in .*chown --recursive \S+: \$folder/,
  /^sh -c .*useradd .*; chown --recursive postgres: /,
  // Mounts from the host's own volume, before any service runs.
  /^sh -c systemctl start \S+ \|\| /,
  // Runs as the folder's owner itself.
  /runuser (--user|-u) /,
];

interface Found {
  readonly state: string;
  readonly what: string;
}

/** What root does at a path below a folder of another user, in all states of an infrastructure. */
function followed(
  states: Readonly<Record<string, State>>,
  foreignIn: (state: string) => readonly string[],
): Found[] {
  const below = (path: string, folders: readonly string[]) =>
    folders.some((folder) => path.startsWith(`${folder}/`));
  return Object.entries(states).flatMap(([state, resources]) => {
    const ownedIn = resources
      .filter(
        ({ type, parameters: { ensure, owner } }) =>
          type === "file" && ensure === "directory" && owner !== undefined && owner !== "root",
      )
      .map(({ title }) => title);
    const folders = [...foreignIn(state), ...ownedIn];
    return resources.flatMap(({ type, title, parameters }): Found[] => {
      if (type === "file") {
        const paths = [title, ...[parameters.source ?? []].flat().map(String)];
        return paths
          .filter((path) => below(path, folders))
          .map((path) => ({ state, what: `file ${title}: ${path}` }));
      }
      if (type !== "exec") return [];
      const command = [parameters.command].flat().join(" ");
      const paths = command.match(/(?<![\w.-])\/[\w./@-]+/g) ?? [];
      const touched = paths.some((path) => below(path, folders));
      return touched && !harmless.some((pattern) => pattern.test(command))
        ? [{ state, what: `exec ${title}: ${command}` }]
        : [];
    });
  });
}

describe.each(["debian", "openvox8"] as const)("root on hosts of %s", (name) => {
  const states: Record<string, State> = {};

  beforeAll(async () => {
    const code = { tool: "r10k", token: "token", behind: "leave" } as const;
    for (const puppetdbHost of ["puppetdb", "main"] as const) {
      const { registrations } = await compose(distributions[name], {
        puppetdbHost,
        foremanHost: true,
        codeDeployment: code,
        hdm: { image },
        eyaml: { privateKey: "private", publicKey: "public" },
        serverGems: { install: ["toml"] },
      });
      for (const { name: resource, inputs } of registrations) {
        const script = String(inputs.stdin);
        if (script.includes("<<'STATE'")) states[`${puppetdbHost}/${resource}`] = stateOf(script);
      }
    }
  }, 60_000);

  it("follows no link of another user: it writes, copies and deletes nothing in others' folders", () => {
    expect(Object.keys(states).length).toBeGreaterThan(10);
    expect(followed(states, (state) => foreignFolders(name, state))).toEqual([]);
  });

  it("runs no script that opens what another user owns", () => {
    const scripts = Object.values(states)
      .flat()
      .filter(({ title }) => /\/(puppetdb|foreman)-(crl-apply|await|backup|restore)$/.test(title));
    expect(scripts.length).toBeGreaterThan(3);
    for (const { title, parameters } of scripts) {
      const opening = String(parameters.content)
        .split("\n")
        .filter((line) => !line.startsWith("#") && !line.includes("runuser --user "))
        .filter((line) => /\/(ssl\/crl\/|fetched\/|var\/log\/puppet)/.test(line));
      expect(
        opening.filter((line) => !line.includes("echo ")),
        title,
      ).toEqual([]);
    }
  });
});

describe("the search for what root does in others' folders", () => {
  const file = (title: string, parameters: Record<string, unknown>) =>
    ({ type: "file", title, parameters }) as State[number];
  const owned = file("/srv/theirs", { ensure: "directory", owner: "user" });

  it.each([
    ["a file there", file("/srv/theirs/a", { ensure: "file" })],
    ["a copy of a file there", file("/etc/a", { source: "/srv/theirs/a" })],
    [
      "a command",
      {
        type: "exec",
        title: "x",
        parameters: { command: ["cp", "/a", "/srv/theirs/a"] },
      },
    ],
  ])("finds %s", (_, resource) => {
    expect(followed({ host: [owned, resource] }, () => [])).toHaveLength(1);
  });
});
