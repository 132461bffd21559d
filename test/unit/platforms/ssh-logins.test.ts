import { expect, it } from "vitest";
import { loginsTo } from "../../../platforms/existing/preflight.js";
import { parseSettings } from "../../../platforms/platforms.js";
import { goodExisting, server, servers } from "../../support/unit/platform-settings.js";

const image = `registry.example.com/betadots/hdm@sha256:${"0".repeat(64)}`;
const all = [...servers, server("echo", "compiler", 5), server("hotel", "hdm", 6)];

/** As whom other servers log in to each server: the users, and from where. */
function logins(settings: Readonly<Record<string, unknown>>): Record<string, string[]> {
  const parsed = parseSettings({
    ...{ domain: "example.test", platform: "existing", hdm: { host: "own", image } },
    ...{ existing: { ...goodExisting, servers: all }, ...settings },
  });
  return Object.fromEntries(
    parsed.existing.servers.map((server) => [
      server.name,
      loginsTo(server, parsed).map(
        ({ user, home, addresses }) => `${user} ${home} ${addresses.join(" ")}`,
      ),
    ]),
  );
}

const fromMain = ["puppet-code /etc/puppet-code 10.1.0.1"];
const toMain = "puppet-code /etc/puppet-code 10.1.0.4 10.1.0.5 10.1.0.6";

it("are those of code deployment, from the servers that connect", () => {
  expect(logins({})).toEqual({
    alpha: ["puppet-control /var/lib/puppet-control 10.1.0.1", toMain],
    ...{ bravo: [], charlie: [], delta: fromMain, echo: fromMain, hotel: fromMain },
  });
});

it("do not include the control repository's user if code comes from elsewhere", () => {
  const sources = { control: { remote: "https://git.example.org/control.git" } };
  expect(logins({ codeDeployment: { sources } }).alpha).toEqual([toMain]);
});

it("are none without code deployment", () => {
  const none = logins({
    codeDeployment: { tool: "none" },
    hdm: { host: "none" },
    existing: goodExisting,
  });
  expect(Object.values(none).flat()).toEqual([]);
});
