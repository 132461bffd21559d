import { writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { runningCommandLines } from "../command-lines.js";
import { makeImages } from "../images/images.js";
import {
  deploy,
  domain,
  environment,
  handed,
  npmRun,
  removeHandedOver,
  settingsFile,
  startDeployment,
  subnet,
  until,
} from "../environment.js";
import { setUp } from "../set-up.js";
import { withNames } from "../host-names.js";

/** What happened while the environment was deployed. */
export interface Deployment {
  /** File with every command line seen on this machine, including containers, one per line. */
  readonly commandLines: string;
  /** The settings it was deployed with. */
  readonly settings: string;
  /** The output of the killed deployment, and of the one that finished it. */
  readonly killed: string;
  readonly finished: string;
  readonly seconds: number;
}

declare module "vitest" {
  interface ProvidedContext {
    deployment: Deployment;
  }
}

/** Deploys the environment once for the suite: kills the deployment halfway, and runs it again to finish. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return setUp(() => deployed(project));
}

async function deployed(project: TestProject): Promise<() => Promise<void>> {
  await makeImages();
  // For the containers that tests create and start themselves.
  Object.assign(process.env, withNames(subnet, domain));
  const settings = settingsFile();
  const commandLines = new Set<string>();
  const sampler = setInterval(() => {
    for (const line of runningCommandLines()) commandLines.add(line);
  }, 100);
  try {
    const began = Date.now();
    const first = startDeployment(settings);
    await first.says("Package[puppetserver] ...", 600);
    process.kill(-first.pid, "SIGKILL");
    await first.ended;
    // The engine is dead, so all of its processes on this machine must end too.
    const orphans = () =>
      runningCommandLines().filter((line) => line.includes(`--stack ${environment} `));
    await until("the killed deployment's program has ended", () => orphans().length === 0, 60);

    const second = await deploy(settings);
    if (second.code !== 0) throw new Error(`npm start failed:\n${second.text}`);
    const file = join(await mkdtemp(join(tmpdir(), "pulumi-puppet-")), "command-lines");
    writeFileSync(file, [...commandLines].join("\n"));
    project.provide("deployment", {
      commandLines: file,
      settings,
      killed: first.said(),
      finished: second.text,
      seconds: (Date.now() - began) / 1000,
    });
  } finally {
    clearInterval(sampler);
  }
  return async () => {
    const { code, text } = await npmRun("stop", environment);
    if (code !== 0) throw new Error(`npm stop failed:\n${text}`);
    if (handed) await removeHandedOver(environment);
  };
}
