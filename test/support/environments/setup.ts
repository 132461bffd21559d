import type { TestProject } from "vitest/node";
import { bareImage, makeImages } from "../images/images.js";
import { deploy, npmRun, settingsFile, type Ended } from "../environment.js";
import { setUp } from "../set-up.js";

/** Name of the first environment, alongside which this stage's others run. */
export const first = "from-nothing";
/** Its network. */
export const subnet = "10.213.96.0/24";

/** How it was deployed. */
export interface FromNothing {
  /** Its settings. */
  readonly settings: string;
  readonly deployed: Ended;
}

declare module "vitest" {
  interface ProvidedContext {
    fromNothing: FromNothing;
  }
}

/** Deploys an environment whose hosts have no packages, as for users. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return setUp(() => deployed(project));
}

async function deployed(project: TestProject): Promise<() => Promise<void>> {
  await makeImages();
  const settings = settingsFile({
    image: bareImage,
    // Memory for PuppetDB on the main server.
    ...{ subnet, compilers: 1, memory: 4096, puppetdb: { host: "main" } },
  });
  project.provide("fromNothing", {
    settings,
    deployed: await deploy(settings, first, "containers"),
  });
  return async () => {
    const { code, text } = await npmRun("stop", first);
    if (code !== 0) throw new Error(`npm stop failed:\n${text}`);
  };
}
