import { describe, expect, it } from "vitest";
import { openingsIn } from "./stack-settings.js";

const portsOf = (config: Readonly<Record<string, string>>) =>
  openingsIn(new Map(Object.entries(config))).map(({ port }) => port);

describe("the stack's settings", () => {
  it("open no port to anybody by default", () => {
    expect(openingsIn(new Map()).flatMap(({ networks }) => networks)).toEqual([]);
    expect(portsOf({})).toEqual([8140, 8404, 8082, 9000, 80, 443, 22]);
  });

  it("tell of the ports that can be set", () => {
    const config = {
      "puppet:loadBalancer": '{"statsPort":9999}',
      "puppet:webhook": '{"port":9001}',
    };
    expect(portsOf(config)).toEqual([8140, 9999, 8082, 9001, 80, 443, 22]);
  });

  it.each(["no JSON", "7", '{"agentSources":"0.0.0.0/0"}', '{"agentSources":[1]}', "null"])(
    "open nothing when they are %s",
    (text) => {
      const openings = openingsIn(new Map([["puppet:aws", text]]));
      expect(openings.flatMap(({ networks }) => networks)).toEqual([]);
    },
  );
});
