import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { Project, standIns, type Run } from "../tools/lib/engine-driver.js";
import { project } from "../tools/lib/paths.js";
import { plugins as sdkPlugins } from "../tools/lib/toolchain/plugins.js";
import { bareResources } from "./bare-resources.js";

/** Nothing is created: AWS and commands are the tests' stand-ins. */
const plugins = Object.values(standIns);
const versions = {
  aws: "7.48.0",
  ...Object.fromEntries(sdkPlugins.map(({ name, version }) => [name, version])),
};

/** Times in seconds for one number of compilers: of the program, and of the bare one with the same resources. */
export interface Measured {
  readonly compilers: number;
  readonly resources: number;
  readonly preview: readonly [number, number];
  readonly unchanged: readonly [number, number];
}

/**
 * Compares the program with a bare one that registers the same resources with the same inputs but computes nothing: a
 * preview of an empty stack, and an `up` without changes, each measured in turn.
 */
export async function measurePreview(compilers: number, rounds: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-bench-"));
  const own = new Project(project, { plugins });
  const bare = new Project(join(project, "bench", "bare"), { plugins });
  try {
    const { config: dev } = load(readFileSync(join(project, "Pulumi.dev.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    const config = { ...dev, "puppet:compilers": String(compilers) };
    const file = join(folder, "resources.json");
    const bareConfig = {
      "aws:region": dev["aws:region"],
      "aws:defaultTags": dev["aws:defaultTags"],
      "puppet:resources": file,
    };
    const ownPreviews = [await seconds(() => own.preview({ config }))];
    await succeeded(own.up({ config }));
    const resources = bareResources(await own.export({ showSecrets: true }), versions);
    writeFileSync(file, JSON.stringify(resources), { mode: 0o600 });

    // In turn, on unchanged stacks: all previews are of an empty stack.
    const empty = new Project(project, { plugins });
    const barePreviews: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      barePreviews.push(await seconds(() => bare.preview({ config: bareConfig })));
      if (round + 1 < rounds) ownPreviews.push(await seconds(() => empty.preview({ config })));
    }
    empty.remove();
    await succeeded(bare.up({ config: bareConfig }));
    const unchanged: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      unchanged[0].push(await seconds(() => own.up({ config }), "unchanged"));
      unchanged[1].push(await seconds(() => bare.up({ config: bareConfig }), "unchanged"));
    }
    return {
      compilers,
      resources: resources.length,
      preview: [Math.min(...ownPreviews), Math.min(...barePreviews)],
      unchanged: [Math.min(...unchanged[0]), Math.min(...unchanged[1])],
    };
  } finally {
    own.remove();
    bare.remove();
    rmSync(folder, { recursive: true });
  }
}

/** The measurements as a table. */
export function describeMeasured(rows: readonly Measured[]): string {
  const head = ["compilers", "resources", "preview", "bare", "ratio", "no change", "bare", "ratio"];
  const lines = rows.map(({ compilers, resources, preview, unchanged }) => [
    String(compilers),
    String(resources),
    ...[preview, unchanged].flatMap(([own, bare]) => [
      `${own.toFixed(1)} s`,
      `${bare.toFixed(1)} s`,
      (own / bare).toFixed(2),
    ]),
  ]);
  return [head, ...lines].map((line) => line.map((cell) => cell.padStart(10)).join(" ")).join("\n");
}

async function seconds(run: () => Promise<Run>, expected?: "unchanged"): Promise<number> {
  const began = Date.now();
  const { changes } = await succeeded(run());
  const took = (Date.now() - began) / 1000;
  if (expected !== undefined && changes.length > 0) {
    throw new Error(`nothing should change, but ${changes.slice(0, 5).join(", ")} did`);
  }
  return took;
}

async function succeeded(run: Promise<Run>): Promise<Run> {
  return (await run).succeeded();
}
