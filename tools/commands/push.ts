import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { cloneControl, deleteBranch, pushBranch, sample } from "../lib/control-clone.js";
import { main, Problem } from "../lib/problem.js";
import { hostWith, requireCodeDeployment, type RemoteHost } from "../lib/remote.js";
import { readSettings } from "../lib/settings.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

const usage = "npm run push -- [FOLDER] [STACK] [--delete BRANCH | --replace sample|COMMIT]";

/** What the command line says. */
interface Given {
  readonly folder: string;
  readonly name: string;
  /** The branch to delete. */
  readonly branch: string | undefined;
  /** What may be replaced. */
  readonly replace: string | undefined;
}

// Pushes the commits of a folder to the control repository on the main server, which deploys them; creates a clone if the
// folder does not exist. The exit code is 0 if every server has the code, 2 if only some have it, 1 if none has, and 3 if
// that is not known yet.
await main(async () => {
  const { folder, name, branch, replace } = given();
  const stack = new Stack(name, await toolchain());
  const host = await hostWith(stack, "main");
  await requireRepository(stack, host);
  const push = { folder, stack: name, host };
  if (!existsSync(folder)) {
    if (branch !== undefined || replace !== undefined) {
      throw new Problem(`${folder} does not exist; name the folder of a clone: ${usage}`);
    }
    await cloneControl(push);
    console.log(
      `${folder} is a clone of the control repository of ${host.fqdn}; change it, commit, and run this again.`,
    );
    return 0;
  }
  const said = await (branch === undefined
    ? pushBranch({ ...push, replace })
    : deleteBranch(push, branch));
  console.log(said);
  if (said.includes("Everything up-to-date")) {
    console.log("There is nothing new to push; to deploy again, run npm run deploy-code.");
  }
  if (/^remote: (failure:|The webhook did not answer)/m.test(said)) return 1;
  if (/^remote: partial:/m.test(said)) return 2;
  if (!/^remote: Requested/m.test(said)) return 0;
  console.log(
    `The push stands, but its deploy is not finished, so it may still fail. This waits for it and shows its result: npm run deploy-code -- all ${name}`,
  );
  return 3;
});

function given(): Given {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { delete: { type: "string" }, replace: { type: "string" } },
    });
    const [folder = "control-repository", name = "local", ...more] = positionals;
    const { delete: branch, replace } = values;
    const known = replace === undefined || replace === sample || /^[0-9a-f]{7,64}$/.test(replace);
    const one = branch === undefined || replace === undefined;
    if (folder !== "" && name !== "" && more.length === 0 && known && one) {
      return { folder, name, branch, replace };
    }
  } catch {
    // Reported below.
  }
  throw new Problem(`These arguments are invalid; write ${usage}.`);
}

/** Rejects a stack that deploys code from elsewhere, or deploys none. */
async function requireRepository(stack: Stack, host: RemoteHost): Promise<void> {
  await requireCodeDeployment(host);
  const file = existsSync(stack.stackFile) ? stack.stackFile : undefined;
  const { codeDeployment } = readSettings(stack.name, file).settings;
  const remotes = Object.values(codeDeployment.sources).map(({ remote }) => remote);
  if (remotes.length > 0) {
    throw new Problem(
      `${host.fqdn} deploys from ${remotes.join(" and ")}; push there with git, or remove puppet:codeDeployment.sources.`,
    );
  }
}
