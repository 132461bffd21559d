import type { TestProject } from "vitest/node";
import { bareImage, makeImages } from "../images/images.js";
import { deploy, npmRun, settingsFile, type Ended } from "../environment.js";

/** Name of the environment that the others of this stage live beside. */
export const first = "from-nothing";
/** Network of the first one. */
export const subnet = "10.213.96.0/24";

/** How the first one came to be. */
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

/** Deploys an environment whose hosts have no packages, as its users have it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await makeImages();
  const settings = settingsFile({
    image: bareImage,
    // Memory for a PuppetDB beside the main server.
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
